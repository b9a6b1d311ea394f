/** Where an agent writes to the shopper. */

import { h } from "../lib/dom.js";
import { newId } from "../lib/storage.js";

/**
 * @typedef {object} ComposerParts
 * @property {import("./desk.js").Desk} desk
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {() => any} ticket The ticket that is shown.
 * @property {() => void} said What happens once something was sent.
 * @property {(error: unknown) => void} fail
 */

/** The reply form. */
export class Composer {
  /** @param {ComposerParts} parts */
  constructor({ desk, i18n, ticket, said, fail }) {
    Object.assign(this, { desk, i18n, ticket, said, fail });
    this.field = h("textarea", {
      class: "field",
      rows: 2,
      maxlength: 4000,
      data: { tLabel: "reply", tPlaceholder: "reply" },
      on: { keydown: (event) => this.#key(event), input: () => this.#typed() },
    });
    this.element = h(
      "form",
      { class: "reply", on: { submit: (event) => this.#submit(event) } },
      this.field,
      h("div", { class: "reply-row" }, h("span", { class: "small muted key-hint", data: { t: "key_hint" } }), h("button", { class: "button primary", type: "submit", data: { t: "send" } })),
    );
  }

  /** Begin anew, for another ticket. */
  clear() {
    this.field.value = "";
  }

  focus() {
    this.field.focus();
  }

  /** Write words down for the agent to send. @param {string} text */
  use(text) {
    this.field.value = text;
    this.field.focus();
  }

  #typed() {
    const ticket = this.ticket();
    if (ticket) this.desk.typing(ticket.conversation_id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.element.requestSubmit();
    else if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    const ticket = this.ticket();
    if (!text || !ticket) return;
    if (this.attempt?.text !== text) this.attempt = { text, id: newId() };
    try {
      await this.desk.say(ticket.conversation_id, text, this.attempt.id);
      this.attempt = null;
      if (this.field.value.trim() === text) this.field.value = "";
      this.said();
      this.field.focus();
    } catch (error) {
      this.fail(error);
    }
  }
}
