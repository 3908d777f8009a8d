// The rarer answers, for each side: remove, wrong without a name for what it is, plausible.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Kbd } from "../app/words";
import { judge, toggle } from "../commands";
import { t } from "../i18n";
import { written } from "../keys";
import type { Side } from "../state/reply";
import { known, several } from "../state/reply";
import type { QueryView } from "../wire";

const ACTIONS = ["bad", "good", "remove"] as const;

export function MoreMenu({ view, at }: { view: QueryView; at: number }) {
  const sides = known(view);
  const nth = t("side.nth", { i: at + 1, n: sides.length });
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => menu.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true }), []);
  return (
    <div class="more" ref={menu} role="group" aria-label={t("more.title")}>
      <div class="more-sides">
        {!view.follow_up && <Judgements side="left" title={t(view.counter_example ? "side.new" : "side.single")} />}
        {view.counter_example && <Judgements side={sides[at] ?? "right"} title={several(view) ? nth : t("side.known.short")} />}
      </div>
      <div class="choice-foot">
        <span class="faint">{view.counter_example && !view.follow_up && !several(view) && t("more.note")}</span>
        <button type="button" class="quiet" onClick={() => toggle("more")}><Kbd>{written("Escape")}</Kbd> {t("key.back")}</button>
      </div>
    </div>
  );
}

function Judgements({ side, title }: { side: Side; title: string }) {
  return (
    <div class="more-side" role="group" aria-label={title}>
      <h3>{title}</h3>
      {ACTIONS.map((action) => (
        <button key={action} type="button" class={action === "remove" ? "quiet danger" : "quiet"} data-judge={`${side}-${action}`}
          onClick={() => judge(side, action)}>{t(`more.${action}`)}</button>
      ))}
    </div>
  );
}
