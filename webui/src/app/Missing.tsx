// An address at which there is nothing.

import { t } from "../i18n";
import { Link } from "./Link";

export function Missing() {
  return (
    <main id="main" class="plain-page" tabIndex={-1}>
      <div class="empty"><div>
        <h1>{t("page.missing")}</h1>
        <p>{t("page.missing.text")}</p>
        <Link to="/" class="primary">{t("page.missing.action")}</Link>
      </div></div>
    </main>
  );
}
