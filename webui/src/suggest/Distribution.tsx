// One histogram; where the truth is known, corrupted ones stand hatched on the clean ones.

import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import type { Histogram } from "../wire";
import type { Bin } from "./bins";
import { bins } from "./bins";
import { place, ticks } from "./scales";

const WIDTH = 480;
const HEIGHT = 160;
const AXIS = 24;

interface Props {
  histogram: Histogram;
  label: string;
  /** Without an axis, as one of many. */
  small?: boolean;
}

export function Distribution({ histogram, label, small = false }: Props) {
  const [over, look] = useState<Bin | null>(null);
  const drawn = bins(histogram, WIDTH, HEIGHT - 4);
  const [from, to] = [histogram.edges[0] ?? 0, histogram.edges.at(-1) ?? 1];
  return (
    <>
      <svg class="bins" viewBox={`0 0 ${WIDTH} ${small ? HEIGHT : HEIGHT + AXIS}`} role={small ? undefined : "img"} aria-hidden={small || undefined} aria-label={small ? undefined : label}
        preserveAspectRatio={small ? "none" : undefined} onPointerLeave={() => look(null)}>
        <Hatch />
        {drawn.map((bin, at) => <Bars key={at} bin={bin} look={small ? undefined : look} />)}
        <line class="base" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {!small && ticks(from, to, 5).map((v) => {
          const x = place(v, from, to, 0, WIDTH);
          return <text key={v} x={x} y={HEIGHT + 18} class={x < 12 ? "first" : x > WIDTH - 12 ? "last" : ""}>{number(v, to - from < 1 ? 2 : to - from < 10 ? 1 : 0)}</text>;
        })}
      </svg>
      {!small && <p class="bin-said faint" aria-hidden="true">{over ? said(over, histogram) : " "}</p>}
    </>
  );
}

function said(bin: Bin, h: Histogram): string {
  const at = h.edges.indexOf(bin.low);
  const values = { low: number(bin.low, 2), high: number(bin.high, 2), n: bin.count };
  return h.corrupted == null ? t("wgt.bin", values) : t("wgt.bin.truth", { ...values, bad: h.corrupted[at] ?? 0 });
}

function Bars({ bin, look }: { bin: Bin; look: ((bin: Bin) => void) | undefined }) {
  const [x, width] = [bin.x + 0.75, Math.max(1, bin.width - 1.5)];
  const foot = HEIGHT - bin.clean;
  return (
    <g onPointerEnter={look && (() => look(bin))}>
      {look && <rect class="reach" x={bin.x} y="0" width={bin.width} height={HEIGHT} />}
      {bin.all > 0 && <rect class="all" x={x} y={HEIGHT - bin.all} width={width} height={bin.all} />}
      {bin.clean > 0 && <rect class="clean" x={x} y={foot} width={width} height={bin.clean} />}
      {bin.corrupted > 0 && <rect class="corrupted" x={x} y={foot - bin.corrupted} width={width} height={bin.corrupted} />}
      {bin.corrupted > 0 && <rect class="hatched" x={x} y={foot - bin.corrupted} width={width} height={bin.corrupted} fill="url(#hatch)" />}
    </g>
  );
}

/** Every drawing has its own, under one name: they are all alike. */
function Hatch() {
  return (
    <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" class="hatch" /></pattern></defs>
  );
}
