// Small pieces of text: when, how finished, how many claims hold.

import { date, t } from "../i18n";

export type Outcome = "holds" | "fails" | "undecided";

export function outcome(holds: boolean | null): Outcome {
  return holds === null ? "undecided" : holds ? "holds" : "fails";
}

/** Which claims hold is said by a shape and a word; colour only helps. */
export function Mark({ holds }: { holds: boolean | null }) {
  const what = outcome(holds);
  return <span class="mark" data-outcome={what}><Shape what={what} />{t(`verdict.${what}`)}</span>;
}

function Shape({ what }: { what: Outcome }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {what === "holds" && <path d="M3 8.5 6.5 12 13 4.5" />}
      {what === "fails" && <path d="M4 4l8 8M12 4l-8 8" />}
      {what === "undecided" && <path d="M4 8h8" />}
    </svg>
  );
}

/** How many claims hold, do not, and are undecided; what there is none of is left out. */
export function Tally({ holds, fails, undecided }: { holds: number; fails: number; undecided: number }) {
  const counts: Array<[Outcome, number]> = [["holds", holds], ["fails", fails], ["undecided", undecided]];
  const some = counts.filter(([, n]) => n > 0);
  if (some.length === 0) return null;
  return (
    <span class="tally">{some.map(([what, n]) => (
      <span key={what} class="mark" data-outcome={what}><Shape what={what} />{t(`tally.${what}`, { n })}</span>
    ))}</span>
  );
}

export function Partial() {
  return (
    <span class="mark partial">
      <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" /></svg>
      {t("studies.partial")}
    </span>
  );
}

export function Time({ iso }: { iso: string }) {
  return <time dateTime={iso}>{date(iso)}</time>;
}
