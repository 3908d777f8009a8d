// The whole state of the page and the one pure reducer. `socket` and the views only send messages.

import type {
  DecisionIn, ErrorAnswer, Hello, LeaseAck, ModelUpdated, QueryClosed, QueryPush, QueryView,
  ReplyAck, Stats, UndoAck,
} from "../wire";
import type { Text } from "../i18n";
import * as choice from "./choice";
import type { Entry, Past } from "./outbox";
import * as outbox from "./outbox";
import type { Decisions, Marks, Phrase, Side } from "./reply";
import * as reply from "./reply";
import { sideOf } from "./reply";
import type { Link, ServerState } from "./server";
import * as server from "./server";
import type { Why } from "./why";
import { withWhy } from "./why";

export { sideOf };

export type Stage =
  | { name: "ask" }
  | { name: "choose"; side: Side; both: boolean; first: DecisionIn | null; filter: string; selected: number };

/** The line that says what the last answer did. `query` ties later news to it. */
export interface Line {
  phrases: Phrase[];
  tone: "plain" | "changed" | "warn";
  query?: string;
}

export type Panel = "help" | "more" | "comment" | null;

export interface State {
  server: ServerState;
  outbox: Entry[];
  history: Past[];
  /** The pairs of the history, while this page lives; after a reload the server sends them. */
  views: Record<string, QueryView>;
  stage: Stage;
  /** Of several known examples: which one is looked at, and what is noted so far. */
  at: number;
  marks: Marks;
  panel: Panel;
  comments: Record<string, string>;
  line: Line | null;
  why: Why | null;
  /** The pair that slides out, and whether it may. */
  leaving: QueryView | null;
  shownAt: number;
  /** Keys before this instant (ms) meant the pair that was replaced. */
  guard: number;
  active: boolean;
  away: boolean;
  today: { day: string; owner: string; count: number };
}

export type Message =
  | { type: "link"; link: Link }
  | { type: "hello"; hello: Hello; now: number }
  | { type: "query"; push: QueryPush; now: number }
  | { type: "closed"; push: QueryClosed; now: number }
  | { type: "model"; push: ModelUpdated }
  | { type: "stats"; push: Stats }
  | { type: "leased"; ack: LeaseAck; now: number }
  | { type: "sending"; key: string }
  | { type: "acked"; key: string; ack: ReplyAck | UndoAck | { ok: true; seq: number } }
  | { type: "refused"; key: string; error: ErrorAnswer }
  | { type: "answer"; decisions: Decisions; key: string; now: number; day: string }
  | { type: "skip"; key: string; now: number }
  | { type: "flag"; key: string }
  | { type: "undo"; key: string; now: number }
  | { type: "choose"; side: Side; both: boolean }
  | { type: "decided"; decision: DecisionIn; key: string; now: number; day: string }
  | { type: "judged"; side: Side; decision: DecisionIn; key: string; now: number; day: string }
  | { type: "look"; at: number }
  | { type: "filter"; filter: string }
  | { type: "select"; selected: number }
  | { type: "back" }
  | { type: "panel"; panel: Panel }
  | { type: "comment"; text: string }
  | { type: "say"; line: Line }
  | { type: "why"; why: Why }
  | { type: "left" }
  | { type: "active"; active: boolean; outbox?: Entry[] }
  | { type: "away"; away: boolean };

export const START: State = {
  server: server.EMPTY, outbox: [], history: [], views: {}, stage: { name: "ask" }, at: 0, marks: {}, panel: null,
  comments: {}, line: null, why: null, leaving: null, shownAt: 0, guard: 0, active: true, away: false,
  today: { day: "", owner: "", count: 0 },
};

const GUARD = 400;
/** Roles that may answer questions. */
export const ANSWERING = ["annotator", "curator", "platform"];

export function owner(s: State): string {
  return s.server.hello ? `${s.server.hello.annotator}@${s.server.hello.project}` : "";
}

export function current(s: State): QueryView | null {
  return s.server.queue[0]?.view ?? null;
}

/** The known example that is looked at: the only one, or one of several. */
export function lookedAt(s: State): Side {
  const view = current(s);
  return (view && reply.known(view)[s.at]) ?? "right";
}

export function reduce(s: State, m: Message): State {
  const after = step(s, m);
  return withShown(s, after, "now" in m ? m.now : null);
}

