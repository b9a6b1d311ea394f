/** The ticket list: filters, arrivals, waiting times. */

import { fill, h } from "../lib/dom.js";
import { formatSince } from "../lib/format.js";
import { clockTag, lateNews, Warnings } from "./clocks.js";
import { Finder } from "./finder.js";
import { markTags, newsOf, passedOnTo } from "./marks.js";

const FILTERS = ["open", "mine", "snoozed", "mentions", "resolved", "all"];
const RANK = { urgent: 0, high: 1, normal: 2, low: 3 };
export const PRIORITY_TONES = { urgent: "bad", high: "warn", normal: "", low: "" };
const TICK_MS = 15000;
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The left column. */
export class Inbox {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, mentions: import("./mentions.js").Mentions, open: (ticketId: string) => void}} parts */
  constructor({ desk, i18n, mentions, open }) {
    Object.assign(this, { desk, i18n, mentions, open });
    mentions.addEventListener("change", () => this.draw());
    this.finder = new Finder(byId("finder"), { desk, i18n });
    this.filter = this.finder.view(FILTERS) ?? (this.finder.active ? "all" : "open");
    this.finder.within(this.filter, this.#within());
    this.finder.addEventListener("change", (event) => (/** @type {CustomEvent} */ (event).detail.began ? this.pick("all") : this.draw()));
    /** @type {string | null} */
    this.current = null;
    /** @type {Set<string>} */
    this.fresh = new Set();
    this.warnings = new Warnings();
    desk.addEventListener("tickets", () => this.draw());
    desk.addEventListener("ticket", (event) => this.#arrived(/** @type {CustomEvent} */ (event).detail));
    i18n.addEventListener("change", () => this.draw());
    setInterval(() => this.draw(), TICK_MS);
    this.draw();
  }

  /** @param {string} filter */
  pick(filter) {
    this.filter = filter;
    this.finder.within(filter, this.#within());
    this.draw();
  }

  /** @param {string | null} ticketId */
  select(ticketId) {
    this.current = ticketId;
    if (ticketId) this.fresh.delete(ticketId);
    this.draw();
  }

  /** @param {string} ticketId */
  focus(ticketId) {
    /** @type {HTMLElement | null} */ (byId("tickets").querySelector(`[data-ticket="${CSS.escape(ticketId)}"]`))?.focus();
  }

  /** What the server's list is asked for in a tab. */
  #within() {
    const own = { assignee: this.desk.agent, status: "claimed" };
    return { open: { status: "open" }, mine: { ...own, snoozed: false }, snoozed: { ...own, snoozed: true }, resolved: { status: "resolved" }, all: {} }[this.filter] ?? {};
  }

  /** @param {{ticket: any, isNew: boolean, before: any}} news */
  #arrived({ ticket, isNew, before }) {
    const told = newsOf(before, ticket, this.desk.agent, this.i18n);
    if (told) {
      byId("news").textContent = told;
      this.fresh.add(ticket.ticket_id);
    }
    const arrived = isNew && ticket.status === "open";
    if (arrived) this.fresh.add(ticket.ticket_id);
    if (this.#isOffered(ticket)) byId("news").textContent = this.i18n.t("offered_news", { subject: ticket.subject });
    else if (arrived) byId("news").textContent = this.i18n.t("new_ticket", { subject: ticket.subject });
  }

  /** @param {string} filter */
  #in(filter) {
    const all = [...this.desk.tickets.values()];
    if (filter === "open") return all.filter((ticket) => ticket.status === "open");
    if (filter === "resolved") return all.filter((ticket) => ticket.status === "resolved");
    const held = (/** @type {any} */ ticket) => ticket.status === "claimed" && ticket.assignee === this.desk.agent;
    if (filter === "mine") return all.filter((ticket) => held(ticket) && !ticket.snoozed_at);
    if (filter === "snoozed") return all.filter((ticket) => held(ticket) && ticket.snoozed_at);
    return all;
  }

  /** What is listed: what was found, where something is looked for. */
  #lists() {
    return this.finder.active ? "found" : this.filter;
  }

  #shown() {
    if (this.finder.active) return this.finder.results.map((found) => this.desk.tickets.get(found.ticket_id) ?? found);
    if (this.filter === "mentions") return [...new Set(this.mentions.items.map(({ note }) => note.ticket_id))].map((ticket_id) => ({ ticket_id }));
    const shown = this.#in(this.filter);
    if (this.filter === "snoozed") return shown.sort((a, b) => String(a.snoozed_until ?? "9").localeCompare(String(b.snoozed_until ?? "9")));
    if (this.filter === "resolved") return shown.sort((a, b) => String(b.resolved_at).localeCompare(String(a.resolved_at)));
    return shown.sort((a, b) => passedOnTo(b, this.desk.agent).localeCompare(passedOnTo(a, this.desk.agent)) || Number(this.#isOffered(b)) - Number(this.#isOffered(a)) || (a.position ?? 1e9) - (b.position ?? 1e9) || (RANK[a.priority] ?? 2) - (RANK[b.priority] ?? 2) || String(a.created_at).localeCompare(String(b.created_at)));
  }

  draw() {
    const { i18n } = this;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.ticket;
    fill(byId("filters"), FILTERS.map((filter) => this.#tab(filter)));
    const shown = this.#shown();
    const rows = this.#lists() === "mentions" ? this.mentions.items.map((item) => this.mentions.row(item, () => this.open(item.note.ticket_id))) : shown.map((ticket) => this.#row(ticket));
    fill(byId("tickets"), rows.length ? rows : h("li", { class: "empty" }, i18n.t(`none_${this.#lists()}`)));
    if (focused) this.focus(focused);
    const late = this.warnings.next([...this.#in("open"), ...this.#in("mine")]);
    if (late.length) byId("news").textContent = lateNews(late, i18n);
  }

  /** @param {string} filter */
  #tab(filter) {
    const count = filter === "mentions" ? this.mentions.unread : ["open", "mine", "snoozed"].includes(filter) ? this.#in(filter).length : 0;
    return h(
      "button",
      { class: "filter", type: "button", "aria-pressed": String(filter === this.filter), on: { click: () => this.pick(filter) } },
      this.i18n.t(filter),
      count ? h("span", { class: "count" }, count) : null,
    );
  }

  /** @param {any} ticket */
  #row(ticket) {
    const { i18n } = this;
    const press = () => this.open(ticket.ticket_id);
    const classes = ["ticket", this.fresh.has(ticket.ticket_id) ? "fresh" : "", `p-${ticket.priority}`].join(" ");
    return h(
      "li",
      {},
      h(
        "button",
        { class: classes, type: "button", data: { ticket: ticket.ticket_id }, "aria-current": ticket.ticket_id === this.current ? "true" : null, on: { click: press } },
        h("span", { class: "ticket-top" }, h("strong", { class: "ticket-subject" }, ticket.subject || ticket.ticket_id), h("span", { class: "small muted" }, this.#time(ticket))),
        h("span", { class: "ticket-words small muted" }, [this.#who(ticket), lastWords(ticket)].filter(Boolean).join(" · ")),
        h(
          "span",
          { class: "ticket-tags" },
          clockTag(ticket, i18n),
          this.#isOffered(ticket) ? h("span", { class: "tag info" }, i18n.t("offered")) : null,
          this.mentions.waitsAt(ticket) ? h("span", { class: "tag info" }, i18n.t("mention_tag")) : null,
          ticket.call_back?.to ? h("span", { class: "tag info" }, i18n.t("wants_call_back")) : null,
          h("span", { class: `tag ${PRIORITY_TONES[ticket.priority] ?? ""}` }, i18n.or(`priority_${ticket.priority}`, ticket.priority)),
          h("span", { class: "tag" }, i18n.or(`reason_${ticket.reason}`, ticket.reason)),
          h("span", { class: "tag" }, i18n.or(`lang_${ticket.lang}`, ticket.lang)),
          h("span", { class: "tag" }, i18n.or(`category_${ticket.category}`, ticket.category)),
          ticket.queue !== "general" ? h("span", { class: "tag" }, i18n.or(`queue_${ticket.queue}`, ticket.queue)) : null,
          ticket.status === "claimed" ? h("span", { class: "tag info" }, i18n.t("by", { name: ticket.assignee })) : null,
          markTags(ticket, i18n),
        ),
      ),
    );
  }

  /** @param {any} ticket */
  #isOffered(ticket) {
    return ticket.status === "open" && ticket.offered_to === this.desk.agent && Date.parse(ticket.offered_until) > Date.now();
  }

  /** @param {any} ticket */
  #who(ticket) {
    return ticket.body?.customer?.name || ticket.customer_id || this.i18n.t("guest");
  }

  /** @param {any} ticket */
  #time(ticket) {
    const { i18n } = this;
    if (ticket.status === "resolved") return i18n.t("done");
    const since = ticket.status === "claimed" ? (ticket.claimed_at ?? ticket.created_at) : ticket.created_at;
    return i18n.t(ticket.status === "claimed" ? "handled" : "waiting", { time: formatSince(since, i18n.lang) });
  }

  /** Walk through the list, from where the focus is, or else from the ticket that is open. @param {1 | -1} step */
  walk(step) {
    const ids = this.#shown().map((ticket) => ticket.ticket_id);
    if (ids.length === 0) return;
    const from = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.ticket ?? this.current;
    const at = from ? ids.indexOf(from) : -1;
    this.focus(ids[Math.min(ids.length - 1, Math.max(0, at + step))]);
  }
}

/** What the shopper said last, where the subject does not say it already. @param {any} ticket */
function lastWords(ticket) {
  const words = ticket.body?.said?.at(-1)?.text ?? "";
  return words === ticket.subject ? "" : words;
}
