// A small chart of two lines: with answers (accent), never asking (grey, dashed).

import { number, percent, t } from "../i18n";
import { domain, path } from "./scale";
import type { Point } from "./scale";

const WIDTH = 248;
const HEIGHT = 104;
const LEFT = 40;
const BOTTOM = 20;
const TOP = 8;

interface Props {
  title: string;
  points: Point[];
  /** Fixed ends of the axis, and its least height. */
  from?: number;
  to?: number;
  floor: number;
}

export function LineChart({ title, points, from, to, floor }: Props) {
  const values = points.flatMap((p) => [p.live, p.never]).filter((v): v is number => v !== null);
  const [low, high] = domain(values, floor, from, to);
  const last = points.at(-1)?.x ?? 0;
  const first = points[0]?.x ?? 0;
  const x = (v: number) => LEFT + ((WIDTH - LEFT - 4) * (v - first)) / (last - first || 1);
  const y = (v: number | null) => (v === null ? null : TOP + (HEIGHT - TOP - BOTTOM) * (1 - (v - low) / (high - low || 1)));
  const empty = values.length === 0;
  const live = points.findLast((p) => p.live !== null)?.live ?? null;
  const never = points.findLast((p) => p.never !== null)?.never ?? null;
  return (
    <figure class="chart">
      <figcaption>
        <span class="key live"><b>{shown(live)}</b> {t("rail.with")}</span>
        <span class="key never"><b>{shown(never)}</b> {t("rail.never")}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("rail.chart.say", { title, now: shown(live), never: shown(never) })}>
        <Axes low={low} high={high} first={first} last={last} y={y} empty={empty} />
        <path class="never" d={path(points.map((p) => ({ x: x(p.x), y: y(p.never) })))} />
        <path class="live" d={path(points.map((p) => ({ x: x(p.x), y: y(p.live) })))} />
        {empty && <text x={(LEFT + WIDTH) / 2} y={(HEIGHT - BOTTOM + TOP) / 2 + 4} class="none">{t("rail.chart.empty")}</text>}
      </svg>
    </figure>
  );
}

interface AxesProps {
  low: number;
  high: number;
  first: number;
  last: number;
  empty: boolean;
  y: (v: number | null) => number | null;
}

function Axes({ low, high, first, last, y, empty }: AxesProps) {
  return (
    <g class="axes">
      {(empty ? [low, high] : [low, (low + high) / 2, high]).map((v) => (
        <g key={v}>
          <line x1={LEFT} x2={WIDTH - 4} y1={y(v) ?? 0} y2={y(v) ?? 0} />
          {!empty && <text x={LEFT - 6} y={(y(v) ?? 0) + 4} class="y">{percent(v, high - low < 0.08 ? 1 : 0)}</text>}
        </g>
      ))}
      {!empty && <text x={LEFT} y={HEIGHT - 4} class="x">{number(first)}</text>}
      {!empty && <text x={WIDTH - 4} y={HEIGHT - 4} class="x end">{number(last)} {t("rail.arrivals")}</text>}
    </g>
  );
}

function shown(value: number | null): string {
  return value === null ? "–" : percent(value, 1);
}
