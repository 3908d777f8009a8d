// What stands behind the suggestions, in one strip: which action is chosen, whether past
// predictions held, the questions of the next hour, whether anything is accepted by itself.

import { Kbd } from "../app/words";
import { useGot } from "../get";
import { number, t } from "../i18n";
import type { Text } from "../i18n";
import { shortcut, written } from "../keys";
import { usePrefs } from "../prefs";
import type { CalibrationView, ChooserView, MeterView } from "../wire";
import { tell } from "./desk";
import type { Head, Pane } from "./inbox";
import { about, within } from "./words";

export function Machine({ head, pane }: { head: Head | null; pane: Pane }) {
  const { keys } = usePrefs();
  return (
    <div class="machine" role="group" aria-label={t("sug.machine.label")} aria-busy={head === null}>
      <Cell name="sug.chooser" pane="chooser" open={pane} keyed={keys["sug.why"]} {...(head ? chosen(head.chooser) : WAITING)} />
      <Calibrated open={pane} keyed={keys["sug.calibration"]} seq={head?.seq ?? 0} />
      <Cell name="sug.meter" pane="chooser" open={null} keyed={null} {...(head ? metered(head.meter) : WAITING)} />
      <Cell name="sug.auto" pane={null} open={null} keyed={null} value={head ? t(head.auto_accept ? "sug.auto.on" : "sug.auto.off") : null}
        note={head ? fresh(head) : ""} warn={head?.auto_accept ?? false} />
    </div>
  );
}

interface Said {
  value: string | null;
  note: string;
  warn?: boolean;
}

const WAITING: Said = { value: null, note: "" };

/** "Not enough trusted labels" comes before any verdict. */
export function chosen(chooser: ChooserView): Said {
  if (lacking(chooser)) return { value: t("sug.chooser.wait"), note: t("sug.chooser.few", { n: Math.floor(chooser.effective_size), least: chooser.least }), warn: true };
  const verdict = chooser.verdicts.find((v) => v.action === chooser.chosen);
  const note = verdict && chooser.chosen !== "nothing" ? t("sug.chooser.note", { n: within(verdict.difference, verdict.error) }) : chooser.note;
  return { value: t(`sug.act.${chooser.chosen}` as Text), note };
}

export function lacking(chooser: ChooserView): boolean {
  return chooser.effective_size < chooser.least;
}

function metered(meter: MeterView): Said {
  const note = meter.finds === null ? t("sug.meter.unknown") : t("sug.meter.finds", { n: about(meter.finds) });
  return { value: t("sug.meter.expected", { n: about(meter.expected) }), note };
}

function fresh(head: Head): string {
  if (head.running) return t("sug.fresh.running");
  return head.behind > 0 ? t("sug.fresh.behind", { n: head.behind }) : t("sug.fresh.now");
}

function Calibrated({ open, keyed, seq }: { open: Pane; keyed: string; seq: number }) {
  const [got] = useGot<CalibrationView>("/suggestions/calibration", () => (seq > 0 ? 60_000 : null));
  const data = got.at === "ready" ? got.data : null;
  const value = got.at === "loading" ? null : data?.slope == null ? t("sug.calib.none") : t("sug.calib.slope", { n: number(data.slope, 2) });
  return <Cell name="sug.calib" pane="calibration" open={open} keyed={keyed} value={value} note={data ? t("sug.calib.count", { n: data.accepted.length }) : ""} />;
}

interface CellProps extends Said {
  name: Text;
  pane: Pane | null;
  open: Pane | null;
  keyed: string | null;
}

function Cell({ name, pane, open, keyed, value, note, warn = false }: CellProps) {
  const inside = (
    <>
      <span class="cell-name">{t(name)}{keyed && <Kbd>{written(keyed)}</Kbd>}</span>
      {value === null ? <i class="blank" /> : <b data-warn={warn}>{value}</b>}
      <span class="cell-note">{note}</span>
    </>
  );
  if (pane === null) return <div class="cell">{inside}</div>;
  return (
    <button type="button" class="cell" aria-pressed={open === null ? undefined : open === pane} aria-keyshortcuts={keyed ? shortcut(keyed) : undefined}
      onClick={() => tell({ type: "pane", pane })}>{inside}</button>
  );
}
