// Keeps the inbox, reads the lists, sends what was done, one thing at a time and in order.

import { useLayoutEffect, useState } from "preact/hooks";
import { newKey } from "../store";
import type { ActUndone, BatchPreview, SuggestionsAck, SuggestionsUpdated, SuggestionsView } from "../wire";
import type { Said } from "./api";
import { fetched, passing, posted } from "./api";
import type { Inbox, Message } from "./inbox";
import { EMPTY, KINDS, answerable, doubtful, meant, more, reduce, total, visible } from "./inbox";
import type { Entry, Kind, Verb } from "./sent";

export const PAGE = 100;
const CALM = 400;

let inbox: Inbox = EMPTY;
let draining = false;
const turns: Record<Kind, ((kind: Kind) => Promise<void>)[]> = { open: [], accepted: [], rejected: [], asked: [] };
let calming: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function getInbox(): Inbox {
  return inbox;
}

export function tell(message: Message): void {
  const before = inbox;
  inbox = reduce(before, message);
  if (inbox === before) return;
  for (const listener of [...listeners]) listener();
  if (busy(before) && !busy(inbox) && inbox.lists[inbox.filter].stale) calm();
}

/** Something is selected, or on its way: a newer list would take it away. */
function busy({ selected, batch, outbox }: Inbox): boolean {
  return selected.size > 0 || batch !== null || outbox.waiting.length > 0;
}

export function useInbox(): Inbox {
  const [seen, see] = useState(getInbox);
  useLayoutEffect(() => {
    const listener = () => see(getInbox());
    listeners.add(listener);
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return seen;
}

/** Opens the page: what is there is shown, and read afresh. */
export function open(): void {
  refresh();
  for (const kind of KINDS) if (inbox.lists[kind].total === null && kind !== inbox.filter) void count(kind);
}

export function show(filter: Kind): void {
  tell({ type: "filter", filter });
  const list = inbox.lists[filter];
  if (list.at !== "ready" || list.stale) refresh();
}

/** Reads the list from its start, as far as one has gone in it. */
export function refresh(): void {
  inTurn(inbox.filter, afresh);
}

/** Reads on where the list ends. */
export function further(): void {
  inTurn(inbox.filter, onward);
}

/** Reads of one list follow one another; what waits for its turn waits once. */
function inTurn(kind: Kind, read: (kind: Kind) => Promise<void>): void {
  const waiting = turns[kind];
  if (waiting.includes(read, 1)) return;
  waiting.push(read);
  if (waiting.length === 1) void takeTurns(kind);
}

async function takeTurns(kind: Kind): Promise<void> {
  for (let read = turns[kind][0]; read; read = turns[kind][0]) {
    await read(kind);
    turns[kind].shift();
  }
}

async function afresh(kind: Kind): Promise<void> {
  if (inbox.filter !== kind) return;
  tell({ type: "reading", filter: kind });
  const depth = inbox.cursor === null ? 0 : visible(inbox).indexOf(inbox.cursor) + PAGE / 2;
  answered(kind, 0, await pages(kind, depth));
}

async function onward(kind: Kind): Promise<void> {
  if (inbox.filter !== kind || !more(inbox)) return;
  const offset = visible(inbox).length;
  answered(kind, offset, await page(kind, offset));
}

function answered(kind: Kind, offset: number, view: Said<SuggestionsView>): void {
  if (view.ok) tell({ type: "read", filter: kind, offset, view });
  else tell({ type: "unread", filter: kind, status: view.status, error: view.error });
}

async function pages(kind: Kind, depth: number): Promise<Said<SuggestionsView>> {
  let view = await page(kind, 0);
  while (view.ok && view.suggestions.length < Math.min(depth, view.total)) {
    const next = await page(kind, view.suggestions.length);
    if (!next.ok) return next;
    if (next.suggestions.length === 0) break;
    view = { ...next, suggestions: [...view.suggestions, ...next.suggestions] };
  }
  return view;
}

function page(kind: Kind, offset: number) {
  return fetched<SuggestionsView>(`/suggestions?state=${kind}&limit=${PAGE}&offset=${offset}`);
}

async function count(kind: Kind): Promise<void> {
  const answer = await fetched<SuggestionsView>(`/suggestions?state=${kind}&limit=1&offset=0`);
  if (answer.ok && inbox.lists[kind].at === "none") tell({ type: "counted", filter: kind, total: answer.total });
}

/** A newer list, or one that somebody else has changed: read when nothing is selected or on its way. */
export function updated(push: SuggestionsUpdated): void {
  const same = push.version === inbox.head?.version && push.total === total(inbox, "open");
  if (same && push.note === (inbox.head?.chooser.note ?? "")) return;
  tell({ type: "stale" });
  calm();
}

/** Reads a stale list soon, once nothing stands in its way. */
function calm(): void {
  clearTimeout(calming);
  calming = setTimeout(() => {
    if (inbox.lists[inbox.filter].stale && !busy(inbox)) refresh();
  }, CALM);
}

/** The one step of `y`, `n`, `e`: at once; accepting several, or what had better be asked about, with
 * a look at what it would bring. */
export function act(verb: Verb): void {
  const ids = meant(inbox);
  if (ids.length === 0 || !answerable(inbox, verb)) return;
  if (verb === "accept" && (inbox.selected.size > 0 || doubtful(inbox))) return void preview(ids);
  tell({ type: "act", verb, ids, key: newKey() });
  void drain();
}

async function preview(ids: string[]): Promise<void> {
  tell({ type: "preview", ids });
  const answer = await posted<BatchPreview>("/suggestions/preview", { ids });
  tell({ type: "previewed", ids, preview: answer.ok ? answer : null, error: answer.ok ? "" : answer.error });
}

/** Accepts what the preview was about, once it is there. */
export function confirm(): void {
  const { batch } = inbox;
  if (!batch || batch.preview.at === "loading") return;
  tell({ type: "act", verb: "accept", ids: batch.ids, key: newKey() });
  void drain();
}

export function undo(): void {
  tell({ type: "undo", key: newKey() });
  void drain();
}

/** Sends what waits; after a failure of the line, the same again with the same key. */
export async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  for (let entry = inbox.outbox.waiting[0]; entry; entry = inbox.outbox.waiting[0]) {
    const wait = await send(entry);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  draining = false;
}

async function send(entry: Entry): Promise<number> {
  const { key } = entry;
  const answer = entry.kind === "act" ? await posted<SuggestionsAck>(`/suggestions/${entry.verb}`, { key, ids: entry.ids })
    : await posted<ActUndone>("/curate/undo", { key });
  if (!answer.ok && passing(answer)) {
    tell({ type: "tried", key });
    return Math.min(5000, (answer.retry_after ?? 0.5) * 1000 * 2 ** Math.min(3, entry.tries));
  }
  if (!answer.ok) tell({ type: "refused", key, error: answer });
  else if ("done" in answer) tell({ type: "acked", key, ack: answer });
  else tell({ type: "undone", key, seq: answer.seq });
  return 0;
}

if (typeof addEventListener === "function") {
  addEventListener("online", () => void drain());
  addEventListener("beforeunload", (event) => {
    if (inbox.outbox.waiting.some((entry) => entry.tries > 0)) event.preventDefault();
  });
}
