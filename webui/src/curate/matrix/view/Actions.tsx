// What can be done with the selection, at its edge: the verbs with their keys, the choice of a
// class in place, what a batch would lead to.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Kbd } from "../../../app/words";
import { number, t } from "../../../i18n";
import { shortcut, written } from "../../../keys";
import type { MatrixCommand } from "../../../keys";
import { usePrefs } from "../../../prefs";
import { digitOf, typed } from "../../../state/choice";
import { choose, keep, offeredClasses, run, staged } from "../commands";
import { go, targets } from "../doing";
import { itemOf } from "../contents";
import type { Board, Planned } from "../pure/state";
import { LOOK } from "../pure/state";
import { send } from "../store";
import { Small } from "./Small";

/** Nothing where nothing is selected or somebody may only look. */
export function Actions({ board, may }: { board: Board; may: boolean }) {
  const ids = targets(board);
  if (!may || board.stage.name === "review" || (ids.length === 0 && board.stage.name === "look")) return null;
  const { stage } = board;
  return (
    <div class="actions-float" role="group" aria-label={t("m.actions.label")} onPointerDown={(event) => event.stopPropagation()}>
      {stage.name === "look" && <Verbs board={board} count={ids.length} />}
      {stage.name === "choose" && <Choice board={board} />}
      {stage.name === "keep" && <Keep board={board} ids={stage.ids} />}
      {stage.name === "plan" && <Plan plan={stage.plan} />}
    </div>
  );
}

const MORE: readonly MatrixCommand[] = ["m.remove", "m.duplicate", "m.good", "m.bad"];

function Verbs({ board, count }: { board: Board; count: number }) {
  const { place } = board;
  return (
    <>
      <p class="float-count"><b>{number(count)}</b> {t(board.picked.size > 0 ? "m.selected" : "m.focused", { n: count })}</p>
      <div class="verbs">
        <Verb command="m.confirm" text={t("m.verb.confirm", { given: place?.given ?? "" })} />
        <Verb command="m.machine" text={t("m.verb.machine", { predicted: place?.predicted ?? "" })} strong />
        <Verb command="m.relabel" text={t("m.verb.relabel")} />
        {MORE.map((command) => <Verb key={command} command={command} text={t(`m.verb.${command.slice(2) as "remove"}`)} />)}
      </div>
    </>
  );
}

function Verb({ command, text, strong = false }: { command: MatrixCommand; text: string; strong?: boolean }) {
  const { keys } = usePrefs();
  return (
    <button type="button" class={strong ? "verb strong" : "verb"} data-command={command} aria-keyshortcuts={shortcut(keys[command])} onClick={() => run(command, true)}>
      <Kbd>{written(keys[command])}</Kbd><span>{text}</span>
    </button>
  );
}

function Choice({ board }: { board: Board }) {
  const classes = board.matrix.data?.classes ?? [];
  const { labels, selected } = offeredClasses(board);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => (input.current ?? list.current)?.focus({ preventScroll: true }), []);
  useLayoutEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [selected]);
  if (board.stage.name !== "choose") return null;
  const { stage } = board;
  const active = selected === undefined ? undefined : `m-class-${classes.indexOf(selected)}`;
  const wide = Math.max(0, ...classes.map((name) => name.length)) > 3;
  return (
    <div class="float-choice" data-wide={wide}>
      <p id="m-choice">{t("m.choice.title", { n: stage.ids.length })}</p>
      {typed(classes) && <input ref={input} type="text" class="filter" value={stage.filter} placeholder={t("choice.filter")} aria-label={t("choice.filter")}
        role="combobox" aria-expanded="true" aria-controls="m-classes" aria-autocomplete="list" aria-activedescendant={active} autocomplete="off" spellcheck={false}
        onInput={(e) => send({ type: "stage", stage: { ...stage, filter: e.currentTarget.value, selected: 0 } })}
        onKeyDown={(e) => {
          if (!staged(e, true)) return;
          e.preventDefault();
          e.stopPropagation();
        }} />}
      {labels.length === 0 && <p class="faint">{t("choice.none")}</p>}
      <ul id="m-classes" role="listbox" aria-labelledby="m-choice" tabIndex={0} ref={list} aria-activedescendant={active}>
        {labels.map((label) => (
          <li key={label} id={`m-class-${classes.indexOf(label)}`} role="option" aria-selected={label === selected} title={label} onClick={() => choose(label)}>
            {digitOf(classes, label) !== null && digitOf(classes, label) !== label && <Kbd>{digitOf(classes, label)}</Kbd>}
            <span class="name">{label}</span>
          </li>
        ))}
      </ul>
      <Back enter={t("key.confirm")} onEnter={() => selected !== undefined && choose(selected)} />
    </div>
  );
}

/** Which of the copies stays: one of those selected, or the one in focus. */
function Keep({ board, ids }: { board: Board; ids: string[] }) {
  const kept = board.focus !== null && (ids.length > 1 || !ids.includes(board.focus)) ? board.focus : null;
  return (
    <div class="float-plan">
      <p>{t(ids.length > 1 ? "m.keep.one" : "m.keep.other")}</p>
      {ids.length > 1 && ids.length <= 8 && (
        <div class="keep-choice">{ids.map((id) => (
          <button type="button" key={id} class="verb" aria-label={t("m.keep.this", { id })} onClick={() => keep(id)}><Small id={id} content={itemOf(id)?.content} /></button>
        ))}</div>
      )}
      <Back enter={kept === null ? null : t("m.keep.this", { id: kept })} onEnter={() => kept !== null && keep(kept)} />
    </div>
  );
}

function Plan({ plan }: { plan: Planned }) {
  const { data, busy, failed } = plan.forecast;
  const n = plan.ids.length;
  return (
    <div class="float-plan" role="status">
      <p class="plan-what">{t(`m.plan.${plan.verb}`, { n, label: plan.label ?? "", of: plan.of ?? "" })}</p>
      {busy && <p class="faint">{t("m.plan.busy")}</p>}
      {failed && <p class="faint">{t("m.plan.failed")}</p>}
      {data && <p class="plan-effect">{t("m.plan.open", { before: data.open_before, after: data.open_after })}{!data.exact && <span class="faint"> {t("m.plan.step")}</span>}</p>}
      {data && data.cells.length > 1 && (
        <ul class="plan-cells">{data.cells.slice(0, 4).map((cell) => (
          <li key={`${cell.given_label}/${cell.predicted_label}`}>{cell.given_label} → {cell.predicted_label}<span class="faint"> {number(cell.before)} → {number(cell.after)}</span></li>
        ))}</ul>
      )}
      <Back enter={t("m.plan.send")} onEnter={go} strong />
    </div>
  );
}

function Back({ enter, onEnter, strong = false }: { enter: string | null; onEnter: () => void; strong?: boolean }) {
  return (
    <div class="float-foot">
      {enter !== null && <button type="button" class={strong ? "verb strong" : "verb"} onClick={onEnter}><Kbd>{written("Enter")}</Kbd><span>{enter}</span></button>}
      <button type="button" class="quiet" onClick={() => send({ type: "stage", stage: LOOK })}><Kbd>{written("Escape")}</Kbd> {t("key.back")}</button>
    </div>
  );
}
