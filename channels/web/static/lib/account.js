/** "My account" in the bar of the staff pages: change the password, see and end sessions; for supervisors the way to the team. */

import { Api, claimsOf, isSession } from "./api.js";
import { fill, h } from "./dom.js";
import { formatMoment } from "./format.js";
import { field, input, problemLine, tell } from "./sign_in.js";

/**
 * Put the buttons into the bar. Whoever holds a token has no account to look at.
 * @param {{i18n: import("./i18n.js").I18n, token: string, leave: () => void}} parts
 */
export function wireAccount({ i18n, token, leave }) {
  const { supervisor } = claimsOf(token);
  const signOut = /** @type {HTMLElement} */ (document.getElementById("sign-out"));
  const team = h("a", { class: "button quiet", href: "/team", data: { t: "nav_team" } }, i18n.t("nav_team"));
  const account = h("button", { class: "button quiet", type: "button", data: { t: "account" } }, i18n.t("account"));
  if (supervisor && location.pathname !== "/team") signOut.before(team);
  if (!isSession(token)) return;
  account.addEventListener("click", () => new AccountDialog(i18n, token, leave).open());
  signOut.before(account);
}

class AccountDialog {
  /** @param {import("./i18n.js").I18n} i18n @param {string} token @param {() => void} leave */
  constructor(i18n, token, leave) {
    this.i18n = i18n;
    this.name = claimsOf(token).sub;
    this.api = new Api("", () => token);
    this.leave = leave;
    this.news = h("p", { class: "notice", role: "status", hidden: true });
    this.problem = problemLine();
    this.list = h("ul", { class: "plain-list" });
    this.dialog = h("dialog", { class: "card account-dialog", "aria-label": i18n.t("account"), on: { close: () => this.dialog.remove() } });
  }

  open() {
    const { i18n } = this;
    fill(
      this.dialog,
      h("div", { class: "dialog-head" }, h("h2", {}, i18n.t("account")), h("button", { class: "button quiet", type: "button", on: { click: () => this.dialog.close() } }, i18n.t("close"))),
      this.news,
      this.problem,
      this.#passwordForm(),
      h("h3", {}, i18n.t("sessions")),
      this.list,
      h("button", { class: "button", type: "button", on: { click: () => this.#do(async () => (await this.api.post("/v1/session/sign-out-everywhere"), this.leave())) } }, i18n.t("session_end_all")),
    );
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.#load();
  }

  #passwordForm() {
    const { i18n } = this;
    const old = input(i18n, "present_password", { type: "password", autocomplete: "current-password" });
    const chosen = input(i18n, "new_password", { type: "password", autocomplete: "new-password", minlength: 10 });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#do(async () => {
        await this.api.post("/v1/session/password", { password: field(old).value, new_password: field(chosen).value });
        form.reset();
        tell(this.news, i18n.t("password_changed"));
        await this.#load();
      });
    };
    const form = h("form", { class: "sign-in-form", on: { submit } }, h("input", { type: "text", autocomplete: "username", value: this.name, hidden: true }), old, chosen, h("button", { class: "button primary", type: "submit" }, i18n.t("password_change")));
    return form;
  }

  async #load() {
    await this.#do(async () => {
      const { sessions } = await this.api.get("/v1/session/all");
      fill(this.list, sessions.map((/** @type {any} */ each) => this.#row(each)));
    });
  }

  /** @param {any} each */
  #row(each) {
    const { i18n } = this;
    const end = () =>
      this.#do(async () => {
        await this.api.post(`/v1/session/all/${encodeURIComponent(each.id)}/end`);
        await this.#load();
      });
    return h(
      "li",
      { class: "plain-row" },
      h("span", { class: "plain-text" }, h("span", {}, each.browser || "—", " ", each.here && h("span", { class: "tag ok" }, i18n.t("session_here"))), h("span", { class: "small muted" }, i18n.t("session_seen", { when: formatMoment(each.seen_at, i18n.lang), address: each.address }))),
      !each.here && h("button", { class: "button", type: "button", on: { click: end } }, i18n.t("session_end")),
    );
  }

  /** @param {() => Promise<unknown>} deed */
  async #do(deed) {
    this.problem.hidden = true;
    try {
      await deed();
    } catch (error) {
      tell(this.problem, this.i18n.t("action_failed", { message: /** @type {Error} */ (error).message }));
    }
  }
}
