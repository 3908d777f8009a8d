// What is read when: no call for a list is lost while the list is being read.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SuggestionsView } from "../wire";
import { fixture } from "../state/fixtures";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
const answers: ((ids: string[], total?: number) => Promise<void>)[] = [];
const asked: string[] = [];
vi.stubGlobal("fetch", (path: string) => new Promise((resolve) => {
  asked.push(path.replace(/.*\?/, ""));
  answers.push(async (ids, total = ids.length) => {
    resolve({ status: 200, json: () => Promise.resolve(view(ids, total)) });
    await vi.waitFor(() => expect(visible(getInbox())).toContain(ids.at(-1)));
  });
}));
const { further, getInbox, refresh, tell, updated } = await import("./desk");
const { visible } = await import("./inbox");

const sample = fixture<SuggestionsView>("http.suggestions-view");

function view(ids: string[], total: number): SuggestionsView {
  return { ...sample, total, suggestions: ids.map((id) => ({ ...sample.suggestions[0], id, state: "open" })) as SuggestionsView["suggestions"] };
}

async function answer(ids: string[], total?: number): Promise<void> {
  await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0));
  await answers.shift()?.(ids, total);
}

const news = { push: 1, version: sample.version + 1, total: 2, best_gain: null, note: "" };

describe("a list that is being read", () => {
  beforeEach(() => void asked.splice(0));
  afterEach(() => vi.useRealTimers());
  it("is read again, once, where it was asked for twice meanwhile", async () => {
    refresh();
    refresh();
    refresh();
    await answer(["a", "b"]);
    await answer(["a", "b", "c"]);
    expect(visible(getInbox())).toEqual(["a", "b", "c"]);
    expect([asked.length, answers.length]).toEqual([2, 0]);
  });
  it("is read on from its new end, and not beyond the last", async () => {
    refresh();
    further();
    await answer(["a", "b", "c"], 4);
    await answer(["d"], 4);
    further();
    await Promise.resolve();
    expect(asked.map((path) => path.replace(/.*offset=/, ""))).toEqual(["0", "3"]);
    expect(visible(getInbox())).toEqual(["a", "b", "c", "d"]);
  });
  it("is read again after news that came meanwhile", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    refresh();
    updated(news);
    await answer(["a", "b"]);
    vi.runAllTimers();
    await answer(["b", "c"]);
    expect(visible(getInbox())).toContain("c");
    expect(getInbox().lists.open.stale).toBe(false);
  });
  it("is read again once nothing is selected any more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    refresh();
    await answer(["a", "b"]);
    tell({ type: "toggle", id: "a" });
    updated(news);
    vi.runAllTimers();
    expect(answers).toEqual([]);
    tell({ type: "clear" });
    vi.runAllTimers();
    await answer(["b", "d"]);
    expect(asked.length).toBe(2);
  });
});
