// From what was decided to what is sent, and to the one line that says what it did.

import type { Text, Values } from "../i18n";
import type { Change, DecisionIn, QueryView } from "../wire";

export type Side = "left" | "right";
export interface Decisions {
  left: DecisionIn;
  right: DecisionIn | null;
}
export interface Phrase {
  text: Text;
  values?: Values;
}

const KEEP: DecisionIn = { action: "keep" };

/** One side decided; the other, where there is one, is kept. */
export function oneSide(view: QueryView, side: Side, decision: DecisionIn): Decisions {
  if (side === "right") return { left: KEEP, right: decision };
  return { left: decision, right: view.counter_example && KEEP };
}

/** Both labels right; an example without a label takes the machine's word. */
export function agree(view: QueryView): Decisions | null {
  const machine = view.example.predicted_label;
  if (view.example.given_label === null && machine === null) return null;
  const left: DecisionIn =
    view.example.given_label === null ? { action: "relabel", label: machine } : KEEP;
  return { left, right: view.counter_example && KEEP };
}

export function unsure(view: QueryView): Decisions {
  return { left: { action: "unsure" }, right: view.counter_example && { action: "unsure" } };
}

/** What the decisions will do, in the shape in which the server confirms it. */
export function foreseen(view: QueryView, decisions: Decisions): Change[] {
  const left = change(view.example.id, view.example.given_label, decisions.left);
  if (!view.counter_example || !decisions.right) return [left];
  return [left, change(view.counter_example.id, view.counter_example.given_label, decisions.right)];
}

function change(id: string, before: string | null, decision: DecisionIn): Change {
  const after = decision.action === "relabel" ? (decision.label ?? null) : before;
  return { id, before, after, action: decision.action };
}

/** The phrases that tell the changes: those that changed something, or one for all that did not. */
export function told(changes: readonly Change[]): Phrase[] {
  const active = changes.filter((c) => c.action !== "keep" && c.action !== "unsure");
  if (active.length > 0) return active.map(phrase);
  const [first] = changes;
  if (!first) return [];
  if (changes.length === 1) return [phrase(first)];
  return [{ text: changes.some((c) => c.action === "unsure") ? "did.both.unsure" : "did.both.keep" }];
}

function phrase(c: Change): Phrase {
  const values = { id: c.id, label: c.after ?? "" };
  switch (c.action) {
    case "relabel": return { text: "did.relabel", values };
    case "unsure": return { text: "did.unsure", values };
    case "remove": return { text: "did.remove", values };
    case "good": return { text: "did.good", values };
    case "bad": return { text: "did.bad", values };
    default: return { text: c.after === null ? "did.keep.bare" : "did.keep", values };
  }
}
