// How the cells of a table are written: numbers of a column with the same decimals. Pure.

import { number } from "../i18n";

export type Cell = string | number | boolean | null;

const FIGURE = /^[<>≈~]?\s*[+−–-]?[\d.][\d.,’]*(\s*[±/–-]\s*[\d.][\d.,]*)?\s*[%‰]?$/;

/** Whether all that a column says are numbers, also those written with an error or a unit. */
export function numeric(cells: readonly Cell[]): boolean {
  const said = cells.filter((cell) => cell !== null && cell !== "" && cell !== "–");
  return said.length > 0 && said.every((cell) => typeof cell === "number" || (typeof cell === "string" && FIGURE.test(cell.trim())));
}

/** Decimals that show the numbers of a column to four significant digits of the largest, and none
 * that all lack. */
export function decimals(cells: readonly Cell[]): number {
  const values = cells.filter((cell) => typeof cell === "number");
  const largest = Math.max(0, ...values.map(Math.abs));
  const room = largest === 0 ? 0 : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest))));
  const needed = values.map((value) => (value.toFixed(room).split(".")[1] ?? "").replace(/0+$/, "").length);
  return Math.max(0, ...needed);
}

export function written(cell: Cell, digits: number): string {
  if (cell === null) return "–";
  if (typeof cell === "number") return number(cell, digits);
  return String(cell);
}
