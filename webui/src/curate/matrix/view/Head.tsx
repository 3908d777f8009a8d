// The head of the workspace: how much there is to look at, what the numbers rest on, and what can
// be done with the whole.

import { useState } from "preact/hooks";
import { number, percent, span, t } from "../../../i18n";
import { API } from "../../../get";
import type { SurveyView, Totals } from "../../../wire";
import { iterate } from "../doing";
import type { Board } from "../pure/state";
import { surveyOf } from "../pure/state";
import { readIterations } from "../store";
import { Classes } from "./Classes";
import { History } from "./History";
import { Popover } from "./Popover";

interface Props {
  board: Board;
  may: boolean;
  /** Whether the data may be taken out. */
  exporting: boolean;
}

export function Head({ board, may, exporting }: Props) {
  const survey = surveyOf(board);
  return (
    <header class="m-head">
      {board.matrix.data && <Figures totals={board.matrix.data.totals} />}
      {survey && <Survey survey={survey} />}
      <span class="gap" />
      {board.matrix.data && board.matrix.data.classes.length > 1 && <Classes all={board.matrix.data.classes} asked={board.classes} />}
      <Popover label={t("m.history")} name={t("m.history")} onOpen={() => void readIterations()}>{() => <History read={board.iterations} />}</Popover>
      {exporting && <Export />}
      {may && <Retrain survey={survey} />}
    </header>
  );
}

function Figures({ totals }: { totals: Totals }) {
  const all: Array<[string, string, string]> = [
    [number(totals.open), t("m.total.open", { n: totals.open }), t("m.total.open.title")],
    [number(totals.resolved), t("m.total.resolved", { n: totals.resolved }), t("m.total.resolved.title", { n: totals.removed })],
    [number(totals.items), t("m.total.items", { n: totals.items }), ""],
    [percent(totals.bound, 2), t("m.total.bound"), t("m.total.bound.title")],
  ];
  const share = totals.open + totals.resolved > 0 ? totals.resolved / (totals.open + totals.resolved) : 0;
  return (
    <>
      <dl class="m-figures">{all.map(([value, label, title]) => <div key={label} title={title}><dd>{value}</dd><dt>{label}</dt></div>)}</dl>
      <progress class="m-progress" max={1} value={share} aria-label={t("m.total.progress")} title={t("m.total.progress.title", { p: percent(share, 1) })} />
    </>
  );
}

function Survey({ survey }: { survey: SurveyView }) {
  if (survey.version === 0 && !survey.running) return <p class="m-survey">{t("m.survey.none")}</p>;
  const at = survey.at === null ? null : span(Math.max(0, Date.now() / 1000 - survey.at));
  return (
    <p class="m-survey" role="status">
      {survey.running ? (
        <span class="running">{t("m.survey.running")}{survey.progress !== null && survey.progress !== undefined && ` ${percent(survey.progress)}`}</span>
      ) : <span title={at === null ? "" : t("m.survey.ago", { ago: at })}>{t("m.survey.version", { n: survey.version })}</span>}
      <span class="faint" title={t(survey.held_out ? "m.survey.heldout.title" : "m.survey.insample.title")}>{t(survey.held_out ? "m.survey.heldout" : "m.survey.insample")}
        {survey.behind > 0 && ` · ${t("m.survey.behind", { n: survey.behind })}`}</span>
    </p>
  );
}

const FORMATS = ["labels.csv", "cleaned.jsonl", "cleaned.parquet", "datalab.csv", "label_studio.json", "history.jsonl"] as const;

function Export() {
  return (
    <Popover label={t("m.export")} name={t("m.export")} class="right">{(close) => (
      <ul class="m-formats">{FORMATS.map((format) => (
        <li key={format}><a href={`${API}/export?format=${format}`} download={format} onClick={close}><b>{format}</b><span class="faint">{t(`m.export.${format}`)}</span></a></li>
      ))}</ul>
    )}</Popover>
  );
}

function Retrain({ survey }: { survey: SurveyView | null }) {
  const [busy, set] = useState(false);
  const running = busy || Boolean(survey?.running);
  return (
    <button type="button" class="primary m-retrain" disabled={running} title={t("m.retrain.title")} onClick={async () => {
      set(true);
      await iterate();
      set(false);
    }}>{t(running ? "m.retrain.running" : "m.retrain")}</button>
  );
}
