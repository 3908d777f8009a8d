// The bars of a histogram. Pure.

import type { Histogram } from "../wire";
import { place } from "./scales";

/** A bar in the units of the drawing; `corrupted` stands on `clean`, `all` where the truth is not
 * known. `share` of all that it holds. */
export interface Bin {
  x: number;
  width: number;
  low: number;
  high: number;
  count: number;
  clean: number;
  corrupted: number;
  all: number;
}

/** Bars over `width`, the tallest `height` high. Nothing for a histogram without edges. */
export function bins(h: Histogram, width: number, height: number): Bin[] {
  const most = Math.max(1, ...h.counts);
  const [from, to] = [h.edges[0] ?? 0, h.edges.at(-1) ?? 1];
  const tall = (n: number | undefined) => (height * (n ?? 0)) / most;
  const truth = h.clean != null && h.corrupted != null;
  return h.counts.map((count, i) => {
    const [low, high] = [h.edges[i] ?? 0, h.edges[i + 1] ?? 0];
    const x = place(low, from, to, 0, width);
    return {
      x, width: place(high, from, to, 0, width) - x, low, high, count,
      clean: truth ? tall(h.clean?.[i]) : 0, corrupted: truth ? tall(h.corrupted?.[i]) : 0, all: truth ? 0 : tall(count),
    };
  });
}
