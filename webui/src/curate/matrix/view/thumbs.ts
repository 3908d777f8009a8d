// Thumbnails of items on a map: which have room, and how one is drawn.

import { itemOf, pictureOf } from "../contents";
import type { Camera, Size, Spot } from "../pure/camera";
import { seen, toScreen } from "../pure/camera";
import type { Palette } from "./palette";
import { hex } from "./palette";
import type { Scene } from "./scene";

const MOST = 150;
/** Where more dots than this are in sight, no thumbnail is. */
const CROWD = 4000;

/** Rows whose thumbnails, `side` CSS pixels wide, fit without lying over each other, the most
 * important first. */
export function fitting(scene: Scene, camera: Camera, size: Size, side: number): number[] {
  const near = scene.points.within(seen(camera, size, side)).filter((row) => scene.rank[row]! >= 0);
  if (near.length > CROWD) return [];
  near.sort((a, b) => scene.mask[b]! - scene.mask[a]! || scene.rank[a]! - scene.rank[b]!);
  const taken = new Set<number>();
  const found: number[] = [];
  for (const row of near) {
    const at = toScreen(camera, size, scene.points.x[row]!, scene.points.y[row]!);
    const slot = (dx: number, dy: number) => (Math.floor(at.y / side) + dy + 64) * 4096 + Math.floor(at.x / side) + dx + 64;
    if (taken.has(slot(0, 0)) || found.length >= MOST) continue;
    for (let d = 0; d < 9; d++) taken.add(slot((d % 3) - 1, Math.floor(d / 3) - 1));
    found.push(row);
  }
  return found;
}

/** Draws a row's thumbnail around `at`, if its content is here. */
export function drawThumb(context: CanvasRenderingContext2D, scene: Scene, row: number, at: Spot, side: number): void {
  const id = scene.ids[row]!;
  const content = itemOf(id)?.content;
  const edge = scene.mask[row] ? scene.palette.css.picked : null;
  if (content?.kind === "image") drawPicture(context, id, at, side, edge ?? hex(scene.palette.iies[scene.shade[row]!]!), edge !== null);
  else if (content?.kind === "text") drawWords(context, content.text, at, scene.palette);
}

function drawPicture(context: CanvasRenderingContext2D, id: string, at: Spot, side: number, edge: string, strong: boolean): void {
  const picture = pictureOf(id);
  if (!picture) return;
  const scale = side / Math.max(picture.naturalWidth, picture.naturalHeight);
  const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
  const [left, top] = [Math.round(at.x - width / 2), Math.round(at.y - height / 2)];
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(picture, left, top, width, height);
  context.lineWidth = strong ? 3 : 1.5;
  context.strokeStyle = edge;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
}

function drawWords(context: CanvasRenderingContext2D, text: string, at: Spot, palette: Palette): void {
  const words = text.length > 22 ? `${text.slice(0, 21)}…` : text;
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 3;
  context.strokeStyle = palette.css.surface;
  context.fillStyle = palette.css.text;
  context.strokeText(words, at.x + 8, at.y + 4);
  context.fillText(words, at.x + 8, at.y + 4);
}
