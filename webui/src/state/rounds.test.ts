// Follow-ups and several known examples: what a key means, what is noted, what is sent.

import { describe, expect, it } from "vitest";
import type { Hello, LeaseAck, QueryPush, QueryView, ReplyIn, SideView } from "../wire";
import type { Message, State } from "./app";
import { START, current, lookedAt, reduce } from "./app";
import { fixture } from "./fixtures";
import * as reply from "./reply";
import { samePair } from "./server";
import { explainable } from "./why";

const HELLO = fixture<Hello>("annotate.session-hello.push");
const PAIR = fixture<QueryPush>("annotate.query-push.push").query;
const KNOWN = PAIR.counter_example as SideView;
const STAMP = { key: "k-1", now: 10_000, day: "2026-01-01" };
const KEEP = { action: "keep" as const };
const EIGHT = { action: "relabel" as const, label: "8" };

const plain = (query: string): QueryView => ({ ...structuredClone(PAIR), query });
const several: QueryView = { ...plain("q-1"), others: [{ ...KNOWN, id: "second" }, { ...KNOWN, id: "third" }] };
const followUp: QueryView = {
  ...plain("q-9"), kind: "follow_up", example: { ...PAIR.example, given_label: "3" },
  follow_up: { depth: 2, follows: "q-1", was: "5" },
};

function play(messages: Message[], from: State): State {
  return messages.reduce(reduce, from);
}

function holding(...queries: QueryView[]): State {
  const ack: LeaseAck = { ok: true, seq: 1, held: queries.map((q) => q.query), queries, waiting: 9 };
  return play([{ type: "hello", hello: HELLO, now: 4000 }, { type: "leased", ack, now: 4000 }], START);
}

function body(s: State): ReplyIn {
  return s.outbox[0]?.body as ReplyIn;
}

describe("a follow-up", () => {
  it("comes next, but not in the place of what is on the screen", () => {
    const push = { push: 99, query: followUp };
    const s = reduce(holding(plain("q-1"), plain("q-2")), { type: "query", push, now: 5000 });
    expect(s.server.queue.map((held) => held.view.query)).toEqual(["q-1", "q-9", "q-2"]);
  });

  it("is answered on the one side it asks about", () => {
    const right = reply.agree(followUp);
    expect(right).toEqual({ left: null, right: KEEP });
    const kept = reduce(holding(followUp), { type: "answer", decisions: right!, ...STAMP });
    expect(body(kept)).toMatchObject({ query: "q-9", example: null, counter_example: KEEP });
    expect(body(kept)).not.toHaveProperty("others");
    expect(reply.unsure(followUp)).toEqual({ left: null, right: { action: "unsure" } });
  });

  it("asks for the class of the known side, whichever was meant", () => {
    const s = reduce(holding(followUp), { type: "choose", side: "left", both: true });
    expect(s.stage).toMatchObject({ side: "right", both: false });
    const done = reduce(s, { type: "decided", decision: EIGHT, ...STAMP });
    expect(body(done)).toMatchObject({ example: null, counter_example: EIGHT });
    expect(done.line?.phrases).toEqual([{ text: "did.relabel", values: { id: KNOWN.id, label: "8" } }]);
  });

  it("is put back whole by an undo, and has no reason of its own to explain", () => {
    const done = reduce(holding(followUp), { type: "answer", decisions: reply.agree(followUp)!, ...STAMP });
    expect(current(reduce(done, { type: "undo", key: "u", now: 11_000 }))).toEqual(followUp);
    expect(explainable(followUp)).toBe(false);
  });
});

describe("several known examples", () => {
  const open = holding(several);

  it("are all right in one answer", () => {
    const s = reduce(open, { type: "answer", decisions: reply.agree(several)!, ...STAMP });
    expect(body(s)).toMatchObject({ example: KEEP, counter_example: KEEP, others: [KEEP, KEEP] });
    expect(s.line?.phrases).toEqual([{ text: "did.all.keep" }]);
  });

  it("are noted one by one, and go out together", () => {
    const s = play([
      { type: "choose", side: "right", both: false },
      { type: "decided", decision: EIGHT, ...STAMP },
    ], open);
    expect(s.outbox).toHaveLength(0);
    expect(s.marks).toEqual({ right: EIGHT });
    expect([s.at, lookedAt(s), s.stage.name]).toEqual([1, "other0", "ask"]);
    const more = play([
      { type: "look", at: 2 },
      { type: "judged", side: lookedAt({ ...s, at: 2 }), decision: { action: "remove" }, ...STAMP },
      { type: "choose", side: "left", both: false },
      { type: "decided", decision: EIGHT, ...STAMP },
    ], s);
    const done = reduce(more, { type: "answer", decisions: reply.agree(several, more.marks)!, ...STAMP });
    expect(body(done)).toMatchObject({
      example: EIGHT, counter_example: EIGHT, others: [KEEP, { action: "remove" }] });
    expect(done.marks).toEqual({});
  });

  it("take both sides in turn, the known one being that which is looked at", () => {
    const s = play([
      { type: "look", at: 1 },
      { type: "choose", side: "left", both: true },
      { type: "decided", decision: EIGHT, ...STAMP },
    ], open);
    expect(s.stage).toMatchObject({ name: "choose", side: "other0" });
    expect(reduce(s, { type: "decided", decision: EIGHT, ...STAMP }).marks).toEqual({ left: EIGHT, other0: EIGHT });
  });

  it("forget what is noted on the way back, and with another pair", () => {
    const noted = reduce(open, { type: "judged", side: "right", decision: { action: "bad" }, ...STAMP });
    expect(reduce(noted, { type: "back" }).marks).toEqual({});
    const other = { ...several, epoch: 4, others: [...several.others].reverse() };
    expect(samePair(several, other)).toBe(false);
    const s = reduce(noted, { type: "query", push: { push: 99, query: other }, now: 20_000 });
    expect([s.marks, s.at, s.line?.phrases[0]?.text]).toEqual([{}, 0, "did.replaced"]);
  });

  it("keep what is noted where the rest is not sure", () => {
    expect(reply.unsure(several, { left: EIGHT, other1: EIGHT })).toEqual({
      left: { action: "unsure" }, right: { action: "unsure" }, others: [{ action: "unsure" }, EIGHT] });
  });
});
