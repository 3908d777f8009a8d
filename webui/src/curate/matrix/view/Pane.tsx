// An open cell, beside the matrix: what it is, how it is looked at, its items, the one in focus.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Kbd } from "../../../app/words";
import { Link } from "../../../app/Link";
import { number, t } from "../../../i18n";
import { shortcut, written } from "../../../keys";
import { useMedia, usePrefs } from "../../../prefs";
import { run } from "../commands";
import { histogram } from "../pure/columns";
import type { Board } from "../pure/state";
import { readCell, readPairs } from "../store";
import { Actions } from "./Actions";
import { Detail } from "./Detail";
import { GridView } from "./GridView";
import { MapView } from "./MapView";
import { Pairs } from "./Pairs";
import type { Tool } from "./pointers";
import { ReviewPane } from "./Review";
import { Slider } from "./Slider";
import { Problem, Waiting } from "./States";
import { TableView } from "./TableView";
import { Tools } from "./Tools";
import type { CellRows } from "./useCell";
import { useCellRows } from "./useCell";

interface Props {
  board: Board;
  may: boolean;
}

export function Pane({ board, may }: Props) {
  const root = useRef<HTMLElement>(null);
  const cell = useCellRows(board);
  const { place } = board;
  if (!place) return null;
  return (
    <section class="pane" ref={root} tabIndex={-1} aria-label={t("m.pane.label", { given: place.given, predicted: place.predicted })}>
      {board.stage.name === "review" ? <ReviewPane review={board.stage.review} /> : (
        <>
          <PaneHead board={board} count={cell ? cell.view.ids.length - gone(cell) : null} />
          {cell ? <Cell board={board} cell={cell} may={may} /> : board.cell.failed
            ? <Problem failed={board.cell.failed} again={() => void readCell()} what="cell" /> : <Waiting what="cell" />}
        </>
      )}
    </section>
  );
}

function gone({ view, hidden }: CellRows): number {
  return hidden.size === 0 ? 0 : view.ids.reduce((n, id) => n + Number(hidden.has(id)), 0);
}

function PaneHead({ board, count }: { board: Board; count: number | null }) {
  const { keys } = usePrefs();
  const place = board.place!;
  const people = board.others.filter((other) => other.given_label === place.given && other.predicted_label === place.predicted);
  return (
    <header class="pane-head">
      <Link to="/curate/matrix" class="quiet pane-back">← {t("page.matrix")}</Link>
      <h2><span class="faint">{t("m.pane.given")}</span> <b title={place.given}>{place.given}</b> <span class="arrow" aria-hidden="true">→</span> <span class="faint">{t("m.pane.machine")}</span> <b title={place.predicted}>{place.predicted}</b></h2>
      {count !== null && <span class="pane-count" data-count={count}>{t("m.pane.count", { n: count })}</span>}
      {people.map((person) => <span key={person.who} class="person" title={t("m.cell.person", { who: person.who, n: person.count })}>{person.who}{person.count > 0 && ` · ${number(person.count)}`}</span>)}
      <span class="gap" />
      {(["m.previous", "m.next"] as const).map((command) => (
        <button key={command} type="button" class="icon" aria-label={t(`m.key.${command.slice(2) as "next"}`)} title={`${t(`m.key.${command.slice(2) as "next"}`)} (${written(keys[command])})`}
          aria-keyshortcuts={shortcut(keys[command])} onClick={() => run(command, true)}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d={command === "m.next" ? "M6 3l5 5-5 5" : "M10 3 5 8l5 5"} /></svg>
        </button>
      ))}
      <Link to="/curate/matrix" class="icon pane-close"><span class="visually-hidden">{t("m.pane.close")}</span><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 3.5l9 9M12.5 3.5l-9 9" /></svg></Link>
    </header>
  );
}

function Cell({ board, cell, may }: Props & { cell: CellRows }) {
  const [tool, take] = useState<Tool>(matchMedia("(pointer: coarse)").matches ? "hand" : "lasso");
  const narrow = useMedia("(max-width: 900px)");
  const bars = useMemo(() => histogram(cell.view, cell.hidden), [cell.view, cell.hidden]);
  const view = useRef<HTMLDivElement>(null);
  const none = bars.every((n) => n === 0);
  useLayoutEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.id === "main") view.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });
  }, [cell.view, board.look]);
  if (none && board.pending.length === 0) return <Done />;
  const actions = <Actions board={board} may={may} />;
  return (
    <div class="pane-body" data-focus={board.focus !== null} data-stage={board.stage.name}>
      <div class="pane-left">
        <Tools board={board} cell={cell} tool={tool} take={take} />
        <Slider bars={bars} range={board.range} count={cell.rows.length} />
        <div class="pane-view" data-look={board.look} ref={view}>
          {board.look === "map" && <MapView key={`${cell.view.given_label}/${cell.view.predicted_label}`} cell={cell} others={board.others} tool={tool}>{actions}</MapView>}
          {board.look === "grid" && <GridView cell={cell} kind={board.matrix.data?.kind ?? "image"} />}
          {board.look === "table" && <TableView cell={cell} sort={board.sort} />}
          {board.look !== "map" && <div class="float below">{actions}</div>}
          {cell.rows.length === 0 && !none && <p class="view-note">{t("m.view.filtered")}</p>}
          {board.cell.busy && <p class="view-busy" role="status">{t("m.view.busy")}</p>}
        </div>
        <Pairs board={board} hidden={cell.hidden} may={may} />
      </div>
      {board.focus !== null ? <Detail id={board.focus} version={board.matrix.data?.seq ?? 0} may={may} /> : !narrow && <Hint board={board} may={may} />}
    </div>
  );
}

function Done() {
  const { keys } = usePrefs();
  return (
    <div class="empty"><div>
      <h3>{t("m.cell.done")}</h3>
      <p>{t("m.cell.done.text")}</p>
      <button type="button" class="primary" onClick={() => run("m.next", true)}>{t("m.key.next")} <Kbd>{written(keys["m.next"])}</Kbd></button>
    </div></div>
  );
}

/** What stands where the detail will stand: how to choose one. */
function Hint({ board, may }: Props) {
  return (
    <aside class="detail hint" aria-label={t("m.hint.label")}>
      <p>{t(board.look === "map" ? "m.hint.map" : "m.hint.list")}</p>
      {may && <p>{t("m.hint.act")}</p>}
      {!may && <p>{t("m.say.reader")}</p>}
      {board.look === "map" && <p class="legend"><span>{t("m.legend.low")}</span><span class="legend-bar" /><span>{t("m.legend.high")}</span></p>}
    </aside>
  );
}

/** Reads what an open cell needs. */
export function useReading(board: Board): void {
  useLayoutEffect(() => {
    if (!board.place) return;
    void readCell();
    void readPairs();
  }, [board.place?.given, board.place?.predicted]);
}
