/** The merchant copilot: the conversation, the board of pinned figures, and what waits for a yes. */

import { wireAccount } from "../lib/account.js";
import { Api, claimsOf } from "../lib/api.js";
import { fill, h } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut } from "../lib/sign_in.js";
import { Storage } from "../lib/storage.js";
import { Session } from "../widget/session.js";
import { Board } from "./board.js";
import { Gaps } from "./gaps.js";
import { Proposals } from "./proposals.js";
import { COPILOT_STRINGS } from "./strings.js";
import { Talk } from "./talk.js";
import { Texts } from "./texts.js";

const TABS = ["talk", "side"];
const i18n = pageStrings(COPILOT_STRINGS);
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
let name = "";

wireBar(i18n);
byId("sign-out").addEventListener("click", leave);
i18n.addEventListener("change", () => {
  showName();
  showTabs();
});

function showName() {
  byId("sign-out").hidden = !name;
  byId("sign-out").textContent = i18n.t("sign_out", { name });
}

/** On a phone one part shows at a time. @param {string} [tab] */
function showTabs(tab = document.body.dataset.tab) {
  document.body.dataset.tab = tab;
  const button = (/** @type {string} */ each) => h("button", { class: "filter", type: "button", "aria-pressed": String(each === tab), on: { click: () => showTabs(each) } }, i18n.t(`tab_${each}`));
  fill(byId("tabs"), TABS.map(button));
}

/** @param {string} text */
function tell(text) {
  byId("news").textContent = text;
}

/** @param {import("../lib/socket.js").SocketState} state */
function showState(state) {
  const tag = byId("connection");
  tag.hidden = false;
  tag.className = `tag ${state === "online" ? "ok" : "warn"}`;
  tag.dataset.t = `state_${state}`;
  tag.textContent = i18n.t(`state_${state}`);
}

async function leave() {
  await signOut(token);
  location.reload();
}

const token = await signIn(byId("sign-in"), { i18n, roles: ["merchant"], names: { zh: ["店主"], en: ["Owner"] } });
name = claimsOf(token).sub ?? "";
wireAccount({ i18n, token, leave });
const api = new Api("", () => token);
const session = new Session({ base: "", storage: new Storage(`xiaoer:${location.origin}:copilot:`), lang: () => i18n.lang });
session.addEventListener("online", (event) => showState(/** @type {CustomEvent} */ (event).detail));
session.addEventListener("problem", (event) => /** @type {CustomEvent} */ (event).detail.code === "signed_out" && leave());

/** @type {import("./figure.js").FigureActions} */
const actions = {
  drill: (question, keys, names) => press(question, keys, names, false),
  records: (question, keys, names) => press(question, keys, names, true),
  pin: (question) => board.pin(question),
  save: async (question, format, lang) => {
    tell(i18n.t("saving"));
    try {
      const { blob, name: called } = await api.file("/v1/figures/export", { question, format, lang });
      download(blob, called);
      tell(i18n.t("saved", { name: called }));
    } catch (error) {
      talk.problem(i18n.t("not_done", { message: /** @type {Error} */ (error).message }));
    }
  },
};
const talk = new Talk(byId("talk"), { session, i18n, actions });
const board = new Board(byId("pins"), { api, i18n, actions, tell });
const gaps = new Gaps(byId("gaps"), { api, i18n });
const proposals = new Proposals(byId("proposals"), { api, i18n, tell, decided: () => gaps.load() });
const texts = new Texts(byId("texts"), { api, i18n, tell, staged: () => proposals.load() });

/** @param {any} question @param {string[]} keys @param {string[]} names @param {boolean} records */
function press(question, keys, names, records) {
  showTabs("talk");
  talk.press(question, keys, names, records);
}

talk.addEventListener("turned", () => proposals.load());
i18n.addEventListener("change", () => {
  if (talk.said > 0) session.send(i18n.t("speak"));
  else if (session.started) session.restart();
});
byId("board").hidden = false;
showName();
showTabs();
session.identify(token);
session.start();
proposals.start();
texts.start();
board.load();
gaps.load();
