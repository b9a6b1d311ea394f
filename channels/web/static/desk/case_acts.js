/** Calls that a ticket offers, made by its agent: what needs consent is shown first. */

import { fill, h } from "../lib/dom.js";
import { localText } from "../lib/format.js";

/** Makes them, and says what came of it. */
export class CaseActs {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, dialog: HTMLDialogElement, ticket: () => any, say: (text: string) => void, fail: (error: unknown) => void}} parts */
  constructor({ desk, i18n, dialog, ticket, say, fail }) {
    Object.assign(this, { desk, i18n, dialog, ticket, say, fail });
  }

  /** @param {any} action */
  async make(action) {
    const ticket = this.ticket();
    if (!ticket) return;
    try {
      const came = await this.desk.act(ticket, { key: action.key });
      if (came.status === "needs_confirmation") this.#ask(action, came);
      else this.#made(action, came);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} action @param {any} came */
  #ask(action, came) {
    const { i18n } = this;
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      this.dialog.close();
      const ticket = this.ticket();
      if (!ticket) return;
      await this.desk.act(ticket, { proposal_id: came.proposal_id }).then((done) => this.#made(action, done), this.fail);
    };
    fill(
      this.dialog,
      h(
        "form",
        { on: { submit } },
        h("h2", {}, localText(action.title, i18n.lang)),
        h("p", {}, localText(came.about, i18n.lang)),
        h("p", { class: "muted small" }, i18n.t("act_text")),
        h(
          "div",
          { class: "sure-row" },
          h("button", { class: "button", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("cancel")),
          h("button", { class: "button primary", type: "submit" }, i18n.t("act_now")),
        ),
      ),
    );
    this.dialog.showModal();
  }

  /** @param {any} action @param {any} came */
  #made(action, came) {
    this.say(this.i18n.t("acted", { title: localText(action.title, this.i18n.lang), receipt: came.receipt ?? "" }));
  }
}
