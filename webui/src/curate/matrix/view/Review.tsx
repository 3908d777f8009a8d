// The rest of a confusion, one by one: is it that class, too? One key each.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Kbd } from "../../../app/words";
import { number, t } from "../../../i18n";
import { written } from "../../../keys";
import type { ItemView, SideView } from "../../../wire";
import { SideContent, SingleTable } from "../../../content/Content";
import { itemOf, useItems } from "../contents";
import { verdict } from "../doing";
import type { Review } from "../pure/state";
import { LOOK } from "../pure/state";
import { send } from "../store";

const AHEAD = 40;

export function ReviewPane({ review }: { review: Review }) {
  const ids = review.ids ?? [];
  const id = ids[review.at];
  const root = useRef<HTMLElement>(null);
  useItems(ids.slice(review.at, review.at + AHEAD));
  useLayoutEffect(() => root.current?.focus({ preventScroll: true }), []);
  const item = id === undefined ? undefined : itemOf(id);
  return (
    <section class="review" ref={root} tabIndex={-1} aria-label={t("m.review.title", { given: review.given, to: review.to })}>
      <header><h2>{t("m.review.title", { given: review.given, to: review.to })}</h2>
        <span class="faint">{t("m.review.progress", { at: Math.min(review.at + 1, ids.length), n: ids.length })}</span><span class="gap" />
        <button type="button" class="quiet" onClick={() => send({ type: "stage", stage: LOOK })}><Kbd>{written("Escape")}</Kbd> {t("m.review.end")}</button></header>
      {review.ids !== null && id === undefined ? <Over review={review} /> : (
        <>
          <div class="review-content content" aria-busy={!item} {...(item?.content.kind === "table" ? { tabIndex: 0, role: "group", "aria-label": item.id } : {})}>{item ? <Large item={item} /> : <div class="bone" />}</div>
          <p class="review-ask" role="status">{t("m.review.ask", { to: review.to, given: review.given })} {item?.iies != null && <span class="faint">{t("m.sort.iies")} {number(item.iies, 2)}</span>}</p>
          <div class="verbs">
            <button type="button" class="verb strong" onClick={() => verdict(true)}><Kbd>Y</Kbd><span>{t("m.review.yes", { to: review.to })}</span></button>
            <button type="button" class="verb" onClick={() => verdict(false)}><Kbd>N</Kbd><span>{t("m.review.no", { given: review.given })}</span></button>
            <button type="button" class="verb" onClick={() => verdict(null)}><Kbd>→</Kbd><span>{t("m.review.next")}</span></button>
          </div>
        </>
      )}
    </section>
  );
}

function Large({ item }: { item: ItemView }) {
  const side: SideView = { id: item.id, content: item.content, given_label: item.given_label, predicted_label: item.predicted_label, beliefs: [] };
  return item.content.kind === "table" ? <SingleTable side={side} /> : <SideContent key={item.id} view={side} other={null} />;
}

function Over({ review }: { review: Review }) {
  return (
    <div class="empty"><div>
      <h3>{t("m.review.over")}</h3>
      <p>{t("m.review.sum", { yes: review.yes, no: review.no, to: review.to, given: review.given })}</p>
      <button type="button" class="primary" onClick={() => send({ type: "stage", stage: LOOK })}>{t("m.review.back")}</button>
    </div></div>
  );
}
