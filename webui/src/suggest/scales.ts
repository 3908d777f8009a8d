// Where values stand on an axis. Pure.

import { round } from "../charts/scale";

/** `value` between `from` and `to` as a place between `left` and `right`; outside, at the end. */
export function place(value: number, from: number, to: number, left: number, right: number): number {
  const share = to > from ? (value - from) / (to - from) : 0.5;
  return left + (right - left) * Math.min(1, Math.max(0, share));
}

/** Ends of an axis that holds all `values` and 0. */
export function ends(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  return least === most ? [0, 1] : [least, most];
}

/** Round steps from `from` to `to`, about `count` of them, both ends inside. */
export function ticks(from: number, to: number, count = 4): number[] {
  const step = round((to - from) / count || 1);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

/** At most `count` of `length` positions, evenly, the last among them. */
export function sampled(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

/** The rows of a list of even height that are to be drawn: those in sight, and some around. */
export function inSight(top: number, height: number, row: number, count: number, around = 6): [number, number] {
  const from = Math.max(0, Math.floor(top / row) - around);
  return [Math.min(from, count), Math.min(count, Math.ceil((top + height) / row) + around)];
}
