// One table of keys: the buttons, the help panel and the listener all read it.

import type { Text } from "./i18n";
import { t } from "./i18n";
import { keep, recall } from "./store";

export type Command =
  | "left" | "right" | "keep" | "both" | "unsure" | "skip" | "flag" | "comment" | "undo" | "more" | "why" | "help"
  | MatrixCommand | SuggestCommand;

export type MatrixCommand =
  | "m.confirm" | "m.machine" | "m.relabel" | "m.remove" | "m.duplicate" | "m.reopen" | "m.good" | "m.bad"
  | "m.all" | "m.view" | "m.project" | "m.next" | "m.previous" | "m.undo" | "m.redo";

export type SuggestCommand =
  | "sug.next" | "sug.previous" | "sug.accept" | "sug.reject" | "sug.ask" | "sug.undo" | "sug.select" | "sug.range" | "sug.all"
  | "sug.why" | "sug.calibration" | "sug.weights";

/** The page on which a key means something: that at the start, a part of another, or all. */
export type Where = "answer" | "matrix" | "suggest" | "all";

export interface Binding {
  where: Where;
  command: Command;
  key: string;
  label: Text;
}

/** Command, its usual key (as KeyboardEvent.key), its label. */
export const TABLE: readonly Binding[] = [
  { where: "answer", command: "left", key: "ArrowLeft", label: "key.left" },
  { where: "answer", command: "right", key: "ArrowRight", label: "key.right" },
  { where: "answer", command: "keep", key: "a", label: "key.keep" },
  { where: "answer", command: "both", key: "b", label: "key.both" },
  { where: "answer", command: "unsure", key: "u", label: "key.unsure" },
  { where: "answer", command: "skip", key: " ", label: "key.skip" },
  { where: "answer", command: "flag", key: "f", label: "key.flag" },
  { where: "answer", command: "comment", key: "c", label: "key.comment" },
  { where: "answer", command: "undo", key: "Backspace", label: "key.undo" },
  { where: "answer", command: "more", key: "x", label: "key.more" },
  { where: "answer", command: "why", key: "w", label: "key.why" },
  { where: "all", command: "help", key: "?", label: "key.help" },
  { where: "matrix", command: "m.confirm", key: "c", label: "m.key.confirm" },
  { where: "matrix", command: "m.machine", key: "m", label: "m.key.machine" },
  { where: "matrix", command: "m.relabel", key: "l", label: "m.key.relabel" },
  { where: "matrix", command: "m.remove", key: "x", label: "m.key.remove" },
  { where: "matrix", command: "m.duplicate", key: "d", label: "m.key.duplicate" },
  { where: "matrix", command: "m.reopen", key: "o", label: "m.key.reopen" },
  { where: "matrix", command: "m.good", key: "g", label: "m.key.good" },
  { where: "matrix", command: "m.bad", key: "b", label: "m.key.bad" },
  { where: "matrix", command: "m.all", key: "a", label: "m.key.all" },
  { where: "matrix", command: "m.view", key: "v", label: "m.key.view" },
  { where: "matrix", command: "m.project", key: "r", label: "m.key.project" },
  { where: "matrix", command: "m.next", key: ".", label: "m.key.next" },
  { where: "matrix", command: "m.previous", key: ",", label: "m.key.previous" },
  { where: "matrix", command: "m.undo", key: "z", label: "m.key.undo" },
  { where: "matrix", command: "m.redo", key: "Shift+z", label: "m.key.redo" },
  { where: "suggest", command: "sug.next", key: "j", label: "key.sug.next" },
  { where: "suggest", command: "sug.previous", key: "k", label: "key.sug.previous" },
  { where: "suggest", command: "sug.accept", key: "y", label: "key.sug.accept" },
  { where: "suggest", command: "sug.reject", key: "n", label: "key.sug.reject" },
  { where: "suggest", command: "sug.ask", key: "e", label: "key.sug.ask" },
  { where: "suggest", command: "sug.undo", key: "z", label: "key.undo" },
  { where: "suggest", command: "sug.select", key: "x", label: "key.sug.select" },
  { where: "suggest", command: "sug.range", key: "Shift+x", label: "key.sug.range" },
  { where: "suggest", command: "sug.all", key: "a", label: "key.sug.all" },
  { where: "suggest", command: "sug.why", key: "v", label: "key.sug.why" },
  { where: "suggest", command: "sug.calibration", key: "c", label: "key.sug.calibration" },
  { where: "suggest", command: "sug.weights", key: "w", label: "key.sug.weights" },
];

interface Fixed {
  where: Where;
  keys: string[];
  label: Text;
}

