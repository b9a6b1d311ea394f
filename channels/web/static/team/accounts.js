/** The accounts: who may sign in, and what a supervisor does about it. */

import { fill, h } from "../lib/dom.js";
import { formatMoment } from "../lib/format.js";
import { field, input } from "../lib/sign_in.js";

const ROLES = ["agent", "supervisor", "merchant"];
const LANGS = ["zh", "en"];

/** @typedef {{api: import("../lib/api.js").Api, i18n: import("../lib/i18n.js").I18n, act: (deed: () => Promise<unknown>) => Promise<void>}} Parts */

/** @param {Parts} parts */
export function accountsPart({ api, i18n, act }) {
  const list = h("ul", { class: "plain-list" });
  const given = h("div", { role: "status", hidden: true });
  const load = () => act(async () => fill(list, (await api.get("/v1/accounts")).accounts.map(row)));

  const show = (/** @type {any} */ account) => {
    if (account.one_time_password) {
      fill(given, h("p", {}, i18n.t("one_time", { name: account.name })), h("p", { class: "mono one-time" }, account.one_time_password));
      given.hidden = false;
    }
  };
  const deed = (/** @type {string} */ name, /** @type {string} */ what) => async () => {
    if (what === "disable" && !confirm(i18n.t("sure_disable", { name }))) return;
    await act(async () => show(await api.post(`/v1/accounts/${encodeURIComponent(name)}/${what}`)));
    await load();
  };
  const row = (/** @type {any} */ each) =>
    h(
      "li",
      { class: "plain-row", data: { account: each.name } },
      h(
        "span",
        { class: "plain-text" },
        h("span", {}, h("strong", {}, each.display_name), " ", each.display_name !== each.name && h("span", { class: "small muted mono" }, each.name), " ", h("span", { class: "tag" }, i18n.t(`role_${each.role}`)), " ", state(each, i18n)),
        h("span", { class: "small muted" }, [each.languages.map((/** @type {string} */ lang) => i18n.t(`lang_${lang}`)).join(" / "), each.skills.join(", "), each.signed_in_at ? i18n.t("last_seen", { when: formatMoment(each.signed_in_at, i18n.lang) }) : i18n.t("never")].filter(Boolean).join(" · ")),
      ),
      h(
        "span",
        { class: "team-deeds" },
        each.locked_until && h("button", { class: "button", type: "button", on: { click: deed(each.name, "unlock") } }, i18n.t("unlock")),
        h("button", { class: "button", type: "button", on: { click: deed(each.name, "password") } }, i18n.t("reset")),
        h("button", { class: "button", type: "button", on: { click: deed(each.name, each.active ? "disable" : "enable") } }, i18n.t(each.active ? "disable" : "enable")),
      ),
    );
  load();
  return [h("div", { class: "card" }, h("h2", {}, i18n.t("add")), form({ api, i18n, act }, show, load), given), h("div", { class: "card" }, list)];
}

/** @param {any} each @param {import("../lib/i18n.js").I18n} i18n */
function state(each, i18n) {
  if (!each.active) return h("span", { class: "tag bad" }, i18n.t("disabled"));
  if (each.locked_until) return h("span", { class: "tag warn" }, i18n.t("locked"));
  return each.one_time && h("span", { class: "tag warn" }, i18n.t("must_change"));
}

/** @param {Parts} parts @param {(account: any) => void} show @param {() => Promise<void>} load */
function form({ api, i18n, act }, show, load) {
  const name = input(i18n, "account_name", { name: "new-name", autocomplete: "off", autocapitalize: "none" });
  const shown = input(i18n, "display_name", { required: false, autocomplete: "off", maxlength: 64 });
  const skills = input(i18n, "skills", { required: false, autocomplete: "off" });
  const role = h("select", { class: "field" }, ROLES.map((each) => h("option", { value: each }, i18n.t(`role_${each}`))));
  const langs = LANGS.map((lang) => h("label", {}, h("input", { type: "checkbox", value: lang }), " ", i18n.t(`lang_${lang}`)));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act(async () => {
      const body = {
        name: field(name).value.trim(),
        role: role.value,
        display_name: field(shown).value.trim(),
        languages: langs.map(field).filter((box) => box.checked).map((box) => box.value),
        skills: field(skills).value.split(/[,，、]/).map((skill) => skill.trim()).filter(Boolean),
      };
      show(await api.post("/v1/accounts", body));
      element.reset();
      await load();
    });
  };
  const element = h(
    "form",
    { class: "team-form", on: { submit } },
    name,
    h("label", { class: "labelled" }, h("span", { class: "small" }, i18n.t("role")), role),
    shown,
    skills,
    h("fieldset", {}, h("legend", { class: "small" }, i18n.t("languages")), langs),
    h("button", { class: "button primary", type: "submit" }, i18n.t("add")),
  );
  return element;
}
