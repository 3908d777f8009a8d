// Which points a drawn line encloses. Pure.

import type { Box, Spot } from "./camera";
import type { Points } from "./spatial";

/** Whether a place lies in the polygon, by the even-odd rule; its last corner joins its first. */
export function inside(polygon: readonly Spot[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i]!, polygon[j]!];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
  }
  return odd;
}

export function bounds(spots: readonly Spot[]): Box {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const { x, y } of spots) {
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x);
    box.y1 = Math.max(box.y1, y);
  }
  return box;
}

/** Rows of the points that the line encloses. */
export function enclosed(points: Points, polygon: readonly Spot[]): number[] {
  if (polygon.length < 3) return [];
  return points.within(bounds(polygon)).filter((row) => inside(polygon, points.x[row]!, points.y[row]!));
}
