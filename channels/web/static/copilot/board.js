/** The shop's board: pinned questions, asked again whenever it is opened. */

import { fill, h, icon } from "../lib/dom.js";
import { formatMoment, localText } from "../lib/format.js";
import { failure, figureView } from "./figure.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */

/** One tile for each pin, in the order that the server keeps. */
export class Board {
  /**
   * @param {HTMLElement} element
   * @param {object} parts
   * @param {import("../lib/api.js").Api} parts.api
   * @param {I18n} parts.i18n
   * @param {import("./figure.js").FigureActions} parts.actions
   * @param {(text: string) => void} parts.tell For those who hear the page.
   */
  constructor(element, { api, i18n, actions, tell }) {
    Object.assign(this, { element, api, i18n, actions, tell });
    /** @type {any[]} */
    this.pins = [];
    /** Answers by pin. @type {Map<string, any>} */
    this.answers = new Map();
    this.notice = h("p", { class: "notice bad", role: "alert", hidden: true });
    this.list = h("ol", { class: "pins" });
    this.head = h("div", { class: "part-head" });
    fill(element, this.head, this.notice, this.list);
    i18n.addEventListener("change", () => this.refresh());
  }

  /** Read the board and ask everything on it. */
  async load() {
    try {
      this.#keep(await this.api.get("/v1/board"));
    } catch (error) {
      this.#problem("failed_load", error);
    }
    await this.refresh();
  }

  /** Ask everything again, one after the other. */
  async refresh() {
    this.#draw();
    for (const pin of [...this.pins]) await this.#ask(pin);
  }

  /** @param {any} question */
  async pin(question) {
    await this.#change("", { question }, "pinned", {});
    for (const pin of this.pins) if (!this.answers.has(pin.id)) await this.#ask(pin);
  }

