// Why this action: how each one did on the verified labels kept for choosing, and what the budget
// of questions is expected to bring.

import { number, percent, t } from "../i18n";
import type { Text } from "../i18n";
import type { ActionVerdict, ChooserView, MeterView } from "../wire";
import type { Head } from "./inbox";
import { lacking } from "./Machine";
import { ends } from "./scales";
import { Whisker, about, nats, within } from "./words";

export function Chooser({ head }: { head: Head }) {
  const { chooser, meter } = head;
  return (
    <section class="pane" aria-label={t("sug.why.title")}>
      <h2>{t("sug.why.title")}</h2>
      {lacking(chooser) ? <Few chooser={chooser} /> : (
        <p class="told">{t("sug.why.text", { n: chooser.kept, trusted: chooser.trusted, size: number(chooser.effective_size, 0) })}</p>
      )}
      {chooser.note && <p class="notice">{chooser.note}</p>}
      {chooser.verdicts.length > 0 && <Verdicts chooser={chooser} />}
      {chooser.threshold !== null && <p class="faint">{t("sug.why.threshold", { n: nats(chooser.threshold) })}</p>}
      <h2>{t("sug.budget.title")}</h2>
      <Budget meter={meter} />
    </section>
  );
}

/** "12 of 20", as a bar and in words. */
export function Few({ chooser }: { chooser: ChooserView }) {
  const n = Math.floor(chooser.effective_size);
  return (
    <div class="few">
      <p><b>{t("sug.few.count", { n, least: chooser.least })}</b></p>
      <progress value={chooser.effective_size} max={chooser.least} aria-label={t("sug.few.title")} />
    </div>
  );
}

function Verdicts({ chooser }: { chooser: ChooserView }) {
  const sorted = [...chooser.verdicts].sort((a, b) => a.difference - b.difference);
  const [least, most] = ends(sorted.flatMap((v) => [v.difference - 2 * v.error, v.difference + 2 * v.error]));
  return (
    <table class="choices">
      <thead><tr>
        <th scope="col">{t("sug.why.action")}</th><th scope="col" class="num">{t("sug.why.loss")}</th>
        <th scope="col">{t("sug.why.difference")}</th><th scope="col" class="num">{t("sug.why.count")}</th>
      </tr></thead>
      <tbody>{sorted.map((v) => <Choice key={v.action} verdict={v} chosen={v.action === chooser.chosen} least={least} most={most} />)}</tbody>
    </table>
  );
}

function Choice({ verdict: v, chosen, least, most }: { verdict: ActionVerdict; chosen: boolean; least: number; most: number }) {
  return (
    <tr data-chosen={chosen}>
      <th scope="row">{t(`sug.act.${v.action}` as Text)}{chosen && <span class="chosen"> {t("sug.why.chosen")}</span>}</th>
      <td class="num">{number(v.loss, 3)}</td>
      <td>{v.action === "nothing" ? <span class="faint">{t("sug.why.base")}</span> : (
        <span class="difference"><span>{within(v.difference, v.error)}</span>
          <Whisker low={v.difference - 2 * v.error} at={v.difference} high={v.difference + 2 * v.error} least={least} most={most} /></span>
      )}</td>
      <td class="num">{number(v.count)}</td>
    </tr>
  );
}

function Budget({ meter }: { meter: MeterView }) {
  const rows: Array<[Text, string]> = [
    ["sug.budget.asked", number(meter.asked)],
    ["sug.budget.limit", meter.budget === null ? t("sug.budget.none") : t("sug.budget.per", { n: about(meter.budget), per: meter.per })],
    ["sug.budget.rate", number(meter.arrivals_per_hour)],
    ["sug.budget.expected", about(meter.expected)],
    ["sug.budget.audits", about(meter.audits)],
    ["sug.budget.finds", meter.finds === null ? "–" : about(meter.finds)],
    ["sug.budget.find_rate", meter.find_rate === null ? "–" : percent(meter.find_rate)],
  ];
  return (
    <>
      <p class="told">{meter.finds === null ? t("sug.budget.say.unknown", { n: about(meter.expected) })
        : t("sug.budget.say", { n: about(meter.expected), finds: about(meter.finds) })}</p>
      <dl class="facts">{rows.map(([name, value]) => <div key={name}><dt>{t(name)}</dt><dd>{value}</dd></div>)}</dl>
    </>
  );
}
