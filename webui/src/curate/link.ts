// The live line of curators' pages, for the status line; it is known before their code is loaded.

import { useLayoutEffect, useState } from "preact/hooks";

export type Link = "connecting" | "live" | "offline";

let link: Link | null = null;
const listeners = new Set<() => void>();

/** null: no such page is open. */
export function setLink(next: Link | null): void {
  link = next;
  for (const listener of [...listeners]) listener();
}

export function useLink(): Link | null {
  const [seen, see] = useState(() => link);
  useLayoutEffect(() => {
    const listener = () => see(link);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return seen;
}
