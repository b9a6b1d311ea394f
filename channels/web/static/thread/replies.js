/** One element for each reply type. What a page does not know it shows as text. */

import { h, icon, linked } from "../lib/dom.js";
import { orderReply } from "./order.js";
import { productsReply } from "./products.js";
import { ratingReply } from "./rating.js";

/**
 * @typedef {object} ReplyContext
 * @property {string} base Origin of the server, for pictures.
 * @property {"zh" | "en"} lang
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {((text: string) => void) | null} [send] Sends a message for the person; null where nobody may press.
 * @property {boolean} [reading] Somebody of the shop reads along.
 * @property {((productId: string) => void) | null} [openProduct] Shows a product on the page around the widget.
 * @property {((reply: any, lang: "zh" | "en") => Element) | null} [figure] Shows a figure that can be gone on from; null where it is only read.
 * @property {((score: number, remark: string) => Promise<unknown>) | null} [rate] Says how the person was served; null where nobody may.
 * @property {((ratingId: string) => ({score: number, remark: string} | null))} [rated] What was answered so far.
 */

/** @type {Record<string, (reply: any, context: ReplyContext) => Element | null>} */
const RENDERERS = {
  products: productsReply,
  order: orderReply,
  choices: choicesReply,
  chart: chartReply,
  citation: citationReply,
  handoff: handoffReply,
  rating: ratingReply,
};

/**
 * The elements of a reply: a bubble with its text, and what comes with it.
 * @param {any} reply @param {ReplyContext} context @returns {Element[]}
 */
export function renderReply(reply, context) {
  if (reply.figure && context.figure) return [context.figure(reply, context.lang)];
  const elements = [];
  const text = ownText(reply);
  if (text) elements.push(h("div", { class: "bubble", lang: reply.lang ?? null }, textOf(text), receiptsOf(reply, context)));
  const extra = RENDERERS[reply.type]?.(reply, context);
  if (extra) elements.push(extra);
  return elements;
}

/**
 * A reply's text stands alone for channels without cards; here, what the card shows is not said twice.
 * @param {any} reply
 */
function ownText(reply) {
  const text = reply.text ?? "";
  if (reply.type === "chart") return "";
  if (reply.type === "products") {
    const shown = new Set((reply.products ?? []).map((card) => `${card.title} ${card.price}`));
    return text.split("\n").filter((line) => !shown.has(line)).join("\n");
  }
  if (reply.type === "order" && text.startsWith(`${reply.order?.order_id} · `)) return "";
  return text;
}

/** @param {string} text */
function textOf(text) {
  return h("p", { class: "words" }, linked(text));
}

/** @param {any} reply @param {ReplyContext} context */
function receiptsOf(reply, context) {
  if (!reply.receipts?.length) return null;
  return h(
    "p",
    { class: "receipt small" },
    icon("check"),
    h("span", {}, `${context.i18n.t("receipt")} `, h("span", { class: "mono" }, reply.receipts.join(", "))),
  );
}

/**
 * Buttons while the question is open. To those who only read along, what was offered; to the shopper an answered question
 * says enough.
 * @param {any} reply @param {ReplyContext} context
 */
function choicesReply(reply, context) {
  const choices = reply.choices ?? [];
  if (!context.send) {
    return context.reading ? h("ul", { class: "offered" }, choices.map(({ label }) => h("li", { class: "small" }, label))) : null;
  }
  const brief = choices.every(({ label }) => [...label].length <= BRIEF && !label.includes(" · "));
  const group = h("div", { class: `choices ${brief ? "brief" : ""}`, role: "group", "aria-label": reply.text || null });
  if (reply.multiple) group.append(...severalOf(reply, context));
  else group.append(...choices.map((choice) => choiceButton(choice, () => context.send?.(choice.value))));
  return group;
}

/** The longest label that stands beside others, in characters. */
const BRIEF = 18;

/** A label such as "order · day · goods": its last part is what one looks for. @param {{label: string}} choice @param {(event: Event) => void} press */
function choiceButton({ label }, press) {
  const parts = label.split(" · ");
  const last = parts.pop();
  return h(
    "button",
    { class: "button choice", type: "button", on: { click: press } },
    h("span", { class: "choice-text" }, parts.length ? h("span", { class: "choice-note small" }, parts.join(" · "), h("span", { class: "unseen" }, " · ")) : null, h("span", {}, last)),
  );
}

/** Buttons that stay pressed, and one that sends them all. @param {any} reply @param {ReplyContext} context */
function severalOf(reply, context) {
  /** @type {Set<number>} */
  const picked = new Set();
  const confirm = h(
    "button",
    { class: "button primary", type: "button", disabled: true, on: { click: () => context.send?.(pickedText(reply, picked, context)) } },
    context.i18n.t("confirm_choice"),
  );
  const buttons = reply.choices.map((/** @type {{label: string}} */ choice, /** @type {number} */ index) => {
    const button = choiceButton(choice, () => {
      if (!picked.delete(index)) picked.add(index);
      button.setAttribute("aria-pressed", String(picked.has(index)));
      confirm.disabled = picked.size === 0;
    });
    button.setAttribute("aria-pressed", "false");
    button.prepend(h("span", { class: "choice-box", "aria-hidden": "true" }, icon("check")));
    return button;
  });
  return [...buttons, confirm];
}

/** @param {any} reply @param {Set<number>} picked @param {ReplyContext} context */
function pickedText(reply, picked, context) {
  const values = reply.choices.filter((_, index) => picked.has(index)).map((choice) => choice.value);
  return values.join(context.i18n.t("option_sep"));
}

/** The drawing is shown as a picture, in which the browser runs nothing. @param {any} reply @param {ReplyContext} context */
function chartReply(reply, context) {
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(reply.svg ?? "")}`;
  const [head, ...rows] = reply.table ?? [];
  return h(
    "figure",
    { class: "chart card" },
    h("img", { src: source, alt: reply.text ?? "" }),
    h("figcaption", {}, reply.text),
    head
      ? h(
          "details",
          {},
          h("summary", { class: "small" }, context.i18n.t("chart_table")),
          h(
            "table",
            {},
            h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
            h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))),
          ),
        )
      : null,
  );
}

/** @param {any} reply @param {ReplyContext} context */
function citationReply(reply, context) {
  const place = [reply.title, reply.heading].filter(Boolean).join(" › ");
  return h(
    "p",
    { class: "citation small" },
    icon("book"),
    h("span", {}, `${context.i18n.t("source")}${context.i18n.t("colon")}`, h("cite", {}, place)),
  );
}

/** @param {any} reply @param {ReplyContext} context */
function handoffReply(reply, context) {
  const { i18n } = context;
  const ahead = (reply.position ?? 0) - 1;
  return h(
    "div",
    { class: "handoff card" },
    icon("person"),
    h(
      "div",
      {},
      h("p", { class: "mono" }, i18n.t("ticket", { id: reply.ticket_id ?? "" })),
      reply.position ? h("p", { class: "small muted" }, ahead > 0 ? i18n.t("position", { n: ahead }) : i18n.t("next")) : null,
    ),
  );
}
