// What the server told us, folded from its pushes and acknowledgements. Pure.

import type { Hello, LeaseAck, ModelUpdated, QueryView, Stats } from "../wire";
import type { Entry } from "./outbox";
import { settles } from "./outbox";

export type Link = "connecting" | "live" | "offline" | "denied";

/** A question in hand. `restored`: put back by an undo, its new lease not yet known. */
export interface Held {
  view: QueryView;
  restored: boolean;
}

export interface ServerState {
  link: Link;
  hello: Hello | null;
  push: number;
  queue: Held[];
  /** Names of all held queries by the last lease; null before the first answer. */
  held: string[] | null;
  waiting: number;
  stats: Stats | null;
  model: { version: number; known: number; exact: boolean } | null;
  /** The epoch at which each query was settled here; a push not newer is stale. */
  settled: Record<string, number>;
}

export const EMPTY: ServerState = {
  link: "connecting", hello: null, push: 0, queue: [], held: null, waiting: 0,
  stats: null, model: null, settled: {},
};

export function withHello(s: ServerState, hello: Hello): ServerState {
  const same = s.hello?.annotator === hello.annotator && s.hello.project === hello.project;
  const queue = same ? s.queue : [];
  return { ...s, hello, link: "live", queue, settled: same ? s.settled : {} };
}

/** A pair that came: new at the end of the queue (a follow-up next), or in the place of what it
 * replaces. */
export function withQuery(s: ServerState, view: QueryView, outbox: readonly Entry[]): ServerState {
  if (settles(outbox, view.query)) return { ...s, settled: settle(s, view) };
  const settled = s.settled[view.query];
  if (settled !== undefined && view.epoch <= settled) return s;
  const at = s.queue.findIndex((held) => held.view.query === view.query);
  const held: Held = { view, restored: false };
  const queue = at >= 0 ? s.queue.with(at, held)
    : view.follow_up ? [...s.queue.slice(0, 1), held, ...s.queue.slice(1)] : [...s.queue, held];
  return { ...s, queue };
}

/** The answer to a lease: the truth about what is held, but for what an undo has put back. */
export function withLease(s: ServerState, ack: LeaseAck, outbox: readonly Entry[]): ServerState {
  const merged = (ack.queries ?? []).reduce((state, view) => withQuery(state, view, outbox), s);
  const queue = merged.queue.filter((h) => h.restored || ack.held.includes(h.view.query));
  const held = ack.held.filter((name) => !settles(outbox, name));
  return { ...merged, queue, held, waiting: ack.waiting };
}

export function withoutQuery(s: ServerState, query: string): ServerState {
  const queue = s.queue.filter((held) => held.view.query !== query);
  return { ...s, queue, held: s.held && s.held.filter((name) => name !== query) };
}

/** The query answered or skipped here: gone from the queue, and stale pushes of it ignored. */
export function withSettled(s: ServerState, view: QueryView): ServerState {
  return { ...withoutQuery(s, view.query), settled: settle(s, view) };
}

/** The query of an undone reply, first in the queue again where its pair is still known. */
export function withRestored(s: ServerState, query: string, view: QueryView | undefined): ServerState {
  const { [query]: _, ...settled } = s.settled;
  if (!view) return { ...s, settled };
  return { ...s, settled, queue: [{ view, restored: true }, ...withoutQuery(s, query).queue] };
}

export function withModel(s: ServerState, m: ModelUpdated): ServerState {
  return { ...s, model: { version: m.model, known: m.known, exact: m.exact } };
}

export function withStats(s: ServerState, stats: Stats): ServerState {
  const model = { version: stats.model, known: stats.known, exact: stats.model_exact };
  return { ...s, stats, model, waiting: stats.waiting };
}

/** Whether two views show the same: only lease and model number may differ. */
export function samePair(a: QueryView, b: QueryView): boolean {
  const [left, right] = [a, b].map((view) => [view.example, view.counter_example, ...(view.others ?? [])]);
  return left?.length === right?.length && Boolean(left?.every((side, i) =>
    side?.id === right?.[i]?.id && side?.given_label === right?.[i]?.given_label));
}

function settle(s: ServerState, view: QueryView): Record<string, number> {
  const before = s.settled[view.query] ?? view.epoch;
  return { ...s.settled, [view.query]: Math.max(before, view.epoch) };
}
