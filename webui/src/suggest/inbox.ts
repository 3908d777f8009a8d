// The suggestions as a mailbox: what the server listed, what is done here before it answers, where
// one stands. Pure: `desk` reads, sends and keeps it.

import type { BatchPreview, ErrorAnswer, SuggestionView, SuggestionsAck, SuggestionsView } from "../wire";
import type { Entry, Kind, Verb } from "./sent";
import { BECOMES, restored } from "./sent";
import * as sent from "./sent";

export const KINDS: readonly Kind[] = ["open", "accepted", "rejected", "asked"];

/** The suggestions of one kind, as far as they were read. `total` is the server's, `stale`: to be
 * read afresh when they are next looked at. */
export interface Listed {
  ids: string[];
  total: number | null;
  at: "none" | "ready" | "failed";
  status: number;
  error: string;
  stale: boolean;
  /** The last try to read them afresh failed. */
  late: boolean;
}

export type Head = Omit<SuggestionsView, "ok" | "suggestions" | "total">;

/** What Enter would accept, and what that is predicted to bring. */
export interface Batch {
  ids: string[];
  preview: { at: "loading" } | { at: "ready"; data: BatchPreview } | { at: "failed"; error: string };
}

export type Pane = "detail" | "chooser" | "calibration";
/** What was last done, or why not. `back`: it can be taken back. */
export interface Line {
  what: Verb | "undone" | "refused" | "failed" | "nothing" | "waiting";
  count: number;
  id: string;
  reason: string;
  back: boolean;
}

export interface Inbox {
  filter: Kind;
  lists: Record<Kind, Listed>;
  items: Readonly<Record<string, SuggestionView>>;
  head: Head | null;
  cursor: string | null;
  /** Stood under the cursor and is listed no more; leaves when the cursor does. */
  gone: string | null;
  selected: ReadonlySet<string>;
  anchor: string | null;
  batch: Batch | null;
  pane: Pane;
  line: Line | null;
  outbox: sent.Outbox;
}

const NONE: Listed = { ids: [], total: null, at: "none", status: 0, error: "", stale: false, late: false };

export const EMPTY: Inbox = {
  filter: "open", lists: { open: NONE, accepted: NONE, rejected: NONE, asked: NONE }, items: {}, head: null,
  cursor: null, gone: null, selected: new Set(), anchor: null, batch: null, pane: "detail", line: null, outbox: sent.EMPTY,
};

export type Message =
  | { type: "filter"; filter: Kind }
  | { type: "reading"; filter: Kind }
  | { type: "read"; filter: Kind; offset: number; view: SuggestionsView }
  | { type: "counted"; filter: Kind; total: number }
  | { type: "unread"; filter: Kind; status: number; error: string }
  | { type: "stale" }
  | { type: "move"; step: number; extend: boolean }
  | { type: "at"; id: string; extend: boolean }
  | { type: "toggle"; id?: string }
  | { type: "range" }
  | { type: "all" }
  | { type: "clear" }
  | { type: "act"; verb: Verb; ids: string[]; key: string }
  | { type: "undo"; key: string }
  | { type: "acked"; key: string; ack: SuggestionsAck }
  | { type: "undone"; key: string; seq: number }
  | { type: "refused"; key: string; error: ErrorAnswer }
  | { type: "tried"; key: string }
  | { type: "preview"; ids: string[] }
  | { type: "previewed"; ids: string[]; preview: BatchPreview | null; error: string }
  | { type: "unpreview" }
  | { type: "pane"; pane: Pane };

/** What an item's state is here: as last done, also where the server has not answered. */
export function kindOf(s: Inbox, id: string): Kind | undefined {
  return sent.covering(s.outbox, id) ?? s.items[id]?.state;
}

/** The rows on the screen, in order. */
export function visible(s: Inbox): string[] {
  return s.lists[s.filter].ids.filter((id) => kindOf(s, id) === s.filter);
}

/** How many there are of a kind, with what is done here and not yet confirmed. */
export function total(s: Inbox, kind: Kind): number | null {
  const known = s.lists[kind].total;
  return known === null ? null : Math.max(0, known + sent.drift(s.outbox, kind));
}

