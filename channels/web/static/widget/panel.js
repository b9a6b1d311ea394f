/** The launcher button and the chat panel. */

import { h, icon } from "../lib/dom.js";
import { loadWords } from "../lib/words.js";
import { Thread } from "../thread/thread.js";
import { Composer, iconButton } from "./composer.js";
import { Menu } from "./menu.js";
import { blip } from "../lib/sound.js";

/** @typedef {import("./session.js").Outgoing} Outgoing */

const SHOWN_PROBLEM_MS = 6000;
const STARTERS = ["starter_find", "starter_track", "starter_return", "starter_human"];

/** Everything the shopper sees of the chat. */
export class Panel {
  /**
   * @param {object} parts
   * @param {ShadowRoot} parts.root
   * @param {HTMLElement} parts.host
   * @param {import("./session.js").Session} parts.session
   * @param {import("../lib/i18n.js").I18n} parts.i18n
   * @param {import("../lib/storage.js").Storage} parts.storage
   * @param {string} parts.base
   */
  constructor({ root, host, session, i18n, storage, base }) {
    Object.assign(this, { root, host, session, i18n, storage, base });
    this.isOpen = false;
    this.unread = 0;
    this.human = "";
    this.own = 0;
    this.wasLost = false;
    /** @type {((productId: string) => void) | null} */
    this.openProduct = null;
    this.thread = new Thread({
      i18n,
      base,
      viewer: "shopper",
      loadAttachment: (id) => session.api.attachment(id),
      send: (text) => this.send(text),
      openProduct: null,
      retry: (clientId) => session.retry(clientId),
      rate: (score, remark) => session.rate(score, remark),
      onIncoming: () => this.#incoming(),
    });
    this.composer = new Composer({
      i18n,
      send: (text, files) => this.send(text, files),
      typing: () => session.typing(),
      problem: (key) => this.#problem(i18n.t(key)),
    });
    this.#build();
    this.#listen();
    this.#show();
  }

