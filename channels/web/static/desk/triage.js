/** What kind of case a ticket is: four labels that an agent corrects with one choice, and what moved the model. */

import { h } from "../lib/dom.js";
import { formatMoment, formatShare, localText } from "../lib/format.js";

/** The choices of each label, as `tools.ticketing.triage.labels` has them. */
export const LABELS = {
  category: ["delivery", "order_change", "returns", "quality", "payment", "price", "product", "account", "complaint", "risk", "safety", "other"],
  priority: ["low", "normal", "high", "urgent"],
  queue: ["general", "pre_sales", "after_sales", "delivery", "payments", "complaints", "security"],
  skill: ["general", "logistics", "orders", "refunds", "product_knowledge", "billing", "fraud_review", "deescalation", "safety", "account_access"],
};

/**
 * @param {any} ticket
 * @param {{i18n: import("../lib/i18n.js").I18n, correct: ((correction: object) => void) | null}} context
 */
export function triageSection(ticket, { i18n, correct }) {
  const { triage } = ticket.body;
  const field = (/** @type {keyof typeof LABELS} */ name) => {
    const known = LABELS[name].includes(ticket[name]) ? LABELS[name] : [ticket[name], ...LABELS[name]];
    const options = known.map((each) => h("option", { value: each, selected: each === ticket[name] }, i18n.or(`${name}_${each}`, each)));
    const choose = (/** @type {Event} */ event) => correct?.({ [name]: /** @type {HTMLSelectElement} */ (event.target).value });
    return h("label", { class: "triage-field small" }, h("span", { class: "muted" }, i18n.t(`triage_${name}`)), h("select", { class: "field", disabled: correct === null, data: { triage: name }, on: { change: choose } }, options));
  };
  return h(
    "div",
    {},
    h("div", { class: "triage" }, /** @type {(keyof typeof LABELS)[]} */ (Object.keys(LABELS)).map(field)),
    triage ? reasons(triage, i18n) : null,
    triage?.corrected_by ? h("p", { class: "small muted" }, i18n.t("corrected", { who: triage.corrected_by, when: formatMoment(triage.corrected_at, i18n.lang) })) : null,
  );
}

/** @param {any} triage @param {import("../lib/i18n.js").I18n} i18n */
function reasons(triage, i18n) {
  const shown = triage.reasons.slice(0, 4).map((/** @type {any} */ each) => h("li", {}, `${each.share > 0 ? "+" : "−"} ${localText(each.text, i18n.lang)}`));
  const guess = i18n.t("guessed", { category: i18n.or(`category_${triage.category}`, triage.category), chance: formatShare(triage.chance) });
  return h("details", { class: "small" }, h("summary", {}, guess), h("ul", {}, shown));
}