/** Whether the server has rows behind those that were read. */
export function more(s: Inbox): boolean {
  const list = s.lists[s.filter];
  return list.at === "ready" && list.total !== null && visible(s).length < (total(s, s.filter) ?? 0);
}

export function current(s: Inbox): SuggestionView | null {
  return s.cursor === null ? null : s.items[s.cursor] ?? null;
}

/** Whether the chooser would rather have somebody asked than any of these accepted. */
export function doubtful(s: Inbox): boolean {
  return s.head?.chooser.chosen === "ask";
}

/** What is listed can be answered so: open ones in any way, accepted ones be rejected after all. */
export function answerable(s: Inbox, verb: sent.Verb): boolean {
  return s.filter === "open" || (s.filter === "accepted" && verb === "reject");
}

/** What an action is about: the selection in the order of the list, or else the row one stands on. */
export function meant(s: Inbox): string[] {
  if (s.selected.size > 0) return visible(s).filter((id) => s.selected.has(id) && id !== s.gone);
  return s.cursor === null || s.cursor === s.gone || kindOf(s, s.cursor) !== s.filter ? [] : [s.cursor];
}

export function reduce(s: Inbox, m: Message): Inbox {
  switch (m.type) {
    case "filter": return filtered(s, m.filter);
    case "reading": return listed(s, m.filter, { stale: false });
    case "read": return standing(read(s, m.filter, m.offset, m.view), s);
    case "counted": return listed(s, m.filter, { total: m.total });
    case "unread": return unread(s, m.filter, m.status, m.error);
    case "stale": return { ...s, lists: mapped(s.lists, (list) => ({ ...list, stale: true })) };
    case "move": return moved(s, m.step, m.extend);
    case "at": return at(s, m.id, m.extend);
    case "toggle": return toggled(s, m.id ?? s.cursor);
    case "range": return s.cursor === null ? s : ranged(s, s.cursor);
    case "all": return { ...s, selected: new Set(visible(s)), anchor: s.cursor, batch: null };
    case "clear": return { ...s, selected: new Set(), anchor: null, batch: null };
    case "act": return acted(s, m.verb, m.ids, m.key);
    case "undo": return back(s, m.key);
    case "acked": return acked(s, m.key, m.ack);
    case "undone": return undone(s, m.key, m.seq);
    case "refused": return refused(s, m.key, m.error);
    case "tried": return { ...s, outbox: sent.tried(s.outbox, m.key), line: waits(s, m.key) };
    case "preview": return { ...s, batch: { ids: m.ids, preview: { at: "loading" } } };
    case "previewed": return previewed(s, m.ids, m.preview, m.error);
    case "unpreview": return { ...s, batch: null };
    case "pane": return { ...s, pane: s.pane === m.pane ? "detail" : m.pane };
  }
}

function listed(s: Inbox, kind: Kind, change: Partial<Listed>): Inbox {
  return { ...s, lists: { ...s.lists, [kind]: { ...s.lists[kind], ...change } } };
}

function mapped(lists: Inbox["lists"], change: (list: Listed, kind: Kind) => Listed): Inbox["lists"] {
  return Object.fromEntries(KINDS.map((kind) => [kind, change(lists[kind], kind)])) as Inbox["lists"];
}

function filtered(s: Inbox, filter: Kind): Inbox {
  if (filter === s.filter) return s;
  const next = { ...s, filter, selected: new Set<string>(), anchor: null, batch: null, gone: null };
  return { ...next, cursor: visible(next)[0] ?? null };
}

/** A page that came. Rows are kept once, where they first stand; from 0 on it replaces the list. */
function read(s: Inbox, kind: Kind, offset: number, view: SuggestionsView): Inbox {
  const { ok: _, suggestions, total: count, ...head } = view;
  const items = { ...s.items };
  for (const one of suggestions) items[one.id] = { ...one, state: sent.newer(s.outbox, one.id, view.seq) ?? one.state };
  const before = offset === 0 ? [] : s.lists[kind].ids;
  const there = new Set(before);
  const ids = [...before, ...suggestions.map((one) => one.id).filter((id) => !there.has(id))];
  const newest = s.head === null || view.seq >= s.head.seq ? head : s.head;
  return listed({ ...s, items, head: newest }, kind, { ids, total: count, at: "ready", late: false });
}

