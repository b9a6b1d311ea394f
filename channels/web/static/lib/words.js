/** Option keys and values in the reader's language; shops keep them in canonical English. */

/** @type {Record<string, string>} */
let chinese = {};
/** @type {Promise<void> | null} */
let loading = null;

/**
 * Read the shop's labels, once. Where they cannot be had, words stay as the shop has them.
 * @param {string} base Origin of the server.
 */
export function loadWords(base) {
  loading ??= fetch(`${base}/v1/catalog/words`)
    .then((response) => (response.ok ? response.json() : { zh: {} }))
    .then((words) => void (chinese = words.zh))
    .catch((error) => console.warn("xiaoer: no option labels", error));
  return loading;
}

/** @param {string} word @param {"zh" | "en"} lang */
export function optionWord(word, lang) {
  return lang === "zh" ? (chinese[String(word).toLowerCase()] ?? String(word)) : String(word);
}
