/** What waits for the merchant's yes: before and after, what it is expected to do, and what became of it. */

import { anything } from "../desk/body.js";
import { fill, h } from "../lib/dom.js";
import { formatDuration, formatMoment, formatMoney, localText } from "../lib/format.js";

const EVERY_MS = 15000;
const LONG = 60;
const ROLLED_BACK_SHOWN = 5;

/** @typedef {{what: any, before: string | null, after: string | null}} Change */

/** The list of open proposals; those that were decided here stay until the page is left. */
export class Proposals {
  /**
   * @param {HTMLElement} element
   * @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, tell: (text: string) => void, decided?: () => void}} parts
   */
  constructor(element, { api, i18n, tell, decided = () => {} }) {
    Object.assign(this, { element, api, i18n, tell, decided });
    /** @type {any[]} */
    this.list = [];
    /** What became of those that were decided here. @type {Map<string, {proposal: any, tone: string, text: string}>} */
    this.outcomes = new Map();
    this.editing = "";
    i18n.addEventListener("change", () => this.#draw());
  }

  start() {
    this.load();
    setInterval(() => document.hidden || this.editing || this.load(), EVERY_MS);
    setInterval(() => this.#count(), 1000);
  }

  /** Read the list anew. */
  async load() {
    try {
      const [pending, executed] = await Promise.all(["pending", "executed"].map((status) => this.api.get("/v1/proposals", { status })));
      const back = executed.proposals.filter((/** @type {any} */ each) => each.can?.includes("roll_back")).slice(0, ROLLED_BACK_SHOWN);
      const found = [...pending.proposals, ...back];
      const same = JSON.stringify(found) === JSON.stringify(this.list);
      this.list = found;
      if (!same || !this.element.firstChild) this.#draw();
    } catch (error) {
      fill(this.element, h("h2", {}, this.i18n.t("proposals")), h("p", { class: "notice bad", role: "alert" }, this.i18n.t("failed_load", { message: /** @type {Error} */ (error).message })));
    }
  }

  #draw() {
    const { i18n } = this;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    const gone = [...this.outcomes.values()].map(({ proposal }) => proposal).filter(({ id }) => !this.list.some((each) => each.id === id));
    const shown = [...this.list, ...gone];
    fill(
      this.element,
      h("div", { class: "part-head" }, h("h2", { tabindex: -1 }, i18n.t("proposals")), this.list.length ? h("span", { class: "count" }, String(this.list.length)) : null),
      shown.length ? shown.map((each) => this.#card(each)) : h("p", { class: "part-empty muted" }, i18n.t("no_proposals")),
    );
    this.#count();
    if (focused) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {any} proposal */
  #card(proposal) {
    const { i18n } = this;
    const name = i18n.or(`what_${proposal.tool}`, proposal.tool.replaceAll("_", " "));
    const subject = localText(proposal.preview?.title, i18n.lang);
    const title = subject ? `${name} · ${subject}` : name;
    const outcome = this.outcomes.get(proposal.id);
    const effect = localText(proposal.effect, i18n.lang);
    return h(
      "article",
      { class: "proposal card", "aria-label": title },
      h("h3", {}, title),
      changesOf(proposal, i18n).map((change) => changeView(change, i18n)),
      effect ? h("p", {}, h("strong", {}, i18n.t("effect")), i18n.t("colon"), effect) : h("div", { class: "proposal-rest small" }, anything(restOf(proposal), { i18n, picture: () => h("span"), useReply: null })),
      approvalsView(proposal, i18n),
      h(
        "p",
        { class: "small muted" },
        i18n.t("proposed_by", { name: proposal.proposed_by, at: formatMoment(proposal.created_at, i18n.lang) }),
        proposal.status === "pending" && !outcome ? h("span", { class: "tag warn", role: "timer", data: { expires: proposal.expires_at } }) : null,
      ),
      outcome ? h("p", { class: `notice ${outcome.tone}`, role: "status" }, outcome.text) : this.editing === proposal.id ? this.#editForm(proposal) : this.#buttons(proposal, title),
    );
  }

  /** @param {any} proposal @param {string} title */
  #buttons(proposal, title) {
    const can = proposal.can ?? (proposal.status === "pending" ? ["approve", "reject"] : []);
    const button = (/** @type {string} */ verb, /** @type {() => void} */ press) =>
      can.includes(verb)
        ? h("button", { class: `button ${verb === "approve" ? "primary" : ""}`, type: "button", "aria-label": `${this.i18n.t(verb)} ${title}`, data: { key: `${verb}-${proposal.id}` }, on: { click: press } }, this.i18n.t(verb))
        : null;
    const edit = () => {
      this.editing = proposal.id;
      this.#draw();
      /** @type {HTMLElement | null} */ (this.element.querySelector(".proposal-edit input, .proposal-edit textarea"))?.focus();
    };
    return h(
      "div",
      { class: "proposal-row" },
      button("approve", () => this.#decide(proposal, "approve")),
      button("reject", () => this.#decide(proposal, "reject")),
      button("edit", edit),
      button("roll_back", () => this.#decide(proposal, "roll_back")),
    );
  }

  /** A field for each plain argument. @param {any} proposal */
  #editForm(proposal) {
    const { i18n } = this;
    const plain = Object.entries(proposal.arguments).filter(([, value]) => value !== null && typeof value !== "object");
    const fields = plain.map(([name, value]) => {
      const isLong = String(value).includes("\n") || String(value).length > LONG;
      const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (h(isLong ? "textarea" : "input", { class: "field", name, rows: isLong ? 8 : null, disabled: name.endsWith("_id") || name === "place" }));
      field.value = String(value);
      return { name, value, field, row: h("label", {}, h("span", { class: "small" }, i18n.or(`b_${proposal.tool}_${name}`, i18n.or(`b_${name}`, name.replaceAll("_", " ")))), field) };
    });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const changed = fields.map(({ name, value, field }) => [name, typeof value === "number" && field.value.trim() !== "" && !Number.isNaN(Number(field.value)) ? Number(field.value) : field.value]);
      this.#decide(proposal, "edit", { arguments: { ...proposal.arguments, ...Object.fromEntries(changed) } });
    };
    const leave = () => {
      this.editing = "";
      this.#draw();
    };
    return h(
      "form",
      { class: "proposal-edit", on: { submit, keydown: (event) => event.key === "Escape" && leave() } },
      fields.map(({ row }) => row),
      h("div", { class: "proposal-row" }, h("button", { class: "button primary", type: "submit" }, i18n.t("save_edit")), h("button", { class: "button", type: "button", on: { click: leave } }, i18n.t("cancel"))),
    );
  }

  /** @param {any} proposal @param {"approve" | "reject" | "edit" | "roll_back"} verb @param {object} [body] */
  async #decide(proposal, verb, body = {}) {
    let outcome;
    try {
      const answer = await this.api.post(`/v1/proposals/${encodeURIComponent(proposal.id)}/${verb}`, body);
      outcome = { proposal, ...this.#outcomeOf(verb, answer) };
    } catch (error) {
      outcome = { proposal, tone: "bad", text: this.i18n.t("outcome_failed", { message: /** @type {Error} */ (error).message }) };
    }
    this.editing = "";
    if (verb !== "edit" || outcome.tone === "bad") this.outcomes.set(proposal.id, outcome);
    this.tell(outcome.text);
    await this.load();
    this.#draw();
    this.decided();
    /** @type {HTMLElement | null} */ (this.element.querySelector("h2"))?.focus();
  }

  /** @param {string} verb @param {any} answer */
  #outcomeOf(verb, answer) {
    if (verb === "reject") return { tone: "", text: this.i18n.t("outcome_rejected") };
    if (verb === "edit") return { tone: "", text: this.i18n.t("outcome_edited") };
    if (verb === "roll_back") return { tone: "ok", text: this.i18n.t("outcome_rolled_back") };
    if (answer.receipt) return { tone: "ok", text: this.i18n.t("outcome_executed", { receipt: answer.receipt }) };
    return { tone: "", text: this.i18n.t("outcome_approved") };
  }

  #count() {
    for (const timer of this.element.querySelectorAll("[data-expires]")) {
      const left = (new Date(/** @type {HTMLElement} */ (timer).dataset.expires ?? "").getTime() - Date.now()) / 1000;
      timer.textContent = left > 0 ? this.i18n.t("expires_in", { time: formatDuration(left) }) : this.i18n.t("expired");
    }
  }
}

