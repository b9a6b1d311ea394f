/** Who else has this case on screen, and who is writing in it: two answers to one shopper are one too many. */

import { fill, h } from "../lib/dom.js";

const WRITES_FOR_MS = 6000;

/** A line with the others' initials. */
export class Viewers {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n}} parts */
  constructor({ desk, i18n }) {
    Object.assign(this, { desk, i18n });
    this.element = h("div", { class: "viewers", hidden: true });
    this.said = h("p", { class: "small", role: "status" });
    this.faces = h("span", { class: "viewer-faces", "aria-hidden": "true" });
    this.element.append(this.faces, this.said);
    /** @type {string | null} */
    this.conversation = null;
    /** @type {string[]} */
    this.viewers = [];
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.writing = new Map();
    desk.addEventListener("viewers", (event) => this.#take(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("writing", (event) => this.#writes(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("online", (event) => this.#online(/** @type {CustomEvent} */ (event).detail));
    i18n.addEventListener("change", () => this.#draw());
  }

  /** Have a conversation's case on screen, or none. @param {string | null} conversation */
  look(conversation) {
    if (conversation === this.conversation) return;
    this.conversation = conversation;
    this.#clear();
    this.desk.socket.send({ type: "look", conversation_id: conversation });
  }

  /** A new connection knows of nobody's screen. @param {string} state */
  #online(state) {
    this.#clear();
    if (state === "online" && this.conversation) this.desk.socket.send({ type: "look", conversation_id: this.conversation });
  }

  #clear() {
    this.viewers = [];
    for (const timer of this.writing.values()) clearTimeout(timer);
    this.writing.clear();
    this.#draw();
  }

  /** @param {{conversation: string, viewers: string[]}} frame */
  #take({ conversation, viewers }) {
    if (conversation !== this.conversation) return;
    this.viewers = viewers.filter((name) => name !== this.desk.agent);
    for (const name of this.writing.keys()) if (!this.viewers.includes(name)) this.#stops(name);
    this.#draw();
  }

  /** @param {{conversation: string, agent: string, on: boolean}} frame */
  #writes({ conversation, agent, on }) {
    if (conversation !== this.conversation || agent === this.desk.agent) return;
    this.#stops(agent);
    if (on) this.writing.set(agent, setTimeout(() => (this.#stops(agent), this.#draw()), WRITES_FOR_MS));
    this.#draw();
  }

  /** @param {string} agent */
  #stops(agent) {
    clearTimeout(this.writing.get(agent));
    this.writing.delete(agent);
  }

  #draw() {
    const { i18n } = this;
    const writing = [...this.writing.keys()];
    const looking = this.viewers.filter((name) => !this.writing.has(name));
    const names = (/** @type {string[]} */ list) => ({ names: list.join(i18n.t("viewers_and")) });
    const parts = [looking.length ? i18n.t("viewers_look", names(looking)) : "", writing.length ? i18n.t("viewers_write", names(writing)) : ""].filter(Boolean);
    this.element.hidden = parts.length === 0;
    const text = parts.join(" · ");
    if (this.said.textContent !== text) this.said.textContent = text;
    fill(this.faces, [...writing, ...looking].map((name) => h("span", { class: `viewer-face${this.writing.has(name) ? " writes" : ""}` }, initials(name))));
  }
}

/** One Chinese character, or the first letters of up to two words. @param {string} name */
export function initials(name) {
  if (/\p{Script=Han}/u.test(name)) return [...name].at(-1) ?? "";
  return name.split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
}
