// All studies, newest first: what was asked, when, and how many claims hold.

import { Link } from "../app/Link";
import { useGot } from "../get";
import { t } from "../i18n";
import type { StudiesView, StudyBrief } from "../wire";
import { Bones, Failed, Late } from "./states";
import { Partial, Tally, Time } from "./words";

const SOON = 10_000;

export function StudyList() {
  const [got, again] = useGot<StudiesView>("/studies", growing);
  return (
    <>
      <h1>{t("page.studies")}</h1>
      {got.at === "loading" && <Bones kind="list" />}
      {got.at === "failed" && <Failed status={got.status} error={got.error} again={again} />}
      {got.at === "ready" && got.late && <Late again={again} />}
      {got.at === "ready" && (got.data.studies.length === 0 ? <None /> : (
        <ul class="study-list">{got.data.studies.map((brief) => (
          <li key={brief.name}>{brief.error === null ? <Brief brief={brief} /> : <Unreadable brief={brief} />}</li>
        ))}</ul>
      ))}
    </>
  );
}

/** Looked at again by itself while something may still come. */
function growing(data: StudiesView): number | null {
  return data.studies.length === 0 || data.studies.some((brief) => !brief.finished) ? SOON : null;
}

function Brief({ brief }: { brief: StudyBrief }) {
  return (
    <article class="brief">
      <h2><Link to={`/studies/${encodeURIComponent(brief.name)}`}>{brief.title || brief.name}</Link></h2>
      {brief.question && <p class="question-asked">{brief.question}</p>}
      <p class="meta">
        <span class="id">{brief.name}</span>
        <Time iso={brief.made} />
        {!brief.finished && <Partial />}
        <Tally holds={brief.holds} fails={brief.fails} undecided={brief.undecided} />
      </p>
    </article>
  );
}

function Unreadable({ brief }: { brief: StudyBrief }) {
  return (
    <article class="brief broken">
      <h2><span class="id">{brief.name}</span> {t("studies.unreadable")}</h2>
      <p class="question-asked">{brief.error}</p>
    </article>
  );
}

function None() {
  return (
    <div class="empty"><div>
      <h2>{t("studies.none.title")}</h2>
      <p>{t("studies.none.text")}</p>
      <pre><code>cincer experiment q1 --out cincer-studies/q1</code></pre>
      <p class="faint">{t("studies.none.where")}</p>
    </div></div>
  );
}