function step(s: State, m: Message): State {
  switch (m.type) {
    case "link": return { ...s, server: { ...s.server, link: m.link } };
    case "hello": return hello(s, m.hello);
    case "query": return seen(queryCame(s, m.push.query, m.now), m.push.push);
    case "closed": return seen(queryClosed(s, m.push), m.push.push);
    case "model": return seen(modelMoved(s, m.push), m.push.push);
    case "stats": return seen({ ...s, server: server.withStats(s.server, m.push) }, m.push.push ?? 0);
    case "leased": return leased(s, m.ack, m.now);
    case "sending": return { ...s, outbox: outbox.tried(s.outbox, m.key) };
    case "acked": return acked(s, m.key, m.ack);
    case "refused": return refused(s, m.key, m.error);
    case "answer": return answer(s, m.decisions, m.key, m.now, m.day);
    case "skip": return skip(s, m.key);
    case "flag": return flag(s, m.key);
    case "undo": return undo(s, m.key);
    case "choose": return choose(s, m.side, m.both);
    case "decided": return decided(s, m.decision, m.key, m.now, m.day);
    case "judged": return judged(s, m.side, m.decision, m.key, m.now, m.day);
    case "look": return { ...s, at: m.at };
    case "filter": return s.stage.name === "choose" ? { ...s, stage: { ...s.stage, filter: m.filter, selected: 0 } } : s;
    case "select": return s.stage.name === "choose" ? { ...s, stage: { ...s.stage, selected: m.selected } } : s;
    case "back": return back(s);
    case "panel": return { ...s, panel: m.panel };
    case "comment": return comment(s, m.text);
    case "say": return { ...s, line: m.line };
    case "why": return { ...s, why: withWhy(s.why, m.why) };
    case "left": return { ...s, leaving: null };
    case "active": return { ...s, active: m.active, outbox: m.outbox ?? s.outbox };
    case "away": return { ...s, away: m.away };
  }
}

/** The stage starts anew whenever another pair is first; an unlabelled one asks for its class. */
function withShown(before: State, after: State, now: number | null): State {
  const was = current(before);
  const is = current(after);
  if (was?.query === is?.query) return after;
  return { ...after, stage: firstStage(after, is), at: 0, marks: {}, shownAt: now ?? before.shownAt, panel: after.panel === "help" ? "help" : null };
}

function firstStage(s: State, view: QueryView | null): Stage {
  const type = choice.typed(s.server.hello?.classes ?? []);
  if (view?.kind !== "unlabelled" || type) return { name: "ask" };
  return { name: "choose", side: "left", both: false, first: null, filter: "", selected: 0 };
}

function seen(s: State, push: number): State {
  return push > s.server.push ? { ...s, server: { ...s.server, push } } : s;
}

function hello(s: State, hello: Hello): State {
  const greeted = { ...s, server: server.withHello(s.server, hello) };
  const history = s.history.filter((past) => past.owner === owner(greeted));
  const next = { ...greeted, history };
  if (s.line || next.history.length > 0) return next;
  return { ...next, line: { phrases: [{ text: "did.first", values: { n: hello.undo_depth } }], tone: "plain" } };
}

function queryCame(s: State, view: QueryView, now: number): State {
  return replaced(s, { ...s, server: server.withQuery(s.server, view, s.outbox) }, now);
}

function leased(s: State, ack: LeaseAck, now: number): State {
  return replaced(s, { ...s, server: server.withLease(s.server, ack, s.outbox) }, now);
}

/** Where the pair on the screen became another one, keys rest for a moment and the line says so. */
function replaced(before: State, after: State, now: number): State {
  const was = current(before);
  const is = current(after);
  if (!was || !is || was.query !== is.query || server.samePair(was, is)) return after;
  return {
    ...after, guard: now + GUARD, stage: firstStage(after, is), at: 0, marks: {}, shownAt: now,
    line: { phrases: [{ text: "did.replaced" }], tone: "warn" },
  };
}

function queryClosed(s: State, push: QueryClosed): State {
  const shown = current(s)?.query === push.query;
  const next = { ...s, server: server.withoutQuery(s.server, push.query) };
  if (!shown) return next;
  const text: Record<string, Text> = {
    answered: "did.closed.answered", expired: "did.closed.expired", cleared: "did.closed.cleared",
  };
  const n = s.server.hello?.lease_seconds ?? 0;
  return {
    ...next,
    away: push.outcome === "expired" || s.away,
    line: { phrases: [{ text: text[push.outcome] ?? "did.closed.other", values: { n } }], tone: "warn" },
  };
}

function modelMoved(s: State, push: ModelUpdated): State {
  const next = { ...s, server: server.withModel(s.server, push) };
  if (!push.after) return next;
  if (s.line?.query !== push.after) return next;
  return { ...next, line: { ...s.line, phrases: [...s.line.phrases, flips(push)] } };
}

