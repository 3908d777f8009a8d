import { describe, expect, it } from "vitest";
import type { ExplainAck, QueryPush } from "../wire";
import { START, reduce } from "./app";
import { fixture } from "./fixtures";
import type { Why } from "./why";
import { decimals, explainable, predicted, supports, whyOf } from "./why";

const view = fixture<QueryPush>("annotate.query-push.push").query;
const ack = fixture<ExplainAck>("annotate.query-explain.ack");
const pair = { query: view.query, counter: view.counter_example?.id ?? "" };
const loading: Why = { ...pair, status: "loading" };
const done: Why = { ...pair, status: "done", ack };

describe("the prediction", () => {
  it("is the probability with and without the counter-example", () => {
    expect(predicted(view)).toEqual({ before: 0.11, after: 0.11 + 0.203 });
    expect(supports(view)).toBe(true);
  });

  it("stays a probability, and may speak for the label", () => {
    expect(predicted({ ...view, predicted_change: 0.95 })?.after).toBe(1);
    expect(predicted({ ...view, predicted_change: -0.4 })?.after).toBe(0);
    expect(supports({ ...view, predicted_change: -0.01 })).toBe(false);
  });

  it("is left out where it is not known", () => {
    expect(predicted({ ...view, predicted_change: null })).toBeNull();
    expect(supports({ ...view, predicted_change: null })).toBe(true);
    expect(predicted({ ...view, counter_example: null })).toBeNull();
    expect(explainable({ ...view, example: { ...view.example, given_label: null } })).toBe(false);
  });
});

describe("decimals", () => {
  it("are as few as tell the figures apart, at most two", () => {
    expect(decimals(0.08, 0.31)).toBe(0);
    expect(decimals(0.121, 0.124)).toBe(1);
    expect(decimals(0.1211, 0.1212)).toBe(2);
    expect(decimals(0.12, 0.12000001)).toBe(2);
    expect(decimals(0.5, 0.5)).toBe(0);
    expect(decimals(0.003, 0.01)).toBe(1);
    expect(decimals(0, 0.2)).toBe(0);
  });
});

describe("an answer", () => {
  const told = (...whys: Why[]) => whys.reduce((s, why) => reduce(s, { type: "why", why }), START).why;

  it("counts for what was asked last", () => {
    expect(told(loading, done)).toBe(done);
    expect(told(done)).toBeNull();
    const other: Why = { ...loading, query: "q-38" };
    expect(told(loading, other, done)).toBe(other);
  });

  it("is shown with its own pair only", () => {
    expect(whyOf(done, view)).toBe(done);
    expect(whyOf(done, { ...view, query: "q-38" })).toBeNull();
    expect(whyOf({ ...done, counter: "another" }, view)).toBeNull();
  });
});
