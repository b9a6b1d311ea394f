/** Tickets that belong together with this one: earlier, merged, split off; and the answers of those that were worked on behind the scenes. */

import { h } from "../lib/dom.js";

/**
 * @param {any} ticket
 * @param {{i18n: import("../lib/i18n.js").I18n, open: (ticketId: string) => void, useReply: ((text: string) => void) | null}} context
 */
export function linksSection(ticket, { i18n, open, useReply }) {
  if (!ticket.links?.length) return null;
  const entry = (/** @type {any} */ link) =>
    h(
      "li",
      { class: "case-statement", data: { link: link.how } },
      h("span", { class: "tag" }, i18n.t(`link_${link.how}`)),
      h("button", { class: "turn-link", type: "button", on: { click: () => open(link.ticket_id) } }, link.subject || link.ticket_id),
      h("span", { class: "small muted" }, link.status === "claimed" ? i18n.t("by", { name: link.assignee }) : i18n.t(`status_${link.status}`)),
      link.answer.length ? h("blockquote", {}, link.answer.join("\n")) : null,
      link.answer.length && useReply ? h("button", { class: "button small", type: "button", on: { click: () => useReply(link.answer.join("\n")) } }, i18n.t("link_answer")) : null,
    );
  return h("section", { class: "case-section", data: { part: "links" } }, h("h3", {}, i18n.t("b_links")), h("ul", { class: "case-list" }, ticket.links.map(entry)));
}
