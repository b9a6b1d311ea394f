/** The merchant's conversation: the widget's session and composer, on the page itself. */

import { fill, h, icon } from "../lib/dom.js";
import { newId } from "../lib/storage.js";
import { Thread } from "../thread/thread.js";
import { Composer } from "../widget/composer.js";
import { figureView } from "./figure.js";

const STARTERS = ["starter_sales", "starter_trend", "starter_why", "starter_groups"];

/** Fires `turned` when something was answered. */
export class Talk extends EventTarget {
  /**
   * @param {HTMLElement} element
   * @param {object} parts
   * @param {import("../widget/session.js").Session} parts.session
   * @param {import("../lib/i18n.js").I18n} parts.i18n
   * @param {import("./figure.js").FigureActions} parts.actions
   */
  constructor(element, { session, i18n, actions }) {
    super();
    Object.assign(this, { element, session, i18n });
    this.said = 0;
    this.thread = new Thread({
      i18n,
      base: "",
      viewer: "merchant",
      loadAttachment: (id) => session.api.attachment(id),
      send: (text) => session.send(text),
      openProduct: null,
      retry: (clientId) => session.retry(clientId),
      figure: (reply, lang) => figureView(reply, lang, i18n.in(lang), actions),
    });
    this.composer = new Composer({ i18n, send: (text, files) => session.send(text, files), typing: () => session.typing(), problem: (key) => this.problem(i18n.t(key)) });
    this.#build();
    this.#listen();
  }

  #build() {
    this.notice = h("p", { class: "notice bad", role: "alert", hidden: true });
    this.starters = h("div", { class: "copilot-starters", role: "group", data: { tLabel: "starters" } }, STARTERS.map((key) => this.#starter(key)));
    const fresh = h("button", { class: "button quiet small", type: "button", on: { click: () => this.session.restart() } }, icon("restart"), h("span", { data: { t: "new_talk" } }));
    this.thread.list.dataset.tLabel = "messages";
    fill(this.element, h("div", { class: "talk-head" }, h("h1", { data: { t: "talk" } }), fresh), this.thread.list, this.notice, this.starters, this.thread.live, this.composer.element);
    this.i18n.apply(this.element);
  }

  /** @param {string} key */
  #starter(key) {
    return h("button", { class: "button small", type: "button", data: { t: key }, on: { click: () => this.session.send(this.i18n.t(key)) } });
  }

  #listen() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) =>
      this.session.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("event", (placed) => this.#event(placed));
    on("live", () => {
      this.thread.replaying = false;
      this.thread.toEnd();
    });
    on("typing", (notice) => this.thread.typing(notice.on, notice.who));
    on("draft", (draft) => this.thread.draft(draft));
    on("online", (state) => state === "reconnecting" && this.thread.draft(null));
    on("outbox", (message) => this.#outbox(message));
    on("cleared", () => {
      this.thread.clear();
      this.said = 0;
      this.#showStarters();
    });
    on("problem", (problem) => {
      this.thread.typing(false); // the notice that nobody writes any more may be lost
      this.problem(this.i18n.or(`problem_${problem.code}`, problem.message));
    });
  }

  /** @param {import("../thread/thread.js").Placed} placed */
  #event(placed) {
    if (placed.event.type === "message_received") this.said += 1;
    this.thread.add(placed);
    this.#showStarters();
    if (placed.event.type !== "replied") return;
    this.thread.typing(false);
    if (!this.thread.replaying) this.dispatchEvent(new Event("turned"));
  }

  /** @param {any} message */
  #outbox(message) {
    const state = message.failed ? "failed" : this.session.socket?.state === "online" ? "sending" : "waiting";
    if (this.thread.pending.has(message.client_id)) this.thread.mark(message.client_id, state);
    else this.thread.addPending({ client_id: message.client_id, text: message.text, files: message.files, state });
    if (message.sent) this.thread.typing(true);
    this.#showStarters();
  }

  #showStarters() {
    this.starters.hidden = this.said > 0 || this.thread.pending.size > 0;
  }

  /**
   * Ask without words; the question and its answer come as events.
   * @param {any} question @param {string[]} at @param {string[]} names @param {boolean} records
   */
  async press(question, at, names, records) {
    this.notice.hidden = true;
    this.thread.typing(true);
    this.thread.list.focus({ preventScroll: true });
    try {
      await this.session.start();
      await this.session.api.post(`/v1/conversations/${encodeURIComponent(this.session.conversation ?? "")}/figures`, { client_id: newId(), question, at, names, records });
    } catch (error) {
      this.problem(/** @type {Error} */ (error).message);
    }
    this.thread.typing(false);
    this.thread.toEnd();
  }

  /** @param {string} text */
  problem(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.notice.hidden = true), 8000);
  }
}
