// The frame around every page: header, page, side rail, status line, panels.

import { Component } from "preact";
import type { ComponentChildren } from "preact";
import { AnswerPage } from "../answer/AnswerPage";
import { LANGUAGES, t } from "../i18n";
import type { Language } from "../i18n";
import { setPrefs, useMedia, usePrefs } from "../prefs";
import type { Theme } from "../prefs";
import { useApp } from "../store";
import { HelpPanel } from "./HelpPanel";
import { LiveRegion } from "./LiveRegion";
import { Rail } from "./Rail";
import { StatusLine } from "./StatusLine";
import { Problem } from "../answer/States";

export function App() {
  const s = useApp();
  const { prefs } = usePrefs();
  const phone = useMedia("(max-width: 900px)");
  return (
    <Boundary>
      <a class="skip-link" href="#main">{t("main.skip")}</a>
      <div class="frame" data-rail={prefs.rail && !phone ? "open" : "closed"}>
        <Header phone={phone} />
        <AnswerPage state={s} />
        <Rail state={s} phone={phone} />
        <StatusLine state={s} />
      </div>
      {s.panel === "help" && <HelpPanel />}
      <LiveRegion state={s} />
    </Boundary>
  );
}

function Header({ phone }: { phone: boolean }) {
  const { prefs } = usePrefs();
  const name = useApp().server.hello;
  return (
    <header class="top">
      <span class="brand">cincer</span>
      <nav aria-label={t("nav.label")}>
        <a href="/" aria-current="page">{t("page.answer")}</a>
      </nav>
      <span class="gap" />
      {name && <span class="who" title={name.project}>{name.annotator}</span>}
      <LanguageButton />
      <ThemeButton />
      <button type="button" class="icon" aria-expanded={prefs.rail && !phone} aria-controls="rail" data-rail-button
        aria-label={t(prefs.rail && !phone ? "rail.close" : "rail.open")}
        title={t(prefs.rail && !phone ? "rail.close" : "rail.open")}
        onClick={() => (phone ? openSheet() : setPrefs({ rail: !prefs.rail }))}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><rect x="1.5" y="2.5" width="13" height="11" rx="2" /><path d="M10.5 2.5v11" /></svg>
      </button>
    </header>
  );
}

function openSheet(): void {
  document.querySelector<HTMLDialogElement>("dialog.rail")?.showModal();
}

function LanguageButton() {
  const { prefs } = usePrefs();
  const codes = Object.keys(LANGUAGES) as Language[];
  const next = codes[(codes.indexOf(prefs.lang) + 1) % codes.length] ?? "en";
  const label = t("lang.label", { code: prefs.lang.toUpperCase(), name: LANGUAGES[prefs.lang].name });
  return (
    <button type="button" class="icon" aria-label={label} title={label} onClick={() => setPrefs({ lang: next })}>
      {prefs.lang.toUpperCase()}
    </button>
  );
}

function ThemeButton() {
  const { prefs } = usePrefs();
  const order: Theme[] = ["system", "light", "dark"];
  const next = order[(order.indexOf(prefs.theme) + 1) % order.length] ?? "system";
  const label = t(`theme.${prefs.theme}`);
  return (
    <button type="button" class="icon" aria-label={label} title={label} data-theme-button onClick={() => setPrefs({ theme: next })}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" />
        {prefs.theme === "system" && <path d="M8 2a6 6 0 0 1 0 12z" class="solid" />}
        {prefs.theme === "dark" && <circle cx="8" cy="8" r="6" class="solid" />}
      </svg>
    </button>
  );
}

/** Shows what failed instead of a blank page. */
class Boundary extends Component<{ children: ComponentChildren }, { error: string | null }> {
  override state = { error: null as string | null };

  static override getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    return this.state.error === null ? this.props.children : <Problem error={this.state.error} />;
  }
}
