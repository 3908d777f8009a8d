// The matrix as a list: a row for each given label, what the machine agrees with on the left, then
// the cells, the fullest first. Only what is in sight is drawn.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { number, t } from "../../../i18n";
import { go } from "../../../router";
import type { CellSummary, MatrixView, RowSummary, Selection } from "../../../wire";
import { moved, pathOf, spotOf } from "../pure/order";
import type { Seat } from "../pure/order";
import type { Place } from "../pure/state";
import { HoverCard } from "./HoverCard";
import { Tile, described } from "./Tile";
import { inSight, reveal, revealAcross, useScroll } from "./virtual";

interface Props {
  matrix: MatrixView;
  place: Place | null;
  others: Selection[];
}

const HEAD = 32;

/** Lengths in pixels: of a row, of a tile with its gap, of what stands left of the tiles. */
function lengths(matrix: MatrixView, narrow: boolean) {
  const longest = Math.max(0, ...matrix.classes.map((name) => name.length));
  const many = matrix.shown.length > 20;
  const label = longest <= 3 ? 48 : narrow ? 104 : 152;
  return { row: many ? 52 : 60, tile: longest <= 3 ? 100 : narrow ? 116 : 140, left: label + 72, label };
}

export function Overview({ matrix, place, others }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const scroll = useScroll(box);
  const size = lengths(matrix, scroll.width > 0 && scroll.width < 560);
  const [seat, sit] = useState<Seat>(() => spotOf(matrix, place));
  const [hover, point] = useState<Seat | null>(null);
  const focusing = useRef(false);
  const at = clamped(matrix, seat);
  useLayoutEffect(() => {
    if (place) sit(spotOf(matrix, place));
  }, [place?.given, place?.predicted]);
  useLayoutEffect(() => {
    if (!focusing.current) return;
    focusing.current = false;
    box.current?.querySelector<HTMLElement>("a[tabindex='0']")?.focus({ preventScroll: true });
  });
  const step = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = moved(matrix, at, event.key);
    if (!next || !box.current) return;
    event.preventDefault();
    reveal(box.current, HEAD + next.row * size.row, HEAD + (next.row + 1) * size.row, HEAD);
    revealAcross(box.current, size.left + next.column * size.tile, size.left + (next.column + 1) * size.tile, size.left);
    focusing.current = true;
    sit(next);
  };
  const [first, last] = inSight(scroll.top - HEAD, scroll.height, size.row, matrix.rows.length);
  const pinned = at.row < first || at.row >= last ? [at.row] : [];
  const rows = [...range(first, last), ...pinned];
  const widest = Math.max(1, ...matrix.rows.map((row) => row.cells.length));
  return (
    <div class="overview" ref={box} onKeyDown={step} onPointerLeave={() => point(null)} data-many={matrix.shown.length > 20}
      style={{ "--row": `${size.row}px`, "--tile": `${size.tile}px`, "--left": `${size.left}px`, "--label": `${size.label}px` }}>
      <div class="overview-sheet" role="grid" aria-label={t("m.matrix.label")} aria-rowcount={matrix.rows.length + 1} aria-colcount={widest + 2}
        style={{ height: `${HEAD + matrix.rows.length * size.row}px`, width: `${size.left + widest * size.tile}px` }}>
        <div class="overview-head" role="row" aria-rowindex={1}>
          <span role="columnheader" class="label">{t("m.col.given")}</span>
          <span role="columnheader" class="correct">{t("m.col.correct")}</span>
          <span role="columnheader" class="cells">{t("m.col.cells")}</span>
        </div>
        {rows.map((index) => matrix.rows[index] && (
          <Row key={matrix.rows[index].label} row={matrix.rows[index]} index={index} seat={at} place={place} others={others} total={matrix.totals.open}
            span={inSight(scroll.left, scroll.width - size.left, size.tile, matrix.rows[index].cells.length)} size={size} point={point} sit={sit} />
        ))}
      </div>
      {hover && <Card matrix={matrix} seat={hover} others={others} box={box.current} size={size} />}
    </div>
  );
}

function clamped(matrix: MatrixView, seat: Seat): Seat {
  const row = Math.min(seat.row, Math.max(0, matrix.rows.length - 1));
  return { row, column: Math.min(seat.column, Math.max(0, (matrix.rows[row]?.cells.length ?? 1) - 1)) };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
}

interface RowProps {
  row: RowSummary;
  index: number;
  seat: Seat;
  place: Place | null;
  others: Selection[];
  total: number;
  span: [number, number];
  size: ReturnType<typeof lengths>;
  point: (seat: Seat | null) => void;
  sit: (seat: Seat) => void;
}

function Row({ row, index, seat, place, others, total, span, size, point, sit }: RowProps) {
  const pinned = seat.row === index && (seat.column < span[0] || seat.column >= span[1]) ? [seat.column] : [];
  const columns = [...range(span[0], span[1]), ...pinned].filter((column) => column < row.cells.length);
  return (
    <div class="overview-row" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${HEAD + index * size.row}px)` }}>
      <span class="label" role="rowheader" title={row.label}><span>{row.label}</span></span>
      <span class="correct" role="gridcell" aria-colindex={2} title={t("m.correct.title", { n: row.correct, label: row.label })}>{number(row.correct)}</span>
      {columns.map((column) => {
        const cell = row.cells[column]!;
        const here = { given: row.label, predicted: cell.predicted_label };
        const people = others.filter((other) => other.given_label === here.given && other.predicted_label === here.predicted);
        return (
          <Tile key={cell.predicted_label} row={row} cell={cell} column={column} people={people} to={pathOf(here)}
            open={place?.given === here.given && place.predicted === here.predicted} stop={seat.row === index && seat.column === column}
            label={described(row, cell, total, people)} left={size.left + column * size.tile}
            onFocus={() => sit({ row: index, column })} onPoint={() => point({ row: index, column })} onOpen={() => go(pathOf(here))} />
        );
      })}
      {row.cells.length === 0 && <span class="none faint" role="gridcell" aria-colindex={3}>{t("m.row.none")}</span>}
    </div>
  );
}

interface CardProps {
  matrix: MatrixView;
  seat: Seat;
  others: Selection[];
  box: HTMLElement | null;
  size: ReturnType<typeof lengths>;
}

function Card({ matrix, seat, others, box, size }: CardProps) {
  const row = matrix.rows[seat.row];
  const cell: CellSummary | undefined = row?.cells[seat.column];
  if (!row || !cell || !box) return null;
  const top = HEAD + (seat.row + 1) * size.row - box.scrollTop;
  const left = size.left + seat.column * size.tile - box.scrollLeft;
  const people = others.filter((other) => other.given_label === row.label && other.predicted_label === cell.predicted_label);
  return <HoverCard row={row} cell={cell} people={people} total={matrix.totals.open} corner={{ top, left, row: size.row }} box={box} />;
}