  /** @param {any} pin */
  async #ask(pin) {
    const tile = this.#tile(pin);
    tile?.setAttribute("aria-busy", "true");
    try {
      this.answers.set(pin.id, await this.api.post("/v1/figures", { question: pin.question, lang: this.i18n.lang }));
    } catch (error) {
      this.answers.set(pin.id, { problem: /** @type {Error} */ (error).message });
    }
    this.#fill(pin);
  }

  /** @param {any} pin @returns {HTMLElement | null} */
  #tile(pin) {
    return this.list.querySelector(`[data-pin="${CSS.escape(pin.id)}"]`);
  }

  /** What a pin is called. @param {any} pin */
  #name(pin) {
    const figures = this.answers.get(pin.id)?.figures;
    if (pin.title || !figures) return pin.title || "…";
    const metric = figures.metric ? localText(figures.metric.name, this.i18n.lang) : this.i18n.t("starter_groups");
    const by = [figures.by ?? []].flat().map((/** @type {any} */ each) => localText(each.name, this.i18n.lang));
    return [metric, ...by].join(" · ");
  }

  #draw() {
    const { i18n } = this;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(
      this.head,
      h("h2", {}, i18n.t("board_title")),
      this.pins.length ? h("button", { class: "button quiet small", type: "button", data: { key: "all" }, on: { click: () => this.refresh() } }, icon("restart"), i18n.t("refresh_all")) : null,
    );
    fill(this.list, this.pins.map((pin) => h("li", { class: "pin card", data: { pin: pin.id } })));
    if (!this.pins.length) this.list.append(h("li", { class: "part-empty muted" }, i18n.t("board_empty")));
    for (const pin of this.pins) this.#fill(pin);
    if (focused) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** Draw a tile anew, as its pin is now. @param {{id: string}} which */
  #fill(which) {
    const pin = this.pins.find(({ id }) => id === which.id);
    const tile = pin && this.#tile(pin);
    if (!tile) return;
    const focused = /** @type {HTMLElement | null} */ (tile.contains(document.activeElement) ? document.activeElement : null)?.dataset?.key;
    const answer = this.answers.get(pin.id);
    const body = h("div", { class: "pin-body" });
    if (!answer) body.append(h("div", { class: "skeleton pin-waits" }));
    else if (answer.problem) failure(body, this.i18n.t("not_done", { message: answer.problem }));
    else body.append(figureView(answer.reply, this.i18n.lang, this.i18n, { ...this.actions, pin: null }));
    tile.removeAttribute("aria-busy");
    fill(tile, this.#headOf(pin), body, this.#footOf(pin, answer));
    if (focused) /** @type {HTMLElement | null} */ (tile.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {any} pin */
  #headOf(pin) {
    const name = this.#name(pin);
    const button = (/** @type {import("../lib/dom.js").IconName} */ picture, /** @type {string} */ what, /** @type {() => void} */ press, off = false) => {
      const label = this.i18n.t(what, { name });
      return h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, disabled: off, data: { key: `${what}-${pin.id}` }, on: { click: press } }, icon(picture));
    };
    return h(
      "div",
      { class: "pin-head" },
      h("h3", {}, name),
      button("restart", "refresh", () => this.#ask(pin)),
      button("pencil", "rename", () => this.#rename(pin)),
      button("up", "move_up", () => this.#move(pin, pin.place - 1), pin.place === 0),
      button("down", "move_down", () => this.#move(pin, pin.place + 1), pin.place === this.pins.length - 1),
      button("trash", "unpin", () => this.#unpin(pin)),
    );
  }

  /** @param {any} pin @param {any} answer */
  #footOf(pin, answer) {
    const { i18n } = this;
    const moves = h("input", { type: "checkbox", checked: pin.moves, data: { key: `moves-${pin.id}` }, on: { change: () => this.#toggle(pin, moves.checked) } });
    return h(
      "div",
      { class: "pin-foot small muted" },
      answer?.figures ? h("span", {}, i18n.t("asked_at", { time: formatMoment(answer.figures.read_at, i18n.lang) })) : null,
      pin.has_period ? h("label", { class: "pin-moves" }, moves, i18n.t("moves")) : null,
    );
  }

  /** @param {any} pin */
  #rename(pin) {
    const tile = this.#tile(pin);
    if (!tile) return;
    const field = h("input", { class: "field", maxlength: 80, value: this.#name(pin), "aria-label": this.i18n.t("name") });
    const leave = () => {
      this.#fill(pin);
      /** @type {HTMLElement | null} */ (tile.querySelector(`[data-key="rename-${CSS.escape(pin.id)}"]`))?.focus();
    };
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      await this.#change(`/${pin.id}`, { title: field.value.trim() }, "", {});
      leave();
    };
    const cancel = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && leave();
    fill(
      /** @type {HTMLElement} */ (tile.firstElementChild),
      h("form", { class: "pin-name", on: { submit, keydown: cancel } }, field, h("button", { class: "button small", type: "submit" }, this.i18n.t("save_name"))),
    );
    field.select();
  }

  /** @param {any} pin @param {number} place */
  async #move(pin, place) {
    const [way, back] = place < pin.place ? ["move_up", "move_down"] : ["move_down", "move_up"];
    await this.#change(`/${pin.id}`, { place }, "moved", { name: this.#name(pin), place: place + 1 });
    const button = (/** @type {string} */ key) => /** @type {HTMLButtonElement | null} */ (this.element.querySelector(`[data-key="${key}-${CSS.escape(pin.id)}"]`));
    (button(way)?.disabled ? button(back) : button(way))?.focus();
  }

  /** @param {any} pin @param {boolean} moves */
  async #toggle(pin, moves) {
    await this.#change(`/${pin.id}`, { moves }, "", {});
  }

  /** @param {any} pin */
  async #unpin(pin) {
    const name = this.#name(pin);
    await this.#change(`/${pin.id}/unpin`, {}, "unpinned", { name });
    this.answers.delete(pin.id);
    const heading = /** @type {HTMLElement} */ (this.head.querySelector("h2"));
    heading.tabIndex = -1;
    heading.focus();
  }

  /** @param {string} path @param {object} body @param {string} told @param {Record<string, unknown>} gaps */
  async #change(path, body, told, gaps) {
    try {
      this.#keep(await this.api.post(`/v1/board${path}`, body));
      if (told) this.tell(this.i18n.t(told, gaps));
    } catch (error) {
      this.#problem("not_done", error);
    }
    this.#draw();
  }

  /** @param {any} board */
  #keep(board) {
    this.pins = board.pins;
    this.notice.hidden = true;
  }

  /** @param {string} key @param {unknown} error */
  #problem(key, error) {
    this.notice.textContent = this.i18n.t(key, { message: /** @type {Error} */ (error).message });
    this.notice.hidden = false;
  }
}