  #build() {
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h(
      "button",
      { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", on: { click: () => this.toggle() } },
      icon("chat"),
      this.badge,
    );
    this.status = h("p", { class: "head-status small" });
    this.banner = h("p", { class: "banner small", role: "status", hidden: true });
    this.below = h("button", { class: "button below", type: "button", hidden: true, data: { t: "new_below" }, on: { click: () => this.thread.toEnd() } });
    this.starters = h("div", { class: "starters", role: "group", hidden: true, data: { tLabel: "starters" } }, STARTERS.map((key) => this.#starter(key)));
    this.botNote = h("p", { class: "bot-note", data: { t: "bot_note" } });
    this.menu = new Menu({ i18n: this.i18n, storage: this.storage, restart: () => this.#restart() });
    this.closedBar = h(
      "div",
      { class: "closed-bar", hidden: true },
      h("span", { class: "small", data: { t: "closed_note" } }),
      h("button", { class: "button primary", type: "button", data: { t: "new_conversation" }, on: { click: () => this.session.restart() } }),
    );
    this.dialog = h(
      "section",
      { class: "panel", role: "dialog", hidden: true, data: { tLabel: "dialog" }, on: { keydown: (event) => this.#key(event) } },
      this.#buildHead(),
      this.banner,
      h("div", { class: "middle" }, this.thread.list, this.below),
      this.starters,
      this.thread.live,
      this.closedBar,
      this.composer.element,
      this.botNote,
      h("div", { class: "drop", hidden: true, data: { t: "drop_here" } }),
    );
    this.thread.list.dataset.tLabel = "messages";
    this.root.append(this.dialog, this.launcher);
  }

  #buildHead() {
    this.langButton = h("button", {
      class: "button quiet lang",
      type: "button",
      data: { t: "language" },
      on: { click: () => this.setLang(this.i18n.lang === "zh" ? "en" : "zh", { tell: true }) },
    });
    return h(
      "div",
      { class: "head" },
      h("span", { class: "brand-mark", "aria-hidden": "true" }, "小二"),
      h("div", { class: "head-text" }, h("h2", { class: "head-title", data: { t: "title" } }), this.status),
      this.langButton,
      this.menu.button,
      iconButton("close", "close", () => this.close()),
      this.menu.element,
    );
  }

  /** Something to say for those who do not know where to begin. @param {string} key */
  #starter(key) {
    const press = () => {
      this.send(this.i18n.t(key));
      this.thread.list.focus({ preventScroll: true });
    };
    return h("button", { class: "button", type: "button", data: { t: key }, on: { click: press } });
  }

  #showStarters() {
    this.starters.hidden = this.own > 0 || this.thread.replaying || this.thread.pending.size > 0;
  }

  #listen() {
    const { session, thread } = this;
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) =>
      session.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("event", (placed) => this.#event(placed));
    on("live", () => {
      thread.replaying = false;
      this.#showStarters();
      thread.toEnd();
    });
    on("online", (state) => this.#online(state));
    on("typing", (notice) => thread.typing(notice.on, notice.who));
    on("draft", (draft) => thread.draft(draft));
    on("outbox", (message) => this.#outbox(message));
    on("cleared", () => this.#cleared());
    on("problem", (problem) => {
      thread.typing(false); // the notice that nobody writes any more may be lost
      this.#problem(this.i18n.or(`problem_${problem.code}`, problem.message || this.i18n.t("problem_other", problem)));
    });
    this.i18n.addEventListener("change", () => this.#show());
    thread.list.addEventListener("scroll", () => thread.atEnd() && (this.below.hidden = true), { passive: true });
    matchMedia("(max-width: 480px)").addEventListener("change", () => this.#modal());
    this.#listenDrop();
  }

  #listenDrop() {
    const drop = /** @type {HTMLElement} */ (this.dialog.lastElementChild);
    const shows = (/** @type {boolean} */ on) => void (drop.hidden = !on);
    const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    this.dialog.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      shows(true);
    });
    this.dialog.addEventListener("dragleave", (event) => {
      if (!this.dialog.contains(/** @type {Node | null} */ (event.relatedTarget))) shows(false);
    });
    this.dialog.addEventListener("drop", (event) => {
      shows(false);
      if (!carries(event)) return;
      event.preventDefault();
      this.composer.addPictures([...(event.dataTransfer?.files ?? [])].filter((file) => file.type.startsWith("image/")));
    });
  }

  /** @param {{focus?: boolean}} [options] */
  open({ focus = true } = {}) {
    this.isOpen = true;
    this.unread = 0;
    this.thread.options.openProduct = this.openProduct;
    this.dialog.hidden = false;
    this.host.classList.add("open");
    this.storage.set("open", true);
    this.#modal();
    this.#showUnread();
    this.thread.toEnd();
    if (focus) this.composer.focus();
    loadWords(this.base);
    this.session.start();
  }

  close() {
    this.isOpen = false;
    if (this.composer.recording) this.composer.cancelRecording();
    this.menu.toggle(false, { focus: false });
    this.dialog.hidden = true;
    this.host.classList.remove("open");
    this.storage.set("open", false);
    this.#showUnread();
    this.launcher.focus();
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** @param {string} text @param {import("./session.js").OwnFile[]} [files] */
  send(text, files = []) {
    this.session.send(text, files);
  }

  /** The page says something for the shopper. @param {string} text */
  sendNow(text) {
    this.open();
    this.send(text);
  }

  /**
   * Change the language; `tell` also asks the bot for it.
   * @param {import("../lib/i18n.js").Lang} lang @param {{tell?: boolean}} [options]
   */
  setLang(lang, { tell = false } = {}) {
    if (lang === this.i18n.lang) return;
    this.i18n.use(lang);
    this.host.lang = lang;
    this.storage.set("lang", lang);
    this.host.dispatchEvent(new CustomEvent("xiaoer-lang", { detail: lang, bubbles: true, composed: true }));
    if (!this.session.started) return;
    if (this.own === 0) this.session.restart();
    else if (tell && this.session.owner === "bot") this.send(this.i18n.t("speak"));
  }

  #show() {
    this.i18n.apply(this.root);
    this.#showStatus();
    this.#showUnread();
    this.menu.show();
  }

  /** @param {import("../thread/thread.js").Placed} placed */
  #event(placed) {
    const { event } = placed;
    if (event.type === "message_received" && event.author !== "agent") this.own += 1;
    this.#showStarters();
    const atEnd = this.thread.atEnd();
    this.thread.add(placed);
    if (event.type === "ownership_changed") this.#owner(event);
    if (event.type === "replied") this.thread.typing(false);
    if (!atEnd && event.type === "replied" && !this.thread.replaying) this.below.hidden = this.thread.atEnd();
  }

  /** @param {any} event */
  #owner(event) {
    this.human = event.agent_name ?? "";
    this.closedBar.hidden = event.owner !== "closed";
    this.composer.enable(event.owner !== "closed");
    this.botNote.hidden = event.owner === "human";
    if (event.owner !== "bot") this.thread.typing(false);
    this.#showStatus();
  }

  /** @param {Outgoing} message */
  #outbox(message) {
    const online = this.session.socket?.state === "online";
    const state = message.failed ? "failed" : message.sent || online ? "sending" : "waiting";
    if (this.thread.pending.has(message.client_id)) this.thread.mark(message.client_id, state);
    else this.thread.addPending({ client_id: message.client_id, text: message.text, files: message.files, state });
    this.#showStarters();
    if (message.sent && this.session.owner === "bot") this.thread.typing(true);
  }

  /** @param {import("../lib/socket.js").SocketState} state */
  #online(state) {
    clearTimeout(this.bannerTimer);
    const lost = state === "reconnecting";
    if (lost) {
      this.wasLost = true;
      this.thread.draft(null);
      this.thread.typing(false);
      this.#showBanner("state_reconnecting", "warn");
    } else if (state === "online" && this.wasLost) {
      this.wasLost = false;
      this.#showBanner("state_resumed", "ok");
      this.bannerTimer = setTimeout(() => (this.banner.hidden = true), 2500);
    } else if (state === "online") this.banner.hidden = true;
    this.host.dataset.connection = state;
    for (const message of this.session.outbox.values()) this.#outbox(message);
    this.#showStatus();
  }

