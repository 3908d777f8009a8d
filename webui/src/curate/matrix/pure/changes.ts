// What a push does to the matrix on the screen: numbers change where they stand, nothing is
// ordered anew. Pure.

import type { CellNow, CellSummary, MatrixChanged, MatrixView, RowSummary } from "../../../wire";

/** The matrix after a push; the same where the push is older than it. */
export function changed(matrix: MatrixView, push: MatrixChanged): MatrixView {
  if (push.seq <= matrix.seq) return matrix;
  const shown = new Set(matrix.shown);
  const cells = push.cells.filter((cell) => shown.has(cell.given_label) && shown.has(cell.predicted_label));
  const named = new Set([...cells.map((cell) => cell.given_label), ...Object.keys(push.correct).filter((label) => shown.has(label))]);
  const known = new Set(matrix.rows.map((row) => row.label));
  const fresh = [...named].filter((label) => !known.has(label)).map((label): RowSummary => ({ label, correct: 0, open: 0, cells: [] }));
  const rows = [...matrix.rows, ...fresh].map((row) => (named.has(row.label) ? rowNow(row, cells, push) : row));
  return { ...matrix, seq: push.seq, totals: push.totals, rows };
}

function rowNow(row: RowSummary, all: readonly CellNow[], push: MatrixChanged): RowSummary {
  const now = new Map(all.filter((cell) => cell.given_label === row.label).map((cell) => [cell.predicted_label, cell]));
  const stood = row.cells.map((cell) => (now.has(cell.predicted_label) ? cellNow(cell, now.get(cell.predicted_label)!) : cell));
  const known = new Set(row.cells.map((cell) => cell.predicted_label));
  const came = [...now.values()].filter((cell) => !known.has(cell.predicted_label) && cell.count > 0).map((cell) => cellNow(null, cell));
  const cells = [...stood, ...came];
  return { ...row, cells, correct: push.correct[row.label] ?? row.correct, open: cells.reduce((sum, cell) => sum + cell.count, 0) };
}

function cellNow(before: CellSummary | null, now: CellNow): CellSummary {
  return {
    predicted_label: now.predicted_label, count: now.count, saturation: now.saturation, bars: now.bars,
    duplicates: before?.duplicates ?? 0, reopen: Math.min(before?.reopen ?? 0, now.count),
  };
}

/** Ids that the push says are in no cell any more where they were. */
export function gone(push: MatrixChanged): Set<string> {
  return new Set(push.cells.flatMap((cell) => cell.left));
}

/** What the push says of one cell. */
export function about(push: MatrixChanged, given: string, predicted: string): CellNow | null {
  return push.cells.find((cell) => cell.given_label === given && cell.predicted_label === predicted) ?? null;
}
