// What the last act did, the way back, and the offer of the rest of a confusion: always in one place.

import { Kbd, sentence } from "../../../app/words";
import { t } from "../../../i18n";
import { shortcut, written } from "../../../keys";
import { usePrefs } from "../../../prefs";
import { run } from "../commands";
import { review } from "../doing";
import type { Board } from "../pure/state";

export function LastLine({ board, may }: { board: Board; may: boolean }) {
  const { keys } = usePrefs();
  const { line, offer } = board;
  return (
    <div class="m-line" data-tone={line?.tone ?? "plain"}>
      <p role="status">{line && sentence(line.phrases)}</p>
      {offer && may && (
        <p class="offer" role="status">
          <span>{t("m.offer", { n: offer.count, given: offer.given_label, to: offer.to })}</span>
          <button type="button" class="verb strong" onClick={() => void review(offer.given_label, offer.to)}><Kbd>{written("Enter")}</Kbd><span>{t("m.offer.look")}</span></button>
        </p>
      )}
      <span class="gap" />
      {may && (["m.undo", "m.redo"] as const).map((command) => (
        <button key={command} type="button" class="quiet" aria-keyshortcuts={shortcut(keys[command])} onClick={() => run(command, true)}>
          <Kbd>{written(keys[command])}</Kbd> {t(`m.key.${command.slice(2) as "undo"}`)}
        </button>
      ))}
    </div>
  );
}
