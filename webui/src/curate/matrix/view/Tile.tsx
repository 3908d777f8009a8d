// One cell of the matrix: how many, how sure the machine is of them, and what else to know.

import { number, percent, t } from "../../../i18n";
import type { CellSummary, RowSummary, Selection } from "../../../wire";

interface Props {
  row: RowSummary;
  cell: CellSummary;
  column: number;
  people: Selection[];
  to: string;
  open: boolean;
  /** Whether it is the one stop of the keyboard. */
  stop: boolean;
  label: string;
  left: number;
  onFocus: () => void;
  onPoint: () => void;
  onOpen: () => void;
}

export function Tile({ cell, column, people, to, open, stop, label, left, onFocus, onPoint, onOpen }: Props) {
  return (
    <span class="tile-place" role="gridcell" aria-colindex={column + 3} style={{ left: `${left}px` }}>
      <a class="tile" href={to} tabIndex={stop ? 0 : -1} aria-current={open ? "true" : undefined} data-none={cell.count === 0}
        style={{ "--blue": `${Math.round(100 * cell.saturation)}%` }} onFocus={onFocus} onPointerEnter={(e) => e.pointerType === "mouse" && onPoint()}
        onClick={(event) => {
          if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onOpen();
        }}>
        <span class="visually-hidden">{label}</span>
        <span class="tile-count" aria-hidden="true">{number(cell.count)}</span>
        <span class="tile-label" aria-hidden="true"><span class="arrow">→</span><span class="name">{cell.predicted_label}</span></span>
        <Bars bars={cell.bars} />
        <span class="tile-marks" aria-hidden="true">
          {cell.reopen > 0 && <Mark kind="reopen" />}
          {cell.duplicates > 0 && <Mark kind="duplicates" />}
          {people.length > 0 && <span class="who-mark" title={people.map((p) => p.who).join(", ")}>{people[0]!.who.slice(0, 1).toUpperCase()}</span>}
        </span>
      </a>
    </span>
  );
}

/** Bars of a histogram in a box of 100 by 20, as one path. */
export function Bars({ bars }: { bars: readonly number[] }) {
  const most = Math.max(1, ...bars);
  const step = 100 / Math.max(1, bars.length);
  const path = bars.map((n, at) => {
    const height = n === 0 ? 0 : 2 + (18 * n) / most;
    return n === 0 ? "" : `M${(at * step + 1).toFixed(1)} 20v-${height.toFixed(1)}h${(step - 2).toFixed(1)}v${height.toFixed(1)}z`;
  }).join("");
  return <svg class="bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true"><path d={path} /></svg>;
}

export function Mark({ kind }: { kind: "duplicates" | "reopen" }) {
  return (
    <svg class={`tile-mark ${kind}`} viewBox="0 0 12 12" aria-hidden="true">
      {kind === "duplicates" ? <path d="M1.5 4.5h6v6h-6zM4.5 4.5v-3h6v6h-3" /> : <path d="M2 6a4 4 0 1 0 1.4-3M3.2 1v2.4h2.4" />}
    </svg>
  );
}

/** All there is to know of a cell, as one sentence. */
export function described(row: RowSummary, cell: CellSummary, total: number, people: readonly Selection[]): string {
  const parts = [t("m.cell.say", { given: row.label, predicted: cell.predicted_label, n: cell.count })];
  if (total > 0) parts.push(t("m.cell.share", { p: percent(cell.count / total, 1) }));
  if (cell.duplicates > 0) parts.push(t("m.cell.duplicates", { n: cell.duplicates }));
  if (cell.reopen > 0) parts.push(t("m.cell.reopen", { n: cell.reopen }));
  for (const person of people) parts.push(t("m.cell.person", { who: person.who, n: person.count }));
  return parts.join("; ");
}
