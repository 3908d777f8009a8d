// The mailbox as a state machine, what waits for the server, scales, bars, numbers.

import { describe, expect, it, vi } from "vitest";
import type { SuggestionsAck, SuggestionsView } from "../wire";
import { fixture } from "../state/fixtures";
import type { Inbox, Message } from "./inbox";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
const { EMPTY, kindOf, meant, more, reduce, total, visible } = await import("./inbox");
const { ends, inSight, place, sampled, ticks } = await import("./scales");
const { bins } = await import("./bins");
const { about, nats, signed, tick, within } = await import("./words");
const { speak } = await import("../i18n");

const sample = fixture<SuggestionsView>("http.suggestions-view");

function view(ids: string[], change: Partial<SuggestionsView> = {}): SuggestionsView {
  const [one] = sample.suggestions;
  if (!one) throw new Error("the fixture has no suggestion");
  return { ...sample, total: ids.length, suggestions: ids.map((id) => ({ ...one, id, state: "open" })), ...change };
}

function ack(done: string[], change: Partial<SuggestionsAck> = {}): SuggestionsAck {
  return { ok: true, seq: 200, act: "a-1", done, refused: [], ...change };
}

function after(...messages: Message[]): Inbox {
  return messages.reduce(reduce, reduce(EMPTY, { type: "read", filter: "open", offset: 0, view: view(["a", "b", "c", "d"]) }));
}

const error = { ok: false as const, error: "no", code: "conflict", status: 409, retry_after: null };
const accept = (key: string, ...ids: string[]): Message => ({ type: "act", verb: "accept", ids, key });

describe("the cursor", () => {
  it("stands on the first, moves to the ends and not over them", () => {
    expect(after().cursor).toBe("a");
    expect(after({ type: "move", step: 9, extend: false }).cursor).toBe("d");
    expect(after({ type: "move", step: -1, extend: false }).cursor).toBe("a");
  });
  it("goes on to the next row that stays, at the end to the one before", () => {
    expect(after(accept("1", "a")).cursor).toBe("b");
    expect(after({ type: "at", id: "d", extend: false }, accept("1", "c", "d")).cursor).toBe("b");
    expect(after(accept("1", "a", "b", "c", "d")).cursor).toBeNull();
  });
  it("keeps a row that is listed no more until it leaves it; nothing can be done with that", () => {
    const s = after({ type: "at", id: "b", extend: false }, { type: "read", filter: "open", offset: 0, view: view(["c", "a"]) });
    expect([visible(s), s.gone, meant(s)]).toEqual([["c", "b", "a"], "b", []]);
    expect(visible(reduce(s, { type: "move", step: 1, extend: false }))).toEqual(["c", "a"]);
  });
});

describe("the selection", () => {
  it("extends with the cursor, from where it began", () => {
    const s = after({ type: "move", step: 1, extend: true }, { type: "move", step: 1, extend: true });
    expect(meant(s)).toEqual(["a", "b", "c"]);
  });
  it("takes a range from the last that was chosen", () => {
    const s = after({ type: "toggle" }, { type: "at", id: "c", extend: false }, { type: "range" });
    expect(meant(s)).toEqual(["a", "b", "c"]);
    expect(meant(reduce(s, { type: "clear" }))).toEqual(["c"]);
  });
  it("is gone after an act, and what it was about is not", () => {
    const s = after({ type: "all" }, accept("1", "a", "b"));
    expect([s.selected.size, visible(s)]).toEqual([0, ["c", "d"]]);
  });
});

describe("an act", () => {
  it("holds at once, counted in both lists", () => {
    const s = after({ type: "counted", filter: "accepted", total: 7 }, accept("1", "a", "b"));
    expect([total(s, "open"), total(s, "accepted"), kindOf(s, "a")]).toEqual([2, 9, "accepted"]);
    const done = reduce(s, { type: "acked", key: "1", ack: ack(["a", "b"]) });
    expect([total(done, "open"), total(done, "accepted"), done.outbox.waiting.length]).toEqual([2, 9, 0]);
  });
  it("gives back what the server refused, and says why", () => {
    const s = after(accept("1", "a", "b"), { type: "acked", key: "1", ack: ack(["a"], { refused: [{ id: "b", reason: "labelled since" }] }) });
    expect([visible(s), s.line?.what, s.line?.reason]).toEqual([["b", "c", "d"], "refused", "labelled since"]);
    expect(total(s, "open")).toBe(3);
  });
  it("is as if it had not been where all of it was refused", () => {
    const s = after(accept("1", "a"), { type: "refused", key: "1", error });
    expect([visible(s), total(s, "open"), s.line?.what, s.outbox]).toEqual([["a", "b", "c", "d"], 4, "failed", EMPTY.outbox]);
  });
  it("is not undone by a list that the server made before it", () => {
    const s = after(accept("1", "a"), { type: "acked", key: "1", ack: ack(["a"]) });
    const old = reduce(s, { type: "read", filter: "open", offset: 0, view: view(["a", "b"], { seq: 199 }) });
    const fresh = reduce(s, { type: "read", filter: "open", offset: 0, view: view(["a", "b"], { seq: 201 }) });
    expect([visible(old), visible(fresh)]).toEqual([["b"], ["a", "b"]]);
  });
  it("waits, with the same key, while there is no answer", () => {
    const s = after(accept("1", "a"), { type: "tried", key: "1" });
    expect([s.outbox.waiting[0]?.key, s.line?.what, visible(s)]).toEqual(["1", "waiting", ["b", "c", "d"]]);
    expect(reduce(s, { type: "acked", key: "1", ack: ack(["a"]) }).line).toMatchObject({ what: "accept", id: "a", back: true });
  });
});

