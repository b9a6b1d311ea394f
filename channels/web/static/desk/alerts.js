/** Tells an agent who looks elsewhere what wants them: by sound, by a desktop notification, and by the count in the title and on the icon. */

import { fill, h, icon } from "../lib/dom.js";
import { storage } from "../lib/page.js";
import { blip } from "../lib/sound.js";
import { Warnings } from "./clocks.js";

/** @typedef {"offer" | "assigned" | "message" | "whisper" | "mention" | "taken_over" | "breach"} Kind */
/** @typedef {{kind: Kind, conversation: string, name?: string, text?: string}} Alert */

const WORDS = 140;
const TICK_MS = 15000;
const SHOWN = 3;
/** What is shown on the page too, for an agent who has another case on screen. @type {Kind[]} */
const ON_PAGE = ["offer", "assigned", "whisper", "mention", "taken_over"];

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
    /** @type {Map<string, number>} Conversation -> what was not looked at. */
    this.unread = new Map();
    /** @type {Set<string> | null} My tickets and those offered to me, as they were last known; none are known at first. */
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
    if (alert.conversation !== this.onScreen() || document.visibilityState !== "visible") {
      this.unread.set(alert.conversation, (this.unread.get(alert.conversation) ?? 0) + 1);
      this.#draw();
      if (ON_PAGE.includes(alert.kind)) this.#show(alert);
    }
    if (this.isAway()) return;
    if (storage.get("desk_sound", false)) blip();
    if (storage.get("desk_notify", false) && document.visibilityState !== "visible") this.#notify(alert);
  }

  /** @param {Alert} alert */
  #show({ kind, conversation, name = "", text = "" }) {
    const { i18n } = this;
    const go = () => {
      const ticket = this.#ticketOf(conversation);
      toast.remove();
      if (ticket) this.open(ticket.ticket_id);
    };
    const toast = h(
      "div",
      { class: "toast", data: { conversation } },
      h("button", { class: "toast-open", type: "button", on: { click: go } }, h("strong", {}, i18n.t(`alert_${kind}`, { name })), text ? h("span", { class: "small muted" }, text) : null),
      h("button", { class: "icon-button", type: "button", "aria-label": i18n.t("alert_dismiss"), on: { click: () => toast.remove() } }, icon("close")),
    );
    this.toasts.append(toast);
    while (this.toasts.children.length > SHOWN) this.toasts.firstElementChild?.remove();
  }

  /** What changed hands, and what is late. */
  #look() {
    const { agent, tickets } = this.desk;
    const now = new Map();
    const mine = [];
    for (const ticket of tickets.values()) {
      const isMine = ticket.status === "claimed" && ticket.assignee === agent;
      const offered = ticket.status === "open" && ticket.offered_to === agent && Date.parse(ticket.offered_until ?? "") > Date.now();
      if (isMine) mine.push(ticket);
      if (isMine || offered) now.set(`${ticket.ticket_id} ${offered ? "offer" : "assigned"}`, ticket);
    }
    const late = mine.filter((ticket) => this.warnings.next([ticket], this.i18n));
    const first = this.known === null && tickets.size === 0;
    if (this.known !== null) {
      for (const [key, ticket] of now) {
        const kind = /** @type {Kind} */ (key.split(" ")[1]);
        const own = kind === "assigned" && this.desk.taken.has(ticket.ticket_id);
        if (!this.known.has(key) && !own) this.tell({ kind, conversation: ticket.conversation_id, text: ticket.subject });
      }
      for (const ticket of late) this.tell({ kind: "breach", conversation: ticket.conversation_id, text: ticket.subject });
    }
    if (!first) this.known = new Set(now.keys());
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
  #notify({ kind, conversation, name = "", text = "" }) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      const options = { body: text.slice(0, WORDS), tag: `${kind} ${conversation}`, icon: "/static/icon.svg", lang: this.i18n.lang };
      const shown = new Notification(this.i18n.t(`alert_${kind}`, { name }), options);
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
    const count = [...this.unread.values()].reduce((sum, each) => sum + each, 0);
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
