// The two sides: what they are, what they show, what their label says and what the machine says.

import { PairTable, SideContent, SingleTable } from "../content/Content";
import { Bar } from "../content/Bar";
import { percent, t } from "../i18n";
import type { Side } from "../state/reply";
import type { QueryView, SideView } from "../wire";

interface Props {
  view: QueryView;
  chosen: Side | null;
  stacked: boolean;
}

export function Pair({ view, chosen, stacked }: Props) {
  const { example, counter_example: counter } = view;
  const table = example.content.kind === "table";
  const shape = !counter ? "one" : stacked ? "stacked" : "two";
  return (
    <div class="pair" data-shape={shape} data-kind={example.content.kind}>
      <SideBox side="left" view={example} other={counter} single={!counter} chosen={chosen === "left"} />
      {counter && <SideBox side="right" view={counter} other={example} single={false} chosen={chosen === "right"} />}
      {table && <div class="content shared" tabIndex={0} role="group" aria-label={t("table.field")}>
        {counter ? <PairTable left={example} right={counter} /> : <SingleTable side={example} />}
      </div>}
    </div>
  );
}

interface SideProps {
  side: Side;
  view: SideView;
  other: SideView | null;
  single: boolean;
  chosen: boolean;
}

function SideBox({ side, view, other, single, chosen }: SideProps) {
  const title = single ? t("side.single") : t(side === "left" ? "side.new" : "side.known");
  return (
    <section class="side" data-side={side} data-chosen={chosen} aria-label={`${title} ${view.id}`}>
      <header>
        <h2><span class="long">{title}</span><span class="short">{side === "right" ? t("side.known.short") : title}</span></h2>
        <span class="id" title={view.id}>{view.id}</span>
      </header>
      {view.content.kind !== "table" && <div class="content"><SideContent view={view} other={other} /></div>}
      <Opinion view={view} />
    </section>
  );
}

/** The given label over the machine's, each with the probability the machine gives it. */
function Opinion({ view }: { view: SideView }) {
  const p = (label: string | null) => view.beliefs.find((b) => b.label === label)?.p ?? null;
  const agree = view.given_label === view.predicted_label;
  return (
    <dl class="opinion" data-agree={agree}>
      <Row name={t("side.given")} label={view.given_label ?? t("side.none")} p={agree ? null : p(view.given_label)} kind="given" />
      <Row name={t("side.machine")} label={view.predicted_label ?? t("side.noopinion")} p={p(view.predicted_label)} kind="machine" />
    </dl>
  );
}

function Row({ name, label, p, kind }: { name: string; label: string; p: number | null; kind: string }) {
  return (
    <div data-row={kind}>
      <dt>{name}</dt>
      <dd class="label" title={label} data-long={label.length > 24}>{label}</dd>
      <dd class="belief">
        {p !== null && <><Bar share={p} /><span>{percent(p)}</span></>}
      </dd>
    </div>
  );
}
