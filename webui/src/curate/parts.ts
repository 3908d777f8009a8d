// Curators' pages. A page is a line here; its code is loaded when it is first looked at. It draws
// what stands inside `<main>`, an h1 first.

import type { ComponentType } from "preact";
import type { Text } from "../i18n";
import type { Where } from "../keys";
import type { State } from "../state/app";

export interface PartProps {
  state: State;
  /** The parts of the address below `/curate/part`. */
  rest: string[];
}

export interface CuratePart {
  /** Second part of its address. */
  at: string;
  label: Text;
  /** Whose keys the help panel shows. */
  keys: Where;
  load: () => Promise<ComponentType<PartProps>>;
}

export const PARTS: readonly CuratePart[] = [
  { at: "matrix", label: "page.matrix", keys: "matrix", load: () => import("./matrix/MatrixPage").then((m) => m.MatrixPage) },
  { at: "suggestions", label: "page.suggestions", keys: "suggest", load: () => import("../suggest/SuggestionsPage").then((m) => m.SuggestionsPage) },
];
