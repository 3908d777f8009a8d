// Draws a cell's projection: dots by IIES, thumbnails where there is room, what is selected here
// and by others, the stroke. It draws once a frame, and only when something changed.

import { itemOf, pictureOf } from "../contents";
import type { Box, Camera, Size, Spot } from "../pure/camera";
import { fitted, seen, toScreen } from "../pure/camera";
import type { Layer } from "../pure/paint";
import { paint } from "../pure/paint";
import type { Points } from "../pure/spatial";
import type { Palette } from "./palette";
import { SHADES } from "./palette";

/** What is drawn. Rows that are shown come in order, the most important first. */
export interface Scene {
  points: Points;
  ids: readonly string[];
  iies: readonly number[];
  shade: Uint8Array;
  rows: Uint32Array;
  /** Place of each row in `rows`; -1: not shown. */
  rank: Int32Array;
  /** Rows outside the filter. */
  rest: Uint32Array;
  picked: readonly number[];
  /** 1 for each row that is picked. */
  mask: Uint8Array;
  /** Around what is picked, or what is in focus. */
  box: Box | null;
  others: ReadonlyArray<{ who: string; rows: number[] }>;
  focus: number;
  hover: number;
  palette: Palette;
}

export interface Stroke {
  kind: "lasso" | "box";
  spots: Spot[];
}

const MOST_PIXELS = 2_500_000;
const MOST_THUMBS = 150;

export function shadesOf(iies: readonly number[]): Uint8Array {
  return Uint8Array.from(iies, (value) => Math.min(SHADES - 1, Math.max(0, Math.floor((value - 0.5) * 2 * SHADES))));
}

export class MapCanvas {
  camera: Camera;
  stroke: Stroke | null = null;
  /** Ids whose thumbnails would be drawn if they were here. */
  onWant: (ids: string[]) => void = () => undefined;
  /** After each drawing. */
  onDrawn: () => void = () => undefined;
  private scene: Scene | null = null;
  private ratio = 1;
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  private frame = 0;
  private readonly context: CanvasRenderingContext2D;

  constructor(private readonly canvas: HTMLCanvasElement, public size: Size) {
    this.context = canvas.getContext("2d", { willReadFrequently: true })!;
    this.camera = fitted(size);
    this.resize(size);
  }

  resize(size: Size): void {
    const whole = Math.abs(this.camera.scale - fitted(this.size).scale) < 1;
    this.size = size;
    if (whole) this.camera = fitted(size);
    const most = Math.sqrt(MOST_PIXELS / Math.max(1, size.width * size.height));
    this.ratio = Math.max(1, Math.min(devicePixelRatio || 1, most));
    const [width, height] = [Math.max(1, Math.round(size.width * this.ratio)), Math.max(1, Math.round(size.height * this.ratio))];
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.redraw();
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.redraw();
  }

  look(camera: Camera): void {
    this.camera = camera;
    this.redraw();
  }