/** After new rows the cursor stands where it stood; a row that is listed no more stays under it. */
function standing(s: Inbox, old: Inbox): Inbox {
  const rows = visible(s);
  const selected = new Set([...s.selected].filter((id) => rows.includes(id)));
  const kept = selected.size === s.selected.size ? s.selected : selected;
  if (s.cursor === null) return { ...s, cursor: rows[0] ?? null, selected: kept };
  if (rows.includes(s.cursor)) return { ...s, selected: kept, gone: null };
  const was = visible(old).indexOf(s.cursor);
  if (was < 0 || kindOf(s, s.cursor) !== s.filter) return { ...s, cursor: rows[0] ?? null, selected: kept };
  const ids = s.lists[s.filter].ids.toSpliced(was, 0, s.cursor);
  return { ...listed(s, s.filter, { ids }), selected: kept, gone: s.cursor };
}

function unread(s: Inbox, kind: Kind, status: number, error: string): Inbox {
  const passing = status === 0 || status === 429 || status >= 500;
  if (passing && s.lists[kind].at === "ready") return listed(s, kind, { late: true });
  return listed(s, kind, { at: "failed", status, error, ids: [], total: null, late: false });
}

function moved(s: Inbox, step: number, extend: boolean): Inbox {
  const rows = visible(s);
  if (rows.length === 0) return s;
  const from = s.cursor === null ? -1 : rows.indexOf(s.cursor);
  const to = Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + step));
  return at(s, rows[to] ?? rows[0]!, extend);
}

function at(s: Inbox, id: string, extend: boolean): Inbox {
  const anchored = extend && s.anchor === null ? { ...s, anchor: s.cursor } : s;
  const left = { ...without(anchored, id), cursor: id, pane: "detail" as const };
  return extend ? ranged(left, id) : left;
}

/** Drops the row that only stayed because one stood on it. */
function without(s: Inbox, next: string): Inbox {
  if (s.gone === null || s.gone === next) return s;
  const ids = s.lists[s.filter].ids.filter((id) => id !== s.gone);
  return { ...listed(s, s.filter, { ids }), gone: null };
}

function toggled(s: Inbox, id: string | null): Inbox {
  if (id === null || id === s.gone) return s;
  const selected = new Set(s.selected);
  if (!selected.delete(id)) selected.add(id);
  return { ...s, selected, anchor: id, batch: null };
}

function ranged(s: Inbox, to: string): Inbox {
  const rows = visible(s);
  const [low, high] = [rows.indexOf(s.anchor ?? to), rows.indexOf(to)].sort((a, b) => a - b);
  if (low === undefined || low < 0 || high === undefined) return s;
  const selected = new Set([...s.selected, ...rows.slice(low, high + 1)]);
  return { ...s, selected, anchor: s.anchor ?? to, batch: null };
}

/** Done at once here; the cursor goes on to the next row that stays. */
function acted(s: Inbox, verb: Verb, ids: string[], key: string): Inbox {
  const before: Record<string, Kind> = {};
  for (const id of ids) {
    const kind = kindOf(s, id);
    if (kind !== undefined && kind !== BECOMES[verb]) before[id] = kind;
  }
  const done = Object.keys(before);
  if (done.length === 0) return s;
  const rows = visible(s);
  const outbox = sent.queued(s.outbox, { kind: "act", key, verb, ids: done, before, tries: 0 });
  const line: Line = { what: verb, count: done.length, id: done[0] ?? "", reason: "", back: true };
  const next = { ...s, outbox, line, selected: new Set<string>(), anchor: null, batch: null };
  return { ...next, cursor: beside(rows, s.cursor, next) };
}

function beside(rows: string[], cursor: string | null, s: Inbox): string | null {
  const stays = (id: string) => kindOf(s, id) === s.filter;
  if (cursor === null || stays(cursor)) return cursor;
  const from = rows.indexOf(cursor);
  return rows.slice(from).find(stays) ?? rows.slice(0, Math.max(0, from)).findLast(stays) ?? null;
}

