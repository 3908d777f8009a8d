// A link inside the application: no reload, and everything else a link does.

import type { ComponentChildren } from "preact";
import { go } from "../router";

interface Props {
  to: string;
  class?: string;
  /** Whether it leads to the page that is shown. */
  current?: boolean;
  children: ComponentChildren;
}

export function Link({ to, current = false, children, ...rest }: Props) {
  return (
    <a {...rest} href={to} aria-current={current ? "page" : undefined} onClick={(event) => followed(event, to)}>{children}</a>
  );
}

function followed(event: MouseEvent, to: string): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(to);
}
