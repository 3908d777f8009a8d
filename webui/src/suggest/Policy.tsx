// Which weights train from now on; another one is confirmed where it was chosen.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Kbd } from "../app/words";
import { t } from "../i18n";
import type { Text } from "../i18n";
import { written } from "../keys";
import { newKey } from "../store";
import type { WeightsView } from "../wire";
import { posted } from "./api";

const TOLD: readonly string[] = ["uniform", "lsw", "fsr", "reweighter", "l2rw", "meta_weight_net", "held_out", "chooser"];

export function Policy({ view, may, again }: { view: WeightsView; may: boolean; again: () => void }) {
  const [wanted, want] = useState<string | null>(null);
  const { state, change } = useChange(() => {
    want(null);
    again();
  });
  const shown = wanted ?? view.policy;
  return (
    <section class="wgt-part policy" aria-labelledby="wgt-policy">
      <h2 id="wgt-policy">{t("wgt.policy")}</h2>
      <div class="policies" role="group" aria-labelledby="wgt-policy">{view.policies.map((name) => (
        <button type="button" key={name} aria-pressed={name === view.policy} data-wanted={name === wanted} disabled={!may && name !== view.policy}
          onClick={() => want(name === view.policy ? null : name)}>{title(name)}</button>
      ))}</div>
      <p class="told">{told(shown)}</p>
      {view.note && wanted === null && <p class="notice">{view.note}</p>}
      {!may && <p class="faint">{t("sug.reader")}</p>}
      {wanted !== null && <Sure wanted={wanted} from={view.policy} state={state} yes={() => void change(wanted)} no={() => want(null)} />}
    </section>
  );
}

interface SureProps {
  wanted: string;
  from: string;
  state: "idle" | "sending" | { error: string };
  yes: () => void;
  no: () => void;
}

function Sure({ wanted, from, state, yes, no }: SureProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), [wanted]);
  return (
    <div class="sure" role="group" aria-label={t("wgt.policy.switch", { to: title(wanted) })} onKeyDown={(event) => event.key === "Escape" && (event.preventDefault(), no())}>
      <p>{t("wgt.policy.sure", { from: title(from), to: title(wanted) })}</p>
      {typeof state === "object" && <p class="notice" role="alert">{t("wgt.policy.failed")} {state.error}</p>}
      <div class="confirm">
        <button type="button" class="primary" ref={button} disabled={state === "sending"} onClick={yes}>{t("wgt.policy.switch", { to: title(wanted) })} <Kbd>{written("Enter")}</Kbd></button>
        <button type="button" class="quiet" onClick={no}>{t("sug.batch.cancel")} <Kbd>{written("Escape")}</Kbd></button>
      </div>
    </div>
  );
}

function useChange(done: () => void) {
  const [state, set] = useState<SureProps["state"]>("idle");
  const change = async (policy: string) => {
    set("sending");
    const answer = await posted<{ ok: true }>("/weights/policy", { key: newKey(), policy });
    set(answer.ok ? "idle" : { error: answer.error });
    if (answer.ok) done();
  };
  return { state, change };
}

export function title(policy: string): string {
  return TOLD.includes(policy) ? t(`wgt.policy.${policy}` as Text) : policy;
}

function told(policy: string): string {
  return TOLD.includes(policy) ? t(`wgt.policy.${policy}.text` as Text) : "";
}
