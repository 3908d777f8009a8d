// How a click, a stroke or an arrow changes what is selected. Pure.

/** The new selection: `add` joins, else what was picked replaces. */
export function joined(before: ReadonlySet<string>, ids: readonly string[], add: boolean): ReadonlySet<string> {
  return new Set(add ? [...before, ...ids] : ids);
}

/** One in or out. */
export function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** All between two places of a list, ends included. */
export function between(list: readonly string[], from: string | null, to: string): string[] {
  const [a, b] = [from === null ? -1 : list.indexOf(from), list.indexOf(to)];
  if (a < 0) return [to];
  return list.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** The next place of a list of `count` from `at` (-1: none yet) for a key, `columns` a line; null: not a key of lists. */
export function stepped(at: number, count: number, key: string, columns: number, page: number): number | null {
  const steps: Record<string, number> = {
    ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: page * columns, PageUp: -page * columns,
    Home: -count, End: count,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  return at < 0 ? 0 : Math.min(count - 1, Math.max(0, at + step));
}
