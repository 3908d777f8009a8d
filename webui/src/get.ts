// Reading over HTTP: what was read is kept while the page lives, so that going back shows it at once.

import { useCallback, useEffect, useState } from "preact/hooks";
import type { ErrorAnswer } from "./wire";

export const API = "/api/v1";

/** `late`: the last try to read it afresh failed, `data` is older. `status` 0: no answer at all. */
export type Got<T> =
  | { at: "loading" }
  | { at: "ready"; data: T; late: boolean }
  | { at: "failed"; status: number; error: string };

const kept = new Map<string, unknown>();

/** What stands at `path` below /api/v1, and a function that reads it again. `every`: milliseconds
 * until it is read again by itself, null = never. */
export function useGot<T extends { ok: true }>(path: string, every: (data: T) => number | null = () => null): [Got<T>, () => void] {
  const [got, set] = useState<{ path: string; got: Got<T> }>(() => ({ path, got: before(path) }));
  const [turn, again] = useState(0);
  const shown = got.path === path ? got.got : before<T>(path);
  useEffect(() => {
    let over = false;
    void read<T>(path).then((fresh) => {
      if (!over) set((last) => ({ path, got: merged(last.path === path ? last.got : before<T>(path), fresh) }));
    });
    return () => void (over = true);
  }, [path, turn]);
  const wait = shown.at === "ready" ? every(shown.data) : null;
  useEffect(() => {
    if (wait === null) return;
    const timer = setInterval(() => document.hidden || again((n) => n + 1), wait);
    return () => clearInterval(timer);
  }, [wait, path]);
  const retry = useCallback(() => {
    set({ path, got: before(path) });
    again((n) => n + 1);
  }, [path]);
  return [shown, retry];
}

/** A failure while older data is there keeps it, unless it says that it is not to be seen. */
export function merged<T>(last: Got<T>, fresh: Got<T>): Got<T> {
  const passing = fresh.at === "failed" && (fresh.status === 0 || fresh.status === 429 || fresh.status >= 500);
  return last.at === "ready" && passing ? { ...last, late: true } : fresh;
}

function before<T>(path: string): Got<T> {
  return kept.has(path) ? { at: "ready", data: kept.get(path) as T, late: false } : { at: "loading" };
}

async function read<T extends { ok: true }>(path: string): Promise<Got<T>> {
  try {
    const response = await fetch(API + path, { credentials: "same-origin" });
    const answer = (await response.json()) as T | ErrorAnswer;
    if (response.ok && answer.ok) {
      kept.set(path, answer);
      return { at: "ready", data: answer, late: false };
    }
    kept.delete(path);
    return { at: "failed", status: response.status, error: answer.ok ? "" : answer.error };
  } catch {
    return { at: "failed", status: 0, error: "" };
  }
}
