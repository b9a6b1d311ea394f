/** What is risky about the open case: read with it, decided by who holds it. */

import { fill, h } from "../lib/dom.js";
import { riskSection } from "./risk.js";

/** The section's place in the panel, and what it does. */
export class CaseRisks {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, ticket: () => any, changed: () => void, fail: (error: unknown) => void}} parts */
  constructor({ desk, i18n, ticket, changed, fail }) {
    Object.assign(this, { desk, i18n, ticket, changed, fail });
    this.element = h("div", {});
    this.clear();
  }

  /** Begin anew, for another ticket. */
  clear() {
    /** @type {any[]} */
    this.risks = [];
  }

  async load() {
    const ticket = this.ticket();
    if (!ticket) return;
    try {
      const { cases } = await this.desk.api.get("/v1/risk/cases", { conversation_id: ticket.conversation_id });
      if (ticket.ticket_id !== this.ticket()?.ticket_id) return;
      this.risks = cases;
      this.changed();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Draw them anew only when they or the agent's right to decide have changed: a note that is being written stays. @param {string} ticketId @param {boolean} mine */
  draw(ticketId, mine) {
    const key = JSON.stringify([ticketId, mine, this.i18n.lang, this.risks]);
    if (key === this.drawn) return;
    this.drawn = key;
    const decide = mine ? (/** @type {string} */ id, /** @type {"allow" | "fraud"} */ decision, /** @type {string} */ note) => this.#decide(id, decision, note) : null;
    fill(this.element, riskSection(this.risks, { i18n: this.i18n, decide, rings: (account) => this.#rings(account) }));
  }

  /** @param {string} id @param {"allow" | "fraud"} decision @param {string} note */
  async #decide(id, decision, note) {
    try {
      await this.desk.api.post(`/v1/risk/cases/${encodeURIComponent(id)}/decision`, { decision, note });
      await this.load();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {string} account @returns {Promise<any[]>} */
  async #rings(account) {
    try {
      return (await this.desk.api.get("/v1/risk/rings", { account, pictures: 1 })).rings;
    } catch (error) {
      this.fail(error);
      return [];
    }
  }
}
