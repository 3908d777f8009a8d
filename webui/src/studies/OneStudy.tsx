// One study: its verdicts, figures, tables, records, and, folded, its settings.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Link } from "../app/Link";
import { useGot } from "../get";
import { bytes, t } from "../i18n";
import type { Text } from "../i18n";
import type { StudyView } from "../wire";
import { Figures, fileOf } from "./Figures";
import { Settings } from "./Settings";
import { Grid } from "./Grid";
import { Verdicts } from "./Verdicts";
import { Bones, Failed, Late } from "./states";
import { Partial, Time } from "./words";

const SOON = 10_000;

export function OneStudy({ name }: { name: string }) {
  const [got, again] = useGot<StudyView>(`/studies/${encodeURIComponent(name)}`, (data) => (data.finished ? null : SOON));
  return (
    <>
      <nav class="crumbs" aria-label={t("studies.crumbs")}><Link to="/studies">{t("page.studies")}</Link> <span aria-hidden="true">/</span> <span class="id" aria-current="page">{name}</span></nav>
      {got.at === "loading" && <><h1 class="visually-hidden">{name}</h1><Bones kind="study" /></>}
      {got.at === "failed" && <><h1>{name}</h1><Failed status={got.status} error={got.error} again={again} /></>}
      {got.at === "ready" && got.late && <Late again={again} />}
      {got.at === "ready" && <Found study={got.data} />}
    </>
  );
}

function Found({ study }: { study: StudyView }) {
  useEffect(() => {
    document.title = `${study.title || study.name} · cincer`;
  }, [study.title, study.name]);
  return (
    <>
      <header class="study-head">
        <h1>{study.title || study.name}</h1>
        {study.question && <p class="question-asked">{study.question}</p>}
        <p class="meta"><Time iso={study.made} />{!study.finished && <Partial />}</p>
      </header>
      {!study.finished && <p class="notice">{t("studies.partial.text")}</p>}
      {study.verdicts.length > 0 && <Part title="studies.verdicts"><Verdicts verdicts={study.verdicts} /></Part>}
      {study.figures.length > 0 && <Part title="studies.figures"><Figures study={study} /></Part>}
      {study.tables.length > 0 && (
        <Part title="studies.tables">{study.tables.map((table, at) => (
          <section class="table-part" key={at}><h3>{table.title}</h3><Grid title={table.title} columns={table.columns} rows={table.rows} /></section>
        ))}</Part>
      )}
      {study.data.length > 0 && (
        <Part title="studies.data"><ul class="files">{study.data.map((file) => (
          <li key={file.name}><a href={fileOf(study, file.name)} download={file.name}>{file.name}</a> <span class="faint">{bytes(file.bytes)}</span></li>
        ))}</ul></Part>
      )}
      <Settings settings={study.settings} />
    </>
  );
}

function Part({ title, children }: { title: Text; children: ComponentChildren }) {
  return <section class="study-part"><h2>{t(title)}</h2>{children}</section>;
}
