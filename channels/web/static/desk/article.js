/** "Make it an article" under what a person answered: the draft then waits for a merchant. */

import { fill, h } from "../lib/dom.js";

/**
 * The line under an agent's reply.
 * @param {any} event @param {number} seq
 * @param {{i18n: import("../lib/i18n.js").I18n, api: import("../lib/api.js").Api, conversation: () => string | null}} parts
 * @returns {Element | null} None under what is no person's answer.
 */
export function articleLine(event, seq, { i18n, api, conversation }) {
  if (event.author !== "agent") return null;
  const line = h("p", { class: "article-line small", role: "status" });
  const make = async () => {
    button.disabled = true;
    try {
      const draft = await api.post("/v1/knowledge/articles", { conversation_id: conversation(), seq });
      const removed = Object.values(draft.removed).reduce((sum, times) => sum + Number(times), 0);
      fill(line, i18n.t("article_drafted", { title: draft.title }), removed ? ` ${i18n.t("article_removed", { n: removed })}` : "");
    } catch (error) {
      fill(line, button, " ", i18n.t("failed_action", { message: /** @type {Error} */ (error).message }));
      button.disabled = false;
      button.focus();
    }
  };
  const button = h("button", { class: "link", type: "button", on: { click: make } }, i18n.t("article_make"));
  fill(line, button);
  return line;
}
