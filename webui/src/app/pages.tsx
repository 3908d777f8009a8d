// The table of pages. A new page is a line here: the navigation, the router, the frame and the
// title read it. A page draws one `<main id="main" tabIndex={-1}>` with an h1.

import type { ComponentType } from "preact";
import { AnswerPage } from "../answer/AnswerPage";
import { useGot } from "../get";
import type { Text } from "../i18n";
import type { State } from "../state/app";
import { ANSWERING } from "../state/app";
import { StudiesPage } from "../studies/StudiesPage";
import type { Me } from "../wire";
import { Missing } from "./Missing";

export interface PageProps {
  state: State;
  /** The parts of the address below the page's own. */
  rest: string[];
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
  view: ComponentType<PageProps>;
}

export const PAGES: readonly Page[] = [
  { at: "", label: "page.answer", skip: "main.skip", roles: ANSWERING, rail: true, view: AnswerPage },
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

/** The roles of whoever is logged in: of the live connection, or, where it is refused, by asking. */
export function useRoles(state: State): readonly string[] | null {
  const [me] = useGot<Me>("/me");
  return state.server.hello?.roles ?? (me.at === "ready" ? me.data.roles ?? null : null);
}