  redraw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      this.onDrawn();
    });
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** How far a dot may be from a pointer that means it, in CSS pixels. */
  get reach(): number {
    return this.thumbSize() > 0 ? this.thumbSize() * 0.6 : 10;
  }

  private draw(): void {
    const { scene, image } = this;
    if (!scene || !image) return;
    const thumbs = this.thumbs(scene);
    const device = { width: this.canvas.width, height: this.canvas.height };
    paint(this.pixels, device, this.camera, this.ratio, scene.points.x, scene.points.y, this.layers(scene));
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.putImageData(image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    for (const row of thumbs) this.thumb(scene, row);
    this.rings(scene);
    if (this.stroke) this.drawStroke(this.stroke, scene.palette);
  }

  private layers(scene: Scene): Layer[] {
    const closer = Math.min(scene.rows.length > 5000 ? 1.5 : 2, Math.sqrt(this.camera.scale / fitted(this.size).scale));
    const base = scene.rows.length > 5000 ? 1.6 : scene.rows.length > 500 ? 2.4 : 3.4;
    const radius = base * closer * this.ratio;
    return [
      { rows: scene.picked, palette: scene.palette.picked, shade: null, radius: radius + this.ratio },
      { rows: scene.rows, palette: scene.palette.iies, shade: scene.shade, radius },
      { rows: scene.rest, palette: scene.palette.faint, shade: null, radius },
    ];
  }

  /** Side of a thumbnail in CSS pixels; 0 where dots are too close together for any. */
  private thumbSize(): number {
    const count = this.scene?.rows.length ?? 0;
    const zoom = this.camera.scale / fitted(this.size).scale;
    if (count > 400 && zoom < 1.8) return 0;
    if (count > 5000 && zoom < 6) return 0;
    return Math.round(Math.min(64, 24 * Math.sqrt(zoom)));
  }

  /** Rows whose thumbnails fit without lying over each other, the most important first. */
  private thumbs(scene: Scene): number[] {
    const side = this.thumbSize();
    if (side === 0) return [];
    const near = scene.points.within(seen(this.camera, this.size, side)).filter((row) => scene.rank[row]! >= 0);
    if (near.length > 4000) return [];
    near.sort((a, b) => scene.mask[b]! - scene.mask[a]! || scene.rank[a]! - scene.rank[b]!);
    const taken = new Set<number>();
    const found: number[] = [];
    for (const row of near) {
      const at = toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!);
      const slot = (dx: number, dy: number) => (Math.floor(at.y / side) + dy + 64) * 4096 + Math.floor(at.x / side) + dx + 64;
      if (taken.has(slot(0, 0)) || found.length >= MOST_THUMBS) continue;
      for (let d = 0; d < 9; d++) taken.add(slot((d % 3) - 1, Math.floor(d / 3) - 1));
      found.push(row);
    }
    this.onWant(found.map((row) => scene.ids[row]!));
    return found;
  }

  private thumb(scene: Scene, row: number): void {
    const id = scene.ids[row]!;
    const content = itemOf(id)?.content;
    const at = toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!);
    const edge = scene.mask[row] ? scene.palette.css.picked : null;
    if (content?.kind === "image") this.drawPicture(id, at, this.thumbSize(), edge ?? hex(scene.palette.iies[scene.shade[row]!]!), edge !== null);
    else if (content?.kind === "text") this.drawWords(content.text, at, scene.palette);
  }

  private drawPicture(id: string, at: Spot, side: number, edge: string, strong: boolean): void {
    const picture = pictureOf(id);
    if (!picture) return;
    const scale = side / Math.max(picture.naturalWidth, picture.naturalHeight);
    const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
    const [left, top] = [Math.round(at.x - width / 2), Math.round(at.y - height / 2)];
    this.context.imageSmoothingEnabled = scale < 1;
    this.context.drawImage(picture, left, top, width, height);
    this.context.lineWidth = strong ? 3 : 1.5;
    this.context.strokeStyle = edge;
    this.context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  }

  private drawWords(text: string, at: Spot, palette: Palette): void {
    const words = text.length > 22 ? `${text.slice(0, 21)}…` : text;
    this.context.font = "11px system-ui, sans-serif";
    this.context.lineWidth = 3;
    this.context.strokeStyle = palette.css.surface;
    this.context.fillStyle = palette.css.text;
    this.context.strokeText(words, at.x + 8, at.y + 4);
    this.context.fillText(words, at.x + 8, at.y + 4);
  }

  private rings(scene: Scene): void {
    const { css } = scene.palette;
    const pictures = itemOf(scene.ids[scene.rows[0] ?? 0] ?? "")?.content.kind === "image";
    const radius = pictures && this.thumbSize() > 0 ? this.thumbSize() * 0.75 : 8;
    for (const { rows } of scene.others) for (const row of rows) this.ring(scene, row, radius, css.others, 1.5);
    if (scene.hover >= 0) this.ring(scene, scene.hover, radius, css.focus, 1);
    if (scene.focus >= 0) this.ring(scene, scene.focus, radius + 1, css.focus, 2);
  }

  private ring(scene: Scene, row: number, radius: number, colour: string, width: number): void {
    const at = toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!);
    if (at.x < -20 || at.y < -20 || at.x > this.size.width + 20 || at.y > this.size.height + 20) return;
    this.context.beginPath();
    this.context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.stroke();
  }

  private drawStroke({ kind, spots }: Stroke, palette: Palette): void {
    const [from, to] = [spots[0], spots.at(-1)];
    if (!from || !to) return;
    this.context.beginPath();
    if (kind === "box") this.context.rect(Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    else for (const spot of spots) this.context.lineTo(spot.x, spot.y);
    this.context.globalAlpha = 0.12;
    this.context.fillStyle = palette.css.picked;
    this.context.fill();
    this.context.globalAlpha = 1;
    this.context.lineWidth = 1.5;
    this.context.strokeStyle = palette.css.picked;
    if (kind === "lasso") this.context.closePath();
    this.context.stroke();
  }
}

function hex(colour: number): string {
  const part = (shift: number) => ((colour >> shift) & 255).toString(16).padStart(2, "0");
  return `#${part(0)}${part(8)}${part(16)}`;
}
