// One question at a time: the pair, the sentence, the answers, and what the last answer did.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Rich, sentence, Kbd } from "../app/words";
import { told } from "../app/Rail";
import { run } from "../commands";
import { t } from "../i18n";
import type { Text } from "../i18n";
import { shortcut, written } from "../keys";
import { useMedia, usePrefs } from "../prefs";
import type { State } from "../state/app";
import { current, screen } from "../state/app";
import { several } from "../state/reply";
import { supports, whyOf } from "../state/why";
import { dispatch } from "../store";
import type { QueryView } from "../wire";
import { Actions } from "./Actions";
import { ClassChoice } from "./ClassChoice";
import { CommentBox } from "./CommentBox";
import { MoreMenu } from "./MoreMenu";
import { Pair } from "./Pair";
import { Empty } from "./States";
import { Why } from "./Why";

export function AnswerPage({ state }: { state: State }) {
  const shown = screen(state);
  const view = current(state);
  return (
    <main id="main" class="answer" tabIndex={-1} data-screen={shown}>
      <h1 class="visually-hidden">{t("page.answer")}</h1>
      {shown === "ask" && view ? <Question state={state} view={view} /> : <Empty state={state} screen={shown} />}
      <LastLine state={state} />
    </main>
  );
}

function Question({ state, view }: { state: State; view: QueryView }) {
  const narrow = useMedia("(max-width: 640px)");
  const stacked = narrow && view.example.content.kind !== "image" && view.example.content.kind !== "table";
  const section = useRef<HTMLElement>(null);
  useKeptFocus(section, `${view.query} ${state.stage.name}`);
  useLeaving(state.leaving);
  const over = state.stage.name === "choose" || state.panel === "comment" || state.panel === "more";
  const chosen = state.stage.name === "choose" ? state.stage.side : null;
  return (
    <section class="question" ref={section} tabIndex={-1} aria-label={t("page.answer")} data-query={view.query}
      data-shape={view.counter_example ? "two" : "one"} data-over={over}>
      <div class="scene">
        <Pair key={view.query} view={view} chosen={chosen} stacked={stacked} at={state.at} marks={state.marks} />
        {state.leaving && <div class="leaving" aria-hidden="true" inert><Pair view={state.leaving} chosen={null} stacked={stacked} /></div>}
      </div>
      <div class="lower">
        <p class="sentence"><Asked view={view} stacked={stacked} /></p>
        <Why view={view} why={whyOf(state.why, view)} />
        {state.panel === "comment" && <CommentBox state={state} view={view} />}
        {state.panel === "more" && <MoreMenu view={view} at={state.at} />}
        {state.panel !== "comment" && state.panel !== "more" && (state.stage.name === "choose"
          ? <ClassChoice state={state} view={view} stage={state.stage} />
          : <Actions state={state} view={view} stacked={stacked} />)}
      </div>
    </section>
  );
}

/** When the focused control went away with the last pair, focus stays in the question. */
function useKeptFocus(section: { current: HTMLElement | null }, what: string): void {
  useEffect(() => {
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [what]);
}

function useLeaving(leaving: QueryView | null): void {
  useLayoutEffect(() => {
    if (!leaving) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setTimeout(() => dispatch({ type: "left" }), still ? 0 : 120);
    return () => clearTimeout(timer);
  }, [leaving]);
}

function Asked({ view, stacked }: { view: QueryView; stacked: boolean }) {
  const given = <b class="given">{view.example.given_label ?? t("side.none")}</b>;
  const machine = <b class="machine">{view.example.predicted_label ?? t("side.noopinion")}</b>;
  if (view.follow_up) return <Followed view={view} stacked={stacked} />;
  return <Rich text={asked(view, stacked)} parts={{ given, machine }} />;
}

/** Why the next known example is asked about, and how far down the chain this is. */
function Followed({ view, stacked }: { view: QueryView; stacked: boolean }) {
  const { follow_up: follows, example, counter_example: counter } = view;
  const text: Text = example.given_label === null ? "ask.followup.bad" : "ask.followup";
  const parts = { was: <b>{follows?.was}</b>, now: <b>{example.given_label}</b>, next: <b>{counter?.given_label}</b> };
  return (
    <>
      <span class="depth">{t("ask.depth", { n: (follows?.depth ?? 2) - 1 })}</span>
      <Rich text={stacked ? `${text}.stacked` : text} parts={parts} />
    </>
  );
}

function asked(view: QueryView, stacked: boolean): Text {
  if (view.kind === "audit") return "ask.audit";
  if (view.kind === "dispute") return "ask.dispute";
  if (view.kind === "unlabelled") return view.example.predicted_label === null ? "ask.unlabelled.plain" : "ask.unlabelled";
  if (!view.counter_example) return "ask.alone";
  if (several(view)) return "ask.several";
  if (!supports(view)) return stacked ? "ask.unsupported.stacked" : "ask.unsupported";
  return stacked ? "ask.suspicious.stacked" : "ask.suspicious";
}

/** What the last answer did, and the way back: always in the same place. */
function LastLine({ state }: { state: State }) {
  const { keys } = usePrefs();
  const [last] = state.history;
  const what = `${t("key.undo")}: ${last ? told(last) : t("did.nothing")}`;
  return (
    <div class="lastline" data-tone={state.line?.tone ?? "plain"}>
      <p>{state.line && sentence(state.line.phrases)}</p>
      <button type="button" class="quiet" disabled={!last} title={what} aria-label={what} aria-keyshortcuts={shortcut(keys.undo)}
        onClick={() => run("undo")}>
        <Kbd>{written(keys.undo)}</Kbd> {t("key.undo")}
      </button>
    </div>
  );
}
