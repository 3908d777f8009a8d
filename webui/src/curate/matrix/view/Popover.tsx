// A button that opens a panel under it; Escape or a click elsewhere closes it.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  label: ComponentChildren;
  /** What the panel is called. */
  name: string;
  class?: string;
  onOpen?: () => void;
  children: (close: () => void) => ComponentChildren;
}

export function Popover({ label, name, class: more = "", onOpen, children }: Props) {
  const [open, set] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    set(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => event.target instanceof Node && !root.current?.contains(event.target) && set(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  return (
    <div class={`popover ${more}`} ref={root} onKeyDown={(event) => {
      if (event.key !== "Escape" || !open) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    }}>
      <button type="button" class="quiet" ref={button} aria-expanded={open} onClick={() => {
        if (!open) onOpen?.();
        set(!open);
      }}>{label} <Chevron /></button>
      {open && <div class="popover-panel" role="group" aria-label={name}>{children(close)}</div>}
    </div>
  );
}

function Chevron() {
  return <svg class="chevron" viewBox="0 0 10 10" aria-hidden="true"><path d="M2 3.5 5 6.5 8 3.5" /></svg>;
}
