// The workspace's state: what the server said, what is on its way, and what is looked at; and the
// messages that change it. `board` changes it.

import type { Phrase } from "../../../state/reply";
import type {
  ActAck, CellView, CurateHello, ItemView, IterationsView, MatrixChanged, MatrixView, Offer, PairsView, PreviewView,
  Selection, SelectionChanged, SurveyView,
} from "../../../wire";
import type { Pending, Touched, Verb } from "./acts";
import { leaving } from "./acts";
import type { Range, Sort } from "./columns";
import { WHOLE, first } from "./columns";

/** Something that is read: what came last stays while it is read again. */
export interface Read<T> {
  data: T | null;
  busy: boolean;
  /** Why the last try failed: an HTTP status, 0 = no answer. */
  failed: { status: number; error: string } | null;
}

export interface Place {
  given: string;
  predicted: string;
}

export type Look = "map" | "grid" | "table";
export type Basis = CellView["basis"];
export type Method = CellView["method"];

/** What an act would be, on the screen before it is sent. */
export interface Planned {
  verb: Verb;
  ids: string[];
  label: string | null;
  of: string | null;
  forecast: Read<PreviewView>;
}

/** What the keys mean: looking, choosing a class, choosing which is kept, looking at a plan, reviewing. */
export type Stage =
  | { name: "look" }
  | { name: "choose"; ids: string[]; filter: string; selected: number }
  | { name: "keep"; ids: string[] }
  | { name: "plan"; plan: Planned }
  | { name: "review"; review: Review };

/** The rest of a confusion, one by one. `ids` null: not there yet. */
export interface Review {
  given: string;
  to: string;
  ids: string[] | null;
  at: number;
  yes: number;
  no: number;
}

/** What the last act did. */
export interface Line {
  phrases: Phrase[];
  tone: "plain" | "warn";
}

export interface Board {
  link: "connecting" | "live" | "offline";
  me: string | null;
  matrix: Read<MatrixView>;
  /** Classes asked for; empty = all. */
  classes: string[];
  place: Place | null;
  cell: Read<CellView>;
  /** Ids of the cell that have left it since it was read. */
  gone: ReadonlySet<string>;
  /** Whether something was added, so that the cell, the matrix, must be read again. */
  stale: { cell: boolean; matrix: boolean };
  pairs: Read<PairsView>;
  pending: Pending[];
  /** The newest survey when it is newer than what the matrix says. */
  survey: SurveyView | null;
  iterations: Read<IterationsView>;
  others: Selection[];
  picked: ReadonlySet<string>;
  focus: string | null;
  range: Range;
  sort: Sort;
  look: Look;
  basis: Basis | null;
  method: Method;
  seed: number;
  stage: Stage;
  offer: Offer | null;
  line: Line | null;
  undo: number;
  redo: number;
}

export function nothing<T>(): Read<T> {
  return { data: null, busy: false, failed: null };
}

export const LOOK: Stage = { name: "look" };

export const START: Board = {
  link: "connecting", me: null, matrix: nothing(), classes: [], place: null, cell: nothing(), gone: new Set(),
  stale: { cell: false, matrix: false }, pairs: nothing(), pending: [], survey: null, iterations: nothing(), others: [],
  picked: new Set(), focus: null, range: WHOLE, sort: first("iies"), look: "map", basis: null, method: "pca", seed: 0,
  stage: LOOK, offer: null, line: null, undo: 0, redo: 0,
};

export type What = "matrix" | "cell" | "pairs" | "iterations";

export type Message =
  | { type: "link"; link: Board["link"] }
  | { type: "hello"; hello: CurateHello }
  | { type: "busy"; what: What }
  | { type: "read"; what: "matrix"; data: MatrixView }
  | { type: "read"; what: "cell"; data: CellView }
  | { type: "read"; what: "pairs"; data: PairsView }
  | { type: "read"; what: "iterations"; data: IterationsView }
  | { type: "failed"; what: What; status: number; error: string }
  | { type: "classes"; classes: string[] }
  | { type: "open"; place: Place | null }
  | { type: "changed"; push: MatrixChanged }
  | { type: "survey"; survey: SurveyView }
  | { type: "selection"; push: SelectionChanged }
  | { type: "pick"; ids: ReadonlySet<string>; focus?: string | null }
  | { type: "focus"; id: string | null }
  | { type: "range"; range: Range }
  | { type: "sort"; sort: Sort }
  | { type: "look"; look: Look }
  | { type: "basis"; basis: Basis }
  | { type: "method"; method: Method }
  | { type: "seed" }
  | { type: "stage"; stage: Stage }
  | { type: "forecast"; forecast: Read<PreviewView> }
  | { type: "reviewed"; ids: string[] }
  | { type: "verdict"; yes: boolean | null }
  | { type: "offer"; offer: Offer | null }
  | { type: "line"; line: Line | null }
  | { type: "sent"; act: Pending; line: Line }
  | { type: "saved"; key: string; ack: ActAck; line: Line }
  | { type: "refused"; key: string; line: Line }
  | { type: "stacks"; undo: number; redo: number; line: Line };

/** Ids of the open cell that are not shown: gone, or on their way out. */
export function hiddenOf(s: Pick<Board, "gone" | "pending">): ReadonlySet<string> {
  if (s.pending.length === 0) return s.gone;
  const out = leaving(s.pending);
  return s.gone.size === 0 ? out : new Set([...s.gone, ...out]);
}

/** The newest survey that is known of. */
export function surveyOf(s: Board): SurveyView | null {
  return s.survey ?? s.matrix.data?.survey ?? null;
}

/** What an item of the open cell is, for an act. */
export function touchedOf(view: CellView, rows: readonly number[]): Touched[] {
  return rows.map((row) => ({ id: view.ids[row]!, given: view.given_label, predicted: view.predicted_label, iies: view.iies[row]! }));
}

export function touchedItem(item: ItemView): Touched {
  const open = item.iies !== null && item.label !== item.predicted_label;
  return { id: item.id, given: item.label ?? "", predicted: item.predicted_label ?? "", iies: open ? item.iies : null };
}
