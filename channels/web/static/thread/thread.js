/** The message list: turns events into bubbles, groups them, and tells screen readers what is new. */

import { fill, h, icon, linked } from "../lib/dom.js";
import { isLang } from "../lib/i18n.js";
import { formatClock, formatDay } from "../lib/format.js";
import { DraftBubble } from "./draft.js";
import { avatarOf, dots, stateLine, whisperNote } from "./lines.js";
import { mediaOf, voiceLine } from "./media.js";
import { ratingReply } from "./rating.js";
import { renderReply } from "./replies.js";

/** @typedef {{seq: number, at: string, event: any}} Placed */
/** @typedef {{client_id: string, text: string, files: {kind: string, url: string}[], state: PendingState}} Pending */
/** @typedef {"sending" | "waiting" | "delivered" | "failed"} PendingState */

/**
 * @typedef {object} ThreadOptions
 * @property {import("../lib/i18n.js").I18n} i18n
 * @property {string} base Origin of the server.
 * @property {"shopper" | "merchant" | "agent"} viewer Whose words stand on the right.
 * @property {(id: string) => Promise<Blob>} loadAttachment
 * @property {((text: string) => void) | null} [send]
 * @property {((productId: string) => void) | null} [openProduct]
 * @property {((reply: any, lang: "zh" | "en") => Element) | null} [figure]
 * @property {((event: any, seq: number) => Element | null) | null} [underReply] What stands under a reply.
 * @property {((text: string, seq: number) => Element | null) | null} [underMessage] What stands under words of a shopper.
 * @property {((event: any) => Element | null) | null} [other] How something is shown that is no event of the conversation.
 * @property {((clientId: string) => void) | null} [retry]
 * @property {((score: number, remark: string) => Promise<unknown>) | null} [rate] Says how the person was served.
 * @property {((text: string) => void) | null} [onIncoming] Told about every new message of the other side.
 */

const SAME_GROUP_MS = 5 * 60 * 1000;

/** A conversation on screen. */
export class Thread {
  /** @param {ThreadOptions} options */
  constructor(options) {
    this.options = options;
    this.list = h("div", { class: "thread", role: "log", "aria-live": "off", tabindex: "0" });
    this.live = h("div", { class: "unseen", "aria-live": "polite", "aria-atomic": "true" });
    this.typingLine = h("div", { class: "group left typing", hidden: true });
    /** Whether somebody writes, as far as was told; a draft is shown in the place of the dots. */
    this.writing = false;
    this.drafted = new DraftBubble();
    this.clear();
    options.i18n.addEventListener("change", () => this.rerender());
  }

  clear() {
    /** @type {Placed[]} */
    this.events = [];
    /** @type {Map<string, Pending>} */
    this.pending = new Map();
    /** @type {Map<string, string>} */
    this.urls = new Map();
    /** @type {Map<string, {score: number, remark: string}>} */
    this.ratings = new Map();
    this.replaying = true;
    this.drafted.clear();
    this.#start();
  }

