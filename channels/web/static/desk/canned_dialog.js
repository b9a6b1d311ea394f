/** Where replies are kept: the shop's by supervisors, an agent's own by each. */

import { fill, h } from "../lib/dom.js";

/** The dialog; one at a time. */
export class CannedDialog {
  /** @param {{canned: import("./canned.js").CannedReplies, i18n: import("../lib/i18n.js").I18n, supervisor: boolean}} parts */
  constructor({ canned, i18n, supervisor }) {
    Object.assign(this, { canned, i18n, supervisor });
    this.news = h("p", { class: "notice", role: "status", hidden: true });
    this.list = h("ul", { class: "plain-list" });
    this.dialog = h("dialog", { class: "card account-dialog canned-dialog", "aria-label": i18n.t("canned"), on: { close: () => this.#closed() } });
    this.redraw = () => this.#drawList();
  }

  open() {
    const { i18n } = this;
    this.#form();
    fill(
      this.dialog,
      h("div", { class: "dialog-head" }, h("h2", {}, i18n.t("canned")), h("button", { class: "button quiet", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("close"))),
      h("p", { class: "muted small" }, i18n.t(this.supervisor ? "canned_about_supervisor" : "canned_about")),
      this.news,
      this.form,
      h("h3", {}, i18n.t("canned_kept")),
      this.list,
    );
    this.canned.addEventListener("change", this.redraw);
    this.#drawList();
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.name.focus();
    this.#do(() => this.canned.read());
  }

  #closed() {
    this.canned.removeEventListener("change", this.redraw);
    this.dialog.remove();
  }

  #form() {
    const { i18n } = this;
    this.name = h("input", { class: "field", maxlength: 60, required: true });
    this.zh = h("textarea", { class: "field", rows: 3, maxlength: 2000, lang: "zh-CN" });
    this.en = h("textarea", { class: "field", rows: 3, maxlength: 2000, lang: "en" });
    this.own = h("input", { type: "checkbox" });
    this.own.checked = !this.supervisor;
    this.writing = i18n.lang === "zh" ? this.zh : this.en;
    for (const field of [this.zh, this.en]) field.addEventListener("focus", () => (this.writing = field));
    const variables = this.canned.variables.map(({ name, label }) =>
      h("button", { class: "button quiet variable", type: "button", title: label[i18n.lang], on: { click: () => this.#insert(name) } }, `{${name}}`, h("span", { class: "small muted" }, label[i18n.lang])),
    );
    this.form = h(
      "form",
      { class: "sign-in-form", on: { submit: (/** @type {Event} */ event) => this.#submit(event) } },
      h("label", { class: "labelled" }, i18n.t("canned_name"), this.name),
      h("label", { class: "labelled" }, i18n.t("canned_zh"), this.zh),
      h("label", { class: "labelled" }, i18n.t("canned_en"), this.en),
      h("div", { class: "variables", role: "group", "aria-label": i18n.t("canned_variables") }, variables),
      h("label", { class: "canned-own", hidden: !this.supervisor }, this.own, i18n.t("canned_own")),
      h("button", { class: "button primary", type: "submit" }, i18n.t("canned_keep")),
    );
  }

  /** @param {string} variable */
  #insert(variable) {
    const field = this.writing;
    field.setRangeText(`{${variable}}`, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    const reply = { name: this.name.value.trim(), zh: this.zh.value.trim(), en: this.en.value.trim(), private: this.own.checked };
    await this.#do(async () => {
      await this.canned.keep(reply);
      this.form.reset();
      this.own.checked = !this.supervisor;
      this.#tell("ok", this.i18n.t("canned_kept_now", { name: reply.name }));
      this.name.focus();
    });
  }

  #drawList() {
    const { i18n } = this;
    const { replies } = this.canned;
    fill(this.list, replies.length ? replies.map((reply) => this.#row(reply)) : h("li", { class: "muted" }, i18n.t("canned_none")));
  }

  /** @param {import("./canned.js").Kept} reply */
  #row(reply) {
    const { i18n } = this;
    const press = (/** @type {string} */ key, /** @type {() => void} */ deed) => h("button", { class: "button", type: "button", "aria-label": i18n.t(`${key}_named`, { name: reply.name }), on: { click: deed } }, i18n.t(key));
    const mayChange = reply.private || this.supervisor;
    return h(
      "li",
      { class: "plain-row" },
      h(
        "span",
        { class: "plain-text" },
        h("span", {}, h("strong", {}, reply.name), " ", h("span", { class: "tag" }, i18n.t(reply.private ? "canned_mine" : "canned_shop"))),
        reply.zh ? h("span", { class: "small muted", lang: "zh-CN" }, reply.zh) : null,
        reply.en ? h("span", { class: "small muted", lang: "en" }, reply.en) : null,
      ),
      mayChange ? press("canned_change", () => this.#change(reply)) : null,
      mayChange ? press("canned_remove", () => this.#do(() => this.canned.remove(reply))) : null,
    );
  }

  /** @param {import("./canned.js").Kept} reply */
  #change(reply) {
    this.name.value = reply.name;
    this.zh.value = reply.zh;
    this.en.value = reply.en;
    this.own.checked = reply.private;
    this.writing.focus();
  }

  /** @param {() => Promise<unknown>} deed */
  async #do(deed) {
    this.news.hidden = true;
    try {
      await deed();
    } catch (error) {
      this.#tell("bad", /** @type {Error} */ (error).message);
    }
  }

  /** @param {string} tone @param {string} text */
  #tell(tone, text) {
    this.news.className = `notice ${tone}`;
    this.news.textContent = text;
    this.news.hidden = false;
  }
}
