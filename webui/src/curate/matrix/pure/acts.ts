// Acts that are on their way: what the page shows is what the server said and, on top, what they
// will do. What the server reports gone is taken out of them, so that nothing counts twice. Pure.

import type { CellSummary, MatrixView, RowSummary, Totals } from "../../../wire";
import { bin } from "./columns";

export type Verb = "confirm" | "relabel" | "remove" | "duplicate" | "reopen" | "good" | "bad";

/** An item as it stood in the matrix; `iies` null: it was in no cell. */
export interface Touched {
  id: string;
  given: string;
  predicted: string;
  iies: number | null;
}

export interface Pending {
  key: string;
  verb: Verb;
  label: string | null;
  items: ReadonlyMap<string, Touched>;
  /** Newest event that contains it; null until the server has said. */
  seq: number | null;
}

/** Ids that no longer stand in the matrix. Opening again brings back rather than takes away. */
export function leaving(pending: readonly Pending[]): Set<string> {
  return new Set(pending.flatMap((act) => (act.verb === "reopen" ? [] : [...act.items.keys()])));
}

/** The act without these items; null when none is left. */
export function without(act: Pending, ids: ReadonlySet<string>): Pending | null {
  if (![...act.items.keys()].some((id) => ids.has(id))) return act;
  const items = new Map([...act.items].filter(([id]) => !ids.has(id)));
  return items.size > 0 ? { ...act, items } : null;
}

/** What cells lose: given label, predicted label, the IIES of each item. */
type Losses = Map<string, Map<string, number[]>>;

/** The matrix as it will be: only what changes is made anew. */
export function overlay(matrix: MatrixView, pending: readonly Pending[]): MatrixView {
  const lost = losses(pending);
  if (lost.size === 0) return matrix;
  return { ...matrix, rows: matrix.rows.map((row) => lessened(row, lost.get(row.label))), totals: counted(matrix.totals, pending) };
}

function losses(pending: readonly Pending[]): Losses {
  const lost: Losses = new Map();
  for (const act of pending) {
    if (act.verb === "reopen") continue;
    for (const { given, predicted, iies } of act.items.values()) {
      if (iies === null) continue;
      const row = lost.get(given) ?? new Map<string, number[]>();
      const cell = row.get(predicted) ?? [];
      cell.push(iies);
      lost.set(given, row.set(predicted, cell));
    }
  }
  return lost;
}

function lessened(row: RowSummary, lost: Map<string, number[]> | undefined): RowSummary {
  if (!lost) return row;
  const cells = row.cells.map((cell) => less(cell, lost.get(cell.predicted_label)));
  return { ...row, cells, open: cells.reduce((sum, cell) => sum + cell.count, 0) };
}

function less(cell: CellSummary, lost: readonly number[] | undefined): CellSummary {
  if (!lost) return cell;
  const count = Math.max(0, cell.count - lost.length);
  const bars = [...cell.bars];
  for (const iies of lost) {
    const at = bin(iies, bars.length);
    bars[at] = Math.max(0, (bars[at] ?? 0) - 1);
  }
  return { ...cell, count, bars, saturation: cell.count > 0 ? (cell.saturation * count) / cell.count : 0 };
}

function counted(totals: Totals, pending: readonly Pending[]): Totals {
  let [open, gone, removed] = [totals.open, 0, 0];
  for (const act of pending) {
    if (act.verb === "reopen") continue;
    const stood = [...act.items.values()].filter((item) => item.iies !== null).length;
    open -= stood;
    gone += stood;
    if (act.verb === "remove" || act.verb === "duplicate") removed += stood;
  }
  open = Math.max(0, open);
  return { ...totals, open, resolved: totals.resolved + gone, removed: totals.removed + removed, bound: totals.items > 0 ? open / totals.items : 0 };
}
