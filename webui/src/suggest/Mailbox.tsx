// The list on the left, on the right what one stands on: or the preview of a batch, the verdicts,
// the calibration.

import { useEffect, useRef, useState } from "preact/hooks";
import { Kbd } from "../app/words";
import { t } from "../i18n";
import { written } from "../keys";
import { useMedia, usePrefs } from "../prefs";
import type { State } from "../state/app";
import { Actions, Preview } from "./Actions";
import { Calibration } from "./Calibration";
import { Chooser } from "./Chooser";
import { open, refresh, show, tell, useInbox } from "./desk";
import { Detail } from "./Detail";
import type { Inbox } from "./inbox";
import { KINDS, current, doubtful, total, visible } from "./inbox";
import { useKeys } from "./keyboard";
import { LastLine } from "./LastLine";
import { List } from "./List";
import { Machine } from "./Machine";
import { Bones, Nothing, Refused } from "./states";

export function Mailbox({ state, may }: { state: State; may: boolean }) {
  const inbox = useInbox();
  const phone = useMedia("(max-width: 900px)");
  const [reading, read] = useState(false);
  const list = inbox.lists[inbox.filter];
  useEffect(open, []);
  useKeys({ may, reading: () => read(true), back: () => read(false) });
  useReturn(phone, reading);
  if (list.at === "failed") return <Refused status={list.status} error={list.error} again={() => refresh()} />;
  const empty = list.at === "ready" && visible(inbox).length === 0 && inbox.pane === "detail" && inbox.batch === null;
  const sheet = phone && (reading || inbox.pane !== "detail" || inbox.batch !== null);
  return (
    <>
      <Machine head={inbox.head} pane={inbox.pane} />
      <div class="desk" data-sheet={sheet} data-empty={empty}>
        <section class="mail" aria-label={t("sug.list")}>
          <Filters inbox={inbox} />
          <Listed inbox={inbox} state={state} open={() => phone && read(true)} />
          <LastLine inbox={inbox} />
        </section>
        {(phone ? sheet : !empty) && <section class="reading" aria-label={t("sug.reading")}>
          {phone && <button type="button" class="quiet back" onClick={() => close(inbox, () => read(false))}>{t("key.back")}</button>}
          <div class="page-of" tabIndex={0} role="group" aria-label={t("sug.reading")}><Side inbox={inbox} /></div>
          <Actions inbox={inbox} may={may} />
        </section>}
        {phone && !sheet && !empty && <Actions inbox={inbox} may={may} />}
      </div>
    </>
  );
}

/** Closes what lies over the list, the topmost first. */
function close(inbox: Inbox, read: () => void): void {
  if (inbox.batch) return tell({ type: "unpreview" });
  if (inbox.pane !== "detail") tell({ type: "pane", pane: inbox.pane });
  read();
}

/** On a phone the focus goes into the sheet and back to the list. */
function useReturn(phone: boolean, reading: boolean): void {
  const was = useRef(false);
  useEffect(() => {
    if (phone && reading !== was.current) document.querySelector<HTMLElement>(reading ? ".page-of" : ".rows")?.focus({ preventScroll: true });
    was.current = reading;
  }, [phone, reading]);
}

function Filters({ inbox }: { inbox: Inbox }) {
  return (
    <div class="filters" role="group" aria-label={t("sug.filters")}>{KINDS.map((kind, at) => {
      const n = total(inbox, kind);
      return (
        <button type="button" key={kind} aria-pressed={inbox.filter === kind} aria-keyshortcuts={String(at + 1)} onClick={() => show(kind)}>
          {t(`sug.filter.${kind}`)}{n !== null && <span class="count">{n.toLocaleString()}</span>}
        </button>
      );
    })}</div>
  );
}

function Listed({ inbox, state, open: opened }: { inbox: Inbox; state: State; open: () => void }) {
  const { keys } = usePrefs();
  const list = inbox.lists[inbox.filter];
  const rows = visible(inbox);
  if (list.at === "none") return <Bones kind="list" />;
  return (
    <>
      {list.late && <p class="notice" role="status">{t("studies.late")} <button type="button" class="quiet" onClick={() => refresh()}>{t("studies.again")}</button></p>}
      {list.stale && inbox.selected.size > 0 && <p class="notice quietly" role="status">{t("sug.newer")}</p>}
      {inbox.selected.size > 0 && (
        <p class="selection"><b>{t("sug.selected", { n: inbox.selected.size })}</b>
          <button type="button" class="quiet" onClick={() => tell({ type: "all" })}>{t("sug.all", { n: rows.length })} <Kbd>{written(keys["sug.all"])}</Kbd></button>
          <button type="button" class="quiet" onClick={() => tell({ type: "clear" })}>{t("sug.clear")} <Kbd>{written("Escape")}</Kbd></button>
        </p>
      )}
      {rows.length === 0 ? <Nothing inbox={inbox} state={state} /> : <List key={inbox.filter} inbox={inbox} rows={rows} open={opened} />}
    </>
  );
}

function Side({ inbox }: { inbox: Inbox }) {
  const one = current(inbox);
  if (inbox.batch) return <Preview batch={inbox.batch} doubt={doubtful(inbox)} />;
  if (inbox.pane === "calibration") return <Calibration />;
  if (inbox.pane === "chooser") return inbox.head ? <Chooser head={inbox.head} /> : null;
  if (one && visible(inbox).includes(one.id)) return <Detail one={one} gone={inbox.gone === one.id} />;
  return <p class="nothing-open faint">{inbox.lists[inbox.filter].at === "ready" ? t("sug.unopened") : ""}</p>;
}
