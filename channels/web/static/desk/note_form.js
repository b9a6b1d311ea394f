/** Where an agent writes to colleagues: a private note, never to the shopper. */

import { h, icon } from "../lib/dom.js";
import { newId } from "../lib/storage.js";
import { Completion, put } from "./completion.js";

/** The form of a note, with names completed after "@". */
export class NoteForm {
  /** @param {Pick<import("./composer.js").ComposerParts, "desk" | "i18n" | "ticket" | "said" | "fail">} parts */
  constructor({ desk, i18n, ticket, said, fail }) {
    Object.assign(this, { desk, i18n, ticket, said, fail });
    /** @type {{agent: string, name: string}[]} */
    this.people = [];
    this.field = h("textarea", { class: "field", rows: 2, maxlength: 4000, data: { tLabel: "note_field", tPlaceholder: "note_hint" }, on: { keydown: (event) => this.#key(event), focus: () => this.#know() } });
    this.names = new Completion(this.field, {
      i18n,
      name: "people",
      begins: (before) => nameBegins(before),
      find: (words) => this.#fitting(words),
      choose: (item, from, to) => put(this.field, `@${item.label} `, from, to),
    });
    this.element = h(
      "form",
      { class: "note-form", on: { submit: (event) => this.#submit(event) } },
      h("p", { class: "small note-warning" }, icon("pin"), h("span", { data: { t: "note_private" } })),
      this.names.element,
      this.names.count,
      this.field,
      h("div", { class: "reply-row" }, h("span", { class: "small muted key-hint", data: { t: "note_key_hint" } }), h("button", { class: "button", type: "submit", data: { t: "note_keep" } })),
    );
  }

  clear() {
    this.field.value = "";
    this.names.close();
  }

  focus() {
    this.field.focus();
  }

  /** People come and go: read anew whenever a note is begun. */
  async #know() {
    try {
      this.people = (await this.desk.api.get("/v1/desk/people")).people.filter((each) => each.agent !== this.desk.agent);
      if (document.activeElement === this.field) this.names.update();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {string} words */
  #fitting(words) {
    const wanted = words.toLowerCase();
    const fits = ({ agent, name }) => agent.toLowerCase().startsWith(wanted) || name.toLowerCase().startsWith(wanted);
    return this.people.filter(fits).slice(0, 8).map(({ agent, name }) => ({ key: agent, label: name, detail: name === agent ? "" : agent }));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.element.requestSubmit();
    else if (event.key === "Escape") this.field.blur();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    const ticket = this.ticket();
    if (!text || !ticket) return;
    if (this.attempt?.text !== text || this.attempt.ticket !== ticket.ticket_id) this.attempt = { text, ticket: ticket.ticket_id, id: newId() };
    try {
      const note = await this.desk.note(ticket, text, this.attempt.id);
      this.attempt = null;
      if (this.field.value.trim() === text) this.clear();
      this.said(note);
      this.field.focus();
    } catch (error) {
      this.fail(error);
    }
  }
}

/** Where the "@" of an unfinished name is: not that of an e-mail address. @param {string} before */
function nameBegins(before) {
  const found = /(^|[^A-Za-z0-9_.])@([^\s@]{0,40})$/.exec(before);
  return found ? found.index + found[1].length : -1;
}
