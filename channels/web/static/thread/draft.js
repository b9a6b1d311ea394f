/** The bubble of an answer that is still being written; it grows until the reply takes its place. */

import { fill, h, linked } from "../lib/dom.js";

/** @typedef {{turn: number, lang: "zh" | "en", text: string}} Draft What the bot is about to say; "" takes it back. */

/** What a draft cannot outlive: a reply, somebody else who answers, the next message. */
const ENDS = new Set(["replied", "ownership_changed", "message_received"]);

/** The draft of one conversation, where there is one. Screen readers hear the reply, not its pieces. */
export class DraftBubble {
  constructor() {
    this.words = h("p", { class: "words" });
    this.element = h("div", { class: "bubble draft", "aria-busy": "true" }, this.words);
    this.clear();
  }

  /** Begin with another conversation. */
  clear() {
    /** @type {Draft | null} */
    this.draft = null;
    /** Sequence number of the last event that no draft before it outlives. */
    this.latest = 0;
    this.element.remove();
  }

  /** Take in a draft, unless it came too late. @param {Draft} draft @returns {boolean} Whether it is to be shown, or taken back. */
  take(draft) {
    if (draft.turn < this.latest || (!draft.text && !this.draft)) return false;
    this.draft = draft.text ? draft : null;
    return true;
  }

  /** @param {import("./thread.js").Placed} placed @returns {boolean} Whether the draft is over by it. */
  endedBy({ seq, event }) {
    if (!ENDS.has(event.type)) return false;
    this.latest = Math.max(this.latest, seq);
    return this.draft !== null && this.draft.turn < this.latest;
  }

  /** Stand in a group of the bot's, as the reply will. @param {HTMLElement} body */
  placeIn(body) {
    this.element.lang = this.draft?.lang ?? "";
    fill(this.words, linked(this.draft?.text ?? ""));
    if (this.element.parentNode !== body) body.append(this.element);
  }

  /** Leave the page; a group that held nothing but its head leaves with it. @returns {HTMLElement | null} The body of that group. */
  leave() {
    this.draft = null;
    const body = this.element.parentElement;
    this.element.remove();
    if (body?.childElementCount !== 1) return null;
    body.parentElement?.remove();
    return body;
  }
}
