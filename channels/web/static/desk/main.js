/** The agents' desk: sign-in, inbox, case. */

import { wireAccount } from "../lib/account.js";
import { claimsOf } from "../lib/api.js";
import { fill, icon } from "../lib/dom.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut } from "../lib/sign_in.js";
import { loadWords } from "../lib/words.js";
import { Alerts } from "./alerts.js";
import { CannedReplies } from "./canned.js";
import { Case } from "./case.js";
import { CASES_STRINGS } from "./cases_strings.js";
import { Desk } from "./desk.js";
import { Inbox } from "./inbox.js";
import { Keys } from "./keys.js";
import { LiveView } from "./live.js";
import { LIVE_STRINGS } from "./live_strings.js";
import { Mentions } from "./mentions.js";
import { PresenceSwitch } from "./presence.js";
import { DESK_STRINGS } from "./strings.js";
import { TALK_STRINGS } from "./talk_strings.js";
import { Translation } from "./translation.js";

const PARTS = [DESK_STRINGS, TALK_STRINGS, CASES_STRINGS, LIVE_STRINGS];
const i18n = pageStrings({ zh: Object.assign({}, ...PARTS.map((part) => part.zh)), en: Object.assign({}, ...PARTS.map((part) => part.en)) });
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {Desk | null} */
let desk = null;

wireBar(i18n);
byId("sign-out").addEventListener("click", leave);
i18n.addEventListener("change", showName);

function showName() {
  byId("sign-out").hidden = desk === null;
  byId("sign-out").textContent = i18n.t("sign_out", { name: desk?.agent ?? "" });
}

async function enter() {
  const token = await signIn(byId("sign-in"), { i18n, roles: ["agent"], names: { zh: ["小李", "小周"], en: ["Anna", "Ben"] } });
  desk = new Desk(token, claimsOf(token).sub ?? "");
  wireAccount({ i18n, token, leave });
  byId("board").hidden = false;
  showName();
  const mentions = new Mentions({ desk, i18n, news: (text) => (byId("news").textContent = text) });
  const canned = new CannedReplies({ desk, i18n });
  const translation = new Translation({ desk, i18n });
  const detail = new Case(byId("case"), { desk, i18n, mentions, canned, translation, close: () => show(null), open: (id) => show(id) });
  const inbox = new Inbox({ desk, i18n, mentions, open: (id) => show(id) });
  const presence = new PresenceSwitch(byId("presence"), { desk, i18n });
  detail.onClaimed = () => inbox.pick("mine");
  const known = desk;
  const show = async (/** @type {string | null} */ id) => {
    if (id !== null && !known.tickets.has(id)) await known.reread(id).catch((error) => known.complain(error));
    document.body.classList.toggle("with-case", id !== null);
    const left = inbox.current;
    inbox.select(id);
    detail.show(id);
    alerts.read();
    if (id === null && left) inbox.focus(left);
  };
  const openTicket = (/** @type {string} */ id) => {
    live?.toggle(false);
    show(id);
  };
  const supervisor = Boolean(claimsOf(token).supervisor);
  const live = supervisor ? new LiveView(byId("live"), { button: byId("live-toggle"), desk, i18n, openTicket, leaveCase: () => show(null) }) : null;
  const alerts = new Alerts(byId("alerts"), { desk, i18n, isAway: () => presence.state === "away", onScreen: () => (live?.isOpen ? live.current : detail.conversation), open: openTicket });
  wireKeys(new Keys({ i18n, button: byId("keys") }), { inbox, detail, live, show });
  desk.addEventListener("online", (event) => showState(/** @type {CustomEvent} */ (event).detail));
  desk.addEventListener("signed-out", leave);
  loadWords("");
  desk.start();
  const linked = /^#(tkt_\w+)$/.exec(location.hash)?.[1];
  if (linked) desk.reread(linked).then(() => show(linked), (error) => desk?.complain(error));
}

/** @param {Keys} keys @param {{inbox: Inbox, detail: Case, live: LiveView | null, show: (id: string | null) => void}} parts */
function wireKeys(keys, { inbox, detail, live, show }) {
  const list = (/** @type {string} */ filter) => () => {
    live?.toggle(false);
    inbox.pick(filter);
  };
  for (const filter of ["open", "mine", "resolved", "all"]) keys.on(filter, list(filter));
  keys.on("next", () => (live?.isOpen ? live.walk(1) : inbox.walk(1)));
  keys.on("previous", () => (live?.isOpen ? live.walk(-1) : inbox.walk(-1)));
  keys.on("suggestion", (key) => detail.suggest(Number(key)));
  keys.on("escape", () => {
    if (live?.isOpen) live.close() || live.toggle(false);
    else if (inbox.current) show(null);
  });
  if (live) keys.on("live", () => live.toggle());
  fill(byId("keys"), icon("keyboard"));
}

/** @param {string} state */
function showState(state) {
  const tag = byId("connection");
  tag.hidden = false;
  tag.className = `tag ${state === "online" ? "ok" : "warn"}`;
  tag.dataset.t = `state_${state}`;
  tag.textContent = i18n.t(`state_${state}`);
}

async function leave() {
  desk?.stop();
  await signOut(desk?.token ?? "");
  location.reload();
}

enter();
