/**
 * Every key of the desk in one table. A key presses the element that carries it as `data-key` and is visible, or in a closed menu that is, whoever put that there, or does
 * what a part registered for it. Never while somebody writes, never together with the browser's own keys, and all of it can be turned off.
 */

import { fill, h } from "../lib/dom.js";
import { storage } from "../lib/page.js";

/** @typedef {{keys: string[], name: string}} Binding Keys that do the same; `g o` is one after the other. */

/** @type {Binding[]} */
export const KEYS = [
  { keys: ["?"], name: "help" },
  { keys: ["j", "ArrowDown"], name: "next" },
  { keys: ["k", "ArrowUp"], name: "previous" },
  { keys: ["Enter"], name: "enter" },
  { keys: ["c"], name: "claim" },
  { keys: ["r"], name: "reply" },
  { keys: ["n"], name: "note" },
  { keys: ["t"], name: "transfer" },
  { keys: ["s"], name: "snooze" },
  { keys: ["e"], name: "resolve" },
  { keys: ["a"], name: "presence" },
  { keys: ["g o"], name: "open" },
  { keys: ["g m"], name: "mine" },
  { keys: ["g r"], name: "resolved" },
  { keys: ["g a"], name: "all" },
  { keys: ["g l"], name: "live" },
  { keys: ["/"], name: "search" },
  { keys: ["1", "2", "3"], name: "suggestion" },
  { keys: ["Escape"], name: "escape" },
];
const FIRST = "g";
const SECOND_WITHIN_MS = 1500;
export const WRITING = "input, textarea, select, [contenteditable], [role=textbox], dialog";
const ARROWS = ["ArrowDown", "ArrowUp"];

/** Listens to the page's keys, and shows them. */
export class Keys {
  /** @param {{i18n: import("../lib/i18n.js").I18n, button: HTMLElement}} parts `button` shows the table. */
  constructor({ i18n, button }) {
    Object.assign(this, { i18n, button });
    /** @type {Map<string, (key: string) => void>} */
    this.deeds = new Map();
    this.first = 0;
    this.dialog = h("dialog", { class: "card account-dialog keys-dialog" });
    document.body.append(this.dialog);
    button.hidden = false;
    button.addEventListener("click", () => this.show());
    document.addEventListener("keydown", (event) => this.#pressed(event));
    this.on("help", () => this.show());
  }

  get areOn() {
    return storage.get("keys", true);
  }

  /** Say what a key does where no element carries it. @param {string} name Of `KEYS`. @param {(key: string) => void} deed */
  on(name, deed) {
    this.deeds.set(name, deed);
  }

  show() {
    const { i18n } = this;
    const toggle = h("input", { type: "checkbox", id: "keys-on", checked: this.areOn, on: { change: () => storage.set("keys", toggle.checked) } });
    fill(
      this.dialog,
      h("div", { class: "dialog-head" }, h("h2", {}, i18n.t("keys_title")), h("button", { class: "button quiet", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("close"))),
      h("p", { class: "switch-row" }, toggle, h("label", { for: "keys-on" }, i18n.t("keys_on"))),
      h("p", { class: "small muted" }, i18n.t("keys_hint")),
      h("dl", { class: "keys-list" }, this.#shown().map((binding) => h("div", {}, h("dt", {}, this.#caps(binding.keys)), h("dd", {}, i18n.t(`key_${binding.name}`))))),
    );
    this.dialog.setAttribute("aria-label", i18n.t("keys_title"));
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Those that somebody has a use for on this page. */
  #shown() {
    return KEYS.filter(({ keys, name }) => name === "enter" || this.deeds.has(name) || keys.some((key) => document.querySelector(carrier(key))));
  }

  /** @param {string[]} keys */
  #caps(keys) {
    const { i18n } = this;
    return keys.flatMap((key, at) => {
      const [first, then] = key.split(" ");
      const caps = [h("kbd", {}, cap(first)), then ? ` ${i18n.t("keys_then")} ` : null, then ? h("kbd", {}, cap(then)) : null];
      return at ? [` ${i18n.t("keys_or")} `, ...caps] : caps;
    });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.areOn || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest?.(WRITING)) return;
    const second = event.timeStamp - this.first < SECOND_WITHIN_MS;
    this.first = 0;
    if (event.key === FIRST && !second) {
      this.first = event.timeStamp;
      return;
    }
    const key = second ? `${FIRST} ${event.key}` : event.key;
    if (ARROWS.includes(key) && !target.closest("[data-keys=list]")) return; // elsewhere they scroll
    if (this.#press(key)) event.preventDefault();
  }

  /** @param {string} key @returns {boolean} Whether anybody had a use for it. */
  #press(key) {
    const binding = KEYS.find(({ keys }) => keys.includes(key));
    if (!binding) return false;
    const element = [...document.querySelectorAll(carrier(key))].find((each) => each.checkVisibility() || each.closest("details:not([open])")?.checkVisibility());
    if (element instanceof HTMLElement) {
      if (element.matches(WRITING)) element.focus();
      else element.click();
      return true;
    }
    const deed = this.deeds.get(binding.name);
    deed?.(key);
    return deed !== undefined;
  }
}

/** @param {string} key */
function carrier(key) {
  return `[data-key="${CSS.escape(key)}"]`;
}

/** @param {string} key */
function cap(key) {
  return { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" }[key] ?? key;
}
