/** What was held back in a conversation as a risk: the score, its reasons with their exact shares, a person's decision, the ring. */

import { h } from "../lib/dom.js";
import { formatMoment, formatShare, localText } from "../lib/format.js";

const TONES = { open: "warn", allowed: "ok", fraud: "bad" };

/**
 * @param {any[]} cases
 * @param {{i18n: import("../lib/i18n.js").I18n, decide: ((id: string, decision: "allow" | "fraud", note: string) => void) | null, rings: (account: string) => Promise<any[]>}} context
 * @returns {Element | null}
 */
export function riskSection(cases, context) {
  if (!cases.length) return null;
  return h("section", { class: "case-section risk" }, h("h3", {}, context.i18n.t("risk")), cases.map((each) => riskCase(each, context)));
}

/** @param {any} found @param {Parameters<typeof riskSection>[1]} context */
function riskCase(found, context) {
  const { i18n } = context;
  return h(
    "article",
    { class: "risk-case", data: { case: found.case_id } },
    h(
      "p",
      { class: "case-row" },
      h("strong", {}, i18n.t("risk_chance", { chance: formatShare(found.chance), from: formatShare(found.held_from) })),
      h("span", { class: `tag ${TONES[found.status] ?? ""}` }, i18n.t(`risk_${found.status}`)),
    ),
    h("p", { class: "small muted" }, [found.tool, found.subject, found.model].filter(Boolean).join(" · ")),
    reasons(found.reasons, i18n),
    found.status === "open" ? null : h("p", { class: "small" }, i18n.t("risk_decided", { who: found.decided_by ?? "", when: formatMoment(found.decided_at, i18n.lang), note: found.note })),
    decision(found, context),
    ringButton(found.customer_id, context),
  );
}

/** @param {any[]} shown @param {import("../lib/i18n.js").I18n} i18n */
function reasons(shown, i18n) {
  const most = Math.max(...shown.map((each) => Math.abs(each.share)), 0.01);
  const row = (/** @type {any} */ each) =>
    h(
      "tr",
      {},
      h("td", {}, localText(each.words, i18n.lang)),
      h("td", {}, h("meter", { min: 0, max: most, value: Math.abs(each.share), "aria-hidden": "true" })),
      h("td", { class: "mono" }, `${each.share > 0 ? "+" : "−"}${Math.abs(each.share).toFixed(2)}`),
    );
  return h(
    "table",
    { class: "risk-reasons small" },
    h("caption", { class: "small muted" }, i18n.t("risk_shares")),
    h("tbody", {}, shown.map(row)),
  );
}

/** @param {any} found @param {Parameters<typeof riskSection>[1]} context */
function decision(found, { i18n, decide }) {
  if (!decide) return null;
  const note = h("input", { class: "field", maxlength: 2000, "aria-label": i18n.t("risk_note"), placeholder: i18n.t("risk_note") });
  const act = (/** @type {"allow" | "fraud"} */ choice, /** @type {string} */ status) =>
    found.status === status
      ? null
      : h("button", { class: "button", type: "button", on: { click: () => decide(found.case_id, choice, note.value.trim()) } }, i18n.t(`risk_${choice}`));
  return h("div", {}, note, h("p", { class: "case-row" }, act("allow", "allowed"), act("fraud", "fraud")));
}

/** @param {string} account @param {Parameters<typeof riskSection>[1]} context */
function ringButton(account, { i18n, rings }) {
  const slot = h("div", { class: "risk-rings", "aria-live": "polite" });
  const show = async () => {
    slot.replaceChildren(h("p", { class: "small muted" }, i18n.t("risk_looking")));
    const found = await rings(account);
    slot.replaceChildren(...(found.length ? found.map((ring) => ringPicture(ring, i18n)) : [h("p", { class: "small muted" }, i18n.t("risk_no_ring"))]));
  };
  return h("div", {}, h("button", { class: "button", type: "button", on: { click: show } }, i18n.t("risk_show_ring")), slot);
}

/** As a picture, in which the browser runs nothing. @param {any} ring @param {import("../lib/i18n.js").I18n} i18n */
function ringPicture(ring, i18n) {
  const words = localText(ring.text, i18n.lang);
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(ring.svg)}`;
  return h("figure", {}, ring.svg ? h("img", { src: source, alt: words }) : null, h("figcaption", { class: "small" }, words));
}
