// A comment for this answer: kept while typed, sent with the answer.

import { useLayoutEffect, useRef } from "preact/hooks";
import { Kbd } from "../app/words";
import { t } from "../i18n";
import { written } from "../keys";
import type { State } from "../state/app";
import { dispatch } from "../store";
import type { QueryView } from "../wire";

export function CommentBox({ state, view }: { state: State; view: QueryView }) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => box.current?.focus({ preventScroll: true }), []);
  const close = () => dispatch({ type: "panel", panel: null });
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    <div class="comment">
      <label for="comment">{t("comment.label")}</label>
      <textarea id="comment" ref={box} rows={3} maxLength={2000} value={state.comments[view.query] ?? ""}
        onInput={(e) => dispatch({ type: "comment", text: e.currentTarget.value })} onKeyDown={key} />
      <button type="button" class="quiet" onClick={close}><Kbd>{written("Enter")}</Kbd> {t("comment.close")}</button>
    </div>
  );
}
