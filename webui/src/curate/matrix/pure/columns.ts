// The items of a cell as columns: which are shown, in which order, how they spread. Pure.

import type { CellView } from "../../../wire";

export type SortBy = "iies" | "margin" | "gain" | "trust";

export interface Sort {
  by: SortBy;
  /** Whether the largest come first. */
  down: boolean;
}

/** The part of [0.5, 1] whose items are shown, ends included. */
export interface Range {
  from: number;
  to: number;
}

export const WHOLE: Range = { from: 0.5, to: 1 };
export const BINS = 20;

export const SORTS: readonly SortBy[] = ["iies", "margin", "gain", "trust"];

/** Which end of a column is worth seeing first: the least trusted, else the largest. */
export function first(by: SortBy): Sort {
  return { by, down: by !== "trust" };
}

/** Whether a column says anything. */
export function known(view: CellView, by: SortBy): boolean {
  return by === "iies" || by === "margin" || view[by].some((value) => value !== null);
}

/** All rows in order; those without a value come last. */
export function ordered(view: CellView, sort: Sort): Uint32Array {
  const compare = order(view[sort.by], sort.down);
  return Uint32Array.from(view.ids.keys()).sort(compare);
}

/** Of `rows`, those that are still there and in the range. */
export function shown(view: CellView, rows: Uint32Array, hidden: ReadonlySet<string>, range: Range): Uint32Array {
  const all = range.from <= WHOLE.from && range.to >= WHOLE.to;
  if (all && hidden.size === 0) return rows;
  return rows.filter((row) => (all || within(view.iies[row]!, range)) && !hidden.has(view.ids[row]!));
}

export function within(iies: number, range: Range): boolean {
  return iies >= range.from - 1e-9 && iies <= range.to + 1e-9;
}

function order(values: ReadonlyArray<number | null>, down: boolean): (a: number, b: number) => number {
  return (a, b) => {
    const [left, right] = [values[a] ?? null, values[b] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    return (down ? right - left : left - right) || a - b;
  };
}

/** The step of [0.5, 1] an IIES falls in, of `bins` equal ones; 1 falls in the last. */
export function bin(iies: number, bins: number): number {
  return Math.min(bins - 1, Math.max(0, Math.floor((iies - 0.5) * 2 * bins + 1e-9)));
}

/** How many items fall in each of `bins` equal steps from 0.5 to 1. */
export function histogram(view: CellView, hidden: ReadonlySet<string>, bins = BINS): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let row = 0; row < view.ids.length; row++) {
    if (!hidden.has(view.ids[row]!)) counts[bin(view.iies[row]!, bins)]! += 1;
  }
  return counts;
}
