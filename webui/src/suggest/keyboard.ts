// The keys of the suggestions: from a key to what is done. The table of keys is `../keys`.

import { useEffect, useRef } from "preact/hooks";
import type { Command } from "../keys";
import { commandOf, shifted, typing } from "../keys";
import { getKeys } from "../prefs";
import { go, here } from "../router";
import { act, confirm, getInbox, show, tell, undo } from "./desk";
import { KINDS } from "./inbox";

interface Doing {
  /** Whether acting is allowed; reading always is. */
  may: boolean;
  /** Opens the row on a small screen, and goes back to the list. */
  reading: () => void;
  back: () => void;
}

const STEP = 10;

/** Listens while the list is on the screen. */
export function useKeys(doing: Doing): void {
  const now = useRef(doing);
  now.current = doing;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event, now.current);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

function pressed(event: KeyboardEvent, doing: Doing): void {
  if (event.defaultPrevented || typing(event)) return;
  const control = event.target instanceof HTMLElement && event.target.closest("button, a, summary") !== null;
  if (control && (event.key === "Enter" || event.key === " ")) return;
  if (fixed(event, doing) || named(event, doing)) event.preventDefault();
}

/** Keys that always mean the same: arrows, pages, Enter, Escape, digits. */
function fixed(event: KeyboardEvent, doing: Doing): boolean {
  const scrolls = event.target instanceof HTMLElement && event.target.closest(".page-of") !== null;
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: STEP, PageUp: -STEP, Home: -1e9, End: 1e9 };
  const step = steps[event.key];
  if (step !== undefined && !scrolls) return move(step, event.shiftKey);
  if (event.key === "Enter") return enter(doing);
  if (event.key === "Escape") return escape(doing);
  const kind = /^[1-4]$/.test(event.key) ? KINDS[Number(event.key) - 1] : undefined;
  if (kind) show(kind);
  return kind !== undefined;
}

function move(step: number, extend: boolean): true {
  tell({ type: "move", step, extend });
  return true;
}

function enter(doing: Doing): boolean {
  if (getInbox().batch) confirm();
  else doing.reading();
  return true;
}

/** Closes the topmost thing: the preview, the pane, the sheet, the selection. */
function escape(doing: Doing): boolean {
  const { batch, pane, selected } = getInbox();
  if (batch) tell({ type: "unpreview" });
  else if (pane !== "detail") tell({ type: "pane", pane });
  else if (selected.size > 0) tell({ type: "clear" });
  doing.back();
  return true;
}

function named(event: KeyboardEvent, doing: Doing): boolean {
  const command = meaning(event);
  if (command === null || (event.repeat && !MOVING.includes(command))) return false;
  return run(command, doing, event.shiftKey);
}

/** With shift a letter may be a key of its own; where it is none, it means what it means without. */
function meaning(event: KeyboardEvent): Command | null {
  const keys = getKeys();
  return commandOf(keys, shifted(event), "suggest") ?? commandOf(keys, event.key, "suggest");
}

const MOVING: readonly Command[] = ["sug.next", "sug.previous"];

function run(command: Command, doing: Doing, shift: boolean): boolean {
  switch (command) {
    case "sug.next": return move(1, shift);
    case "sug.previous": return move(-1, shift);
    case "sug.accept": case "sug.reject": case "sug.ask":
      if (doing.may && !getInbox().batch) act(command === "sug.accept" ? "accept" : command === "sug.reject" ? "reject" : "ask");
      return true;
    case "sug.undo":
      if (doing.may) undo();
      return true;
    case "sug.select":
      tell({ type: "toggle" });
      return true;
    case "sug.range":
      tell({ type: "range" });
      return true;
    case "sug.all":
      tell({ type: "all" });
      return true;
    case "sug.calibration":
      tell({ type: "pane", pane: "calibration" });
      return true;
    case "sug.why":
      tell({ type: "pane", pane: "chooser" });
      return true;
    default: return false;
  }
}

/** Between the list and the weights: holds on both. */
export function useTabKey(): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || typing(event)) return;
      if (commandOf(getKeys(), event.key, "suggest") !== "sug.weights") return;
      event.preventDefault();
      go(here().parts[2] === "weights" ? "/curate/suggestions" : "/curate/suggestions/weights");
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}
