/** Search, categories and the list of products. */

import { fill, h, icon } from "../lib/dom.js";
import { formatMoney, localText } from "../lib/format.js";
import { picture } from "../thread/products.js";

const PAGE = 24;
const SHOWCASED = 3;
const SORTS = ["relevance", "newest", "rating", "price_up", "price_down"];
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The list as it stands: what is asked for and what was found. */
export class Catalog {
  /** @param {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, open: (id: string) => void}} parts */
  constructor({ api, i18n, open }) {
    Object.assign(this, { api, i18n, open });
    const address = new URLSearchParams(location.search);
    this.query = address.get("q") ?? "";
    this.category = address.get("category") ?? "";
    this.sort = "relevance";
    /** @type {any[]} */
    this.products = [];
    this.total = 0;
    this.reachable = 0;
    /** @type {any[]} */
    this.categories = [];
    this.request = 0;
    this.#listen();
  }

  start() {
    this.#show();
    this.load();
    this.api.get("/v1/catalog/categories").then((found) => {
      this.categories = found.categories;
      this.#showCategories();
    }, () => {});
  }

  #listen() {
    const form = /** @type {HTMLFormElement} */ (byId("search"));
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("query"));
    field.value = this.query;
    const search = () => this.#ask({ query: field.value.trim() });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      search();
    });
    field.addEventListener("input", (event) => {
      clearTimeout(this.timer);
      if (!(/** @type {InputEvent} */ (event).isComposing)) this.timer = setTimeout(search, 350);
    });
    field.addEventListener("compositionend", () => (this.timer = setTimeout(search, 350)));
    byId("sort").addEventListener("change", (event) => this.#ask({ sort: /** @type {HTMLSelectElement} */ (event.target).value }));
    byId("more").addEventListener("click", () => this.load({ more: true }));
    this.i18n.addEventListener("change", () => this.#show());
  }

  /** @param {{query?: string, category?: string, sort?: string}} change */
  #ask(change) {
    if (Object.entries(change).every(([key, value]) => /** @type {any} */ (this)[key] === value)) return;
    Object.assign(this, change);
    const address = new URLSearchParams();
    if (this.query) address.set("q", this.query);
    if (this.category) address.set("category", this.category);
    history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
    this.#showCategories();
    this.load();
  }

  /** @param {{more?: boolean}} [options] */
  async load({ more = false } = {}) {
    const request = (this.request += 1);
    const offset = more ? this.products.length : 0;
    const { query, category, sort } = this;
    byId("goods").setAttribute("aria-busy", "true");
    try {
      const found = await this.api.get("/v1/catalog/products", { query, category, sort, offset, limit: PAGE });
      if (request !== this.request) return;
      this.products = more ? [...this.products, ...found.products] : found.products;
      this.total = found.total;
      this.reachable = found.reachable;
      this.failed = false;
      this.asked = true;
      this.#showcase();
    } catch {
      if (request !== this.request) return;
      this.failed = true;
    }
    byId("goods").setAttribute("aria-busy", "false");
    this.#showGoods();
  }

  #show() {
    const { i18n } = this;
    fill(byId("sort"), SORTS.map((sort) => h("option", { value: sort, selected: sort === this.sort }, i18n.t(`sort_${sort}`))));
    this.#showCategories();
    this.#showGoods();
  }

  #showCategories() {
    const { lang } = this.i18n;
    const chosen = this.categories.find((each) => each.id === this.category);
    const top = chosen?.parent_id ?? this.category;
    const tab = (/** @type {string} */ id, /** @type {string} */ name, /** @type {boolean} */ on) =>
      h("button", { class: "button chip", type: "button", "aria-pressed": String(on), on: { click: () => this.#ask({ category: id }) } }, name);
    const row = (/** @type {any[]} */ items, /** @type {string} */ all, /** @type {string} */ current) =>
      h("div", { class: "chips" }, tab(all, this.i18n.t("all"), current === all), items.map((each) => tab(each.id, localText(each.name, lang), current === each.id)));
    const roots = this.categories.filter((each) => !each.parent_id);
    const leaves = this.categories.filter((each) => each.parent_id === top && top);
    if (roots.length === 0) return;
    fill(byId("categories"), row(roots, "", top), leaves.length ? row(leaves, top, this.category) : null);
  }

  #showGoods() {
    const { i18n } = this;
    const goods = byId("goods");
    byId("more").hidden = this.failed || this.products.length >= this.reachable;
    const counted = this.query ? i18n.t("count_search", { query: this.query, total: this.total }) : i18n.t("count", { total: this.total });
    byId("count").textContent = this.asked ? counted : "";
    if (this.failed) {
      const again = h("button", { class: "button", type: "button", on: { click: () => this.load() } }, i18n.t("retry"));
      fill(goods, h("li", { class: "empty" }, i18n.t("failed"), again));
    } else if (this.products.length === 0) {
      const waiting = Array.from({ length: 10 }, skeleton);
      fill(goods, goods.getAttribute("aria-busy") === "false" ? h("li", { class: "empty" }, icon("search"), i18n.t("nothing")) : waiting);
    } else {
      fill(goods, this.products.map((card) => this.#card(card)));
    }
  }

  /** Some of the goods as a picture beside the welcome; drawn once. */
  #showcase() {
    const element = byId("showcase");
    if (element.childElementCount) return;
    const pictured = this.products.filter((card) => card.image).reverse();
    const kinds = new Map(pictured.map((card) => [localText(card.category, "en"), card]));
    fill(element, [...kinds.values()].slice(0, SHOWCASED).map((card) => picture(card.image, "", "")));
  }

  /** @param {any} card */
  #card(card) {
    const { i18n } = this;
    const struck = card.list_price && card.list_price.minor > card.price_from.minor ? card.list_price : null;
    const title = localText(card.title, i18n.lang);
    const from = formatMoney(card.price_from, i18n.lang);
    const ranges = card.price_to.minor !== card.price_from.minor;
    return h(
      "li",
      { class: "good" },
      picture(card.image, title, ""),
      struck ? h("span", { class: "tag sale" }, `−${Math.round((1 - card.price_from.minor / struck.minor) * 100)}%`) : null,
      h(
        "div",
        { class: "good-text" },
        h("button", { class: "good-title", type: "button", on: { click: () => this.open(card.product_id) } }, title),
        h("p", { class: "small muted" }, [card.brand, localText(card.category, i18n.lang)].filter(Boolean).join(" · ")),
        h(
          "p",
          { class: "good-price" },
          h("strong", {}, ranges ? i18n.t("from", { price: from }) : from),
          struck ? h("s", { class: "small muted" }, formatMoney(struck, i18n.lang)) : null,
        ),
        card.in_stock ? null : h("span", { class: "tag warn" }, i18n.t("out_of_stock")),
        rating(card, i18n),
      ),
    );
  }
}

/** The place of a card that is on its way. */
function skeleton() {
  const line = (/** @type {string} */ width) => h("span", { class: "skeleton line", style: { width } });
  return h("li", { class: "good", "aria-hidden": "true" }, h("span", { class: "picture skeleton" }), h("div", { class: "good-text" }, line("85%"), line("50%"), line("35%")));
}

/** Stars and how many gave them. @param {any} card @param {import("../lib/i18n.js").I18n} i18n */
export function rating(card, i18n) {
  if (!card.rating) return null;
  const gaps = { rating: card.rating.toFixed(1), reviews: card.reviews };
  return h(
    "p",
    { class: "rating small muted" },
    icon("star"),
    h("span", { "aria-hidden": "true" }, i18n.t("reviews_short", gaps)),
    h("span", { class: "unseen" }, i18n.t("reviews", gaps)),
  );
}
