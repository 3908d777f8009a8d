// The answers as buttons: what each says, and its key on it.

import { Kbd } from "../app/words";
import { run } from "../commands";
import { t } from "../i18n";
import type { Text, Values } from "../i18n";
import type { Command } from "../keys";
import { shortcut, written } from "../keys";
import { usePrefs } from "../prefs";
import type { State } from "../state/app";
import { several } from "../state/reply";
import type { QueryView } from "../wire";

interface Props {
  state: State;
  view: QueryView;
  stacked: boolean;
}

const SMALL: readonly Command[] = ["unsure", "skip", "flag", "comment", "more"];

export function Actions({ state, view, stacked }: Props) {
  const written = Boolean(state.comments[view.query]?.trim());
  const noted = Object.keys(state.marks).length > 0;
  return (
    <div class="actions">
      <div class="main-answers" data-count={mainAnswers(view).length}>
        {mainAnswers(view).map((command) => (
          <Answer key={command} command={command} text={words(command, view, stacked, noted)} main
            values={{ machine: view.example.predicted_label ?? "", i: state.at + 1 }} />
        ))}
      </div>
      <div class="small-answers">
        {SMALL.map((command) => (
          <Answer key={command} command={command} text={words(command, view, stacked, noted)} marked={command === "comment" && written} />
        ))}
      </div>
    </div>
  );
}

function mainAnswers(view: QueryView): Command[] {
  if (view.follow_up) return ["keep", "right"];
  if (several(view)) return ["left", "keep", "right"];
  if (view.counter_example) return ["left", "keep", "both", "right"];
  if (view.kind === "unlabelled" && view.example.predicted_label === null) return ["left"];
  return ["left", "keep"];
}

function words(command: Command, view: QueryView, stacked: boolean, noted: boolean): Text {
  const pair = paired(view, stacked, noted);
  const lone: Partial<Record<Command, Text>> = view.kind === "unlabelled"
    ? { left: "key.unlabelled.left", keep: "key.unlabelled.keep" }
    : { left: "key.single.left", keep: "key.single.keep" };
  const special = view.counter_example ? pair : lone;
  return special[command] ?? (`key.${command}` as Text);
}

function paired(view: QueryView, stacked: boolean, noted: boolean): Partial<Record<Command, Text>> {
  if (view.follow_up) return { keep: "key.stands", right: "key.too" };
  const left: Partial<Record<Command, Text>> = stacked ? { left: "key.upper", right: "key.lower" } : {};
  return several(view) ? { ...left, keep: noted ? "key.rest" : "key.all", right: "key.nth" } : left;
}

interface AnswerProps {
  command: Command;
  text: Text;
  values?: Values;
  main?: boolean;
  marked?: boolean;
}

function Answer({ command, text, values = {}, main = false, marked = false }: AnswerProps) {
  const { keys } = usePrefs();
  const click = (event: MouseEvent) => {
    if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
    run(command);
  };
  return (
    <button type="button" class={main ? "answer-button" : "answer-small"} data-command={command} data-marked={marked}
      aria-keyshortcuts={shortcut(keys[command])} onClick={click}>
      <Kbd>{written(keys[command])}</Kbd><span>{t(text, values)}{marked && " ●"}</span>
    </button>
  );
}
