// Which classes the matrix shows: typed, since there may be a hundred.

import { useState } from "preact/hooks";
import { t } from "../../../i18n";
import { readMatrix, send } from "../store";
import { Popover } from "./Popover";

export function Classes({ all, asked }: { all: string[]; asked: string[] }) {
  const label = asked.length === 0 ? t("m.classes.all", { n: all.length }) : t("m.classes.some", { n: asked.length, all: all.length });
  return <Popover label={label} name={t("m.classes")}>{() => <Chooser all={all} asked={asked} />}</Popover>;
}

function Chooser({ all, asked }: { all: string[]; asked: string[] }) {
  const [filter, type] = useState("");
  const needle = plain(filter);
  const found = all.filter((name) => plain(name).includes(needle));
  const chosen = new Set(asked);
  const set = (classes: string[]) => {
    send({ type: "classes", classes: classes.length === all.length ? [] : classes });
    void readMatrix();
  };
  const toggle = (name: string) => set(all.filter((each) => (each === name ? !chosen.has(each) : chosen.has(each))));
  return (
    <div class="m-classes">
      <input type="text" class="filter" value={filter} placeholder={t("choice.filter")} aria-label={t("choice.filter")} autocomplete="off" spellcheck={false}
        ref={focusOnce} onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !found[0]) return;
          event.preventDefault();
          toggle(found[0]);
          type("");
        }} />
      <p class="faint">{t("m.classes.note")}</p>
      <ul>{found.map((name) => (
        <li key={name}><label><input type="checkbox" checked={chosen.has(name)} onChange={() => toggle(name)} /><span>{name}</span></label></li>
      ))}</ul>
      {found.length === 0 && <p class="faint">{t("choice.none")}</p>}
      <button type="button" class="quiet" disabled={asked.length === 0} onClick={() => set([])}>{t("m.classes.reset")}</button>
    </div>
  );
}

function focusOnce(element: HTMLInputElement | null): void {
  if (element && !element.dataset["met"]) {
    element.dataset["met"] = "yes";
    element.focus();
  }
}

function plain(text: string): string {
  return text.trim().normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
