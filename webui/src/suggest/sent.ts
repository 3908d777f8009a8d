// What was done here: waiting for the server, or done and to be taken back. In order, one at a
// time, so that an undo never overtakes what it undoes. Pure.

import type { SuggestionView, SuggestionsAck } from "../wire";

export type Kind = SuggestionView["state"];
export type Verb = "accept" | "reject" | "ask";
export const BECOMES: Record<Verb, Kind> = { accept: "accepted", reject: "rejected", ask: "asked" };

/** Many items, one decision. `before`: the state of each until then. */
export interface Deed {
  verb: Verb;
  ids: string[];
  before: Readonly<Record<string, Kind>>;
}

/** `after`: the key of the act that an undo waits for, where that is not confirmed yet. */
export type Entry =
  | ({ kind: "act"; key: string; tries: number } & Deed)
  | { kind: "undo"; key: string; tries: number; of: Deed; after: string | null };

/** `done`: confirmed by the server, newest last. `settled`: the state each item was left in, and by
 * which event; a list that is older does not know of it. */
export interface Outbox {
  waiting: readonly Entry[];
  done: readonly Deed[];
  settled: Readonly<Record<string, { seq: number; kind: Kind }>>;
}

export const EMPTY: Outbox = { waiting: [], done: [], settled: {} };
const DEEP = 50;

export function find(box: Outbox, key: string): Entry | undefined {
  return box.waiting.find((entry) => entry.key === key);
}

export function restored(deed: Deed, id: string): Kind {
  return deed.before[id] ?? "open";
}

/** The state an item gets from what waits, or nothing. */
export function covering(box: Outbox, id: string): Kind | undefined {
  for (const entry of box.waiting.toReversed()) {
    if (entry.kind === "act" && id in entry.before) return BECOMES[entry.verb];
    if (entry.kind === "undo" && id in entry.of.before) return restored(entry.of, id);
  }
  return undefined;
}

/** The state an item was left in by an event that a list of `seq` does not contain. */
export function newer(box: Outbox, id: string, seq: number): Kind | undefined {
  const known = box.settled[id];
  return known && known.seq > seq ? known.kind : undefined;
}

/** By how much the number of a kind changes by an entry, as far as it touches `ids`. */
export function change(entry: Entry, kind: Kind, ids: readonly string[]): number {
  const deed = entry.kind === "act" ? entry : entry.of;
  const sign = entry.kind === "act" ? 1 : -1;
  const touched = ids.filter((id) => id in deed.before);
  const came = BECOMES[deed.verb] === kind ? touched.length : 0;
  return sign * (came - touched.filter((id) => deed.before[id] === kind).length);
}

/** The same for all that waits. */
export function drift(box: Outbox, kind: Kind): number {
  return box.waiting.reduce((sum, entry) => sum + change(entry, kind, entry.kind === "act" ? entry.ids : entry.of.ids), 0);
}

export function queued(box: Outbox, entry: Entry): Outbox {
  return { ...box, waiting: [...box.waiting, entry] };
}

export function tried(box: Outbox, key: string): Outbox {
  return { ...box, waiting: box.waiting.map((e) => (e.key === key ? { ...e, tries: e.tries + 1 } : e)) };
}

/** Without an entry, and without what would have taken it back. */
export function dropped(box: Outbox, key: string): Outbox {
  return { ...box, waiting: box.waiting.filter((e) => e.key !== key && !(e.kind === "undo" && e.after === key)) };
}

/** The server did it, all but what it refused. */
export function acked(box: Outbox, key: string, ack: SuggestionsAck): Outbox {
  const entry = find(box, key);
  if (entry?.kind !== "act") return box;
  const settled = { ...box.settled };
  for (const id of ack.done) settled[id] = { seq: ack.seq, kind: BECOMES[entry.verb] };
  const before = Object.fromEntries(ack.done.map((id) => [id, restored(entry, id)]));
  const deed: Deed = { verb: entry.verb, ids: ack.done, before };
  if (ack.act === null || ack.done.length === 0) return { ...dropped(box, key), settled };
  const undone = box.waiting.some((e) => e.kind === "undo" && e.after === key);
  const rest = box.waiting.filter((e) => e.key !== key);
  return {
    waiting: rest.map((e) => (e.kind === "undo" && e.after === key ? { ...e, of: deed, after: null } : e)),
    done: undone ? box.done : [...box.done, deed].slice(-DEEP), settled,
  };
}

export function undone(box: Outbox, key: string, seq: number): Outbox {
  const entry = find(box, key);
  if (entry?.kind !== "undo") return box;
  const settled = { ...box.settled };
  for (const id of entry.of.ids) settled[id] = { seq, kind: restored(entry.of, id) };
  return { ...dropped(box, key), settled };
}

/** Takes back the newest deed. One that was never sent is only dropped; one on its way is taken
 * back after it. */
export function takeBack(box: Outbox, key: string): { outbox: Outbox; of: Deed | null } {
  const undoing = new Set(box.waiting.flatMap((e) => (e.kind === "undo" ? [e.after] : [])));
  const last = box.waiting.findLast((e) => e.kind === "act" && !undoing.has(e.key));
  if (last?.kind === "act") {
    const free = last.tries === 0 && box.waiting[0] !== last;
    const undo: Entry = { kind: "undo", key, tries: 0, of: last, after: last.key };
    return { outbox: free ? dropped(box, last.key) : queued(box, undo), of: last };
  }
  const of = box.done.at(-1);
  if (!of) return { outbox: box, of: null };
  return { outbox: queued({ ...box, done: box.done.slice(0, -1) }, { kind: "undo", key, tries: 0, of, after: null }), of };
}
