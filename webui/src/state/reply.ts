// From what was decided to what is sent, and to the one line that says what it did.

import type { Text, Values } from "../i18n";
import type { Change, DecisionIn, QueryView, SideView } from "../wire";

/** The example, the first counter-example, and the further ones in order. */
export type Side = "left" | "right" | `other${number}`;
/** `left` is null in a follow-up: that side is settled. */
export interface Decisions {
  left: DecisionIn | null;
  right: DecisionIn | null;
  others?: DecisionIn[];
}
/** What is noted about sides before the answer is given. */
export type Marks = Partial<Record<Side, DecisionIn>>;
export interface Phrase {
  text: Text;
  values?: Values;
}

const KEEP: DecisionIn = { action: "keep" };

/** The known examples shown, in order. */
export function known(view: QueryView): Side[] {
  if (!view.counter_example) return [];
  return ["right", ...(view.others ?? []).map((_, i): Side => `other${i}`)];
}

/** Whether there are several known examples: then sides are marked first, and answered together. */
export function several(view: QueryView): boolean {
  return known(view).length > 1;
}

export function sideOf(view: QueryView, side: Side): SideView | null {
  if (side === "left") return view.example;
  if (side === "right") return view.counter_example;
  return view.others[Number(side.slice("other".length))] ?? null;
}

/** A decision for each side that is asked about. */
function each(view: QueryView, decide: (side: Side) => DecisionIn): Decisions {
  const [first, ...more] = known(view);
  const pair = { left: view.follow_up ? null : decide("left"), right: first ? decide(first) : null };
  return more.length > 0 ? { ...pair, others: more.map(decide) } : pair;
}

/** One side decided; the others are kept. */
export function oneSide(view: QueryView, side: Side, decision: DecisionIn): Decisions {
  return each(view, (shown) => (shown === side ? decision : KEEP));
}

/** All labels right but for what is marked; an example without a label takes the machine's word. */
export function agree(view: QueryView, marks: Marks = {}): Decisions | null {
  if (view.follow_up || view.example.given_label !== null) return each(view, (side) => marks[side] ?? KEEP);
  const machine = view.example.predicted_label;
  return machine === null ? null : oneSide(view, "left", { action: "relabel", label: machine });
}

export function unsure(view: QueryView, marks: Marks = {}): Decisions {
  const open = each(view, (side) => marks[side] ?? { action: "unsure" });
  return open.left ? { ...open, left: { action: "unsure" } } : open;
}

/** What the decisions will do, in the shape in which the server confirms it. */
export function foreseen(view: QueryView, decisions: Decisions): Change[] {
  const said = [decisions.left, decisions.right, ...(decisions.others ?? [])];
  return (["left", ...known(view)] as Side[]).flatMap((side, i) => {
    const [shown, decision] = [sideOf(view, side), said[i]];
    return shown && decision ? [change(shown.id, shown.given_label, decision)] : [];
  });
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
  if (changes.some((c) => c.action === "unsure")) return [{ text: "did.both.unsure" }];
  return [{ text: changes.length > 2 ? "did.all.keep" : "did.both.keep" }];
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
