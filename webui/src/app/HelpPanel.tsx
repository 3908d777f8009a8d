// All keys, and where to change them.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { toggle } from "../commands";
import { t } from "../i18n";
import type { Command, Where } from "../keys";
import { FIXED, TABLE, held, remap, shifted, usable, usual, whereOf, written } from "../keys";
import { setKeys, usePrefs } from "../prefs";
import { Kbd } from "./words";

/** The keys that mean something where one is. */
export function HelpPanel({ where }: { where: Where }) {
  const { keys } = usePrefs();
  const [waiting, wait] = useState<Command | null>(null);
  const [note, say] = useState("");
  const panel = useFocusHere();

  const taken = (event: KeyboardEvent) => {
    if (!waiting || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    wait(null);
    if (event.key === "Escape") return say("");
    const key = where === "answer" ? event.key : shifted(event);
    if (key === "Tab" || !usable(key, whereOf(waiting))) return say(t("help.refused", { key: written(key) }));
    const { map, other } = remap(keys, waiting, key);
    setKeys(map);
    say(other ? t("help.taken", { key: written(key), label: label(waiting), other: label(other) }) : "");
  };

  return (
    <div class="help" role="dialog" aria-label={t("help.title")} tabIndex={-1} ref={panel} onKeyDown={taken}>
      <div class="help-head"><h2>{t("help.keys")}</h2>
        <button type="button" class="quiet" onClick={() => toggle("help")}>{t("help.close")} <Kbd>{written("Escape")}</Kbd></button>
      </div>
      <ul class="keys">{held(TABLE, where).map(({ command }) => (
        <li key={command}>
          <span>{label(command)}</span>
          <button type="button" class="keycap" data-command={command} aria-label={t("help.change", { label: label(command), key: written(keys[command]) })}
            onClick={() => wait(command)}>
            {waiting === command ? t("help.press") : written(keys[command])}
          </button>
        </li>
      ))}</ul>
      <h3>{t("help.fixed")}</h3>
      <ul class="keys">{held(FIXED, where).map(({ keys: fixed, label: text }) => (
        <li key={text}><span>{t(text)}</span><span class="fixed">{fixed.map((k) => <kbd key={k}>{written(k)}</kbd>)}</span></li>
      ))}</ul>
      <p class="faint" role="status">{note || t("help.note")}</p>
      <button type="button" class="quiet" onClick={() => setKeys(usual())}>{t("help.reset")}</button>
    </div>
  );
}

function label(command: Command): string {
  return t(TABLE.find((b) => b.command === command)?.label ?? "key.help");
}

/** Focus goes into the panel when it opens and back when it closes. */
function useFocusHere() {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return panel;
}
