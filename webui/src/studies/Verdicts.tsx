// The claims of a study, ours beside the published, with a mark that is a shape and a word.

import { t } from "../i18n";
import type { StudyVerdict } from "../wire";
import { Mark, Tally, outcome } from "./words";

/** Roles are said once more, since a phone lays the cells out as a card. */
export function Verdicts({ verdicts }: { verdicts: StudyVerdict[] }) {
  const count = (holds: boolean | null) => verdicts.filter((v) => v.holds === holds).length;
  const published = verdicts.some((v) => v.published !== null);
  return (
    <>
      <p class="meta"><Tally holds={count(true)} fails={count(false)} undecided={count(null)} /></p>
      <table class="verdicts" role="table">
        <thead role="rowgroup"><tr role="row">
          <th role="columnheader" scope="col">{t("verdict.outcome")}</th>
          <th role="columnheader" scope="col">{t("verdict.row")}</th>
          <th role="columnheader" scope="col">{t("verdict.claim")}</th>
          <th role="columnheader" scope="col">{t("verdict.ours")}</th>
          {published && <th role="columnheader" scope="col">{t("verdict.published")}</th>}
        </tr></thead>
        <tbody role="rowgroup">{verdicts.map((v, at) => (
          <tr role="row" key={at} data-outcome={outcome(v.holds)}>
            <td role="cell" class="verdict-mark"><Mark holds={v.holds} /></td>
            <td role="cell" class="verdict-row">{v.row}</td>
            <td role="cell" class="verdict-claim">{v.claim}</td>
            <td role="cell" class="verdict-figure" data-label={t("verdict.ours")}>{v.ours}</td>
            {published && <td role="cell" class="verdict-figure" data-label={t("verdict.published")}>{v.published ?? "–"}</td>}
          </tr>
        ))}</tbody>
      </table>
    </>
  );
}