/** Takes the last thing back: unsent, it is simply not sent. */
function back(s: Inbox, key: string): Inbox {
  const { outbox, of } = sent.takeBack(s.outbox, key);
  if (!of) return { ...s, line: { what: "nothing", count: 0, id: "", reason: "", back: false } };
  const line: Line = { what: "undone", count: of.ids.length, id: of.ids[0] ?? "", reason: "", back: outbox.done.length > 0 };
  const next = { ...s, outbox, line, selected: new Set<string>(), anchor: null, batch: null };
  const shown = of.ids.find((id) => kindOf(next, id) === s.filter);
  return { ...next, cursor: shown ?? beside(visible(s), s.cursor, next) };
}

function acked(s: Inbox, key: string, ack: SuggestionsAck): Inbox {
  const entry = sent.find(s.outbox, key);
  if (!entry || entry.kind === "undo") return s;
  const items = { ...s.items };
  for (const id of ack.done) if (items[id]) items[id] = { ...items[id], state: BECOMES[entry.verb] };
  const outbox = sent.acked(s.outbox, key, ack);
  const lists = mapped(s.lists, (list, kind) => ({
    ...list, stale: list.stale || kind === BECOMES[entry.verb],
    total: list.total === null ? null : Math.max(0, list.total + sent.change(entry, kind, ack.done)),
  }));
  const [first] = ack.refused;
  const line: Line | null = first ? { what: "refused", count: ack.refused.length, id: first.id, reason: first.reason, back: ack.done.length > 0 }
    : s.line?.what === "waiting" ? { what: entry.verb, count: ack.done.length, id: ack.done[0] ?? "", reason: "", back: outbox.done.length > 0 } : s.line;
  const next = { ...s, items, outbox, lists, line };
  return { ...next, cursor: next.cursor ?? visible(next)[0] ?? null };
}

function undone(s: Inbox, key: string, seq: number): Inbox {
  const entry = sent.find(s.outbox, key);
  if (entry?.kind !== "undo") return s;
  const outbox = sent.undone(s.outbox, key, seq);
  const line: Line | null = s.line?.what !== "waiting" ? s.line
    : { what: "undone", count: entry.of.ids.length, id: entry.of.ids[0] ?? "", reason: "", back: outbox.done.length > 0 };
  return { ...s, outbox, line, items: settled(s, key), lists: drifted(s, key) };
}

/** The states of an undo that went through, kept with the items. */
function settled(s: Inbox, key: string): Inbox["items"] {
  const entry = sent.find(s.outbox, key);
  if (entry?.kind !== "undo") return s.items;
  const items = { ...s.items };
  for (const id of entry.of.ids) if (items[id]) items[id] = { ...items[id], state: restored(entry.of, id) };
  return items;
}

function drifted(s: Inbox, key: string): Inbox["lists"] {
  const entry = sent.find(s.outbox, key);
  if (!entry) return s.lists;
  return mapped(s.lists, (list, kind) => ({
    ...list, stale: true, total: list.total === null ? null : Math.max(0, list.total + sent.change(entry, kind, entryIds(entry))),
  }));
}

function entryIds(entry: Entry): string[] {
  return entry.kind === "act" ? entry.ids : entry.of.ids;
}

/** The server will not do it: it is as it was, and said why. */
function refused(s: Inbox, key: string, error: ErrorAnswer): Inbox {
  const entry = sent.find(s.outbox, key);
  if (!entry) return s;
  const line: Line = { what: "failed", count: entryIds(entry).length, id: entryIds(entry)[0] ?? "", reason: error.error, back: false };
  const next = { ...s, outbox: sent.dropped(s.outbox, key), line };
  return { ...next, cursor: next.cursor ?? visible(next)[0] ?? null };
}

function waits(s: Inbox, key: string): Line | null {
  const entry = sent.find(s.outbox, key);
  return entry ? { what: "waiting", count: s.outbox.waiting.length, id: "", reason: "", back: true } : s.line;
}

function previewed(s: Inbox, ids: string[], preview: BatchPreview | null, error: string): Inbox {
  if (s.batch === null || s.batch.ids !== ids) return s;
  return { ...s, batch: { ids, preview: preview ? { at: "ready", data: preview } : { at: "failed", error } } };
}
