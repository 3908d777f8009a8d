// Holds the workspace's state and reads what it lacks.

import { useLayoutEffect, useState } from "preact/hooks";
import type { CellView, IterationsView, MatrixView, PairsView } from "../../wire";
import { cellPath, get } from "./api";
import type { Refusal } from "./api";
import { reduce } from "./pure/board";
import type { Board, Message, What } from "./pure/state";
import { START } from "./pure/state";

let board: Board = START;
const listeners = new Set<() => void>();

export function getBoard(): Board {
  return board;
}

export function send(message: Message): void {
  const before = board;
  board = reduce(before, message);
  if (board !== before) for (const listener of [...listeners]) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useBoard(): Board {
  const [seen, see] = useState(getBoard);
  useLayoutEffect(() => {
    see(getBoard());
    return subscribe(() => see(getBoard()));
  }, []);
  return seen;
}

const turns: Record<What, number> = { matrix: 0, cell: 0, pairs: 0, iterations: 0 };

/** Reads something; an answer that was overtaken by a newer question is dropped. */
async function read<T extends { ok: true }>(what: What, path: string, done: (data: T) => void): Promise<void> {
  const turn = ++turns[what];
  send({ type: "busy", what });
  const answer: T | Refusal = await get<T>(path);
  if (turn !== turns[what]) return;
  if (answer.ok) done(answer);
  else send({ type: "failed", what, status: answer.status, error: answer.error });
}

export function readMatrix(): Promise<void> {
  const asked = board.classes.map((name) => `classes=${encodeURIComponent(name)}`).join("&");
  return read<MatrixView>("matrix", `/curate/matrix${asked && `?${asked}`}`, (data) => send({ type: "read", what: "matrix", data }));
}

export function readCell(): Promise<void> {
  const { place, basis, method, seed } = board;
  if (!place) return Promise.resolve();
  const query = `&seed=${seed}${basis ? `&basis=${basis}` : ""}${method === "pca" ? "" : `&method=${method}`}`;
  return read<CellView>("cell", cellPath(place.given, place.predicted) + query, (data) => send({ type: "read", what: "cell", data }));
}

const PAIRS = 40;

export function readPairs(): Promise<void> {
  const { place } = board;
  if (!place) return Promise.resolve();
  const query = `?given=${encodeURIComponent(place.given)}&predicted=${encodeURIComponent(place.predicted)}&limit=${PAIRS}`;
  return read<PairsView>("pairs", `/curate/similar${query}`, (data) => send({ type: "read", what: "pairs", data }));
}

export function readIterations(): Promise<void> {
  return read<IterationsView>("iterations", "/curate/iterations", (data) => send({ type: "read", what: "iterations", data }));
}
