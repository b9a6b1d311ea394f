/** The shop front: what is sold, and the chat in its corner. */

import { Api } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { localText } from "../lib/format.js";
import { isLang } from "../lib/i18n.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { Account } from "./account.js";
import { Catalog } from "./catalog.js";
import { ProductDialog } from "./product_dialog.js";
import { SHOP_STRINGS } from "./strings.js";

const i18n = pageStrings(SHOP_STRINGS);
const api = new Api("", () => null);
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The widget's interface; its script runs before this module. @returns {any} */
const chat = () => /** @type {any} */ (window).xiaoer;

const dialog = new ProductDialog(/** @type {HTMLDialogElement} */ (byId("product")), { api, i18n, ask: (text) => chat()?.send(text) });
const catalog = new Catalog({ api, i18n, open: (id) => dialog.open(id) });
const account = new Account(byId("account"), { api, i18n, identify: (token) => chat()?.identify(token) });

wireBar(i18n);
chat()?.onProduct((/** @type {string} */ id) => dialog.open(id));
document.addEventListener("xiaoer-lang", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (isLang(detail)) i18n.use(detail);
});

/** @type {any} */
let shop = null;

function showTexts() {
  if (shop) {
    byId("shop-name").textContent = localText(shop.name, i18n.lang);
    document.title = localText(shop.name, i18n.lang) || "小二";
  }
  const asks = ["ask_1", "ask_2", "ask_3"].map((key) =>
    h("button", { class: "button", type: "button", on: { click: () => chat()?.send(i18n.t(key)) } }, icon("chat"), i18n.t(key)),
  );
  fill(byId("asks"), asks);
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.target).elements.namedItem("text"));
  if (field.value.trim()) chat()?.send(field.value.trim());
  field.value = "";
});
i18n.addEventListener("change", () => {
  showTexts();
  chat()?.setLang(i18n.lang);
});
showTexts();
catalog.start();
const linked = new URLSearchParams(location.search).get("product");
if (linked) dialog.open(linked);
api
  .get("/v1/shop")
  .then((found) => {
    shop = found;
    showTexts();
    account.start(found.demo);
  })
  .catch((error) => console.warn("the shop's name could not be read", error));
