// The workspace's state: acts counted once whatever comes first, taken back when refused.

import { describe, expect, it } from "vitest";
import type { ActAck, CellView, MatrixChanged, MatrixView } from "../../../wire";
import type { Pending, Verb } from "./acts";
import { overlay } from "./acts";
import { reduce } from "./board";
import type { Board, Message } from "./state";
import { START, hiddenOf } from "./state";

const BARS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
const TOTALS = { items: 100, open: 5, resolved: 0, removed: 0, bound: 0.05 };
const MATRIX = {
  ok: true, seq: 10, classes: ["6", "9"], shown: ["6", "9"], totals: TOTALS, kind: "image", survey: { version: 1 },
  rows: [{ label: "9", correct: 40, open: 5, cells: [
    { predicted_label: "6", count: 3, saturation: 1, bars: BARS, duplicates: 1, reopen: 0 },
    { predicted_label: "1", count: 2, saturation: 0.5, bars: BARS, duplicates: 0, reopen: 0 }] }],
} as unknown as MatrixView;
const CELL = { ok: true, seq: 10, given_label: "9", predicted_label: "6", ids: ["a", "b", "c"], iies: [0.99, 0.97, 0.92], basis: "pixels", seed: 0 } as unknown as CellView;
const LINE = { phrases: [], tone: "plain" } as const;

function told(...messages: Message[]): Board {
  const opening: Message[] = [
    { type: "read", what: "matrix", data: MATRIX }, { type: "open", place: { given: "9", predicted: "6" } }, { type: "read", what: "cell", data: CELL }];
  return [...opening, ...messages].reduce(reduce, START);
}

function act(key: string, ids: string[], verb: Verb = "relabel"): Message {
  const items = new Map(ids.map((id) => [id, { id, given: "9", predicted: "6", iies: CELL.iies[CELL.ids.indexOf(id)] ?? null }]));
  return { type: "sent", act: { key, verb, label: "6", items, seq: null } satisfies Pending, line: { ...LINE, phrases: [] } };
}

function saved(key: string, seq: number, done: string[], left: string[] = []): Message {
  const ack: ActAck = { ok: true, seq, act: "a-1", done, left: left.map((id) => ({ id, reason: "" })), offer: null };
  return { type: "saved", key, ack, line: { ...LINE, phrases: [] } };
}

function push(seq: number, count: number, left: string[], came: string[] = []): Message {
  const cells = [{ given_label: "9", predicted_label: "6", count, saturation: 0.5, bars: BARS, left, came }];
  return { type: "changed", push: { push: seq, seq, by: "anna", act: "a-1", cells, correct: { 9: 41 }, totals: { ...TOTALS, open: count + 2 }, whole: false } as MatrixChanged };
}

const count = (s: Board) => overlay(s.matrix.data!, s.pending).rows[0]!.cells[0]!.count;
const open = (s: Board) => overlay(s.matrix.data!, s.pending).totals.open;

