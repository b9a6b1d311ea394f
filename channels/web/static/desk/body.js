/** What a ticket says of its case, section by section. Known parts get their own form; others are shown as they come. */

import { h, icon } from "../lib/dom.js";
import { judgementView } from "../lib/judgement.js";
import { formatMoment, formatMoney, localText } from "../lib/format.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */
/** @typedef {{i18n: I18n, picture: (id: string) => HTMLElement, useReply: ((text: string) => void) | null}} BodyContext */

const TONES = { ok: "ok", refused: "warn", failed: "bad", needs_confirmation: "info" };
const MOOD_TONES = { angry: "bad", annoyed: "warn", anxious: "warn", sad: "warn", confused: "info", satisfied: "ok", calm: "ok" };

/** @type {Record<string, (value: any, context: BodyContext) => Node | null>} */
const SECTIONS = {
  summary: (value) => h("p", { class: "case-words" }, String(value)),
  last_message: (value) => h("blockquote", {}, String(value)),
  customer,
  wants,
  tried: attempts,
  attempts,
  emotion,
  escalation: (value, { i18n }) => judgementView(value, i18n),
  attachments: (value, context) => h("div", { class: "case-pictures" }, value.map((id) => context.picture(String(id)))),
  suggested_reply: suggestedReply,
};

/** @param {Record<string, any>} body @param {BodyContext} context @returns {Element[]} */
export function caseSections(body, context) {
  return Object.entries(body)
    .filter(([, value]) => !isEmpty(value))
    .map(([key, value]) => {
      const content = SECTIONS[key]?.(value, context) ?? anything(value, context);
      return h("section", { class: "case-section" }, h("h3", {}, label(key, context.i18n)), content);
    });
}

/** @param {unknown} value */
function isEmpty(value) {
  if (value === null || value === undefined || value === "" || value === 0) return true;
  return typeof value === "object" && Object.values(value).every((each) => isEmpty(each));
}

/** @param {string} key @param {I18n} i18n */
export function label(key, i18n) {
  return i18n.or(`b_${key}`, key.replaceAll("_", " "));
}

/** Any JSON value, readable. @param {any} value @param {BodyContext} context @returns {Node} */
export function anything(value, context) {
  const { i18n } = context;
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== "object")) return h("p", {}, value.map((each) => word(each, i18n)).join(" · "));
    return h("ul", { class: "case-list" }, value.map((each) => h("li", {}, anything(each, context))));
  }
  if (value && typeof value === "object") {
    if (isMoney(value)) return h("span", {}, formatMoney(value, i18n.lang));
    if ("zh" in value && "en" in value) return h("span", {}, localText(value, i18n.lang));
    const rows = Object.entries(value).filter(([, each]) => !isEmpty(each));
    return h("dl", { class: "case-facts" }, rows.flatMap(([key, each]) => [h("dt", {}, label(key, i18n)), h("dd", {}, anything(each, context))]));
  }
  return h("span", {}, word(value, i18n));
}

/** @param {any} value */
function isMoney(value) {
  return typeof value.minor === "number" && typeof value.currency === "string";
}

/** @param {unknown} value @param {I18n} i18n */
function word(value, i18n) {
  if (typeof value === "boolean") return i18n.t(value ? "yes" : "no");
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(2);
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return formatMoment(text, i18n.lang);
  return i18n.or(text, text);
}

/** @param {any} value @param {BodyContext} context */
function customer(value, { i18n }) {
  const verified = value.verified_by;
  return h(
    "p",
    { class: "case-row" },
    value.name ? h("strong", {}, value.name) : null,
    value.id ? h("span", { class: "mono muted" }, value.id) : null,
    h("span", { class: `tag ${verified ? "ok" : "warn"}` }, verified ? icon("check") : null, verified ? i18n.or(verified, verified) : i18n.t("visitor")),
  );
}

/** @param {any[]} value @param {BodyContext} context */
function wants(value, context) {
  const want = (/** @type {any} */ each) =>
    h(
      "li",
      {},
      h("strong", {}, localText(each.title ?? each.flow, context.i18n.lang)),
      each.words ? h("blockquote", {}, each.words) : null,
      isEmpty(each.slots) ? null : anything(each.slots, context),
    );
  return h("ul", { class: "case-list" }, value.map(want));
}

/** @param {any[]} value @param {BodyContext} context */
function attempts(value, { i18n }) {
  const attempt = (/** @type {any} */ each) =>
    h(
      "li",
      { class: "case-row" },
      h("span", { class: "mono" }, each.tool ?? ""),
      h("span", { class: `tag ${TONES[each.status] ?? ""}` }, i18n.t(each.status === "failed" ? "failed_status" : each.status)),
      each.code ? h("span", { class: "small muted" }, String(each.code).replaceAll("_", " ")) : null,
      each.receipt ? h("span", { class: "small mono muted" }, each.receipt) : null,
    );
  return h("ul", { class: "case-list" }, value.map(attempt));
}

/** @param {any} value @param {BodyContext} context */
function emotion(value, { i18n }) {
  const mood = (/** @type {string} */ each) => h("span", { class: `tag ${MOOD_TONES[each] ?? ""}` }, i18n.or(each, each));
  const now = value.now?.label ?? value.label;
  const past = (value.over_time ?? []).filter((each, index, all) => each !== all[index - 1]).slice(-6);
  const moods = past.length ? past : [now].filter(Boolean);
  return h(
    "p",
    { class: "case-row" },
    moods.flatMap((each, index) => (index ? [h("span", { class: "muted", "aria-hidden": "true" }, "→"), mood(each)] : [mood(each)])),
    value.trend ? h("span", { class: "small muted" }, i18n.or(value.trend, value.trend)) : null,
    value.satisfaction?.because.length
      ? h("span", { class: "small muted" }, i18n.t("dissatisfied", { share: `${Math.round(value.satisfaction.dissatisfied * 100)} %` }))
      : null,
  );
}

/** @param {any} value @param {BodyContext} context */
function suggestedReply(value, { i18n, useReply }) {
  const use = useReply ? h("button", { class: "button", type: "button", on: { click: () => useReply(String(value)) } }, i18n.t("use_reply")) : null;
  return h("div", {}, h("blockquote", {}, String(value)), use);
}
