// Texts with marked-up places, and the line of what an answer did.

import type { ComponentChildren } from "preact";
import type { Text } from "../i18n";
import { pieces, t } from "../i18n";
import type { Phrase } from "../state/reply";

/** A text whose places hold elements instead of strings. */
export function Rich({ text, parts }: { text: Text; parts: Record<string, ComponentChildren> }) {
  return <>{pieces(text).map((p) => ("name" in p ? parts[p.name] : p.text))}</>;
}

/** Phrases as one sentence. */
export function sentence(phrases: readonly Phrase[]): string {
  return phrases.map((p) => t(p.text, p.values)).join("; ");
}

export function Kbd({ children }: { children: ComponentChildren }) {
  return <kbd aria-hidden="true">{children}</kbd>;
}
