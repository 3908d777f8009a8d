// The live line of the suggestions and weights: what is new. When it is up all is read again: what
// came before was not heard.

import { useEffect, useState } from "preact/hooks";
import { io } from "socket.io-client";
import type { Link } from "../curate/link";
import { setLink } from "../curate/link";
import type { CurateHello, WeightsUpdated } from "../wire";
import { drain, refresh, updated } from "./desk";

const socket = io("/curate", {
  transports: ["websocket"], withCredentials: true, autoConnect: false, reconnectionDelay: 300, reconnectionDelayMax: 5000,
});

let link: Link = "connecting";
let open = false;
let weights: (news: CurateHello | WeightsUpdated) => void = () => undefined;

socket.on("session:hello", (hello: CurateHello) => {
  say("live");
  refresh();
  weights(hello);
  void drain();
});
socket.on("suggestions:updated", updated);
socket.on("weights:updated", (push: WeightsUpdated) => weights(push));
socket.on("connect_error", () => say("offline"));
socket.on("disconnect", (reason) => {
  say("offline");
  if (reason === "io server disconnect") setTimeout(() => open && socket.connect(), 1000);
});

/** Only an open page says how its line is. */
function say(next: Link): void {
  link = next;
  if (open) setLink(next);
}

/** Follows while the page is open; the newest reason to read the weights again: a push about them,
 * or a line that is up (what came before it was not heard). */
export function useLive(): object | null {
  const [push, set] = useState<object | null>(null);
  useEffect(() => {
    weights = set;
    open = true;
    setLink(link);
    socket.connect();
    return () => {
      open = false;
      link = "connecting";
      socket.disconnect();
      setLink(null);
    };
  }, []);
  return push;
}
