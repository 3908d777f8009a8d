// The list: thousands of rows of even height, of which only those in sight are drawn.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useMedia } from "../prefs";
import { spoken, t } from "../i18n";
import { further, tell } from "./desk";
import type { Inbox } from "./inbox";
import { more, total } from "./inbox";
import { Row } from "./Row";
import { ends, inSight } from "./scales";

const NEAR = 20;

export function List({ inbox, rows, open }: { inbox: Inbox; rows: string[]; open: () => void }) {
  const row = useMedia("(max-width: 900px)") ? 80 : 72;
  const { box, top, height } = useScroll();
  const [from, to] = inSight(top, height, row, rows.length);
  const at = inbox.cursor === null ? -1 : rows.indexOf(inbox.cursor);
  const [, most] = ends(rows.slice(0, 200).flatMap((id) => inbox.items[id]?.high ?? []));
  const [least] = ends(rows.slice(0, 200).flatMap((id) => inbox.items[id]?.low ?? []));
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    if (at * row < element.scrollTop) element.scrollTop = at * row;
    else if ((at + 1) * row > element.scrollTop + element.clientHeight) element.scrollTop = (at + 1) * row - element.clientHeight;
  }, [at, row]);
  useLayoutEffect(() => {
    if (Math.max(to, at) > rows.length - NEAR && more(inbox)) further();
  }, [to, at, rows.length]);
  const shown = at >= 0 && (at < from || at >= to) ? [at, ...range(from, to)] : range(from, to);
  return (
    <div class="rows" ref={box} role="listbox" tabIndex={0} aria-multiselectable="true" aria-label={t(`sug.filter.${inbox.filter}`)}
      aria-activedescendant={at >= 0 ? `row-${at}` : undefined}>
      <div class="rows-all" role="presentation" style={{ height: `${rows.length * row}px` }}>{shown.map((index) => {
        const one = inbox.items[rows[index] ?? ""];
        return one && (
          <Row key={one.id} one={one} index={index} top={index * row} height={row} count={total(inbox, inbox.filter) ?? rows.length} here={index === at}
            selected={inbox.selected.has(one.id)} gone={inbox.gone === one.id} least={least} most={most} lang={spoken()}
            onClick={(event) => clicked(event, one.id, open)} />
        );
      })}</div>
    </div>
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function clicked(event: MouseEvent, id: string, open: () => void): void {
  const box = event.target instanceof Element && event.target.closest(".check") !== null;
  if (event.shiftKey) return tell({ type: "at", id, extend: true });
  if (box || event.ctrlKey || event.metaKey) return tell({ type: "toggle", id });
  tell({ type: "at", id, extend: false });
  open();
}

function useScroll() {
  const box = useRef<HTMLDivElement>(null);
  const [seen, see] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => see((last) => {
      const next = { top: element.scrollTop, height: element.clientHeight };
      return next.top === last.top && next.height === last.height ? last : next;
    });
    look();
    element.addEventListener("scroll", look, { passive: true });
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      watcher.disconnect();
    };
  }, []);
  return { box, ...seen };
}