function flips(push: ModelUpdated): Phrase {
  return push.flipped > 0 ? { text: "did.flipped", values: { n: push.flipped } } : { text: "did.noflip" };
}

function answer(s: State, decisions: Decisions, key: string, now: number, day: string): State {
  const held = s.server.queue[0];
  if (!held) return s;
  const { view } = held;
  const seconds = Math.min(86400, Math.max(0, Math.round((now - s.shownAt) / 100) / 10));
  const text = (s.comments[view.query] ?? "").trim();
  const body = {
    query: view.query, key, epoch: held.restored ? null : view.epoch, seconds,
    example: decisions.left, counter_example: decisions.right, comment: text,
    ...(decisions.others ? { others: decisions.others } : {}),
  };
  const phrases = reply.told(reply.foreseen(view, decisions));
  const entry: Entry = { key, owner: owner(s), tries: 0, query: view.query, event: "query:reply", body };
  return remember(s, view, entry, phrases, day);
}

function remember(s: State, view: QueryView, entry: Entry, phrases: Phrase[], day: string): State {
  const depth = s.server.hello?.undo_depth ?? 10;
  const past: Past = { key: entry.key, owner: entry.owner, query: view.query, what: JSON.stringify(phrases) };
  const history = [past, ...s.history].slice(0, depth);
  const kept = new Set(history.map((p) => p.query));
  const views = Object.fromEntries(
    Object.entries({ ...s.views, [view.query]: view }).filter(([name]) => kept.has(name)));
  const { [view.query]: _, ...comments } = s.comments;
  const count = s.today.day === day && s.today.owner === entry.owner ? s.today.count + 1 : 1;
  return {
    ...s, server: server.withSettled(s.server, view), outbox: [...s.outbox, entry], history, views,
    comments, leaving: view, line: { phrases, tone: "changed", query: view.query }, today: { day, owner: entry.owner, count },
  };
}

function skip(s: State, key: string): State {
  const held = s.server.queue[0];
  if (!held) return s;
  const { view } = held;
  const body = { query: view.query, key, epoch: held.restored ? null : view.epoch };
  const entry: Entry = { key, owner: owner(s), tries: 0, query: view.query, event: "query:skip", body };
  return {
    ...s, server: server.withSettled(s.server, view), outbox: [...s.outbox, entry], leaving: view,
    line: { phrases: [{ text: "did.skip" }], tone: "plain" },
  };
}

function flag(s: State, key: string): State {
  const view = current(s);
  if (!view) return s;
  const body = { query: view.query, key, comment: (s.comments[view.query] ?? "").trim() };
  const entry: Entry = { key, owner: owner(s), tries: 0, query: view.query, event: "query:flag", body };
  const line: Line = { phrases: [{ text: "did.flag", values: { id: view.example.id } }], tone: "plain" };
  return { ...s, outbox: [...s.outbox, entry], line };
}

/** The newest reply: dropped here if the server cannot know of it, taken back there otherwise. */
function undo(s: State, key: string): State {
  const [last, ...history] = s.history;
  if (!last) return { ...s, line: { phrases: [{ text: "did.nothing" }], tone: "plain" } };
  const unsent = s.outbox.some((e) => e.key === last.key && e.tries === 0);
  const entry: Entry = { key, owner: owner(s), tries: 0, query: last.query, event: "reply:undo", body: { key } };
  const view = s.views[last.query];
  return {
    ...s, history, leaving: null,
    server: server.withRestored(s.server, last.query, view),
    outbox: unsent ? outbox.without(s.outbox, last.key) : [...s.outbox, entry],
    line: { phrases: [{ text: view ? "did.undone" : "did.undone.other" }], tone: "plain" },
    today: { ...s.today, count: Math.max(0, s.today.count - 1) },
  };
}

function acked(s: State, key: string, ack: ReplyAck | UndoAck | { ok: true; seq: number }): State {
  const next = { ...s, outbox: outbox.without(s.outbox, key) };
  const entry = s.outbox.find((e) => e.key === key);
  if (!entry || !("counted" in ack) || s.line?.query !== entry.query) return next;
  if (!ack.counted) return { ...next, line: { phrases: [{ text: "did.notcounted" }], tone: "warn" } };
  const done = ack.changes.length > 0 ? reply.told(ack.changes) : s.line.phrases;
  const late: Phrase[] = ack.late ? [{ text: "did.late" }] : [];
  const told = s.line.phrases.filter((p) => p.text === "did.flipped" || p.text === "did.noflip");
  return { ...next, line: { ...s.line, phrases: [...done, ...late, ...told] } };
}

