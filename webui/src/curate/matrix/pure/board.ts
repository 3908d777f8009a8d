// What each message does to the workspace's state. Pure.

import type { ActAck, CellView, MatrixChanged, MatrixView, IterationsView, PairsView, SelectionChanged, SurveyView } from "../../../wire";
import type { Pending } from "./acts";
import { without } from "./acts";
import { about, changed, gone } from "./changes";
import { WHOLE } from "./columns";
import type { Board, Line, Message, Place, Read } from "./state";
import { LOOK, hiddenOf, nothing } from "./state";

export function reduce(s: Board, m: Message): Board {
  switch (m.type) {
    case "link": return { ...s, link: m.link };
    case "hello": return { ...s, link: "live", me: m.hello.me, others: m.hello.selections };
    case "busy": return { ...s, [m.what]: { ...s[m.what], busy: true } };
    case "failed": return failed(s, m);
    case "read": return came(s, m);
    case "classes": return { ...s, classes: m.classes };
    case "open": return opened(s, m.place);
    case "changed": return pushed(s, m.push);
    case "survey": return surveyed(s, m.survey);
    case "selection": return selected(s, m.push);
    case "pick": return { ...s, picked: m.ids, focus: m.focus === undefined ? s.focus : m.focus, stage: LOOK };
    case "focus": return { ...s, focus: m.id };
    case "range": return { ...s, range: m.range };
    case "sort": return { ...s, sort: m.sort };
    case "look": return { ...s, look: m.look };
    case "basis": return { ...s, basis: m.basis };
    case "method": return { ...s, method: m.method };
    case "seed": return { ...s, seed: s.seed + 1 };
    case "stage": return { ...s, stage: m.stage };
    case "forecast": return s.stage.name === "plan" ? { ...s, stage: { name: "plan", plan: { ...s.stage.plan, forecast: m.forecast } } } : s;
    case "reviewed": return s.stage.name === "review" ? { ...s, stage: { name: "review", review: { ...s.stage.review, ids: m.ids } } } : s;
    case "verdict": return judged(s, m.yes);
    case "offer": return { ...s, offer: m.offer };
    case "line": return { ...s, line: m.line };
    case "sent": return sent(s, m.act, m.line);
    case "saved": return saved(s, m.key, m.ack, m.line);
    case "refused": return { ...s, pending: s.pending.filter((act) => act.key !== m.key), line: m.line };
    case "stacks": return { ...s, undo: m.undo, redo: m.redo, line: m.line };
  }
}

/** What could not be read is not asked for again by itself. */
function failed(s: Board, m: Extract<Message, { type: "failed" }>): Board {
  const read = { ...s[m.what], busy: false, failed: { status: m.status, error: m.error } };
  const stale = m.what === "cell" || m.what === "matrix" ? { ...s.stale, [m.what]: false } : s.stale;
  return { ...s, [m.what]: read, stale };
}

function came(s: Board, m: Extract<Message, { type: "read" }>): Board {
  const read = { data: m.data, busy: false, failed: null };
  switch (m.what) {
    case "matrix": return settled({ ...s, matrix: read as Read<MatrixView>, survey: null, stale: { ...s.stale, matrix: false } }, m.data.seq, null);
    case "cell": return cellCame(s, m.data);
    case "pairs": return { ...s, pairs: read as Read<PairsView> };
    case "iterations": return { ...s, iterations: read as Read<IterationsView> };
  }
}

/** An answer about a cell that was left meanwhile says nothing. What is selected stays selected. */
function cellCame(s: Board, data: CellView): Board {
  if (!s.place || s.place.given !== data.given_label || s.place.predicted !== data.predicted_label) return s;
  const ids = new Set(data.ids);
  const focus = s.focus !== null && ids.has(s.focus) ? s.focus : null;
  const picked = new Set([...s.picked].filter((id) => ids.has(id)));
  const read = { data, busy: false, failed: null };
  return { ...s, cell: read, gone: new Set(), basis: data.basis, seed: data.seed, picked, focus, stale: { ...s.stale, cell: false } };
}

function opened(s: Board, place: Place | null): Board {
  const same = place?.given === s.place?.given && place?.predicted === s.place?.predicted;
  if (same) return s;
  return { ...s, place, cell: nothing(), pairs: nothing(), gone: new Set(), picked: new Set(), focus: null, range: WHOLE, method: "pca", seed: 0, stage: LOOK };
}

/** A push: numbers change, what left the open cell is gone, and acts it contains are over. */
function pushed(s: Board, push: MatrixChanged): Board {
  const cell = s.place && about(push, s.place.given, s.place.predicted);
  const left = cell && cell.left.length > 0 ? new Set([...s.gone, ...cell.left]) : s.gone;
  const next = {
    ...s, gone: left,
    matrix: s.matrix.data ? { ...s.matrix, data: changed(s.matrix.data, push) } : s.matrix,
    stale: { cell: s.stale.cell || push.whole || (cell?.came.length ?? 0) > 0, matrix: s.stale.matrix || push.whole },
  };
  return forgot(settled(next, push.seq, gone(push)));
}

/** Acts whose event is in what was shown are over; of the others, what already left is taken out. */
function settled(s: Board, seq: number, left: ReadonlySet<string> | null): Board {
  const pending = s.pending.flatMap((act) => {
    if (act.seq !== null && act.seq <= seq) return [];
    const rest = left ? without(act, left) : act;
    return rest ? [rest] : act.seq === null ? [{ ...act, items: new Map() }] : [];
  });
  return { ...s, pending };
}

/** What has left is neither selected nor in focus. */
function forgot(s: Board): Board {
  const hidden = hiddenOf(s);
  const picked = [...s.picked].some((id) => hidden.has(id)) ? new Set([...s.picked].filter((id) => !hidden.has(id))) : s.picked;
  return { ...s, picked, focus: s.focus !== null && hidden.has(s.focus) ? null : s.focus };
}

function sent(s: Board, act: Pending, line: Line): Board {
  const stage = s.stage.name === "review" ? s.stage : LOOK;
  return forgot({ ...s, pending: [...s.pending, act], stage, offer: null, line });
}

function saved(s: Board, key: string, ack: ActAck, line: Line): Board {
  const kept = new Set(ack.left.map((each) => each.id));
  const pending = s.pending.flatMap((act) => {
    if (act.key !== key) return [act];
    if (ack.seq <= (s.matrix.data?.seq ?? 0)) return [];
    const done = without(act, kept);
    return done ? [{ ...done, seq: ack.seq }] : [];
  });
  const offer = s.stage.name === "review" ? s.offer : ack.offer ?? s.offer;
  return { ...s, pending, line, undo: s.undo + 1, redo: 0, offer };
}

function surveyed(s: Board, survey: SurveyView): Board {
  const newer = survey.version > (s.matrix.data?.survey.version ?? 0);
  return { ...s, survey, stale: newer ? { cell: true, matrix: true } : s.stale };
}

function selected(s: Board, push: SelectionChanged): Board {
  const rest = s.others.filter((other) => other.who !== push.selection.who);
  return { ...s, others: push.gone ? rest : [...rest, push.selection] };
}

function judged(s: Board, yes: boolean | null): Board {
  if (s.stage.name !== "review") return s;
  const { review } = s.stage;
  const next = { ...review, at: review.at + 1, yes: review.yes + Number(yes === true), no: review.no + Number(yes === false) };
  return { ...s, stage: { name: "review", review: next } };
}

