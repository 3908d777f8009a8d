// Near copies that touch the cell, the most alike first: whether they lie in two splits, whether
// they carry two labels.

import { number, t } from "../../../i18n";
import type { PairView } from "../../../wire";
import { keep } from "../commands";
import { begin } from "../doing";
import type { Board } from "../pure/state";
import { send } from "../store";
import { Small } from "./Small";

export function Pairs({ board, hidden, may }: { board: Board; hidden: ReadonlySet<string>; may: boolean }) {
  const pairs = board.pairs.data?.pairs.filter((pair) => !hidden.has(pair.left.id) && !hidden.has(pair.right.id)) ?? [];
  if (pairs.length === 0) return null;
  return (
    <section class="pairs" aria-labelledby="m-pairs">
      <h3 id="m-pairs">{t("m.pairs.title", { n: Math.max(pairs.length, board.pairs.data?.total ?? 0) })}</h3>
      <ul tabIndex={0} aria-labelledby="m-pairs">{pairs.map((pair) => <Pair key={`${pair.left.id} ${pair.right.id}`} pair={pair} board={board} may={may} />)}</ul>
    </section>
  );
}

function Pair({ pair, board, may }: { pair: PairView; board: Board; may: boolean }) {
  const { left, right } = pair;
  const flags = [pair.crosses_splits && t("m.pairs.splits"), pair.two_labels && t("m.pairs.labels")].filter(Boolean).join(", ");
  return (
    <li class="near-pair" data-two={pair.two_labels}>
      {[left, right].map((item) => (
        <button type="button" key={item.id} class="pair-side" title={t("m.pairs.look", { id: item.id, label: item.label ?? "–", split: item.split })}
          aria-pressed={board.focus === item.id} onClick={() => keep(item.id) || send({ type: "focus", id: item.id })}>
          <Small id={item.id} content={item.content} /><span class="pair-label"><b>{item.label ?? "–"}</b> <span class="faint">{item.split}</span></span>
        </button>
      ))}
      <span class="pair-words"><span>{number(pair.similarity, 3)}</span>{flags && <span class="pair-flags">{flags}</span>}
        {may && <button type="button" class="quiet" title={t("m.pairs.drop.title", { left: left.id, right: right.id })} onClick={() => begin({ verb: "duplicate", ids: [right.id], of: left.id })}>{t("m.pairs.drop")}</button>}
      </span>
    </li>
  );
}
