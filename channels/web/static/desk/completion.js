/** A list under a field that filters while one types: names after "@", replies after "/". */

import { fill, h } from "../lib/dom.js";

/**
 * @typedef {{key: string, label: string, detail?: string}} Item
 * @typedef {object} CompletionParts
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {string} name Key of the list's name.
 * @property {(before: string) => number} begins Where in the text before the cursor the words begin that are completed; -1: nowhere.
 * @property {(words: string) => Item[]} find What fits these words.
 * @property {(item: Item, from: number, to: number) => void} choose
 * @property {((words: string) => Element | null) | null} [empty] What is shown where nothing fits.
 */

let lists = 0;

/** The list. Arrow keys move in it, Enter or Tab takes, Escape closes; the field keeps the focus. */
export class Completion {
  /** @param {HTMLTextAreaElement} field @param {CompletionParts} parts */
  constructor(field, parts) {
    Object.assign(this, parts);
    this.field = field;
    /** @type {Item[]} */
    this.items = [];
    this.at = 0;
    this.from = -1;
    this.id = `completion-${++lists}`;
    this.list = h("ul", { class: "completion-list", id: this.id, role: "listbox", data: { tLabel: this.name } });
    this.extra = h("div", { class: "completion-extra", hidden: true });
    this.count = h("span", { class: "unseen", role: "status" });
    this.element = h("div", { class: "completion card", hidden: true }, this.list, this.extra);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    field.addEventListener("input", () => this.update());
    field.addEventListener("click", () => this.update());
    field.addEventListener("blur", (event) => {
      const to = /** @type {Node | null} */ (/** @type {FocusEvent} */ (event).relatedTarget);
      if (!this.element.contains(to)) this.close();
    });
  }

  get open() {
    return !this.element.hidden;
  }

  /** Show what fits what stands before the cursor. */
  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.from = this.begins(before);
    if (this.from < 0) return this.close();
    const words = before.slice(this.from + 1);
    const kept = this.items[this.at]?.key;
    this.items = this.find(words);
    const nothing = this.items.length === 0 ? (this.empty?.(words) ?? null) : null;
    if (this.items.length === 0 && !nothing) return this.close();
    this.at = Math.max(0, this.items.findIndex((item) => item.key === kept));
    fill(this.extra, nothing);
    this.extra.hidden = nothing === null;
    this.element.hidden = false;
    this.#draw();
  }

  close() {
    this.element.hidden = true;
    this.items = [];
    this.field.removeAttribute("aria-activedescendant");
    this.count.textContent = "";
  }

  #draw() {
    this.list.hidden = this.items.length === 0;
    fill(this.list, this.items.map((item, place) => this.#row(item, place)));
    this.list.setAttribute("aria-label", this.i18n.t(this.name));
    if (this.items.length) this.field.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    this.count.textContent = this.i18n.t("choices_n", { n: this.items.length });
    /** @type {HTMLElement | undefined} */ (this.list.children[this.at])?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Item} item @param {number} place */
  #row(item, place) {
    const take = (/** @type {Event} */ event) => {
      event.preventDefault(); // the field keeps the focus
      this.#take(place);
    };
    return h(
      "li",
      { class: "completion-item", id: `${this.id}-${place}`, role: "option", "aria-selected": String(place === this.at), on: { pointerdown: take } },
      h("strong", {}, item.label),
      item.detail ? h("span", { class: "small muted" }, item.detail) : null,
    );
  }

  /** @param {number} place */
  #take(place) {
    const item = this.items[place];
    const [from, to] = [this.from, this.field.selectionStart];
    this.close();
    if (item) this.choose(item, from, to);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.open || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.items.length) {
      this.at = (this.at + steps[event.key] + this.items.length) % this.items.length;
      this.#draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && this.items.length && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      this.#take(this.at);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

/** Put words in the place of others, and the cursor behind them. @param {HTMLTextAreaElement} field @param {string} words @param {number} from @param {number} to */
export function put(field, words, from, to) {
  field.setRangeText(words, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
