// Why this pair: what the machine would think without the known example, predicted and, when
// asked, tried for real.

import { Kbd, Rich } from "../app/words";
import { run } from "../commands";
import { percent, t } from "../i18n";
import { shortcut, written } from "../keys";
import { usePrefs } from "../prefs";
import type { Why as Reason } from "../state/why";
import { decimals, explainable, predicted, share } from "../state/why";
import type { ExplainAck, QueryView } from "../wire";

export function Why({ view, why }: { view: QueryView; why: Reason | null }) {
  if (!explainable(view)) return null;
  return (
    <div class="why" data-status={why?.status ?? "idle"} aria-busy={why?.status === "loading"}>
      <span><Predicted view={view} /></span>
      <span role="status">{why && <Answer why={why} />}</span>
      {why?.status !== "done" && <Try busy={why?.status === "loading"} />}
    </div>
  );
}

function Predicted({ view }: { view: QueryView }) {
  const found = predicted(view);
  if (!found) return null;
  const digits = decimals(found.before, found.after);
  const given = <b>{named(view.example.given_label ?? "")}</b>;
  const [before, after] = [percent(found.before, digits), percent(found.after, digits)];
  if (before === after) return <Rich text="why.same" parts={{ given, before }} />;
  return <Rich text="why.predicted" parts={{ given, before, after }} />;
}

/** A long label stands in the line above. */
function named(label: string): string {
  return label.length > 24 ? t("why.label") : label;
}

function Answer({ why }: { why: Reason }) {
  if (why.status === "loading") return <><i class="bone" /><span class="visually-hidden">{t("why.loading")}</span></>;
  if (why.status === "failed") return <span class="failed">{why.error ? t("why.failed", { error: why.error }) : t("why.failed.plain")}</span>;
  return <>{real(why.ack)}</>;
}

function real({ probability, alone, group }: ExplainAck): string {
  const after = share(probability + alone.real_change);
  const together = group && share(probability + group.real_change);
  const digits = decimals(probability, after, ...(together === null ? [] : [together]));
  const told = [t("why.real", { after: percent(after, digits) })];
  if (group && together !== null) told.push(t("why.group", { n: group.examples.length - 1, after: percent(together, digits) }));
  const left = Math.max(alone.exact ? 0 : alone.decrement, group && !group.exact ? group.decrement : 0);
  if (left > 0) told.push(t("why.bounded", { left: left.toExponential(0) }));
  return told.join(" ");
}

function Try({ busy }: { busy: boolean }) {
  const { keys } = usePrefs();
  const click = (event: MouseEvent) => {
    if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
    run("why");
  };
  return (
    <button type="button" class="quiet" data-command="why" disabled={busy} aria-keyshortcuts={shortcut(keys.why)} onClick={click}>
      <Kbd>{written(keys.why)}</Kbd> {t("key.why")}
    </button>
  );
}
