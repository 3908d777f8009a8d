// How an example is shown, by its kind.

import type { SideView } from "../wire";
import { ImageView } from "./ImageView";
import { SeriesView } from "./SeriesView";
import { TextView } from "./TextView";

export { PairTable, SingleTable } from "./TableView";

/** One side's example; the other side's sets the common scale and the common words. */
export function SideContent({ view, other }: { view: SideView; other: SideView | null }) {
  const { content } = view;
  switch (content.kind) {
    case "image": return <ImageView id={view.id} image={content} />;
    case "text": return <TextView text={content.text} other={other?.content.kind === "text" ? other.content.text : null} />;
    case "series": return <SeriesView id={view.id} values={content.values} other={other?.content.kind === "series" ? other.content.values : []} />;
    case "table": return null;
  }
}
