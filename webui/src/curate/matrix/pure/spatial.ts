// An index of points in the unit square: a grid of buckets, made by one counting sort. Pure.

import type { Box } from "./camera";

/** Points a bucket holds on average. */
const FILL = 6;

export type Direction = "left" | "right" | "up" | "down";

export class Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
  private readonly side: number;
  /** Bucket b holds `order[starts[b]]` to `order[starts[b + 1] - 1]`. */
  private readonly starts: Uint32Array;
  private readonly order: Uint32Array;

  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    this.x = Float32Array.from(x);
    this.y = Float32Array.from(y);
    const count = this.x.length;
    this.side = Math.max(1, Math.ceil(Math.sqrt(count / FILL)));
    this.starts = new Uint32Array(this.side ** 2 + 1);
    this.order = new Uint32Array(count);
    for (let i = 0; i < count; i++) this.starts[this.bucket(i) + 1]! += 1;
    for (let b = 1; b < this.starts.length; b++) this.starts[b]! += this.starts[b - 1]!;
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) this.order[next[this.bucket(i)]!++] = i;
  }

  get length(): number {
    return this.x.length;
  }

  /** Rows of the points in `box`, edges included, in no particular order. */
  within(box: Box): number[] {
    const found: number[] = [];
    const last = this.side - 1;
    const [c0, c1, r0, r1] = [this.slot(box.x0), this.slot(box.x1), this.slot(box.y0), this.slot(box.y1)];
    for (let r = Math.max(0, r0); r <= Math.min(last, r1); r++) {
      for (let c = Math.max(0, c0); c <= Math.min(last, c1); c++) this.collect(r * this.side + c, box, found);
    }
    return found;
  }

  /** The row nearest to a place among those `admits` lets through, at most `reach` away; -1 = none. */
  nearest(x: number, y: number, reach: number, admits: (row: number) => boolean = () => true): number {
    let best = -1;
    let least = reach * reach;
    for (const row of this.within({ x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach })) {
      const apart = (this.x[row]! - x) ** 2 + (this.y[row]! - y) ** 2;
      if (apart <= least && admits(row)) [best, least] = [row, apart];
    }
    return best;
  }

  /** The next row from `row` in a direction: within 45 degrees of it, and near; -1 = none. */
  towards(row: number, direction: Direction, admits: (row: number) => boolean = () => true): number {
    const [x, y] = [this.x[row]!, this.y[row]!];
    const across = direction === "left" || direction === "right";
    const sign = direction === "left" || direction === "up" ? -1 : 1;
    for (let reach = 2 / this.side; ; reach *= 2) {
      let best = -1;
      let least = Infinity;
      for (const other of this.within(cone(x, y, reach, across, sign))) {
        const along = sign * (across ? this.x[other]! - x : this.y[other]! - y);
        const aside = Math.abs(across ? this.y[other]! - y : this.x[other]! - x);
        const apart = along + 2 * aside;
        if (other !== row && along > 0 && aside <= along && along <= reach && apart < least && admits(other)) [best, least] = [other, apart];
      }
      if (best >= 0 || reach > 2) return best;
    }
  }

  private collect(bucket: number, box: Box, found: number[]): void {
    for (let k = this.starts[bucket]!; k < this.starts[bucket + 1]!; k++) {
      const row = this.order[k]!;
      const [x, y] = [this.x[row]!, this.y[row]!];
      if (x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1) found.push(row);
    }
  }

  private bucket(row: number): number {
    const last = this.side - 1;
    const inside = (slot: number) => Math.min(last, Math.max(0, slot));
    return inside(this.slot(this.y[row]!)) * this.side + inside(this.slot(this.x[row]!));
  }

  private slot(value: number): number {
    return Math.floor(value * this.side);
  }
}

function cone(x: number, y: number, reach: number, across: boolean, sign: number): Box {
  const far = { x: x + sign * reach, y: y + sign * reach };
  return across ? { x0: Math.min(x, far.x), x1: Math.max(x, far.x), y0: y - reach, y1: y + reach }
    : { x0: x - reach, x1: x + reach, y0: Math.min(y, far.y), y1: Math.max(y, far.y) };
}
