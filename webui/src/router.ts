// The address in the browser, without reloading. `app/pages` says which page stands where.

import { useLayoutEffect, useState } from "preact/hooks";

export interface Place {
  /** As in the address: "/studies/q1". */
  path: string;
  /** Its decoded parts; none at "/". */
  parts: string[];
  /** How one came here, and from where. */
  came: "first" | "forward" | "back";
  from: string;
}

/** The name of the answer page's place, which alone leases and shows questions. */
const ANSWER = "";

const scrolls = new Map<string, number>();
const listeners = new Set<() => void>();
let place: Place = placed(typeof location === "undefined" ? "/" : location.pathname, "first", "");

/** Decoded parts of a path; what cannot be decoded stays as it is. */
export function partsOf(path: string): string[] {
  return path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

export function here(): Place {
  return place;
}

/** Whether questions are on the screen, so that they may be leased, shown and answered by key. */
export function answering(): boolean {
  return (place.parts[0] ?? "") === ANSWER;
}

/** Goes to a path of this application. */
export function go(path: string): void {
  if (path === place.path) return;
  leave();
  history.pushState(null, "", path);
  arrive(path, "forward");
}

/** Calls `listener` after every change; the answer ends that. */
export function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function watchHistory(): void {
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => {
    leave();
    arrive(location.pathname, "back");
  });
}

export function useHere(): Place {
  const [seen, see] = useState(place);
  useLayoutEffect(() => watch(() => see(place)), []);
  return seen;
}

/** How far the page at `path` was scrolled when it was left. */
export function scrolled(path: string): number {
  return scrolls.get(path) ?? 0;
}

function leave(): void {
  scrolls.set(place.path, document.getElementById("main")?.scrollTop ?? 0);
}

function arrive(path: string, came: Place["came"]): void {
  place = placed(path, came, place.path);
  for (const listener of [...listeners]) listener();
}

function placed(path: string, came: Place["came"], from: string): Place {
  return { path, parts: partsOf(path), came, from };
}
