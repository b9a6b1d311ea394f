/** Search and filters of the ticket list; the page's address keeps them, so that a view can be bookmarked. */

import { fill, h, icon } from "../lib/dom.js";
import { LABELS } from "./triage.js";

/** Filters of the server's list, each with its choices; none: whatever is written. */
const CHOICES = {
  queue: LABELS.queue,
  category: LABELS.category,
  priority: LABELS.priority,
  lang: ["zh", "en"],
  waits_for: ["desk", "agent", "shopper"],
  breached: ["true", "false"],
  tag: null,
  assignee: null,
};
const NAMES = /** @type {(keyof typeof CHOICES)[]} */ (Object.keys(CHOICES));
const KNOWN = ["q", ...NAMES];
const PAUSE_MS = 250;

/** The search field, the filters and their chips; fires `change` when another list is wanted. */
export class Finder extends EventTarget {
  /** @param {HTMLElement} element @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n}} parts */
  constructor(element, { desk, i18n }) {
    super();
    Object.assign(this, { element, desk, i18n });
    /** @type {Record<string, string>} */
    this.chosen = fromAddress();
    /** @type {any[]} */
    this.results = [];
    this.total = 0;
    this.#build();
    i18n.addEventListener("change", () => this.#draw());
    desk.addEventListener("tickets", () => this.active && this.#soon());
    this.#draw();
    if (this.active) this.#soon();
  }

  /** Whether anything is looked for. */
  get active() {
    return KNOWN.some((name) => this.chosen[name]);
  }

  /** Which of the list's tabs the address names. @param {string[]} views */
  view(views) {
    const named = new URLSearchParams(location.search).get("view") ?? "";
    return views.includes(named) ? named : null;
  }

  /** Look in another tab. @param {string} view @param {Record<string, unknown>} within The filters that it stands for. */
  within(view, within) {
    this.viewed = view;
    this.tab = within;
    this.#keep();
    if (this.active) this.#soon();
  }

  #build() {
    this.field = h("input", { class: "field", type: "search", maxlength: 200, autocomplete: "off", data: { tLabel: "find", tPlaceholder: "find_hint", key: "/" }, "aria-keyshortcuts": "/", on: { input: () => this.#typed(), keydown: (event) => this.#leave(event) } });
    this.field.value = this.chosen.q ?? "";
    this.panel = h("div", { class: "find-panel" });
    this.details = h("details", { class: "find-filters" }, h("summary", { class: "small", data: { t: "find_filters" } }), this.panel);
    this.details.addEventListener("toggle", () => this.details.open && this.#readChoices());
    this.chips = h("ul", { class: "find-chips", data: { tLabel: "find_filters" } });
    this.count = h("p", { class: "small muted find-count", role: "status" });
    this.tags = h("datalist", { id: "find-tags" });
    this.agents = h("datalist", { id: "find-agents" });
    const search = h("search", { class: "find-row" }, icon("search"), this.field);
    fill(this.element, search, this.details, this.chips, this.count, this.tags, this.agents);
  }

  #draw() {
    fill(this.panel, NAMES.map((name) => this.#choice(name)));
    const shown = NAMES.filter((name) => this.chosen[name]);
    fill(this.chips, shown.map((name) => this.#chip(name)), shown.length > 1 ? h("li", {}, h("button", { class: "button quiet small", type: "button", on: { click: () => this.#clear() } }, this.i18n.t("find_clear"))) : null);
    this.chips.hidden = shown.length === 0;
    this.count.hidden = !this.active;
    this.count.textContent = this.i18n.t("find_count", { n: this.total });
    this.i18n.apply(this.element);
  }

  /** @param {keyof typeof CHOICES} name */
  #choice(name) {
    const { i18n } = this;
    const choices = CHOICES[name];
    const change = (/** @type {Event} */ event) => this.choose(name, /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value.trim());
    const value = this.chosen[name] ?? "";
    const control = choices
      ? h("select", { class: "field", data: { find: name }, on: { change } }, h("option", { value: "" }, i18n.t("find_any")), choices.map((each) => h("option", { value: each, selected: each === value }, this.#named(name, each))))
      : h("input", { class: "field", list: name === "tag" ? "find-tags" : "find-agents", maxlength: 64, value, data: { find: name }, placeholder: i18n.t("find_any"), on: { change } });
    return h("label", { class: "triage-field small" }, h("span", { class: "muted" }, i18n.t(`find_${name}`)), control);
  }

  /** @param {keyof typeof CHOICES} name */
  #chip(name) {
    const what = `${this.i18n.t(`find_${name}`)}: ${this.#named(name, this.chosen[name] ?? "")}`;
    return h("li", {}, h("button", { class: "chip", type: "button", data: { chip: name }, "aria-label": this.i18n.t("find_remove", { what }), on: { click: () => this.choose(name, "") } }, what, icon("close")));
  }

  /** @param {string} name @param {string} value */
  #named(name, value) {
    return CHOICES[name] ? this.i18n.or(`${name}_${value}`, value) : value;
  }

  /** @param {string} name @param {string} value "" takes the filter away. */
  choose(name, value) {
    const before = this.active;
    if (value) this.chosen[name] = value;
    else delete this.chosen[name];
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.find;
    this.#keep();
    this.#draw();
    if (focused) /** @type {HTMLElement | null} */ (this.panel.querySelector(`[data-find="${focused}"]`))?.focus();
    else if (name !== "q") this.field.focus();
    this.dispatchEvent(new CustomEvent("change", { detail: { began: !before && this.active } }));
    if (this.active) this.#soon();
  }

  #clear() {
    for (const name of NAMES) delete this.chosen[name];
    this.choose("q", this.chosen.q ?? "");
    this.field.focus();
  }

  #typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.choose("q", this.field.value.trim()), PAUSE_MS);
  }

  /** Read the list a moment after the last of several changes. */
  #soon() {
    clearTimeout(this.reading);
    this.reading = setTimeout(() => this.#read().catch((error) => this.desk.complain(error)), PAUSE_MS);
  }

  async #read() {
    const asked = { ...this.chosen, ...this.tab };
    const found = await this.desk.find(asked);
    if (JSON.stringify(asked) !== JSON.stringify({ ...this.chosen, ...this.tab })) return;
    this.results = found.tickets;
    this.total = found.total;
    this.#draw();
    this.dispatchEvent(new CustomEvent("change", { detail: { began: false } }));
  }

  async #readChoices() {
    try {
      const [{ tags }, { agents }] = await Promise.all([this.desk.api.get("/v1/desk/tags"), this.desk.api.get("/v1/desk/agents")]);
      fill(this.tags, tags.map((/** @type {any} */ each) => h("option", { value: each.tag })));
      fill(this.agents, agents.map((/** @type {any} */ each) => h("option", { value: each.agent })));
    } catch (error) {
      this.desk.complain(error);
    }
  }

  /** Keep what is looked for in the address. */
  #keep() {
    const query = new URLSearchParams(location.search);
    for (const name of KNOWN) {
      if (this.chosen[name]) query.set(name, this.chosen[name]);
      else query.delete(name);
    }
    if (this.viewed) query.set("view", this.viewed);
    const kept = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${kept ? `?${kept}` : ""}${location.hash}`);
  }

  /** @param {KeyboardEvent} event */
  #leave(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (this.field.value) {
      this.field.value = "";
      this.choose("q", "");
    } else this.field.blur();
  }
}

/** @returns {Record<string, string>} */
function fromAddress() {
  const query = new URLSearchParams(location.search);
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of KNOWN) {
    const value = query.get(name)?.trim();
    if (value && (!CHOICES[name] || CHOICES[name].includes(value))) found[name] = value.slice(0, 200);
  }
  return found;
}
