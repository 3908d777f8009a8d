// Rows of a table: two side by side with the field between them, or one alone.

import { Bar } from "./Bar";
import { number, t } from "../i18n";
import type { FieldValue, SideView } from "../wire";
import { compare, decimals } from "./fields";

/** Both rows in one table; what separates them most comes first and carries a bar. */
export function PairTable({ left, right }: { left: SideView; right: SideView }) {
  if (left.content.kind !== "table" || right.content.kind !== "table") return null;
  const rows = compare(left.content, right.content);
  return (
    <table class="fields two">
      <thead class="visually-hidden"><tr><th scope="col">{left.id}</th><th scope="col">{t("table.field")}</th><th scope="col">{right.id}</th></tr></thead>
      <tbody>{rows.map((row) => (
        <tr key={row.name} data-marked={row.marked}>
          <Value field={row.left} beside={row.right} />
          <th scope="row">
            <span class="field-name">{row.name}{row.unit && <span class="unit"> {row.unit}</span>}</span>
            {row.separation !== null && <span class="apart" title={t("table.apart", { n: number(row.separation, 1) })}>
              <Bar share={row.apart} /><span class="visually-hidden">{t("table.apart", { n: number(row.separation, 1) })}</span></span>}
          </th>
          <Value field={row.right} beside={row.left} />
        </tr>
      ))}</tbody>
    </table>
  );
}

export function SingleTable({ side }: { side: SideView }) {
  if (side.content.kind !== "table") return null;
  return (
    <table class="fields one">
      <thead class="visually-hidden"><tr><th scope="col">{t("table.field")}</th><th scope="col">{t("table.value")}</th></tr></thead>
      <tbody>{side.content.fields.map((f) => (
        <tr key={f.name}>
          <th scope="row"><span class="field-name">{f.name}{f.unit && <span class="unit"> {f.unit}</span>}</span></th>
          <Value field={f} beside={null} />
        </tr>
      ))}</tbody>
    </table>
  );
}

/** A value; numbers of one row are padded so that their points stand at the same place. */
function Value({ field, beside }: { field: FieldValue | null; beside: FieldValue | null }) {
  if (!field) return <td class="missing">–</td>;
  const numeric = field.number !== null && field.number !== undefined;
  const lacking = numeric ? Math.max(0, decimals(beside?.value ?? "") - decimals(field.value)) : 0;
  return <td class={numeric ? "numeric" : "words"}>{field.value}{lacking > 0 && <span class="pad" aria-hidden="true">{"0".repeat(lacking)}</span>}</td>;
}
