/** The supervisors' page: accounts, the audit log, customers' data. */

import { wireAccount } from "../lib/account.js";
import { Api, claimsOf } from "../lib/api.js";
import { fill, h } from "../lib/dom.js";
import { pageStrings, wireBar } from "../lib/page.js";
import { signIn, signOut, tell } from "../lib/sign_in.js";
import { accountsPart } from "./accounts.js";
import { auditPart } from "./audit.js";
import { peoplePart } from "./people.js";
import { TEAM_STRINGS } from "./strings.js";

const PARTS = { accounts: accountsPart, audit: auditPart, people: peoplePart };
const i18n = pageStrings(TEAM_STRINGS);
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
let part = /** @type {keyof typeof PARTS} */ (location.hash.slice(1) in PARTS ? location.hash.slice(1) : "accounts");

wireBar(i18n);
const token = await signIn(byId("sign-in"), { i18n, roles: ["agent"], names: { zh: [], en: [] } });
const api = new Api("", () => token);
wireAccount({ i18n, token, leave });
byId("sign-out").addEventListener("click", leave);
i18n.addEventListener("change", show);
byId("board").hidden = false;
show();

async function leave() {
  await signOut(token);
  location.reload();
}

/** @param {string} text */
function news(text) {
  tell(byId("news"), text);
}

/** Do something and say what went wrong. @param {() => Promise<unknown>} deed */
async function act(deed) {
  byId("problem").hidden = true;
  byId("news").hidden = true;
  try {
    await deed();
  } catch (error) {
    const { status, message } = /** @type {import("../lib/api.js").Problem} */ (error);
    if (status === 401) return leave();
    tell(byId("problem"), i18n.t("action_failed", { message }));
  }
}

function show() {
  byId("sign-out").hidden = false;
  byId("sign-out").textContent = i18n.t("sign_out", { name: claimsOf(token).sub ?? "" });
  if (!claimsOf(token).supervisor) return tell(byId("problem"), i18n.t("only_supervisors"));
  const tab = (/** @type {string} */ each) =>
    h("button", { class: "filter", type: "button", "aria-pressed": String(each === part), on: { click: () => open(/** @type {keyof typeof PARTS} */ (each)) } }, i18n.t(`part_${each}`));
  fill(byId("tabs"), Object.keys(PARTS).map(tab));
  fill(byId("part"), PARTS[part]({ api, i18n, act, tell: news }));
}

/** @param {keyof typeof PARTS} chosen */
function open(chosen) {
  part = chosen;
  history.replaceState(null, "", `#${chosen}`);
  show();
}
