// The workspace's keys: from a key and the state to what is done.

import { commandOf, shifted, typing } from "../../keys";
import type { MatrixCommand } from "../../keys";
import { getKeys } from "../../prefs";
import { go as goTo } from "../../router";
import { labelOf, offers, typed } from "../../state/choice";
import { back, begin, go, review, say, targets, verdict } from "./doing";
import type { Verb } from "./pure/acts";
import { ordered, shown } from "./pure/columns";
import { following, pathOf } from "./pure/order";
import type { Board, Look } from "./pure/state";
import { LOOK, hiddenOf } from "./pure/state";
import { getBoard, readCell, send } from "./store";

const LOOKS: readonly Look[] = ["map", "grid", "table"];

/** Does a command where it makes sense now; `may`: whether this person may change labels. */
export function run(command: MatrixCommand, may: boolean): void {
  const s = getBoard();
  switch (command) {
    case "m.next": return step(s, 1);
    case "m.previous": return step(s, -1);
    case "m.view": return send({ type: "look", look: LOOKS[(LOOKS.indexOf(s.look) + 1) % LOOKS.length] ?? "map" });
    case "m.project": return project();
    case "m.all": return all(s);
    default: return may ? change(command, s) : say("m.say.reader", {}, "warn");
  }
}

function change(command: MatrixCommand, s: Board): void {
  const ids = targets(s);
  switch (command) {
    case "m.undo": return void back("undo");
    case "m.redo": return void back("redo");
    case "m.machine": return begin({ verb: "relabel", ids, label: s.place?.predicted ?? null });
    case "m.relabel": return ids.length > 0 ? send({ type: "stage", stage: { name: "choose", ids, filter: "", selected: 0 } }) : say("m.say.nothing", {}, "warn");
    case "m.duplicate": return ids.length > 0 ? send({ type: "stage", stage: { name: "keep", ids } }) : say("m.say.nothing", {}, "warn");
    default: return begin({ verb: command.slice(2) as Verb, ids });
  }
}

/** To the next cell by number. */
function step(s: Board, by: 1 | -1): void {
  const next = s.matrix.data && following(s.matrix.data, s.place, by);
  if (next) goTo(pathOf(next));
  else say("m.say.last", {}, "warn");
}

export function project(): void {
  send({ type: "seed" });
  void readCell();
}

function all(s: Board): void {
  const view = s.cell.data;
  if (!view) return;
  const rows = shown(view, ordered(view, s.sort), hiddenOf(s), s.range);
  send({ type: "pick", ids: new Set(Array.from(rows, (row) => view.ids[row]!)) });
}

/** The classes offered in place, the machine's first. */
export function offeredClasses(s: Board): { labels: string[]; selected: string | undefined } {
  if (s.stage.name !== "choose") return { labels: [], selected: undefined };
  const beliefs = s.place ? [{ label: s.place.predicted, p: 1 }] : [];
  const side = { given_label: s.place?.given ?? null, beliefs } as unknown as Parameters<typeof offers>[1];
  const labels = offers(s.matrix.data?.classes ?? [], side, s.stage.filter);
  return { labels, selected: labels[Math.min(s.stage.selected, labels.length - 1)] };
}

export function choose(label: string): void {
  const { stage } = getBoard();
  if (stage.name === "choose") begin({ verb: "relabel", ids: stage.ids, label });
}

export function moveChoice(by: number): void {
  const s = getBoard();
  const { labels } = offeredClasses(s);
  if (s.stage.name !== "choose" || labels.length === 0) return;
  send({ type: "stage", stage: { ...s.stage, selected: (s.stage.selected + by + labels.length) % labels.length } });
}

/** The example that is kept of several copies; whether that was the question. */
export function keep(id: string): boolean {
  const { stage } = getBoard();
  if (stage.name !== "keep") return false;
  const ids = stage.ids.filter((each) => each !== id);
  if (ids.length > 0) begin({ verb: "duplicate", ids, of: id });
  else say("m.keep.itself", { id }, "warn");
  return true;
}

/** The keys of the choice, of a plan and of a review; whether it was one. */
export function staged(event: KeyboardEvent, may: boolean): boolean {
  const s = getBoard();
  const { stage } = s;
  if (event.key === "Escape") return escaped(s);
  if (stage.name === "review") return reviewed(event.key);
  if (stage.name === "plan" && event.key === "Enter") return done(go);
  if (stage.name === "keep" && event.key === "Enter" && s.focus !== null) return done(() => keep(s.focus!));
  if (stage.name === "look" && s.offer && may && event.key === "Enter" && !(event.target instanceof HTMLElement && event.target.closest("a"))) {
    const { given_label: given, to } = s.offer;
    return done(() => void review(given, to));
  }
  if (stage.name !== "choose") return false;
  if (event.key === "Enter") return done(() => choose(offeredClasses(getBoard()).selected ?? ""));
  if (event.key === "ArrowDown") return done(() => moveChoice(1));
  if (event.key === "ArrowUp") return done(() => moveChoice(-1));
  return false;
}

function done(action: () => void): boolean {
  action();
  return true;
}

function reviewed(key: string): boolean {
  if (key === "y" || key === "Y") return done(() => verdict(true));
  if (key === "n" || key === "N") return done(() => verdict(false));
  if (key === "ArrowRight") return done(() => verdict(null));
  return false;
}

/** One step back: from what is being decided, from the selection, from the cell. */
function escaped(s: Board): boolean {
  if (s.stage.name !== "look") return done(() => send({ type: "stage", stage: LOOK }));
  if (s.offer) return done(() => send({ type: "offer", offer: null }));
  if (s.picked.size > 0) return done(() => send({ type: "pick", ids: new Set() }));
  if (s.place) return done(() => goTo("/curate/matrix"));
  return false;
}

/** A digit says which class, where digits name classes. */
function digit(key: string, s: Board): boolean {
  const classes = s.matrix.data?.classes ?? [];
  const label = typed(classes) ? undefined : labelOf(classes, key);
  const ids = s.stage.name === "choose" ? s.stage.ids : targets(s);
  if (label === undefined || ids.length === 0 || !s.place) return false;
  if (label === s.place.given) return done(() => begin({ verb: "confirm", ids }));
  return done(() => begin({ verb: "relabel", ids, label }));
}

/** The page's listener for keys; keys in text fields belong to them. */
export function listener(may: boolean): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.repeat || typing(event)) return;
    const on = event.target instanceof HTMLElement ? event.target.closest("button, a, summary, [role=slider], select") : null;
    if (on && (event.key === " " || (event.key === "Enter" && getBoard().stage.name === "look"))) return;
    if (on?.tagName === "BUTTON" && event.key === "Enter") return;
    const s = getBoard();
    if (staged(event, may) || (may && /^\d$/.test(event.key) && digit(event.key, s))) return event.preventDefault();
    if (s.stage.name === "review") return;
    const command = commandOf(getKeys(), shifted(event), "matrix");
    if (!command?.startsWith("m.")) return;
    event.preventDefault();
    run(command as MatrixCommand, may);
  };
}
