// What stands where the pair would stand when there is none: why, and one thing to do.

import { t } from "../i18n";
import type { Screen, State } from "../state/app";
import { dispatch } from "../store";
import { takeOver } from "../tabs";

export function Empty({ state, screen }: { state: State; screen: Screen }) {
  if (screen === "loading" || screen === "ask") return <Skeleton />;
  return <div class="empty"><div>{words(state, screen)}</div></div>;
}

function words(state: State, screen: Screen) {
  const { stats, hello } = state.server;
  const known = state.server.model?.known ?? 0;
  switch (screen) {
    case "tab": return <Say name="tab" action={takeOver} />;
    case "away": return <Say name="away" action={() => dispatch({ type: "away", away: false })} />;
    case "denied": return <><h2>{t("state.denied.title")}</h2><p>{t("state.denied.text")}</p><pre><code>cincer token link --token TOKEN</code></pre></>;
    case "role": return <><h2>{t("state.denied.title")}</h2><p>{t("state.denied.role", { name: hello?.annotator ?? "" })}</p></>;
    case "offline": return <><h2>{t("state.offline.title")}</h2><p>{t("state.offline.text")}</p></>;
    case "starting": return (
      <><h2>{t("state.starting.title")}</h2><p>{t("state.starting.text", { n: stats?.received ?? 0 })}</p>
        <progress max={100} value={Math.min(100, stats?.received ?? 0)} aria-label={t("state.starting.title")} /></>
    );
    case "finished": return (
      <><h2>{t("state.finished.title")}</h2>
        <p>{t("state.finished.text", { known, replies: stats?.replies ?? 0, fixed: (stats?.fixed_examples ?? 0) + (stats?.fixed_counter_examples ?? 0) })}</p></>
    );
    default: return <><h2>{t("state.waiting.title")}</h2><p>{t("state.waiting.text", { known })}</p></>;
  }
}

function Say({ name, action }: { name: "tab" | "away"; action: () => void }) {
  return (
    <>
      <h2>{t(`state.${name}.title`)}</h2>
      <p>{t(`state.${name}.text`)}</p>
      <button type="button" class="primary" onClick={action}>{t(`state.${name}.action`)}</button>
    </>
  );
}

/** The shape of a pair, quiet, while it is fetched. */
function Skeleton() {
  return (
    <div class="skeleton" aria-busy="true">
      <span class="visually-hidden">{t("state.loading")}</span>
      <div class="bones"><i /><i /></div>
      <i class="bone-line" />
    </div>
  );
}

export function Problem({ error }: { error: string }) {
  return (
    <main class="answer"><div class="empty"><div>
      <h1>{t("state.error.title")}</h1>
      <p>{t("state.error.text", { error })}</p>
      <button type="button" class="primary" onClick={() => location.reload()}>{t("state.error.action")}</button>
    </div></div></main>
  );
}
