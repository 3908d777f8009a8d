// The frame around every page: header, page, side rail, status line, panels.

import { Component } from "preact";
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { LANGUAGES, t } from "../i18n";
import type { Language } from "../i18n";
import { setPrefs, useMedia, usePrefs } from "../prefs";
import type { Theme } from "../prefs";
import type { Place } from "../router";
import { scrolled, useHere } from "../router";
import type { State } from "../state/app";
import { useApp } from "../store";
import { HelpPanel } from "./HelpPanel";
import { Link } from "./Link";
import { LiveRegion } from "./LiveRegion";
import type { Page } from "./pages";
import { allowed, keyed, named, pageAt, useRoles, ways } from "./pages";
import { Rail } from "./Rail";
import { StatusLine } from "./StatusLine";
import { Problem } from "../answer/States";

export function App() {
  const s = useApp();
  const { prefs } = usePrefs();
  const phone = useMedia("(max-width: 900px)");
  const place = useHere();
  const page = pageAt(place.parts);
  useArrival(place, page);
  return (
    <Boundary>
      <a class="skip-link" href="#main">{t(page.skip)}</a>
      <div class="frame" data-rail={!page.rail ? "none" : prefs.rail && !phone ? "open" : "closed"}>
        <Header state={s} page={page} parts={place.parts} phone={phone} />
        <page.view state={s} rest={place.parts.slice(1)} />
        {page.rail && <Rail state={s} phone={phone} />}
        <StatusLine state={s} />
      </div>
      {s.panel === "help" && <HelpPanel where={keyed(page, place.parts)} />}
      {page.rail && <LiveRegion state={s} />}
    </Boundary>
  );
}

/** After a change of place: the title, and the focus at the start of the page; on the way back, at
 * the link that was followed, as far down as it was. */
function useArrival(place: Place, page: Page): void {
  const title = `${t(named(page, place.parts))} · cincer`;
  useLayoutEffect(() => {
    document.title = title;
  }, [title, place]);
  useLayoutEffect(() => {
    const main = document.getElementById("main");
    if (!main || place.came === "first") return;
    const back = place.came === "back" ? main.querySelector<HTMLElement>(`a[href="${CSS.escape(place.from)}"]`) : null;
    (back ?? main).focus({ preventScroll: true });
    main.scrollTop = place.came === "back" ? scrolled(place.path) : 0;
  }, [place]);
}

interface HeaderProps {
  state: State;
  page: Page;
  parts: string[];
  phone: boolean;
}

function Header({ state, page, parts, phone }: HeaderProps) {
  const { prefs } = usePrefs();
  const roles = useRoles(state);
  const name = state.server.hello;
  return (
    <header class="top">
      <span class="brand">cincer</span>
      <nav aria-label={t("nav.label")}>
        {allowed(roles, page).flatMap((each) => ways(each, parts)).map((way) => (
          <Link key={way.to} to={way.to} current={way.current}>{t(way.label)}</Link>
        ))}
      </nav>
      <span class="gap" />
      {name && <span class="who" title={name.project}>{name.annotator}</span>}
      <LanguageButton />
      <ThemeButton />
      {page.rail && <RailButton open={prefs.rail && !phone} phone={phone} />}
    </header>
  );
}

function RailButton({ open, phone }: { open: boolean; phone: boolean }) {
  const label = t(open ? "rail.close" : "rail.open");
  return (
    <button type="button" class="icon" aria-expanded={open} aria-controls="rail" data-rail-button aria-label={label} title={label}
      onClick={() => (phone ? openSheet() : setPrefs({ rail: !open }))}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><rect x="1.5" y="2.5" width="13" height="11" rx="2" /><path d="M10.5 2.5v11" /></svg>
    </button>
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
