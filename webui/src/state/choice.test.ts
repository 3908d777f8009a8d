import { describe, expect, it } from "vitest";
import type { SideView } from "../wire";
import { digitOf, labelOf, offers, typed } from "./choice";

const DIGITS = Array.from({ length: 10 }, (_, i) => String(i));
const MANY = ["Gull", "Great tern", "Éclair", "red gull", ...Array.from({ length: 96 }, (_, i) => `class ${i}`)];

function side(given: string | null, ...beliefs: string[]): SideView {
  return {
    id: "x", content: { kind: "text", text: "" }, given_label: given, predicted_label: beliefs[0] ?? null,
    beliefs: beliefs.map((label) => ({ label, p: 0.5 })),
  };
}

describe("digits", () => {
  it("are themselves where the classes are digits", () => {
    expect(labelOf(DIGITS, "0")).toBe("0");
    expect(digitOf(DIGITS, "7")).toBe("7");
  });

  it("count the classes otherwise, the tenth on 0", () => {
    const names = ["cat", "dog", ...DIGITS.slice(2)];
    expect(labelOf(names, "2")).toBe("dog");
    expect(labelOf(names, "0")).toBe("9");
    expect(labelOf(["cat", "dog"], "3")).toBeUndefined();
  });

  it("mean nothing where classes are typed", () => {
    expect(typed(MANY)).toBe(true);
    expect(labelOf(MANY, "1")).toBeUndefined();
  });
});

describe("offers", () => {
  it("put the machine's belief first and leave out the label that is wrong", () => {
    expect(offers(DIGITS, side("5", "3", "5"))).toEqual(["3", "0", "1", "2", "4", "6", "7", "8", "9"]);
  });

  it("take the next belief where the first is the label that is wrong", () => {
    expect(offers(DIGITS, side("3", "3", "8"))[0]).toBe("8");
  });

  it("find beginnings, then words, then parts, without accents or case", () => {
    expect(offers(MANY, side("x"), "gu").slice(0, 2)).toEqual(["Gull", "red gull"]);
    expect(offers(MANY, side("x"), "ECL")).toEqual(["Éclair"]);
    expect(offers(MANY, side("x"), "zzz")).toEqual([]);
  });
});
