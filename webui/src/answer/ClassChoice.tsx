// Which class it really is: digits answer at once, or the class is typed. No dialog.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Kbd } from "../app/words";
import { choosing, confirm, decide, pick } from "../commands";
import { percent, t } from "../i18n";
import { written } from "../keys";
import type { Stage, State } from "../state/app";
import { offered, sideOf } from "../state/app";
import { digitOf, typed } from "../state/choice";
import { known, several } from "../state/reply";
import { dispatch } from "../store";
import type { QueryView } from "../wire";

type Choosing = Extract<Stage, { name: "choose" }>;

export function ClassChoice({ state, view, stage }: { state: State; view: QueryView; stage: Choosing }) {
  const classes = state.server.hello?.classes ?? [];
  const type = typed(classes);
  const { labels, selected } = offered(state);
  const longest = Math.max(0, ...classes.map((name) => name.length));
  const size = longest <= 3 ? "tiny" : longest <= 28 ? "short" : "long";
  return (
    <div class="choice" data-side={!view.counter_example ? "one" : stage.side === "left" ? "left" : "right"} data-size={size} data-typed={type}>
      <div class="choice-head">
        <h3 id="choice-title">{titled(view, stage)}
          {stage.both && <span class="faint"> {t("choice.step", { step: stage.side === "left" ? 1 : 2 })}</span>}</h3>
        {type && <Filter filter={stage.filter} step={stage.side} active={selected === undefined ? undefined : `class-${labels.indexOf(selected)}`} />}
      </div>
      <Options labels={labels} selected={selected} classes={classes} beliefs={beliefsOf(view, stage)} />
      <div class="choice-foot">
        <button type="button" class="quiet" onClick={() => decide({ action: "bad" })}>{t("choice.bad")}</button>
        <span class="gap" />
        <button type="button" class="quiet" disabled={selected === undefined} onClick={confirm}><Kbd>{written("Enter")}</Kbd> {t("key.confirm")}</button>
        <button type="button" class="quiet" onClick={() => dispatch({ type: "back" })}><Kbd>{written("Escape")}</Kbd> {t("key.back")}</button>
      </div>
    </div>
  );
}

/** What is asked about which side, in words. */
export function titled(view: QueryView, stage: Choosing): string {
  if (!view.counter_example) return t("choice.title");
  if (stage.side === "left") return t("choice.left");
  return several(view) ? t("choice.nth", { i: known(view).indexOf(stage.side) + 1 }) : t("choice.right");
}

function beliefsOf(view: QueryView, stage: Choosing): Map<string, number> {
  return new Map(sideOf(view, stage.side)?.beliefs.map((b) => [b.label, b.p]));
}

function Filter({ filter, step, active }: { filter: string; step: string; active: string | undefined }) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus({ preventScroll: true }), [step]);
  return (
    <input ref={input} class="filter" type="text" value={filter} placeholder={t("choice.filter")} aria-label={t("choice.filter")}
      role="combobox" aria-expanded="true" aria-controls="classes" aria-autocomplete="list" aria-activedescendant={active}
      autocomplete="off" autocapitalize="off" spellcheck={false} enterkeyhint="done"
      onInput={(e) => dispatch({ type: "filter", filter: e.currentTarget.value })}
      onKeyDown={(e) => {
        if (choosing(e)) {
          e.preventDefault();
          e.stopPropagation();
        }
      }} />
  );
}

interface OptionsProps {
  labels: string[];
  selected: string | undefined;
  classes: string[];
  beliefs: Map<string, number>;
}

function Options({ labels, selected, classes, beliefs }: OptionsProps) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  if (labels.length === 0) return <p class="faint none">{t("choice.none")}</p>;
  return (
    <ul class="classes" id="classes" role="listbox" tabIndex={0} aria-activedescendant={selected === undefined ? undefined : `class-${labels.indexOf(selected)}`} aria-labelledby="choice-title" ref={list}>
      {labels.map((label, i) => (
        <li key={label} id={`class-${i}`} role="option" aria-selected={label === selected} class="class" title={label} onClick={() => pick(label)}>
          {digitOf(classes, label) !== null && digitOf(classes, label) !== label && <Kbd>{digitOf(classes, label)}</Kbd>}
          <span class="name">{label}</span>
          {(beliefs.get(label) ?? 0) >= 0.005 && <span class="faint">{percent(beliefs.get(label) ?? 0)}</span>}
        </li>
      ))}
    </ul>
  );
}
