// The dots of a map, on a canvas of their own that reaches a little beyond what is seen. While the
// map moves, the picture as it was painted is moved and scaled by the compositor; a new one is
// painted in parts, a few milliseconds a frame, and takes its place when it is whole.

import type { Camera, Size } from "../pure/camera";
import type { Layer } from "../pure/paint";
import { Painting } from "../pure/paint";
import type { Points } from "../pure/spatial";

/** What is painted beyond each edge, as a share of the size. */
const BEYOND = 0.08;
/** Milliseconds of painting a frame. */
const SLICE = 1.5;
const MOST_PIXELS = 3_000_000;

export class Ground {
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  /** The camera of the picture on the canvas. */
  private shown: Camera | null = null;
  private painting: Painting | null = null;
  private readonly context: CanvasRenderingContext2D;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d", { willReadFrequently: true })!;
  }

  /** The size of what is seen, in CSS pixels; device pixels a CSS pixel. */
  resize(size: Size): number {
    const reach = 1 + 2 * BEYOND;
    const most = Math.sqrt(MOST_PIXELS / Math.max(1, size.width * size.height * reach * reach));
    const ratio = Math.max(1, Math.min(devicePixelRatio || 1, most));
    const [width, height] = [Math.max(1, Math.round(size.width * reach * ratio)), Math.max(1, Math.round(size.height * reach * ratio))];
    Object.assign(this.canvas, { width, height });
    Object.assign(this.canvas.style, {
      width: `${width / ratio}px`, height: `${height / ratio}px`,
      left: `${(size.width - width / ratio) / 2}px`, top: `${(size.height - height / ratio) / 2}px`,
    });
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.shown = null;
    this.painting = null;
    return ratio;
  }

  /** Paints at once: what is to be seen has changed. */
  paint(camera: Camera, ratio: number, points: Points, layers: readonly Layer[]): void {
    this.begin(camera, ratio, points, layers);
    this.painting?.go();
    this.put();
    this.place(camera);
  }

  /** Shows what there is from `camera`, and paints a part of what is missing; whether something
   * still is. */
  follow(camera: Camera, ratio: number, points: Points, layers: () => readonly Layer[]): boolean {
    if (this.painting?.done) this.put();
    else if (!same(this.shown, camera) || this.painting) {
      if (!this.painting) this.begin(camera, ratio, points, layers());
      const end = performance.now() + SLICE;
      this.painting?.go(() => performance.now() >= end);
    }
    this.place(camera);
    return this.painting !== null || !same(this.shown, camera);
  }

  private begin(camera: Camera, ratio: number, points: Points, layers: readonly Layer[]): void {
    const { width, height } = this.canvas;
    this.painting = new Painting(this.pixels, { width, height }, camera, ratio, points.x, points.y, layers);
  }

  private put(): void {
    if (!this.image || !this.painting) return;
    this.context.putImageData(this.image, 0, 0);
    this.shown = this.painting.camera;
    this.painting = null;
  }

  /** Both pictures have their middle in the middle of what is seen. */
  private place(camera: Camera): void {
    if (!this.shown) return;
    const zoom = camera.scale / this.shown.scale;
    const dx = (this.shown.x - camera.x) * camera.scale;
    const dy = (this.shown.y - camera.y) * camera.scale;
    this.canvas.style.transform = same(this.shown, camera) ? "none" : `translate(${dx}px, ${dy}px) scale(${zoom})`;
  }
}

function same(a: Camera | null, b: Camera): boolean {
  return a !== null && a.x === b.x && a.y === b.y && a.scale === b.scale;
}
