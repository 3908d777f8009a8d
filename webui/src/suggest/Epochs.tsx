// Weights and losses as histograms: now, or after an epoch chosen by the slider or among small ones.

import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import type { Text } from "../i18n";
import type { Histogram, WeightsView } from "../wire";
import { sampled } from "./scales";
import { Distribution } from "./Distribution";

export function Epochs({ view }: { view: WeightsView }) {
  const { epochs } = view;
  const [chosen, choose] = useState<number | null>(null);
  const at = chosen === null ? epochs.length - 1 : Math.min(chosen, epochs.length - 1);
  const epoch = epochs[at];
  const known = [view.now, ...epochs.map((e) => e.weights)].some((h) => h.clean != null && h.corrupted != null);
  return (
    <section class="wgt-part epochs" aria-labelledby="wgt-epochs">
      <div class="wgt-head"><h2 id="wgt-epochs">{t("wgt.epochs")}</h2>{known && <Legend />}</div>
      <p class="faint">{t("wgt.scale", { scale: view.scale })}</p>
      <div class="abreast">
        <Figure name="wgt.weights" histogram={chosen === null || !epoch ? view.now : epoch.weights} when={chosen === null || !epoch ? null : epoch.epoch} />
        {epoch && <Figure name="wgt.losses" histogram={epoch.losses} when={epoch.epoch} />}
      </div>
      {epochs.length > 1 && (
        <>
          <label class="slider">
            <span>{chosen === null ? t("wgt.now") : t("wgt.epoch", { n: epoch?.epoch ?? 0 })}</span>
            <input type="range" min={0} max={epochs.length} value={chosen === null ? epochs.length : at} aria-label={t("wgt.slider")}
              aria-valuetext={chosen === null ? t("wgt.now") : t("wgt.epoch", { n: epoch?.epoch ?? 0 })}
              onInput={(event) => choose(Number(event.currentTarget.value) >= epochs.length ? null : Number(event.currentTarget.value))} />
          </label>
          <ol class="multiples" aria-label={t("wgt.multiples")}>{sampled(epochs.length, 8).map((index) => {
            const each = epochs[index];
            return each && (
              <li key={index}><button type="button" aria-pressed={chosen === index} onClick={() => choose(chosen === index ? null : index)}>
                <Distribution histogram={each.weights} small label={t("wgt.epoch", { n: each.epoch })} />
                <span>{t("wgt.epoch", { n: each.epoch })}</span>
              </button></li>
            );
          })}</ol>
        </>
      )}
    </section>
  );
}

function Figure({ name, histogram, when }: { name: Text; histogram: Histogram; when: number | null }) {
  const total = histogram.counts.reduce((sum, n) => sum + n, 0);
  const title = when === null ? t(name) : t("wgt.at", { name: t(name), n: when });
  return (
    <figure class="distribution">
      <figcaption><h3>{title}</h3><span class="faint">{t("wgt.examples", { n: total })}</span></figcaption>
      <Distribution histogram={histogram} label={t("wgt.say", { title, n: number(total) })} />
    </figure>
  );
}

function Legend() {
  return (
    <p class="legend">
      <span class="key clean">{t("wgt.clean")}</span>
      <span class="key corrupted"><svg viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" class="corrupted" /><path d="M-2 8 8 -2M2 14 14 2" /></svg>{t("wgt.corrupted")}</span>
    </p>
  );
}
