/** The head of a case: what it is called, where it stands, and what may be done with it. */

import { fill, h, icon } from "../lib/dom.js";
import { PRIORITY_TONES } from "./inbox.js";

/** The head, and the dialogs that its buttons open. */
export class CaseHead {
  /**
   * @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, dialog: HTMLDialogElement, close: () => void, fail: (error: unknown) => void}} parts
   */
  constructor({ desk, i18n, dialog, close, fail }) {
    Object.assign(this, { desk, i18n, dialog, close, fail });
    this.element = h("header", { class: "case-head" });
  }

  /** @param {any} ticket @param {boolean} mine Whether this agent holds it. */
  draw(ticket, mine) {
    const { i18n } = this;
    const waits = (ticket.clocks ?? []).some((clock) => clock.paused_by === "shopper");
    const act = (/** @type {string} */ key, /** @type {string} */ style, /** @type {() => void} */ press) =>
      h("button", { class: `button ${style}`, type: "button", on: { click: press } }, i18n.t(key));
    fill(
      this.element,
      h("button", { class: "icon-button back", type: "button", "aria-label": i18n.t("back"), on: { click: () => this.close() } }, icon("back")),
      h(
        "div",
        { class: "case-title" },
        h("h2", {}, ticket.subject || ticket.ticket_id),
        h(
          "p",
          { class: "case-row" },
          h("span", { class: `tag ${PRIORITY_TONES[ticket.priority] ?? ""}` }, i18n.or(`priority_${ticket.priority}`, ticket.priority)),
          h("span", { class: "tag" }, i18n.or(`reason_${ticket.reason}`, ticket.reason)),
          h("span", { class: "small muted" }, ticket.assignee ? i18n.t("by", { name: ticket.assignee }) : i18n.t(`status_${ticket.status}`)),
        ),
      ),
      mine ? act(waits ? "await_no" : "await", "", () => this.#await(ticket, !waits)) : null,
      mine ? act("hand_back", "", () => this.#askRelease(ticket, "hand_back")) : null,
      mine ? act("resolve", "primary", () => this.#askRelease(ticket, "resolve")) : null,
    );
  }

  /** @param {any} ticket @param {boolean} waiting */
  async #await(ticket, waiting) {
    await this.desk.awaitShopper(ticket, waiting).catch(this.fail);
  }

  /** @param {any} ticket @param {"hand_back" | "resolve"} outcome */
  #askRelease(ticket, outcome) {
    const { i18n } = this;
    const note = h("textarea", { class: "field", rows: 3, maxlength: 4000, "aria-label": i18n.t("note"), placeholder: i18n.t("note") });
    const agreed = h("textarea", { class: "field", rows: 2, maxlength: 3000, "aria-label": i18n.t("agreed"), placeholder: i18n.t("agreed") });
    const kind = outcome === "resolve" ? "resolve" : "back";
    const release = () => {
      const lines = agreed.value.split("\n").map((line) => line.trim()).filter(Boolean);
      return this.desk.release(ticket, outcome, note.value.trim(), lines);
    };
    this.#ask({ title: i18n.t(`${kind}_title`), text: i18n.t(`${kind}_text`), fields: [note, agreed], go: i18n.t(outcome) }, release);
    note.focus();
  }

  /**
   * Ask before something is done; what was refused is said by the case.
   * @param {{title: string, text: string, fields: HTMLElement[], go: string}} shown @param {() => Promise<unknown>} act
   */
  #ask({ title, text, fields, go }, act) {
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.dialog.close();
      act().catch(this.fail);
    };
    fill(
      this.dialog,
      h(
        "form",
        { on: { submit } },
        h("h2", {}, title),
        h("p", { class: "muted" }, text),
        fields,
        h(
          "div",
          { class: "sure-row" },
          h("button", { class: "button", type: "button", on: { click: () => this.dialog.close() } }, this.i18n.t("cancel")),
          h("button", { class: "button primary", type: "submit" }, go),
        ),
      ),
    );
    this.dialog.showModal();
  }
}
