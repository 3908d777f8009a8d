// What accepting was predicted to bring against what it brought, a dot a time.

import { useGot } from "../get";
import { date, number, t } from "../i18n";
import type { Accepted, CalibrationView } from "../wire";
import { ends, place, ticks } from "./scales";
import { nats, tick } from "./words";

const WIDTH = 600;
const HEIGHT = 340;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 592, 12, 296];

export function Calibration() {
  const [got, again] = useGot<CalibrationView>("/suggestions/calibration", () => 15_000);
  return (
    <section class="pane" aria-label={t("sug.calib.title")}>
      <h2>{t("sug.calib.title")}</h2>
      {got.at === "loading" && <i class="blank tall" />}
      {got.at === "failed" && <p class="notice" role="alert">{t("sug.calib.failed")} <button type="button" class="quiet" onClick={again}>{t("studies.again")}</button></p>}
      {got.at === "ready" && <Shown data={got.data} />}
    </section>
  );
}

function Shown({ data }: { data: CalibrationView }) {
  const { accepted, slope, correlation } = data;
  const say = slope === null ? t("sug.calib.early", { n: accepted.length })
    : t(slope < 0.5 ? "sug.calib.over" : slope > 1.5 ? "sug.calib.under" : "sug.calib.fits", { n: number(slope, 2) });
  return (
    <>
      <p class="told">{say}{correlation !== null && <> {t("sug.calib.correlation", { n: number(correlation, 2) })}</>}</p>
      {accepted.length > 0 && <Scatter accepted={accepted} slope={slope} />}
      {accepted.length > 0 && <Latest accepted={accepted} />}
    </>
  );
}

function Scatter({ accepted, slope }: { accepted: Accepted[]; slope: number | null }) {
  const [left, right] = ends(accepted.map((a) => a.predicted));
  const [low, high] = ends(accepted.map((a) => a.measured));
  const x = (value: number) => place(value, left, right, LEFT + 8, RIGHT - 8);
  const y = (value: number) => place(value, low, high, BOTTOM - 8, TOP + 8);
  const line = (by: number) => [Math.max(left, Math.min(low / by, high / by)), Math.min(right, Math.max(low / by, high / by))] as const;
  const [from, to] = line(1);
  return (
    <figure class="scatter">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("sug.calib.chart", { n: accepted.length })}>
        <g class="axes">
          {ticks(low, high).map((v) => <g key={v}><line x1={LEFT} x2={RIGHT} y1={y(v)} y2={y(v)} data-zero={v === 0} /><text class="y" x={LEFT - 8} y={y(v) + 4}>{tick(v)}</text></g>)}
          {ticks(left, right).map((v) => <g key={v}><line x1={x(v)} x2={x(v)} y1={TOP} y2={BOTTOM} data-zero={v === 0} /><text class="x" x={x(v)} y={BOTTOM + 18}>{tick(v)}</text></g>)}
          <text class="x" x={(LEFT + RIGHT) / 2} y={HEIGHT - 4}>{t("sug.calib.predicted")}</text>
          <text class="x" transform={`translate(12 ${(TOP + BOTTOM) / 2}) rotate(-90)`}>{t("sug.calib.measured")}</text>
        </g>
        <line class="same" x1={x(from)} y1={y(from)} x2={x(to)} y2={y(to)} />
        {slope !== null && slope !== 0 && <Fit slope={slope} line={line} x={x} y={y} />}
        {accepted.map((a, at) => <circle key={at} cx={x(a.predicted)} cy={y(a.measured)} r={Math.min(9, 3 + Math.sqrt(a.count))} class={a.measured < 0 ? "worse" : ""} />)}
      </svg>
      <figcaption>
        <span class="key same">{t("sug.calib.key.same")}</span>
        {slope !== null && <span class="key fit">{t("sug.calib.key.fit", { n: number(slope, 2) })}</span>}
        <span class="key spot">{t("sug.calib.key.dot")}</span>
      </figcaption>
    </figure>
  );
}

interface FitProps {
  slope: number;
  line: (by: number) => readonly [number, number];
  x: (value: number) => number;
  y: (value: number) => number;
}

function Fit({ slope, line, x, y }: FitProps) {
  const [from, to] = line(slope);
  return <line class="fit" x1={x(from)} y1={y(from * slope)} x2={x(to)} y2={y(to * slope)} />;
}

/** The newest ones in figures: for who wants to read them, or has them read. */
function Latest({ accepted }: { accepted: Accepted[] }) {
  return (
    <table class="choices">
      <caption>{t("sug.calib.latest")}</caption>
      <thead><tr>
        <th scope="col">{t("sug.calib.when")}</th><th scope="col" class="num">{t("sug.calib.items")}</th>
        <th scope="col" class="num">{t("sug.calib.predicted.short")}</th><th scope="col" class="num">{t("sug.calib.measured.short")}</th>
      </tr></thead>
      <tbody>{accepted.slice(-6).reverse().map((a, at) => (
        <tr key={at}><th scope="row">{date(new Date(a.at * 1000).toISOString())}</th><td class="num">{number(a.count)}</td><td class="num">{nats(a.predicted)}</td><td class="num">{nats(a.measured)}</td></tr>
      ))}</tbody>
    </table>
  );
}
