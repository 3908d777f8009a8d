// A picture as large as its place allows: small ones by whole pixels, never blurred. Held, it
// fills the screen.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { ImageContent } from "../wire";
import { fit } from "./fit";

export function ImageView({ id, image }: { id: string; image: ImageContent }) {
  const place = useRef<HTMLDivElement>(null);
  const room = useRoom(place);
  const [held, hold] = useState(false);
  const alt = t("side.image", { id, width: image.width, height: image.height });
  return (
    <div class="image-place" ref={place}>
      {room && <button type="button" class="image" title={t("side.zoom")} aria-label={`${alt}. ${t("side.zoom")}`}
        onPointerDown={() => hold(true)} onPointerUp={() => hold(false)} onPointerLeave={() => hold(false)} onPointerCancel={() => hold(false)}
        onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && hold(true)} onKeyUp={() => hold(false)} onBlur={() => hold(false)}
        onContextMenu={(e) => e.preventDefault()}>
        <Picture image={image} room={room} />
      </button>}
      {held && <div class="zoomed" aria-hidden="true"><Picture image={image} room={{ width: innerWidth - 32, height: innerHeight - 32 }} /></div>}
    </div>
  );
}

function Picture({ image, room }: { image: ImageContent; room: { width: number; height: number } }) {
  const { width, height, crisp } = fit(image, room);
  return <img src={image.url} alt="" draggable={false} class={crisp ? "crisp" : ""} width={width} height={height} />;
}

function useRoom(place: { current: HTMLElement | null }) {
  const [room, set] = useState<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => set({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return room;
}
