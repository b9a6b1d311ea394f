/** The conversation inspector: what happened in each turn, and why. */

import { wireAccount } from "../lib/account.js";
import { Api, claimsOf } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { formatMoment } from "../lib/format.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut } from "../lib/sign_in.js";
import { LiveSocket, socketUrl } from "../lib/socket.js";
import { readFrame } from "../lib/wire.js";
import { loadWords } from "../lib/words.js";
import { INSPECTOR_STRINGS } from "./strings.js";
import { turnView } from "./turn_view.js";
import { cutTurns } from "./turns.js";

const REFRESH_MS = 10000;
const OWNERS = ["", "bot", "queued", "human", "closed"];
const OWNER_TONES = { bot: "", queued: "warn", human: "info", closed: "" };

const i18n = pageStrings(INSPECTOR_STRINGS);
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

let token = "";
let owner = "";
let current = "";
/** @type {any[]} */
let conversations = [];
/** @type {import("../thread/thread.js").Placed[]} */
let events = [];
/** @type {LiveSocket | null} */
let live = null;
const api = new Api("", () => token);

async function refresh() {
  if (document.hidden) return;
  try {
    conversations = (await api.get("/v1/conversations", { owner })).conversations;
    drawList();
  } catch (error) {
    if (/** @type {any} */ (error).status === 401) leave();
  }
}

function drawList() {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.id;
  fill(byId("filters"), OWNERS.map(filterButton));
  fill(byId("conversations"), conversations.length ? conversations.map(row) : h("li", { class: "empty" }, i18n.t("none")));
  if (focused) /** @type {HTMLElement | null} */ (byId("conversations").querySelector(`[data-id="${CSS.escape(focused)}"]`))?.focus();
}

/** @param {string} each */
function filterButton(each) {
  const pick = () => {
    owner = each;
    refresh();
  };
  return h("button", { class: "filter", type: "button", "aria-pressed": String(each === owner), on: { click: pick } }, i18n.t(each ? `owner_is_${each}` : "all"));
}

/** @param {any} each */
function row(each) {
  return h(
    "li",
    {},
    h(
      "button",
      { class: "ticket", type: "button", data: { id: each.id }, "aria-current": each.id === current ? "true" : null, on: { click: () => open(each.id) } },
      h("span", { class: "ticket-top" }, h("strong", { class: "ticket-subject" }, each.preview || "…"), h("span", { class: "small muted" }, formatMoment(each.updated_at, i18n.lang))),
      h(
        "span",
        { class: "ticket-tags" },
        h("span", { class: `tag ${OWNER_TONES[each.owner] ?? ""}` }, i18n.t(`owner_is_${each.owner}`)),
        h("span", { class: "tag" }, each.lang),
        h("span", { class: "tag" }, each.channel),
        h("span", { class: "small muted mono" }, each.customer_id ?? i18n.t("visitor")),
      ),
    ),
  );
}

/** @param {string} id */
async function open(id) {
  live?.stop();
  current = id;
  events = [];
  document.body.classList.toggle("with-case", id !== "");
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  drawList();
  drawTurns();
  if (!id) return;
  try {
    const found = await api.get(`/v1/conversations/${encodeURIComponent(id)}/events`);
    if (id !== current) return;
    events = found;
    drawTurns();
    follow(id);
  } catch (error) {
    fill(byId("turns"), backButton(), h("p", { class: "notice bad" }, i18n.t("failed_load", { message: /** @type {Error} */ (error).message })));
  }
}

/** @param {string} id */
function follow(id) {
  const socket = new LiveSocket({
    url: () => socketUrl(location.origin, `/v1/conversations/${encodeURIComponent(id)}/stream?after=${events.at(-1)?.seq ?? 0}`),
    token: () => token,
    onFrame: (raw) => {
      const frame = readFrame(raw);
      if (frame.kind === "ready") socket.ready();
      if (frame.kind !== "event" || frame.placed.seq <= (events.at(-1)?.seq ?? 0)) return;
      events.push(frame.placed);
      cancelAnimationFrame(drawing);
      drawing = requestAnimationFrame(drawTurns);
    },
    onState: () => {},
    onClosed: (code) => code < 4400,
  });
  live = socket;
  socket.start();
}
let drawing = 0;

function backButton() {
  return h("button", { class: "icon-button back", type: "button", "aria-label": i18n.t("back"), on: { click: () => open("") } }, icon("back"));
}

function drawTurns() {
  const element = byId("turns");
  const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 100;
  if (!current) return fill(element, h("div", { class: "empty" }, icon("search"), h("p", {}, i18n.t("choose"))));
  const turns = cutTurns(events);
  fill(element, h("div", { class: "turns-head" }, backButton(), h("h1", { class: "mono" }, current)), turns.map((turn) => turnView(turn, { i18n, api })));
  if (atEnd) element.scrollTop = element.scrollHeight;
}

function showName() {
  byId("sign-out").hidden = !token;
  byId("sign-out").textContent = i18n.t("sign_out", { name: claimsOf(token).sub ?? "" });
}

async function leave() {
  await signOut(token);
  location.reload();
}

wireBar(i18n);
byId("sign-out").addEventListener("click", leave);
i18n.addEventListener("change", () => {
  showName();
  drawList();
  drawTurns();
});
token = await signIn(byId("sign-in"), { i18n, roles: ["merchant", "agent"], names: { zh: ["店主"], en: ["Owner"] } });
wireAccount({ i18n, token, leave });
byId("board").hidden = false;
loadWords("");
showName();
await refresh();
setInterval(refresh, REFRESH_MS);
open(location.hash.slice(1));
