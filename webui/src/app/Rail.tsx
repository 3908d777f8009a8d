// The side rail: own answers, curves, queue, people. A sheet on narrow screens.

import type { ComponentChildren } from "preact";
import { LineChart } from "../charts/LineChart";
import { number, t } from "../i18n";
import type { Text } from "../i18n";
import type { State } from "../state/app";
import type { Past } from "../state/outbox";
import type { Phrase } from "../state/reply";
import type { Person, Stats } from "../wire";
import { sentence } from "./words";

export function Rail({ state, phone }: { state: State; phone: boolean }) {
  if (!phone) return <aside id="rail" class="rail" tabIndex={0} aria-label={t("rail.title")}><Contents state={state} /></aside>;
  return (
    <dialog id="rail" class="rail" aria-label={t("rail.title")} onClick={closeOutside}>
      <form method="dialog"><h2>{t("rail.title")}</h2><button class="quiet">{t("help.close")}</button></form>
      <Contents state={state} />
    </dialog>
  );
}

function closeOutside(event: MouseEvent): void {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
}

function Contents({ state }: { state: State }) {
  const stats = state.server.stats;
  return (
    <>
      <Own state={state} />
      {state.server.hello?.truth_known && <Curves stats={stats} />}
      {stats && <Counts stats={stats} />}
      <People people={stats?.people ?? []} />
    </>
  );
}

function Own({ state }: { state: State }) {
  const today = new Date().toLocaleDateString("sv");
  const count = state.today.day === today ? state.today.count : 0;
  return (
    <Part title="rail.today">
      <p class="big">{number(count)}</p>
      {state.history.length > 0 && (
        <ol class="recent" aria-label={t("rail.recent")}>{state.history.slice(0, 4).map((p) => <li key={p.key}>{told(p)}</li>)}</ol>
      )}
    </Part>
  );
}

/** An answer of the history in the present language. */
export function told(past: Past): string {
  try {
    return sentence(JSON.parse(past.what) as Phrase[]);
  } catch {
    return past.query;
  }
}

function Curves({ stats }: { stats: Stats | null }) {
  const curve = stats?.curve ?? [];
  return (
    <>
      <Part title="rail.mislabelled">
        <LineChart title={t("rail.mislabelled")} from={0} floor={0.05}
          points={curve.map((p) => ({ x: p.received, live: p.mislabelled ?? null, never: p.never_mislabelled ?? null }))} />
      </Part>
      <Part title="rail.f1">
        <LineChart title={t("rail.f1")} to={1} floor={0.1}
          points={curve.map((p) => ({ x: p.received, live: p.f1 ?? null, never: p.never_f1 ?? null }))} />
      </Part>
    </>
  );
}

function Counts({ stats }: { stats: Stats }) {
  const rows: Array<[Text, number]> = [
    ["rail.queue", stats.waiting],
    ["rail.fixed", stats.fixed_examples + stats.fixed_counter_examples],
    ["rail.received", stats.received],
  ];
  if (stats.undecided > 0) rows.push(["rail.undecided", stats.undecided]);
  return (
    <Part title="rail.counts">
      <dl class="counts">{rows.map(([label, n]) => (
        <div key={label}><dt>{t(label)}</dt><dd>{number(n)}</dd></div>
      ))}</dl>
    </Part>
  );
}

function People({ people }: { people: Person[] }) {
  const sorted = [...people].sort((a, b) => Number(b.online) - Number(a.online) || b.replies - a.replies);
  return (
    <Part title="rail.people">
      {sorted.length === 0 ? <p class="faint">{t("rail.nobody")}</p> : (
        <ul class="people">{sorted.slice(0, 12).map((p) => <PersonRow key={p.name} person={p} />)}</ul>
      )}
    </Part>
  );
}

function PersonRow({ person }: { person: Person }) {
  const state = t(person.online ? "rail.online" : "rail.away");
  const label = t("rail.person", { name: person.name, n: person.replies, state });
  return (
    <li>
      <span class="visually-hidden">{label}</span>
      <span aria-hidden="true" class={person.online ? "dot live" : "dot"}><span class="name">{person.name}</span></span>
      <span aria-hidden="true">{number(person.replies)}</span>
    </li>
  );
}

function Part({ title, children }: { title: Text; children: ComponentChildren }) {
  return <section class="part"><h2>{t(title)}</h2>{children}</section>;
}
