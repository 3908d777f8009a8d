/** A size in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Pictures up to this many pixels a side are enlarged by whole pixels. */
const SMALL = 160;

/** The largest size of `image` in `room`: a whole multiple for small ones that fit, never larger
 * than the room. `crisp`: to be scaled without smoothing. */
export function fit(image: Size, room: Size): Size & { crisp: boolean } {
  const scale = Math.min(room.width / image.width, room.height / image.height);
  const small = image.width <= SMALL && image.height <= SMALL;
  const used = small && scale >= 1 ? Math.floor(scale) : Math.min(scale, small ? scale : Math.max(scale, 0));
  return { width: Math.round(image.width * used), height: Math.round(image.height * used), crisp: small || scale > 2 };
}
