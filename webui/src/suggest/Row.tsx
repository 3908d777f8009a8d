// One suggestion in the list.

import { memo } from "./memo";
import { t } from "../i18n";
import type { SuggestionView } from "../wire";
import { Thumb } from "./Thumb";
import { Change, Whisker, labelled, nats } from "./words";

interface Props {
  one: SuggestionView;
  index: number;
  /** Pixels from the top of all rows, and its height. */
  top: number;
  height: number;
  /** Rows in all, read or not. */
  count: number;
  here: boolean;
  selected: boolean;
  gone: boolean;
  /** Ends of the scale that all rows have in common. */
  least: number;
  most: number;
  /** The language it is written in: another one draws it again. */
  lang: string;
  onClick: (event: MouseEvent) => void;
}

export const Row = memo(function Row({ one, index, top, height, count, here, selected, gone, least, most, onClick }: Props) {
  return (
    <div id={`row-${index}`} class="row" role="option" aria-selected={selected} aria-setsize={count} aria-posinset={index + 1} data-id={one.id}
      data-here={here} data-gone={gone} style={{ transform: `translateY(${top}px)`, height: `${height}px` }} onClick={onClick}>
      <span class="check"><i /></span>
      <span class="visually-hidden">{one.id}</span>
      <Thumb content={one.item.content} />
      <span class="row-text">
        <Change one={one} />
        <span class="why-line">{gone ? t("sug.gone") : reason(one)}</span>
      </span>
      <span class="row-gain">
        <b><span class="visually-hidden">{t(one.measured === null ? "sug.row.gain" : "sug.row.measured")} </span>{nats(one.measured ?? one.gain)}</b>
        <Whisker low={one.low} at={one.gain} high={one.high} least={least} most={most} />
      </span>
    </div>
  );
}, ["onClick"]);

/** Why: the trusted examples that it harms, by their labels. */
export function reason(one: SuggestionView): string {
  if (one.reasons.length === 0) return t("sug.reason.none");
  const labels = [...new Set(one.reasons.map((r) => labelled(r.label)))].join(", ");
  return t("sug.reason", { n: one.reasons.length, labels });
}
