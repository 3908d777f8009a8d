// The two sides: what they are, what they show, what their label says and what the machine says.

import { Kbd } from "../app/words";
import { written } from "../keys";
import { PairTable, SideContent, SingleTable } from "../content/Content";
import { Bar } from "../content/Bar";
import { percent, t } from "../i18n";
import type { Marks, Side } from "../state/reply";
import { known, several, sideOf } from "../state/reply";
import type { DecisionIn, QueryView, SideView } from "../wire";
import { Mark, Strip } from "./Strip";

interface Props {
  view: QueryView;
  chosen: Side | null;
  stacked: boolean;
  at?: number;
  marks?: Marks;
}

export function Pair({ view, chosen, stacked, at = 0, marks = {} }: Props) {
  const { example, follow_up: follows } = view;
  const side = known(view)[at] ?? "right";
  const counter = sideOf(view, side);
  const many = several(view);
  const table = example.content.kind === "table";
  const shape = !counter ? "one" : stacked ? "stacked" : "two";
  return (
    <div class="pair" data-shape={shape} data-kind={example.content.kind} data-several={many} data-settled={Boolean(follows)}>
      <SideBox side="left" view={example} other={counter} chosen={chosen === "left"} mark={marks.left} was={follows ? follows.was ?? "" : undefined}
        title={t(follows ? "side.settled" : counter ? "side.new" : "side.single")} />
      {many && <Strip view={view} at={at} marks={marks} />}
      {counter && <SideBox side="right" view={counter} other={example} chosen={chosen !== null && chosen !== "left"} mark={marks[side]}
        many={many} title={t(many ? "side.knowns" : "side.known")} short={t(many ? "side.knowns.short" : "side.known.short")} />}
      {table && <div class="content shared" tabIndex={0} role="group" aria-label={t("table.field")}>
        {counter ? <PairTable left={example} right={counter} /> : <SingleTable side={example} />}
      </div>}
    </div>
  );
}

interface SideProps {
  side: "left" | "right";
  view: SideView;
  other: SideView | null;
  chosen: boolean;
  title: string;
  short?: string;
  mark: DecisionIn | undefined;
  /** Whether it is one of several that the arrows walk through. */
  many?: boolean;
  /** The label it had, where it is settled. */
  was?: string | undefined;
}

function SideBox({ side, view, other, chosen, title, short = title, mark, many = false, was }: SideProps) {
  return (
    <section class="side" data-side={side} data-chosen={chosen} aria-label={`${title} ${view.id}`}>
      <header>
        <h2><span class="long">{title}</span><span class="short">{short}</span></h2>
        <span class="id" title={view.id}>{view.id}</span>
        {mark && !many && <Mark decision={mark} />}
        {many && <span class="arrows"><Kbd>{written("ArrowUp")}</Kbd><Kbd>{written("ArrowDown")}</Kbd></span>}
      </header>
      {view.content.kind !== "table" && <div class="content"><SideContent view={view} other={other} /></div>}
      {was === undefined ? <Opinion view={view} /> : <Settled view={view} was={was} />}
    </section>
  );
}

/** What a label was and what it is now: there is nothing left to ask about it. */
function Settled({ view, was }: { view: SideView; was: string }) {
  return (
    <dl class="opinion" data-settled>
      <Row name={t("side.was")} label={was} p={null} kind="was" />
      <Row name={t("side.now")} label={view.given_label ?? t("side.open")} p={null} kind="given" />
    </dl>
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
