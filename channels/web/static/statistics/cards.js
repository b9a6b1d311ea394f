/** One figure of the statistics: a tile with its number, or a drawing with its table; each leads to its tickets and to a file. */

import { h, icon } from "../lib/dom.js";

/**
 * @typedef {object} Doors
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {(card: any, key: string | null, name: string) => void} records Shows the tickets behind a figure or one of its rows.
 * @property {(card: any) => void} save
 * @property {any[]} rated Satisfaction with its interval.
 */

/** @param {any} card @param {Doors} doors */
export function cardView(card, doors) {
  return card.figures.by.length ? groupsView(card, doors) : tileView(card, doors);
}

/** What a figure is called: its metric, and what it is told apart by. @param {any} card @param {import("../lib/i18n.js").I18n} i18n */
export function nameOf(card, i18n) {
  const [by] = card.figures.by;
  const unit = i18n.or(`unit_${card.figures.metric.unit}`, "");
  return by ? i18n.t(unit ? "by_what_in" : "by_what", { name: card.name, what: by.name[i18n.lang], unit }) : card.name;
}

/** @param {any} card @param {Doors} doors */
function tileView(card, doors) {
  const { i18n } = doors;
  return h(
    "section",
    { class: "tile card", data: { card: card.id } },
    h("h3", { class: "tile-name" }, card.name),
    h("p", { class: "tile-value" }, card.total, unitOf(card, i18n)),
    h("p", { class: "small muted" }, i18n.t("before", { value: card.before }), changeOf(card.figures)),
    card.id === "csat" ? intervals("", doors) : null,
    meaning(card, i18n),
    tools(card, doors),
  );
}

/** Times have a unit of their own. @param {any} card @param {import("../lib/i18n.js").I18n} i18n */
function unitOf(card, i18n) {
  const unit = i18n.or(`unit_${card.figures.metric.unit}`, "");
  return unit && card.figures.total !== null ? h("span", { class: "tile-unit" }, unit) : null;
}

/** @param {any} figures */
function changeOf(figures) {
  const change = figures.total_change;
  return change === null || change === undefined ? "" : ` (${change > 0 ? "+" : ""}${(change * 100).toFixed(1)} %)`;
}

/** @param {any} card @param {Doors} doors */
function groupsView(card, doors) {
  const { i18n } = doors;
  const { reply } = card;
  const name = nameOf(card, i18n);
  const [head, ...rows] = reply.table?.length ? reply.table : tableOf(card, i18n);
  return h(
    "section",
    { class: "graph card", data: { card: card.id } },
    h("h3", { class: "tile-name" }, name),
    reply.svg ? h("img", { class: "graph-picture", src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(reply.svg)}`, alt: reply.text }) : null,
    rows.length
      ? h("details", { open: !reply.svg }, h("summary", { class: "small" }, i18n.t("table")), tableView(card, head, rows, name, doors))
      : h("p", { class: "muted" }, i18n.t("nothing")),
    card.id.startsWith("csat.") ? intervals(card.figures.by[0].key, doors) : null,
    meaning(card, i18n),
    tools(card, doors),
  );
}

/** A single row is not drawn and has no table of its own. @param {any} card @param {import("../lib/i18n.js").I18n} i18n */
function tableOf(card, i18n) {
  const { figures } = card;
  const rows = figures.groups.map((/** @type {any} */ group) => [group.values[0].name[i18n.lang] || group.values[0].key || "–", figures.groups.length === 1 ? card.total : String(group.value)]);
  return [[figures.by[0].name[i18n.lang], i18n.t("value")], ...rows];
}

/** @param {any} card @param {string[]} head @param {string[][]} rows @param {string} name @param {Doors} doors */
function tableView(card, head, rows, name, { i18n, records }) {
  const line = (/** @type {string[]} */ cells, /** @type {number} */ index) => {
    const key = card.figures.groups[index]?.values[0].key ?? null;
    const open = () => records(card, key, `${name} · ${cells[0]}`);
    const link = h("button", { class: "link small", type: "button", "aria-label": i18n.t("tickets_of", { name: cells[0] }), on: { click: open } }, i18n.t("tickets"));
    const leads = key !== null && !TIMES.has(card.figures.by[0].key);
    return h("tr", {}, h("th", { scope: "row" }, cells[0]), cells.slice(1).map((cell) => h("td", {}, cell)), h("td", {}, leads ? link : null));
  };
  return h(
    "div",
    { class: "graph-table", tabindex: "0", role: "region", "aria-label": name },
    h("table", {}, h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)), h("td"))), h("tbody", {}, rows.map(line))),
  );
}

/** Steps of time are narrowed by the period instead. */
const TIMES = new Set(["day", "week", "month"]);

/** @param {string} dimension @param {Doors} doors */
function intervals(dimension, { i18n, rated }) {
  const found = rated.filter((each) => each.dimension === dimension);
  const percent = (/** @type {number} */ part) => `${(part * 100).toFixed(0)} %`;
  const said = (/** @type {any} */ each) => i18n.t("interval", { n: each.share.of, low: percent(each.share.low), high: percent(each.share.high) });
  if (!dimension) return found.length ? h("p", { class: "small" }, said(found[0])) : null;
  if (!found.length) return null;
  const line = (/** @type {any} */ each) => h("li", { class: "small" }, h("strong", {}, each.name[i18n.lang] || each.key || "–"), ` ${percent(each.share.share)} · ${said(each)}`);
  return h("ul", { class: "graph-rated", "aria-label": i18n.t("rated_by") }, found.map(line));
}

/** @param {any} card @param {import("../lib/i18n.js").I18n} i18n */
function meaning(card, i18n) {
  return h("details", { class: "meaning" }, h("summary", { class: "small" }, i18n.t("means")), h("p", { class: "small muted" }, card.definition));
}

/** @param {any} card @param {Doors} doors */
function tools(card, { i18n, records, save }) {
  const name = nameOf(card, i18n);
  return h(
    "div",
    { class: "tile-tools" },
    h("button", { class: "button small", type: "button", "aria-label": i18n.t("tickets_of", { name }), on: { click: () => records(card, null, name) } }, icon("list"), i18n.t("tickets")),
    h("button", { class: "button small", type: "button", "aria-label": i18n.t("csv_of", { name }), on: { click: () => save(card) } }, icon("save"), i18n.t("csv")),
  );
}
