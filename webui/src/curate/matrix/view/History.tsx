// The iterations so far: what each started with, what was done in it.

import { date, number, percent, t } from "../../../i18n";
import type { IterationView, IterationsView } from "../../../wire";
import type { Read } from "../pure/state";
import { readIterations } from "../store";

export function History({ read }: { read: Read<IterationsView> }) {
  if (!read.data) {
    if (!read.failed) return <p class="faint m-history" role="status">{t("m.history.loading")}</p>;
    return <p class="m-history">{t("m.history.failed")} <button type="button" class="quiet" onClick={() => void readIterations()}>{t("studies.again")}</button></p>;
  }
  const { iterations } = read.data;
  if (iterations.length === 0) return <p class="faint m-history">{t("m.history.none")}</p>;
  const holdout = iterations.some((each) => each.holdout !== null);
  return (
    <div class="m-history" tabIndex={0} role="region" aria-label={t("m.history")}>
      <Curve iterations={iterations} />
      <table>
        <thead><tr>
          <th scope="col">{t("m.iteration")}</th><th scope="col">{t("m.iteration.at")}</th><th scope="col">{t("m.iteration.open")}</th><th scope="col">{t("m.total.bound")}</th>
          <th scope="col">{t("m.iteration.resolved")}</th><th scope="col">{t("m.iteration.relabelled")}</th><th scope="col">{t("m.iteration.removed")}</th>
          <th scope="col">{t("m.iteration.accuracy")}</th>{holdout && <th scope="col">{t("m.iteration.holdout")}</th>}
        </tr></thead>
        <tbody>{iterations.map((each) => <Line key={each.number} each={each} holdout={holdout} />).reverse()}</tbody>
      </table>
    </div>
  );
}

function Line({ each, holdout }: { each: IterationView; holdout: boolean }) {
  const share = (value: number | null) => (value === null ? "–" : percent(value, 2));
  return (
    <tr><th scope="row">{number(each.number)}</th><td>{date(new Date(1000 * each.at).toISOString())}</td><td>{number(each.open)}</td><td>{percent(each.bound, 2)}</td>
      <td>{number(each.resolved)}</td><td>{number(each.relabelled)}</td><td>{number(each.removed)}</td><td>{share(each.accuracy)}</td>{holdout && <td>{share(each.holdout)}</td>}</tr>
  );
}

/** Open disagreements at the start of each iteration, as bars. */
function Curve({ iterations }: { iterations: readonly IterationView[] }) {
  const most = Math.max(1, ...iterations.map((each) => each.open));
  return (
    <figure class="m-curve">
      <figcaption class="faint">{t("m.history.curve")}</figcaption>
      <div aria-hidden="true">{iterations.slice(-24).map((each) => <i key={each.number} style={{ height: `${Math.max(2, (48 * each.open) / most)}px` }} title={number(each.open)} />)}</div>
    </figure>
  );
}
