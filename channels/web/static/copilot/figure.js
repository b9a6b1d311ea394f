/** A figure that can be gone on from: its rows lead to narrower questions, it can be pinned and saved. */

import { fill, h, icon } from "../lib/dom.js";

const FORMATS = ["csv", "xlsx", "png"];

/**
 * @typedef {object} FigureActions
 * @property {(question: any, keys: string[], names: string[]) => void} drill Asks the narrower question of a row.
 * @property {(question: any, keys: string[], names: string[]) => void} records Asks for the records behind a row, or behind all.
 * @property {((question: any) => Promise<void>) | null} pin Null on the board itself.
 * @property {(question: any, format: string, lang: "zh" | "en") => Promise<void>} save
 */

/**
 * Draw a reply that has a figure.
 * @param {any} reply @param {"zh" | "en"} lang @param {import("../lib/i18n.js").I18n} i18n In the reply's language.
 * @param {FigureActions} actions
 */
export function figureView(reply, lang, i18n, actions) {
  const { question, rows } = reply.figure;
  const [head, ...table] = reply.table ?? [];
  const view = h("figure", { class: "figure card", lang });
  if (reply.svg) view.append(plot(reply, rows, table, i18n, actions));
  view.append(
    h("figcaption", { class: "words" }, head ? withoutRows(reply.text) : reply.text),
    head ? tableView(reply, head, table, i18n, actions) : "",
    h(
      "div",
      { class: "figure-tools" },
      actions.pin ? pinButton(question, i18n, actions) : null,
      head ? null : rows.map((/** @type {any} */ row) => toolButton("search", i18n.t("drill", { name: row.name }), () => actions.drill(question, row.keys, [row.name]))),
      recordable(question) ? toolButton("list", i18n.t("records"), () => actions.records(question, [], [])) : null,
      FORMATS.map((format) => saveButton(question, format, lang, i18n, actions)),
    ),
  );
  return view;
}

/** The words without the groups that the table holds. @param {string} text */
const withoutRows = (text) => text.split("\n").filter((line) => !/^\d+\. /.test(line)).join("\n");

/** Customers in groups have no list of records. @param {any} question */
const recordable = (question) => question.tool !== "customer_groups";

/** @param {import("../lib/dom.js").IconName} name @param {string} text @param {() => void} press */
function toolButton(name, text, press) {
  return h("button", { class: "button small", type: "button", on: { click: press } }, icon(name), text);
}

/** @param {any} question @param {import("../lib/i18n.js").I18n} i18n @param {FigureActions} actions */
function pinButton(question, i18n, actions) {
  const button = toolButton("pin", i18n.t("pin"), () => busy(button, () => /** @type {NonNullable<FigureActions["pin"]>} */ (actions.pin)(question)));
  return button;
}

/** @param {any} question @param {string} format @param {"zh" | "en"} lang @param {import("../lib/i18n.js").I18n} i18n @param {FigureActions} actions */
function saveButton(question, format, lang, i18n, actions) {
  const name = format.toUpperCase();
  const button = h(
    "button",
    { class: "button small", type: "button", "aria-label": i18n.t("save_as", { format: name }), title: i18n.t("save_as", { format: name }), on: { click: () => busy(button, () => actions.save(question, format, lang)) } },
    icon("save"),
    name,
  );
  return button;
}

/** @param {HTMLButtonElement} button @param {() => Promise<void>} work */
async function busy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await work();
  button.removeAttribute("aria-busy");
}

/**
 * The drawing as a picture, in which the browser runs nothing, and over it a button for each thing that is drawn. One of them is in
 * the order of the tab key; arrows lead to the others.
 * @param {any} reply @param {any[]} rows @param {string[][]} table @param {import("../lib/i18n.js").I18n} i18n @param {FigureActions} actions
 */
function plot(reply, rows, table, i18n, actions) {
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(reply.svg)}`;
  const [width, height] = (/viewBox="0 0 (\d+) (\d+)"/.exec(reply.svg) ?? ["", "640", "360"]).slice(1).map(Number);
  const spots = rows.flatMap((row, index) => (row.box ? [spot(row, table[index] ?? [row.name], width, height)] : []));
  const place = h("div", { class: "plot" }, h("img", { src: source, alt: "", width, height }));
  if (!spots.length) return place;
  const drawn = rows.filter((row) => row.box);
  spots[0].tabIndex = 0;
  const group = h("div", { class: "spots", role: "group", "aria-label": i18n.t("rows"), on: { keydown: (event) => walk(/** @type {KeyboardEvent} */ (event), spots) } }, spots);
  spots.forEach((button, index) => {
    button.setAttribute("aria-label", i18n.t("drill", { name: button.title }));
    button.addEventListener("click", () => actions.drill(reply.figure.question, drawn[index].keys, [drawn[index].name]));
  });
  place.append(group);
  return place;
}

/** @param {any} row @param {string[]} cells @param {number} width @param {number} height */
function spot(row, cells, width, height) {
  const [left, top, wide, high] = row.box;
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => `${((100 * part) / whole).toFixed(3)}%`;
  const style = { left: share(left, width), top: share(top, height), width: share(wide, width), height: share(high, height) };
  return h("button", { class: "spot", type: "button", tabindex: -1, title: cells.join(" · "), style });
}

/** @param {KeyboardEvent} event @param {HTMLButtonElement[]} spots */
function walk(event, spots) {
  const at = spots.indexOf(/** @type {HTMLButtonElement} */ (event.target));
  const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: spots.length - 1 };
  const next = spots[/** @type {Record<string, number>} */ (steps)[event.key]];
  if (at < 0 || !next) return;
  event.preventDefault();
  spots[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/** @param {any} reply @param {string[]} head @param {string[][]} table @param {import("../lib/i18n.js").I18n} i18n @param {FigureActions} actions */
function tableView(reply, head, table, i18n, actions) {
  const { question, rows } = reply.figure;
  const line = (/** @type {string[]} */ cells, /** @type {number} */ index) => {
    const row = rows[index];
    if (!row) return h("tr", {}, cells.map((cell) => h("td", {}, cell)));
    const drill = h("button", { class: "link", type: "button", "aria-label": i18n.t("drill", { name: row.name }), on: { click: () => actions.drill(question, row.keys, [row.name]) } }, cells[0]);
    const records = h("button", { class: "link", type: "button", "aria-label": i18n.t("records_of", { name: row.name }), on: { click: () => actions.records(question, row.keys, [row.name]) } }, i18n.t("records"));
    return h("tr", {}, h("th", { scope: "row" }, drill), cells.slice(1).map((cell) => h("td", {}, cell)), h("td", {}, records));
  };
  const extra = rows.length ? [h("th", { scope: "col" }, h("span", { class: "unseen" }, i18n.t("records")))] : [];
  return h(
    "details",
    {},
    h("summary", { class: "small" }, i18n.t("chart_table")),
    h("div", { class: "figure-table" }, h("table", {}, h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)), extra)), h("tbody", {}, table.map(line)))),
  );
}

/** Put a failure where a figure was to be. @param {HTMLElement} element @param {string} message */
export function failure(element, message) {
  fill(element, h("p", { class: "notice bad", role: "alert" }, message));
}
