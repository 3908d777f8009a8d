// An example in a few pixels, and as large as there is room.

import { ImageView } from "../content/ImageView";
import { SeriesView } from "../content/SeriesView";
import { SingleTable } from "../content/TableView";
import { TextView } from "../content/TextView";
import type { SuggestionView } from "../wire";

export type Content = SuggestionView["item"]["content"];

/** A picture, the first words, the first fields or the line of an example. */
export function Thumb({ content }: { content: Content }) {
  switch (content.kind) {
    case "image": return <span class="thumb"><img class="crisp" src={content.url} alt="" width={content.width} height={content.height} draggable={false} /></span>;
    case "text": return <span class="thumb words" aria-hidden="true">{content.text.slice(0, 90)}</span>;
    case "table": return (
      <span class="thumb words" aria-hidden="true">{content.fields.slice(0, 3).map((field) => <i key={field.name}>{field.value}</i>)}</span>
    );
    case "series": return <span class="thumb"><Spark values={content.values} /></span>;
  }
}

function Spark({ values }: { values: number[] }) {
  const low = Math.min(...values);
  const spread = Math.max(...values) - low || 1;
  const points = values.map((v, i) => `${(100 * i) / (values.length - 1 || 1)},${95 - (90 * (v - low)) / spread}`).join(" ");
  return <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points={points} /></svg>;
}

export function Whole({ id, content }: { id: string; content: Content }) {
  switch (content.kind) {
    case "image": return <ImageView id={id} image={content} />;
    case "text": return <TextView text={content.text} other={null} />;
    case "series": return <SeriesView id={id} values={content.values} other={[]} />;
    case "table": return <SingleTable side={{ id, content, given_label: null, predicted_label: null, beliefs: [] }} />;
  }
}
