// Figures at a width one can read, on paper in either theme, since their ink is dark.

import { useState } from "preact/hooks";
import { API } from "../get";
import { t } from "../i18n";
import type { StudyFigure, StudyView } from "../wire";

/** The address of a study's file; it changes when the study was written anew. */
export function fileOf(study: StudyView, file: string): string {
  return `${API}/studies/${encodeURIComponent(study.name)}/files/${encodeURIComponent(file)}?made=${encodeURIComponent(study.made)}`;
}

export function Figures({ study }: { study: StudyView }) {
  return <>{study.figures.map((figure, at) => <Figure key={`${at} ${study.made}`} study={study} figure={figure} />)}</>;
}

function Figure({ study, figure }: { study: StudyView; figure: StudyFigure }) {
  const shown = figure.svg ?? figure.png;
  return (
    <figure class="figure">
      <h3>{figure.title}</h3>
      {shown === null ? <p class="paper absent">{t("figure.none")}</p> : <Paper src={fileOf(study, shown)} title={figure.title} />}
      <figcaption>
        <p>{figure.caption}</p>
        <p class="downloads">{(["svg", "png"] as const).map((kind) => {
          const file = figure[kind];
          return file !== null && (
            <a key={kind} href={fileOf(study, file)} download={file} aria-label={t("figure.save", { title: figure.title, kind: kind.toUpperCase() })}><Down />{kind.toUpperCase()}</a>
          );
        })}</p>
      </figcaption>
    </figure>
  );
}

export function Down() {
  return <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 1v7M2.5 5 6 8.5 9.5 5M1.5 11h9" /></svg>;
}

function Paper({ src, title }: { src: string; title: string }) {
  const [state, set] = useState<"loading" | "there" | "broken">("loading");
  if (state === "broken") return <p class="paper absent">{t("figure.broken")}</p>;
  return (
    <a class="paper" href={src} target="_blank" rel="noopener" aria-label={t("figure.open", { title })} data-state={state}>
      <img src={src} alt={title} onLoad={() => set("there")} onError={() => set("broken")} />
    </a>
  );
}
