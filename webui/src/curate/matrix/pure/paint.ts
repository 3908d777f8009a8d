// Dots drawn into the pixels of a picture. The processor draws them: that is the same everywhere,
// needs no graphics driver, and costs a millisecond or two for 50,000 dots. Pure.

import type { Camera, Size } from "./camera";

/** What a dot is; the first is drawn first, and what is drawn stays on top. */
export interface Layer {
  rows: ArrayLike<number>;
  /** Colour of each row as 0xBBGGRR, by `shade[row]`; or one for all. */
  palette: Uint32Array;
  shade: Uint8Array | null;
  /** Radius in device pixels. */
  radius: number;
}

/** Coverage of the pixels of a disc around its centre, row by row. */
export interface Stamp {
  reach: number;
  cover: Uint8Array;
}

const stamps = new Map<number, Stamp>();

/** A disc with a soft edge one pixel wide; `radius` in quarters of a pixel. */
export function stamp(radius: number): Stamp {
  const key = Math.round(radius * 4);
  const known = stamps.get(key);
  if (known) return known;
  const reach = Math.ceil(key / 4);
  const cover = new Uint8Array((2 * reach + 1) ** 2);
  for (let dy = -reach, k = 0; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++, k++) {
      cover[k] = Math.round(255 * Math.min(1, Math.max(0, key / 4 + 0.5 - Math.hypot(dx, dy))));
    }
  }
  const made = { reach, cover };
  stamps.set(key, made);
  return made;
}

/** Dots drawn between two looks at the clock. */
const STRETCH = 1000;

/** A picture that is painted in parts: layers into `pixels` (`size` in device pixels, RGBA
 * little-endian), which are emptied first. Each pixel takes the first dot that covers it most.
 * `ratio`: device pixels a CSS pixel. */
export class Painting {
  private layer = 0;
  private next = 0;

  constructor(
    private readonly pixels: Uint32Array, private readonly size: Size, readonly camera: Camera, private readonly ratio: number,
    private readonly x: Float32Array, private readonly y: Float32Array, private readonly layers: readonly Layer[],
  ) {
    pixels.fill(0);
  }

  get done(): boolean {
    return this.layer >= this.layers.length;
  }

  /** Paints until all is done or `enough` says so. */
  go(enough: () => boolean = () => false): void {
    while (!this.done) {
      const layer = this.layers[this.layer]!;
      const until = Math.min(layer.rows.length, this.next + STRETCH);
      this.dots(layer, this.next, until);
      this.next = until;
      if (until === layer.rows.length) [this.layer, this.next] = [this.layer + 1, 0];
      if (enough()) return;
    }
  }

  private dots({ rows, palette, shade, radius }: Layer, from: number, until: number): void {
    const { pixels, size, x, y } = this;
    const scale = this.camera.scale * this.ratio;
    const left = size.width / 2 - this.camera.x * scale;
    const top = size.height / 2 - this.camera.y * scale;
    const disc = stamp(radius);
    const { reach } = disc;
    const { steps, covers } = flat(disc, size.width);
    const [right, bottom] = [size.width - 1 - reach, size.height - 1 - reach];
    for (let k = from; k < until; k++) {
      const row = rows[k]!;
      const px = Math.round(x[row]! * scale + left);
      const py = Math.round(y[row]! * scale + top);
      if (px < reach || py < reach || px > right || py > bottom) continue;
      const centre = py * size.width + px;
      if (radius < 4 && pixels[centre]! >>> 24 === 255 && full(pixels, centre, size.width)) continue;
      const colour = palette[shade ? shade[row]! : 0]!;
      for (let m = 0; m < steps.length; m++) {
        const at = centre + steps[m]!;
        const covered = covers[m]!;
        if (covered > pixels[at]! >>> 24) pixels[at] = (colour | (covered << 24)) >>> 0;
      }
    }
  }
}

/** The pixels of a stamp that it covers, as steps from its centre in a picture `width` wide. */
function flat({ reach, cover }: Stamp, width: number): { steps: Int32Array; covers: Uint8Array } {
  const side = 2 * reach + 1;
  const kept = [...cover.keys()].filter((k) => cover[k]! > 0);
  return {
    steps: Int32Array.from(kept, (k) => (Math.floor(k / side) - reach) * width + (k % side) - reach),
    covers: Uint8Array.from(kept, (k) => cover[k]!),
  };
}

/** Whether a small dot there would show nothing new, as good as. */
function full(pixels: Uint32Array, at: number, width: number): boolean {
  return pixels[at - 1]! >>> 24 === 255 && pixels[at + 1]! >>> 24 === 255
    && pixels[at - width]! >>> 24 === 255 && pixels[at + width]! >>> 24 === 255;
}
