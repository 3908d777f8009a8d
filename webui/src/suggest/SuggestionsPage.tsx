// The suggestions and the weights: what the machine proposes, and what each example counts.

import { Link } from "../app/Link";
import { Missing } from "../app/Missing";
import type { PageProps } from "../app/pages";
import { useRoles } from "../app/pages";
import { Kbd } from "../app/words";
import { t } from "../i18n";
import { written } from "../keys";
import { usePrefs } from "../prefs";
import { useTabKey } from "./keyboard";
import { Mailbox } from "./Mailbox";
import { useWeightsPush } from "./live";
import { Weights } from "./Weights";

const ACTING = ["curator"];

/** `rest`: the parts of the address below /curate/suggestions. */
export function SuggestionsPage({ state, rest }: PageProps) {
  const [tab, id, ...more] = rest;
  const roles = useRoles(state);
  const push = useWeightsPush();
  useTabKey();
  const may = roles?.some((role) => ACTING.includes(role)) ?? false;
  if ((tab !== undefined && tab !== "weights") || more.length > 0) return <Missing />;
  return (
    <main id="main" class="suggest" tabIndex={-1} data-tab={tab ?? "inbox"}>
      <header class="suggest-head">
        <h1>{t(tab === "weights" ? "wgt.title" : "page.suggestions")}</h1>
        <Tabs weights={tab === "weights"} />
      </header>
      {tab === "weights" ? <Weights id={id ?? null} may={may} push={push} /> : <Mailbox state={state} may={may} />}
    </main>
  );
}

function Tabs({ weights }: { weights: boolean }) {
  const { keys } = usePrefs();
  return (
    <nav class="tabs" aria-label={t("sug.tabs")}>
      <Link to="/curate/suggestions" current={!weights}>{t("page.suggestions")}</Link>
      <Link to="/curate/suggestions/weights" current={weights}>{t("sug.tab.weights")}</Link>
      <Kbd>{written(keys["sug.weights"])}</Kbd>
    </nav>
  );
}
