// What a person did and the server has not yet acknowledged: kept in the browser, sent in order.

import type { FlagIn, ReplyIn, SkipIn, UndoIn } from "../wire";

/** An answer that can be taken back. `what`: the phrases that told it, as JSON. */
export interface Past {
  key: string;
  owner: string;
  query: string;
  what: string;
}

/** One thing to be sent. `tries` counts the sendings begun: 0 = the server cannot know of it. */
export type Entry = { key: string; owner: string; tries: number; query: string } & (
  | { event: "query:reply"; body: ReplyIn }
  | { event: "query:skip"; body: SkipIn }
  | { event: "query:flag"; body: FlagIn }
  | { event: "reply:undo"; body: UndoIn }
);

/** The oldest entry of `owner`: the next to be sent. */
export function next(outbox: readonly Entry[], owner: string): Entry | undefined {
  return outbox.find((entry) => entry.owner === owner);
}

export function without(outbox: readonly Entry[], key: string): Entry[] {
  return outbox.filter((entry) => entry.key !== key);
}

export function tried(outbox: readonly Entry[], key: string): Entry[] {
  return outbox.map((entry) => (entry.key === key ? { ...entry, tries: entry.tries + 1 } : entry));
}

/** Whether a reply or a skip for `query` still waits to be acknowledged. */
export function settles(outbox: readonly Entry[], query: string): boolean {
  const last = outbox.filter((e) => e.query === query && e.event !== "query:flag").at(-1);
  return last !== undefined && last.event !== "reply:undo";
}

/** Entries from storage; whatever does not look like one is left out. */
export function revive(stored: unknown): Entry[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(
    (e): e is Entry =>
      typeof e === "object" && e !== null && typeof e.key === "string" && typeof e.owner === "string"
      && typeof e.event === "string" && typeof e.body === "object" && typeof e.tries === "number",
  );
}
