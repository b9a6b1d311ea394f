/** Tells an agent who looks elsewhere what wants them: by sound, by a desktop notification, and by the count in the title and on the icon. */

import { fill, h, icon } from "../lib/dom.js";
import { storage } from "../lib/page.js";
import { blip } from "../lib/sound.js";
import { Warnings } from "./clocks.js";

/** @typedef {"offer" | "assigned" | "message" | "whisper" | "mention" | "taken_over" | "due" | "overdue"} Kind */
/** @typedef {{kind: Kind, conversation: string, name?: string, goal?: string, text?: string}} Alert `goal`: of the promise that is due, by its name. */

const WORDS = 140;
const TICK_MS = 15000;
const SHOWN = 3;
/** What is shown on the page too, for an agent who has another case on screen. @type {Kind[]} */
const ON_PAGE = ["offer", "assigned", "whisper", "mention", "taken_over", "due", "overdue"];
/** What of a conversation is so no longer once the other is. @type {Partial<Record<Kind, Kind>>} */
const INSTEAD_OF = { assigned: "offer", overdue: "due" };

/** The bell in the bar, and what it stands for. */
export class Alerts {
  /**
   * @param {HTMLElement} button
   * @param {object} parts
   * @param {import("./desk.js").Desk} parts.desk
   * @param {import("../lib/i18n.js").I18n} parts.i18n
   * @param {() => boolean} parts.isAway Whether the agent takes no tickets now.
   * @param {() => string | null} parts.onScreen The conversation that is on screen.
   * @param {(ticketId: string) => void} parts.open
   */
  constructor(button, { desk, i18n, isAway, onScreen, open }) {
    Object.assign(this, { button, desk, i18n, isAway, onScreen, open });
    /** @type {Map<string, Kind[]>} Conversation -> what was not looked at. */
    this.unread = new Map();
    /** @type {Map<string, any> | null} My tickets and those offered to me, as they were last known; null: the list was not read yet. */
    this.known = null;
    this.warnings = new Warnings();
    this.dialog = h("dialog", { class: "card account-dialog" });
    this.toasts = h("div", { class: "toasts", role: "log" });
    document.body.append(this.dialog);
    document.getElementById("board")?.append(this.toasts); // in the page and not over it: a ticket that lies there stays within reach
    button.hidden = false;
    button.addEventListener("click", () => this.#ask());
    desk.addEventListener("tickets", () => this.#look());
    desk.addEventListener("heard", (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("mention", (event) => this.tell({ kind: "mention", .../** @type {CustomEvent} */ (event).detail }));
    document.addEventListener("visibilitychange", () => this.read());
    i18n.addEventListener("change", () => this.#draw());
    setInterval(() => this.#look(), TICK_MS);
    this.#draw();
  }

  /** What is on screen was read. */
  read() {
    const conversation = this.onScreen();
    if (conversation && document.visibilityState === "visible") {
      this.unread.delete(conversation);
      this.toasts.querySelectorAll(`[data-conversation="${CSS.escape(conversation)}"]`).forEach((toast) => toast.remove());
    }
    this.#draw();
  }

  /** @param {Alert} alert */
  tell(alert) {
    const before = INSTEAD_OF[alert.kind];
    if (before) this.#withdraw(before, alert.conversation);
    if (alert.conversation !== this.onScreen() || document.visibilityState !== "visible") {
      this.unread.set(alert.conversation, [...(this.unread.get(alert.conversation) ?? []), alert.kind]);
      this.#draw();
      if (ON_PAGE.includes(alert.kind)) this.#show(alert);
    }
    if (this.isAway()) return;
    if (storage.get("desk_sound", false)) blip();
    if (storage.get("desk_notify", false) && document.visibilityState !== "visible") this.#notify(alert);
  }

  /** What was told is so no longer. @param {Kind} kind @param {string} conversation */
  #withdraw(kind, conversation) {
    const left = (this.unread.get(conversation) ?? []).filter((each) => each !== kind);
    if (left.length) this.unread.set(conversation, left);
    else this.unread.delete(conversation);
    this.toasts.querySelectorAll(`[data-conversation="${CSS.escape(conversation)}"][data-kind="${kind}"]`).forEach((toast) => toast.remove());
    this.#draw();
  }

  /** @param {Alert} alert */
  #title({ kind, name = "", goal = "" }) {
    return this.i18n.t(`alert_${kind}`, { name, goal: goal && this.i18n.t(`goal_${goal}`) });
  }

  /** @param {Alert} alert */
  #show(alert) {
    const { kind, conversation, text = "" } = alert;
    const { i18n } = this;
    const go = () => {
      const ticket = this.#ticketOf(conversation);
      toast.remove();
      if (ticket) this.open(ticket.ticket_id);
    };
    const toast = h(
      "div",
      { class: "toast", data: { conversation, kind } },
      h("button", { class: "toast-open", type: "button", on: { click: go } }, h("strong", {}, this.#title(alert)), text ? h("span", { class: "small muted" }, text) : null),
      h("button", { class: "icon-button", type: "button", "aria-label": i18n.t("alert_dismiss"), on: { click: () => toast.remove() } }, icon("close")),
    );
    this.toasts.append(toast);
    while (this.toasts.children.length > SHOWN) this.toasts.firstElementChild?.remove();
  }

  /** What changed hands, and what is late. */
  #look() {
    if (!this.desk.listed) return;
    const now = this.#wanting();
    const mine = [...now].filter(([key]) => key.endsWith(" assigned")).map(([, ticket]) => ticket);
    const late = this.warnings.next(mine);
    if (this.known !== null) {
      this.#tellChanges(this.known, now);
      for (const { ticket, goal, state } of late) this.tell({ kind: state === "breached" ? "overdue" : "due", conversation: ticket.conversation_id, goal, text: ticket.subject });
    }
    this.known = now;
  }

  /** My tickets, and those that are offered to me. @returns {Map<string, any>} */
  #wanting() {
    const { agent, tickets } = this.desk;
    const now = new Map();
    for (const ticket of tickets.values()) {
      if (ticket.status === "claimed" && ticket.assignee === agent) now.set(`${ticket.ticket_id} assigned`, ticket);
      if (ticket.status === "open" && ticket.offered_to === agent && Date.parse(ticket.offered_until ?? "") > Date.now()) now.set(`${ticket.ticket_id} offer`, ticket);
    }
    return now;
  }

  /** @param {Map<string, any>} before @param {Map<string, any>} now */
  #tellChanges(before, now) {
    for (const [key, ticket] of before) if (key.endsWith(" offer") && !now.has(key)) this.#withdraw("offer", ticket.conversation_id);
    for (const [key, ticket] of now) {
      const kind = /** @type {Kind} */ (key.split(" ")[1]);
      const own = kind === "assigned" && this.desk.taken.has(ticket.ticket_id);
      if (!before.has(key) && !own) this.tell({ kind, conversation: ticket.conversation_id, text: ticket.subject });
    }
  }

  /** @param {{conversation: string, placed: import("../thread/thread.js").Placed}} frame */
  #heard({ conversation, placed: { event } }) {
    const { agent } = this.desk;
    if (event.type === "whispered" && event.to === agent) {
      this.tell({ kind: event.taken_over ? "taken_over" : "whisper", conversation, name: event.author_id, text: event.text });
    } else if (event.type === "message_received" && event.author === "shopper" && this.#isMine(conversation)) {
      const seen = conversation === this.onScreen() && document.visibilityState === "visible";
      if (!seen) this.tell({ kind: "message", conversation, text: event.text });
    }
  }

  /** @param {string} conversation */
  #isMine(conversation) {
    return this.#ticketOf(conversation)?.assignee === this.desk.agent;
  }

