/** Product cards. */

import { fill, h, icon, safeUrl } from "../lib/dom.js";
import { formatMoney, localText } from "../lib/format.js";
import { optionWord } from "../lib/words.js";

/** @typedef {import("./replies.js").ReplyContext} ReplyContext */

/**
 * Options as one line: `red · M`. Accepts an object or a text.
 * @param {Record<string, string> | string | null | undefined} options @param {"zh" | "en"} lang
 */
export function optionLine(options, lang) {
  if (!options) return "";
  if (typeof options === "string") return options;
  return Object.values(options).map((value) => optionWord(value, lang)).join(" · ");
}

/**
 * A picture in a fixed frame; the first character of the title stands in for a missing or broken one.
 * @param {string | null | undefined} address @param {string} title @param {string} base
 */
export function picture(address, title, base) {
  const frame = h("span", { class: "picture" });
  const standIn = () => fill(frame, h("span", { class: "picture-letter", "aria-hidden": "true" }, [...title.trim()][0] ?? "?"));
  const source = address ? safeUrl(address.startsWith("/") ? base + address : address, true) : "";
  if (!source) {
    standIn();
    return frame;
  }
  frame.append(h("img", { src: source, alt: "", loading: "lazy", decoding: "async", on: { error: standIn } }));
  return frame;
}

/** @param {any} card @param {"zh" | "en"} lang */
export function priceOf(card, lang) {
  if (card.price !== undefined && card.price !== null) return formatMoney(card.price, lang);
  const from = formatMoney(card.price_from, lang);
  const differs = card.price_to && card.price_from && card.price_to.minor !== card.price_from.minor;
  return differs ? `${from}${lang === "zh" ? " 起" : "+"}` : from;
}

const OPTIONS_SHOWN = 4;

/** @param {any} card @param {ReplyContext} context */
function productCard(card, context) {
  const { i18n, lang } = context;
  const title = localText(card.title, lang);
  const struck = card.list_price ? formatMoney(card.list_price, lang) : "";
  const values = Object.values(card.options ?? {}).flatMap((list) => (Array.isArray(list) ? list : [list]));
  const shown = values.slice(0, OPTIONS_SHOWN).map((value) => h("span", { class: "option" }, optionWord(value, lang)));
  if (values.length > OPTIONS_SHOWN) shown.push(h("span", { class: "option" }, `+${values.length - OPTIONS_SHOWN}`));
  return h(
    "li",
    { class: "product" },
    picture(card.image, title, context.base),
    h(
      "div",
      { class: "product-body" },
      productTitle(card, title, context),
      h(
        "p",
        { class: "product-price" },
        h("strong", {}, priceOf(card, lang)),
        struck && struck !== priceOf(card, lang) ? h("s", { class: "muted small" }, struck) : null,
      ),
      card.rating
        ? h(
            "p",
            { class: "product-rating small muted" },
            icon("star"),
            h("span", { "aria-hidden": "true" }, `${Number(card.rating).toFixed(1)} (${card.reviews ?? 0})`),
            h("span", { class: "unseen" }, i18n.t("rating", { rating: Number(card.rating).toFixed(1), reviews: card.reviews ?? 0 })),
          )
        : null,
      card.reason ? h("p", { class: "small muted" }, localText(card.reason, lang)) : null,
      shown.length ? h("p", { class: "options" }, shown) : null,
      card.in_stock === false ? h("span", { class: "tag warn" }, i18n.t("out_of_stock")) : null,
    ),
    context.send
      ? h(
          "button",
          {
            class: "button product-ask",
            type: "button",
            "aria-label": `${i18n.t("details")}${i18n.t("colon")}${title}`,
            on: { click: () => context.send(i18n.t("ask_details", { title })) },
          },
          i18n.t("details"),
        )
      : null,
  );
}

/** @param {any} card @param {string} title @param {ReplyContext} context */
function productTitle(card, title, context) {
  if (context.openProduct && card.product_id) {
    const open = () => context.openProduct(card.product_id);
    return h("button", { class: "product-title link", type: "button", on: { click: open } }, title);
  }
  const address = card.url && safeUrl(card.url) ? (card.url.startsWith("/") ? context.base + card.url : card.url) : "";
  return address
    ? h("a", { class: "product-title", href: address, target: "_blank", rel: "noopener" }, title)
    : h("p", { class: "product-title" }, title);
}

/** A row of cards that scrolls; the arrows are for the mouse, the keyboard walks through the cards. @param {any} reply @param {ReplyContext} context */
export function productsReply(reply, context) {
  const cards = (reply.products ?? []).map((card) => productCard(card, context));
  const row = h("ul", { class: "products", "aria-label": context.i18n.t("products"), tabindex: "0" }, cards);
  const arrow = (/** @type {"back" | "next"} */ name, /** @type {number} */ way) =>
    h(
      "button",
      { class: `icon-button arrow ${name}`, type: "button", tabindex: "-1", "aria-hidden": "true", on: { click: () => row.scrollBy({ left: way * row.clientWidth * 0.8, behavior: "smooth" }) } },
      icon(name),
    );
  const back = arrow("back", -1);
  const next = arrow("next", 1);
  const show = () => {
    back.hidden = row.scrollLeft < 8;
    next.hidden = row.scrollLeft + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener("scroll", show, { passive: true });
  new ResizeObserver(show).observe(row);
  return h("div", { class: "carousel" }, row, back, next);
}
