// What stands where results would stand: while they come, and when they do not.

import { t } from "../i18n";

/** Bones of the size of what will come. */
export function Bones({ kind }: { kind: "list" | "study" }) {
  return (
    <div class={`study-bones ${kind}`} aria-busy="true">
      <span class="visually-hidden" role="status">{t("studies.loading")}</span>
      {Array.from({ length: kind === "list" ? 3 : 4 }, (_, at) => <i key={at} />)}
    </div>
  );
}

/** Why there is nothing, and one thing to do. */
export function Failed({ status, error, again }: { status: number; error: string; again: () => void }) {
  const denied = status === 401 || status === 403;
  const kind = status === 401 ? "login" : status === 403 ? "role" : status === 404 ? "absent" : status === 422 ? "broken" : "error";
  return (
    <div class="empty" role="alert"><div>
      <h2>{t(`studies.${kind}.title`)}</h2>
      <p>{t(`studies.${kind}.text`)}</p>
      {status === 401 && <pre><code>cincer token link --token TOKEN</code></pre>}
      {error && !denied && status !== 404 && <p class="faint reason">{error}</p>}
      {!denied && status !== 404 && <button type="button" class="primary" onClick={again}>{t("studies.again")}</button>}
    </div></div>
  );
}

/** What is shown is older than the last try to read it. */
export function Late({ again }: { again: () => void }) {
  return <p class="notice" role="status">{t("studies.late")} <button type="button" class="quiet" onClick={again}>{t("studies.again")}</button></p>;
}
