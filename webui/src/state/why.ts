// What is known of a pair's reason: the prediction that came with it, and the answer asked for.

import type { ExplainAck, QueryView } from "../wire";
import { several } from "./reply";

/** The explanation of one pair, by query and counter-example. */
export type Why = { query: string; counter: string } & (
  | { status: "loading" }
  | { status: "failed"; error: string }
  | { status: "done"; ack: ExplainAck }
);

/** The explanation of the pair that is shown, if it was asked for. */
export function whyOf(why: Why | null, view: QueryView): Why | null {
  return why && why.query === view.query && why.counter === view.counter_example?.id ? why : null;
}

/** An answer counts only for what was asked last. */
export function withWhy(now: Why | null, next: Why): Why | null {
  if (next.status === "loading") return next;
  return now?.query === next.query && now.counter === next.counter ? next : now;
}

/** Whether one known example speaks against the label in question. */
export function explainable(view: QueryView): boolean {
  return view.counter_example !== null && view.example.given_label !== null && !view.follow_up && !several(view);
}

/** The probabilities without and with the counter-example, to first order; null where unknown. */
export function predicted(view: QueryView): { before: number; after: number } | null {
  const { given_probability: before, predicted_change: change } = view;
  if (before == null || change == null || !explainable(view)) return null;
  return { before, after: share(before + change) };
}

export function share(p: number): number {
  return Math.min(1, Math.max(0, p));
}

/** Whether the counter-example speaks for the machine's doubt at all, as far as is known. */
export function supports(view: QueryView): boolean {
  return view.predicted_change == null || view.predicted_change > 0;
}

/** How many decimals of a percentage tell these probabilities apart, and from nothing: at most 2. */
export function decimals(...shares: number[]): number {
  const told = (digits: number) => new Set([0, ...shares].map((p) => (p * 100).toFixed(digits))).size;
  return [0, 1, 2].find((digits) => told(digits) === new Set([0, ...shares]).size) ?? 2;
}
