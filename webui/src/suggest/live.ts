// placeholder until curate's socket is merged
import { useEffect, useState } from "preact/hooks";
import { io } from "socket.io-client";
import type { SuggestionsUpdated, WeightsUpdated } from "../wire";
import { refresh, updated } from "./desk";

export function useWeightsPush(): WeightsUpdated | null {
  const [push, set] = useState<WeightsUpdated | null>(null);
  useEffect(() => {
    const socket = io("/curate", { transports: ["websocket"], withCredentials: true });
    let greeted = false;
    socket.on("session:hello", () => {
      if (greeted) void refresh();
      greeted = true;
    });
    socket.on("suggestions:updated", (p: SuggestionsUpdated) => updated(p));
    socket.on("weights:updated", (p: WeightsUpdated) => set(p));
    return () => void socket.disconnect();
  }, []);
  return push;
}
