/** What the three pages share: language, theme, storage. */

import { fill, icon } from "./dom.js";
import { browserLang, I18n } from "./i18n.js";
import { Storage } from "./storage.js";

/** The same corner of storage as the widget's, so that page and widget speak one language. */
export const storage = new Storage(`xiaoer:${location.origin}:`);

/**
 * Strings of a page in the language chosen before, kept in step with the document.
 * @param {{zh: import("./i18n.js").Strings, en: import("./i18n.js").Strings}} strings
 */
export function pageStrings(strings) {
  const i18n = new I18n(strings, storage.get("lang", browserLang()));
  const show = () => {
    document.documentElement.lang = i18n.lang === "zh" ? "zh-CN" : "en";
    i18n.apply(document);
  };
  i18n.addEventListener("change", () => {
    storage.set("lang", i18n.lang);
    show();
  });
  show();
  return i18n;
}

/** Dark or light as chosen; the system's choice until then. @returns {(theme: "dark" | "light") => void} */
export function startTheme() {
  const set = (/** @type {string} */ theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    /** @type {any} */ (window).xiaoer?.setTheme?.(theme);
  };
  set(storage.get("theme", "auto"));
  return (theme) => {
    storage.set("theme", theme);
    set(theme);
  };
}

/** The theme that shows now. @returns {"dark" | "light"} */
export function themeNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "dark" || chosen === "light") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Wire the two buttons that every page has. @param {import("./i18n.js").I18n} i18n */
export function wireBar(i18n) {
  const theme = startTheme();
  const button = /** @type {HTMLElement} */ (document.getElementById("theme"));
  const show = () => fill(button, icon(themeNow() === "dark" ? "sun" : "moon"));
  button.addEventListener("click", () => {
    theme(themeNow() === "dark" ? "light" : "dark");
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
  document.getElementById("lang")?.addEventListener("click", () => i18n.use(i18n.lang === "zh" ? "en" : "zh"));
}
