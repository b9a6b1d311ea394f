/** Where an agent writes: to the shopper, or a note to colleagues. Two fields, so that no word for the one goes to the other. */

import { h, icon } from "../lib/dom.js";
import { newId } from "../lib/storage.js";
import { slashBegins } from "./canned.js";
import { CannedDialog } from "./canned_dialog.js";
import { Completion, put } from "./completion.js";
import { NoteForm } from "./note_form.js";
import { Pictures } from "./pictures.js";
import { DraftTranslation } from "./translation.js";

/**
 * @typedef {object} ComposerParts
 * @property {import("./desk.js").Desk} desk
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {import("./canned.js").CannedReplies} canned
 * @property {import("./translation.js").Translation} translation
 * @property {() => "zh" | "en"} theirs The language of the shopper.
 * @property {() => any} ticket The ticket that is shown.
 * @property {(note?: import("./notes.js").Note) => void} said What happens once something was sent, or a note was kept.
 * @property {(error: unknown) => void} fail
 */

/** Both forms. Only who holds the ticket replies; everybody notes. */
export class Composer {
  /** @param {ComposerParts} parts */
  constructor({ desk, i18n, canned, translation, theirs, ticket, said, fail }) {
    Object.assign(this, { desk, i18n, canned, ticket, said, fail });
    this.field = h("textarea", {
      class: "field",
      rows: 2,
      maxlength: 4000,
      data: { tLabel: "reply", tPlaceholder: "reply_hint" },
      on: { keydown: (event) => this.#key(event), input: () => this.#typed(), paste: (event) => this.pictures.pasted(event) },
    });
    this.kept = new Completion(this.field, {
      i18n,
      name: "canned",
      begins: slashBegins,
      find: (words) => canned.find(words, this.ticket()?.lang === "en" ? "en" : "zh"),
      choose: (item, from, to) => this.#insert(item.key, from, to),
      empty: () => (canned.replies.length === 0 ? this.#firstReply() : null),
    });
    this.pictures = new Pictures({ desk, i18n, fail, changed: () => this.#showSend() });
    this.draft = new DraftTranslation({ translation, field: this.field, i18n, ticket, theirs, fail });
    this.sendButton = h("button", { class: "button primary", type: "submit" }, i18n.t("send"));
    const drop = { dragover: (/** @type {DragEvent} */ event) => this.pictures.dragged(event), drop: (/** @type {DragEvent} */ event) => this.pictures.dropped(event) };
    this.reply = h(
      "form",
      { class: "reply", on: { submit: (event) => this.#submit(event), ...drop } },
      this.kept.element,
      this.kept.count,
      this.pictures.previews,
      this.draft.note,
      this.field,
      h(
        "div",
        { class: "reply-row" },
        h("span", { class: "reply-tools" }, this.pictures.button, this.pictures.picker, tool("list", "canned", () => this.#manage()), this.draft.button),
        h("span", { class: "small muted key-hint", data: { t: "key_hint" } }),
        this.sendButton,
      ),
    );
    this.note = new NoteForm({ desk, i18n, ticket, said, fail });
    this.modes = h("div", { class: "writing-modes", role: "group", data: { tLabel: "write_to" } }, ["reply", "note"].map((mode) => this.#mode(mode)));
    this.element = h("div", { class: "writing" }, this.modes, this.reply, this.note.element);
    this.mine = false;
    this.#pick("note");
    i18n.addEventListener("change", () => this.#showSend());
    canned.addEventListener("change", () => this.#showSend());
  }

  /** @param {string} mode */
  #mode(mode) {
    const press = () => {
      this.#pick(mode);
      this.focus();
    };
    return h("button", { class: "filter", type: "button", data: { mode, t: `write_${mode}`, key: mode[0] }, on: { click: press } });
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
    this.kept.close();
    this.pictures.clear();
    this.draft.clear();
    this.note.clear();
    this.#showSend();
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
    this.#showSend();
    this.field.focus();
  }

  #typed() {
    this.#showSend();
    const ticket = this.ticket();
    if (ticket) this.desk.typing(ticket.conversation_id);
  }

  /** The button says what must be filled in first. */
  #showSend() {
    const { i18n } = this;
    const gaps = this.canned.gapsIn(this.field.value);
    const names = [...new Set(gaps.map(({ label }) => label))].join(i18n.t("list_sep"));
    this.sendButton.textContent = gaps.length ? i18n.t("fill_first", { names }) : i18n.t("send");
    this.sendButton.classList.toggle("waits", gaps.length > 0);
    this.draft.show();
  }

  /** @param {string} replyId @param {number} from @param {number} to */
  async #insert(replyId, from, to) {
    const ticket = this.ticket();
    if (!ticket) return;
    try {
      const { text } = await this.canned.fill(replyId, ticket);
      if (ticket.ticket_id !== this.ticket()?.ticket_id) return;
      put(this.field, text, from, to);
      this.#toGap();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Select the first gap, to be written over. @returns {boolean} Whether there is one. */
  #toGap() {
    const [gap] = this.canned.gapsIn(this.field.value);
    if (!gap) return false;
    this.field.focus();
    this.field.setSelectionRange(gap.from, gap.to);
    return true;
  }

  #manage() {
    this.kept.close();
    new CannedDialog({ canned: this.canned, i18n: this.i18n, supervisor: this.desk.supervisor }).open();
  }

  #firstReply() {
    const { i18n } = this;
    return h(
      "p",
      { class: "small" },
      i18n.t("canned_none"),
      " ",
      h("button", { class: "link", type: "button", on: { click: () => this.#manage() } }, i18n.t("canned_first")),
    );
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
    const files = this.pictures.ids;
    if ((!text && files.length === 0) || !ticket || this.pictures.busy || this.#toGap()) return;
    const key = JSON.stringify([ticket.ticket_id, text, files]);
    if (this.attempt?.key !== key) this.attempt = { key, id: newId() };
    try {
      await this.desk.say(ticket.conversation_id, text, this.attempt.id, files);
      this.attempt = null;
      if (this.field.value.trim() === text) this.field.value = "";
      this.pictures.sent(files);
      this.#showSend();
      this.said();
      this.field.focus();
    } catch (error) {
      this.fail(error);
    }
  }
}

/** @param {import("../lib/dom.js").IconName} name @param {string} label @param {() => void} press */
function tool(name, label, press) {
  return h("button", { class: "icon-button", type: "button", data: { tLabel: label }, on: { click: press } }, icon(name));
}
