// What the grid and the table share: the keyboard, and what a click picks.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { keep } from "../commands";
import { between, joined, stepped, toggled } from "../pure/selecting";
import { send } from "../store";
import type { CellRows } from "./useCell";
import { reveal } from "./virtual";

/** What floats over the end of a list, in pixels. */
const BELOW = 96;

/** The keyboard of a list `columns` wide with lines `line` pixels high: arrows move, with shift
 * they pick on the way, space picks. */
export function useListKeys(cell: CellRows, box: RefObject<HTMLElement | null>, columns: number, line: number, head = 0) {
  const anchor = useRef<string | null>(null);
  const list = () => Array.from(cell.rows, (row) => cell.view.ids[row]!);
  const place = cell.focus === null ? -1 : cell.rows.indexOf(cell.at.get(cell.focus) ?? -1);
  useLayoutEffect(() => {
    const at = Math.floor(place / columns);
    if (place >= 0 && box.current) reveal(box.current, head + at * line, head + (at + 1) * line + BELOW, head);
  }, [cell.focus, columns, line]);
  const keyed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      event.preventDefault();
      anchor.current = cell.focus;
      if (cell.focus !== null) send({ type: "pick", ids: toggled(cell.picked, cell.focus) });
      return;
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / line) - 1);
    const next = stepped(place, cell.rows.length, event.key, columns, page);
    if (next === null) return;
    event.preventDefault();
    const id = cell.view.ids[cell.rows[next]!]!;
    if (!event.shiftKey) anchor.current = id;
    const ids = event.shiftKey ? joined(cell.picked, between(list(), anchor.current ?? cell.focus, id), true) : null;
    send(ids ? { type: "pick", ids, focus: id } : { type: "focus", id });
  };
  const clicked = (event: MouseEvent, id: string) => {
    if (keep(id)) return;
    const single = !event.shiftKey && !event.ctrlKey && !event.metaKey;
    const ids = event.shiftKey ? joined(cell.picked, between(list(), anchor.current ?? cell.focus, id), true)
      : single ? new Set([id]) : toggled(cell.picked, id);
    if (!event.shiftKey) anchor.current = id;
    send({ type: "pick", ids, focus: id });
  };
  return { keyed, clicked };
}

/** The id of an item's element. */
export function elementOf(row: number): string {
  return `item-${row}`;
}