/** Keys that always mean the same. */
export const FIXED: readonly Fixed[] = [
  { where: "answer", keys: ["0–9"], label: "key.digits" },
  { where: "answer", keys: ["ArrowUp", "ArrowDown"], label: "key.move" },
  { where: "answer", keys: ["Enter"], label: "key.confirm" },
  { where: "matrix", keys: ["←", "↑", "→", "↓"], label: "m.key.move" },
  { where: "matrix", keys: [" "], label: "m.key.pick" },
  { where: "matrix", keys: ["Shift+←…"], label: "m.key.extend" },
  { where: "matrix", keys: ["Enter"], label: "m.key.enter" },
  { where: "matrix", keys: ["0–9"], label: "m.key.digits" },
  { where: "matrix", keys: ["+", "−"], label: "m.key.zoom" },
  { where: "matrix", keys: ["Y", "N", "→"], label: "m.key.review" },
  { where: "suggest", keys: ["↑", "↓"], label: "key.sug.move" },
  { where: "suggest", keys: ["⇧↑", "⇧↓", "⇧J", "⇧K"], label: "key.sug.extend" },
  { where: "suggest", keys: ["1–4"], label: "key.sug.filter" },
  { where: "suggest", keys: ["Enter"], label: "key.sug.confirm" },
  { where: "all", keys: ["Escape"], label: "key.back" },
];

/** What of a table holds on a page. */
export function held<T extends { where: Where }>(table: readonly T[], where: Where): T[] {
  return table.filter((each) => each.where === where || each.where === "all");
}

const STORED = "cincer.keys";
export type Keymap = Record<Command, string>;

const USUAL = Object.fromEntries(TABLE.map((b) => [b.command, b.key])) as Keymap;

export function usual(): Keymap {
  return { ...USUAL };
}

export function loadKeys(): Keymap {
  const stored = recall<Partial<Keymap>>(STORED, {});
  const known = TABLE.flatMap(({ command }) =>
    typeof stored[command] === "string" ? [[command, stored[command]]] : []);
  return { ...USUAL, ...Object.fromEntries(known) };
}

export function saveKeys(map: Keymap): void {
  keep(STORED, map);
}

/** Keys that a page needs for itself, whatever was chosen. */
const NEEDED: Record<Where, readonly string[]> = {
  answer: [], all: [], suggest: [" ", "PageDown", "PageUp", "Home", "End"], matrix: ["ArrowLeft", "ArrowRight", " ", "+", "-", "y", "n"],
};

/** Whether a key may be given to a command: one that the choice of a class or the browser needs may not. */
export function usable(key: string, where: Where = "answer"): boolean {
  return !/^\d$/.test(key)
    && !["Enter", "Escape", "Tab", "ArrowUp", "ArrowDown", "Shift", "Control", "Alt", "Meta", "Dead",
      "Unidentified", "CapsLock", "AltGraph", "Process"].includes(key)
    && !/^F\d+$/.test(key) && !NEEDED[where].includes(normal(key));
}

/** `command` on `key`; whoever had that key on one of its pages takes the old one. */
export function remap(map: Keymap, command: Command, key: string): { map: Keymap; other: Command | null } {
  const wanted = normal(key);
  const where = whereOf(command);
  const others = (where === "all" ? [...TABLE] : held(TABLE, where))
    .map((each) => each.command).filter((other) => other !== command && map[other] === wanted);
  const moved = Object.fromEntries(others.map((other) => [other, map[command]]));
  return { map: { ...map, ...moved, [command]: wanted }, other: others[0] ?? null };
}

/** The page on which a command means something. */
export function whereOf(command: Command): Where {
  return TABLE.find((each) => each.command === command)?.where ?? "answer";
}

export function commandOf(map: Keymap, key: string, where: Where = "answer"): Command | null {
  const wanted = normal(key);
  return held(TABLE, where).find(({ command }) => map[command] === wanted)?.command ?? null;
}

export function normal(key: string): string {
  return key.length === 1 ? key.toLowerCase() : key;
}

/** The key of an event where shift makes another of a letter: "Shift+z". */
export function shifted(event: KeyboardEvent): string {
  return event.shiftKey && /^\p{L}$/u.test(event.key) ? `Shift+${event.key.toLowerCase()}` : event.key;
}

/** Where a single key must not act: text is being typed, or a shortcut of the browser is meant. */
export function typing(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** The key as it is written on a button. */
export function written(key: string): string {
  const signs: Record<string, string> = {
    ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫", Delete: "⌦",
  };
  if (key.startsWith("Shift+")) return `⇧${written(key.slice(6))}`;
  if (key === " ") return t("keyname.Space");
  if (key === "Enter") return t("keyname.Enter");
  if (key === "Escape") return t("keyname.Escape");
  return signs[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** The key as `aria-keyshortcuts` wants it. */
export function shortcut(key: string): string {
  return key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
}
