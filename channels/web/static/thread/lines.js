/** What stands beside, under and between bubbles. */

import { h, icon, linked } from "../lib/dom.js";
import { formatClock } from "../lib/format.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */

/** Who speaks. @param {string} author */
export function avatarOf(author) {
  if (author === "bot") return h("span", { class: "avatar bot", "aria-hidden": "true" }, "小");
  return h("span", { class: `avatar ${author}`, "aria-hidden": "true" }, icon(author === "shop" ? "check" : "person"));
}

/** Three dots, and the same for who cannot see them. @param {I18n} i18n */
export function dots(i18n) {
  return [h("div", { class: "bubble dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", { class: "unseen" }, i18n.t("typing"))];
}

/**
 * How far a message of one's own has come.
 * @param {import("./thread.js").Pending} pending @param {I18n} i18n @param {((clientId: string) => void) | null} [retry]
 * @returns {(Node | string)[]}
 */
export function stateLine(pending, i18n, retry) {
  if (pending.state === "failed") {
    const again = h("button", { class: "link", type: "button", on: { click: () => retry?.(pending.client_id) } }, i18n.t("retry"));
    return [icon("warning"), i18n.t("failed"), " ", again];
  }
  if (pending.state === "delivered") return [icon("check"), h("span", { class: "unseen" }, i18n.t("delivered"))];
  return [icon("clock"), i18n.t(pending.state)];
}

/** What a supervisor said to the agent. @param {any} event @param {string} said Who said it to whom. @param {{at: string, seq: number, i18n: I18n}} place */
export function whisperNote(event, said, { at, seq, i18n }) {
  const head = h("p", { class: "whisper-head" }, icon("eye"), h("span", {}, said), h("time", { datetime: at }, formatClock(at, i18n.lang)));
  return h("div", { class: "whisper", role: "note", data: { seq } }, head, event.text ? h("p", { class: "words" }, linked(event.text)) : null);
}
