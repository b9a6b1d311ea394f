/** What goes on right now, for supervisors: every conversation, who is at the desk, the queues; and one conversation as it goes on. */

import { Problem } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { formatSince } from "../lib/format.js";
import { newId } from "../lib/storage.js";
import { Thread } from "../thread/thread.js";
import { clockTag, stateOf } from "./clocks.js";

const OWNERS = ["queued", "human", "bot"];
const MOODS = ["calm", "satisfied", "confused", "anxious", "annoyed", "angry", "sad"];
const UNHAPPY = ["confused", "anxious", "annoyed", "angry", "sad"];
const MOOD_TONES = { angry: "bad", annoyed: "warn", anxious: "warn", sad: "warn", satisfied: "ok" };
const AGENT_TONES = { available: "ok", away: "warn", gone: "" };
const TICK_MS = 15000;

/** The view, and the switch in the bar that shows it. */
export class LiveView {
  /**
   * @param {HTMLElement} element
   * @param {object} parts
   * @param {HTMLElement} parts.button
   * @param {import("./desk.js").Desk} parts.desk
   * @param {import("../lib/i18n.js").I18n} parts.i18n
   * @param {(ticketId: string) => void} parts.openTicket
   * @param {() => void} parts.leaveCase
   */
  constructor(element, { button, desk, i18n, openTicket, leaveCase }) {
    Object.assign(this, { element, button, desk, i18n, openTicket, leaveCase });
    /** @type {Map<string, any>} */
    this.rows = new Map();
    /** @type {any[]} */
    this.agents = [];
    /** @type {any[]} */
    this.queues = [];
    this.filters = { owner: "", lang: "", queue: "", mood: "" };
    /** @type {string | null} */
    this.current = null;
    this.thread = new Thread({ i18n, base: "", viewer: "agent", loadAttachment: (id) => desk.api.attachment(id), send: null });
    this.#build();
    button.hidden = false;
    button.addEventListener("click", () => this.toggle());
    desk.addEventListener("live", (event) => this.#takeAll(/** @type {CustomEvent} */ (event).detail.board));
    desk.addEventListener("live_changed", (event) => this.#take(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("event", (event) => this.#event(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("online", (event) => this.#online(/** @type {CustomEvent} */ (event).detail));
    i18n.addEventListener("change", () => this.#drawAll());
    setInterval(() => this.isOpen && this.draw(), TICK_MS);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {boolean} [on] */
  toggle(on = !this.isOpen) {
    if (on === this.isOpen) return;
    if (on) this.leaveCase();
    else this.close();
    this.element.hidden = !on;
    this.button.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("with-live", on);
    this.desk.socket.send({ type: "supervise", on });
    if (on) this.#drawAll();
  }

  /** @param {string} state */
  #online(state) {
    if (state === "online" && this.isOpen) this.desk.socket.send({ type: "supervise", on: true });
  }

  #build() {
    this.summary = h("p", { class: "live-summary", role: "status" });
    this.filterBar = h("div", { class: "live-filters" });
    this.list = h("ul", { class: "tickets live-rows", data: { tLabel: "live_rows", keys: "list" } });
    this.agentList = h("ul", { class: "plain-list" });
    this.queueList = h("ul", { class: "plain-list" });
    this.head = h("header", { class: "case-head" });
    this.notice = h("p", { class: "notice", role: "alert", hidden: true });
    this.dialog = h("dialog", { class: "sure-dialog card" });
    this.words = h("textarea", { class: "field", rows: 2, maxlength: 4000 });
    this.whisperForm = h("form", { class: "reply", on: { submit: (event) => this.#whisper(event) } }, this.words, h("div", { class: "reply-row" }, h("span"), h("button", { class: "button primary", type: "submit", data: { t: "whisper_send" } })));
    this.thread.list.dataset.tLabel = "conversation";
    this.talk = h("section", { class: "live-talk", hidden: true }, this.head, this.notice, this.thread.list, this.thread.live, this.whisperForm, this.dialog);
    fill(
      this.element,
      h("div", { class: "live-main" }, h("div", { class: "live-head" }, h("h2", { data: { t: "live" } }), this.summary, h("button", { class: "button live-leave", type: "button", data: { t: "live_leave" }, on: { click: () => this.toggle(false) } })), this.filterBar, this.list),
      h("aside", { class: "live-desk" }, h("h3", { data: { t: "live_queues" } }), this.queueList, h("h3", { data: { t: "live_agents" } }), this.agentList),
      this.talk,
    );
  }

  #drawAll() {
    this.#drawFilters();
    this.draw();
    this.#drawDesk();
    this.#drawTalk();
    this.i18n.apply(this.element);
  }

  /** @param {any} board */
  #takeAll(board) {
    this.rows = new Map(board.conversations.map((/** @type {any} */ row) => [row.conversation_id, row]));
    this.agents = board.agents;
    this.queues = board.queues;
    this.#drawAll();
  }

  /** @param {{conversations: any[], gone: string[], agents: any[] | null, queues: any[] | null}} news */
  #take({ conversations, gone, agents, queues }) {
    for (const row of conversations) this.rows.set(row.conversation_id, row);
    for (const id of gone) this.rows.delete(id);
    this.agents = agents ?? this.agents;
    this.queues = queues ?? this.queues;
    if (queues) this.#drawFilters();
    this.draw();
    if (agents || queues) this.#drawDesk();
    if (this.current && (gone.includes(this.current) || conversations.some((row) => row.conversation_id === this.current))) this.#drawTalk();
  }

  #shown() {
    const { owner, lang, queue, mood } = this.filters;
    const fits = (/** @type {any} */ row) =>
      (!owner || row.owner === owner) && (!lang || row.lang === lang) && (!queue || row.queue === queue) && (!mood || (mood === "unhappy" ? UNHAPPY.includes(row.mood) : row.mood === mood));
    return [...this.rows.values()].filter(fits).sort((a, b) => OWNERS.indexOf(a.owner) - OWNERS.indexOf(b.owner) || a.since.localeCompare(b.since));
  }

  #drawFilters() {
    const { i18n, filters } = this;
    const owners = ["", ...OWNERS].map((owner) =>
      h("button", { class: "filter", type: "button", data: { owner }, "aria-pressed": String(filters.owner === owner), on: { click: () => this.#filter("owner", owner) } }, i18n.t(`live_${owner || "all"}`)),
    );
    const choice = (/** @type {"lang" | "queue" | "mood"} */ name, /** @type {[string, string][]} */ options) => {
      const select = h("select", { class: "field", data: { filter: name }, on: { change: () => this.#filter(name, select.value) } }, [["", i18n.t("live_any")], ...options].map(([value, text]) => h("option", { value, selected: filters[name] === value }, text)));
      return h("label", { class: "triage-field" }, h("span", { class: "small muted" }, i18n.t(`live_${name}`)), select);
    };
    const queues = this.queues.map(({ queue }) => /** @type {[string, string]} */ ([queue, i18n.or(`queue_${queue}`, queue)]));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const again = focused && this.filterBar.contains(focused) ? { ...focused.dataset } : null;
    fill(
      this.filterBar,
      h("div", { class: "live-owners", role: "group", "aria-label": i18n.t("live_with") }, owners),
      choice("lang", [["zh", i18n.t("lang_zh")], ["en", i18n.t("lang_en")]]),
      choice("queue", queues),
      choice("mood", [["unhappy", i18n.t("live_unhappy")], ...MOODS.map((mood) => /** @type {[string, string]} */ ([mood, i18n.t(`mood_${mood}`)]))]),
    );
    if (again) {
      const place = again.filter ? `[data-filter="${again.filter}"]` : `[data-owner="${again.owner ?? ""}"]`;
      /** @type {HTMLElement | null} */ (this.filterBar.querySelector(place))?.focus();
    }
  }

  /** @param {"owner" | "lang" | "queue" | "mood"} name @param {string} value */
  #filter(name, value) {
    this.filters[name] = value;
    this.#drawFilters();
    this.draw();
  }

  draw() {
    const { i18n } = this;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.conversation;
    const shown = this.#shown();
    const count = (/** @type {string} */ owner) => [...this.rows.values()].filter((row) => row.owner === owner).length;
    const late = [...this.rows.values()].filter((row) => row.owner !== "bot" && (row.clocks ?? []).some((/** @type {any} */ clock) => !clock.ended && stateOf(clock) === "breached")).length;
    const summary = [...OWNERS.map((owner) => `${i18n.t(`live_${owner}`)} ${count(owner)}`), late ? i18n.t("live_late", { n: late }) : ""].filter(Boolean).join(" · ");
    if (this.summary.textContent !== summary) this.summary.textContent = summary;
    fill(this.list, shown.length ? shown.map((row) => this.#row(row)) : h("li", { class: "empty" }, i18n.t("live_none")));
    if (focused) this.#focus(focused);
  }

  /** @param {string} conversation */
  #focus(conversation) {
    /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-conversation="${CSS.escape(conversation)}"]`))?.focus();
  }

  /** Walk through the rows. @param {1 | -1} step */
  walk(step) {
    const ids = this.#shown().map((row) => row.conversation_id);
    if (ids.length === 0) return;
    const at = ids.indexOf(/** @type {HTMLElement | null} */ (document.activeElement)?.dataset.conversation ?? this.current ?? "");
    this.#focus(ids[Math.min(ids.length - 1, Math.max(0, at + step))]);
  }

  /** @param {any} row */
  #row(row) {
    const { i18n } = this;
    const words = row.last_words ? i18n.t("live_said", { who: i18n.or(`live_speaker_${row.speaker}`, row.speaker), words: row.last_words }) : "";
    const trend = row.trend === "steady" ? "" : ` · ${i18n.t(`live_trend_${row.trend}`)}`;
    return h(
      "li",
      {},
      h(
        "button",
        { class: `ticket live-row o-${row.owner}`, type: "button", data: { conversation: row.conversation_id }, "aria-current": row.conversation_id === this.current ? "true" : null, on: { click: () => this.open(row.conversation_id) } },
        h("span", { class: "ticket-top" }, h("strong", { class: "ticket-subject" }, this.#name(row)), h("span", { class: "small muted" }, this.#since(row))),
        h("span", { class: "ticket-words small muted" }, words),
        h(
          "span",
          { class: "ticket-tags" },
          row.ticket_id && row.owner !== "bot" ? clockTag(row, i18n) : null,
          h("span", { class: `tag ${row.owner === "queued" ? "warn" : row.owner === "human" ? "info" : ""}` }, i18n.t(`live_${row.owner}`)),
          h("span", { class: `tag ${MOOD_TONES[row.mood] ?? ""}` }, i18n.or(`mood_${row.mood}`, row.mood) + trend),
          h("span", { class: "tag" }, i18n.or(`lang_${row.lang}`, row.lang)),
          row.queue ? h("span", { class: "tag" }, i18n.or(`queue_${row.queue}`, row.queue) + (row.position ? ` · ${i18n.t("live_position", { n: row.position })}` : "")) : null,
        ),
      ),
    );
  }

  /** @param {any} row */
  #name(row) {
    return row.name || row.customer_id || this.i18n.t("live_guest");
  }

  /** @param {any} row */
  #since(row) {
    return this.i18n.t(`live_since_${row.owner}`, { time: formatSince(row.since, this.i18n.lang), agent: row.agent ?? "" });
  }

  #drawDesk() {
    const { i18n } = this;
    const queue = (/** @type {any} */ each) => {
      const expected = each.expected_s === null ? i18n.t("live_expected_unknown") : each.expected_s < 1 ? i18n.t("live_expected_now") : i18n.t("live_expected", { time: formatSince(new Date(Date.now() - each.expected_s * 1000).toISOString(), i18n.lang) });
      const oldest = each.oldest_at ? i18n.t("live_oldest", { time: formatSince(each.oldest_at, i18n.lang) }) : "";
      return h("li", { class: "plain-row", data: { queue: each.queue } }, h("strong", {}, i18n.or(`queue_${each.queue}`, each.queue)), h("span", { class: "small" }, [i18n.t("live_waiting", { n: each.waiting }), oldest, expected].filter(Boolean).join(" · ")));
    };
    const agent = (/** @type {any} */ each) => {
      const state = each.connected ? each.state : "gone";
      return h("li", { class: "plain-row", data: { agent: each.agent } }, h("strong", {}, each.agent), h("span", { class: "small" }, i18n.t("live_load", { load: each.load, capacity: each.capacity })), h("span", { class: `tag ${AGENT_TONES[state] ?? ""}` }, i18n.t(`live_agent_${state}`)));
    };
    const here = [...this.agents].sort((a, b) => Number(b.connected) - Number(a.connected) || a.agent.localeCompare(b.agent));
    fill(this.queueList, this.queues.length ? this.queues.map(queue) : h("li", { class: "small muted" }, i18n.t("live_queues_none")));
    fill(this.agentList, here.length ? here.map(agent) : h("li", { class: "small muted" }, i18n.t("live_agents_none")));
  }

  // -- one conversation as it goes on

  /** @param {string} conversation */
  async open(conversation) {
    this.current = conversation;
    this.words.value = "";
    this.notice.hidden = true;
    this.thread.clear();
    document.body.classList.add("with-live-talk");
    this.#drawTalk();
    this.draw();
    /** @type {HTMLElement | null} */ (this.head.querySelector("h2"))?.focus();
    try {
      const events = await this.desk.watch(conversation);
      if (conversation !== this.current) return;
      for (const placed of events) this.thread.add(placed);
      this.thread.replaying = false;
      this.thread.toEnd();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Close the conversation; focus goes back to its row. @returns {boolean} Whether one was open. */
  close() {
    const left = this.current;
    if (left === null) return false;
    this.current = null;
    this.desk.unwatch();
    document.body.classList.remove("with-live-talk");
    this.#drawTalk();
    this.draw();
    this.#focus(left);
    return true;
  }

  /** @param {{conversation: string, placed: import("../thread/thread.js").Placed}} news */
  #event({ conversation, placed }) {
    if (this.isOpen && conversation === this.current) this.thread.add(placed);
  }

  #drawTalk() {
    const { i18n } = this;
    this.talk.hidden = this.current === null;
    if (this.current === null) return;
    const row = this.rows.get(this.current);
    const held = row?.owner === "human" && row.agent !== this.desk.agent;
    this.whisperForm.hidden = !held;
    if (held) {
      const label = i18n.t("whisper_to", { agent: row.agent });
      this.words.setAttribute("aria-label", label);
      this.words.placeholder = label;
    }
    const titled = document.activeElement === this.head.querySelector("h2");
    const name = row ? this.#name(row) : this.head.dataset.name ?? "";
    this.head.dataset.name = name;
    this.talk.setAttribute("aria-label", i18n.t("live_talk", { name }));
    fill(
      this.head,
      h("button", { class: "icon-button live-close", type: "button", "aria-label": i18n.t("live_close"), on: { click: () => this.close() } }, icon("close")),
      h("div", { class: "case-title" }, h("h2", { tabindex: "-1" }, name), h("p", { class: "small muted" }, row ? this.#since(row) : i18n.t("live_gone"))),
      row?.ticket_id && this.desk.tickets.has(row.ticket_id) ? h("button", { class: "button", type: "button", on: { click: () => this.#toTicket(row.ticket_id) } }, i18n.t("live_open_ticket")) : null,
      row && !(row.owner === "human" && row.agent === this.desk.agent) ? h("button", { class: "button primary", type: "button", on: { click: () => this.#askTakeOver() } }, i18n.t("take_over")) : null,
    );
    if (titled) /** @type {HTMLElement} */ (this.head.querySelector("h2")).focus();
    i18n.apply(this.talk);
  }

  /** @param {string} ticketId */
  #toTicket(ticketId) {
    this.toggle(false);
    this.openTicket(ticketId);
  }

  #askTakeOver() {
    const { i18n } = this;
    const row = this.rows.get(this.current ?? "");
    if (!row) return;
    const told = row.owner === "human";
    const label = i18n.t(told ? "take_over_because" : "take_over_because_any", { agent: row.agent ?? "" });
    const because = h("textarea", { class: "field", rows: 2, maxlength: 300, required: told, "aria-label": label, placeholder: label });
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      this.dialog.close();
      try {
        const ticket = await this.desk.takeOver(row, because.value.trim());
        this.#toTicket(ticket.ticket_id);
      } catch (error) {
        this.#fail(error);
      }
    };
    fill(
      this.dialog,
      h(
        "form",
        { on: { submit } },
        h("h2", {}, i18n.t("take_over_title")),
        h("p", { class: "muted" }, i18n.t(`take_over_${row.owner}`, { agent: row.agent ?? "" })),
        because,
        h("div", { class: "sure-row" }, h("button", { class: "button", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("cancel")), h("button", { class: "button primary", type: "submit" }, i18n.t("take_over"))),
      ),
    );
    this.dialog.showModal();
    because.focus();
  }

  /** @param {Event} event */
  async #whisper(event) {
    event.preventDefault();
    const text = this.words.value.trim();
    if (!text || this.current === null) return;
    if (this.attempt?.text !== text) this.attempt = { text, id: newId() };
    try {
      await this.desk.whisper(this.current, text, this.attempt.id);
      this.attempt = null;
      if (this.words.value.trim() === text) this.words.value = "";
      this.notice.hidden = true;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    this.notice.className = "notice bad";
    this.notice.textContent = this.i18n.t("failed_action", { message: error instanceof Error ? error.message : String(error) });
    this.notice.hidden = false;
    if (!(error instanceof Problem)) throw error;
  }
}
