/** What the bot says: looked for by when it is said, and written anew; the new words wait among the proposals. */

import { fill, h } from "../lib/dom.js";
import { localText } from "../lib/format.js";

const LANGS = /** @type {const} */ (["zh", "en"]);
const SHOWN = 6;

/** @typedef {{place: string, said: any, now: any, standard: any, facts: Record<string, string[]>, own: string[], outdated: string[], reserved: boolean}} Text */

/** Search, list and form. */
export class Texts {
  /**
   * @param {HTMLElement} element
   * @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, tell: (text: string) => void, staged: () => void}} parts
   */
  constructor(element, { api, i18n, tell, staged }) {
    Object.assign(this, { element, api, i18n, tell, staged });
    /** @type {Text[] | null} */
    this.list = null;
    this.query = "";
    this.editing = "";
    this.notice = "";
    i18n.addEventListener("change", () => this.#draw());
  }

  start() {
    this.#draw();
  }

  #draw() {
    const { i18n } = this;
    const field = h("input", { class: "field", type: "search", name: "q", value: this.query, "aria-label": i18n.t("texts_search"), placeholder: i18n.t("texts_placeholder") });
    const search = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.query = /** @type {HTMLInputElement} */ (field).value.trim();
      this.#load();
    };
    fill(
      this.element,
      h("div", { class: "part-head" }, h("h2", { tabindex: -1 }, i18n.t("texts"))),
      h("form", { class: "texts-search", role: "search", on: { submit: search } }, field, h("button", { class: "button", type: "submit" }, i18n.t("texts_find"))),
      this.notice ? h("p", { class: "notice", role: "status" }, this.notice) : null,
      this.list === null ? h("p", { class: "part-empty muted" }, i18n.t("texts_hint")) : this.list.length ? this.list.map((each) => this.#card(each)) : h("p", { class: "part-empty muted" }, i18n.t("texts_none")),
    );
  }

  async #load() {
    try {
      const found = await this.api.get("/v1/texts", { q: this.query, lang: this.i18n.lang, limit: SHOWN });
      this.list = found.texts;
      this.notice = "";
    } catch (error) {
      this.notice = this.i18n.t("failed_load", { message: /** @type {Error} */ (error).message });
    }
    this.editing = "";
    this.#draw();
    this.tell(this.notice || this.i18n.t("texts_found", { n: this.list?.length ?? 0 }));
  }

  /** @param {Text} text */
  #card(text) {
    const { i18n } = this;
    const said = localText(text.said, i18n.lang);
    const edit = () => {
      this.editing = text.place;
      this.#draw();
      /** @type {HTMLElement | null} */ (this.element.querySelector(".text-form textarea"))?.focus();
    };
    const own = text.own.length ? h("span", { class: "tag ok" }, i18n.t("texts_own")) : null;
    const reserved = text.reserved ? h("span", { class: "tag warn" }, i18n.t("texts_reserved")) : null;
    return h(
      "article",
      { class: "proposal card", "aria-label": said },
      h("h3", {}, said, own, reserved),
      text.outdated.length ? h("p", { class: "notice", role: "note" }, i18n.t("texts_outdated")) : null,
      this.editing === text.place
        ? this.#form(text)
        : [
            ...LANGS.map((lang) => h("p", { class: "text-now", lang }, text.now[lang])),
            h(
              "div",
              { class: "proposal-row" },
              h("button", { class: "button", type: "button", "aria-label": `${i18n.t("edit")} ${said}`, on: { click: edit } }, i18n.t("edit")),
              text.own.length ? h("button", { class: "button", type: "button", "aria-label": `${i18n.t("texts_restore")} ${said}`, on: { click: () => this.#stage("/v1/texts/restore", { place: text.place }) } }, i18n.t("texts_restore")) : null,
            ),
          ],
    );
  }

  /** A field for each language. @param {Text} text */
  #form(text) {
    const { i18n } = this;
    const fields = LANGS.map((lang) => ({ lang, field: /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "field", name: lang, rows: 3, lang }, text.now[lang])) }));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const changed = fields.filter(({ lang, field }) => field.value.trim() !== text.now[lang]).map(({ lang, field }) => [lang, field.value]);
      this.#stage("/v1/texts", { place: text.place, ...Object.fromEntries(changed) }, true);
    };
    const leave = () => {
      this.editing = "";
      this.#draw();
    };
    const facts = (/** @type {string} */ lang) => (text.facts[lang]?.length ? h("span", { class: "small muted" }, i18n.t("texts_keep", { facts: text.facts[lang].map((fact) => `{${fact}}`).join(" ") })) : null);
    return h(
      "form",
      { class: "proposal-edit text-form", on: { submit, keydown: (event) => event.key === "Escape" && leave() } },
      fields.map(({ lang, field }) => h("label", {}, h("span", { class: "small" }, i18n.t(`texts_${lang}`)), field, facts(lang))),
      h("p", { class: "notice bad", role: "alert", hidden: true }),
      h("div", { class: "proposal-row" }, h("button", { class: "button primary", type: "submit" }, i18n.t("texts_propose")), h("button", { class: "button", type: "button", on: { click: leave } }, i18n.t("cancel"))),
    );
  }

  /** Stage a change; what is refused is said in the form, which keeps what was written. @param {string} path @param {object} body @param {boolean} [form] */
  async #stage(path, body, form = false) {
    try {
      await this.api.post(`${path}?lang=${this.i18n.lang}`, body);
      this.editing = "";
      this.notice = this.i18n.t("texts_staged");
      this.#draw();
      this.staged();
    } catch (error) {
      const message = /** @type {Error} */ (error).message;
      const alert = form ? /** @type {HTMLElement | null} */ (this.element.querySelector(".text-form [role=alert]")) : null;
      if (alert) {
        alert.hidden = false;
        alert.textContent = message;
      } else {
        this.notice = message;
        this.#draw();
      }
    }
    this.tell(this.notice);
  }
}
