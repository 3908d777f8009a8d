// Curators' pages: which one, and what stands there until its code has come.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Missing } from "../app/Missing";
import type { PageProps } from "../app/pages";
import { t } from "../i18n";
import type { CuratePart, PartProps } from "./parts";
import { PARTS } from "./parts";

export function CuratePage({ state, rest }: PageProps) {
  const part = PARTS.find((each) => each.at === (rest[0] ?? PARTS[0]?.at));
  if (!part) return <Missing />;
  return (
    <main id="main" class="curate" tabIndex={-1}>
      <Loaded key={part.at} part={part} state={state} rest={rest.slice(1)} />
    </main>
  );
}

const loaded = new Map<string, ComponentType<PartProps>>();

function Loaded({ part, state, rest }: { part: CuratePart } & PartProps) {
  const [View, show] = useState(() => loaded.get(part.at) ?? null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    if (View || failed) return;
    part.load().then((view) => {
      loaded.set(part.at, view);
      show(() => view);
    }, () => fail(true));
  }, [View, failed]);
  if (View) return <View state={state} rest={rest} />;
  return failed ? <Failed label={t(part.label)} again={() => fail(false)} /> : <Waiting label={t(part.label)} />;
}

function Waiting({ label }: { label: string }) {
  return (
    <div class="skeleton" aria-busy="true">
      <h1 class="visually-hidden">{label}</h1>
      <span class="visually-hidden" role="status">{t("curate.loading")}</span>
    </div>
  );
}

function Failed({ label, again }: { label: string; again: () => void }) {
  return (
    <div class="empty" role="alert"><div>
      <h1 class="visually-hidden">{label}</h1>
      <h2>{t("curate.failed.title")}</h2>
      <p>{t("curate.failed.text")}</p>
      <button type="button" class="primary" onClick={again}>{t("studies.again")}</button>
    </div></div>
  );
}
