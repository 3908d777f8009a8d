// What of the projection is on the canvas. The projection lies in the unit square; the canvas is
// measured in CSS pixels. Pure.

export interface Size {
  width: number;
  height: number;
}

/** The point of the projection in the middle of the canvas, and pixels a unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Spot {
  x: number;
  y: number;
}

/** A rectangle: `x1 >= x0`, `y1 >= y0`. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const MARGIN = 28;
const DEEPEST = 400;

/** The whole unit square, with a margin. */
export function fitted(size: Size): Camera {
  return { x: 0.5, y: 0.5, scale: Math.max(40, Math.min(size.width, size.height) - 2 * MARGIN) };
}

export function toScreen(camera: Camera, size: Size, x: number, y: number): Spot {
  return { x: (x - camera.x) * camera.scale + size.width / 2, y: (y - camera.y) * camera.scale + size.height / 2 };
}

export function toData(camera: Camera, size: Size, spot: Spot): Spot {
  return { x: (spot.x - size.width / 2) / camera.scale + camera.x, y: (spot.y - size.height / 2) / camera.scale + camera.y };
}

/** Zoomed by `factor`, so that what lies under `at` stays there; never farther out than everything. */
export function zoomed(camera: Camera, size: Size, factor: number, at: Spot): Camera {
  const least = fitted(size).scale;
  const scale = Math.min(least * DEEPEST, Math.max(least * 0.8, camera.scale * factor));
  const fixed = toData(camera, size, at);
  return held({
    x: fixed.x - (at.x - size.width / 2) / scale, y: fixed.y - (at.y - size.height / 2) / scale, scale,
  });
}

/** Moved by pixels, as a drag moves the ground. */
export function panned(camera: Camera, dx: number, dy: number): Camera {
  return held({ ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale });
}

/** The middle stays within the projection, so that nobody gets lost. */
function held(camera: Camera): Camera {
  return { ...camera, x: Math.min(1, Math.max(0, camera.x)), y: Math.min(1, Math.max(0, camera.y)) };
}

/** What of the projection the canvas shows, `pad` pixels more on each side. */
export function seen(camera: Camera, size: Size, pad = 0): Box {
  const half = { x: (size.width / 2 + pad) / camera.scale, y: (size.height / 2 + pad) / camera.scale };
  return { x0: camera.x - half.x, y0: camera.y - half.y, x1: camera.x + half.x, y1: camera.y + half.y };
}

/** The nearest camera that shows a point of the projection at least `pad` pixels inside. */
export function showing(camera: Camera, size: Size, x: number, y: number, pad = 40): Camera {
  const at = toScreen(camera, size, x, y);
  const over = (value: number, room: number) => value < pad ? value - pad : value > room - pad ? value - room + pad : 0;
  const dx = over(at.x, size.width);
  const dy = over(at.y, size.height);
  return dx || dy ? panned(camera, -dx, -dy) : camera;
}
