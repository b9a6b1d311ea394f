/** What was done with a ticket, as its row shows it and as it is told when it happens. */

import { h } from "../lib/dom.js";
import { formatMoment } from "../lib/format.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */

/** When a ticket that an agent holds was passed on to them; "" where it was not. @param {any} ticket @param {string} agent */
export function passedOnTo(ticket, agent) {
  const { moved } = ticket;
  return ticket.status === "claimed" && ticket.assignee === agent && moved?.to?.agent === agent ? String(moved.at) : "";
}

/** @param {any} ticket @param {I18n} i18n */
export function markTags(ticket, i18n) {
  const passed = ticket.status !== "resolved" && ticket.moved?.by;
  return [
    ticket.reopens ? h("span", { class: "tag warn" }, i18n.t("reopened")) : null,
    ticket.merged_into ? h("span", { class: "tag" }, i18n.t("merged")) : null,
    ticket.split_from ? h("span", { class: "tag info" }, i18n.t("split_off")) : null,
    ticket.snoozed_at ? h("span", { class: "tag" }, snoozeText(ticket, i18n)) : null,
    (ticket.tags ?? []).map((/** @type {string} */ tag) => h("span", { class: "tag own-tag" }, tag)),
    passed ? h("span", { class: "tag info ticket-reason" }, i18n.t("passed_on_by", { who: ticket.moved.by, reason: ticket.moved.reason })) : null,
  ].flat();
}

/** @param {any} ticket @param {I18n} i18n */
export function snoozeText(ticket, i18n) {
  return ticket.snoozed_until ? i18n.t("snoozed_until", { when: formatMoment(ticket.snoozed_until, i18n.lang) }) : i18n.t("snoozed_for_shopper");
}

/** What an agent is told of a change; "" for nothing. @param {any} before @param {any} ticket @param {string} agent @param {I18n} i18n */
export function newsOf(before, ticket, agent, i18n) {
  if (ticket.status !== "claimed" || ticket.assignee !== agent) return "";
  const subject = ticket.subject || ticket.ticket_id;
  if (passedOnTo(ticket, agent) && passedOnTo(ticket, agent) !== (before ? passedOnTo(before, agent) : "")) return i18n.t("passed_news", { who: ticket.moved.by, subject, reason: ticket.moved.reason });
  return before?.snoozed_at && !ticket.snoozed_at ? i18n.t("woken_news", { subject }) : "";
}

/** The facts of a step of a ticket's story. @param {any} event @param {I18n} i18n @returns {string} */
export function storyFacts({ what, facts }, i18n) {
  const parts = [];
  if (what === "transferred") {
    const [kind] = ["agent", "queue", "skill"].filter((each) => facts[each]);
    if (kind) parts.push(i18n.t(`story_to_${kind}`, { name: kind === "agent" ? facts.agent : i18n.or(`${kind}_${facts[kind]}`, facts[kind]) }));
    parts.push(facts.reason);
  }
  if (what === "snoozed") parts.push(facts.until ? i18n.t("snoozed_until", { when: formatMoment(facts.until, i18n.lang) }) : i18n.t("story_until_shopper"));
  if (what === "tagged") parts.push(...(facts.added ?? []).map((/** @type {string} */ tag) => `+ ${tag}`), ...(facts.removed ?? []).map((/** @type {string} */ tag) => `− ${tag}`));
  if (what === "reopened" && facts.by === "shopper") parts.push(facts.of);
  parts.push(facts.other, facts.subject, ...(facts.answer ?? []));
  return parts.filter(Boolean).join(i18n.t("comma"));
}
