// The line under the list: what was last done, or why it was not; always of the same height.

import { Kbd } from "../app/words";
import { t } from "../i18n";
import { written } from "../keys";
import { usePrefs } from "../prefs";
import { undo } from "./desk";
import type { Inbox, Line } from "./inbox";
import { told } from "./words";

export function LastLine({ inbox }: { inbox: Inbox }) {
  const { keys } = usePrefs();
  const { line } = inbox;
  const bad = line !== null && ["refused", "failed", "waiting"].includes(line.what);
  return (
    <div class="line" data-tone={bad ? "warn" : "plain"}>
      <p role="status" aria-live="polite">{line && sentence(line, inbox)}</p>
      {line?.back && line.what !== "waiting" && <button type="button" class="quiet" onClick={undo}>{t("key.undo")} <Kbd>{written(keys["sug.undo"])}</Kbd></button>}
    </div>
  );
}

function sentence(line: Line, inbox: Inbox): string {
  const one = inbox.items[line.id];
  const what = one ? told(one) : line.id;
  switch (line.what) {
    case "accept": case "reject": case "ask":
      return line.count === 1 ? t(`sug.did.${line.what}`, { id: line.id, what }) : t(`sug.did.${line.what}.many`, { n: line.count });
    case "undone": return line.count === 1 ? t("sug.did.undone", { id: line.id }) : t("sug.did.undone.many", { n: line.count });
    case "refused": return line.count === 1 ? t("sug.did.refused", { id: line.id, reason: line.reason }) : t("sug.did.refused.many", { n: line.count, reason: line.reason });
    case "failed": return t("sug.did.failed", { reason: line.reason });
    case "waiting": return t("sug.did.waiting", { n: line.count });
    case "nothing": return t("did.nothing");
  }
}
