// The answers as buttons: what each says, and its key on it.

import { Kbd } from "../app/words";
import { run } from "../commands";
import { t } from "../i18n";
import type { Text } from "../i18n";
import type { Command } from "../keys";
import { shortcut, written } from "../keys";
import { usePrefs } from "../prefs";
import type { State } from "../state/app";
import type { QueryView } from "../wire";

interface Props {
  state: State;
  view: QueryView;
  stacked: boolean;
}

const SMALL: readonly Command[] = ["unsure", "skip", "flag", "comment", "more"];

export function Actions({ state, view, stacked }: Props) {
  const written = Boolean(state.comments[view.query]?.trim());
  return (
    <div class="actions">
      <div class="main-answers" data-count={mainAnswers(view).length}>
        {mainAnswers(view).map((command) => (
          <Answer key={command} command={command} text={words(command, view, stacked)} main
            values={{ machine: view.example.predicted_label ?? "" }} />
        ))}
      </div>
      <div class="small-answers">
        {SMALL.map((command) => (
          <Answer key={command} command={command} text={words(command, view, stacked)} marked={command === "comment" && written} />
        ))}
      </div>
    </div>
  );
}

function mainAnswers(view: QueryView): Command[] {
  if (view.counter_example) return ["left", "keep", "both", "right"];
  if (view.kind === "unlabelled" && view.example.predicted_label === null) return ["left"];
  return ["left", "keep"];
}

function words(command: Command, view: QueryView, stacked: boolean): Text {
  const pair: Partial<Record<Command, Text>> = stacked ? { left: "key.upper", right: "key.lower" } : {};
  const lone: Partial<Record<Command, Text>> = view.kind === "unlabelled"
    ? { left: "key.unlabelled.left", keep: "key.unlabelled.keep" }
    : { left: "key.single.left", keep: "key.single.keep" };
  const special = view.counter_example ? pair : lone;
  return special[command] ?? (`key.${command}` as Text);
}

interface AnswerProps {
  command: Command;
  text: Text;
  values?: Record<string, string>;
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
