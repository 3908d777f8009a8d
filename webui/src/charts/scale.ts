/** A point of a curve: arrivals, the measure with answers, the measure without asking. */
export interface Point {
  x: number;
  live: number | null;
  never: number | null;
}

/** From and to of an axis that holds `values`, ends on round steps, and is at least `floor` tall.
 * A given `from` or `to` stays. */
export function domain(values: number[], floor: number, from?: number, to?: number): [number, number] {
  const low = from ?? Math.min(...values, (to ?? 1) - floor);
  const high = to ?? Math.max(...values, low + floor);
  const step = round((high - low) / 4);
  return [from ?? Math.max(0, Math.floor(low / step + 1e-9) * step), to ?? Math.ceil(high / step - 1e-9) * step];
}

/** The next of 1, 2, 5 times a power of ten. */
export function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  const step = [1, 2, 5, 10].find((n) => n * power >= value * 0.999) ?? 10;
  return step * power;
}

/** A path through those points that have a value; gaps stay gaps. */
export function path(points: ReadonlyArray<{ x: number; y: number | null }>): string {
  let pen = "M";
  let drawn = "";
  for (const { x, y } of points) {
    if (y === null) {
      pen = "M";
      continue;
    }
    drawn += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return drawn;
}
