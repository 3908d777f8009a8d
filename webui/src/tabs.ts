// Only one tab answers: the one opened last, or the one where "answer here" was pressed.

import { dispatch, storedOutbox } from "./store";

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("cincer.tab");
const here = Math.random().toString(36).slice(2);

/** This tab answers from now on; the others step back. */
export function takeOver(): void {
  channel?.postMessage(here);
  dispatch({ type: "active", active: true, outbox: storedOutbox() });
}

export function watchTabs(): void {
  channel?.addEventListener("message", (event: MessageEvent<string>) => {
    if (event.data !== here) dispatch({ type: "active", active: false });
  });
  channel?.postMessage(here);
}
