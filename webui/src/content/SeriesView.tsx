import { number, t } from "../i18n";

/** Values as a line; the other side's values widen the scale, so that both have the same. */
export function SeriesView({ id, values, other }: { id: string; values: number[]; other: number[] }) {
  const all = [...values, ...other];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const spread = high - low || 1;
  const steps = Math.max(values.length, other.length) - 1 || 1;
  const points = values.map((v, i) => `${(100 * i) / steps},${100 - (100 * (v - low)) / spread}`).join(" ");
  return (
    <figure class="series">
      <span class="top-tick">{number(high, 2)}</span>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={t("side.series", { id, n: values.length })}>
        {low < 0 && high > 0 && <line x1="0" x2="100" y1={100 + (100 * low) / spread} y2={100 + (100 * low) / spread} class="zero" />}
        <polyline points={points} />
      </svg>
      <span class="bottom-tick">{number(low, 2)}</span>
    </figure>
  );
}
