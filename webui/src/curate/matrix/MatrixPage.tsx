// The error matrix and its cells.

import { t } from "../../i18n";
import type { PartProps } from "../parts";

export function MatrixPage(_: PartProps) {
  return <h1>{t("page.matrix")}</h1>;
}
