// What was resolved leaves with a short fade where it stood. Somebody who wants no motion sees it
// gone at once.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Milliseconds, as in the rule of `.leaving`. */
const FADE = 180;
/** Where more than this leave at once, nothing fades. */
const MOST = 400;

function still(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** An item in a list, and where it stands. */
interface Placed {
  id: string;
  transform: string;
}

/** Those of the items shown before that are hidden now, until they have faded. */
export function useLeaving(shown: readonly Placed[], hidden: ReadonlySet<string>): readonly Placed[] {
  const last = useRef({ shown, hidden });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [leaving, set] = useState<readonly Placed[]>([]);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { shown, hidden };
    const left = before.hidden === hidden ? [] : before.shown.filter((item) => hidden.has(item.id));
    if (left.length === 0 || left.length > MOST || still()) return;
    set(left);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set([]), FADE);
  });
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  return leaving;
}

/** The same for what is drawn: rows, and since when. */
export class Fading {
  private rows: readonly number[] = [];
  private since = 0;

  begin(rows: readonly number[]): void {
    if (rows.length === 0 || still()) return;
    this.rows = rows;
    this.since = performance.now();
  }

  /** What is left of them: 1 = all, 0 = nothing. */
  get strength(): number {
    return this.rows.length === 0 ? 0 : Math.max(0, 1 - (performance.now() - this.since) / FADE);
  }

  /** Calls `draw` for each row as long as something is left. */
  draw(one: (row: number) => void): void {
    for (const row of this.rows) one(row);
    if (this.strength === 0) this.rows = [];
  }
}
