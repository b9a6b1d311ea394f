/** Replies kept at hand: found by what is typed after "/", filled with the facts of the ticket, and what is still a gap in them. */

/** @typedef {{reply_id: string, name: string, zh: string, en: string, private: boolean, updated_by: string, updated_at: string}} Kept */

/** What the desk keeps; fires `change`. */
export class CannedReplies extends EventTarget {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n}} parts */
  constructor({ desk, i18n }) {
    super();
    Object.assign(this, { desk, i18n });
    /** @type {Kept[]} */
    this.replies = [];
    /** @type {{name: string, label: {zh: string, en: string}}[]} */
    this.variables = [];
    desk.addEventListener("online", (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "online") this.read().catch((error) => desk.complain(error));
    });
  }

  async read() {
    const { replies, variables } = await this.desk.api.get("/v1/desk/canned-replies");
    this.replies = replies;
    this.variables = variables;
    this.dispatchEvent(new Event("change"));
  }

  /** What fits the words, by name first. @param {string} words @param {"zh" | "en"} lang @returns {import("./completion.js").Item[]} */
  find(words, lang) {
    const wanted = words.toLowerCase();
    const rank = (/** @type {Kept} */ each) => (each.name.toLowerCase().startsWith(wanted) ? 0 : each.name.toLowerCase().includes(wanted) ? 1 : textIn(each, lang).toLowerCase().includes(wanted) ? 2 : 3);
    return this.replies
      .map((each) => ({ each, at: rank(each) }))
      .filter(({ at }) => at < 3)
      .sort((a, b) => a.at - b.at)
      .slice(0, 12)
      .map(({ each }) => ({ key: each.reply_id, label: each.name, detail: textIn(each, lang) }));
  }

  /** The words for a ticket. @param {string} replyId @param {any} ticket @returns {Promise<{text: string, gaps: {name: string}[]}>} */
  fill(replyId, ticket) {
    const lang = ticket.lang === "en" ? "en" : "zh";
    return this.desk.api.post(`/v1/tickets/${encodeURIComponent(ticket.ticket_id)}/canned-reply`, { reply_id: replyId, lang });
  }

  /** The variables that still stand in a text, in its order. @param {string} text @returns {{label: string, from: number, to: number}[]} */
  gapsIn(text) {
    const { lang } = this.i18n;
    const known = new Map(this.variables.map(({ name, label }) => [name, label[lang]]));
    return [...text.matchAll(/\{([^{}]*)\}/g)]
      .filter((found) => known.has(found[1]))
      .map((found) => ({ label: known.get(found[1]) ?? found[1], from: found.index, to: found.index + found[0].length }));
  }

  /** @param {{name: string, zh: string, en: string, private: boolean}} reply */
  async keep(reply) {
    await this.desk.api.post("/v1/desk/canned-replies", reply);
    await this.read();
  }

  /** @param {Kept} reply */
  async remove(reply) {
    await this.desk.api.post("/v1/desk/canned-replies/remove", { name: reply.name, private: reply.private });
    await this.read();
  }
}

/** @param {Kept} reply @param {"zh" | "en"} lang */
function textIn(reply, lang) {
  return lang === "zh" ? reply.zh || reply.en : reply.en || reply.zh;
}

/** Where the "/" of an unfinished name is: at the beginning or after a space. @param {string} before */
export function slashBegins(before) {
  const found = /(^|\s)\/([^\s/]{0,40})$/.exec(before);
  return found ? found.index + found[1].length : -1;
}