describe("an act", () => {
  it("is seen at once, everywhere", () => {
    const s = told(act("k", ["a", "c"]));
    const matrix = overlay(s.matrix.data!, s.pending);
    expect(matrix.rows[0]).toMatchObject({ open: 3, cells: [{ count: 1, bars: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }, { count: 2 }] });
    expect(matrix.totals).toEqual({ items: 100, open: 3, resolved: 2, removed: 0, bound: 0.03 });
    expect([...hiddenOf(s)]).toEqual(["a", "c"]);
    expect(matrix.rows[0]!.cells[1]).toBe(MATRIX.rows[0]!.cells[1]);
  });
  it.each([
    ["the push first", [push(11, 2, ["a"]), saved("k", 11, ["a"])]],
    ["the answer first", [saved("k", 11, ["a"]), push(11, 2, ["a"])]],
  ])("counts once: %s", (_, messages) => {
    let s = told(act("k", ["a"]));
    for (const message of messages) {
      s = reduce(s, message);
      expect([count(s), open(s), [...hiddenOf(s)]]).toEqual([2, 4, ["a"]]);
    }
    expect(s.pending).toEqual([]);
    expect(s.undo).toBe(1);
  });
  it("leaves alone what was left alone", () => {
    const s = told(act("k", ["a", "b"]), saved("k", 11, ["a"], ["b"]));
    expect([count(s), [...hiddenOf(s)]]).toEqual([2, ["a"]]);
  });
  it("is taken back when refused", () => {
    const s = told(act("k", ["a", "b"]), { type: "refused", key: "k", line: { ...LINE, phrases: [] } });
    expect([count(s), open(s), hiddenOf(s).size, s.pending.length]).toEqual([3, 5, 0, 0]);
  });
  it("stays shown while another person's change comes", () => {
    const s = told(act("k", ["a"]), push(11, 2, ["b"]));
    expect([count(s), [...hiddenOf(s)].sort()]).toEqual([1, ["a", "b"]]);
  });
  it("that opens again takes nothing away", () => {
    const s = told(act("k", ["a"], "reopen"));
    expect([count(s), hiddenOf(s).size]).toEqual([3, 0]);
  });
  it("that removes is counted as that", () => {
    const s = told(act("k", ["a"], "remove"));
    expect(overlay(s.matrix.data!, s.pending).totals).toMatchObject({ open: 4, resolved: 1, removed: 1 });
  });
});

describe("a push", () => {
  it("older than what is shown changes nothing", () => expect(count(told(push(9, 0, [])))).toBe(3));
  it("with new items asks for the cell again, and keeps what is selected", () => {
    let s = told({ type: "pick", ids: new Set(["a", "b"]), focus: "a" }, push(11, 3, ["a"], ["d"]));
    expect([s.stale.cell, [...s.picked], s.focus]).toEqual([true, ["b"], null]);
    s = reduce(s, { type: "read", what: "cell", data: { ...CELL, seq: 11, ids: ["b", "c", "d"] } });
    expect([s.stale.cell, [...s.picked], s.gone.size]).toEqual([false, ["b"], 0]);
  });
  it("keeps cells where they stand, empty ones too", () => {
    const s = told(push(11, 0, ["a", "b", "c"]));
    expect(s.matrix.data!.rows[0]!.cells.map((cell) => [cell.predicted_label, cell.count])).toEqual([["6", 0], ["1", 2]]);
    expect(s.matrix.data!.rows[0]!.correct).toBe(41);
  });
  it("about everything asks for everything again", () => {
    const whole = push(11, 3, []) as Extract<Message, { type: "changed" }>;
    expect(told({ ...whole, push: { ...whole.push, whole: true } }).stale).toEqual({ cell: true, matrix: true });
  });
});

describe("what is looked at", () => {
  it("changes with the place, and an answer about another is dropped", () => {
    const s = told({ type: "pick", ids: new Set(["a"]) }, { type: "open", place: { given: "9", predicted: "1" } }, { type: "read", what: "cell", data: CELL });
    expect([s.cell.data, s.picked.size]).toEqual([null, 0]);
  });
  it("stays while it is read again, and is not asked for again by itself after a failure", () => {
    const s = told(push(11, 3, [], ["d"]), { type: "busy", what: "cell" }, { type: "failed", what: "cell", status: 500, error: "x" });
    expect([s.cell.data, s.cell.failed?.status, s.stale.cell]).toEqual([CELL, 500, false]);
  });
  it("is reviewed one by one", () => {
    const review = { given: "9", to: "6", ids: ["a", "b"], at: 0, yes: 0, no: 0 };
    const s = told({ type: "stage", stage: { name: "review", review } }, { type: "verdict", yes: true }, act("k", ["a"]), { type: "verdict", yes: null });
    expect(s.stage).toMatchObject({ name: "review", review: { at: 2, yes: 1, no: 0 } });
  });
  it("of others comes and goes", () => {
    const selection = { who: "bo", given_label: "9", predicted_label: "6", ids: ["a"], count: 1 };
    const s = told({ type: "selection", push: { push: 1, selection, gone: false } });
    expect(s.others).toEqual([selection]);
    expect(reduce(s, { type: "selection", push: { push: 2, selection, gone: true } }).others).toEqual([]);
  });
});
