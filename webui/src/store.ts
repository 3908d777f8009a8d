// Holds the state, keeps what must outlive a reload, tells whoever listens.

import { useLayoutEffect, useState } from "preact/hooks";
import type { Message, State } from "./state/app";
import { START, reduce } from "./state/app";
import type { Past } from "./state/outbox";
import { revive } from "./state/outbox";

const OUTBOX = "cincer.outbox";
const HISTORY = "cincer.history";
const TODAY = "cincer.today";
const COMMENTS = "cincer.comments";

/** A value from this browser's storage, or `otherwise` where there is none. */
export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

/** Keeps a value; a browser without storage goes on without. */
export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Private windows and full storage: the page still works while it is open.
  }
}

let state: State = {
  ...START,
  outbox: revive(recall(OUTBOX, [])),
  history: recall<Past[]>(HISTORY, []),
  today: recall(TODAY, START.today),
  comments: recall(COMMENTS, START.comments),
};
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function dispatch(message: Message): void {
  const before = state;
  state = reduce(before, message);
  if (state === before) return;
  if (state.outbox !== before.outbox) keep(OUTBOX, state.outbox);
  if (state.history !== before.history) keep(HISTORY, state.history);
  if (state.today !== before.today) keep(TODAY, state.today);
  if (state.comments !== before.comments) keep(COMMENTS, state.comments);
  for (const listener of [...listeners]) listener();
}

/** The outbox as stored, for a tab that takes over from another one. */
export function storedOutbox() {
  return revive(recall(OUTBOX, []));
}

export function useApp(): State {
  const [seen, see] = useState(getState);
  useLayoutEffect(() => subscribe(() => see(getState())), []);
  return seen;
}

/** A key that no other action has: the server acts on it once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
