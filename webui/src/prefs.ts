// What a person set for this browser: theme, language, whether the rail is folded, keys.

import { useLayoutEffect, useState } from "preact/hooks";
import type { Language } from "./i18n";
import { LANGUAGES, speak } from "./i18n";
import type { Keymap } from "./keys";
import { loadKeys, saveKeys } from "./keys";
import { keep, recall } from "./store";

export type Theme = "system" | "light" | "dark";
export interface Prefs {
  theme: Theme;
  lang: Language;
  rail: boolean;
}

const STORED = "cincer.prefs";

function load(): Prefs {
  const stored = recall<Partial<Prefs>>(STORED, {});
  const browser = navigator.language.slice(0, 2);
  const wanted = stored.lang ?? browser;
  return {
    theme: stored.theme === "light" || stored.theme === "dark" ? stored.theme : "system",
    lang: wanted in LANGUAGES ? (wanted as Language) : "en",
    rail: stored.rail ?? true,
  };
}

let prefs = load();
let keymap = loadKeys();
const listeners = new Set<() => void>();
apply();

export function getPrefs(): Prefs {
  return prefs;
}

export function getKeys(): Keymap {
  return keymap;
}

export function setPrefs(change: Partial<Prefs>): void {
  prefs = { ...prefs, ...change };
  keep(STORED, prefs);
  apply();
  tell();
}

export function setKeys(next: Keymap): void {
  keymap = next;
  saveKeys(next);
  tell();
}

/** Draws the component again whenever a preference changes. */
export function usePrefs(): { prefs: Prefs; keys: Keymap } {
  const [seen, see] = useState(() => ({ prefs, keys: keymap }));
  useLayoutEffect(() => {
    const listener = () => see({ prefs, keys: keymap });
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return seen;
}

/** Whether a media query holds, followed live. */
export function useMedia(query: string): boolean {
  const [holds, set] = useState(() => matchMedia(query).matches);
  useLayoutEffect(() => {
    const media = matchMedia(query);
    const listener = () => set(media.matches);
    listener();
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  }, [query]);
  return holds;
}

function apply(): void {
  const root = document.documentElement;
  if (prefs.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = prefs.theme;
  root.lang = prefs.lang;
  speak(prefs.lang);
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}
