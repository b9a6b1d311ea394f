/** What customers asked and no document could answer, by how often. */

import { fill, h } from "../lib/dom.js";
import { formatMoment } from "../lib/format.js";

const SHOWN = 5;

/** The list of gaps; one that an approved article answers is gone at the next look. */
export class Gaps {
  /**
   * @param {HTMLElement} element
   * @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n}} parts
   */
  constructor(element, { api, i18n }) {
    Object.assign(this, { element, api, i18n });
    /** @type {any} */
    this.found = null;
    i18n.addEventListener("change", () => this.#draw());
  }

  /** Read the list anew. */
  async load() {
    try {
      this.found = await this.api.get("/v1/knowledge/gaps", { limit: SHOWN });
      this.#draw();
    } catch (error) {
      fill(this.element, h("h2", {}, this.i18n.t("gaps")), h("p", { class: "notice bad", role: "alert" }, this.i18n.t("failed_load", { message: /** @type {Error} */ (error).message })));
    }
  }

  #draw() {
    if (!this.found) return;
    const { i18n, found } = this;
    fill(
      this.element,
      h("div", { class: "part-head" }, h("h2", {}, i18n.t("gaps")), found.gaps.length ? h("span", { class: "count" }, String(found.gaps.length + found.more)) : null),
      h("p", { class: "small muted" }, i18n.t("gaps_of", { days: found.days, asked: found.asked, unanswered: found.unanswered, since: found.answered_since })),
      found.gaps.length ? h("ol", { class: "gaps" }, found.gaps.map((/** @type {any} */ gap) => this.#item(gap))) : h("p", { class: "part-empty muted" }, i18n.t("no_gaps")),
      found.more ? h("p", { class: "small muted" }, i18n.t("gaps_more", { n: found.more })) : null,
    );
  }

  /** @param {any} gap */
  #item(gap) {
    const { i18n } = this;
    return h(
      "li",
      {},
      h("q", { lang: gap.lang }, gap.question),
      h("p", { class: "small muted" }, i18n.t("gap_times", { times: gap.times, conversations: gap.conversations, at: formatMoment(gap.last_asked, i18n.lang) })),
      gap.examples.length ? h("p", { class: "small muted" }, i18n.t("gap_also"), gap.examples.map((/** @type {string} */ each, /** @type {number} */ place) => [place ? " · " : "", h("q", { lang: gap.lang }, each)]).flat()) : null,
    );
  }
}
