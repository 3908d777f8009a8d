// How a cell is looked at: map, grid or table, what a drag does, what is projected, the order.

import type { ComponentChildren } from "preact";
import { Kbd } from "../../../app/words";
import { t } from "../../../i18n";
import { shortcut, written } from "../../../keys";
import { usePrefs } from "../../../prefs";
import { project } from "../commands";
import { SORTS, first, known } from "../pure/columns";
import type { CellView } from "../../../wire";
import type { Basis, Board, Look, Method } from "../pure/state";
import { readCell, send } from "../store";
import type { Tool } from "./pointers";
import type { CellRows } from "./useCell";

const LOOKS: readonly Look[] = ["map", "grid", "table"];
const TOOLS: readonly Tool[] = ["lasso", "box", "hand"];

interface ToolsProps {
  board: Board;
  cell: CellRows;
  tool: Tool;
  take: (tool: Tool) => void;
}

export function Tools({ board, cell, tool, take }: ToolsProps) {
  const { keys } = usePrefs();
  const { view } = cell;
  return (
    <div class="tools">
      <Segments name={t("m.look.label")} shortcutKey={shortcut(keys["m.view"])}>
        {LOOKS.map((look) => <Segment key={look} on={board.look === look} act={() => send({ type: "look", look })}>{t(`m.look.${look}`)}</Segment>)}
      </Segments>
      {board.look === "map" && (
        <Segments name={t("m.tool.label")}>
          {TOOLS.map((each) => <Segment key={each} on={tool === each} act={() => take(each)} title={t(`m.tool.${each}`)}><ToolIcon tool={each} /><span class="visually-hidden">{t(`m.tool.${each}`)}</span></Segment>)}
        </Segments>
      )}
      {board.look === "map" && view.bases.length > 1 && (
        <label class="pick"><span>{t("m.basis.label")}</span>
          <select value={view.basis} onChange={(event) => {
            send({ type: "basis", basis: event.currentTarget.value as Basis });
            void readCell();
          }}>{view.bases.map((basis) => <option key={basis} value={basis}>{t(`m.basis.${basis}`)}</option>)}</select></label>
      )}
      {board.look === "map" && view.methods.length > 1 && (
        <label class="pick"><span>{t("m.method.label")}</span>
          <select value={board.method} onChange={(event) => {
            send({ type: "method", method: event.currentTarget.value as Method });
            void readCell();
          }}>{view.methods.map((method) => <option key={method} value={method}>{method.toUpperCase()}</option>)}</select></label>
      )}
      {board.look === "map" && <button type="button" class="quiet" aria-keyshortcuts={shortcut(keys["m.project"])} title={t("m.key.project")} onClick={project}><Kbd>{written(keys["m.project"])}</Kbd> {t("m.project")}</button>}
      {board.look !== "map" && (
        <label class="pick"><span>{t("m.sort.label")}</span>
          <select value={board.sort.by} onChange={(event) => send({ type: "sort", sort: first(event.currentTarget.value as typeof SORTS[number]) })}>
            {SORTS.filter((by) => known(view, by)).map((by) => <option key={by} value={by}>{t(`m.sort.${by}`)}</option>)}</select></label>
      )}
      <span class="gap" />
      {board.look === "map" && <span class="faint method" role="status" data-news={view.umap === "running" || view.umap === "failed"}>{drawn(view)}</span>}
    </div>
  );
}

/** How the map was made, and what comes or will not. */
function drawn(view: CellView): string {
  const name = view.method.toUpperCase();
  if (view.umap === "running") return `${name} · ${t("m.umap.running")}`;
  return view.umap === "failed" ? `${name} · ${t("m.umap.failed", { reason: view.umap_error })}` : name;
}

function Segments({ name, children, shortcutKey }: { name: string; children: ComponentChildren; shortcutKey?: string }) {
  return <div class="segments" role="group" aria-label={name} aria-keyshortcuts={shortcutKey}>{children}</div>;
}

function Segment({ on, act, title, children }: { on: boolean; act: () => void; title?: string; children: ComponentChildren }) {
  return <button type="button" aria-pressed={on} title={title} onClick={act}>{children}</button>;
}

function ToolIcon({ tool }: { tool: Tool }) {
  const paths: Record<Tool, string> = {
    lasso: "M8 3c3.6 0 6 1.6 6 3.6S11.6 10.2 8 10.2 2 8.6 2 6.6 4.4 3 8 3zM5 10c-1 1.5-.5 3 1.5 3",
    box: "M2.5 3.500h11v9h-11z", hand: "M8 2v12M2 8h12M6 4l2-2 2 2M6 12l2 2 2-2M4 6 2 8l2 2M12 6l2 2-2 2",
  };
  return <svg viewBox="0 0 16 16" aria-hidden="true"><path d={paths[tool]} /></svg>;
}
