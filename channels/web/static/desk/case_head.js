/** The head of a case: what it is called, where it stands, its tags, and what may be done with it. */

import { fill, h, icon } from "../lib/dom.js";
import { CaseDialogs } from "./case_dialogs.js";
import { PRIORITY_TONES } from "./inbox.js";
import { snoozeText } from "./marks.js";

/** Keys of what may be done, see `keys.js`. */
const KEY = { resolve: "e", transfer: "t", snooze: "s" };

/** The head, and the dialogs that its buttons open. */
export class CaseHead {
  /**
   * @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, dialog: HTMLDialogElement, close: () => void, open: (ticketId: string) => void,
   *   fail: (error: unknown) => void, say: (text: string) => void, said: () => {seq: number, text: string}[], pick: (conversation: string) => void}} parts
   */
  constructor({ desk, i18n, dialog, close, open, fail, say, said, pick }) {
    Object.assign(this, { desk, i18n, close, fail, pick });
    this.dialogs = new CaseDialogs({ desk, i18n, dialog, open, fail, say, said });
    /** @type {Set<string>} Conversations of the ticket with words that were not seen. */
    this.unseen = new Set();
    this.element = h("header", { class: "case-head" });
    this.tagChoices = h("datalist", { id: "tag-choices" });
    this.tagField = h("input", { class: "field tag-field", list: "tag-choices", maxlength: 40, data: { tLabel: "tag_add", tPlaceholder: "tag_add" }, on: { keydown: (event) => this.#tagKey(event), focus: () => this.#readTags() } });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#closeMenu(true));
    document.addEventListener("click", (event) => this.menu?.contains(/** @type {Node} */ (event.target)) || this.#closeMenu(false));
  }

  /** Draw it anew only when something has changed: a menu that is open stays. @param {any} ticket @param {boolean} mine Whether this agent holds it. */
  draw(ticket, mine) {
    const key = JSON.stringify([ticket, mine, this.i18n.lang, [...this.unseen]]);
    if (key === this.drawn) return;
    this.drawn = key;
    if (ticket.ticket_id !== this.ticket?.ticket_id) this.tagField.value = "";
    this.ticket = ticket;
    const focused = document.activeElement;
    const kept = /** @type {HTMLElement | null} */ (focused)?.dataset?.act;
    const { i18n } = this;
    fill(
      this.element,
      h("button", { class: "icon-button back", type: "button", "aria-label": i18n.t("back"), on: { click: () => this.close() } }, icon("back")),
      h("div", { class: "case-title" }, h("h2", {}, ticket.subject || ticket.ticket_id), this.#standing(ticket), this.#tags(ticket), this.#talks(ticket)),
      this.#buttons(ticket, mine),
      this.#menu(ticket, mine),
    );
    i18n.apply(this.element);
    if (focused === this.tagField) this.tagField.focus();
    else if (kept) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-act="${kept}"]`))?.focus();
  }

  /** @param {any} ticket */
  #standing(ticket) {
    const { i18n } = this;
    const status = ticket.merged_into ? i18n.t("status_merged") : ticket.assignee ? i18n.t("by", { name: ticket.assignee }) : i18n.t(`status_${ticket.status}`);
    return h(
      "p",
      { class: "case-row" },
      h("span", { class: `tag ${PRIORITY_TONES[ticket.priority] ?? ""}` }, i18n.or(`priority_${ticket.priority}`, ticket.priority)),
      h("span", { class: "tag" }, i18n.or(`reason_${ticket.reason}`, ticket.reason)),
      ticket.reopens ? h("span", { class: "tag warn" }, i18n.t("reopened")) : null,
      ticket.split_from ? h("span", { class: "tag info" }, i18n.t("split_off")) : null,
      ticket.snoozed_at ? h("span", { class: "tag info" }, snoozeText(ticket, i18n)) : null,
      h("span", { class: "small muted" }, status),
      ticket.moved?.by && ticket.status !== "resolved" ? h("span", { class: "small" }, i18n.t("passed_on_by", { who: ticket.moved.by, reason: ticket.moved.reason })) : null,
    );
  }

  /** @param {any} ticket */
  #tags(ticket) {
    const chip = (/** @type {string} */ tag) => {
      const remove = () => this.#change("tags", { remove: [tag] }).then(() => this.tagField.focus());
      return h("li", {}, h("button", { class: "chip", type: "button", data: { act: `tag-${tag}` }, "aria-label": this.i18n.t("tag_remove", { tag }), on: { click: remove } }, tag, icon("close")));
    };
    return h("ul", { class: "case-row case-tags", "aria-label": this.i18n.t("tags") }, ticket.tags.map(chip), h("li", {}, this.tagField, this.tagChoices));
  }

  /** The conversations of a ticket that others were merged into; each is read and answered by itself. @param {any} ticket */
  #talks(ticket) {
    const { i18n } = this;
    if (ticket.conversations.length < 2) return null;
    const talk = (/** @type {string} */ id, /** @type {number} */ at) =>
      h(
        "button",
        { class: "filter", type: "button", data: { act: `talk-${at}` }, "aria-pressed": String(id === ticket.conversation_id), on: { click: () => this.pick(id) } },
        i18n.t("talk_number", { n: at + 1 }),
        this.unseen.has(id) ? h("span", { class: "tag warn" }, i18n.t("talk_new")) : null,
      );
    return h("div", { class: "case-row", role: "group", "aria-label": i18n.t("talks") }, ticket.conversations.map(talk));
  }

  /** @param {any} ticket @param {boolean} mine */
  #buttons(ticket, mine) {
    const waits = (ticket.clocks ?? []).some((/** @type {any} */ clock) => clock.paused_by === "shopper");
    const act = (/** @type {string} */ key, /** @type {string} */ style, /** @type {() => void} */ press) =>
      h("button", { class: `button ${style}`, type: "button", data: { act: key, key: KEY[key] ?? null }, on: { click: press } }, this.i18n.t(key));
    if (ticket.status === "resolved") return ticket.merged_into ? [] : [act("reopen", "", () => this.dialogs.reopen(ticket))];
    if (!mine) return [];
    return [
      ticket.snoozed_at ? act("wake", "", () => this.#change("wake", {})) : null,
      ticket.snoozed_at ? null : act(waits ? "await_no" : "await", "", () => this.#await(ticket, !waits)),
      ticket.split_from ? null : act("hand_back", "", () => this.dialogs.release(ticket, "hand_back")),
      act("resolve", "primary", () => this.dialogs.release(ticket, "resolve")),
    ];
  }

  /** @param {any} ticket @param {boolean} mine */
  #menu(ticket, mine) {
    const { dialogs, i18n } = this;
    const ours = mine || ticket.status === "open";
    const entry = (/** @type {string} */ key, /** @type {() => void} */ press) =>
      h("button", { class: "menu-entry", type: "button", data: { act: key, key: KEY[key] ?? null }, on: { click: () => (this.#closeMenu(true), press()) } }, i18n.t(key));
    const entries = [
      ours ? entry("transfer", () => dialogs.transfer(ticket)) : null,
      mine && !ticket.snoozed_at ? entry("snooze", () => dialogs.snooze(ticket)) : null,
      ours ? entry("merge", () => dialogs.merge(ticket)) : null,
      mine && !ticket.split_from ? entry("split", () => dialogs.split(ticket)) : null,
    ].filter(Boolean);
    if (ticket.status === "resolved" || entries.length === 0) return (this.menu = null);
    const open = this.menu?.open ?? false;
    this.menu = h("details", { class: "case-menu", open }, h("summary", { class: "button", data: { act: "menu" } }, i18n.t("more_actions")), h("div", { class: "menu-entries card" }, entries));
    return this.menu;
  }

  /** @param {boolean} refocus */
  #closeMenu(refocus) {
    if (!this.menu?.open) return;
    this.menu.open = false;
    if (refocus) this.menu.querySelector("summary")?.focus();
  }

  /** @param {any} ticket @param {boolean} waiting */
  async #await(ticket, waiting) {
    await this.desk.awaitShopper(ticket, waiting).catch(this.fail);
  }

  /** @param {string} verb @param {object} body */
  #change(verb, body) {
    return this.desk.change(this.ticket, verb, body).catch(this.fail);
  }

  async #readTags() {
    const { tags } = await this.desk.api.get("/v1/desk/tags").catch((error) => (this.fail(error), { tags: [] }));
    fill(this.tagChoices, tags.map((/** @type {any} */ each) => h("option", { value: each.tag })));
  }

  /** Enter puts the tag on; Backspace in an empty field takes the last one off. @param {KeyboardEvent} event */
  #tagKey(event) {
    const tag = this.tagField.value.trim();
    const last = this.ticket.tags.at(-1);
    if (event.key === "Escape") this.tagField.blur();
    else if (event.key === "Backspace" && !this.tagField.value && last && !event.repeat) this.#change("tags", { remove: [last] });
    else if (event.key === "Enter" && !event.isComposing && tag) {
      event.preventDefault();
      this.tagField.value = "";
      this.#change("tags", { add: [tag] });
    }
  }
}
