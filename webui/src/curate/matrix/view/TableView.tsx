// The items of a cell as lines with all their numbers; only those in sight are in the document.

import { useRef } from "preact/hooks";
import { number, t } from "../../../i18n";
import type { Text } from "../../../i18n";
import { itemOf, useItems } from "../contents";
import type { SortBy } from "../pure/columns";
import { first as firstOf } from "../pure/columns";
import type { Sort } from "../pure/columns";
import { send } from "../store";
import { useLeaving } from "./leaving";
import { elementOf, useListKeys } from "./lists";
import { Small } from "./Small";
import type { CellRows } from "./useCell";
import { inSight, useScroll } from "./virtual";

const LINE = 44;
const HEAD = 32;
const NUMBERS: readonly SortBy[] = ["iies", "margin", "gain", "trust"];

export function TableView({ cell, sort }: { cell: CellRows; sort: Sort }) {
  const box = useRef<HTMLDivElement>(null);
  const scroll = useScroll(box);
  const { keyed, clicked } = useListKeys(cell, box, 1, LINE, HEAD);
  const [from, to] = inSight(scroll.top - HEAD, scroll.height, LINE, cell.rows.length);
  const rows = Array.from(cell.rows.subarray(from, to));
  const focused = cell.focus === null ? undefined : cell.at.get(cell.focus);
  useItems(rows.map((row) => cell.view.ids[row]!));
  const { view } = cell;
  const leaving = useLeaving(rows.map((row, k) => ({ id: view.ids[row]!, transform: `translateY(${HEAD + (from + k) * LINE}px)` })), cell.hidden);
  return (
    <div class="table-view" ref={box}>
      <div class="table-sheet" role="grid" tabIndex={0} aria-multiselectable="true" onKeyDown={keyed} aria-rowcount={cell.rows.length + 1}
        aria-label={t("m.list.label", { n: cell.rows.length, picked: cell.picked.size })} style={{ height: `${HEAD + cell.rows.length * LINE}px` }}
        aria-activedescendant={focused !== undefined && rows.includes(focused) ? elementOf(focused) : undefined}>
        <div class="table-line table-head" role="row" aria-rowindex={1}>
          <span role="columnheader" class="what">{t("m.col.item")}</span>
          {NUMBERS.map((by) => <Column key={by} by={by} sort={sort} />)}
          <span role="columnheader" class="split-col">{t("m.col.split")}</span>
        </div>
        {rows.map((row, k) => {
          const id = view.ids[row]!;
          return (
            <div key={id} id={elementOf(row)} role="row" class="table-line" aria-rowindex={from + k + 2} aria-selected={cell.picked.has(id)} data-focus={cell.focus === id}
              style={{ transform: `translateY(${HEAD + (from + k) * LINE}px)` }} onClick={(event) => clicked(event, id)}>
              <span role="gridcell" class="what"><Small id={id} content={itemOf(id)?.content} /><span class="id">{id}</span>{view.reopen[row] && <span class="again">{t("m.reopen.short")}</span>}</span>
              {NUMBERS.map((by) => <span key={by} role="gridcell" class="figure-cell">{figure(by, view[by][row] ?? null)}</span>)}
              <span role="gridcell" class="split-col">{view.splits[view.split[row]!]}</span>
            </div>
          );
        })}
        {leaving.map(({ id, transform }) => (
          <div key={`leaving ${id}`} class="table-line leaving" aria-hidden="true" style={{ transform }}>
            <span class="what"><Small id={id} content={itemOf(id)?.content} /><span class="id">{id}</span></span>
          </div>
        ))}
      </div>
    </div>
  );
}

function Column({ by, sort }: { by: SortBy; sort: Sort }) {
  const here = sort.by === by;
  const next: Sort = here ? { by, down: !sort.down } : firstOf(by);
  return (
    <span role="columnheader" class="figure-cell" aria-sort={here ? (sort.down ? "descending" : "ascending") : "none"}>
      <button type="button" class="plain" title={t(`m.sort.${by}.title` as Text)} onClick={() => send({ type: "sort", sort: next })}>
        {t(`m.sort.${by}`)}<span aria-hidden="true">{here ? (sort.down ? " ↓" : " ↑") : ""}</span>
      </button>
    </span>
  );
}

/** A gain is small: three digits that count; the rest in hundredths. */
function figure(by: SortBy, value: number | null): string {
  if (value === null) return "–";
  if (by !== "gain") return number(value, 2);
  return value === 0 ? "0" : Math.abs(value) < 0.001 ? value.toExponential(1) : number(value, 4);
}
