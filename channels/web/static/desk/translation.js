/** The translation aid, where a model translates: under the shopper's words, and of the agent's draft. A machine's words are marked as such. */

import { fill, h } from "../lib/dom.js";
import { storage } from "../lib/page.js";

/** @typedef {"zh" | "en"} Lang */

const MOST_AT_ONCE = 20;

/** What translates; fires `change` when it becomes known whether something does, and when "always" is switched. */
export class Translation extends EventTarget {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n}} parts */
  constructor({ desk, i18n }) {
    super();
    Object.assign(this, { desk, i18n });
    this.available = false;
    this.always = storage.get("translate", false);
    /** @type {Map<string, string>} */
    this.known = new Map();
    /** Lines that are to be translated by themselves. @type {(() => Promise<void>)[]} */
    this.waiting = [];
    desk.addEventListener("online", (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "online") this.#read();
    });
    this.bar = this.#bar();
  }

  async #read() {
    try {
      const { translate } = await this.desk.api.get("/v1/desk/aids");
      if (translate === this.available) return;
      this.available = translate;
      this.bar.hidden = !translate;
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      this.desk.complain(error);
    }
  }

  /** The switch for "always". */
  #bar() {
    const box = h("input", { type: "checkbox", on: { change: () => this.#switch(box.checked) } });
    box.checked = this.always;
    return h("label", { class: "translation-bar small", hidden: true }, box, h("span", { data: { t: "translate_always" } }));
  }

  /** @param {boolean} always */
  #switch(always) {
    this.always = always;
    storage.set("translate", always);
    this.dispatchEvent(new Event("change"));
  }

  /** What stands under words of the shopper in the other language. @param {string} conversation @param {number} seq @param {string} text @returns {Element | null} */
  under(conversation, seq, text) {
    const to = this.i18n.lang;
    const from = langOf(text);
    if (!this.available || from === null || from === to) return null;
    const line = h("div", { class: "translation small" });
    const key = `${conversation} ${seq} ${to}`;
    const show = () => fill(line, this.#machine(), h("p", { class: "words", lang: to === "zh" ? "zh-CN" : "en" }, this.known.get(key) ?? ""));
    const ask = async () => {
      fill(line, h("span", { class: "muted", role: "status" }, this.i18n.t("translating")));
      try {
        this.known.set(key, (await this.#post(conversation, { seq, to })).text);
        show();
      } catch (error) {
        fill(line, h("span", { class: "muted" }, this.i18n.t("translate_failed")), " ", this.#button("translate_again", ask));
      }
    };
    if (this.known.has(key)) show();
    else if (this.always) this.#soon(ask);
    else fill(line, this.#button("translate", ask));
    return line;
  }

  /** The draft in the shopper's language. @param {string} conversation @param {string} text @param {Lang} to @returns {Promise<string>} */
  async draft(conversation, text, to) {
    return (await this.#post(conversation, { text, to })).text;
  }

  /** One after the other, the newest first: a long conversation asks for its end alone. @param {() => Promise<void>} ask */
  #soon(ask) {
    this.waiting.push(ask);
    if (this.waiting.length > 1) return;
    queueMicrotask(async () => {
      const all = this.waiting.splice(0);
      for (const each of all.slice(-MOST_AT_ONCE).reverse()) await each();
    });
  }

  #machine() {
    return h("span", { class: "tag" }, this.i18n.t("by_machine"));
  }

  /** @param {string} label @param {() => void} press */
  #button(label, press) {
    return h("button", { class: "link", type: "button", on: { click: press } }, this.i18n.t(label));
  }

  /** @param {string} conversation @param {object} wanted */
  #post(conversation, wanted) {
    return this.desk.api.post(`/v1/conversations/${encodeURIComponent(conversation)}/translations`, wanted);
  }
}

/** Puts the draft into the shopper's language, for the agent to read, change and send. */
export class DraftTranslation {
  /** @param {{translation: Translation, field: HTMLTextAreaElement, i18n: import("../lib/i18n.js").I18n, ticket: () => any, theirs: () => Lang, fail: (error: unknown) => void}} parts */
  constructor({ translation, field, i18n, ticket, theirs, fail }) {
    Object.assign(this, { translation, field, i18n, ticket, theirs, fail });
    this.button = h("button", { class: "button quiet", type: "button", hidden: true, on: { click: () => this.#translate() } });
    this.note = h("div", { class: "draft-note small", hidden: true });
    translation.addEventListener("change", () => this.show());
    i18n.addEventListener("change", () => this.show());
  }

  /** Offer it where the draft is in another language than the shopper's. */
  show() {
    const from = langOf(this.field.value);
    const to = this.theirs();
    this.button.hidden = !this.translation.available || from === null || from === to;
    this.button.textContent = this.i18n.t(`draft_to_${to}`);
    if (this.field.value.trim() === "") this.clear();
  }

  clear() {
    this.note.hidden = true;
  }

  async #translate() {
    const ticket = this.ticket();
    const words = this.field.value;
    if (!ticket || this.button.disabled) return;
    this.button.disabled = true;
    try {
      const said = await this.translation.draft(ticket.conversation_id, words, this.theirs());
      if (this.field.value !== words || this.ticket()?.ticket_id !== ticket.ticket_id) return;
      this.#write(said);
      const back = () => {
        this.#write(words);
        this.clear();
      };
      fill(this.note, h("span", { class: "tag" }, this.i18n.t("by_machine")), h("span", {}, this.i18n.t("draft_check")), h("q", {}, words), h("button", { class: "link", type: "button", on: { click: back } }, this.i18n.t("draft_back")));
      this.note.hidden = false;
    } catch (error) {
      this.fail(error);
    } finally {
      this.button.disabled = false;
    }
  }

  /** @param {string} words */
  #write(words) {
    this.field.value = words;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }
}

/** The language that a text is mostly in; null where it shows none. @param {string} text @returns {Lang | null} */
export function langOf(text) {
  const han = (text.match(/\p{Script=Han}/gu) ?? []).length;
  const words = (text.match(/[A-Za-z]{2,}/g) ?? []).length;
  if (han === 0 && words === 0) return null;
  return han * 2 >= words ? "zh" : "en";
}
