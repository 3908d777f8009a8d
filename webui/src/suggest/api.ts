// What the suggestions and weights ask of the server, over HTTP.

import { API } from "../get";
import type { ErrorAnswer } from "../wire";

const PATIENCE = 20_000;

/** The answer, or the error with its status; status 0: none came. */
export type Said<T> = T | ErrorAnswer;

export function fetched<T extends { ok: true }>(path: string): Promise<Said<T>> {
  return asked<T>(path, {});
}

export function posted<T extends { ok: true }>(path: string, body: object): Promise<Said<T>> {
  return asked<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function asked<T extends { ok: true }>(path: string, how: RequestInit): Promise<Said<T>> {
  try {
    const response = await fetch(API + path, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...how });
    const answer = (await response.json()) as Said<T>;
    return answer.ok === true || answer.ok === false ? answer : failed(response.status);
  } catch {
    return failed(0);
  }
}

function failed(status: number): ErrorAnswer {
  return { ok: false, error: "", code: "unavailable", status, retry_after: null };
}

/** Too busy, broken or out of reach for now: the same may be sent again. */
export function passing(error: ErrorAnswer): boolean {
  return error.status === 0 || error.status === 429 || error.status >= 500;
}
