/** Where an agent writes: to the shopper, or a note to colleagues. Two fields, so that no word for the one goes to the other. */

import { h } from "../lib/dom.js";
import { newId } from "../lib/storage.js";
import { NoteForm } from "./note_form.js";

/**
 * @typedef {object} ComposerParts
 * @property {import("./desk.js").Desk} desk
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {() => any} ticket The ticket that is shown.
 * @property {(note?: import("./notes.js").Note) => void} said What happens once something was sent, or a note was kept.
 * @property {(error: unknown) => void} fail
 */

/** Both forms. Only who holds the ticket replies; everybody notes. */
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
    this.reply = h(
      "form",
      { class: "reply", on: { submit: (event) => this.#submit(event) } },
      this.field,
      h("div", { class: "reply-row" }, h("span", { class: "small muted key-hint", data: { t: "key_hint" } }), h("button", { class: "button primary", type: "submit", data: { t: "send" } })),
    );
    this.note = new NoteForm({ desk, i18n, ticket, said, fail });
    this.modes = h("div", { class: "writing-modes", role: "group", data: { tLabel: "write_to" } }, ["reply", "note"].map((mode) => this.#mode(mode)));
    this.element = h("div", { class: "writing" }, this.modes, this.reply, this.note.element);
    this.mine = false;
    this.#pick("note");
  }

  /** @param {string} mode */
  #mode(mode) {
    const press = () => {
      this.#pick(mode);
      this.focus();
    };
    return h("button", { class: "filter", type: "button", data: { mode, t: `write_${mode}` }, on: { click: press } });
  }

  /** @param {string} mode */
  #pick(mode) {
    this.mode = mode;
    this.reply.hidden = mode !== "reply";
    this.note.element.hidden = mode !== "note";
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.mode === mode));
  }

  /** Show what this agent may write. @param {boolean} mine Whether they hold the ticket. */
  allow(mine) {
    /** @type {HTMLElement} */ (this.modes.firstElementChild).hidden = !mine;
    if (mine === this.mine) return;
    this.mine = mine;
    this.#pick(mine ? "reply" : "note");
  }

  /** Begin anew, for another ticket. */
  clear() {
    this.field.value = "";
    this.note.clear();
    this.#pick(this.mine ? "reply" : "note");
  }

  focus() {
    if (this.mode === "reply") this.field.focus();
    else this.note.focus();
  }

  /** Write words down for the agent to send. @param {string} text */
  use(text) {
    this.#pick("reply");
    this.field.value = text;
    this.field.focus();
  }

  #typed() {
    const ticket = this.ticket();
    if (ticket) this.desk.typing(ticket.conversation_id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.reply.requestSubmit();
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
