// The one file that knows the socket. It turns pushes into messages, and keeps three promises by
// itself as the state changes: the outbox is sent in order, the queue is topped up, and the
// server knows which pair is on the screen.

import { io } from "socket.io-client";
import type { Message, State } from "./state/app";
import { current, owner, screen } from "./state/app";
import * as outbox from "./state/outbox";
import { answering, watch } from "./router";
import { dispatch, getState, newKey, subscribe } from "./store";
import type {
  Ack, ErrorAnswer, Hello, LeaseAck, ModelUpdated, QueryClosed, QueryPush, ReplyAck, Stats, UndoAck,
} from "./wire";

const ACK_TIMEOUT = 8000;
const ASK_AGAIN = 4000;

type Answer<T extends Ack> = T | ErrorAnswer;

const socket = io("/annotate", {
  transports: ["websocket"],
  withCredentials: true,
  autoConnect: false,
  reconnectionDelay: 300,
  reconnectionDelayMax: 5000,
});

let draining = false;
let leasing = false;
let leasedAt = 0;
let leasedLength = -1;
let displayed = "";

/** Connects, and from then on follows the state. */
export function start(): void {
  listen();
  subscribe(sync);
  watch(sync);
  setInterval(sync, 1000);
  socket.connect();
}

function listen(): void {
  const push = <T>(event: string, message: (data: T) => Message) =>
    socket.on(event, (data: T) => dispatch(message(data)));
  socket.on("session:hello", greeted);
  push<QueryPush>("query:push", (p) => ({ type: "query", push: p, now: Date.now() }));
  push<QueryClosed>("query:closed", (p) => ({ type: "closed", push: p, now: Date.now() }));
  push<ModelUpdated>("model:updated", (p) => ({ type: "model", push: p }));
  push<Stats>("stats:updated", (p) => ({ type: "stats", push: p }));
  socket.on("disconnect", disconnected);
  socket.on("connect_error", failed);
}

/** A new connection: what was missed comes first, then everything else goes on. */
function greeted(hello: Hello): void {
  displayed = "";
  leasedLength = -1;
  void ask("session:resume", { push: getState().server.push });
  dispatch({ type: "hello", hello, now: Date.now() });
}

function disconnected(reason: string): void {
  dispatch({ type: "link", link: "offline" });
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), 1000);
}

/** A closed door and a broken line look alike to a websocket: a plain request tells. Where the
 * server itself refuses (`active` is false), it is asked again after a while. */
async function failed(): Promise<void> {
  const refused = !socket.active;
  const status = refused ? 403 : await probe();
  dispatch({ type: "link", link: status === 401 || status === 403 ? "denied" : "offline" });
  if (refused) setTimeout(() => socket.connect(), 10_000);
}

async function probe(): Promise<number> {
  try {
    return (await fetch("/api/v1/stats", { credentials: "same-origin" })).status;
  } catch {
    return 0;
  }
}

function sync(): void {
  const s = getState();
  if (s.server.link !== "live" || !s.active) return;
  void drain();
  if (!answering()) return;
  void lease(s);
  display(s);
}

/** Sends what waits, oldest first, one at a time: an undo never overtakes its reply. */
async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  try {
    for (let entry = waiting(); entry; entry = waiting()) await send(entry);
  } finally {
    draining = false;
  }
}

function waiting(): outbox.Entry | undefined {
  const s = getState();
  return s.active && s.server.link === "live" ? outbox.next(s.outbox, owner(s)) : undefined;
}

async function send(entry: outbox.Entry): Promise<void> {
  dispatch({ type: "sending", key: entry.key });
  const answer = await ask<ReplyAck | UndoAck | Ack>(entry.event, entry.body);
  if (answer?.ok) dispatch({ type: "acked", key: entry.key, ack: answer });
  else if (answer && !passing(answer)) dispatch({ type: "refused", key: entry.key, error: answer });
  else await pause((answer?.retry_after ?? 1) * 1000);
}

/** Too busy, or broken for now: the same may be sent again. */
function passing(error: ErrorAnswer): boolean {
  return error.status === 429 || error.status >= 500 || error.status === 401;
}

async function lease(s: State): Promise<void> {
  const hello = s.server.hello;
  if (!hello || leasing || s.away || screen(s) === "role") return;
  const length = s.server.queue.length;
  const again = Date.now() - leasedAt > ASK_AGAIN;
  const waits = outbox.next(s.outbox, owner(s));
  if (length > hello.prefetch || (length === leasedLength && !again) || (waits && waits.tries === 0)) return;
  leasing = true;
  const answer = await ask<LeaseAck>("query:lease", { count: Math.min(20, hello.prefetch + 1), key: newKey() });
  leasing = false;
  leasedAt = Date.now();
  if (answer?.ok) dispatch({ type: "leased", ack: answer, now: Date.now() });
  leasedLength = getState().server.queue.length;
}

function display(s: State): void {
  const view = current(s);
  const others = view ? [view.counter_example, ...(view.others ?? [])].flatMap((side) => side?.id ?? []) : [];
  const name = view ? [view.query, view.epoch, ...others].join(" ") : "";
  if (!view || name === displayed || s.server.queue[0]?.restored) return;
  displayed = name;
  void ask("query:displayed", { query: view.query, epoch: view.epoch, shown: [view.example.id, ...others] });
}

/** The server's answer, or null where none came in time. */
async function ask<T extends Ack>(event: string, body: object): Promise<Answer<T> | null> {
  if (!socket.connected) return null;
  try {
    return ((await socket.timeout(ACK_TIMEOUT).emitWithAck(event, body)) ?? null) as Answer<T> | null;
  } catch {
    return null;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