  #start() {
    /** @type {{side: string, author: string, at: number, body: HTMLElement} | null} */
    this.group = null;
    this.day = "";
    fill(this.list, this.typingLine);
  }

  /** Draw everything again, in the language of now. */
  rerender() {
    const silent = this.replaying;
    this.replaying = true;
    this.#start();
    for (const placed of this.events) this.#draw(placed);
    for (const pending of this.pending.values()) this.#drawPending(pending);
    if (this.drafted.draft) this.#drawDraft();
    this.replaying = silent;
    this.toEnd();
  }

  /** Take in an event; events that are not shown are ignored. @param {Placed} placed */
  add(placed) {
    const { event } = placed;
    const follow = this.atEnd();
    this.events.push(placed);
    if (event.type === "message_received") this.pending.delete(event.client_id);
    const overtaken = this.drafted.endedBy(placed);
    if (overtaken) this.#dropDraft();
    this.#draw(placed);
    if (overtaken && event.type === "message_received") this.typing(this.writing);
    if (follow || this.#side(event.author ?? "") === "right") this.toEnd();
  }

  /** Show a message of one's own before the server has it. @param {Pending} pending */
  addPending(pending) {
    this.pending.set(pending.client_id, pending);
    this.#drawPending(pending);
    this.toEnd();
  }

  /** @param {string} clientId @param {PendingState} state */
  mark(clientId, state) {
    const pending = this.pending.get(clientId);
    if (!pending || pending.state === state) return;
    pending.state = state;
    const line = this.list.querySelector(`[data-client="${CSS.escape(clientId)}"] .state`);
    if (line) fill(line, stateLine(pending, this.options.i18n, this.options.retry));
  }

  /** Show what the bot is about to say, in the place of what it was before; null: nothing any more. @param {import("./draft.js").Draft | null} draft */
  draft(draft) {
    const follow = this.atEnd();
    if (draft === null) this.#dropDraft();
    else if (!this.drafted.take(draft)) return;
    else if (draft.text) this.#drawDraft();
    else {
      this.#dropDraft();
      this.typing(this.writing);
    }
    if (follow) this.toEnd();
  }

  #drawDraft() {
    this.typingLine.hidden = true;
    const stands = this.list.contains(this.drafted.element) ? this.drafted.element.parentElement : null;
    if (!stands) this.groupBefore = this.group;
    this.drafted.placeIn(stands ?? this.#groupFor("bot", "", new Date().toISOString()));
  }

  #dropDraft() {
    const gone = this.drafted.leave();
    if (gone && this.group?.body === gone) this.group = this.groupBefore ?? null;
  }

  /** @param {boolean} on @param {string} [who] `bot` or `agent`. */
  typing(on, who = "bot") {
    const follow = this.atEnd();
    this.writing = on;
    this.typingLine.hidden = !on || this.drafted.draft !== null;
    if (!this.typingLine.hidden) {
      fill(this.typingLine, avatarOf(who), h("div", { class: "group-body" }, dots(this.options.i18n)));
      this.list.append(this.typingLine);
    }
    if (follow) this.toEnd();
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** @param {string} author */
  #side(author) {
    if (this.options.viewer === "agent") return author === "shopper" || author === "merchant" ? "left" : "right";
    return author === "shopper" || author === "merchant" ? "right" : "left";
  }

  /** @param {Placed} placed */
  #draw({ seq, at, event }) {
    if (event.type === "message_received" && event.author !== "agent") this.#drawMessage(event, at, seq);
    else if (event.type === "voice_transcribed") this.#drawTranscript(event, seq);
    else if (event.type === "voice_heard") this.#drawVoice(event);
    else if (event.type === "replied") this.#drawReplied(event, at, seq);
    else if (event.type === "ownership_changed") this.#drawOwner(event);
    else if (event.type === "whispered") this.#drawWhisper(event, at, seq);
    else if (event.type === "rated") this.#drawRated(event);
    else this.#drawOther(event, at);
  }

  /** @param {any} event @param {string} at */
  #drawOther(event, at) {
    const element = this.options.other?.(event);
    if (!element) return;
    this.#drawDay(at);
    this.group = null;
    this.#place(element);
    if (!this.replaying) this.live.textContent = element.textContent;
  }

  /** Show a message of the past and say so to who cannot see it. @param {number} seq @returns {boolean} Whether it is there. */
  goTo(seq) {
    const message = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-seq="${seq}"]`));
    if (!message) return false;
    for (const other of this.list.querySelectorAll(".pointed")) other.classList.remove("pointed");
    message.classList.add("pointed");
    message.tabIndex = -1;
    message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "center" });
    return true;
  }

  /** Mark the messages that belong to a matter. @param {number[]} seqs */
  belong(seqs) {
    for (const seq of seqs) this.list.querySelector(`[data-seq="${seq}"]`)?.classList.add("belongs");
  }

  /** @param {any} event @param {string} at @param {number} seq */
  #drawMessage(event, at, seq) {
    this.#closeChoices();
    this.list.querySelector(`[data-client="${CSS.escape(event.client_id)}"]`)?.remove();
    const own = this.#side(event.author) === "right";
    const body = this.#groupFor(event.author, "", at);
    const item = h("div", { class: "message", data: { client: event.client_id, seq } }, this.#attachments(event.attachments ?? []));
    if (event.text) item.append(h("div", { class: "bubble" }, h("p", { class: "words" }, linked(event.text))));
    const more = event.text && event.author === "shopper" ? this.options.underMessage?.(event.text, seq) : null;
    if (more) item.append(more);
    if (own) item.append(h("p", { class: "state done small" }, icon("check"), h("span", { class: "unseen" }, this.options.i18n.t("delivered"))));
    body.append(item);
    if (!own) this.#announce(event.text || this.options.i18n.t("picture"), event.author);
  }

  /** What was said, under the recording. @param {any} event @param {number} seq */
  #drawTranscript({ attachment_id: id, transcript }, seq) {
    if (!transcript.text) return;
    const { i18n } = this.options;
    const lang = isLang(transcript.lang) ? transcript.lang : null;
    this.#underAttachment(id, h("p", { class: "transcript small" }, h("span", { class: "transcript-name" }, i18n.t("transcript")), h("q", { lang }, transcript.text)));
    const more = this.options.underMessage?.(transcript.text, seq);
    if (more) this.#underAttachment(id, more);
    if (!this.replaying) this.live.textContent = `${i18n.t("transcript")}${i18n.t("colon")}${transcript.text}`;
  }

  /** How a recording sounded, for agents. @param {any} event */
  #drawVoice({ attachment_id: id, voice }) {
    if (this.options.viewer !== "agent") return;
    this.#underAttachment(id, h("p", { class: "transcript small muted" }, voiceLine(voice, this.options.i18n)));
  }

  /** @param {string} id @param {Element} line */
  #underAttachment(id, line) {
    const follow = this.atEnd();
    const lines = this.list.querySelectorAll(`[data-attachment="${CSS.escape(id)}"]`);
    lines[lines.length - 1]?.after(line);
    line.setAttribute("data-attachment", id);
    if (follow) this.toEnd();
  }

  /** @param {Pending} pending */
  #drawPending(pending) {
    this.#closeChoices();
    const body = this.#groupFor(this.options.viewer, "", new Date().toISOString());
    const item = h("div", { class: "message", data: { client: pending.client_id } });
    for (const file of pending.files) item.append(mediaOf(file.kind, file.url, this.options.i18n.t("picture")));
    if (pending.text) item.append(h("div", { class: "bubble" }, h("p", { class: "words" }, linked(pending.text))));
    item.append(h("p", { class: "state small" }, stateLine(pending, this.options.i18n, this.options.retry)));
    body.append(item);
  }

  /** @param {any} event @param {string} at @param {number} seq */
  #drawReplied(event, at, seq) {
    const { i18n } = this.options;
    const own = this.#side(event.author) === "right" && event.author === this.options.viewer;
    const body = this.#groupFor(event.author, event.author_name ?? event.author_id ?? "", at);
    const live = !this.replaying || event === this.events.at(-1)?.event;
    if (event.attachments?.length) body.append(h("div", { class: "message" }, this.#attachments(event.attachments)));
    for (const reply of event.replies ?? []) {
      const lang = isLang(reply.lang) ? reply.lang : i18n.lang;
      const send = this.options.send && live ? this.options.send : null;
      const openProduct = this.options.openProduct ?? null;
      const reading = this.options.viewer === "agent";
      const figure = this.options.figure ?? null;
      body.append(...renderReply(reply, { base: this.options.base, lang, i18n: i18n.in(lang), send, openProduct, reading, figure, ...this.#rating() }));
    }
    const more = this.options.underReply?.(event, seq);
    if (more) body.append(more);
    if (event.author === "bot") this.typing(false);
    const words = (event.replies ?? []).map((reply) => reply.text).join("\n");
    if (!own) this.#announce(words || i18n.t("picture"), event.author);
  }

  #rating() {
    return { rate: this.options.rate ?? null, rated: (/** @type {string} */ id) => this.ratings.get(id) ?? null };
  }

  /** What was answered takes the place of the stars; focus that stood on them goes on to it. @param {any} event */
  #drawRated({ rating_id: id, score, remark }) {
    this.ratings.set(id, { score, remark });
    const follow = this.atEnd();
    const shown = this.list.querySelector(`[data-rating="${CSS.escape(id)}"]`);
    const lang = isLang(/** @type {HTMLElement} */ (shown)?.lang) ? /** @type {any} */ (shown).lang : this.options.i18n.lang;
    const i18n = this.options.i18n.in(lang);
    const focused = shown?.contains(/** @type {Document | ShadowRoot} */ (this.list.getRootNode()).activeElement);
    const reply = this.events.flatMap(({ event }) => event.replies ?? []).find((each) => each.rating_id === id);
    if (shown && reply) {
      const given = ratingReply(reply, { base: this.options.base, lang, i18n, ...this.#rating() });
      given.lang = lang;
      shown.replaceWith(given);
      if (focused) /** @type {HTMLElement | null} */ (given.querySelector("button"))?.focus({ preventScroll: true });
    }
    if (!this.replaying) this.live.textContent = i18n.t("rating_given", { n: score });
    if (follow) this.toEnd();
  }

  /** @param {any} event */
  #drawOwner(event) {
    const { i18n } = this.options;
    const name = event.agent_name ?? event.agent_id ?? "";
    if (event.owner !== "human" && event.owner !== "closed" && this.options.viewer !== "agent") return; // a reply says it better
    const text = event.owner === "human" ? i18n.t(name ? "owner_human" : "owner_human_unnamed", { name }) : i18n.t(`owner_${event.owner}`);
    this.group = null;
    this.#place(h("p", { class: "system small" }, text));
    if (!this.replaying) this.live.textContent = text;
  }

  /** What a supervisor said to the agent, for the desk's eyes alone. @param {any} event @param {string} at @param {number} seq */
  #drawWhisper(event, at, seq) {
    if (this.options.viewer !== "agent") return;
    const { i18n } = this.options;
    const said = i18n.t(event.taken_over ? "whisper_taken_over" : "whisper_from", { from: event.author_id, to: event.to });
    this.group = null;
    this.#place(whisperNote(event, said, { at, seq, i18n }));
    if (!this.replaying) this.live.textContent = `${said}${i18n.t("colon")}${event.text}`;
  }

  /** The group that the next bubble belongs to. @param {string} author @param {string} name @param {string} at */
  #groupFor(author, name, at) {
    const time = new Date(at).getTime();
    const key = `${author}/${name}`;
    this.#drawDay(at);
    if (this.group?.author === key && time - this.group.at < SAME_GROUP_MS) {
      this.group.at = time;
      return this.group.body;
    }
    const side = this.#side(author);
    const body = h("div", { class: "group-body" });
    const mine = author === this.options.viewer && side === "right" && author !== "agent";
    body.append(h("p", { class: "group-head small" }, h("span", { class: mine ? "unseen" : null }, this.#nameOf(author, name)), h("time", { datetime: at }, formatClock(at, this.options.i18n.lang))));
    this.#place(h("div", { class: `group ${side} by-${author}` }, side === "left" || author === "bot" || author === "shop" ? avatarOf(author) : null, body));
    this.group = { side, author: key, at: time, body };
    return body;
  }

  /** @param {string} at */
  #drawDay(at) {
    const day = new Date(at).toDateString();
    if (day === this.day) return;
    const { i18n } = this.options;
    const today = day === new Date().toDateString();
    if (!(today && this.day === "")) {
      this.#place(h("p", { class: "system small" }, today ? i18n.t("today") : formatDay(at, i18n.lang)));
      this.group = null;
    }
    this.day = day;
  }

  /** @param {string} author @param {string} name */
  #nameOf(author, name) {
    const { i18n } = this.options;
    if (author === "agent") return name ? i18n.t("agent", { name }) : i18n.t("colleague");
    if (author === "bot" || author === "shop") return i18n.t(author);
    return i18n.t(this.options.viewer === "agent" ? "shopper" : "you");
  }

  /** @param {Element} element */
  #place(element) {
    this.list.insertBefore(element, this.typingLine.parentNode === this.list ? this.typingLine : null);
  }

  /** @param {any[]} attachments */
  #attachments(attachments) {
    return attachments.map((attachment) => {
      const slot = h("div", { class: "media", data: { attachment: attachment.id } });
      this.#urlOf(attachment.id)
        .then((url) => fill(slot, mediaOf(attachment.kind, url, this.options.i18n.t("picture"))))
        .catch(() => fill(slot, h("p", { class: "small muted" }, this.options.i18n.t("attachment_gone"))));
      return slot;
    });
  }

  /** @param {string} id */
  async #urlOf(id) {
    const known = this.urls.get(id);
    if (known) return known;
    const url = URL.createObjectURL(await this.options.loadAttachment(id));
    this.urls.set(id, url);
    return url;
  }

  /** An answered question offers nothing any more; focus that stood on an answer goes to the conversation. */
  #closeChoices() {
    for (const group of this.list.querySelectorAll(".choices")) {
      const focused = group.contains(/** @type {Document | ShadowRoot} */ (this.list.getRootNode()).activeElement);
      group.remove();
      if (focused) this.list.focus({ preventScroll: true });
    }
  }

  /** @param {string} text @param {string} author */
  #announce(text, author) {
    if (this.replaying) return;
    const { i18n } = this.options;
    this.live.textContent = `${this.#nameOf(author, "")}${i18n.t("colon")}${text}`;
    this.options.onIncoming?.(text);
  }
}
