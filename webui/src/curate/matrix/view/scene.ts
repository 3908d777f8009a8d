// What a map draws, and how one differs from the next.

import type { Box } from "../pure/camera";
import type { Points } from "../pure/spatial";
import type { Palette } from "./palette";
import { SHADES } from "./palette";

/** What is drawn. Rows that are shown come in order, the most important first. */
export interface Scene {
  points: Points;
  ids: readonly string[];
  iies: readonly number[];
  shade: Uint8Array;
  rows: Uint32Array;
  /** Place of each row in `rows`; -1: not shown. */
  rank: Int32Array;
  /** Rows outside the filter. */
  rest: Uint32Array;
  picked: readonly number[];
  /** 1 for each row that is picked. */
  mask: Uint8Array;
  /** Around what is picked, or what is in focus. */
  box: Box | null;
  others: ReadonlyArray<{ who: string; rows: number[] }>;
  focus: number;
  hover: number;
  palette: Palette;
}

export function shadesOf(iies: readonly number[]): Uint8Array {
  return Uint8Array.from(iies, (value) => Math.min(SHADES - 1, Math.max(0, Math.floor((value - 0.5) * 2 * SHADES))));
}

/** Most rows that fade. */
const MOST_FADING = 2000;

/** Rows that were shown and are resolved now. */
export function gone(before: Scene, now: Scene): number[] {
  const lost = before.rows.length + before.rest.length - now.rows.length - now.rest.length;
  if (before.points !== now.points || lost <= 0 || lost > MOST_FADING) return [];
  const kept = new Uint8Array(now.points.length);
  for (const row of now.rest) kept[row] = 1;
  return Array.from(before.rows).filter((row) => now.rank[row]! < 0 && !kept[row]);
}

export function sameDots(a: Scene, b: Scene): boolean {
  return a.points === b.points && a.rows === b.rows && a.rest === b.rest && a.picked === b.picked
    && a.shade === b.shade && a.palette === b.palette;
}
