// The pointer on the map: click, lasso, rectangle, drag, wheel, two fingers.

import { useRef } from "preact/hooks";
import type { Spot } from "../pure/camera";
import { panned, toData, zoomed } from "../pure/camera";
import { bounds, enclosed } from "../pure/lasso";
import { joined, toggled } from "../pure/selecting";
import { keep } from "../commands";
import { getBoard, send } from "../store";
import type { MapCanvas } from "./MapCanvas";
import type { Scene } from "./scene";
import type { CellRows } from "./useCell";

/** What a drag does. */
export type Tool = "lasso" | "box" | "hand";

/** Pixels a pointer may move and still click. */
const CLICK = 4;

interface Drag {
  from: Spot;
  last: Spot;
  moved: boolean;
  hand: boolean;
}

export function usePointers(map: { current: MapCanvas | null }, scene: Scene, cell: CellRows, tool: Tool, point: (row: number) => void) {
  const drag = useRef<Drag | null>(null);
  const fingers = useRef(new Map<number, Spot>());
  const spotOf = (event: PointerEvent | WheelEvent): Spot => ({ x: event.offsetX, y: event.offsetY });
  const rowAt = (spot: Spot): number => {
    const at = map.current;
    if (!at) return -1;
    const place = toData(at.camera, at.size, spot);
    return scene.points.nearest(place.x, place.y, at.reach / at.camera.scale, (row) => shownRow(cell, row));
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      const at = map.current;
      if (!at || event.button > 1) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, spotOf(event));
      const spot = spotOf(event);
      drag.current = { from: spot, last: spot, moved: false, hand: tool === "hand" || event.button === 1 || choosing() };
      at.stroke = null;
    },
    onPointerMove: (event: PointerEvent) => {
      const at = map.current;
      const [spot, held] = [spotOf(event), drag.current];
      if (!at) return;
      if (!held) return point(event.pointerType === "mouse" ? rowAt(spot) : -1);
      if (fingers.current.size === 2) return pinched(at, fingers.current, event.pointerId, spot);
      held.moved ||= Math.hypot(spot.x - held.from.x, spot.y - held.from.y) > CLICK;
      if (held.moved && held.hand) at.look(panned(at.camera, spot.x - held.last.x, spot.y - held.last.y));
      else if (held.moved) at.stroke = { kind: tool === "box" ? "box" : "lasso", spots: [...(at.stroke?.spots ?? [held.from]), spot] };
      held.last = spot;
      fingers.current.set(event.pointerId, spot);
      at.redraw();
    },
    onPointerUp: (event: PointerEvent) => {
      const at = map.current;
      const held = drag.current;
      fingers.current.delete(event.pointerId);
      if (!at || !held || fingers.current.size > 0) return;
      drag.current = null;
      const stroke = at.stroke;
      at.stroke = null;
      at.redraw();
      if (!held.moved) clicked(rowAt(held.from), cell, event.shiftKey);
      else if (stroke) stroked(at, stroke.kind, stroke.spots, scene, cell, event.shiftKey);
    },
    onPointerCancel: (event: PointerEvent) => {
      fingers.current.delete(event.pointerId);
      drag.current = null;
      if (map.current) map.current.stroke = null;
    },
    onPointerLeave: () => point(-1),
    onWheel: (event: WheelEvent) => {
      const at = map.current;
      if (!at) return;
      event.preventDefault();
      at.look(zoomed(at.camera, at.size, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), spotOf(event)));
    },
  };
}

function pinched(map: MapCanvas, fingers: Map<number, Spot>, id: number, spot: Spot): void {
  const other = [...fingers].find(([key]) => key !== id)?.[1];
  const before = fingers.get(id);
  if (!other || !before) return;
  const apart = (a: Spot, b: Spot) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  map.look(panned(zoomed(map.camera, map.size, apart(spot, other) / apart(before, other), other), (spot.x - before.x) / 2, (spot.y - before.y) / 2));
  fingers.set(id, spot);
}

function shownRow({ view, hidden }: CellRows, row: number): boolean {
  return !hidden.has(view.ids[row]!);
}

/** Whether a click says which copy is kept; a drag then moves the map. */
function choosing(): boolean {
  return getBoard().stage.name === "keep";
}

/** A click picks one; with shift it adds or takes out; beside everything it picks none. */
function clicked(row: number, { view, picked }: CellRows, shift: boolean): void {
  if (row < 0 && choosing()) return;
  if (row >= 0 && keep(view.ids[row]!)) return;
  if (row < 0) return shift ? undefined : send({ type: "pick", ids: new Set() });
  const id = view.ids[row]!;
  send({ type: "pick", ids: shift ? toggled(picked, id) : new Set([id]), focus: id });
}

function stroked(map: MapCanvas, kind: "lasso" | "box", spots: Spot[], scene: Scene, cell: CellRows, add: boolean): void {
  const places = spots.map((spot) => toData(map.camera, map.size, spot));
  const found = kind === "box" ? scene.points.within(bounds([places[0]!, places.at(-1)!])) : enclosed(scene.points, places);
  const ids = found.filter((row) => scene.rank[row]! >= 0).map((row) => cell.view.ids[row]!);
  const focus = ids.length === 1 ? ids[0]! : undefined;
  send(focus === undefined ? { type: "pick", ids: joined(cell.picked, ids, add) } : { type: "pick", ids: joined(cell.picked, ids, add), focus });
}
