// What stands where suggestions or weights would stand.

import { Link } from "../app/Link";
import { number, t } from "../i18n";
import type { State } from "../state/app";
import { Few } from "./Chooser";
import type { Inbox } from "./inbox";
import { lacking } from "./Machine";

/** Bones of the size of what will come. */
export function Bones({ kind }: { kind: "list" | "weights" }) {
  return (
    <div class={`sug-bones ${kind}`} aria-busy="true">
      <span class="visually-hidden" role="status">{t("sug.loading")}</span>
      {Array.from({ length: kind === "list" ? 8 : 4 }, (_, at) => <i key={at} />)}
    </div>
  );
}

/** Why there is nothing, and one thing to do. */
export function Refused({ status, error, again }: { status: number; error: string; again: () => void }) {
  const kind = status === 401 ? "login" : status === 403 ? "role" : status === 404 ? "off" : "error";
  return (
    <div class="empty" role="alert"><div>
      <h2>{t(`sug.${kind}.title`)}</h2>
      <p>{t(`sug.${kind}.text`)}</p>
      {kind === "login" && <pre><code>cincer token link --token TOKEN</code></pre>}
      {kind === "error" && <>{error && <p class="faint reason">{error}</p>}<button type="button" class="primary" onClick={again}>{t("studies.again")}</button></>}
    </div></div>
  );
}

/** Nothing of this kind: what will appear, and how to make it appear. */
export function Nothing({ inbox, state }: { inbox: Inbox; state: State }) {
  const { head, filter } = inbox;
  if (filter !== "open") return <Empty title={t(`sug.none.${filter}`)} text={t(`sug.none.${filter}.text`)} />;
  if (head && lacking(head.chooser)) {
    return (
      <div class="empty"><div>
        <h2>{t("sug.few.title")}</h2>
        <Few chooser={head.chooser} />
        <p>{t("sug.few.text", { least: head.chooser.least })}</p>
        {head.chooser.note && <p class="faint">{head.chooser.note}</p>}
        <Link to="/" class="primary">{t("sug.few.action")}</Link>
      </div></div>
    );
  }
  const { stats } = state.server;
  if (stats?.finished) return <Empty title={t("sug.done.title")} text={t("sug.done.text", { n: number(stats.received) })} />;
  return <Empty title={t("sug.none.open")} text={t(head?.running ? "sug.none.open.running" : "sug.none.open.text")} note={head?.chooser.note ?? ""} />;
}

function Empty({ title, text, note = "" }: { title: string; text: string; note?: string }) {
  return <div class="empty"><div><h2>{title}</h2><p>{text}</p>{note && <p class="faint">{note}</p>}</div></div>;
}