  /** @param {string} conversation */
  #ticketOf(conversation) {
    const all = [...this.desk.tickets.values()].filter((ticket) => ticket.conversation_id === conversation);
    return all.find((ticket) => ticket.status !== "resolved") ?? all[0];
  }

  /** @param {Alert} alert */
  #notify(alert) {
    const { kind, conversation, text = "" } = alert;
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      const options = { body: text.slice(0, WORDS), tag: `${kind} ${conversation}`, icon: "/static/icon.svg", lang: this.i18n.lang };
      const shown = new Notification(this.#title(alert), options);
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
        const ticket = this.#ticketOf(conversation);
        if (ticket) this.open(ticket.ticket_id);
      });
    } catch {
      storage.set("desk_notify", false); // browsers of phones show them for installed pages alone
    }
  }

  #draw() {
    const count = [...this.unread.values()].reduce((sum, each) => sum + each.length, 0);
    const { i18n } = this;
    document.title = `${count ? `(${count}) ` : ""}${i18n.t("desk")} · ${i18n.t("bot")}`;
    const badge = /** @type {any} */ (navigator);
    (count ? badge.setAppBadge?.(count) : badge.clearAppBadge?.())?.catch(() => {});
    this.button.setAttribute("aria-label", `${i18n.t("alerts")}${count ? ` (${count})` : ""}`);
    this.button.title = i18n.t("alerts");
    this.toasts.setAttribute("aria-label", i18n.t("alerts"));
    fill(this.button, icon("bell"), count ? h("span", { class: "count", "aria-hidden": "true" }, count) : null);
  }

  #ask() {
    const { i18n } = this;
    const supported = "Notification" in window;
    const news = h("p", { class: "small muted", role: "status" }, supported ? "" : i18n.t("alerts_unsupported"));
    const sound = h("input", { type: "checkbox", id: "alerts-sound", checked: storage.get("desk_sound", false) });
    const desktop = h("input", { type: "checkbox", id: "alerts-desktop", disabled: !supported, checked: supported && storage.get("desk_notify", false) && Notification.permission === "granted" });
    sound.addEventListener("change", () => {
      storage.set("desk_sound", sound.checked);
      if (sound.checked) blip();
    });
    desktop.addEventListener("change", async () => {
      const granted = desktop.checked && (await Notification.requestPermission()) === "granted";
      news.textContent = desktop.checked && !granted ? i18n.t("alerts_denied") : "";
      desktop.checked = granted;
      storage.set("desk_notify", granted);
    });
    fill(
      this.dialog,
      h("div", { class: "dialog-head" }, h("h2", {}, i18n.t("alerts_title")), h("button", { class: "button quiet", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("close"))),
      h("p", { class: "small muted" }, i18n.t("alerts_hint")),
      h("p", { class: "switch-row" }, sound, h("label", { for: "alerts-sound" }, i18n.t("alerts_sound"))),
      h("p", { class: "switch-row" }, desktop, h("label", { for: "alerts-desktop" }, i18n.t("alerts_desktop"))),
      news,
    );
    this.dialog.setAttribute("aria-label", i18n.t("alerts_title"));
    this.dialog.showModal();
  }
}
