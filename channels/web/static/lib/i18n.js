/** Interface strings in both languages, and the elements that show them. */

/** @typedef {"zh" | "en"} Lang */
/** @typedef {Record<string, string>} Strings */

/** The first language of the browser that we speak. @returns {Lang} */
export function browserLang() {
  const first = navigator.languages?.find((tag) => /^(zh|en)/i.test(tag)) ?? navigator.language ?? "en";
  return /^zh/i.test(first) ? "zh" : "en";
}

/** @param {unknown} value @returns {value is Lang} */
export function isLang(value) {
  return value === "zh" || value === "en";
}

/** One set of strings; fires `change` when the language does. */
export class I18n extends EventTarget {
  /** @param {{zh: Strings, en: Strings}} strings @param {Lang} lang */
  constructor(strings, lang) {
    super();
    this.strings = strings;
    /** @type {Lang} */
    this.lang = lang;
  }

  /** @param {Lang} lang */
  use(lang) {
    if (lang === this.lang) return;
    this.lang = lang;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * The string `key` with `{name}` gaps filled. An unknown key is shown as it is.
   * @param {string} key @param {Record<string, unknown>} [gaps]
   */
  t(key, gaps = {}) {
    const text = this.strings[this.lang][key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => String(gaps[name] ?? ""));
  }

  /**
   * The same strings, always in `lang`: a card speaks the language of its reply.
   * @param {Lang} lang
   */
  in(lang) {
    return lang === this.lang ? this : new I18n(this.strings, lang);
  }

  /** The string `key`, or `otherwise` where we have none. @param {string} key @param {string} otherwise */
  or(key, otherwise) {
    return this.strings[this.lang][key] ?? otherwise;
  }

  /**
   * Fill every element below `root` that names a string: `data-t` (text), `data-t-label` (accessible name and tooltip),
   * `data-t-placeholder`. `data-t-gaps` holds the gaps as JSON.
   * @param {ParentNode} root
   */
  apply(root) {
    for (const element of root.querySelectorAll("[data-t]")) {
      element.textContent = this.t(element.dataset.t, gapsOf(element));
    }
    for (const element of root.querySelectorAll("[data-t-label]")) {
      const label = this.t(element.dataset.tLabel, gapsOf(element));
      element.setAttribute("aria-label", label);
      if (element.matches("button, a")) element.setAttribute("title", label);
    }
    for (const element of root.querySelectorAll("[data-t-placeholder]")) {
      element.setAttribute("placeholder", this.t(element.dataset.tPlaceholder, gapsOf(element)));
    }
  }
}

/** @param {HTMLElement} element */
function gapsOf(element) {
  return element.dataset.tGaps ? JSON.parse(element.dataset.tGaps) : {};
}
