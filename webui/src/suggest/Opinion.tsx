// What is known about one example beyond the suggestion: beliefs, and what was said about its
// label. Read only once the cursor rests on it.

import { useEffect, useState } from "preact/hooks";
import { Bar } from "../content/Bar";
import { useGot } from "../get";
import { date, percent, t } from "../i18n";
import type { DetailView, WordView } from "../wire";
import { labelled } from "./words";

const REST = 120;

export function Opinion({ id }: { id: string }) {
  const rested = useRest(id);
  return (
    <div class="known">{rested === id ? <Read key={id} id={id} /> : <Bones />}</div>
  );
}

function useRest(id: string): string | null {
  const [rested, rest] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => rest(id), REST);
    return () => clearTimeout(timer);
  }, [id]);
  return rested;
}

function Read({ id }: { id: string }) {
  const [got, again] = useGot<DetailView>(`/curate/items/${encodeURIComponent(id)}`);
  if (got.at === "loading") return <Bones />;
  if (got.at === "failed") return <p class="faint">{t("sug.detail.failed")} <button type="button" class="quiet" onClick={again}>{t("studies.again")}</button></p>;
  return <><Beliefs detail={got.data} /><History words={got.data.history} /></>;
}

function Beliefs({ detail }: { detail: DetailView }) {
  return (
    <section class="beliefs"><h3>{t("sug.beliefs")}</h3>
      <ul>{detail.beliefs.slice(0, 4).map((belief) => (
        <li key={belief.label}><span class="lab" title={belief.label}>{belief.label}</span><Bar share={belief.p} /><span class="share">{percent(belief.p)}</span></li>
      ))}</ul>
    </section>
  );
}

function History({ words }: { words: WordView[] }) {
  return (
    <section class="history"><h3>{t("sug.history")}</h3>
      {words.length === 0 ? <p class="faint">{t("sug.history.none")}</p> : (
        <ol>{words.map((word, at) => (
          <li key={at} data-retracted={word.retracted}>
            <span>{t(word.label === null ? "sug.history.word" : "sug.history.label", { who: word.who ?? t("sug.history.machine"), action: word.action, label: labelled(word.label) })}</span>
            <time class="faint" dateTime={new Date(word.at * 1000).toISOString()}>{date(new Date(word.at * 1000).toISOString())}</time>
            {word.retracted && <span class="faint">{t("sug.history.retracted")}</span>}
            {word.note && <span class="faint">{word.note}</span>}
          </li>
        ))}</ol>
      )}
    </section>
  );
}

function Bones() {
  return <div class="opinion-bones" aria-hidden="true"><i /><i /></div>;
}