/** The server will not have it, now or later: what it said is shown, and the entry dropped. */
function refused(s: State, key: string, error: ErrorAnswer): State {
  const entry = s.outbox.find((e) => e.key === key);
  const line: Line = { phrases: [{ text: "did.refused", values: { error: error.error } }], tone: "warn" };
  const history = s.history.filter((past) => past.key !== key);
  const restored = entry?.event === "reply:undo" && s.server.queue[0]?.view.query === entry.query;
  const after = restored && s.server.queue[0]?.restored ? server.withoutQuery(s.server, entry.query) : s.server;
  return { ...s, server: after, outbox: outbox.without(s.outbox, key), history, line };
}

function choose(s: State, side: Side, both: boolean): State {
  const view = current(s);
  if (!view) return s;
  const real: Side = view.follow_up ? "right" : view.counter_example ? side : "left";
  return { ...s, panel: null, stage: { name: "choose", side: real, both: both && view.counter_example !== null && !view.follow_up, first: null, filter: "", selected: 0 } };
}

/** A decision about the side in question: the other side follows, or the answer is complete. */
function decided(s: State, decision: DecisionIn, key: string, now: number, day: string): State {
  const view = current(s);
  if (!view || s.stage.name !== "choose") return s;
  const { side, both, first } = s.stage;
  const other = lookedAt(s);
  if (both && side === "left")
    return { ...s, stage: { name: "choose", side: other, both, first: decision, filter: "", selected: 0 } };
  if (first && !reply.several(view)) return answer(s, { left: first, right: decision }, key, now, day);
  return judged(first ? marked(s, "left", first) : s, side, decision, key, now, day);
}

/** A verdict on one side. Of several known examples it is noted, and the next one is looked at;
 * otherwise the other side is right, and that is the answer. */
function judged(s: State, side: Side, decision: DecisionIn, key: string, now: number, day: string): State {
  const view = current(s);
  if (!view) return s;
  if (!reply.several(view)) return answer(s, reply.oneSide(view, side, decision), key, now, day);
  const noted = marked(s, side, decision);
  const next = reply.known(view).findIndex((known, i) => i > s.at && !noted.marks[known]);
  return { ...noted, at: side === "left" || next < 0 ? s.at : next };
}

function marked(s: State, side: Side, decision: DecisionIn): State {
  return { ...s, stage: { name: "ask" }, panel: null, marks: { ...s.marks, [side]: decision } };
}

function back(s: State): State {
  if (s.panel) return { ...s, panel: null };
  if (s.stage.name !== "choose") return { ...s, marks: {} };
  if (s.stage.filter) return { ...s, stage: { ...s.stage, filter: "", selected: 0 } };
  if (s.stage.first) return choose(s, "left", true);
  return { ...s, stage: { name: "ask" } };
}

function comment(s: State, text: string): State {
  const view = current(s);
  return view ? { ...s, comments: { ...s.comments, [view.query]: text.slice(0, 2000) } } : s;
}

/** What the page is showing. */
export type Screen =
  | "ask" | "tab" | "denied" | "role" | "away" | "offline" | "loading" | "starting" | "waiting" | "finished";

export function screen(s: State): Screen {
  if (!s.active) return "tab";
  if (s.server.link === "denied") return "denied";
  const roles = s.server.hello?.roles;
  if (roles && !roles.some((role) => ANSWERING.includes(role))) return "role";
  if (current(s)) return "ask";
  if (s.server.link === "offline") return "offline";
  if (s.away) return "away";
  return empty(s);
}

function empty(s: State): Screen {
  const { stats, held } = s.server;
  if (held === null || held.length > 0 || !stats) return "loading";
  if (stats.finished && stats.waiting === 0) return "finished";
  return stats.asked + stats.audits === 0 && stats.received < 150 ? "starting" : "waiting";
}

/** The classes offered now, in order, with the one that is selected. */
export function offered(s: State): { labels: string[]; selected: string | undefined } {
  const view = current(s);
  const side = view && s.stage.name === "choose" ? sideOf(view, s.stage.side) : null;
  if (!side || s.stage.name !== "choose") return { labels: [], selected: undefined };
  const labels = choice.offers(s.server.hello?.classes ?? [], side, s.stage.filter);
  return { labels, selected: labels[Math.min(s.stage.selected, labels.length - 1)] };
}
