// One suggestion, large: the item, what is proposed and why, what is known about it.

import { Link } from "../app/Link";
import { number, t } from "../i18n";
import type { Text } from "../i18n";
import type { SuggestionView } from "../wire";
import { Opinion } from "./Opinion";
import { ends } from "./scales";
import { Thumb, Whole } from "./Thumb";
import { Change, Whisker, labelled, nats } from "./words";

export function Detail({ one, gone }: { one: SuggestionView; gone: boolean }) {
  return (
    <article class="letter" key={one.id}>
      <header>
        <h2><Change one={one} /></h2>
        <p class="told">{t(`sug.say.${one.action}` as Text, { given: labelled(one.given_label), to: labelled(one.proposed_label) })}</p>
        {gone ? <p class="stamp">{t("sug.gone")}</p> : one.state !== "open" && <p class="stamp" data-state={one.state}>{t(`sug.is.${one.state}`)}</p>}
      </header>
      <div class="letter-top">
        <div class="letter-item" data-kind={one.item.content.kind} {...(one.item.content.kind === "table" ? { tabIndex: 0, role: "group", "aria-label": one.id } : {})}><Whole key={one.id} id={one.id} content={one.item.content} /></div>
        <Figures one={one} />
      </div>
      <Reasons one={one} />
      <Opinion id={one.id} />
    </article>
  );
}

function Figures({ one }: { one: SuggestionView }) {
  const [least, most] = ends([one.low, one.high, one.gain, one.measured ?? 0]);
  const facts: Array<[Text, string | null]> = [
    ["sug.harm", t("sug.nats", { n: nats(one.harm) })],
    ["sug.machine", one.item.predicted_label],
    ["sug.margin", one.item.margin === null ? null : number(one.item.margin, 2)],
    ["sug.split", one.item.split],
    ["sug.method", t("sug.method.by", { method: one.method, n: one.model })],
  ];
  return (
    <div class="figures">
      <p class="gain"><b>{nats(one.gain)}</b> <span>{t("sug.gain.unit")}</span></p>
      <div class="gain-line"><Whisker low={one.low} at={one.gain} high={one.high} least={least} most={most} /></div>
      <p class="faint">{t(one.low < 0 && one.high > 0 ? "sug.gain.unsure" : "sug.gain.between", { low: nats(one.low), high: nats(one.high) })}</p>
      {one.measured !== null && <p class="measured">{t("sug.measured", { n: nats(one.measured) })}</p>}
      <dl class="facts">{facts.map(([name, value]) => value !== null && <div key={name}><dt>{t(name)}</dt><dd>{value}</dd></div>)}
        <div><dt>{t("sug.id")}</dt><dd><Link to={`/curate/suggestions/weights/${encodeURIComponent(one.id)}`} class="id">{one.id}</Link></dd></div>
      </dl>
    </div>
  );
}

/** The trusted examples that the item harms most, as pictures with their labels. */
function Reasons({ one }: { one: SuggestionView }) {
  const most = Math.max(0, ...one.reasons.map((r) => r.harm));
  if (one.reasons.length === 0) return null;
  return (
    <section class="reasons" aria-label={t("sug.reasons")}>
      <h3>{t("sug.reasons.title", { n: one.reasons.length })}</h3>
      <ol>{one.reasons.map((r) => (
        <li key={r.id} title={r.id}>
          <Thumb content={r.content} />
          <span class="lab">{labelled(r.label)}</span>
          <span class="harm"><span class="bar" aria-hidden="true"><i style={{ width: `${Math.round((100 * r.harm) / (most || 1))}%` }} /></span>{t("sug.reason.harm", { n: nats(r.harm) })}</span>
        </li>
      ))}</ol>
    </section>
  );
}
