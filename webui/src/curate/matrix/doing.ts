// What a key or a button does to examples. An act is shown as done at once; the server's answer
// confirms it, takes some of it back, or all.

import type { Text, Values } from "../../i18n";
import { newKey } from "../../store";
import type { ActAck, ActUndone, PreviewView, ReviewView } from "../../wire";
import { get, insist, post } from "./api";
import type { Refusal } from "./api";
import { itemOf } from "./contents";
import type { Touched, Verb } from "./pure/acts";
import type { Board, Line } from "./pure/state";
import { LOOK, hiddenOf, touchedItem } from "./pure/state";
import { getBoard, readIterations, send } from "./store";

interface Act {
  verb: Verb;
  ids: readonly string[];
  label?: string | null;
  of?: string | null;
}

/** What keys act on: the selection, else the item in focus. */
export function targets(board: Board = getBoard()): string[] {
  if (board.picked.size > 0) return [...board.picked];
  return board.focus !== null && !hiddenOf(board).has(board.focus) ? [board.focus] : [];
}

/** One item is acted on at once; of many, what would come of it is shown first. */
export function begin({ verb, ids, label = null, of = null }: Act): void {
  if (ids.length === 0) return say("m.say.nothing", {}, "warn");
  if (ids.length === 1) return void act({ verb, ids, label, of });
  send({ type: "stage", stage: { name: "plan", plan: { verb, ids: [...ids], label, of, forecast: { data: null, busy: true, failed: null } } } });
  void forecast(verb, ids, label);
}

async function forecast(verb: Verb, ids: readonly string[], label: string | null): Promise<void> {
  const answer = await post<PreviewView>("/curate/preview", { action: verb, ids, label });
  const { stage } = getBoard();
  if (stage.name !== "plan" || stage.plan.verb !== verb || stage.plan.label !== label || stage.plan.ids.length !== ids.length) return;
  send({ type: "forecast", forecast: { data: answer.ok ? answer : null, busy: false, failed: answer.ok ? null : answer } });
}

/** Sends what is planned. */
export function go(): void {
  const { stage } = getBoard();
  if (stage.name === "plan") void act(stage.plan);
}

let line: Promise<unknown> = Promise.resolve();

/** One after the other, in the order they were decided. */
function inTurn<T>(job: () => Promise<T>): Promise<T> {
  const next = line.then(job, job);
  line = next;
  return next;
}

export async function act({ verb, ids, label = null, of = null }: Act): Promise<void> {
  const board = getBoard();
  const key = newKey();
  const items = touchedOf(board, ids);
  const values = { n: items.length, label: label ?? "", of: of ?? "" };
  send({ type: "sent", act: { key, verb, label, items: new Map(items.map((item) => [item.id, item])), seq: null }, line: plain(`m.did.${verb}`, values) });
  const body = { key, action: verb, ids, label, of, seen: seen(board), comment: "" };
  const answer = await inTurn(() => insist<ActAck>("/curate/acts", body));
  if (answer.ok) send({ type: "saved", key, ack: answer, line: told(verb, answer, values) });
  else send({ type: "refused", key, line: refused(answer) });
}

/** The newest event in what is on the screen. */
function seen(board: Board): number {
  return Math.max(board.matrix.data?.seq ?? 0, board.cell.data?.seq ?? 0);
}

function touchedOf(board: Board, ids: readonly string[]): Touched[] {
  const view = board.cell.data;
  const wanted = new Set(ids);
  const found: Touched[] = [];
  view?.ids.forEach((id, row) => {
    if (wanted.delete(id)) found.push({ id, given: view.given_label, predicted: view.predicted_label, iies: view.iies[row]! });
  });
  for (const id of wanted) found.push(elsewhere(id));
  return found;
}

function elsewhere(id: string): Touched {
  const item = itemOf(id);
  return item ? touchedItem(item) : { id, given: "", predicted: "", iies: null };
}

function told(verb: Verb, ack: ActAck, values: Values): Line {
  const { left } = ack;
  const done: Line = plain(`m.did.${verb}`, { ...values, n: ack.done.length });
  if (left.length === 0) return done;
  const kept = { text: "m.did.left" as Text, values: { n: left.length, reason: left[0]?.reason ?? "" } };
  return { phrases: ack.done.length > 0 ? [...done.phrases, kept] : [kept], tone: "warn" };
}

function refused(answer: Refusal): Line {
  const text: Text = answer.status === 0 ? "m.did.unsent" : answer.status === 403 ? "m.did.forbidden" : "m.did.refused";
  return { phrases: [{ text, values: { error: answer.error } }], tone: "warn" };
}

function plain(text: Text, values: Values): Line {
  return { phrases: [{ text, values }], tone: "plain" };
}

export function say(text: Text, values: Values = {}, tone: Line["tone"] = "plain"): void {
  send({ type: "line", line: { phrases: [{ text, values }], tone } });
}

/** Takes this curator's last act back, or does it again. */
export async function back(way: "undo" | "redo"): Promise<void> {
  const answer = await inTurn(() => insist<ActUndone>(`/curate/${way}`, { key: newKey() }));
  if (answer.ok) {
    const said = plain(`m.did.${way}`, { n: answer.count });
    return send({ type: "stacks", undo: answer.more_undo, redo: answer.more_redo, line: said });
  }
  if (answer.status === 404 || answer.status === 409) return say(`m.did.${way}.none`, {}, "warn");
  send({ type: "line", line: refused(answer) });
}

/** Starts the next iteration: the model learns the labels as they are now. */
export async function iterate(): Promise<void> {
  const answer = await insist("/curate/iterations", { key: newKey() });
  if (!answer.ok) return send({ type: "line", line: refused(answer) });
  say("m.did.iterate");
  void readIterations();
}

/** Looks at the rest of a confusion, one by one. */
export async function review(given: string, to: string): Promise<void> {
  send({ type: "offer", offer: null });
  send({ type: "stage", stage: { name: "review", review: { given, to, ids: null, at: 0, yes: 0, no: 0 } } });
  const query = `?given=${encodeURIComponent(given)}&to=${encodeURIComponent(to)}`;
  const answer = await get<ReviewView>(`/curate/review${query}`);
  if (answer.ok) return send({ type: "reviewed", ids: answer.ids });
  send({ type: "stage", stage: LOOK });
  send({ type: "line", line: refused(answer) });
}

/** Yes: it is the other class; no: its label is right; null: neither, the next. */
export function verdict(yes: boolean | null): void {
  const { stage } = getBoard();
  if (stage.name !== "review") return;
  const id = stage.review.ids?.[stage.review.at];
  if (id === undefined) return;
  send({ type: "verdict", yes });
  if (yes !== null) void act({ verb: yes ? "relabel" : "confirm", ids: [id], label: yes ? stage.review.to : null });
}
