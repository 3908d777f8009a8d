// Small pieces that suggestions are told with: numbers in nats, changes of a label, an interval.

import { number, spoken, t } from "../i18n";
import type { Text } from "../i18n";
import type { SuggestionView } from "../wire";
import { place } from "./scales";

/** Nats to three significant digits; very small ones with a power of ten. */
export function nats(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size !== 0 && size < 1e-5) {
    const power = Math.floor(Math.log10(size));
    return `${sign}${number(size / 10 ** power, 1)} × 10${raised(power)}`;
  }
  return sign + new Intl.NumberFormat(spoken(), { maximumSignificantDigits: 3, minimumSignificantDigits: size === 0 ? 1 : 3 }).format(size);
}

/** A round value at an axis. */
export function tick(value: number): string {
  return (value < 0 ? "−" : "") + new Intl.NumberFormat(spoken(), { maximumSignificantDigits: 3 }).format(Math.abs(value));
}

/** The same with its sign always written. */
export function signed(value: number): string {
  return value > 0 ? `+${nats(value)}` : nats(value);
}

/** A value and its standard error, both to the second digit of the error. */
export function within(value: number, error: number): string {
  const digits = error > 0 ? Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(error)))) : 3;
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value), digits)} ± ${number(error, digits)}`;
}

const RAISED: Record<string, string> = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function raised(power: number): string {
  return [...String(power)].map((sign) => RAISED[sign] ?? sign).join("");
}

/** How many, about: whole from two on. */
export function about(value: number): string {
  return number(value, value < 2 && !Number.isInteger(value) ? 1 : 0);
}

export function labelled(label: string | null): string {
  return label ?? t("side.none");
}

/** Given and proposed as plain text: for lines and for what is read aloud. */
export function told(one: SuggestionView): string {
  const given = labelled(one.given_label);
  return one.action === "relabel" ? t("sug.change", { given, to: labelled(one.proposed_label) })
    : t(`sug.change.${one.action}` as Text, { given });
}

/** Given, an arrow, proposed: or what else is done with the label. */
export function Change({ one }: { one: SuggestionView }) {
  return (
    <span class="change" data-action={one.action}>
      <span class="lab given" title={labelled(one.given_label)}>{labelled(one.given_label)}</span>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 8h11M9 4l4 4-4 4" /></svg>
      <span class="visually-hidden">{t("sug.becomes")}</span>
      {one.action === "relabel" ? <span class="lab proposed" title={labelled(one.proposed_label)}>{labelled(one.proposed_label)}</span>
        : <span class="treat">{t(`sug.treat.${one.action}` as Text)}</span>}
    </span>
  );
}

/** A value and its interval on a scale from `least` to `most`, 0 marked. */
export function Whisker({ low, at, high, least, most }: { low: number; at: number; high: number; least: number; most: number }) {
  const x = (value: number) => place(value, least, most, 3, 97);
  return (
    <svg class="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" data-unsure={low < 0 && high > 0}>
      <line class="zero" x1={x(0)} x2={x(0)} y1="0" y2="12" />
      <line class="span" x1={x(low)} x2={x(high)} y1="6" y2="6" />
      <line class="point" x1={x(at)} x2={x(at)} y1="1.5" y2="10.5" />
    </svg>
  );
}
