import { describe, expect, it } from "vitest";
import type { ErrorAnswer, Hello, LeaseAck, ModelUpdated, QueryPush, QueryView, ReplyAck, Stats } from "../wire";
import type { Message, State } from "./app";
import { START, current, offered, reduce, screen } from "./app";
import { fixture } from "./fixtures";

const HELLO = fixture<Hello>("annotate.session-hello.push");
const PAIR = fixture<QueryPush>("annotate.query-push.push").query;
const ACK = fixture<ReplyAck>("annotate.query-reply.ack");
const STATS = fixture<Stats>("annotate.stats-updated.push");
const STAMP = { key: "k-1", now: 10_000, day: "2026-01-01" };

function pair(name: string, changes: Partial<QueryView> = {}): QueryView {
  return { ...structuredClone(PAIR), query: name, ...changes };
}

function play(messages: Message[], from: State = START): State {
  return messages.reduce(reduce, from);
}

/** A page that holds three pairs and shows the first since second 4. */
function ready(): State {
  const views = ["q-1", "q-2", "q-3"].map((name) => pair(name));
  const ack: LeaseAck = { ok: true, seq: 1, held: ["q-1", "q-2", "q-3"], queries: views, waiting: 9 };
  return play([{ type: "hello", hello: HELLO, now: 4000 }, { type: "leased", ack, now: 4000 }]);
}

const right = { left: { action: "keep" as const }, right: { action: "keep" as const } };

describe("answering", () => {
  it("puts the reply into the outbox and shows the next pair at once", () => {
    const s = reduce(ready(), { type: "answer", decisions: right, ...STAMP });
    expect(current(s)?.query).toBe("q-2");
    expect(s.outbox).toHaveLength(1);
    expect(s.outbox[0]).toMatchObject({
      event: "query:reply", tries: 0, owner: "anna@digits",
      body: { query: "q-1", epoch: 3, key: "k-1", seconds: 6, example: { action: "keep" }, comment: "" },
    });
    expect(s.today).toMatchObject({ count: 1, day: "2026-01-01" });
  });

  it("relabels the side that is wrong and keeps the other", () => {
    const s = play([
      { type: "choose", side: "right", both: false },
      { type: "decided", decision: { action: "relabel", label: "8" }, ...STAMP },
    ], ready());
    expect(s.outbox[0]?.body).toMatchObject({
      example: { action: "keep" }, counter_example: { action: "relabel", label: "8" } });
  });

  it("asks for both classes in turn, and steps back", () => {
    const first = play([
      { type: "choose", side: "left", both: true },
      { type: "decided", decision: { action: "relabel", label: "3" }, ...STAMP },
    ], ready());
    expect(first.stage).toMatchObject({ side: "right", first: { label: "3" } });
    expect(first.outbox).toHaveLength(0);
    expect(reduce(first, { type: "back" }).stage).toMatchObject({ side: "left", both: true });
    const done = reduce(first, { type: "decided", decision: { action: "relabel", label: "8" }, ...STAMP });
    expect(done.outbox[0]?.body).toMatchObject({ example: { label: "3" }, counter_example: { label: "8" } });
  });

  it("preselects the machine's belief, never the label that is wrong", () => {
    const s = reduce(ready(), { type: "choose", side: "left", both: false });
    expect(offered(s).selected).toBe("3");
    expect(offered(s).labels).not.toContain("5");
  });

  it("sends the comment with the answer and forgets it then", () => {
    const s = play([
      { type: "comment", text: " smudged " }, { type: "answer", decisions: right, ...STAMP },
    ], ready());
    expect(s.outbox[0]?.body).toMatchObject({ comment: "smudged" });
    expect(s.comments).toEqual({});
  });

  it("says what it did: at once, then as acknowledged, then what the model made of it", () => {
    const view = pair("q-37");
    const ack: LeaseAck = { ok: true, seq: 1, held: ["q-37"], queries: [view], waiting: 1 };
    const decisions = { left: { action: "relabel" as const, label: "3" }, right: { action: "keep" as const } };
    const s = play([
      { type: "hello", hello: HELLO, now: 0 }, { type: "leased", ack, now: 0 },
      { type: "answer", decisions, ...STAMP }, { type: "sending", key: "k-1" },
      { type: "acked", key: "k-1", ack: ACK },
      { type: "model", push: fixture<ModelUpdated>("annotate.model-updated.push") },
    ]);
    expect(s.outbox).toEqual([]);
    expect(s.line?.phrases.at(-1)).toEqual({ text: "did.flipped", values: { n: 12 } });
    expect(s.line?.phrases[0]?.text).toBe("did.relabel");
  });

  it("tells a reply that came too late to count", () => {
    const s = play([
      { type: "answer", decisions: right, ...STAMP }, { type: "sending", key: "k-1" },
      { type: "acked", key: "k-1", ack: { ...ACK, counted: false, changes: [] } },
    ], ready());
    expect(s.line?.phrases).toEqual([{ text: "did.notcounted" }]);
  });

  it("drops what the server refuses for good, and says why", () => {
    const error = { ...fixture<ErrorAnswer>("error"), error: "no such query" };
    const s = play([
      { type: "answer", decisions: right, ...STAMP }, { type: "refused", key: "k-1", error },
    ], ready());
    expect(s.outbox).toEqual([]);
    expect(s.history).toEqual([]);
    expect(s.line?.phrases[0]).toEqual({ text: "did.refused", values: { error: "no such query" } });
  });
});