  /** @param {string} key @param {string} tone */
  #showBanner(key, tone) {
    this.banner.className = `banner small ${tone}`;
    this.banner.dataset.t = key;
    this.banner.textContent = this.i18n.t(key);
    this.banner.hidden = false;
  }

  /** @param {string} text */
  #problem(text) {
    clearTimeout(this.bannerTimer);
    this.banner.className = "banner small bad";
    delete this.banner.dataset.t;
    this.banner.textContent = text;
    this.banner.hidden = false;
    this.bannerTimer = setTimeout(() => (this.banner.hidden = true), SHOWN_PROBLEM_MS);
  }

  #cleared() {
    this.thread.clear();
    this.own = 0;
    this.human = "";
    this.closedBar.hidden = true;
    this.banner.hidden = true;
    this.botNote.hidden = false;
    this.starters.hidden = true;
    this.composer.enable(true);
    this.#showStatus();
  }

  #showStatus() {
    const { owner } = this.session;
    const state = this.session.socket?.state ?? "stopped";
    const human = this.human ? "with_human" : "with_human_unnamed";
    const key = owner === "human" ? human : owner === "queued" ? "with_queue" : "subtitle";
    this.status.textContent = this.i18n.t(state === "connecting" ? "state_connecting" : key, { name: this.human });
    this.host.dataset.connection = state;
  }

  #incoming() {
    if (this.isOpen && !document.hidden) return;
    if (!this.isOpen) this.unread += 1;
    this.#showUnread();
    if (this.storage.get("sound", false)) blip();
  }

  #showUnread() {
    this.badge.hidden = this.unread === 0 || this.isOpen;
    this.badge.textContent = this.unread > 9 ? "9+" : String(this.unread);
    const label = this.isOpen ? "close" : this.unread ? "open_unread" : "open";
    this.launcher.setAttribute("aria-label", this.i18n.t(label, { n: this.unread }));
    this.launcher.setAttribute("aria-expanded", String(this.isOpen));
    this.launcher.replaceChild(icon(this.isOpen ? "close" : "chat"), /** @type {Node} */ (this.launcher.firstChild));
  }

  #restart() {
    this.session.restart();
    this.composer.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.menu.isOpen) this.menu.toggle(false);
      else if (this.composer.recording) this.composer.cancelRecording();
      else this.close();
    } else if (event.key === "Tab" && this.dialog.getAttribute("aria-modal") === "true") this.#keepFocus(event);
  }

  /** Full screen on a phone: the page behind is out of reach. */
  #modal() {
    const full = matchMedia("(max-width: 480px)").matches;
    this.dialog.setAttribute("aria-modal", String(full));
  }

  /** @param {KeyboardEvent} event */
  #keepFocus(event) {
    const reachable = [.../** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("button, input, textarea, a[href], audio, summary, [tabindex='0']"))]
      .filter((element) => !(/** @type {any} */ (element).disabled) && element.offsetParent !== null);
    const [first, last] = [reachable[0], reachable.at(-1)];
    const now = this.root.activeElement;
    const wrap = event.shiftKey ? (now === first ? last : null) : now === last ? first : null;
    if (!wrap) return;
    event.preventDefault();
    wrap.focus();
  }
}
