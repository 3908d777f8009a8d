// What a screen reader hears without moving: what an answer did, and the pair that came.

import { percent, t } from "../i18n";
import type { State } from "../state/app";
import { current, offered, screen, sideOf } from "../state/app";
import type { QueryView, SideView } from "../wire";
import { titled } from "../answer/ClassChoice";
import { known, several } from "../state/reply";
import { sentence } from "./words";

export function LiveRegion({ state }: { state: State }) {
  const view = screen(state) === "ask" ? current(state) : null;
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {state.line && <p>{sentence(state.line.phrases)}.</p>}
      {view && <p>{said(view)}</p>}
      {view && state.stage.name === "choose" && <p>{chosen(state, view)}</p>}
    </div>
  );
}

function said(view: QueryView): string {
  const left = side(view.example);
  const right = known(view).flatMap((name) => sideOf(view, name) ?? []).map(side).join("; ");
  if (view.follow_up) return t("say.followup", { n: view.follow_up.depth - 1, left, right });
  if (several(view)) return t("say.several", { left, right });
  return right ? t("say.pair", { left, right }) : t("say.single", { left });
}

function side(s: SideView): string {
  const belief = s.beliefs.find((b) => b.label === s.predicted_label);
  const machine = s.predicted_label === null ? t("side.noopinion")
    : belief ? t("side.confidence", { label: belief.label, p: percent(belief.p) }) : s.predicted_label;
  return t("say.side", { id: s.id, given: s.given_label ?? t("side.none"), machine });
}

function chosen(state: State, view: QueryView): string {
  if (state.stage.name !== "choose") return "";
  const title = titled(view, state.stage);
  return sideOf(view, state.stage.side) ? t("say.choose", { title, machine: offered(state).selected ?? "" }) : "";
}