describe("undo", () => {
  it("of an unsent reply leaves nothing to send", () => {
    const s = play([{ type: "answer", decisions: right, ...STAMP }, { type: "undo", key: "u-1", now: 0 }], ready());
    expect(s.outbox).toEqual([]);
    expect(current(s)?.query).toBe("q-1");
    expect(s.today.count).toBe(0);
  });

  it("of a sent reply is sent after it, and the pair comes back without an epoch", () => {
    const s = play([
      { type: "answer", decisions: right, ...STAMP }, { type: "sending", key: "k-1" },
      { type: "undo", key: "u-1", now: 0 }, { type: "answer", decisions: right, ...STAMP, key: "k-2" },
    ], ready());
    expect(s.outbox.map((e) => e.event)).toEqual(["query:reply", "reply:undo", "query:reply"]);
    expect(s.outbox[2]?.body).toMatchObject({ query: "q-1", epoch: null });
  });

  it("takes the new lease from the push that follows", () => {
    const s = play([
      { type: "answer", decisions: right, ...STAMP }, { type: "sending", key: "k-1" },
      { type: "undo", key: "u-1", now: 0 },
      { type: "query", push: { push: 9, query: pair("q-1", { epoch: 4 }) }, now: 0 },
    ], ready());
    expect(s.server.queue[0]).toMatchObject({ restored: false, view: { query: "q-1", epoch: 4 } });
  });

  it("reaches as deep as the server allows and no deeper", () => {
    let s = reduce(ready(), { type: "hello", hello: { ...HELLO, undo_depth: 2 }, now: 0 });
    for (const key of ["a", "b", "c"]) s = reduce(s, { type: "answer", decisions: right, ...STAMP, key });
    expect(s.history.map((p) => p.key)).toEqual(["c", "b"]);
    for (let i = 0; i < 3; i++) s = reduce(s, { type: "undo", key: `u-${i}`, now: 0 });
    expect(s.line?.phrases).toEqual([{ text: "did.nothing" }]);
  });
});

describe("pushes", () => {
  it("do not bring back a pair that is already answered", () => {
    const answered = reduce(ready(), { type: "answer", decisions: right, ...STAMP });
    const again = reduce(answered, { type: "query", push: { push: 5, query: pair("q-1") }, now: 0 });
    expect(again.server.queue.map((h) => h.view.query)).toEqual(["q-2", "q-3"]);
  });

  it("that replace the pair on the screen hold the keys for a moment", () => {
    const other = { ...PAIR.counter_example!, id: "digits-99" };
    const s = reduce(ready(), { type: "query", push: { push: 5, query: pair("q-1", { counter_example: other }) }, now: 7000 });
    expect(s.guard).toBe(7400);
    expect(s.line?.phrases).toEqual([{ text: "did.replaced" }]);
  });

  it("that only renew the lease do not", () => {
    const s = reduce(ready(), { type: "query", push: { push: 5, query: pair("q-1", { epoch: 9 }) }, now: 7000 });
    expect(s.guard).toBe(0);
  });

  it("that close the pair on the screen say why and go on", () => {
    const s = reduce(ready(), { type: "closed", push: { push: 6, query: "q-1", outcome: "answered" }, now: 0 });
    expect(current(s)?.query).toBe("q-2");
    expect(s.line?.phrases[0]?.text).toBe("did.closed.answered");
    expect(s.server.push).toBe(6);
  });

  it("of another person's login start from nothing", () => {
    const s = reduce(reduce(ready(), { type: "answer", decisions: right, ...STAMP }),
      { type: "hello", hello: { ...HELLO, annotator: "bo" }, now: 0 });
    expect(s.server.queue).toEqual([]);
    expect(s.history).toEqual([]);
    expect(s.outbox).toHaveLength(1);
  });
});

describe("screen", () => {
  const empty: LeaseAck = { ok: true, seq: 1, held: [], queries: [], waiting: 0 };
  const idle = (stats: Partial<Stats>) => play([
    { type: "hello", hello: HELLO, now: 0 }, { type: "leased", ack: empty, now: 0 },
    { type: "stats", push: { ...STATS, ...stats } },
  ]);

  it.each([
    ["loading", START],
    ["ask", ready()],
    ["starting", idle({ asked: 0, audits: 0, received: 40, finished: false })],
    ["waiting", idle({ asked: 3, finished: false })],
    ["finished", idle({ asked: 3, finished: true, waiting: 0 })],
    ["offline", reduce(idle({}), { type: "link", link: "offline" })],
    ["ask", reduce(ready(), { type: "link", link: "offline" })],
    ["denied", reduce(ready(), { type: "link", link: "denied" })],
    ["role", reduce(START, { type: "hello", hello: { ...HELLO, roles: ["reader"] }, now: 0 })],
    ["tab", reduce(ready(), { type: "active", active: false })],
  ] as const)("is %s", (name, state) => expect(screen(state)).toBe(name));
});

describe("an unlabelled example", () => {
  it("asks for its class at once", () => {
    const view = pair("q-1", { kind: "unlabelled", counter_example: null, example: { ...PAIR.example, given_label: null } });
    const s = play([{ type: "hello", hello: HELLO, now: 0 }, { type: "query", push: { push: 1, query: view }, now: 0 }]);
    expect(s.stage.name).toBe("choose");
    expect(offered(s).labels).toHaveLength(10);
  });
});
