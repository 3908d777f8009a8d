// Draws a cell's projection: dots by IIES, thumbnails where there is room, what is selected here
// and by others, the stroke. It draws once a frame, and only when something changed.

import { itemOf } from "../contents";
import type { Camera, Size, Spot } from "../pure/camera";
import { fitted, toScreen } from "../pure/camera";
import type { Layer } from "../pure/paint";
import { Ground } from "./Ground";
import { Fading } from "./leaving";
import type { Palette } from "./palette";
import { hex } from "./palette";
import type { Scene } from "./scene";
import { gone, sameDots } from "./scene";
import { drawThumb, fitting } from "./thumbs";

/** Rings that are elements: moving one draws nothing anew. */
export interface Marks {
  focus: HTMLElement;
  hover: HTMLElement;
}

export interface Stroke {
  kind: "lasso" | "box";
  spots: Spot[];
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
  private frame = 0;
  /** Whether the dots are others than those painted. */
  private stale = true;
  /** Whether nothing is on the upper canvas. */
  private empty = true;
  private readonly fading = new Fading();
  private readonly ground: Ground;
  private readonly context: CanvasRenderingContext2D;

  /** `canvas` lies over `ground`, which has the dots; `marks` lie around the dots in focus and
   * under the pointer. */
  constructor(
    private readonly canvas: HTMLCanvasElement, ground: HTMLCanvasElement, private readonly marks: Marks, public size: Size,
  ) {
    this.context = canvas.getContext("2d")!;
    this.ground = new Ground(ground);
    this.camera = fitted(size);
    this.resize(size);
  }

  resize(size: Size): void {
    const whole = Math.abs(this.camera.scale - fitted(this.size).scale) < 1;
    this.size = size;
    if (whole) this.camera = fitted(size);
    this.ratio = this.ground.resize(size);
    this.canvas.width = Math.max(1, Math.round(size.width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(size.height * this.ratio));
    [this.stale, this.empty] = [true, true];
    this.redraw();
  }

  show(scene: Scene): void {
    if (this.scene) this.fading.begin(gone(this.scene, scene));
    this.stale ||= !this.scene || !sameDots(this.scene, scene);
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
    const { scene } = this;
    if (!scene) return;
    let more = false;
    if (this.stale) this.ground.paint(this.camera, this.ratio, scene.points, this.layers(scene));
    else more = this.ground.follow(this.camera, this.ratio, scene.points, () => this.layers(scene));
    this.stale = false;
    this.over(scene);
    this.mark(this.marks.hover, scene, scene.hover, 0);
    this.mark(this.marks.focus, scene, scene.focus, 1);
    if (more || this.fading.strength > 0) this.redraw();
  }

  /** What lies over the dots. Nothing is touched where there was and is nothing. */
  private over(scene: Scene): void {
    const thumbs = this.thumbs(scene);
    const others = scene.others.some(({ rows }) => rows.length > 0);
    const nothing = thumbs.length === 0 && !others && !this.stroke && this.fading.strength === 0;
    if (nothing && this.empty) return;
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.size.width, this.size.height);
    for (const row of thumbs) this.thumb(scene, row);
    this.leaving(scene);
    this.rings(scene);
    if (this.stroke) this.drawStroke(this.stroke, scene.palette);
    this.empty = nothing;
  }

  private leaving(scene: Scene): void {
    this.context.globalAlpha = this.fading.strength;
    this.fading.draw((row) => {
      if (this.thumbSize() > 0) return this.thumb(scene, row);
      const at = toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!);
      this.context.beginPath();
      this.context.arc(at.x, at.y, 4, 0, 2 * Math.PI);
      this.context.fillStyle = hex(scene.palette.iies[scene.shade[row]!]!);
      this.context.fill();
    });
    this.context.globalAlpha = 1;
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

  private thumbs(scene: Scene): number[] {
    const side = this.thumbSize();
    if (side === 0) return [];
    const found = fitting(scene, this.camera, this.size, side);
    if (found.length > 0) this.onWant(found.map((row) => scene.ids[row]!));
    return found;
  }

  private thumb(scene: Scene, row: number): void {
    drawThumb(this.context, scene, row, toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!), this.thumbSize());
  }

  /** Around what others have selected. */
  private rings(scene: Scene): void {
    for (const { rows } of scene.others) for (const row of rows) this.ring(scene, row, this.ringSize(scene), scene.palette.css.others, 1.5);
  }

  private ringSize(scene: Scene): number {
    const pictures = itemOf(scene.ids[scene.rows[0] ?? 0] ?? "")?.content.kind === "image";
    return pictures && this.thumbSize() > 0 ? this.thumbSize() * 0.75 : 8;
  }

  /** Puts a ring around a row; nowhere for -1. */
  private mark(element: HTMLElement, scene: Scene, row: number, more: number): void {
    element.hidden = row < 0;
    if (row < 0) return;
    const at = toScreen(this.camera, this.size, scene.points.x[row]!, scene.points.y[row]!);
    const radius = this.ringSize(scene) + more;
    element.style.width = element.style.height = `${2 * radius}px`;
    element.style.transform = `translate(${at.x - radius}px, ${at.y - radius}px)`;
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
