/** The audit log: who signed in, who saw what, who did what; newest first. */

import { fill, h } from "../lib/dom.js";
import { formatMoment } from "../lib/format.js";
import { field, input } from "../lib/sign_in.js";

const KINDS = ["", "sign_in", "seen", "account", "call"];

/** @param {import("./accounts.js").Parts} parts */
export function auditPart({ api, i18n, act }) {
  const list = h("ul", { class: "plain-list" });
  const kind = h("select", { class: "field" }, KINDS.map((each) => h("option", { value: each }, i18n.t(`kind_${each || "all"}`))));
  const actor = input(i18n, "actor", { required: false, autocomplete: "off", maxlength: 100 });
  const customer = input(i18n, "customer", { required: false, autocomplete: "off", maxlength: 100 });
  /** @type {number | null} */
  let next = null;
  const more = h("button", { class: "button", type: "button", hidden: true, on: { click: () => load(false) } }, i18n.t("more"));

  const load = (/** @type {boolean} */ anew) =>
    act(async () => {
      const asked = { kind: kind.value, actor: field(actor).value.trim(), customer: field(customer).value.trim(), before: anew ? null : next };
      const found = await api.get("/v1/audit", { ...asked, limit: 50 });
      const rows = found.rows.map((/** @type {any} */ each) => row(each, i18n));
      if (anew) fill(list, rows.length ? rows : h("li", { class: "empty" }, i18n.t("nothing")));
      else list.append(...rows);
      next = found.next;
      more.hidden = next === null;
    });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    load(true);
  };
  load(true);
  return [
    h(
      "form",
      { class: "card", on: { submit } },
      h("div", { class: "team-form" }, h("label", { class: "labelled" }, h("span", { class: "small" }, i18n.t("kind")), kind), actor, customer, h("button", { class: "button primary", type: "submit" }, i18n.t("search"))),
    ),
    h("div", { class: "card" }, list, more),
  ];
}

/** @param {any} each @param {import("../lib/i18n.js").I18n} i18n */
function row(each, i18n) {
  const said = Object.entries(each.arguments).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return h(
    "li",
    { class: "plain-row" },
    h(
      "span",
      { class: "plain-text" },
      h("span", {}, h("strong", {}, each.actor), " ", h("span", { class: "mono" }, `${each.tool} ${each.object}`.trim())),
      said.length > 0 && h("span", { class: "small muted" }, said.join(" · ").slice(0, 300)),
    ),
    h("span", { class: `tag ${each.outcome === "ok" ? "ok" : "warn"}` }, i18n.or(`outcome_${each.outcome}`, each.outcome), each.reason && ` · ${each.reason}`),
    h("span", { class: "small muted" }, formatMoment(each.at, i18n.lang)),
  );
}
