// What a key or a button does: from a command and the state to messages for the reducer.

import { current, lookedAt, offered, screen, sideOf } from "./state/app";
import type { Panel, State } from "./state/app";
import { labelOf, typed } from "./state/choice";
import * as reply from "./state/reply";
import type { Side } from "./state/reply";
import { explainable, whyOf } from "./state/why";
import { explain } from "./explain";
import type { Command } from "./keys";
import { commandOf, typing, written } from "./keys";
import { getKeys } from "./prefs";
import { answering } from "./router";
import { dispatch, getState, newKey } from "./store";
import type { DecisionIn } from "./wire";

function stamp() {
  const now = Date.now();
  return { key: newKey(), now, day: new Date(now).toLocaleDateString("sv") };
}

/** Does a command where it makes sense now. */
export function run(command: Command): void {
  const s = getState();
  if (command === "help") return toggle("help");
  if (command === "undo") return s.active ? dispatch({ type: "undo", ...stamp() }) : undefined;
  const view = current(s);
  if (!view || screen(s) !== "ask" || Date.now() < s.guard) return;
  if (view.follow_up && (command === "left" || command === "both")) return settled();
  const agreed = reply.agree(view, s.marks);
  switch (command) {
    case "left": return choose("left", false);
    case "right": return choose(lookedAt(s), false);
    case "both": return choose("left", true);
    case "keep": return agreed ? dispatch({ type: "answer", decisions: agreed, ...stamp() }) : undefined;
    case "unsure": return dispatch({ type: "answer", decisions: reply.unsure(view, s.marks), ...stamp() });
    case "skip": return dispatch({ type: "skip", ...stamp() });
    case "flag": return dispatch({ type: "flag", key: newKey() });
    case "comment": return toggle("comment");
    case "more": return toggle("more");
    case "why": return why();
  }
}

/** What if the known example were not known: once a pair, again after a failure. */
function why(): void {
  const s = getState();
  const view = current(s);
  const status = view && whyOf(s.why, view)?.status;
  if (view && explainable(view) && status !== "loading" && status !== "done") void explain(view);
}

/** Asks which class it is, unless only one is left: then that is the answer. */
function choose(side: Side, both: boolean): void {
  dispatch({ type: "choose", side, both });
  for (let labels = onlyOne(); labels; labels = onlyOne()) pick(labels);
}

function onlyOne(): string | undefined {
  const s = getState();
  const view = current(s);
  const given = view && s.stage.name === "choose" && sideOf(view, s.stage.side)?.given_label;
  const { labels } = offered(s);
  return given && labels.length === 1 ? labels[0] : undefined;
}

export function toggle(panel: Exclude<Panel, null>): void {
  dispatch({ type: "panel", panel: getState().panel === panel ? null : panel });
}

/** The class chosen for the side in question. */
export function pick(label: string): void {
  decide({ action: "relabel", label });
}

export function decide(decision: DecisionIn): void {
  dispatch({ type: "decided", decision, ...stamp() });
}

/** An answer of the "more" menu about one side. */
export function judge(side: Side, action: "remove" | "bad" | "good"): void {
  dispatch({ type: "judged", side, decision: { action }, ...stamp() });
}

/** Another of several known examples is looked at. */
export function look(at: number): void {
  dispatch({ type: "look", at });
}

function looking(event: KeyboardEvent): boolean {
  const s = getState();
  const view = current(s);
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || !view || screen(s) !== "ask" || !reply.several(view)) return false;
  const { length } = reply.known(view);
  look((s.at + step + length) % length);
  return true;
}

/** Whether verdicts are noted that could be dropped. */
function noted(s: State): boolean {
  return s.stage.name === "ask" && Object.keys(s.marks).length > 0;
}

function settled(): void {
  const values = { key: written(getKeys().undo) };
  dispatch({ type: "say", line: { phrases: [{ text: "choice.settled", values }], tone: "warn" } });
}

export function confirm(): void {
  const { selected } = offered(getState());
  if (selected !== undefined) pick(selected);
}

export function move(step: number): void {
  const s = getState();
  const { labels } = offered(s);
  if (s.stage.name !== "choose" || labels.length === 0) return;
  dispatch({ type: "select", selected: (s.stage.selected + step + labels.length) % labels.length });
}

function digit(key: string): void {
  const s = getState();
  const view = current(s);
  const classes = s.server.hello?.classes ?? [];
  if (!view || screen(s) !== "ask" || Date.now() < s.guard || typed(classes)) return;
  const label = labelOf(classes, key);
  if (label === undefined) return;
  if (s.stage.name === "ask" && view.counter_example && !view.follow_up) return sideFirst();
  const side = s.stage.name === "choose" ? s.stage.side : view.follow_up ? "right" : "left";
  if (sideOf(view, side)?.given_label === label) return same(label);
  if (s.stage.name === "ask") dispatch({ type: "choose", side, both: false });
  pick(label);
}

function sideFirst(): void {
  const values = { left: written(getKeys().left), right: written(getKeys().right) };
  dispatch({ type: "say", line: { phrases: [{ text: "choice.sidefirst", values }], tone: "warn" } });
}

function same(label: string): void {
  const values = { label, key: written(getKeys().keep) };
  dispatch({ type: "say", line: { phrases: [{ text: "choice.same", values }], tone: "warn" } });
}

/** The keys of the choice that hold while a class is typed, too. */
export function choosing(event: KeyboardEvent): boolean {
  if (getState().stage.name !== "choose" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const actions: Record<string, () => void> = {
    Enter: confirm, Escape: () => dispatch({ type: "back" }),
    ArrowDown: () => move(1), ArrowUp: () => move(-1),
  };
  const action = actions[event.key];
  if (action) action();
  return action !== undefined;
}

/** The page's one listener. */
export function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat) return;
  const s = getState();
  if (s.away && answering()) dispatch({ type: "away", away: false });
  if (event.key === "Escape" && (s.panel || noted(s))) return done(event, () => dispatch({ type: "back" }));
  if (typing(event)) return;
  const control = event.target instanceof HTMLElement && event.target.closest("button, a, summary");
  if (control && (event.key === "Enter" || event.key === " ")) return;
  if (!answering()) return helping(event);
  if (choosing(event) || looking(event)) return event.preventDefault();
  if (/^\d$/.test(event.key)) return done(event, () => digit(event.key));
  const command = commandOf(getKeys(), event.key);
  if (command) done(event, () => run(command));
}

/** The one key that acts on every page. */
function helping(event: KeyboardEvent): void {
  if (commandOf(getKeys(), event.key) === "help") done(event, () => run("help"));
}

function done(event: KeyboardEvent, action: () => void): void {
  event.preventDefault();
  action();
}