describe("undo", () => {
  it("brings the row back and the cursor to it", () => {
    const s = after(accept("1", "a"), { type: "acked", key: "1", ack: ack(["a"]) }, { type: "undo", key: "2" });
    expect([visible(s), s.cursor, total(s, "open")]).toEqual([["a", "b", "c", "d"], "a", 4]);
    const done = reduce(s, { type: "undone", key: "2", seq: 201 });
    expect([kindOf(done, "a"), total(done, "open"), done.outbox.done]).toEqual(["open", 4, []]);
  });
  it("drops what was never sent, and follows what is on its way", () => {
    const s = after(accept("1", "a"), accept("2", "b"), { type: "undo", key: "3" });
    expect(s.outbox.waiting.map((e) => e.key)).toEqual(["1"]);
    const both = reduce(s, { type: "undo", key: "4" });
    expect(both.outbox.waiting.map((e) => e.key)).toEqual(["1", "4"]);
    const answered = reduce(both, { type: "acked", key: "1", ack: ack(["a"]) });
    expect([answered.outbox.waiting.map((e) => e.key), answered.outbox.done, kindOf(answered, "a")]).toEqual([["4"], [], "open"]);
  });
  it("goes with an act that the server did not do", () => {
    const s = after(accept("1", "a"), { type: "undo", key: "2" });
    expect(reduce(s, { type: "refused", key: "1", error }).outbox.waiting).toEqual([]);
    expect(reduce(s, { type: "acked", key: "1", ack: ack([], { act: null }) }).outbox.waiting).toEqual([]);
  });
  it("of nothing says so", () => expect(after({ type: "undo", key: "1" }).line?.what).toBe("nothing"));
  it("that is refused leaves the act as it is", () => {
    const s = after(accept("1", "a"), { type: "acked", key: "1", ack: ack(["a"]) }, { type: "undo", key: "2" }, { type: "refused", key: "2", error });
    expect([kindOf(s, "a"), s.line?.what]).toEqual(["accepted", "failed"]);
  });
});

describe("reading on", () => {
  it("adds each row once, and knows whether there is more", () => {
    const s = after({ type: "read", filter: "open", offset: 4, view: view(["d", "e"], { total: 6 }) });
    expect([visible(s), more(s)]).toEqual([["a", "b", "c", "d", "e"], true]);
  });
  it("keeps a list while the server does not answer, not where it may not be seen", () => {
    expect(after({ type: "unread", filter: "open", status: 503, error: "" }).lists.open).toMatchObject({ at: "ready", late: true });
    expect(after({ type: "unread", filter: "open", status: 403, error: "" }).lists.open).toMatchObject({ at: "failed", ids: [] });
  });
  it("a preview of something else is not shown", () => {
    const s = after({ type: "preview", ids: ["a"] });
    expect(reduce(s, { type: "previewed", ids: ["a"], preview: null, error: "x" }).batch?.preview.at).toBe("loading");
    expect(reduce(s, { type: "previewed", ids: s.batch?.ids ?? [], preview: null, error: "x" }).batch?.preview).toEqual({ at: "failed", error: "x" });
  });
});

describe("scales", () => {
  it("place values, at the ends where they lie outside", () =>
    expect([0, 5, 10, 99].map((v) => place(v, 0, 10, 20, 40))).toEqual([20, 30, 40, 40]));
  it("hold 0", () => expect([ends([2, 3]), ends([-1, -4]), ends([])]).toEqual([[0, 3], [-4, 0], [0, 1]]));
  it("step in round numbers", () => expect(ticks(-0.011, 0.031).map((v) => Number(v.toFixed(4)))).toEqual([0, 0.02]));
  it("sample evenly, the ends among them", () => expect([sampled(3, 8), sampled(20, 4)]).toEqual([[0, 1, 2], [0, 6, 13, 19]]));
  it("know the rows in sight", () => {
    expect(inSight(7200, 720, 72, 4000, 2)).toEqual([98, 112]);
    expect(inSight(0, 720, 72, 3)).toEqual([0, 3]);
  });
});

describe("bars", () => {
  const edges = [0, 1, 2];
  it("stand by count where the truth is not known", () =>
    expect(bins({ edges, counts: [2, 4], clean: null, corrupted: null }, 100, 40).map((b) => [b.x, b.width, b.all])).toEqual([[0, 50, 20], [50, 50, 40]]));
  it("stand on each other where it is", () =>
    expect(bins({ edges, counts: [2, 4], clean: [1, 4], corrupted: [1, 0] }, 100, 40).map((b) => [b.clean, b.corrupted, b.all])).toEqual([[10, 10, 0], [40, 0, 0]]));
});

describe("numbers", () => {
  it("are written with three digits that count", () => {
    speak("en");
    expect([0.01234, 0.03, -0.5, 0, 3.14e-7].map(nats)).toEqual(["0.0123", "0.0300", "−0.500", "0", "3.1 × 10⁻⁷"]);
    expect([within(-0.046, 0.0094), within(0.2, 0.11), within(0, 0)]).toEqual(["−0.0460 ± 0.0094", "+0.20 ± 0.11", "0.000 ± 0.000"]);
    expect([signed(0.02), signed(-0.02), tick(0.02), about(4.92), about(1.25)]).toEqual(["+0.0200", "−0.0200", "0.02", "5", "1.3"]);
  });
});
