// Everything about a cell, beside the pointer. What it says, the link's name says, too.

import { number, percent, t } from "../../../i18n";
import type { CellSummary, RowSummary, Selection } from "../../../wire";
import { Bars, Mark } from "./Tile";

const WIDTH = 264;
const HEIGHT = 190;

interface Props {
  row: RowSummary;
  cell: CellSummary;
  people: Selection[];
  total: number;
  corner: { top: number; left: number; row: number };
  box: HTMLElement;
}

export function HoverCard({ row, cell, people, total, corner, box }: Props) {
  const frame = box.getBoundingClientRect();
  const below = frame.top + corner.top + HEIGHT < innerHeight;
  const top = frame.top + (below ? corner.top - 4 : corner.top - corner.row - HEIGHT + 4);
  const left = Math.max(8, Math.min(innerWidth - WIDTH - 8, frame.left + corner.left));
  return (
    <div class="hover-card" aria-hidden="true" style={{ top: `${Math.max(8, top)}px`, left: `${left}px`, width: `${WIDTH}px` }} data-below={below}>
      <p class="hover-title"><b>{row.label}</b> <span class="arrow">→</span> <b>{cell.predicted_label}</b></p>
      <p>{t("m.card.count", { n: cell.count })} {total > 0 && <span class="faint">{t("m.cell.share", { p: percent(cell.count / total, 1) })}</span>}</p>
      <Bars bars={cell.bars} />
      <p class="axis"><span>{number(0.5, 1)}</span><span>{t("m.card.iies")}</span><span>{number(1, 1)}</span></p>
      {cell.duplicates > 0 && <p class="with-mark"><Mark kind="duplicates" /> {t("m.cell.duplicates", { n: cell.duplicates })}</p>}
      {cell.reopen > 0 && <p class="with-mark"><Mark kind="reopen" /> {t("m.cell.reopen", { n: cell.reopen })}</p>}
      {people.map((person) => <p key={person.who} class="faint">{t("m.cell.person", { who: person.who, n: person.count })}</p>)}
    </div>
  );
}
