// Moving through the matrix: cells as a grid of rows, and one after the other by number. Pure.

import type { MatrixView } from "../../../wire";
import type { Place } from "./state";

export interface Seat {
  row: number;
  column: number;
}

/** Where an arrow leads. Rows have their own lengths; the column is kept as far as there is one. */
export function moved(matrix: MatrixView, at: Seat, key: string): Seat | null {
  const rows = matrix.rows.length;
  const width = (row: number) => matrix.rows[row]?.cells.length ?? 0;
  const down = (step: number): Seat | null => {
    for (let row = at.row + step; row >= 0 && row < rows; row += step) {
      if (width(row) > 0) return { row, column: Math.min(at.column, width(row) - 1) };
    }
    return null;
  };
  switch (key) {
    case "ArrowRight": return at.column + 1 < width(at.row) ? { ...at, column: at.column + 1 } : null;
    case "ArrowLeft": return at.column > 0 ? { ...at, column: at.column - 1 } : null;
    case "ArrowDown": return down(1);
    case "ArrowUp": return down(-1);
    case "Home": return { ...at, column: 0 };
    case "End": return { ...at, column: Math.max(0, width(at.row) - 1) };
    default: return null;
  }
}

/** Where a cell stands; the first one where it does not. */
export function spotOf(matrix: MatrixView, place: Place | null): Seat {
  const row = matrix.rows.findIndex((each) => each.label === place?.given);
  const column = matrix.rows[row]?.cells.findIndex((each) => each.predicted_label === place?.predicted) ?? -1;
  if (row >= 0 && column >= 0) return { row, column };
  return { row: Math.max(0, matrix.rows.findIndex((each) => each.cells.length > 0)), column: 0 };
}

/** The next cell by number of open items, the largest first; null at the end. */
export function following(matrix: MatrixView, place: Place | null, step: 1 | -1): Place | null {
  const all = matrix.rows.flatMap((row) => row.cells.filter((cell) => cell.count > 0 || same(place, row.label, cell.predicted_label))
    .map((cell) => ({ given: row.label, predicted: cell.predicted_label, count: cell.count })));
  all.sort((a, b) => b.count - a.count);
  const at = all.findIndex((cell) => same(place, cell.given, cell.predicted));
  const next = all[at < 0 ? 0 : at + step];
  return next ? { given: next.given, predicted: next.predicted } : null;
}

function same(place: Place | null, given: string, predicted: string): boolean {
  return place !== null && place.given === given && place.predicted === predicted;
}

/** The address of a cell. An address that ends in a name with a dot would be taken for a file. */
export function pathOf(place: Place | null): string {
  if (!place) return "/curate/matrix";
  const path = `/curate/matrix/${encodeURIComponent(place.given)}/${encodeURIComponent(place.predicted)}`;
  return place.predicted.includes(".") ? `${path}/` : path;
}
