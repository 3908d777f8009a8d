// The small pure parts: fields, terms, sizes, scales, keys, texts.

import { describe, expect, it, vi } from "vitest";
import { domain, path, round } from "./charts/scale";
import { compare, decimals } from "./content/fields";
import { fit } from "./content/fit";
import { terms } from "./content/terms";
import type { TableContent } from "./wire";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
const { LANGUAGES, speak, t } = await import("./i18n");
const { TABLE, commandOf, held, remap, usable, usual } = await import("./keys");

function row(...fields: Array<[string, string, number | null]>): TableContent {
  return { kind: "table", fields: fields.map(([name, value, separation]) => ({ name, value, separation, number: null, unit: null })) };
}

describe("fields", () => {
  it("come in the order of separation, incomparable ones last", () => {
    const rows = compare(row(["a", "1", 0.2], ["b", "x", null], ["c", "3", 2]), row(["a", "2", 0.2], ["b", "y", null], ["c", "9", 2]));
    expect(rows.map((r) => [r.name, r.marked])).toEqual([["c", true], ["a", false], ["b", false]]);
  });

  it("that one side lacks are still shown", () => {
    expect(compare(row(["a", "1", null]), row(["b", "2", null])).map((r) => [r.left?.value, r.right?.value])).toEqual([["1", undefined], [undefined, "2"]]);
  });

  it("are aligned by their decimals", () => expect(["3.25", "12", "-0.5", "v1.2"].map(decimals)).toEqual([2, 0, 1, 0]));
});

describe("terms", () => {
  it("mark what the other lacks", () =>
    expect(terms("red door open", "the red door").filter((x) => x.own).map((x) => x.text)).toEqual(["open"]));
  it("mark nothing where little is shared", () =>
    expect(terms("one two three four", "five six")).toEqual([{ text: "one two three four", own: false }]));
});

describe("fit", () => {
  it("enlarges small pictures by whole pixels", () =>
    expect(fit({ width: 8, height: 8 }, { width: 300, height: 333 })).toEqual({ width: 296, height: 296, crisp: true }));
  it("shrinks large ones to the room", () =>
    expect(fit({ width: 1000, height: 500 }, { width: 400, height: 400 })).toEqual({ width: 400, height: 200, crisp: false }));
});

describe("scale", () => {
  it("ends on round steps and holds the values", () => {
    expect(domain([0.043, 0.198], 0.05, 0)).toEqual([0, 0.2]);
    const [low, high] = domain([0.79, 0.915], 0.1, undefined, 1);
    expect([low <= 0.79, high]).toEqual([true, 1]);
  });
  it("has room even where nothing is known", () => expect(domain([], 0.1, undefined, 1)[0]).toBeLessThan(1));
  it("steps in 1, 2, 5", () => expect([0.03, 0.11, 0.4].map(round)).toEqual([0.05, 0.2, 0.5]));
  it("leaves gaps", () => expect(path([{ x: 0, y: 1 }, { x: 1, y: null }, { x: 2, y: 3 }])).toBe("M0.0 1.0M2.0 3.0"));
});

describe("keys", () => {
  it.each(["answer", "matrix", "suggest"] as const)("are each used once on the page %s", (where) => {
    const keys = held(TABLE, where).map((b) => b.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("?");
  });
  it("of all pages push those of each page aside", () => {
    const { map } = remap(usual(), "help", "c");
    expect([map.help, map.comment, map["m.confirm"]]).toEqual(["c", "?", "?"]);
  });
  it("of one page leave another's alone", () => {
    const { map, other } = remap(usual(), "m.confirm", "b");
    expect([map["m.bad"], map.both, other]).toEqual(["c", "b", "m.bad"]);
    expect([commandOf(map, "b"), commandOf(map, "b", "matrix")]).toEqual(["both", "m.confirm"]);
  });
  it("swap when taken", () => {
    const { map, other } = remap(usual(), "keep", "B");
    expect([map.keep, map.both, other]).toEqual(["b", "a", "both"]);
    expect(commandOf(map, "B")).toBe("keep");
  });
  it("leave digits, enter and escape alone", () => expect(["5", "Enter", "Escape", "F5", "z"].map((key) => usable(key))).toEqual([false, false, false, false, true]));
});

describe("texts", () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
  it.each(Object.keys(LANGUAGES.en.texts))("%s has the same places in every language", (key) => {
    const name = key as keyof typeof LANGUAGES.en.texts;
    expect([...new Set(places(LANGUAGES.de.texts[name]))]).toEqual([...new Set(places(LANGUAGES.en.texts[name]))]);
  });
  it("pick the number's form and write it as the language does", () => {
    expect([t("status.kept", { n: 1 }), t("status.kept", { n: 2 })]).toEqual(["1 answer kept, sent when back", "2 answers kept, sent when back"]);
    speak("de");
    expect(t("status.known", { n: 4102 })).toBe("4.102 bekannt");
  });
});
