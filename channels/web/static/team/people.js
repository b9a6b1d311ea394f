/** A customer's data: given out as a file, or erased for good. */

import { h } from "../lib/dom.js";
import { field, input } from "../lib/sign_in.js";

/** @param {import("./accounts.js").Parts & {tell: (text: string) => void}} parts */
export function peoplePart({ api, i18n, act, tell }) {
  const customer = input(i18n, "customer", { autocomplete: "off", maxlength: 100 });
  const path = (/** @type {string} */ what) => `/v1/customers/${encodeURIComponent(field(customer).value.trim())}/${what}`;
  const give = (/** @type {Event} */ event) => {
    event.preventDefault();
    act(async () => {
      const { blob } = await api.file(path("export"), null);
      const address = URL.createObjectURL(blob);
      const link = document.createElement("a");
      link.href = address;
      link.download = `${field(customer).value.trim()}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    });
  };
  const erase = () => {
    const id = field(customer).value.trim();
    const again = id && prompt(i18n.t("sure_erase"));
    if (!again) return;
    if (again.trim() !== id) return tell(i18n.t("not_the_same"));
    act(async () => {
      const done = await api.post(path("erase"), { confirm: id });
      tell(i18n.t(done.before ? "erased_before" : "erased", { receipt: done.receipt }));
    });
  };
  return [
    h(
      "form",
      { class: "card", on: { submit: give } },
      h("p", { class: "muted" }, i18n.t("people_about")),
      customer,
      h("div", { class: "team-deeds" }, h("button", { class: "button primary", type: "submit" }, i18n.t("export")), h("button", { class: "button", type: "button", on: { click: erase } }, i18n.t("erase"))),
    ),
  ];
}
