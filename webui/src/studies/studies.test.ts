// Cells of a study's tables, addresses, and what is kept when reading fails.

import { describe, expect, it, vi } from "vitest";
import type { Got } from "../get";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
const { decimals, numeric, written } = await import("./cells");
const { bytes, date, speak } = await import("../i18n");
const { merged } = await import("../get");
const { partsOf } = await import("../router");

describe("cells", () => {
  it("of a column have the decimals that its numbers need, four digits of the largest", () => {
    expect(decimals([1, 20, 300])).toBe(0);
    expect(decimals([0.5, 0.25])).toBe(2);
    expect(decimals([0.123456, 0.2])).toBe(4);
    expect(decimals([27.84159, 1])).toBe(2);
    expect(decimals([12345.678])).toBe(0);
    expect(decimals(["a", null])).toBe(0);
  });

  it("are figures also with an error, a sign or a unit", () => {
    expect(numeric(["27.8 ± 0.4", "−3", null, 5, "8 %", ".95", "–"])).toBe(true);
    expect(numeric(["27.8", "top_fisher"])).toBe(false);
    expect(numeric([null, ""])).toBe(false);
    expect(numeric([true])).toBe(false);
  });

  it("are written as the language writes them; nothing is a dash", () => {
    speak("de");
    expect([written(1234.5, 1), written(null, 2), written("x", 2), written(false, 0)]).toEqual(["1.234,5", "–", "x", "false"]);
    expect([bytes(3), bytes(40_000), bytes(1_250_000)]).toEqual(["3 B", "40 kB", "1,3 MB"]);
    speak("en");
    expect(date("2026-11-26T11:40:00")).toBe("26 Nov 2026, 11:40");
    expect(date("soon")).toBe("soon");
  });
});

describe("addresses", () => {
  it("are taken apart and decoded, as far as they can be", () => {
    expect(["/", "/studies/", "/studies/a%20b/c", "/studies/%E0%A4%A"].map(partsOf)).toEqual(
      [[], ["studies"], ["studies", "a b", "c"], ["studies", "%E0%A4%A"]]);
  });
});

describe("reading again", () => {
  const old: Got<number> = { at: "ready", data: 1, late: false };
  const failed = (status: number): Got<number> => ({ at: "failed", status, error: "" });

  it("keeps what is there while the server does not answer", () =>
    expect([0, 429, 503].map((status) => merged(old, failed(status)))).toEqual(Array(3).fill({ at: "ready", data: 1, late: true })));
  it("drops what may not be seen or is gone", () =>
    expect([401, 403, 404, 422].map((status) => merged(old, failed(status)).at)).toEqual(Array(4).fill("failed")));
  it("replaces it by what is new", () =>
    expect(merged(old, { at: "ready", data: 2, late: false })).toEqual({ at: "ready", data: 2, late: false }));
});
