/** What a ticket says of its case, section by section: what people need first stands first. */

import { h, icon } from "../lib/dom.js";
import { judgementView } from "../lib/judgement.js";
import { formatDays, formatMoment, formatMoney, formatShare, localText } from "../lib/format.js";
import { optionWord } from "../lib/words.js";
import { triageSection } from "./triage.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */
/**
 * @typedef {object} BodyContext
 * @property {I18n} i18n
 * @property {(id: string) => HTMLElement} picture
 * @property {((text: string) => void) | null} useReply
 * @property {((action: any) => void) | null} act
 * @property {((correction: object) => void) | null} correct
 * @property {(seq: number) => void} goTo Shows the message in the conversation.
 */

const TONES = { ok: "ok", refused: "warn", failed: "bad", needs_confirmation: "info" };
const MOOD_TONES = { angry: "bad", annoyed: "warn", anxious: "warn", sad: "warn", confused: "info", satisfied: "ok", calm: "ok" };
const QUIET = new Set(["version", "said", "path", "triage", "risk"]);

/** @type {Record<string, (value: any, context: BodyContext) => Node | null>} In the order in which they are shown. */
const SECTIONS = {
  summary,
  suggestions,
  actions,
  customer,
  wants,
  orders,
  stuck: (value, context) => h("p", { class: "case-row" }, localText(value.text, context.i18n.lang), turnLink(value.seq, context)),
  tried: attempts,
  told,
  emotion,
  escalation: (value, { i18n }) => judgementView(value, i18n),
  products: (value, { i18n }) => h("ul", { class: "case-list" }, value.map((each) => h("li", { class: "case-row" }, localText(each.title, i18n.lang), each.price ? h("span", { class: "muted" }, formatMoney(each.price, i18n.lang)) : null))),
  attachments: (value, context) => h("div", { class: "case-pictures" }, value.map((id) => context.picture(String(id)))),
};

/** @param {any} ticket @param {BodyContext} context @returns {Element[]} */
export function caseSections(ticket, context) {
  const { i18n } = context;
  const { value, failures, ...body } = ticket.body;
  const parts = { ...body, customer: { ...body.customer, value }, case: { id: ticket.ticket_id, status: i18n.t(`status_${ticket.status}`), created_at: formatMoment(ticket.created_at, i18n.lang) } };
  const names = [...Object.keys(SECTIONS), ...Object.keys(parts).filter((name) => !(name in SECTIONS) && !QUIET.has(name))];
  const found = names
    .filter((name) => name in parts && !isEmpty(parts[name]))
    .map((name) => section(name, SECTIONS[name]?.(parts[name], context) ?? anything(parts[name], context), i18n));
  return [section("triage", triageSection(ticket, context), i18n), ...found];
}

/** @param {string} name @param {Node} content @param {I18n} i18n */
function section(name, content, i18n) {
  return h("section", { class: "case-section", data: { part: name } }, h("h3", {}, label(name, i18n)), content);
}

/** @param {unknown} value */
function isEmpty(value) {
  if (value === null || value === undefined || value === "" || value === 0) return true;
  return typeof value === "object" && Object.values(value).every((each) => isEmpty(each));
}

/** @param {string} key @param {I18n} i18n */
export function label(key, i18n) {
  return i18n.or(`b_${key}`, i18n.or(`told_${key}`, key.replaceAll("_", " ")));
}

