import type { FieldValue, TableContent } from "../wire";

/** One line of a comparison. `apart` in [0, 1]: separation against the largest; `marked`: among
 * those that separate the two most. */
export interface FieldPair {
  name: string;
  unit: string | null;
  left: FieldValue | null;
  right: FieldValue | null;
  separation: number | null;
  apart: number;
  marked: boolean;
}

/** The fields of both rows, the ones that separate them most first, incomparable ones last. */
export function compare(left: TableContent, right: TableContent): FieldPair[] {
  const names = [...new Set([...left.fields, ...right.fields].map((f) => f.name))];
  const pairs = names.map((name) => pair(name, left, right));
  const sorted = [...pairs].sort((a, b) => (b.separation ?? -1) - (a.separation ?? -1));
  const most = sorted[0]?.separation ?? 0;
  return sorted.map((p) => {
    const apart = most > 0 ? (p.separation ?? 0) / most : 0;
    return { ...p, apart, marked: apart >= 0.5 && (p.separation ?? 0) >= 0.5 };
  });
}

function pair(name: string, left: TableContent, right: TableContent) {
  const l = left.fields.find((f) => f.name === name) ?? null;
  const r = right.fields.find((f) => f.name === name) ?? null;
  return { name, unit: l?.unit ?? r?.unit ?? null, left: l, right: r, separation: l?.separation ?? r?.separation ?? null };
}

/** Digits after the point, so that a column of numbers can be aligned on it; 0 for text. */
export function decimals(value: string): number {
  const match = /^[-−+]?\d[\d\s,']*\.(\d+)$/.exec(value);
  return match?.[1]?.length ?? 0;
}
