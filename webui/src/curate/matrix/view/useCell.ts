// What the views of a cell share: its rows as they are shown, made anew only when they change.

import { useMemo } from "preact/hooks";
import type { CellView } from "../../../wire";
import { ordered, shown } from "../pure/columns";
import type { Board } from "../pure/state";
import { hiddenOf } from "../pure/state";

export interface CellRows {
  view: CellView;
  /** Rows that are shown, in order. */
  rows: Uint32Array;
  hidden: ReadonlySet<string>;
  /** Row by id. */
  at: ReadonlyMap<string, number>;
  picked: ReadonlySet<string>;
  focus: string | null;
}

export function useCellRows(board: Board): CellRows | null {
  const view = board.cell.data;
  const hidden = useMemo(() => hiddenOf(board), [board.gone, board.pending]);
  const order = useMemo(() => (view ? ordered(view, board.sort) : null), [view, board.sort]);
  const rows = useMemo(() => (view && order ? shown(view, order, hidden, board.range) : null), [view, order, hidden, board.range]);
  const at = useMemo(() => new Map(view?.ids.map((id, row) => [id, row])), [view]);
  return useMemo(() => (view && rows ? { view, rows, hidden, at, picked: board.picked, focus: board.focus } : null),
    [view, rows, hidden, at, board.picked, board.focus]);
}
