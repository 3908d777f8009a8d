// The suggestions and the weights: what the machine proposes, and what each example counts.

import { Link } from "../app/Link";
import { useRoles } from "../app/pages";
import { Kbd } from "../app/words";
import type { PartProps } from "../curate/parts";
import { t } from "../i18n";
import { written } from "../keys";
import { usePrefs } from "../prefs";
import { useTabKey } from "./keyboard";
import { Mailbox } from "./Mailbox";
import { useLive } from "./live";
import { Weights } from "./Weights";
import "./suggest.css";
import "./weights.css";

const ACTING = ["curator"];

/** `rest`: the parts of the address below /curate/suggestions. */
export function SuggestionsPage({ state, rest }: PartProps) {
  const [tab, id, ...more] = rest;
  const roles = useRoles(state);
  const push = useLive();
  useTabKey();
  const may = roles?.some((role) => ACTING.includes(role)) ?? false;
  const known = (tab === undefined || tab === "weights") && more.length === 0;
  return (
    <div class="suggest" data-tab={tab ?? "inbox"}>
      <header class="suggest-head">
        <h1>{t(tab === "weights" ? "wgt.title" : "page.suggestions")}</h1>
        <Tabs weights={tab === "weights"} />
      </header>
      {!known ? <Absent /> : tab === "weights" ? <Weights id={id ?? null} may={may} push={push} /> : <Mailbox state={state} may={may} />}
    </div>
  );
}

function Absent() {
  return (
    <div class="empty"><div>
      <h2>{t("page.missing")}</h2>
      <p>{t("page.missing.text")}</p>
      <Link to="/curate/suggestions" class="primary">{t("wgt.none.action")}</Link>
    </div></div>
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
