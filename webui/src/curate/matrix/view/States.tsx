// What stands where the matrix or a cell would stand: while they come, when they do not, when
// there is nothing.

import { t } from "../../../i18n";

export type What = "matrix" | "cell";

/** Bones of the size of what will come. */
export function Waiting({ what }: { what: What }) {
  return (
    <div class={`m-bones ${what}`} aria-busy="true">
      <span class="visually-hidden" role="status">{t(`m.${what}.loading`)}</span>
      {Array.from({ length: what === "matrix" ? 10 : 3 }, (_, at) => <i key={at} style={what === "matrix" ? { width: `${96 - 7 * at}%` } : undefined} />)}
    </div>
  );
}

/** Why there is nothing, and one thing to do. */
export function Problem({ failed, again, what }: { failed: { status: number; error: string }; again: () => void; what: What }) {
  const { status, error } = failed;
  const kind = status === 401 ? "login" : status === 403 ? "role" : status === 404 || status === 422 ? "absent" : "error";
  const denied = kind === "login" || kind === "role";
  return (
    <div class="empty" role="alert"><div>
      <h2>{t(`m.${kind}.title`)}</h2>
      <p>{t(kind === "absent" ? `m.absent.${what}` : `m.${kind}.text`)}</p>
      {status === 401 && <pre><code>cincer token link --token TOKEN</code></pre>}
      {error && !denied && <p class="faint reason">{error}</p>}
      {!denied && <button type="button" class="primary" onClick={again}>{t("studies.again")}</button>}
    </div></div>
  );
}

/** Nothing yet: what will appear, and how to make it appear. */
export function None({ surveyed, running }: { surveyed: boolean; running: boolean }) {
  const kind = surveyed ? "done" : running ? "surveying" : "none";
  return (
    <div class="empty"><div>
      <h2>{t(`m.none.${kind}.title`)}</h2>
      <p>{t(`m.none.${kind}.text`)}</p>
    </div></div>
  );
}
