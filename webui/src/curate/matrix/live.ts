// Curators' socket: what changed, who has selected what. After a gap everything is read again.

import { io } from "socket.io-client";
import type { CurateHello, MapReady, MatrixChanged, SelectIn, SelectionChanged, SurveyUpdated } from "../../wire";
import { setLink } from "../link";
import { forget } from "./contents";
import type { Board } from "./pure/state";
import { getBoard, readCell, readMatrix, readPairs, send, subscribe } from "./store";

const QUIET = 150;
const AGAIN = 250;

const socket = io("/curate", {
  transports: ["websocket"], withCredentials: true, autoConnect: false, reconnectionDelay: 300, reconnectionDelayMax: 5000,
});

let listening = false;
let greeted = false;
let shared = "";
let timer = 0;
let reading = 0;

/** Follows the live data set until the answer is called. */
export function follow(): () => void {
  if (!listening) listen();
  listening = true;
  setLink(getBoard().link);
  const stop = subscribe(sync);
  socket.connect();
  return () => {
    stop();
    setLink(null);
    socket.disconnect();
    greeted = false;
  };
}

function listen(): void {
  socket.on("session:hello", (hello: CurateHello) => {
    const before = greeted;
    greeted = true;
    link("live");
    send({ type: "hello", hello });
    shared = "";
    if (before || hello.seq > (getBoard().matrix.data?.seq ?? hello.seq)) void again();
    share();
  });
  socket.on("matrix:changed", (push: MatrixChanged) => {
    forget(push.cells.flatMap((cell) => [...cell.left, ...cell.came]));
    send({ type: "changed", push });
  });
  socket.on("survey:updated", (push: SurveyUpdated) => send({ type: "survey", survey: push.survey }));
  socket.on("map:ready", (push: MapReady) => {
    const { place, method } = getBoard();
    if (method !== "pca" && place?.given === push.given_label && place.predicted === push.predicted_label) void readCell();
  });
  socket.on("selection:changed", (push: SelectionChanged) => send({ type: "selection", push }));
  socket.on("disconnect", (reason) => {
    link("offline");
    if (reason === "io server disconnect") setTimeout(() => greeted && socket.connect(), 1000);
  });
  socket.on("connect_error", () => link("offline"));
}

function link(now: Board["link"]): void {
  setLink(now);
  send({ type: "link", link: now });
}

/** Reads again what is on the screen. */
export async function again(): Promise<void> {
  await Promise.all([readMatrix(), readCell(), readPairs()]);
}

/** Reads again what has become stale, and tells the others what is selected here. */
function sync(): void {
  const { stale, matrix, cell } = getBoard();
  if ((stale.matrix && !matrix.busy) || (stale.cell && !cell.busy)) reading ||= window.setTimeout(refresh, AGAIN);
  if (selectionOf(getBoard()) !== shared) timer ||= window.setTimeout(share, QUIET);
}

function refresh(): void {
  reading = 0;
  const { stale } = getBoard();
  if (stale.matrix) void readMatrix();
  if (stale.cell) void readCell();
}

const MOST = 2000;

function selectionOf(board: Board): string {
  return `${board.place?.given}/${board.place?.predicted}/${board.picked.size}/${[...board.picked].slice(0, 50).join()}`;
}

function share(): void {
  timer = 0;
  const { place, picked } = getBoard();
  shared = selectionOf(getBoard());
  const said: SelectIn = {
    given_label: place?.given ?? null, predicted_label: place?.predicted ?? null, ids: [...picked].slice(0, MOST), count: picked.size,
  };
  if (socket.connected) socket.emit("selection:set", said);
}
