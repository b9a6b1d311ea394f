/** Notes in which colleagues mention this agent: how many are unread, a list of them, and that they were looked at. */

import { h } from "../lib/dom.js";
import { formatSince } from "../lib/format.js";

/** Fires `change`. */
export class Mentions extends EventTarget {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, news: (text: string) => void}} parts */
  constructor({ desk, i18n, news }) {
    super();
    Object.assign(this, { desk, i18n, news });
    /** @type {{note: import("./notes.js").Note, subject: string, read_at: string | null}[]} */
    this.items = [];
    this.unread = 0;
    /** @type {Set<string> | null} Notes that were told of, or stood in the list when the page was opened; null: it was not read yet. */
    this.known = null;
    desk.addEventListener("online", (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "online") this.#read();
    });
    desk.addEventListener("note", (event) => this.#noted(/** @type {CustomEvent} */ (event).detail));
  }

  async #read() {
    try {
      const { mentions, unread } = await this.desk.api.get("/v1/desk/mentions");
      this.items = mentions;
      this.unread = unread;
      this.#tellOfMissed();
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      this.desk.complain(error);
    }
  }

  /** Alert to what was written while the desk was cut off. */
  #tellOfMissed() {
    const notes = this.items.map(({ note }) => note);
    const missed = this.items.filter(({ note, read_at }) => read_at === null && this.known?.has(note.note_id) === false);
    for (const { note } of missed.reverse()) this.#tell(note);
    this.known = new Set([...(this.known ?? []), ...notes.map((note) => note.note_id)]);
  }

  /** @param {import("./notes.js").Note} note */
  #noted(note) {
    if (!note.mentions.includes(this.desk.agent) || this.known?.has(note.note_id)) return;
    this.known?.add(note.note_id);
    this.#tell(note);
    this.#read();
  }

  /** @param {import("./notes.js").Note} note */
  #tell(note) {
    this.news(this.i18n.t("mention_news", { name: note.author }));
    this.desk.dispatchEvent(new CustomEvent("mention", { detail: { conversation: note.conversation_id, name: note.author, text: note.text } }));
  }

  /** Whether something unread of this ticket's conversation waits. @param {any} ticket */
  waitsAt(ticket) {
    return this.items.some(({ note, read_at }) => read_at === null && note.conversation_id === ticket.conversation_id);
  }

  /** The agent looks at a ticket and its notes. @param {any} ticket */
  async lookedAt(ticket) {
    if (document.hidden) return;
    if (!this.waitsAt(ticket)) await this.#read();
    if (!this.waitsAt(ticket)) return;
    try {
      await this.desk.api.post("/v1/desk/mentions/read", { ticket_id: ticket.ticket_id });
      await this.#read();
    } catch (error) {
      this.desk.complain(error);
    }
  }

  /** A line of the list of mentions. @param {any} item @param {() => void} press */
  row({ note, subject, read_at }, press) {
    const { i18n } = this;
    return h(
      "li",
      {},
      h(
        "button",
        { class: `ticket mention ${read_at === null ? "fresh" : ""}`, type: "button", data: { ticket: note.ticket_id }, on: { click: press } },
        h("span", { class: "ticket-top" }, h("strong", { class: "ticket-subject" }, subject || note.ticket_id), h("span", { class: "small muted" }, formatSince(note.at, i18n.lang))),
        h("span", { class: "small mention-words" }, `${note.author}${i18n.t("colon")}${note.text}`),
        h("span", { class: "ticket-tags" }, read_at === null ? h("span", { class: "tag info" }, i18n.t("unread")) : h("span", { class: "tag" }, i18n.t("read"))),
      ),
    );
  }
}