/** A button that leads to the message that something rests on. @param {number | null | undefined} seq @param {BodyContext} context */
function turnLink(seq, { i18n, goTo }) {
  if (typeof seq !== "number") return null;
  return h("button", { class: "turn-link small", type: "button", "aria-label": i18n.t("to_message", { seq }), on: { click: () => goTo(seq) } }, `#${seq}`);
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

/** @param {any[]} value @param {BodyContext} context */
function summary(value, context) {
  const statement = (/** @type {any} */ each) =>
    h("li", { class: "case-statement", data: { kind: each.kind } }, h("span", {}, localText(each.text, context.i18n.lang)), each.seqs.slice(-3).map((/** @type {number} */ seq) => turnLink(seq, context)));
  return h("ul", { class: "case-list" }, value.map(statement));
}

/** @param {any[]} value @param {BodyContext} context */
function suggestions(value, { i18n, useReply }) {
  const one = (/** @type {any} */ each, /** @type {number} */ at) =>
    h(
      "li",
      { class: "suggestion" },
      h("blockquote", { lang: each.lang }, each.text),
      h("p", { class: "case-row small muted" }, each.citations.map((/** @type {any} */ cited) => h("span", { class: "cited", title: cited.quote || null }, `${i18n.or(`cites_${cited.kind}`, cited.kind)}${i18n.t("colon")}${cited.label}`))),
      useReply ? h("button", { class: "button", type: "button", on: { click: () => useReply(each.text) } }, `${i18n.t("use_reply")} (${at + 1})`) : null,
    );
  return h("ol", { class: "case-list" }, value.map(one));
}

/** @param {any[]} value @param {BodyContext} context */
function actions(value, { i18n, act }) {
  const one = (/** @type {any} */ each) =>
    h(
      "li",
      { class: "case-row" },
      h("button", { class: "button", type: "button", disabled: act === null, data: { action: each.key }, on: { click: () => act?.(each) } }, localText(each.title, i18n.lang)),
      h("span", { class: "small muted" }, localText(each.about, i18n.lang)),
    );
  return h("div", {}, h("ul", { class: "case-list" }, value.map(one)), act ? null : h("p", { class: "small muted" }, i18n.t("act_first_claim")));
}

/** @param {any} person @param {BodyContext} context */
function customer(person, { i18n }) {
  const proven = person.verified !== "anonymous";
  const { value } = person;
  return h(
    "div",
    {},
    h(
      "p",
      { class: "case-row" },
      person.name ? h("strong", {}, person.name) : null,
      person.id ? h("span", { class: "mono muted" }, person.id) : null,
      h("span", { class: `tag ${proven ? "ok" : "warn"}` }, proven ? icon("check") : null, proven ? i18n.or(person.verified, person.verified) : i18n.t("visitor")),
    ),
    value
      ? h(
          "p",
          { class: "case-row small" },
          h("span", { class: "tag info" }, localText(value.segment, i18n.lang)),
          h("span", { class: "tag" }, i18n.or(`tier_${value.tier}`, value.tier)),
          h("span", { class: "muted" }, i18n.t("bought", { orders: value.orders, spent: value.spent ? formatMoney(value.spent, i18n.lang) : "0" })),
          value.last_order_days === null ? null : h("span", { class: "muted" }, i18n.t("last_bought", { time: formatDays(value.last_order_days, i18n.lang) })),
          h("span", { class: "mono muted", title: i18n.t("rfm") }, `R${value.recency} F${value.frequency} M${value.money}`),
        )
      : null,
  );
}

/** @param {any[]} value @param {BodyContext} context */
function wants(value, context) {
  const want = (/** @type {any} */ each) =>
    h(
      "li",
      {},
      h("p", { class: "case-row" }, h("strong", {}, localText(each.title, context.i18n.lang) || each.flow), each.waits ? h("span", { class: "tag" }, context.i18n.t("waits")) : null, turnLink(each.seq, context)),
      each.words ? h("blockquote", {}, each.words) : null,
      isEmpty(each.slots) ? null : anything(each.slots, context),
    );
  return h("ul", { class: "case-list" }, value.map(want));
}

/** @param {any[]} value @param {BodyContext} context */
function orders(value, { i18n }) {
  const order = (/** @type {any} */ each) =>
    h(
      "li",
      {},
      h("p", { class: "case-row" }, h("strong", { class: "mono" }, each.order_id), h("span", { class: "tag" }, i18n.or(`order_${each.status}`, each.status)), h("span", {}, formatMoney(each.total, i18n.lang))),
      h("ul", { class: "small" }, each.lines.map((/** @type {any} */ line) => h("li", {}, `${localText(line.title, i18n.lang)} ${Object.values(line.options).map((each) => optionWord(String(each), i18n.lang)).join(" / ")} ×${line.quantity}`))),
      each.tracking_number ? h("p", { class: "small muted" }, `${each.carrier} ${each.tracking_number}`) : null,
      each.delivered_at ? h("p", { class: "small muted" }, i18n.t("delivered_at", { when: formatMoment(each.delivered_at, i18n.lang) })) : each.eta ? h("p", { class: "small muted" }, i18n.t("arrives_at", { when: formatMoment(each.eta, i18n.lang) })) : null,
    );
  return h("ul", { class: "case-list" }, value.map(order));
}

/** @param {any[]} value @param {BodyContext} context */
function attempts(value, context) {
  const { i18n } = context;
  const attempt = (/** @type {any} */ each) =>
    h(
      "li",
      {},
      h(
        "p",
        { class: "case-row" },
        h("span", { title: each.tool }, localText(each.title, i18n.lang) || each.tool),
        h("span", { class: `tag ${TONES[each.status] ?? ""}` }, i18n.t(each.status === "failed" ? "failed_status" : each.status)),
        turnLink(each.seq, context),
        each.receipt ? h("span", { class: "small mono muted" }, each.receipt) : null,
      ),
      localText(each.why, i18n.lang) ? h("p", { class: "small" }, localText(each.why, i18n.lang)) : null,
      localText(each.about, i18n.lang) ? h("p", { class: "small muted" }, localText(each.about, i18n.lang)) : null,
    );
  return h("ul", { class: "case-list" }, value.map(attempt));
}

/** @param {any[]} value @param {BodyContext} context */
function told(value, context) {
  const one = (/** @type {any} */ each) => [
    h("dt", {}, context.i18n.or(`told_${each.name}`, each.name.replaceAll("_", " "))),
    h("dd", { class: "case-row" }, each.value, turnLink(each.seq, context)),
  ];
  return h("dl", { class: "case-facts" }, value.flatMap(one));
}

/** @param {any} value @param {BodyContext} context */
function emotion(value, context) {
  const { i18n } = context;
  const points = value.points.slice(-8);
  const point = (/** @type {any} */ each) =>
    h(
      "li",
      { class: "mood-point" },
      h("span", { class: "mood-bar", "aria-hidden": "true", style: { height: `${Math.round(6 + 26 * (each.intensity ?? 0))}px` }, data: { mood: each.label } }),
      h("span", { class: `tag ${MOOD_TONES[each.label] ?? ""}` }, i18n.or(each.label, each.label)),
      each.voice ? h("span", { class: "small muted" }, i18n.t("sounds", { mood: i18n.or(each.voice.label, each.voice.label) })) : null,
      turnLink(each.seq, context),
    );
  return h(
    "div",
    {},
    h("ol", { class: "moods" }, points.map(point)),
    h(
      "p",
      { class: "case-row small muted" },
      i18n.or(value.trend, value.trend),
      value.because.length ? h("span", {}, i18n.t("dissatisfied", { share: formatShare(value.dissatisfied) })) : null,
    ),
  );
}
