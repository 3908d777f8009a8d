// The projection of a cell: pan, zoom, lasso, rectangle, click, and all of it by keyboard.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { number, t } from "../../../i18n";
import type { Selection } from "../../../wire";
import { want, watchItems } from "../contents";
import type { Box } from "../pure/camera";
import { fitted, showing, toScreen, zoomed } from "../pure/camera";
import { bounds } from "../pure/lasso";
import { joined, toggled } from "../pure/selecting";
import type { Direction } from "../pure/spatial";
import { Points } from "../pure/spatial";
import { send } from "../store";
import { MapCanvas } from "./MapCanvas";
import { usePalette } from "./palette";
import type { Tool } from "./pointers";
import { usePointers } from "./pointers";
import type { Scene } from "./scene";
import { shadesOf } from "./scene";
import type { CellRows } from "./useCell";
import { useSize } from "./virtual";

interface Props {
  cell: CellRows;
  others: Selection[];
  tool: Tool;
  /** What floats at the selection's edge. */
  children: ComponentChildren;
}

export function MapView({ cell, others, tool, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ground = useRef<HTMLCanvasElement>(null);
  const focus = useRef<HTMLElement>(null);
  const hovered = useRef<HTMLElement>(null);
  const float = useRef<HTMLDivElement>(null);
  const map = useRef<MapCanvas | null>(null);
  const size = useSize(place);
  const [hover, point] = useState(-1);
  const scene = useScene(cell, others, hover);
  useLayoutEffect(() => {
    if (!canvas.current || !ground.current || !focus.current || !hovered.current || !size || size.width === 0) return;
    if (map.current) map.current.resize(size);
    else map.current = new MapCanvas(canvas.current, ground.current, { focus: focus.current, hover: hovered.current }, size);
    map.current.onWant = want;
    map.current.onDrawn = () => placeFloat(map.current, scene, float.current);
    map.current.show(scene);
  }, [size, scene]);
  useLayoutEffect(() => {
    const stop = watchItems(() => map.current?.redraw());
    return () => {
      stop();
      map.current?.stop();
    };
  }, []);
  const pointers = usePointers(map, scene, cell, tool, point);
  const spoken = cell.focus === null ? "" : spokenOf(cell, cell.focus);
  return (
    <div class="map" ref={place} data-tool={tool}>
      <canvas ref={ground} class="map-ground" aria-hidden="true" />
      <canvas ref={canvas} class="map-top" tabIndex={0} role="application" aria-label={t("m.map.label", { n: cell.rows.length, picked: cell.picked.size })}
        aria-describedby="map-how" onKeyDown={(event) => map.current && keyed(event, map.current, scene, cell)} {...pointers} />
      <i class="map-mark hover" ref={hovered} aria-hidden="true" hidden />
      <i class="map-mark" ref={focus} aria-hidden="true" hidden />
      <p id="map-how" class="visually-hidden">{t("m.map.how")}</p>
      <p class="visually-hidden" role="status">{spoken}</p>
      <Zoom map={map} />
      <div class="float" ref={float}>{children}</div>
    </div>
  );
}

function useScene(cell: CellRows, others: Selection[], hover: number): Scene {
  const palette = usePalette();
  const { view, rows, at, hidden, picked, focus } = cell;
  const points = useMemo(() => new Points(view.x, view.y), [view]);
  const shade = useMemo(() => shadesOf(view.iies), [view]);
  const rank = useMemo(() => rankOf(cell), [view, rows]);
  const rest = useMemo(() => restOf(cell, rank), [view, rank, hidden]);
  const chosen = useMemo(() => [...picked].flatMap((id) => at.get(id) ?? []), [view, picked]);
  const mask = useMemo(() => {
    const made = new Uint8Array(view.ids.length);
    for (const row of chosen) made[row] = 1;
    return made;
  }, [view, chosen]);
  const people = useMemo(() => others.filter((other) => other.given_label === view.given_label && other.predicted_label === view.predicted_label)
    .map(({ who, ids }) => ({ who, rows: ids.flatMap((id) => (hidden.has(id) ? [] : at.get(id) ?? [])) })), [view, others, hidden]);
  const focused = focus === null ? -1 : at.get(focus) ?? -1;
  const box = useMemo(() => boxOf(points, chosen.length > 0 ? chosen : focused >= 0 ? [focused] : []), [points, chosen, focused]);
  return useMemo(() => ({
    points, ids: view.ids, iies: view.iies, shade, rows, rank, rest, picked: chosen, mask, others: people, box,
    focus: focused, hover, palette,
  }), [points, shade, rows, rank, rest, chosen, mask, people, box, focused, hover, palette]);
}

function boxOf(points: Points, rows: readonly number[]): Box | null {
  return rows.length > 0 ? bounds(rows.map((row) => ({ x: points.x[row]!, y: points.y[row]! }))) : null;
}

function rankOf({ view, rows }: CellRows): Int32Array {
  const rank = new Int32Array(view.ids.length).fill(-1);
  rows.forEach((row, at) => void (rank[row] = at));
  return rank;
}

function restOf({ view, hidden }: CellRows, rank: Int32Array): Uint32Array {
  return Uint32Array.from(view.ids.keys()).filter((row) => rank[row]! < 0 && !hidden.has(view.ids[row]!));
}

function spokenOf({ view, at, picked }: CellRows, id: string): string {
  const row = at.get(id);
  if (row === undefined) return "";
  return t(picked.has(id) ? "m.item.say.picked" : "m.item.say", { id, iies: number(view.iies[row]!, 2) });
}

/** Puts what floats under the selection, or above it where there is no room; always inside. */
function placeFloat(map: MapCanvas | null, scene: Scene, element: HTMLElement | null): void {
  if (!map || !element || !element.firstElementChild) return;
  const { box } = scene;
  if (!box) return;
  const low = toScreen(map.camera, map.size, (box.x0 + box.x1) / 2, box.y1);
  const high = toScreen(map.camera, map.size, box.x0, box.y0);
  const { offsetWidth: width, offsetHeight: height } = element;
  const gap = map.reach + 8;
  const below = low.y + gap + height <= map.size.height - 8;
  const top = below ? low.y + gap : high.y - gap - height;
  const left = Math.max(8, Math.min(map.size.width - width - 8, low.x - width / 2));
  element.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(8, Math.min(map.size.height - height - 8, top)))}px)`;
}

function Zoom({ map }: { map: { current: MapCanvas | null } }) {
  const by = (factor: number) => () => {
    const at = map.current;
    if (!at) return;
    at.look(factor === 0 ? fitted(at.size) : zoomed(at.camera, at.size, factor, { x: at.size.width / 2, y: at.size.height / 2 }));
  };
  return (
    <div class="zoom">
      <button type="button" class="icon" aria-label={t("m.zoom.in")} title={t("m.zoom.in")} onClick={by(1.6)}>+</button>
      <button type="button" class="icon" aria-label={t("m.zoom.out")} title={t("m.zoom.out")} onClick={by(1 / 1.6)}>−</button>
      <button type="button" class="icon" aria-label={t("m.zoom.all")} title={t("m.zoom.all")} onClick={by(0)}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>
      </button>
    </div>
  );
}

const DIRECTIONS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** Arrows go to the next dot, space picks it, + and − zoom; with shift arrows pick on the way. */
function keyed(event: KeyboardEvent, map: MapCanvas, scene: Scene, cell: CellRows): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view, at, focus, picked } = cell;
  const middle = { x: map.size.width / 2, y: map.size.height / 2 };
  const direction = DIRECTIONS[event.key];
  const from = focus === null ? -1 : at.get(focus) ?? -1;
  if (event.key === "+" || event.key === "=") map.look(zoomed(map.camera, map.size, 1.5, middle));
  else if (event.key === "-") map.look(zoomed(map.camera, map.size, 1 / 1.5, middle));
  else if (event.key === " " && focus !== null) send({ type: "pick", ids: toggled(picked, focus) });
  else if (direction) {
    const row = from < 0 ? scene.rows[0] ?? -1 : scene.points.towards(from, direction, (other) => scene.rank[other]! >= 0);
    if (row >= 0) arrive(map, scene, view.ids[row]!, row, event.shiftKey ? joined(picked, [...(focus === null ? [] : [focus]), view.ids[row]!], true) : null);
  } else return;
  event.preventDefault();
}

function arrive(map: MapCanvas, scene: Scene, id: string, row: number, ids: ReadonlySet<string> | null): void {
  map.look(showing(map.camera, map.size, scene.points.x[row]!, scene.points.y[row]!));
  if (ids) send({ type: "pick", ids, focus: id });
  else send({ type: "focus", id });
}
