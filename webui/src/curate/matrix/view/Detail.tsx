// Everything about one example: large, what the machine believes, how its label came about, what
// lies near it, what speaks against it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Bar } from "../../../content/Bar";
import { SideContent, SingleTable } from "../../../content/Content";
import { date, number, percent, t } from "../../../i18n";
import type { Text } from "../../../i18n";
import type { DetailView, ItemView, Neighbour, SideView, WordView } from "../../../wire";
import { get } from "../api";
import { itemOf, put } from "../contents";
import { begin } from "../doing";
import type { Read } from "../pure/state";
import { Small } from "./Small";

const PAUSE = 60;

/** Asked for a moment after the focus came to rest; what is known of the item stands there at once. */
function useDetail(id: string, version: number): Read<DetailView> {
  const [read, set] = useState<Read<DetailView> & { id: string }>({ id: "", data: null, busy: true, failed: null });
  useEffect(() => {
    let over = false;
    const timer = setTimeout(async () => {
      const answer = await get<DetailView>(`/curate/items/${encodeURIComponent(id)}`);
      if (over) return;
      if (answer.ok) put([answer.item]);
      set({ id, data: answer.ok ? answer : null, busy: false, failed: answer.ok ? null : answer });
    }, PAUSE);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id, version]);
  return read.id === id ? read : { data: null, busy: true, failed: null };
}

interface Props {
  id: string;
  /** Counts events: after one, it may read otherwise. */
  version: number;
  may: boolean;
}

export function Detail({ id, version, may }: Props) {
  const { data, busy, failed } = useDetail(id, version);
  const item = data?.item ?? itemOf(id);
  return (
    <section class="detail" aria-label={t("m.detail.label", { id })} aria-busy={busy}>
      <div class="detail-content content" data-kind={item?.content.kind} {...(item?.content.kind === "table" ? { tabIndex: 0, role: "group", "aria-label": id } : {})}>{item ? <Large item={item} /> : <div class="bone" />}</div>
      <p class="detail-id"><span class="id">{id}</span>{item && <span class="split">{item.split}</span>}{item && <span class="faint">{statusOf(item.status)}</span>}</p>
      {failed && !data && <p class="faint">{t("m.detail.failed")}</p>}
      {data && <Found data={data} may={may} />}
    </section>
  );
}

function statusOf(status: string): string {
  const names: Record<string, Text> = { known: "m.status.known", waiting: "m.status.waiting", resolved: "m.status.resolved", removed: "m.status.removed", reopen: "m.status.reopen", open: "m.status.open" };
  const name = names[status];
  return name ? t(name) : status;
}

function Large({ item }: { item: ItemView }) {
  const view: SideView = { id: item.id, content: item.content, given_label: item.given_label, predicted_label: item.predicted_label, beliefs: [] };
  return item.content.kind === "table" ? <SingleTable side={view} /> : <SideContent view={view} other={null} />;
}

function Found({ data, may }: { data: DetailView; may: boolean }) {
  const { item } = data;
  const settled = item.status === "resolved" || item.status === "removed";
  return (
    <>
      <Beliefs data={data} />
      {may && settled && <button type="button" class="verb" onClick={() => begin({ verb: "reopen", ids: [item.id] })}>{t("m.verb.reopen")}</button>}
      <Part title="m.detail.measures">
        <dl class="measures">
          {([["m.sort.iies", item.iies], ["m.sort.margin", item.margin], ["m.sort.gain", data.gain], ["m.sort.trust", data.trust]] as Array<[Text, number | null]>)
            .filter(([, value]) => value !== null).map(([label, value]) => <div key={label}><dt>{t(label)}</dt><dd>{number(value ?? 0, label === "m.sort.gain" ? 4 : 2)}</dd></div>)}
        </dl>
      </Part>
      {data.counter_example && <Part title="m.detail.counter"><ul class="near counter"><Near near={data.counter_example} /></ul></Part>}
      {data.nearest.length > 0 && <Part title="m.detail.nearest"><ul class="near">{data.nearest.map((near) => <Near key={near.id} near={near} />)}</ul></Part>}
      <Part title="m.detail.history"><History data={data} /></Part>
    </>
  );
}

const SHOWN = 10;

function Beliefs({ data }: { data: DetailView }) {
  return (
    <Part title="m.detail.beliefs">
      <ol class="beliefs">{data.beliefs.slice(0, SHOWN).map((belief) => {
        const given = belief.label === data.item.label;
        return (
          <li key={belief.label} data-given={given}>
            <span class="name" title={belief.label}>{belief.label}{given && <span class="faint"> {t("m.detail.given")}</span>}</span>
            <Bar share={belief.p} /><span class="p">{percent(belief.p, belief.p < 0.1 ? 1 : 0)}</span>
          </li>
        );
      })}</ol>
    </Part>
  );
}

function Near({ near }: { near: Neighbour }) {
  const agrees = near.label === near.predicted_label || near.predicted_label === null;
  return (
    <li title={near.id}>
      <Small id={near.id} content={near.content} />
      <span><b>{near.label ?? "–"}</b>{!agrees && <span class="faint"> → {near.predicted_label}</span>}</span>
      {near.similarity !== null && <span class="faint">{number(near.similarity, 2)}</span>}
    </li>
  );
}

function History({ data }: { data: DetailView }) {
  return (
    <ol class="history">
      {data.observed !== null && <li><b>{data.observed}</b> <span class="faint">{t("m.detail.observed")}</span></li>}
      {data.machine !== null && <li><b>{data.machine}</b> <span class="faint">{t("m.detail.machine")}</span></li>}
      {data.history.map((word, at) => <Word key={at} word={word} />)}
    </ol>
  );
}

function Word({ word }: { word: WordView }) {
  return (
    <li data-retracted={word.retracted}>
      {word.label !== null && <b>{word.label} </b>}<span>{actionOf(word.action)}</span>
      <span class="faint"> {word.who ?? t("m.detail.nobody")}, {date(new Date(1000 * word.at).toISOString())}{word.retracted && `, ${t("m.detail.retracted")}`}</span>
      {word.note && <span class="note">{word.note}</span>}
    </li>
  );
}

function actionOf(action: string): string {
  const names: Record<string, Text> = {
    confirm: "m.word.confirm", keep: "m.word.confirm", relabel: "m.word.relabel", remove: "m.word.remove", duplicate: "m.word.duplicate",
    reopen: "m.word.reopen", good: "m.word.good", bad: "m.word.bad", unsure: "m.word.unsure",
  };
  const name = names[action];
  return name ? t(name) : action;
}

function Part({ title, children }: { title: Text; children: ComponentChildren }) {
  return <div class="detail-part"><h3>{t(title)}</h3>{children}</div>;
}
