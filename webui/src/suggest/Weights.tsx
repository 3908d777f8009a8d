// What each example counts in training: the policy, weights and losses by epoch, what stands out.

import { useEffect } from "preact/hooks";
import { Link } from "../app/Link";
import { useGot } from "../get";
import { number, percent, t } from "../i18n";
import type { DetectionView, WeightsView } from "../wire";
import { Bones, Refused } from "./states";
import { Epochs } from "./Epochs";
import { Gallery } from "./Gallery";
import { Policy } from "./Policy";
import { Trajectory } from "./Trajectory";

interface Props {
  id: string | null;
  may: boolean;
  /** The newest reason to read them again. */
  push: object | null;
}

export function Weights({ id, may, push }: Props) {
  const [got, again] = useGot<WeightsView>("/weights", (data) => (data.running ? 10_000 : null));
  useEffect(() => {
    if (push) again();
  }, [push]);
  if (got.at === "loading") return <Bones kind="weights" />;
  if (got.at === "failed") return <Refused status={got.status} error={got.error} again={again} />;
  return (
    <div class="weights">
      {got.late && <p class="notice" role="status">{t("studies.late")} <button type="button" class="quiet" onClick={again}>{t("studies.again")}</button></p>}
      {id !== null && <Trajectory key={id} id={id} version={got.data.version} />}
      <Shown view={got.data} may={may} again={again} id={id} />
    </div>
  );
}

function Shown({ view, may, again, id }: { view: WeightsView; may: boolean; again: () => void; id: string | null }) {
  const drawn = view.now.counts.some((n) => n > 0);
  return (
    <>
      <Policy view={view} may={may} again={again} />
      {drawn ? <Epochs view={view} /> : <Nothing view={view} />}
      {(drawn || view.detection) && <Detection detection={view.detection} />}
      <Gallery name="useful" items={view.useful} weights={view.useful_weights} here={id} />
      <Gallery name="useless" items={view.useless} weights={view.useless_weights} here={id} />
    </>
  );
}

function Nothing({ view }: { view: WeightsView }) {
  return (
    <div class="empty"><div>
      <h2>{t(view.running ? "wgt.none.running" : "wgt.none.title")}</h2>
      <p>{view.note || t("wgt.none.text")}</p>
      <Link to="/curate/suggestions" class="plain">{t("wgt.none.action")}</Link>
    </div></div>
  );
}

/** Low weights read as "mislabelled", against the truth: where a referee knows it. */
function Detection({ detection }: { detection: DetectionView | null }) {
  const figures = detection && (["f1", "recall", "fdr", "auc"] as const).map((name) => [name, detection[name]] as const);
  return (
    <section class="wgt-part" aria-labelledby="wgt-detection">
      <h2 id="wgt-detection">{t("wgt.detection")}</h2>
      {detection === null ? <p class="faint">{t("wgt.detection.none")}</p> : (
        <>
          <p class="faint">{t("wgt.detection.text", { n: number(detection.threshold, 2) })}</p>
          <dl class="scores">{figures?.map(([name, value]) => (
            <div key={name}><dt>{t(`wgt.score.${name}`)}</dt>
              <dd><b>{value === null ? "–" : name === "auc" ? number(value, 3) : percent(value, 1)}</b>
                <span class="bar" aria-hidden="true"><i style={{ width: `${Math.round(100 * (value ?? 0))}%` }} /></span></dd></div>
          ))}</dl>
        </>
      )}
    </section>
  );
}
