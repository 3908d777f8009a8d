import { terms } from "./terms";

/** Text at a readable measure; the words that only this side has are marked. */
export function TextView({ text, other }: { text: string; other: string | null }) {
  return (
    <div class="text-place" data-short={text.length <= 400} tabIndex={0} role="group" aria-label={text.slice(0, 60)}>
      <p>{terms(text, other).map((term, i) => (term.own ? <mark key={i}>{term.text}</mark> : term.text))}</p>
    </div>
  );
}
