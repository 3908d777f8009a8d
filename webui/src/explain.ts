// Asks what a pair would be without its counter-example. By HTTP: on the socket, an answer given
// meanwhile would have to wait for it.

import type { Why } from "./state/why";
import { dispatch } from "./store";
import type { ErrorAnswer, ExplainAck, QueryView } from "./wire";

const PATIENCE = 15_000;

export async function explain(view: QueryView): Promise<void> {
  const pair = { query: view.query, counter: view.counter_example?.id ?? "" };
  const say = (why: Why) => dispatch({ type: "why", why });
  say({ ...pair, status: "loading" });
  const answer = await ask(view.query);
  if (!answer?.ok) return say({ ...pair, status: "failed", error: answer?.error ?? "" });
  if (answer.alone.examples[0] !== pair.counter) return say({ ...pair, status: "failed", error: "" });
  say({ ...pair, status: "done", ack: answer });
}

/** The server's answer, or null where none came in time. */
async function ask(query: string): Promise<ExplainAck | ErrorAnswer | null> {
  try {
    const response = await fetch(`/api/v1/queries/${query}/explain`, {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" },
      body: "{}", signal: AbortSignal.timeout(PATIENCE),
    });
    return (await response.json()) as ExplainAck | ErrorAnswer;
  } catch {
    return null;
  }
}
