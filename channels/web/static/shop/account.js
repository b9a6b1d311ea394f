/** Who is signed in. In development the demo shop offers its well-known customers. */

import { claimsOf } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { storage } from "../lib/page.js";

/** @typedef {{id: string, name: string, lang: string}} Person */

/** The account menu. A real shop calls `xiaoer.identify(token)` after its own sign-in instead. */
export class Account {
  /**
   * @param {HTMLElement} element
   * @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, identify: (token: string | null) => void}} parts
   */
  constructor(element, { api, i18n, identify }) {
    Object.assign(this, { element, api, i18n, identify });
    /** @type {Person[]} */
    this.people = [];
    i18n.addEventListener("change", () => this.#draw());
  }

  /** @param {{customers: Person[]} | null} demo */
  start(demo) {
    this.people = demo?.customers ?? [];
    const token = storage.get("customer", null);
    const expired = !token || (claimsOf(token).exp ?? 0) * 1000 < Date.now();
    this.person = expired ? null : (this.people.find((person) => person.id === claimsOf(token).sub) ?? null);
    if (this.person) this.identify(token);
    this.#draw();
  }

  #draw() {
    this.element.hidden = this.people.length === 0;
    if (this.element.hidden) return;
    const { i18n } = this;
    const name = this.person?.name ?? "";
    this.menu = h("div", { class: "account-menu card", hidden: true, id: "account-menu" }, this.#items());
    this.button = h(
      "button",
      {
        class: "button",
        type: "button",
        "aria-expanded": "false",
        "aria-controls": "account-menu",
        "aria-label": name ? i18n.t("signed_in", { name }) : null,
        on: { click: () => this.#toggle() },
      },
      name ? h("span", { class: "initial", "aria-hidden": "true" }, [...name][0]) : icon("person"),
      h("span", { class: "account-name" }, name || i18n.t("sign_in")),
    );
    fill(this.element, this.button, this.menu);
    this.element.onkeydown = (event) => event.key === "Escape" && this.#toggle(false);
    this.element.onfocusout = (event) => !this.element.contains(/** @type {Node | null} */ (event.relatedTarget)) && this.#toggle(false, false);
  }

  #items() {
    const { i18n } = this;
    const items = this.people.map((person) =>
      h(
        "button",
        { class: "account-item", type: "button", "aria-current": person.id === this.person?.id ? "true" : null, on: { click: () => this.#signIn(person) } },
        h("span", { class: "initial", "aria-hidden": "true" }, [...person.name][0]),
        h("span", { class: "account-name" }, person.name),
        h("span", { class: "small muted mono" }, person.id),
      ),
    );
    if (this.person) items.push(h("button", { class: "account-item", type: "button", on: { click: () => this.#signOut() } }, i18n.t("sign_out")));
    return [h("p", { class: "small muted" }, i18n.t("sign_in_as")), ...items];
  }

  /** @param {boolean} [on] @param {boolean} [focus] */
  #toggle(on = this.menu?.hidden ?? false, focus = true) {
    if (!this.menu || !this.button || this.menu.hidden === !on) return;
    this.menu.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (on) this.menu.querySelector("button")?.focus();
    else if (focus) this.button.focus();
  }

  /** @param {Person} person */
  async #signIn(person) {
    try {
      const { token } = await this.api.post("/v1/tokens/demo", { role: "shopper", subject: person.id });
      storage.set("customer", token);
      this.person = person;
      this.identify(token);
      this.#draw();
      this.button?.focus();
    } catch (error) {
      console.warn("signing in failed", error);
      fill(/** @type {HTMLElement} */ (this.menu), h("p", { class: "notice bad" }, this.i18n.t("sign_in_failed")), this.#items());
    }
  }

  #signOut() {
    storage.set("customer", null);
    this.person = null;
    this.identify(null);
    this.#draw();
    this.button?.focus();
  }
}
