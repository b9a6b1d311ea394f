/** JSON as a tree that folds. */

import { h } from "./dom.js";

const OPEN_UNTIL = 60;

/** @param {any} value @param {number} [depth] @returns {HTMLElement} */
export function jsonView(value, depth = 0) {
  if (value === null || typeof value !== "object") return scalar(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return h("span", { class: "json muted" }, Array.isArray(value) ? "[]" : "{}");
  if (entries.every(([, each]) => each === null || typeof each !== "object") && JSON.stringify(value).length < OPEN_UNTIL) {
    return h("span", { class: "json" }, inline(value, entries));
  }
  const rows = h(
    "ul",
    { class: "json-rows" },
    entries.map(([key, each]) => h("li", {}, h("span", { class: "json-key" }, `${key}: `), jsonView(each, depth + 1))),
  );
  if (depth === 0) return h("div", { class: "json" }, rows);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return h("details", { class: "json", open: JSON.stringify(value).length < OPEN_UNTIL * 5 }, h("summary", {}, size), rows);
}

/** @param {any} value */
function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json json-${kind}` }, typeof value === "string" ? value : String(value));
}

/** @param {any} value @param {[string, any][]} entries */
function inline(value, entries) {
  return entries.flatMap(([key, each], index) => [
    index ? "  " : null,
    Array.isArray(value) ? null : h("span", { class: "json-key" }, `${key}: `),
    scalar(each),
  ]);
}
