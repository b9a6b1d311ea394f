/** An order card: lines, total and where the parcels are. */

import { h, icon } from "../lib/dom.js";
import { formatDay, formatMoment, formatMoney, localText } from "../lib/format.js";
import { optionLine, picture } from "./products.js";

/** @typedef {import("./replies.js").ReplyContext} ReplyContext */

const TONES = {
  pending: "info", paid: "info", packed: "info", processed: "info", shipped: "info", in_transit: "info", out_for_delivery: "accent",
  delivered: "ok", completed: "ok", cancelled: "bad", canceled: "bad", refunded: "warn", returned: "warn", lost: "bad", exception: "bad",
};

/** Colour of a status word. @param {string} status */
export function toneOf(status) {
  const word = String(status).toLowerCase().replace(/ /g, "_");
  return TONES[word] ?? (/return|exchange|refund/.test(word) ? "warn" : "");
}

/** @param {any} reply @param {ReplyContext} context */
export function orderReply(reply, context) {
  const order = reply.order ?? {};
  const { i18n, lang } = context;
  return h(
    "section",
    { class: "order card", "aria-label": i18n.t("order", { id: order.order_id ?? "" }) },
    h(
      "header",
      { class: "order-head" },
      h(
        "div",
        {},
        h("p", { class: "order-id" }, i18n.t("order", { id: order.order_id ?? "" })),
        order.placed_at ? h("p", { class: "small muted" }, i18n.t("placed", { day: order.placed_on ?? formatDay(order.placed_at, lang) })) : null,
      ),
      order.status ? h("span", { class: `tag ${toneOf(order.status)}` }, order.status_text ?? order.status) : null,
    ),
    h("ul", { class: "order-lines" }, (order.lines ?? []).map((line) => orderLine(line, context))),
    order.total
      ? h("p", { class: "order-total" }, h("span", {}, i18n.t("total")), h("strong", {}, formatMoney(order.total, lang)))
      : null,
    (order.parcels ?? []).map((parcel, index, all) => parcelView(parcel, all.length > 1 ? index + 1 : 0, context)),
  );
}

/** @param {any} line @param {ReplyContext} context */
function orderLine(line, context) {
  const title = localText(line.title, context.lang);
  const options = optionLine(line.options, context.lang);
  return h(
    "li",
    { class: "order-line" },
    picture(line.image, title, context.base),
    h(
      "div",
      { class: "order-line-text" },
      h("p", {}, title),
      h("p", { class: "small muted" }, [options, `×${line.quantity ?? 1}`].filter(Boolean).join("  ")),
    ),
    h("span", { class: "order-line-price" }, formatMoney(line.price ?? line.unit_price, context.lang)),
  );
}

/** @param {any} parcel @param {number} number 0: the only one. @param {ReplyContext} context */
function parcelView(parcel, number, context) {
  const { i18n, lang } = context;
  const scans = [...(parcel.scans ?? [])].reverse();
  const when = parcel.delivered_at
    ? i18n.t("arrived", { day: formatDay(parcel.delivered_at, lang) })
    : parcel.eta
      ? i18n.t("eta", { day: formatDay(parcel.eta, lang) })
      : "";
  return h(
    "div",
    { class: "parcel" },
    h(
      "p",
      { class: "parcel-head" },
      icon(parcel.delivered_at ? "box" : "truck"),
      h("strong", {}, number ? i18n.t("parcel", { n: number }) : (parcel.status_text ?? when)),
      number || parcel.status_text ? h("span", { class: "small" }, when) : null,
    ),
    h("p", { class: "small muted" }, [localText(parcel.carrier, lang), parcel.tracking_number].filter(Boolean).join(" ")),
    scans.length ? timeline(scans.slice(0, 3), lang) : null,
    scans.length > 3
      ? h(
          "details",
          {},
          h("summary", { class: "small" }, i18n.t("scans", { n: scans.length - 3 })),
          timeline(scans.slice(3), lang),
        )
      : null,
  );
}

/** @param {any[]} scans Newest first. @param {"zh" | "en"} lang */
function timeline(scans, lang) {
  return h(
    "ol",
    { class: "timeline" },
    scans.map((scan) =>
      h(
        "li",
        {},
        h("span", {}, localText(scan.text ?? scan.status_text ?? scan.status, lang)),
        h("span", { class: "small muted" }, [localText(scan.place, lang), formatMoment(scan.at, lang)].filter(Boolean).join(" · ")),
      ),
    ),
  );
}