/** @param {Change} change @param {import("../lib/i18n.js").I18n} i18n */
function changeView({ what, before, after }, i18n) {
  return h(
    "dl",
    { class: "change" },
    h("dt", {}, localText(what, i18n.lang)),
    h("dd", {}, h("span", { class: "small muted" }, i18n.t("before")), h("span", {}, before ?? "–")),
    h("dd", {}, h("span", { class: "small muted" }, i18n.t("after")), h("strong", {}, after ?? "–")),
  );
}

/** Before and after as the server says them, or as they stand in the preview, there with those that change alike as one. @param {any} proposal @param {import("../lib/i18n.js").I18n} i18n @returns {Change[]} */
function changesOf(proposal, i18n) {
  if (proposal.changes) return proposal.changes;
  const written = (/** @type {any} */ value) => (value === null || value === undefined ? null : typeof value === "object" ? formatMoney(value, i18n.lang) : String(value));
  /** @type {Map<string, Change & {of: number}>} */
  const alike = new Map();
  for (const each of pairs(proposal.preview)) {
    const [before, after] = [written(each.before), written(each.after)];
    const known = alike.get(`${before}/${after}`);
    if (known) Object.assign(known, { of: known.of + 1, what: i18n.t("several", { n: known.of + 1 }) });
    else alike.set(`${before}/${after}`, { what: each.sku ?? each.name ?? each.title ?? "", before, after, of: 1 });
  }
  return [...alike.values()];
}

/** @param {any} preview @returns {any[]} */
function pairs(preview) {
  const lists = Object.values(preview ?? {}).filter(Array.isArray).flat();
  return lists.filter((each) => each && typeof each === "object" && "before" in each && "after" in each);
}

/** What else a preview says. @param {any} proposal */
function restOf(proposal) {
  const shown = new Set(pairs(proposal.preview));
  const kept = Object.entries(proposal.preview ?? {}).filter(([name, value]) => name !== "title" && !(Array.isArray(value) && value.some((each) => shown.has(each))));
  return Object.fromEntries(kept);
}

/** @param {any} proposal @param {import("../lib/i18n.js").I18n} i18n */
function approvalsView({ approvals }, i18n) {
  if (!approvals || approvals.needed < 2) return null;
  return h("p", { class: "small" }, i18n.t("approvals", { given: approvals.given.length, needed: approvals.needed, names: approvals.given.join(", ") || "–" }));
}
