/** What is asked before something is done with a case, and what happens then is said in it. */

import { fill, h } from "../lib/dom.js";
import { LABELS } from "./triage.js";

const HOUR_MS = 3600000;

/** The dialogs of one case. */
export class CaseDialogs {
  /**
   * @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, dialog: HTMLDialogElement, open: (ticketId: string) => void,
   *   fail: (error: unknown) => void, say: (text: string) => void, said: () => {seq: number, text: string}[]}} parts
   */
  constructor({ desk, i18n, dialog, open, fail, say, said }) {
    Object.assign(this, { desk, i18n, dialog, open, fail, say, said });
  }

  /** @param {any} ticket @param {"hand_back" | "resolve"} outcome */
  release(ticket, outcome) {
    const { i18n } = this;
    const told = i18n.t(ticket.split_from ? "answer_for_shopper" : "agreed");
    const note = h("textarea", { class: "field", rows: 3, maxlength: 4000, "aria-label": i18n.t("note"), placeholder: i18n.t("note") });
    const agreed = h("textarea", { class: "field", rows: 2, maxlength: 3000, "aria-label": told, placeholder: told });
    const kind = outcome === "resolve" ? "resolve" : "back";
    const text = i18n.t(ticket.split_from ? "split_resolve_text" : `${kind}_text`);
    this.#ask({ title: i18n.t(`${kind}_title`), text, fields: [note, agreed], go: i18n.t(outcome) }, () => {
      const lines = agreed.value.split("\n").map((line) => line.trim()).filter(Boolean);
      return this.desk.release(ticket, outcome, note.value.trim(), lines);
    });
    note.focus();
  }

  /** @param {any} ticket */
  async transfer(ticket) {
    const { i18n } = this;
    const there = await this.#colleagues();
    const option = (/** @type {string} */ kind, /** @type {string} */ name) => h("option", { value: `${kind}:${name}` }, kind === "agent" ? name : i18n.or(`${kind}_${name}`, name));
    const group = (/** @type {string} */ label, /** @type {string} */ kind, /** @type {string[]} */ names) => (names.length ? h("optgroup", { label: i18n.t(label) }, names.map((name) => option(kind, name))) : null);
    const to = h("select", { class: "field", required: true }, h("option", { value: "" }, ""), group("transfer_agents", "agent", there), group("transfer_queues", "queue", LABELS.queue), group("transfer_skills", "skill", LABELS.skill));
    const reason = h("textarea", { class: "field", rows: 3, maxlength: 500, required: true });
    const fields = [this.#labelled("transfer_to", to), this.#labelled("transfer_reason", reason)];
    this.#ask({ title: i18n.t("transfer_title"), text: i18n.t("transfer_text"), fields, go: i18n.t("transfer") }, () => {
      const [kind = "", name] = to.value.split(/:(.*)/s);
      return this.desk.change(ticket, "transfer", { version: ticket.version, reason: reason.value.trim(), [kind]: name });
    });
    to.focus();
  }

  async #colleagues() {
    const { agents } = await this.desk.api.get("/v1/desk/agents").catch((error) => (this.fail(error), { agents: [] }));
    return agents.filter((/** @type {any} */ each) => each.connected && each.state === "available" && each.agent !== this.desk.agent).map((/** @type {any} */ each) => each.agent);
  }

  /** @param {any} ticket */
  snooze(ticket) {
    const { i18n } = this;
    const when = h("input", { class: "field", type: "datetime-local", "aria-label": i18n.t("snooze_when"), min: localTime(Date.now()), value: localTime(Date.now() + HOUR_MS) });
    when.hidden = true;
    const choice = (/** @type {string} */ name, /** @type {boolean} */ checked) =>
      h("label", { class: "pick" }, h("input", { type: "radio", name: "snooze", value: name, checked, on: { change: () => (when.hidden = name !== "date") } }), i18n.t(`snooze_${name}`));
    const choices = h("fieldset", { class: "picks", "aria-label": i18n.t("snooze") }, ["hour", "opening", "shopper", "date"].map((name, at) => choice(name, at === 0)), when);
    this.#ask({ title: i18n.t("snooze_title"), text: i18n.t("snooze_text"), fields: [choices], go: i18n.t("snooze") }, () => {
      const chosen = /** @type {HTMLInputElement} */ (choices.querySelector("input:checked")).value;
      const until = { hour: { until: new Date(Date.now() + HOUR_MS).toISOString() }, opening: { at_opening: true }, shopper: {}, date: { until: new Date(when.value).toISOString() } };
      return this.desk.change(ticket, "snooze", until[/** @type {keyof typeof until} */ (chosen)]);
    });
  }

  /** @param {any} ticket */
  reopen(ticket) {
    const { i18n } = this;
    this.#ask({ title: i18n.t("reopen_title"), text: i18n.t("reopen_text"), fields: [], go: i18n.t("reopen") }, () => this.desk.change(ticket, "reopen", { version: ticket.version }));
  }

  /** @param {any} ticket */
  merge(ticket) {
    const { i18n, desk } = this;
    const others = [...desk.tickets.values()].filter((other) => belongsWith(ticket, other, desk.agent));
    if (others.length === 0) return this.say(i18n.t("merge_none"));
    const into = h("select", { class: "field", required: true }, others.map((other) => h("option", { value: other.ticket_id }, `${other.subject || i18n.or(`category_${other.category}`, other.category)} · ${other.ticket_id}`)));
    this.#ask({ title: i18n.t("merge_title"), text: i18n.t("merge_text"), fields: [this.#labelled("merge_into", into)], go: i18n.t("merge") }, async () => {
      const kept = desk.tickets.get(into.value);
      const both = await desk.change(ticket, "merge", { version: ticket.version, into: into.value, into_version: kept?.version ?? 0 });
      this.open(both.ticket_id);
    });
    into.focus();
  }

  /** @param {any} ticket */
  split(ticket) {
    const { i18n } = this;
    const subject = h("input", { class: "field", maxlength: 200, required: true });
    const category = h("select", { class: "field" }, LABELS.category.map((each) => h("option", { value: each, selected: each === ticket.category }, i18n.or(`category_${each}`, each))));
    const tick = (/** @type {string} */ name, /** @type {string | number} */ value, /** @type {string} */ text) => h("label", { class: "pick" }, h("input", { type: "checkbox", name, value }), text);
    const messages = this.said().map(({ seq, text }) => tick("seq", seq, text || i18n.t("picture")));
    const orders = ticket.body.orders.map((/** @type {any} */ order) => tick("order", order.order_id, order.order_id));
    const list = (/** @type {string} */ title, /** @type {HTMLElement[]} */ choices) => (choices.length ? h("fieldset", { class: "picks" }, h("legend", { class: "small muted" }, i18n.t(title)), choices) : null);
    const parts = [list("split_messages", messages), list("split_orders", orders)];
    const fields = [this.#labelled("split_subject", subject), this.#labelled("find_category", category), ...parts].filter((each) => each !== null);
    const picked = (/** @type {string} */ name) => [...this.dialog.querySelectorAll(`input[name="${name}"]:checked`)].map((each) => /** @type {HTMLInputElement} */ (each).value);
    this.#ask({ title: i18n.t("split_title"), text: i18n.t("split_text"), fields, go: i18n.t("split") }, async () => {
      const part = await this.desk.change(ticket, "split", { version: ticket.version, subject: subject.value.trim(), category: category.value, seqs: picked("seq").map(Number), orders: picked("order") });
      await this.desk.reread(ticket.ticket_id);
      this.say(i18n.t("split_done", { id: part.ticket_id }));
    });
    subject.focus();
  }

  /** @param {string} key @param {HTMLElement} control */
  #labelled(key, control) {
    return h("label", { class: "labelled" }, h("span", { class: "small muted" }, this.i18n.t(key)), control);
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

/** Whether a ticket may be merged into another. @param {any} ticket @param {any} other @param {string} agent */
function belongsWith(ticket, other, agent) {
  const ours = other.status === "open" || (other.status === "claimed" && other.assignee === agent);
  const together = ticket.conversation_id === other.conversation_id || (ticket.customer_id && ticket.customer_id === other.customer_id);
  return other.ticket_id !== ticket.ticket_id && ours && together && (ticket.split_from || !other.split_from);
}

/** A moment as a field for local times wants it. @param {number} at */
function localTime(at) {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
