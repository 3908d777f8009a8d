// Choosing a class: which are offered in which order, what a digit means, what typed letters find.

import type { SideView } from "../wire";

/** Above this many classes digits no longer name them and the class is typed. */
export const DIGITS = 10;

export function typed(classes: readonly string[]): boolean {
  return classes.length > DIGITS;
}

/** The digit that answers `label` at once: itself where the classes are digits, else its place. */
export function digitOf(classes: readonly string[], label: string): string | null {
  if (typed(classes)) return null;
  if (classes.every((name) => /^\d$/.test(name))) return label;
  const place = classes.indexOf(label);
  return place < 0 ? null : String((place + 1) % 10);
}

export function labelOf(classes: readonly string[], digit: string): string | undefined {
  return classes.find((name) => digitOf(classes, name) === digit);
}

/** The classes offered for a side: the machine's beliefs first where the list is long, its first
 * belief where it is short, then the classes in their order; never the label that is wrong. */
export function offers(classes: readonly string[], side: SideView, filter = ""): string[] {
  const beliefs = side.beliefs.map((b) => b.label).filter((label) => label !== side.given_label);
  const first = typed(classes) ? beliefs : beliefs.slice(0, 1);
  const all = [...new Set([...first, ...classes])].filter((label) => label !== side.given_label);
  return filter ? found(all, filter) : all;
}

/** Those whose name begins with `filter`, then those in which a later word does, then the rest
 * that contain it; case and accents aside. */
function found(labels: readonly string[], filter: string): string[] {
  const needle = plain(filter);
  const rank = (label: string): number => {
    const name = plain(label);
    if (name.startsWith(needle)) return 0;
    if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(needle))) return 1;
    return name.includes(needle) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wanted) => labels.filter((label) => rank(label) === wanted));
}

function plain(text: string): string {
  return text.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
