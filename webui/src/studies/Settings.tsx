// The settings of a study, folded: whatever its author noted, as lists and tables.

import { t } from "../i18n";
import type { Cell } from "./cells";
import { Grid } from "./Grid";

type Json = Cell | Json[] | { [name: string]: Json };

export function Settings({ settings }: { settings: Record<string, unknown> }) {
  const entries = Object.entries(settings as Record<string, Json>);
  if (entries.length === 0) return null;
  return (
    <details class="study-part settings">
      <summary><h2>{t("studies.settings")}</h2></summary>
      <Named entries={entries} />
    </details>
  );
}

function Named({ entries }: { entries: Array<[string, Json]> }) {
  return <dl>{entries.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Value name={name} value={value} /></dd></div>)}</dl>;
}

function Value({ name, value }: { name: string; value: Json }) {
  if (value === null || typeof value !== "object") return <>{value === null ? "–" : String(value)}</>;
  if (!Array.isArray(value)) return <Named entries={Object.entries(value)} />;
  if (value.every(plain)) return value.some((v) => String(v).length > 40)
    ? <ul>{value.map((v, at) => <li key={at}>{String(v)}</li>)}</ul> : <>{value.join(", ") || "–"}</>;
  if (!value.every((v) => v !== null && typeof v === "object" && !Array.isArray(v))) return <code>{JSON.stringify(value)}</code>;
  const rows = value as Array<{ [name: string]: Json }>;
  const columns = [...new Set(rows.flatMap(Object.keys))];
  return <Grid title={name} columns={columns} rows={rows.map((row) => columns.map((column) => cell(row[column] ?? null)))} />;
}

function plain(value: Json): value is Cell {
  return value === null || typeof value !== "object";
}

function cell(value: Json): Cell {
  if (plain(value)) return value;
  return Array.isArray(value) && value.every(plain) ? value.join(", ") : JSON.stringify(value);
}
