/** Puts the chat on a page, inside a shadow root that the page's styles cannot reach. */

import { h } from "../lib/dom.js";
import { browserLang, I18n, isLang } from "../lib/i18n.js";
import { Storage } from "../lib/storage.js";
import { Panel } from "./panel.js";
import { Session } from "./session.js";
import { WIDGET_STRINGS } from "./strings.js";

const SHEETS = ["design.css", "thread/thread.css", "widget/composer.css", "widget/widget.css"];

/**
 * @typedef {object} WidgetOptions
 * @property {string} base Address of the server, without a slash at the end.
 * @property {string} [lang]
 * @property {string} [theme]
 * @property {string} [side]
 * @property {string} [open]
 */

/**
 * Start the chat; returns what the page may call.
 * @param {WidgetOptions} options
 */
export async function start({ base, lang, theme, side, open }) {
  const storage = new Storage(`xiaoer:${base}:`);
  const first = isLang(lang) ? lang : browserLang();
  const i18n = new I18n(WIDGET_STRINGS, storage.get("lang", first));
  const host = h("xiaoer-chat", { data: { theme: theme ?? "auto", side: side ?? "right" }, lang: i18n.lang });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = await Promise.all(SHEETS.map((path) => sheet(`${base}/static/${path}`)));
  const session = new Session({ base, storage, lang: () => i18n.lang });
  const panel = new Panel({ root, host, session, i18n, storage, base });
  await bodyReady();
  document.body.append(host);
  if (open === "true" || storage.get("open", false)) panel.open({ focus: false });
  else if (session.started) session.start();
  return {
    open: () => panel.open(),
    close: () => panel.close(),
    setLang: (/** @type {unknown} */ next) => isLang(next) && panel.setLang(next, { tell: true }),
    setTheme: (/** @type {string} */ next) => void (host.dataset.theme = next),
    identify: (/** @type {string | null} */ token) => session.identify(token),
    send: (/** @type {string} */ text) => panel.sendNow(String(text)),
    onProduct: (/** @type {((id: string) => void) | null} */ listener) => void (panel.openProduct = listener),
  };
}

/** @param {string} address */
async function sheet(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
  return new CSSStyleSheet().replace(await response.text());
}

function bodyReady() {
  if (document.body) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}
