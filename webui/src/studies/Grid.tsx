// A table that scrolls inside itself; its first column stays.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Cell } from "./cells";
import { decimals, numeric, written } from "./cells";

export function Grid({ title, columns, rows }: { title: string; columns: string[]; rows: Cell[][] }) {
  const kinds = columns.map((_, at) => {
    const cells = rows.map((row) => row[at] ?? null);
    return { numeric: numeric(cells), digits: decimals(cells) };
  });
  const { box, wide } = useWide();
  return (
    <div class="grid" ref={box} data-wide={wide} {...(wide ? { tabIndex: 0, role: "region", "aria-label": title } : {})}>
      <table>
        <caption class="visually-hidden">{title}</caption>
        <thead><tr>{columns.map((column, at) => <th key={at} scope="col" data-numeric={kinds[at]?.numeric}>{column}</th>)}</tr></thead>
        <tbody>{rows.map((row, i) => (
          <tr key={i}>{row.map((cell, at) => {
            const text = written(cell, kinds[at]?.digits ?? 0);
            return at === 0 ? <th key={at} scope="row" data-numeric={kinds[at]?.numeric}>{text}</th>
              : <td key={at} data-numeric={kinds[at]?.numeric}>{text}</td>;
          })}</tr>
        ))}</tbody>
      </table>
    </div>
  );
}

/** Whether the table is wider than its box: only then is it a stop for the keyboard. */
function useWide() {
  const box = useRef<HTMLDivElement>(null);
  const [wide, set] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => set(element.scrollWidth > element.clientWidth + 1);
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    look();
    return () => watcher.disconnect();
  }, []);
  return { box, wide };
}
