// The table of pages. A new page is a line here: the navigation, the router, the frame and the
// title read it. A page draws one `<main id="main" tabIndex={-1}>` with an h1.

import type { ComponentType } from "preact";
import { AnswerPage } from "../answer/AnswerPage";
import { useGot } from "../get";
import type { Text } from "../i18n";
import type { Where } from "../keys";
import type { State } from "../state/app";
import { ANSWERING } from "../state/app";
import { CuratePage } from "../curate/CuratePage";
import { PARTS } from "../curate/parts";
import { StudiesPage } from "../studies/StudiesPage";
import type { Me } from "../wire";
import { Missing } from "./Missing";

export interface PageProps {
  state: State;
  /** The parts of the address below the page's own. */
  rest: string[];
}

/** A page below another: `/page/part`. */
export interface Part {
  at: string;
  label: Text;
  /** Whose keys the help panel shows. */
  keys: Where;
}

export interface Page {
  /** First part of its address; "" is the start. */
  at: string;
  label: Text;
  /** Text of the link that skips the header. */
  skip: Text;
  /** Who may use it; the server checks for itself. */
  roles: readonly string[] | "all";
  /** Whether the side rail stands beside it. */
  rail: boolean;
  /** Pages below it, each with a link of its own; the first stands at the page's own address, too. */
  parts?: readonly Part[];
  view: ComponentType<PageProps>;
}

/** Who sees curators' work; a reader only looks. */
const CURATING = ["admin", "curator", "reader"];

export const PAGES: readonly Page[] = [
  { at: "", label: "page.answer", skip: "main.skip", roles: ANSWERING, rail: true, view: AnswerPage },
  { at: "curate", label: "page.curate", skip: "main.skip.page", roles: CURATING, rail: false, parts: PARTS, view: CuratePage },
  { at: "studies", label: "page.studies", skip: "main.skip.page", roles: "all", rail: false, view: StudiesPage },
];

const MISSING: Page = { at: "-", label: "page.missing", skip: "main.skip.page", roles: [], rail: false, view: Missing };

export function pageAt(parts: string[]): Page {
  return PAGES.find((page) => page.at === (parts[0] ?? "")) ?? MISSING;
}

/** The pages that somebody with these roles may use; as long as they are not known, `shown` alone. */
export function allowed(roles: readonly string[] | null, shown: Page): Page[] {
  return PAGES.filter((page) => (roles === null ? page === shown
    : page.roles === "all" || page.roles.some((role) => roles.includes(role))));
}

/** A link of the navigation. */
export interface Way {
  to: string;
  label: Text;
  current: boolean;
}

/** The links of a page: its own, or those of its parts. */
export function ways(page: Page, parts: readonly string[]): Way[] {
  const here = page.at === (parts[0] ?? "");
  if (!page.parts) return [{ to: `/${page.at}`, label: page.label, current: here }];
  const at = parts[1] ?? page.parts[0]?.at;
  return page.parts.map((part) => ({ to: `/${page.at}/${part.at}`, label: part.label, current: here && part.at === at }));
}

/** Whose keys hold at these parts of an address. */
export function keyed(page: Page, parts: readonly string[]): Where {
  return (page.parts?.find((part) => part.at === parts[1]) ?? page.parts?.[0])?.keys ?? "answer";
}

/** What the page at these parts of an address is called. */
export function named(page: Page, parts: readonly string[]): Text {
  return ways(page, parts).find((way) => way.current)?.label ?? page.label;
}

/** The roles of whoever is logged in: of the live connection, or, where it is refused, by asking. */
export function useRoles(state: State): readonly string[] | null {
  const [me] = useGot<Me>("/me");
  return state.server.hello?.roles ?? (me.at === "ready" ? me.data.roles ?? null : null);
}
