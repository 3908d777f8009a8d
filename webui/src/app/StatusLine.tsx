// The one place for connection, saving and retraining.

import { useEffect, useState } from "preact/hooks";
import { toggle } from "../commands";
import { span, t } from "../i18n";
import { getKeys } from "../prefs";
import { shortcut, written } from "../keys";
import { useLink } from "../curate/link";
import type { State } from "../state/app";
import { owner } from "../state/app";
import { Kbd } from "./words";

export function StatusLine({ state }: { state: State }) {
  const { hello, model, waiting } = state.server;
  const link = useLink() === "offline" && state.server.link === "live" ? "offline" : state.server.link;
  const kept = state.outbox.filter((e) => hello === null || e.owner === owner(state)).length;
  const key = getKeys().help;
  return (
    <footer class="status" data-link={link} aria-label={t("status.label")}>
      <Connection link={link} kept={kept} />
      {link === "live" && <Saving kept={kept} at={state.server.stats?.saved_at} />}
      {link === "live" && <Machines state={state} />}
      {model && <span class="wide">{t("status.model", { n: model.version })}</span>}
      {model && <span class="wide">{t("status.known", { n: model.known })}</span>}
      {hello && <span>{t("status.waiting", { n: waiting })}</span>}
      <span class="gap" />
      <button type="button" class="plain" aria-expanded={state.panel === "help"} aria-keyshortcuts={shortcut(key)}
        onClick={() => toggle("help")}>
        <Kbd>{written(key)}</Kbd> {t("key.help")}
      </button>
    </footer>
  );
}

function Connection({ link, kept }: { link: State["server"]["link"]; kept: number }) {
  if (link === "live") return <span class="dot live">{t("status.live")}</span>;
  if (link === "connecting") return <span class="dot">{t("status.connecting")}</span>;
  const what = kept > 0 ? t("status.kept", { n: kept }) : t("status.kept.none");
  return <span class="dot off">{t("status.offline")} · {what}</span>;
}

function Saving({ kept, at }: { kept: number; at: number | undefined }) {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  if (kept > 0) return <span>{t("status.saving", { n: kept })}</span>;
  if (!at) return <span>{t("status.saved")}</span>;
  return <span>{t("status.saved.ago", { ago: span(Math.max(0, now / 1000 - at)) })}</span>;
}

function Machines({ state }: { state: State }) {
  const stats = state.server.stats;
  if (!stats) return null;
  const off = (["scorer", "trainer"] as const).filter((m) => stats[m] === "starting" || stats[m] === "down");
  if (off.length > 0)
    return <>{off.map((m) => (
      <span key={m} class="amber">{t(`status.${m}`, { state: t(`status.state.${stats[m] as "starting" | "down"}`) })}</span>
    ))}</>;
  return state.server.model?.exact === false ? <span>{t("status.retraining")}</span> : null;
}
