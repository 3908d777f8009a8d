// The items of a cell side by side; only those in sight are in the document.

import { useRef } from "preact/hooks";
import { number, t } from "../../../i18n";
import { itemOf, useItems } from "../contents";
import { useLeaving } from "./leaving";
import { elementOf, useListKeys } from "./lists";
import { Small } from "./Small";
import type { CellRows } from "./useCell";
import { inSight, useScroll } from "./virtual";

const SIZES = { image: { width: 84, height: 104 }, text: { width: 232, height: 128 }, table: { width: 232, height: 128 }, series: { width: 168, height: 104 } };

export function GridView({ cell, kind }: { cell: CellRows; kind: keyof typeof SIZES }) {
  const box = useRef<HTMLDivElement>(null);
  const scroll = useScroll(box);
  const { width, height } = SIZES[kind];
  const columns = Math.max(1, Math.floor((scroll.width - 8) / width));
  const { keyed, clicked } = useListKeys(cell, box, columns, height);
  const lines = Math.ceil(cell.rows.length / columns);
  const [first, last] = inSight(scroll.top, scroll.height, height, lines);
  const focused = cell.focus === null ? undefined : cell.at.get(cell.focus);
  const from = first * columns;
  const rows = Array.from(cell.rows.subarray(from, last * columns));
  useItems(rows.map((row) => cell.view.ids[row]!));
  const placeOf = (at: number) => `translate(${4 + (at % columns) * width}px, ${4 + Math.floor(at / columns) * height}px)`;
  const leaving = useLeaving(rows.map((row, k) => ({ id: cell.view.ids[row]!, transform: placeOf(from + k) })), cell.hidden);
  return (
    <div class="grid-view" ref={box} data-kind={kind} role="listbox" tabIndex={0} aria-multiselectable="true" onKeyDown={keyed}
      aria-label={t("m.list.label", { n: cell.rows.length, picked: cell.picked.size })}
      aria-activedescendant={focused !== undefined && rows.includes(focused) ? elementOf(focused) : undefined}>
      <div role="presentation" class="grid-sheet" style={{ height: `${lines * height + 8}px` }}>
        {rows.map((row, k) => {
          const id = cell.view.ids[row]!;
          const at = from + k;
          const iies = number(cell.view.iies[row]!, 2);
          return (
            <div key={id} id={elementOf(row)} role="option" class="card-item" aria-selected={cell.picked.has(id)} data-focus={cell.focus === id}
              aria-setsize={cell.rows.length} aria-posinset={at + 1} title={t("m.item.say", { id, iies })}
              style={{ transform: placeOf(at), width: `${width - 8}px`, height: `${height - 8}px` }}
              onClick={(event) => clicked(event, id)}>
              <Small id={id} content={itemOf(id)?.content} />
              {itemOf(id)?.content.kind !== "image" && <span class="visually-hidden">{id}</span>}
              <span class="card-foot"><span><span class="visually-hidden">{t("m.sort.iies")} </span>{iies}</span>{cell.view.splits.length > 1 && <span class="split">{cell.view.splits[cell.view.split[row]!]}</span>}{cell.view.reopen[row] && <span class="again">{t("m.reopen.short")}</span>}</span>
            </div>
          );
        })}
        {leaving.map(({ id, transform }) => (
          <div key={`leaving ${id}`} class="card-item leaving" aria-hidden="true" style={{ transform, width: `${width - 8}px`, height: `${height - 8}px` }}>
            <Small id={id} content={itemOf(id)?.content} />
          </div>
        ))}
      </div>
    </div>
  );
}
