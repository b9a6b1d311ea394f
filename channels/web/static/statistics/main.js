/** The desk's statistics: filters, figures by part, the tickets behind each. */

import { wireAccount } from "../lib/account.js";
import { Api, claimsOf } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { formatMoment } from "../lib/format.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut, tell } from "../lib/sign_in.js";
import { cardView } from "./cards.js";
import { STATISTICS_STRINGS } from "./strings.js";

const PARTS = ["volume", "endings", "waiting", "moods", "ratings", "agents"];
const STEPS = ["hour", "weekday", "day", "week", "month"];
const i18n = pageStrings(STATISTICS_STRINGS);
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** What is asked for; kept in the address, so that a view can be sent to a colleague. @type {Record<string, string>} */
let asked = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
/** @type {any} */
let found = null;
let round = 0;

wireBar(i18n);
const token = await signIn(byId("sign-in"), { i18n, roles: ["agent", "merchant"], names: { zh: ["小李", "小周"], en: ["Anna", "Ben"] } });
const api = new Api("", () => token);
wireAccount({ i18n, token, leave });
byId("sign-out").hidden = false;
byId("sign-out").addEventListener("click", leave);
byId("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  choose();
});
i18n.addEventListener("change", load);
byId("board").hidden = false;
load();

async function leave() {
  await signOut(token);
  location.reload();
}

/** @param {Record<string, string | null>} [more] */
function query(more = {}) {
  return { ...asked, show: i18n.lang, ...more };
}

/** Ask and show; of two answers under way the later question counts. */
async function load() {
  const mine = ++round;
  byId("sign-out").textContent = i18n.t("sign_out", { name: claimsOf(token).sub ?? "" });
  byId("problem").hidden = true;
  byId("news").textContent = i18n.t("counting");
  byId("parts").setAttribute("aria-busy", "true");
  try {
    const answer = await api.get("/v1/desk/statistics", query());
    if (mine !== round) return;
    found = answer;
    show();
    byId("news").textContent = i18n.t("counted");
  } catch (error) {
    if (mine !== round) return;
    if (/** @type {import("../lib/api.js").Problem} */ (error).status === 401) return leave();
    byId("news").textContent = "";
    tell(byId("problem"), i18n.t("failed", { message: /** @type {Error} */ (error).message }));
  } finally {
    if (mine === round) byId("parts").removeAttribute("aria-busy");
  }
}

function show() {
  const { period, against, timezone, everybody } = found;
  byId("whose").textContent = i18n.t(everybody ? "whose_all" : "whose_own", { ...period, before_first: against.first, before_last: against.last, zone: timezone });
  drawFilters();
  const doors = { i18n, records: showRecords, save, rated: found.rated };
  const part = (/** @type {string} */ name) => {
    const cards = found.cards.filter((/** @type {any} */ card) => card.part === name);
    if (!cards.length) return null;
    const tiles = cards.filter((/** @type {any} */ card) => !card.figures.by.length);
    const graphs = cards.filter((/** @type {any} */ card) => card.figures.by.length);
    return h(
      "section",
      { class: "statistics-part", "aria-labelledby": `part-${name}` },
      h("h2", { id: `part-${name}` }, i18n.t(`part_${name}`)),
      tiles.length ? h("div", { class: "tiles" }, tiles.map((/** @type {any} */ card) => cardView(card, doors))) : null,
      graphs.length ? h("div", { class: "graphs" }, graphs.map((/** @type {any} */ card) => cardView(card, doors))) : null,
    );
  };
  fill(byId("parts"), PARTS.map(part));
}

function drawFilters() {
  const option = (/** @type {string} */ value, /** @type {string} */ name, /** @type {string} */ chosen) => h("option", { value, selected: value === chosen }, name);
  const labelled = (/** @type {string} */ key, /** @type {HTMLElement} */ control) => h("label", { class: "labelled" }, h("span", { class: "small" }, i18n.t(key)), control);
  const select = (/** @type {string} */ name, /** @type {[string, string][]} */ options, /** @type {string} */ chosen) =>
    h("select", { class: "field", name }, options.map(([value, said]) => option(value, said, chosen)));
  const any = /** @type {[string, string]} */ (["", i18n.t("any")]);
  const names = (/** @type {string[]} */ given) => [any, ...given.map((each) => /** @type {[string, string]} */ ([each, each]))];
  const date = (/** @type {string} */ name, /** @type {string} */ value) => {
    const input = h("input", { class: "field", type: "date", name, required: true });
    input.value = value;
    return input;
  };
  fill(
    byId("filters"),
    labelled("from", date("from", found.period.first)),
    labelled("to", date("to", found.period.last)),
    labelled("queue", select("queue", names(found.queues), asked.queue ?? "")),
    labelled("language", select("lang", [any, ["zh", i18n.t("lang_zh")], ["en", i18n.t("lang_en")]], asked.lang ?? "")),
    found.everybody ? labelled("agent", select("agent", names(found.agents), asked.agent ?? "")) : null,
    labelled("by", select("by", STEPS.map((each) => /** @type {[string, string]} */ ([each, i18n.t(`by_${each}`)])), asked.by ?? "day")),
    h("button", { class: "button primary", type: "submit" }, i18n.t("apply")),
  );
}

function choose() {
  const form = new FormData(/** @type {HTMLFormElement} */ (byId("filters")));
  asked = Object.fromEntries([...form.entries()].filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]));
  history.replaceState(null, "", `#${new URLSearchParams(asked)}`);
  load();
}

/** @param {any} card @param {string | null} key @param {string} name */
async function showRecords(card, key, name) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("records"));
  const list = h("ul", { class: "records-list" }, h("li", { class: "muted" }, i18n.t("counting")));
  const more = h("p", { class: "small muted" });
  fill(
    dialog,
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "records-title" }, `${i18n.t("records")} · ${name}`),
      h("button", { class: "icon-button", type: "button", "aria-label": i18n.t("close"), on: { click: () => dialog.close() } }, icon("close")),
    ),
    list,
    more,
  );
  dialog.showModal();
  try {
    const behind = await api.get("/v1/desk/statistics/tickets", query({ card: card.id, ...(key === null ? {} : { key }) }));
    fill(list, behind.records.length ? behind.records.map(record) : h("li", { class: "muted" }, i18n.t("records_none")));
    more.textContent = behind.more ? i18n.t("records_more", { n: behind.records.length }) : "";
  } catch (error) {
    fill(list, h("li", { class: "notice bad", role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} each */
function record(each) {
  const at = h("span", { class: "small muted" }, formatMoment(each.at, i18n.lang));
  if (!each.ticket_id) return h("li", {}, h("span", {}, i18n.t("bot_alone")), h("span", { class: "mono small" }, each.conversation_id), at);
  return h(
    "li",
    {},
    h("a", { href: `/desk#${each.ticket_id}` }, each.subject || each.ticket_id),
    h("span", { class: "tag" }, i18n.or(`status_${each.status}`, each.status)),
    at,
  );
}

/** @param {any} card */
async function save(card) {
  try {
    const { blob, name } = await api.file(`/v1/desk/statistics/export?${new URLSearchParams(query({ card: card.id }))}`, null);
    download(blob, name);
  } catch (error) {
    tell(byId("problem"), i18n.t("failed", { message: /** @type {Error} */ (error).message }));
  }
}
