// Weight and loss of one example from epoch to epoch.

import { useEffect, useRef } from "preact/hooks";
import { Link } from "../app/Link";
import { path } from "../charts/scale";
import { useGot } from "../get";
import { number, percent, t } from "../i18n";
import type { Text } from "../i18n";
import type { DetailView, TrajectoryView } from "../wire";
import { ends, place, ticks } from "./scales";
import { Thumb } from "./Thumb";
import { labelled } from "./words";

const WIDTH = 480;
const HEIGHT = 168;
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 472, 8, 140];

export function Trajectory({ id, version }: { id: string; version: number }) {
  const [got, again] = useGot<TrajectoryView>(`/weights/${encodeURIComponent(id)}`);
  const first = useRef(version);
  useEffect(() => {
    if (first.current !== version) again();
    first.current = version;
  }, [version]);
  const [detail] = useGot<DetailView>(`/curate/items/${encodeURIComponent(id)}`);
  const item = detail.at === "ready" ? detail.data.item : null;
  return (
    <section class="wgt-part trajectory" aria-labelledby="wgt-one">
      <div class="wgt-head">
        {item && <Thumb content={item.content} />}
        <h2 id="wgt-one">{t("wgt.one")} <span class="id">{id}</span></h2>
        {item && <span class="faint">{t("wgt.one.label", { label: labelled(item.label) })}</span>}
        <span class="gap" />
        <Link to="/curate/suggestions/weights" class="plain">{t("wgt.one.close")}</Link>
      </div>
      {got.at === "loading" && <i class="blank tall" />}
      {got.at === "failed" && <p class="notice" role="alert">{t(got.status === 404 ? "wgt.one.absent" : "wgt.one.failed")} {got.status !== 404 && <button type="button" class="quiet" onClick={again}>{t("studies.again")}</button>}</p>}
      {got.at === "ready" && <Curves view={got.data} />}
    </section>
  );
}

function Curves({ view }: { view: TrajectoryView }) {
  if (view.weights.length === 0) return <p class="faint">{t("wgt.one.none")}</p>;
  return (
    <>
      <p class="told">{t("wgt.one.text", { weight: number(view.weights.at(-1) ?? 0, 2), share: percent(view.share_below) })}</p>
      <div class="abreast"><Curve name="wgt.weight" values={view.weights} /><Curve name="wgt.loss" values={view.losses} /></div>
    </>
  );
}

function Curve({ name, values }: { name: Text; values: number[] }) {
  const [low, high] = ends(values);
  const x = (at: number) => place(at, 0, Math.max(1, values.length - 1), LEFT, RIGHT);
  const y = (value: number) => place(value, low, high, BOTTOM, TOP);
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0];
  return (
    <figure class="curve">
      <figcaption><h3>{t(name)}</h3><b>{number(last, 2)}</b></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("wgt.one.say", { name: t(name), first: number(first, 2), last: number(last, 2), n: values.length })}>
        <g class="axes">{ticks(low, high, 3).map((v) => <g key={v}><line x1={LEFT} x2={RIGHT} y1={y(v)} y2={y(v)} /><text class="y" x={LEFT - 6} y={y(v) + 4}>{number(v, high - low < 2 ? 1 : 0)}</text></g>)}
          <text class="first" x={LEFT} y={HEIGHT - 6}>{t("wgt.epoch", { n: 1 })}</text><text class="last" x={RIGHT} y={HEIGHT - 6}>{number(values.length)}</text></g>
        <path d={path(values.map((value, at) => ({ x: x(at), y: y(value) })))} />
        {values.length === 1 && <circle cx={x(0)} cy={y(first)} r="3" />}
      </svg>
    </figure>
  );
}
