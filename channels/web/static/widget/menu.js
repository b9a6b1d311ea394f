/** The chat's menu: sound, and starting over. */

import { fill, h, icon } from "../lib/dom.js";
import { iconButton } from "./composer.js";
import { blip } from "../lib/sound.js";

/** A button and what it opens. */
export class Menu {
  /** @param {{i18n: import("../lib/i18n.js").I18n, storage: import("../lib/storage.js").Storage, restart: () => void}} parts */
  constructor({ i18n, storage, restart }) {
    Object.assign(this, { i18n, storage, restart });
    this.button = iconButton("more", "menu", () => this.toggle());
    this.button.setAttribute("aria-expanded", "false");
    this.soundButton = h("button", { class: "menu-item", type: "button", on: { click: () => this.#toggleSound() } });
    this.restartButton = h("button", { class: "menu-item", type: "button", on: { click: () => this.#ask(true) } }, icon("restart"), h("span", { data: { t: "restart" } }));
    this.sure = h(
      "div",
      { class: "sure", hidden: true },
      h("p", { class: "small", data: { t: "restart_sure" } }),
      h(
        "div",
        { class: "sure-row" },
        h("button", { class: "button", type: "button", data: { t: "no" }, on: { click: () => this.toggle(false) } }),
        h("button", { class: "button primary", type: "button", data: { t: "yes" }, on: { click: () => this.#restart() } }),
      ),
    );
    this.element = h("div", { class: "menu card", hidden: true, on: { focusout: (event) => this.#left(event) } }, this.soundButton, this.restartButton, this.sure);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {boolean} [on] @param {{focus?: boolean}} [options] Whether closing gives focus back to the button. */
  toggle(on = !this.isOpen, { focus = true } = {}) {
    const had = this.isOpen;
    this.element.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    this.#ask(false);
    if (on) this.soundButton.focus();
    else if (had && focus) this.button.focus();
  }

  /** Show what the sound is set to. */
  show() {
    const on = this.storage.get("sound", false);
    fill(this.soundButton, icon(on ? "sound" : "mute"), this.i18n.t(on ? "sound_off" : "sound_on"));
  }

  /** Focus went somewhere else: the menu is not wanted any more. @param {FocusEvent} event */
  #left(event) {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && to !== this.button && !this.element.contains(to)) this.toggle(false, { focus: false });
  }

  #toggleSound() {
    this.storage.set("sound", !this.storage.get("sound", false));
    this.show();
    if (this.storage.get("sound", false)) blip();
  }

  /** @param {boolean} on */
  #ask(on) {
    this.sure.hidden = !on;
    this.restartButton.hidden = on;
    this.soundButton.hidden = on;
    if (on) /** @type {HTMLElement | null} */ (this.sure.querySelector(".button"))?.focus();
  }

  #restart() {
    this.toggle(false, { focus: false });
    this.restart();
  }
}
