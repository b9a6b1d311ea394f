/** Signing in to a page for the shop's people: by password, by a signed token, by a demo name in development. */

import { Api, claimsOf, isSession, Problem } from "./api.js";
import { fill, h } from "./dom.js";
import { storage } from "./page.js";

/** @typedef {"agent" | "merchant"} Seat */

/**
 * Return a token, kept from before or after asking for it.
 * @param {HTMLElement} element Where to ask; hidden again afterwards.
 * @param {object} options
 * @param {import("./i18n.js").I18n} options.i18n
 * @param {Seat[]} options.roles Who may use the page, the usual one first.
 * @param {{zh: string[], en: string[]}} options.names Offered in the demo shop.
 * @returns {Promise<string>}
 */
export async function signIn(element, { i18n, roles, names }) {
  for (const role of roles) {
    const kept = storage.get(role, null);
    if (kept && (await isGood(kept))) return kept;
  }
  const api = new Api("", () => null);
  const shop = await api.get("/v1/shop").catch(() => ({ demo: null }));
  return new Promise((resolve) => {
    const done = (/** @type {string} */ token) => {
      storage.set(claimsOf(token).role ?? roles[0], token);
      i18n.removeEventListener("change", draw);
      element.hidden = true;
      element.replaceChildren(); // the password does not stay in the page
      resolve(token);
    };
    const draw = () => fill(element, card({ api, i18n, roles, names, done, demo: Boolean(shop.demo) && names.zh.length > 0 }));
    i18n.addEventListener("change", draw);
    element.hidden = false;
    draw();
  });
}

/** Sign out, at the server too where a session is there to end. @param {string} token */
export async function signOut(token) {
  if (isSession(token)) await new Api("", () => token).post("/v1/session/sign-out").catch(() => {});
  storage.set(claimsOf(token).role ?? "", null);
}

/** @param {string} token */
async function isGood(token) {
  if (!isSession(token)) return (claimsOf(token).exp ?? Infinity) * 1000 > Date.now();
  try {
    await new Api("", () => token).get("/v1/session");
    return true;
  } catch (error) {
    return /** @type {Problem} */ (error).status === 0; // out of reach is not signed out
  }
}

/**
 * @typedef {object} Parts
 * @property {Api} api
 * @property {import("./i18n.js").I18n} i18n
 * @property {Seat[]} roles
 * @property {{zh: string[], en: string[]}} names
 * @property {(token: string) => void} done
 * @property {boolean} demo
 */

/** @param {Parts} parts */
function card(parts) {
  const { i18n, demo } = parts;
  const first = demo ? demoForm(parts) : passwordForm(parts);
  const others = demo ? [["sign_in_with_password", passwordForm(parts)]] : [];
  others.push(["sign_in_with_token", tokenForm(parts)]);
  return h(
    "div",
    { class: "card sign-in-card" },
    h("h1", {}, i18n.t("sign_in_title")),
    first,
    others.map(([name, form]) => h("details", {}, h("summary", {}, i18n.t(/** @type {string} */ (name))), form)),
  );
}

/** @param {Parts} parts */
function demoForm({ api, i18n, roles, names, done }) {
  const problem = problemLine();
  const enter = async (/** @type {string} */ name) => {
    try {
      done((await api.post("/v1/tokens/demo", { role: roles[0], subject: name })).token);
    } catch (error) {
      tell(problem, i18n.t("sign_in_failed", { message: /** @type {Error} */ (error).message }));
    }
  };
  const field = h("input", { class: "field", name: "demo-name", maxlength: 40, "aria-label": i18n.t("sign_in_name"), placeholder: i18n.t("sign_in_name") });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (field.value.trim()) enter(field.value.trim());
  };
  const offered = [...names[i18n.lang], ...names[i18n.lang === "zh" ? "en" : "zh"]];
  return h(
    "form",
    { class: "sign-in-form", on: { submit } },
    h("p", { class: "muted" }, i18n.t("sign_in_demo")),
    h("div", { class: "people" }, offered.map((name) => h("button", { class: "button", type: "button", on: { click: () => enter(name) } }, name))),
    h("div", { class: "sign-in-row" }, field, h("button", { class: "button primary", type: "submit" }, i18n.t("sign_in"))),
    problem,
  );
}

/** @param {Parts} parts */
function passwordForm({ api, i18n, roles, done }) {
  const problem = problemLine();
  const name = input(i18n, "account_name", { name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const password = input(i18n, "password", { name: "password", type: "password", autocomplete: "current-password" });
  const chosen = input(i18n, "new_password", { name: "new-password", type: "password", autocomplete: "new-password", required: false });
  const button = h("button", { class: "button primary", type: "submit" }, i18n.t("sign_in"));
  chosen.hidden = true;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    const given = { name: field(name).value.trim(), password: field(password).value };
    try {
      const found = await api.enter(chosen.hidden ? given : { ...given, new_password: field(chosen).value });
      const token = `${found.token}:${encodeURIComponent(found.name)}${found.role === "supervisor" ? ":supervisor" : ""}`;
      if (roles.includes(found.seat)) return done(token);
      storage.set(found.seat, token);
      tell(problem, i18n.t("wrong_seat"), h("a", { href: found.seat === "agent" ? "/desk" : "/copilot" }, i18n.t(`wrong_seat_${found.seat}`)));
    } catch (error) {
      const { code, message } = /** @type {Problem} */ (error);
      if (code === "password_one_time") {
        chosen.hidden = false;
        field(chosen).required = true;
        tell(problem, i18n.t("password_one_time"));
        field(chosen).focus();
      } else tell(problem, i18n.t("sign_in_failed", { message }));
    }
    button.disabled = false;
  };
  return h("form", { class: "sign-in-form", on: { submit } }, name, password, chosen, button, problem);
}

/** @param {Parts} parts */
function tokenForm({ i18n, roles, done }) {
  const problem = problemLine();
  const token = h("input", { class: "field mono", name: "token", required: true, autocomplete: "off", "aria-label": i18n.t("sign_in_token") });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const given = token.value.trim();
    if (!isSession(given) && roles.includes(claimsOf(given).role)) return done(given);
    tell(problem, i18n.t("sign_in_failed", { message: `role ≠ ${roles.join(", ")}` }));
  };
  return h(
    "form",
    { class: "sign-in-form", on: { submit } },
    h("p", { class: "muted" }, i18n.t("sign_in_token")),
    h("div", { class: "sign-in-row" }, token, h("button", { class: "button primary", type: "submit" }, i18n.t("sign_in"))),
    problem,
  );
}

/**
 * A labelled field.
 * @param {import("./i18n.js").I18n} i18n @param {string} label @param {Record<string, unknown>} props
 */
export function input(i18n, label, props) {
  return h("label", { class: "labelled" }, h("span", { class: "small" }, i18n.t(label)), h("input", { class: "field", required: true, maxlength: 256, ...props }));
}

/** @param {Element} label @returns {HTMLInputElement} */
export function field(label) {
  return /** @type {HTMLInputElement} */ (label.querySelector("input"));
}

/** A place for what went wrong. */
export function problemLine() {
  return h("p", { class: "notice bad", role: "alert", hidden: true });
}

/** @param {HTMLElement} line @param {...(Node | string)} said */
export function tell(line, ...said) {
  fill(line, said.flatMap((each, place) => (place ? [" ", each] : [each])));
  line.hidden = false;
}
