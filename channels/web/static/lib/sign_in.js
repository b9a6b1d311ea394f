/** Signing in to a page for the shop's people: a demo name in development, a signed token elsewhere. */

import { Api, claimsOf } from "./api.js";
import { fill, h } from "./dom.js";
import { storage } from "./page.js";

/**
 * Return a token, kept from before or after asking for it.
 * @param {HTMLElement} element Where to ask; hidden again afterwards.
 * @param {object} options
 * @param {import("./i18n.js").I18n} options.i18n
 * @param {"agent" | "merchant"} options.role
 * @param {string} options.key Where the token is kept.
 * @param {{zh: string[], en: string[]}} options.names Offered in the demo shop.
 * @returns {Promise<string>}
 */
export async function signIn(element, { i18n, role, key, names }) {
  const kept = storage.get(key, null);
  if (kept && (claimsOf(kept).exp ?? Infinity) * 1000 > Date.now()) return kept;
  const api = new Api("", () => null);
  const shop = await api.get("/v1/shop").catch(() => ({ demo: null }));
  return new Promise((resolve) => {
    const done = (/** @type {string} */ token) => {
      storage.set(key, token);
      i18n.removeEventListener("change", draw);
      element.hidden = true;
      resolve(token);
    };
    const draw = () => fill(element, shop.demo ? demoForm(api, i18n, role, names, done) : tokenForm(i18n, role, done));
    i18n.addEventListener("change", draw);
    element.hidden = false;
    draw();
  });
}

/**
 * @param {Api} api @param {import("./i18n.js").I18n} i18n @param {string} role @param {{zh: string[], en: string[]}} names
 * @param {(token: string) => void} done
 */
function demoForm(api, i18n, role, names, done) {
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const enter = async (/** @type {string} */ name) => {
    try {
      done((await api.post("/v1/tokens/demo", { role, subject: name })).token);
    } catch (error) {
      problem.textContent = i18n.t("sign_in_failed", { message: /** @type {Error} */ (error).message });
      problem.hidden = false;
    }
  };
  const field = h("input", { class: "field", name: "name", maxlength: 40, "aria-label": i18n.t("sign_in_name"), placeholder: i18n.t("sign_in_name") });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (field.value.trim()) enter(field.value.trim());
  };
  const offered = [...names[i18n.lang], ...names[i18n.lang === "zh" ? "en" : "zh"]];
  return h(
    "form",
    { class: "card sign-in-card", on: { submit } },
    h("h1", {}, i18n.t("sign_in_title")),
    h("p", { class: "muted" }, i18n.t("sign_in_demo")),
    h("div", { class: "people" }, offered.map((name) => h("button", { class: "button", type: "button", on: { click: () => enter(name) } }, name))),
    h("div", { class: "sign-in-row" }, field, h("button", { class: "button primary", type: "submit" }, i18n.t("sign_in"))),
    problem,
  );
}

/** @param {import("./i18n.js").I18n} i18n @param {string} role @param {(token: string) => void} done */
function tokenForm(i18n, role, done) {
  const problem = h("p", { class: "notice bad", role: "alert", hidden: true });
  const field = h("input", { class: "field mono", name: "token", required: true, autocomplete: "off", "aria-label": i18n.t("sign_in_token") });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (claimsOf(field.value.trim()).role === role) return done(field.value.trim());
    problem.textContent = i18n.t("sign_in_failed", { message: `role ≠ ${role}` });
    problem.hidden = false;
  };
  return h(
    "form",
    { class: "card sign-in-card", on: { submit } },
    h("h1", {}, i18n.t("sign_in_title")),
    h("p", { class: "muted" }, i18n.t("sign_in_token")),
    h("div", { class: "sign-in-row" }, field, h("button", { class: "button primary", type: "submit" }, i18n.t("sign_in"))),
    problem,
  );
}
