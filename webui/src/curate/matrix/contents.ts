// The items themselves, small: asked for when they come into sight, many at once, and kept.

import { useLayoutEffect, useState } from "preact/hooks";
import type { ItemView, ItemsView } from "../../wire";
import { post } from "./api";

const KEPT = 6000;
const AT_ONCE = 200;
const PAUSE = 16;

const items = new Map<string, ItemView>();
const pictures = new Map<string, HTMLImageElement>();
const asked = new Set<string>();
const listeners = new Set<() => void>();
let queue: string[] = [];
let timer = 0;

export function itemOf(id: string): ItemView | undefined {
  return items.get(id);
}

/** Asks for those that are not here yet, the first first. What was wanted before and is not any
 * more is not asked for. */
export function want(ids: readonly string[]): void {
  queue = ids.filter((id) => !items.has(id) && !asked.has(id));
  if (queue.length > 0 && timer === 0) timer = window.setTimeout(fetchSome, PAUSE);
}

async function fetchSome(): Promise<void> {
  timer = 0;
  const ids = queue.splice(0, AT_ONCE);
  if (ids.length === 0) return;
  for (const id of ids) asked.add(id);
  const answer = await post<ItemsView>("/curate/items", { ids });
  for (const id of ids) asked.delete(id);
  if (answer.ok) put(answer.items);
  if (answer.ok && queue.length > 0 && timer === 0) timer = window.setTimeout(fetchSome, PAUSE);
}

/** Keeps items that came with something else. */
export function put(fresh: readonly ItemView[]): void {
  for (const item of fresh) items.set(item.id, item);
  for (const id of items.keys()) {
    if (items.size <= KEPT) break;
    items.delete(id);
    pictures.delete(id);
  }
  for (const listener of [...listeners]) listener();
}

/** What is known of these has changed. */
export function forget(ids: Iterable<string>): void {
  for (const id of ids) items.delete(id);
}

/** The decoded picture of an item, once it is there. */
export function pictureOf(id: string): HTMLImageElement | null {
  const known = pictures.get(id);
  if (known) return known.complete && known.naturalWidth > 0 ? known : null;
  const content = items.get(id)?.content;
  if (content?.kind !== "image") return null;
  const picture = new Image();
  picture.onload = tell;
  picture.src = content.url;
  pictures.set(id, picture);
  return null;
}

export function watchItems(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Draws again when items come; asks for `ids`. */
export function useItems(ids: readonly string[]): void {
  const [, again] = useState(0);
  useLayoutEffect(() => watchItems(() => again((n) => n + 1)), []);
  useLayoutEffect(() => want(ids), [ids.join(" ")]);
}

let told = 0;

function tell(): void {
  told ||= requestAnimationFrame(() => {
    told = 0;
    for (const listener of [...listeners]) listener();
  });
}
