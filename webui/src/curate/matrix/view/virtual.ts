// Long lists: only what is in sight is in the document.

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Size } from "../pure/camera";

export interface Scroll extends Size {
  top: number;
  left: number;
}

/** How far an element is scrolled, and how large it is inside. */
export function useScroll(box: RefObject<HTMLElement | null>): Scroll {
  const [scroll, set] = useState<Scroll>({ top: 0, left: 0, width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => set((last) => {
      const now = { top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight };
      return last.top === now.top && last.left === now.left && last.width === now.width && last.height === now.height ? last : now;
    });
    look();
    element.addEventListener("scroll", look, { passive: true });
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      watcher.disconnect();
    };
  }, []);
  return scroll;
}

/** The first and one past the last of `count` things of one length that are in sight, some more. */
export function inSight(offset: number, room: number, length: number, count: number, more = 3): [number, number] {
  const first = Math.floor(offset / length) - more;
  const last = Math.ceil((offset + room) / length) + more;
  return [Math.min(count, Math.max(0, first)), Math.max(0, Math.min(count, last))];
}

/** Scrolls so that a stretch is in sight, by as little as it takes. */
export function reveal(element: HTMLElement, from: number, to: number, head = 0): void {
  if (from < element.scrollTop + head) element.scrollTop = from - head;
  else if (to > element.scrollTop + element.clientHeight) element.scrollTop = to - element.clientHeight;
}

export function revealAcross(element: HTMLElement, from: number, to: number, head = 0): void {
  if (from < element.scrollLeft + head) element.scrollLeft = from - head;
  else if (to > element.scrollLeft + element.clientWidth) element.scrollLeft = to - element.clientWidth;
}

export function useSize(box: RefObject<HTMLElement | null>): Size | null {
  const [size, set] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => set({ width: element.clientWidth, height: element.clientHeight });
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return size;
}
