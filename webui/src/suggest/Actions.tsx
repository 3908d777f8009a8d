// What can be done with the row or the selection, and what accepting many would bring.

import { Kbd } from "../app/words";
import { t } from "../i18n";
import type { Text } from "../i18n";
import { shortcut, written } from "../keys";
import { usePrefs } from "../prefs";
import { act, confirm, tell, undo } from "./desk";
import type { Batch, Inbox } from "./inbox";
import { answerable, doubtful, meant } from "./inbox";
import type { Command } from "../keys";
import type { Verb } from "./sent";
import { nats, signed } from "./words";

const VERBS: readonly Verb[] = ["accept", "reject", "ask"];

export function Actions({ inbox, may }: { inbox: Inbox; may: boolean }) {
  const { keys } = usePrefs();
  const count = inbox.selected.size;
  const advised: Verb = doubtful(inbox) ? "ask" : "accept";
  if (!may) return <div class="deeds"><p class="faint">{t("sug.reader")}</p></div>;
  const free = meant(inbox).length > 0 && inbox.batch === null;
  return (
    <div class="deeds" role="group" aria-label={t("sug.actions")}>
      {VERBS.map((verb) => {
        const command: Command = `sug.${verb}`;
        return (
          <button type="button" key={verb} data-verb={verb} data-advised={verb === advised} disabled={!free || !answerable(inbox, verb)} aria-keyshortcuts={shortcut(keys[command])} onClick={() => act(verb)}>
            <Kbd>{written(keys[command])}</Kbd> {t(`key.sug.${verb}` as Text)}{count > 0 && <b>{count}</b>}
          </button>
        );
      })}
      <button type="button" class="small" disabled={inbox.outbox.done.length + inbox.outbox.waiting.length === 0} aria-keyshortcuts={shortcut(keys["sug.undo"])} onClick={undo}>
        <Kbd>{written(keys["sug.undo"])}</Kbd> {t("key.undo")}
      </button>
    </div>
  );
}

/** Before many are accepted, or one in `doubt`: what it would bring, and Enter. */
export function Preview({ batch, doubt }: { batch: Batch; doubt: boolean }) {
  const { preview } = batch;
  const n = batch.ids.length;
  return (
    <section class="preview" aria-label={t("sug.batch.title", { n })} aria-busy={preview.at === "loading"}>
      <h2>{t("sug.batch.title", { n })}</h2>
      <p class="told">{t("sug.batch.text")}</p>
      {doubt && <p class="notice">{t("sug.batch.doubt")}</p>}
      {preview.at === "failed" && <p class="notice" role="status">{t("sug.batch.failed")} {preview.error}</p>}
      {preview.at !== "failed" && (
        <div role="status"><dl class="effects">
          <Effect name="sug.batch.together" value={preview.at === "ready" ? signed(-preview.data.together) : null} unit main />
          <Effect name="sug.batch.sum" value={preview.at === "ready" ? signed(-preview.data.predicted) : null} unit />
          <Effect name="sug.batch.selection" value={preview.at === "loading" ? null : preview.data.selection === null ? "–" : signed(-preview.data.selection)} unit />
          <Effect name="sug.batch.flips" value={preview.at === "ready" ? String(preview.data.flips) : null} />
        </dl></div>
      )}
      {preview.at === "ready" && <p class="so">{t(preview.data.together > 0 ? "sug.batch.good" : "sug.batch.bad", { n: nats(Math.abs(preview.data.together)) })}</p>}
      <div class="confirm">
        <button type="button" class="primary" disabled={preview.at === "loading"} onClick={confirm}>{t("sug.batch.confirm", { n })} <Kbd>{written("Enter")}</Kbd></button>
        <button type="button" class="quiet" onClick={() => tell({ type: "unpreview" })}>{t("sug.batch.cancel")} <Kbd>{written("Escape")}</Kbd></button>
      </div>
    </section>
  );
}

function Effect({ name, value, unit = false, main = false }: { name: Text; value: string | null; unit?: boolean; main?: boolean }) {
  return (
    <div data-main={main}><dt>{t(name)}</dt><dd>{value === null ? <i class="blank" /> : <><b>{value}</b>{unit && value !== "–" && <span> {t("sug.unit")}</span>}</>}</dd></div>
  );
}
