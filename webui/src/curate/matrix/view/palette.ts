// Colours of the theme as numbers, for the canvas.

import { useMemo } from "preact/hooks";
import { useMedia, usePrefs } from "../../../prefs";

export const SHADES = 16;

export interface Palette {
  /** From the least to the most sure of the machine's doubts, 0xBBGGRR. */
  iies: Uint32Array;
  picked: Uint32Array;
  faint: Uint32Array;
  css: { picked: string; focus: string; others: string; text: string; surface: string; line: string; low: string; high: string };
}

/** The palette of the theme as it is; made anew when the theme changes. */
export function usePalette(): Palette {
  const { prefs } = usePrefs();
  const dark = useMedia("(prefers-color-scheme: dark)");
  return useMemo(made, [prefs.theme, dark]);
}

function made(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const [low, high] = [rgb(colour("--support-mark")), rgb(colour("--suspect-mark"))];
  const shades = Uint32Array.from({ length: SHADES }, (_, k) => number(mixed(low, high, k / (SHADES - 1))));
  const one = (name: string) => Uint32Array.of(number(rgb(colour(name))));
  return {
    iies: shades, picked: one("--accent"), faint: one("--line"),
    css: {
      picked: colour("--accent"), focus: colour("--text"), others: colour("--changed"), text: colour("--text"),
      surface: colour("--surface"), line: colour("--line"), low: colour("--support-mark"), high: colour("--suspect-mark"),
    },
  };
}

type Rgb = [number, number, number];

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16) || 0;
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((part, k) => Math.round(part + (b[k]! - part) * share)) as Rgb;
}

function number([r, g, b]: Rgb): number {
  return (b << 16) | (g << 8) | r;
}

/** 0xBBGGRR as CSS writes it. */
export function hex(colour: number): string {
  const part = (shift: number) => ((colour >> shift) & 255).toString(16).padStart(2, "0");
  return `#${part(0)}${part(8)}${part(16)}`;
}
