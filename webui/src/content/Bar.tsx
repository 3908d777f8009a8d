/** A share in [0, 1] as a bar; the number beside it is what is read aloud. */
export function Bar({ share }: { share: number }) {
  return <span class="bar" aria-hidden="true"><i style={{ width: `${Math.round(100 * share)}%` }} /></span>;
}
