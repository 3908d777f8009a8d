// An example as small as it can be read: in a grid, a table, a strip.

import { t } from "../../../i18n";
import type { ItemView } from "../../../wire";

const FIELDS = 5;

/** `undefined`: not here yet. */
export function Small({ id, content }: { id: string; content: ItemView["content"] | undefined }) {
  if (!content) return <span class="small bone" />;
  switch (content.kind) {
    case "image": return <img class={`small ${Math.max(content.width, content.height) <= 160 ? "crisp" : ""}`} src={content.url} alt={t("side.image", { id, width: content.width, height: content.height })} draggable={false} />;
    case "text": return <span class="small words">{content.text}</span>;
    case "series": return <Line values={content.values} />;
    case "table": return (
      <span class="small facts">{content.fields.slice(0, FIELDS).map((field) => (
        <span key={field.name}><span class="faint">{field.name}</span> <span>{field.value}</span></span>
      ))}</span>
    );
  }
}

function Line({ values }: { values: readonly number[] }) {
  const low = Math.min(...values);
  const spread = Math.max(...values) - low || 1;
  const points = values.map((v, i) => `${((100 * i) / Math.max(1, values.length - 1)).toFixed(1)},${(30 - (30 * (v - low)) / spread).toFixed(1)}`).join(" ");
  return <svg class="small line" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><polyline points={points} /></svg>;
}
