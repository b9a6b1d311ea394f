/** Whether tickets may be given to this agent: a switch in the bar. */

/** The switch. */
export class PresenceSwitch {
  /** @param {HTMLElement} button @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n}} parts */
  constructor(button, { desk, i18n }) {
    Object.assign(this, { button, desk, i18n });
    /** @type {string | null} */
    this.state = null;
    button.addEventListener("click", () => this.#turn());
    desk.addEventListener("online", (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "online") this.#read();
    });
    i18n.addEventListener("change", () => this.#draw());
  }

  async #read() {
    try {
      const { agents } = await this.desk.api.get("/v1/desk/agents");
      this.state = agents.find((each) => each.agent === this.desk.agent)?.state ?? "available";
      this.#draw();
    } catch (error) {
      this.desk.complain(error);
    }
  }

  async #turn() {
    if (this.state === null) return;
    try {
      this.state = (await this.desk.api.post("/v1/desk/presence", { state: this.state === "available" ? "away" : "available" })).state;
      this.#draw();
    } catch (error) {
      this.desk.complain(error);
    }
  }

  #draw() {
    const on = this.state === "available";
    this.button.hidden = this.state === null;
    this.button.setAttribute("aria-checked", String(on));
    this.button.textContent = this.i18n.t(on ? "presence_available" : "presence_away");
    this.button.title = this.i18n.t("presence_hint");
  }
}
