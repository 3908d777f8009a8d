// Only one tab answers: the one opened last, or the one where "answer here" was pressed.

import { answering, watch } from "./router";
import { dispatch, getState, storedOutbox } from "./store";

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("cincer.tab");
const here = Math.random().toString(36).slice(2);

/** This tab answers from now on; the others step back. */
export function takeOver(): void {
  channel?.postMessage(here);
  dispatch({ type: "active", active: true, outbox: storedOutbox() });
}

/** A tab that shows another page does not answer, until one goes to the question in it. */
export function watchTabs(): void {
  channel?.addEventListener("message", (event: MessageEvent<string>) => {
    if (event.data !== here) dispatch({ type: "active", active: false });
  });
  if (answering()) channel?.postMessage(here);
  else dispatch({ type: "active", active: false });
  watch(() => {
    if (answering() && !getState().active) takeOver();
  });
}
