// Asking the server about curators' work: one shape of answer, whatever went wrong.

import { API } from "../../get";
import type { ErrorAnswer } from "../../wire";

/** `status` 0: no answer came. */
export interface Refusal {
  ok: false;
  status: number;
  error: string;
}

const PATIENCE = 30_000;
const WAITS = [500, 1500, 4000];

export function get<T extends { ok: true }>(path: string): Promise<T | Refusal> {
  return ask<T>(path, {});
}

export function post<T extends { ok: true }>(path: string, body: object): Promise<T | Refusal> {
  return ask<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** A message with an idempotency key: sent again while no answer comes, since it acts but once. */
export async function insist<T extends { ok: true }>(path: string, body: { key: string }): Promise<T | Refusal> {
  let answer = await post<T>(path, body);
  for (const wait of WAITS) {
    if (answer.ok || answer.status !== 0) break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    answer = await post<T>(path, body);
  }
  return answer;
}

async function ask<T extends { ok: true }>(path: string, init: RequestInit): Promise<T | Refusal> {
  try {
    const response = await fetch(API + path, { ...init, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    const answer = (await response.json()) as T | ErrorAnswer;
    if (response.ok && answer.ok) return answer;
    return { ok: false, status: response.status, error: answer.ok ? "" : answer.error };
  } catch {
    return { ok: false, status: 0, error: "" };
  }
}

/** Where a cell is read. */
export function cellPath(given: string, predicted: string): string {
  return `/curate/cell?given=${encodeURIComponent(given)}&predicted=${encodeURIComponent(predicted)}`;
}
