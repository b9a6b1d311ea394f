/** The agents' desk: sign-in, inbox, case. */

import { wireAccount } from "../lib/account.js";
import { claimsOf } from "../lib/api.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut } from "../lib/sign_in.js";
import { loadWords } from "../lib/words.js";
import { Case } from "./case.js";
import { Desk } from "./desk.js";
import { Inbox } from "./inbox.js";
import { PresenceSwitch } from "./presence.js";
import { DESK_STRINGS } from "./strings.js";

const i18n = pageStrings(DESK_STRINGS);
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
  const detail = new Case(byId("case"), { desk, i18n, close: () => show(null) });
  const inbox = new Inbox({ desk, i18n, open: (id) => show(id) });
  new PresenceSwitch(byId("presence"), { desk, i18n });
  detail.onClaimed = () => inbox.pick("mine");
  const show = (/** @type {string | null} */ id) => {
    document.body.classList.toggle("with-case", id !== null);
    const left = inbox.current;
    inbox.select(id);
    detail.show(id);
    if (id === null && left) inbox.focus(left);
  };
  desk.addEventListener("online", (event) => showState(/** @type {CustomEvent} */ (event).detail));
  desk.addEventListener("signed-out", leave);
  loadWords("");
  desk.start();
  const linked = /^#(tkt_\w+)$/.exec(location.hash)?.[1];
  if (linked) desk.reread(linked).then(() => show(linked), (error) => desk?.complain(error));
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
