// How sure the machine is of its doubts, as a histogram whose ends can be pulled: what lies
// between is shown.

import { useRef } from "preact/hooks";
import { number, t } from "../../../i18n";
import type { Range } from "../pure/columns";
import { WHOLE } from "../pure/columns";
import { send } from "../store";

const STEP = 0.025;

export function Slider({ bars, range, count }: { bars: readonly number[]; range: Range; count: number }) {
  const track = useRef<HTMLDivElement>(null);
  const most = Math.max(1, ...bars);
  const share = (value: number) => `${((value - 0.5) * 200).toFixed(1)}%`;
  const set = (end: "from" | "to", value: number) => {
    const kept = Math.min(1, Math.max(0.5, Math.round(value / STEP) * STEP));
    const next = end === "from" ? { ...range, from: Math.min(kept, range.to - STEP) } : { ...range, to: Math.max(kept, range.from + STEP) };
    if (next.from !== range.from || next.to !== range.to) send({ type: "range", range: next });
  };
  const thumb = (end: "from" | "to") => (
    <span class="thumb" role="slider" tabIndex={0} aria-label={t(`m.slider.${end}`)} aria-valuemin={0.5} aria-valuemax={1} aria-valuenow={range[end]}
      aria-valuetext={number(range[end], 3)} style={{ left: share(range[end]) }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -4 * STEP, PageUp: 4 * STEP, Home: -1, End: 1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        set(end, range[end] + step);
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        (event.currentTarget as HTMLElement).focus();
      }}
      onPointerMove={(event) => {
        const box = track.current?.getBoundingClientRect();
        if (box && (event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) set(end, 0.5 + (0.5 * (event.clientX - box.left)) / box.width);
      }} />
  );
  const whole = range.from <= WHOLE.from && range.to >= WHOLE.to;
  return (
    <div class="slider" role="group" aria-label={t("m.slider.label")}>
      <span class="slider-name" title={t("m.sort.iies.title")}>{t("m.sort.iies")}</span>
      <div class="slider-track" ref={track}>
        <svg viewBox={`0 0 ${bars.length} 20`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map((n, at) => {
            const height = n === 0 ? 0.4 : 1.5 + (18.5 * n) / most;
            const middle = 0.5 + (at + 0.5) / bars.length / 2;
            return <rect key={at} x={at + 0.08} width={0.84} y={20 - height} height={height} data-in={middle >= range.from && middle <= range.to} />;
          })}
        </svg>
        <span class="slider-span" style={{ left: share(range.from), width: `${((range.to - range.from) * 200).toFixed(1)}%` }} />
        {thumb("from")}{thumb("to")}
      </div>
      <span class="slider-values"><span>{number(range.from, 2)} – {number(range.to, 2)}</span><span>{t("m.shown", { n: count })}</span></span>
      <button type="button" class="quiet" disabled={whole} onClick={() => send({ type: "range", range: WHOLE })}>{t("m.slider.all")}</button>
    </div>
  );
}
