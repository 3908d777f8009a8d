// The error matrix and its cells: where a curator looks at a whole data set and repairs it.

import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { useRoles } from "../../app/pages";
import { t } from "../../i18n";
import type { PartProps } from "../parts";
import { listener } from "./commands";
import { again, follow } from "./live";
import "./matrix.css";
import { overlay } from "./pure/acts";
import type { Board } from "./pure/state";
import { surveyOf } from "./pure/state";
import { getBoard, readMatrix, send, useBoard } from "./store";
import { Head } from "./view/Head";
import { LastLine } from "./view/LastLine";
import { Overview } from "./view/Overview";
import { Pane, useReading } from "./view/Pane";
import { None, Problem, Waiting } from "./view/States";

const ACTING = ["admin", "curator"];

export function MatrixPage({ state, rest }: PartProps) {
  const roles = useRoles(state);
  const may = roles?.some((role) => ACTING.includes(role)) ?? false;
  const [given, predicted] = rest;
  useLayoutEffect(() => {
    send({ type: "open", place: given !== undefined && predicted !== undefined ? { given, predicted } : null });
  }, [given, predicted]);
  const real = useBoard();
  const board = useOverlaid(real);
  useReading(real);
  useEffect(() => {
    if (!getBoard().matrix.busy) void readMatrix();
    return follow();
  }, []);
  useEffect(() => {
    const heard = listener(may);
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, [may]);
  return (
    <div class="matrix-page" data-open={board.place !== null}>
      <h1 class="visually-hidden">{t("page.matrix")}</h1>
      <Head board={board} may={may} exporting={may} />
      {board.link === "offline" && board.matrix.data && <p class="notice" role="status">{t("m.offline")}</p>}
      {board.matrix.data && board.matrix.failed && <p class="notice" role="status">{t("m.late")} <button type="button" class="quiet" onClick={() => void again()}>{t("studies.again")}</button></p>}
      <div class="m-body"><Body board={board} />{board.place && board.matrix.data && <Pane board={board} may={may} />}</div>
      <LastLine board={board} may={may} />
    </div>
  );
}

/** The state with the acts on their way in it. */
function useOverlaid(real: Board): Board {
  return useMemo(() => (real.matrix.data && real.pending.length > 0
    ? { ...real, matrix: { ...real.matrix, data: overlay(real.matrix.data, real.pending) } } : real), [real]);
}

function Body({ board }: { board: Board }) {
  const { data, failed } = board.matrix;
  if (!data) return failed ? <Problem failed={failed} again={() => void readMatrix()} what="matrix" /> : <Waiting what="matrix" />;
  const survey = surveyOf(board);
  if (data.rows.every((row) => row.cells.length === 0) && !board.place) return <None surveyed={(survey?.version ?? 0) > 0} running={survey?.running ?? false} />;
  return <Overview matrix={data} place={board.place} others={board.others} />;
}
