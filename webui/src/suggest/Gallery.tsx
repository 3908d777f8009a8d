// Examples that stand out: noisy but useful, clean but useless.

import { Link } from "../app/Link";
import { number, t } from "../i18n";
import type { ItemView } from "../wire";
import { Thumb } from "./Thumb";
import { labelled } from "./words";

export function Gallery({ name, items, weights, here }: { name: "useful" | "useless"; items: ItemView[]; weights: number[]; here: string | null }) {
  return (
    <section class="wgt-part" aria-labelledby={`wgt-${name}`}>
      <h2 id={`wgt-${name}`}>{t(`wgt.${name}`)}</h2>
      <p class="faint">{t(`wgt.${name}.text`)}</p>
      {items.length === 0 ? <p class="nought">{t(`wgt.${name}.none`)}</p> : (
        <ul class="gallery" data-kind={items[0]?.content.kind}>{items.map((item, at) => (
          <li key={item.id}>
            <Link to={`/curate/suggestions/weights/${encodeURIComponent(item.id)}`} current={item.id === here}>
              <span class="visually-hidden">{t("wgt.gallery.say", { id: item.id, label: labelled(item.label), n: number(weights[at] ?? 0, 2) })}</span>
              <Thumb content={item.content} />
              <span aria-hidden="true" class="lab">{labelled(item.label)}</span>
              <span aria-hidden="true" class="weight">{number(weights[at] ?? 0, 2)}</span>
              {item.predicted_label !== null && item.predicted_label !== item.label && (
                <span aria-hidden="true" class="machine-says">{t("wgt.gallery.machine", { label: item.predicted_label })}</span>
              )}
            </Link>
          </li>
        ))}</ul>
      )}
    </section>
  );
}
