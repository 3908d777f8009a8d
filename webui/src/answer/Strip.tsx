// Several known examples at a glance: which one is looked at, and what is noted about each.

import { look } from "../commands";
import { t } from "../i18n";
import type { Marks } from "../state/reply";
import { known, sideOf } from "../state/reply";
import type { DecisionIn, QueryView, SideView } from "../wire";

export function Strip({ view, at, marks }: { view: QueryView; at: number; marks: Marks }) {
  const sides = known(view);
  return (
    <div class="strip" role="group" aria-label={t("side.knowns")} data-count={sides.length}>
      {sides.map((side, i) => {
        const shown = sideOf(view, side);
        return shown && <Card key={shown.id} shown={shown} i={i} n={sides.length} at={i === at} mark={marks[side]} />;
      })}
    </div>
  );
}

interface CardProps {
  shown: SideView;
  i: number;
  n: number;
  at: boolean;
  mark: DecisionIn | undefined;
}

function Card({ shown, i, n, at, mark }: CardProps) {
  const { content } = shown;
  const label = shown.given_label ?? t("side.none");
  const click = (event: MouseEvent) => {
    if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
    look(i);
  };
  return (
    <button type="button" class="card" aria-pressed={at} aria-keyshortcuts="ArrowUp ArrowDown" data-marked={mark !== undefined}
      title={`${shown.id}: ${label}`} onClick={click}>
      <span class="visually-hidden">{t("side.nth", { i: i + 1, n })}: {mark && label} </span>
      {content.kind === "image" ? <img src={content.url} alt="" data-small={content.width < 64} /> : <span class="number" aria-hidden="true">{i + 1}</span>}
      {!mark && <span class="name">{label}</span>}
      {mark && <Mark decision={mark} />}
    </button>
  );
}

/** A verdict that is noted and not yet sent. */
export function Mark({ decision }: { decision: DecisionIn }) {
  return <span class="mark">{noted(decision)}</span>;
}

function noted(decision: DecisionIn): string {
  if (decision.action === "relabel") return `→ ${decision.label ?? ""}`;
  return t(`mark.${decision.action as "bad" | "good" | "remove"}`);
}
