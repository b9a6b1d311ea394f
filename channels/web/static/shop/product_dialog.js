/** One product: variants, price, stock, facts, and questions to ask about it. */

import { fill, h, icon } from "../lib/dom.js";
import { formatDay, formatMoney, localText } from "../lib/format.js";
import { loadWords, optionWord } from "../lib/words.js";
import { picture } from "../thread/products.js";
import { rating } from "./catalog.js";

/** A modal over the shop front. */
export class ProductDialog {
  /**
   * @param {HTMLDialogElement} element
   * @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, ask: (text: string) => void}} parts
   */
  constructor(element, { api, i18n, ask }) {
    Object.assign(this, { element, api, i18n, ask });
    /** @type {any} */
    this.product = null;
    /** @type {Record<string, string>} */
    this.chosen = {};
    element.addEventListener("click", (event) => event.target === element && element.close());
    i18n.addEventListener("change", () => this.product && this.#draw());
  }

  /** @param {string} productId */
  async open(productId) {
    try {
      this.product = await this.api.get(`/v1/catalog/products/${encodeURIComponent(productId)}`);
    } catch (error) {
      console.warn("the product could not be read", error);
      return;
    }
    await loadWords("");
    const first = this.product.variants.find((variant) => variant.available) ?? this.product.variants[0];
    this.chosen = { ...first?.options };
    this.#draw();
    if (!this.element.open) this.element.showModal();
  }

  #draw() {
    const { product, i18n } = this;
    const { lang } = i18n;
    const title = localText(product.title, lang);
    this.bought = h("div", { class: "bought" });
    fill(
      this.element,
      h("button", { class: "icon-button close", type: "button", "aria-label": i18n.t("close"), on: { click: () => this.element.close() } }, icon("close")),
      h(
        "div",
        { class: "dialog-body" },
        picture(product.image, title, ""),
        h(
          "div",
          { class: "dialog-text" },
          h("p", { class: "small muted" }, [product.brand, localText(product.category, lang)].filter(Boolean).join(" · ")),
          h("h2", { id: "product-title" }, title),
          rating(product, i18n),
          this.bought,
          this.#optionGroups(),
          this.#asks(title),
          h("p", { class: "description" }, localText(product.description, lang)),
          this.#facts(),
        ),
      ),
    );
    this.#showVariant();
  }

  #optionGroups() {
    const { lang } = this.i18n;
    const keys = [...new Set(this.product.variants.flatMap((variant) => Object.keys(variant.options)))];
    return keys.map((key) => {
      const values = [...new Set(this.product.variants.map((variant) => variant.options[key]).filter(Boolean))];
      const radio = (/** @type {string} */ value) =>
        h(
          "label",
          { class: "choice-label" },
          h("input", {
            type: "radio",
            name: `option-${key}`,
            value,
            checked: this.chosen[key] === value,
            on: { change: () => this.#choose(key, value) },
          }),
          h("span", {}, optionWord(value, lang)),
        );
      return h("fieldset", { class: "option-group" }, h("legend", { class: "small muted" }, optionWord(key, lang)), values.map(radio));
    });
  }

  /** @param {string} key @param {string} value */
  #choose(key, value) {
    this.chosen[key] = value;
    this.#showVariant();
  }

  #variant() {
    return this.product.variants.find((variant) => Object.entries(variant.options).every(([key, value]) => this.chosen[key] === value));
  }

  #showVariant() {
    const { i18n } = this;
    const variant = this.#variant();
    if (!variant) {
      fill(this.bought, h("span", { class: "tag" }, i18n.t("not_made")));
      return;
    }
    const struck = variant.list_price && variant.list_price.minor > variant.price.minor ? formatMoney(variant.list_price, i18n.lang) : "";
    fill(
      this.bought,
      h("strong", { class: "dialog-price" }, formatMoney(variant.price, i18n.lang)),
      struck ? h("s", { class: "muted" }, struck) : null,
      this.#stock(variant),
    );
  }

  /** @param {any} variant */
  #stock(variant) {
    const { i18n } = this;
    if (!variant.available) {
      const back = variant.restock_at ? ` · ${i18n.t("restock", { day: formatDay(variant.restock_at, i18n.lang) })}` : "";
      return h("span", { class: "tag warn" }, i18n.t("out_of_stock") + back);
    }
    const low = variant.stock !== null && variant.stock <= 5;
    return h("span", { class: `tag ${low ? "warn" : "ok"}` }, low ? i18n.t("low_stock", { n: variant.stock }) : i18n.t("in_stock"));
  }

  /** @param {string} title */
  #asks(title) {
    const { i18n } = this;
    const sized = this.product.variants.some((variant) => "size" in variant.options);
    const keys = [["ask_product", "about"], ["ask_stock", "about_stock"], ...(sized ? [["ask_size", "about_size"]] : []), ["ask_price", "about_price"]];
    const press = (/** @type {string} */ text) => {
      this.element.close();
      this.ask(text);
    };
    return h(
      "div",
      { class: "asks" },
      keys.map(([label, about], index) =>
        h(
          "button",
          { class: index === 0 ? "button primary" : "button", type: "button", on: { click: () => press(i18n.t(about, { title })) } },
          index === 0 ? icon("chat") : null,
          i18n.t(label),
        ),
      ),
    );
  }

  #facts() {
    const facts = Object.entries(this.product.attributes ?? {});
    if (facts.length === 0) return null;
    const { lang } = this.i18n;
    return h(
      "details",
      { class: "facts" },
      h("summary", {}, this.i18n.t("details")),
      h("dl", {}, facts.flatMap(([key, value]) => [h("dt", {}, optionWord(key.replaceAll("_", " "), lang)), h("dd", {}, optionWord(String(value), lang))])),
    );
  }
}
