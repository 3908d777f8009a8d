// One table of keys: the buttons, the help panel and the listener all read it.

import type { Text } from "./i18n";
import { t } from "./i18n";
import { keep, recall } from "./store";

export type Command =
  | "left" | "right" | "keep" | "both" | "unsure" | "skip" | "flag" | "comment" | "undo" | "more" | "why" | "help";

export interface Binding {
  command: Command;
  key: string;
  label: Text;
}

/** Command, its usual key (as KeyboardEvent.key), its label. */
export const TABLE: readonly Binding[] = [
  { command: "left", key: "ArrowLeft", label: "key.left" },
  { command: "right", key: "ArrowRight", label: "key.right" },
  { command: "keep", key: "a", label: "key.keep" },
  { command: "both", key: "b", label: "key.both" },
  { command: "unsure", key: "u", label: "key.unsure" },
  { command: "skip", key: " ", label: "key.skip" },
  { command: "flag", key: "f", label: "key.flag" },
  { command: "comment", key: "c", label: "key.comment" },
  { command: "undo", key: "Backspace", label: "key.undo" },
  { command: "more", key: "x", label: "key.more" },
  { command: "why", key: "w", label: "key.why" },
  { command: "help", key: "?", label: "key.help" },
];

/** Keys that always mean the same. */
export const FIXED: ReadonlyArray<{ keys: string[]; label: Text }> = [
  { keys: ["0–9"], label: "key.digits" },
  { keys: ["ArrowUp", "ArrowDown"], label: "key.move" },
  { keys: ["Enter"], label: "key.confirm" },
  { keys: ["Escape"], label: "key.back" },
];

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

/** Whether a key may be given to a command: one that the choice of a class or the browser needs may not. */
export function usable(key: string): boolean {
  return !/^\d$/.test(key)
    && !["Enter", "Escape", "Tab", "ArrowUp", "ArrowDown", "Shift", "Control", "Alt", "Meta", "Dead",
      "Unidentified", "CapsLock", "AltGraph", "Process"].includes(key)
    && !/^F\d+$/.test(key);
}

/** `command` on `key`; whoever had that key takes the old one. */
export function remap(map: Keymap, command: Command, key: string): { map: Keymap; other: Command | null } {
  const wanted = normal(key);
  const other = commandOf(map, wanted);
  if (other === null || other === command) return { map: { ...map, [command]: wanted }, other: null };
  return { map: { ...map, [command]: wanted, [other]: map[command] }, other };
}

export function commandOf(map: Keymap, key: string): Command | null {
  const wanted = normal(key);
  return TABLE.find(({ command }) => map[command] === wanted)?.command ?? null;
}

export function normal(key: string): string {
  return key.length === 1 ? key.toLowerCase() : key;
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
  if (key === " ") return t("keyname.Space");
  if (key === "Enter") return t("keyname.Enter");
  if (key === "Escape") return t("keyname.Escape");
  return signs[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** The key as `aria-keyshortcuts` wants it. */
export function shortcut(key: string): string {
  return key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
}
