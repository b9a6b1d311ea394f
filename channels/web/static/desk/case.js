/** One ticket: the conversation live, what is known of the case, and what the agent may do. */

import { Problem } from "../lib/api.js";
import { fill, h, icon } from "../lib/dom.js";
import { Thread } from "../thread/thread.js";
import { articleLine } from "./article.js";
import { caseSections } from "./body.js";
import { CaseActs } from "./case_acts.js";
import { CaseHead } from "./case_head.js";
import { CaseRisks } from "./case_risks.js";
import { clockSection, storySection } from "./clocks.js";
import { Composer } from "./composer.js";
import { WRITING } from "./keys.js";
import { linksSection } from "./links.js";
import { interleaved, noteCard, placedNote } from "./notes.js";
import { langOf } from "./translation.js";
import { Viewers } from "./viewers.js";

/** The right side of the desk. */
export class Case {
  /**
   * @param {HTMLElement} element
   * @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, close: () => void, open: (ticketId: string) => void,
   *   mentions: import("./mentions.js").Mentions, canned: import("./canned.js").CannedReplies, translation: import("./translation.js").Translation}} parts
   */
  constructor(element, { desk, i18n, close, open, mentions, canned, translation }) {
    Object.assign(this, { element, desk, i18n, close, open, mentions, canned, translation });
    /** @type {string | null} The conversation that is picked, where others were merged into the ticket; null: its own. */
    this.picked = null;
    /** @type {{seq: number, text: string}[]} */
    this.said = [];
    /** @type {Set<string>} */
    this.noted = new Set();
    /** Notes that came while the conversation was read. @type {import("./notes.js").Note[]} */
    this.early = [];
    /** @type {string | null} */
    this.ticketId = null;
    /** Whether the conversation could not be read. */
    this.unread = false;
    /** @type {(() => void) | null} */
    this.onClaimed = null;
    this.thread = new Thread({
      i18n,
      base: "",
      viewer: "agent",
      loadAttachment: (id) => desk.api.attachment(id),
      send: null,
      underReply: (event, seq) => articleLine(event, seq, { i18n, api: desk.api, conversation: () => this.conversation }),
      underMessage: (text, seq) => translation.under(this.conversation ?? "", seq, text),
      other: (event) => (event.type === "note" ? noteCard(event, { i18n, agent: desk.agent }) : null),
    });
    this.viewers = new Viewers({ desk, i18n });
    this.#build();
    desk.addEventListener("event", (event) => this.#event(/** @type {CustomEvent} */ (event).detail.placed));
    desk.addEventListener("elsewhere", (event) => this.#elsewhere(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("online", (event) => /** @type {CustomEvent} */ (event).detail === "online" && this.#missed());
    desk.addEventListener("note", (event) => this.#note(/** @type {CustomEvent} */ (event).detail));
    translation.addEventListener("change", () => this.thread.rerender());
    desk.addEventListener("typing", (event) => this.#typing(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("tickets", () => this.#drawTicket());
    desk.addEventListener("problem", (event) => this.#say("bad", /** @type {CustomEvent} */ (event).detail));
    i18n.addEventListener("change", () => this.#drawTicket());
    document.addEventListener("visibilitychange", () => this.#lookedAgain());
    this.show(null);
  }

  #build() {
    this.notice = h("p", { class: "notice", role: "alert", hidden: true });
    this.facts = h("aside", { class: "case-facts-panel" });
    this.dialog = h("dialog", { class: "sure-dialog card" });
    this.head = new CaseHead({
      desk: this.desk,
      i18n: this.i18n,
      dialog: this.dialog,
      close: () => this.close(),
      open: (id) => this.#openOther(id),
      fail: (error) => this.#fail(error),
      say: (text) => this.#say("ok", text),
      said: () => this.said,
      pick: (id) => this.#pickTalk(id),
    });
    const parts = { desk: this.desk, i18n: this.i18n, ticket: () => this.#ticket, fail: (/** @type {unknown} */ error) => this.#fail(error) };
    this.risks = new CaseRisks({ ...parts, changed: () => this.#drawTicket() });
    this.acts = new CaseActs({ ...parts, dialog: this.dialog, say: (text) => this.#say("ok", text) });
    this.typingNote = h("p", { class: "small muted typing-note", hidden: true, data: { t: "shopper_typing" } });
    this.composer = new Composer({ desk: this.desk, i18n: this.i18n, canned: this.canned, translation: this.translation, theirs: () => this.#theirs(), ticket: () => this.#ticket, said: (note) => this.#said(note), fail: (error) => this.#fail(error) });
    this.claimBar = h(
      "div",
      { class: "claim-bar" },
      h("p", { class: "small", data: { t: "claim_first" } }),
      h("button", { class: "button primary", type: "button", data: { t: "claim", key: "c" }, on: { click: () => this.#claim() } }),
    );
    this.thread.list.dataset.tLabel = "conversation";
    this.#stayAtEnd();
    this.tabs = h("div", { class: "tabs", role: "group" }, ["talk", "case"].map((tab) => this.#tab(tab)));
    this.talk = h("div", { class: "talk" }, this.translation.bar, this.thread.list, this.thread.live, this.typingNote, this.claimBar, this.composer.element);
    this.body = h("div", { class: "case-body" }, this.talk, this.facts);
  }

  /** Who reads the end goes on seeing it when the form below grows. */
  #stayAtEnd() {
    const { list } = this.thread;
    let following = true;
    list.addEventListener("scroll", () => (following = this.thread.atEnd()));
    new ResizeObserver(() => following && this.thread.toEnd()).observe(list);
  }

  /** @param {string} tab */
  #tab(tab) {
    return h("button", { class: "filter", type: "button", data: { tab, t: `tab_${tab}` }, "aria-pressed": String(tab === "talk"), on: { click: () => this.#pickTab(tab) } });
  }

  /** @param {string} tab */
  #pickTab(tab) {
    this.element.dataset.tab = tab;
    for (const button of this.tabs.children) button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.tab === tab));
  }

  /** The ticket, with the conversation that is shown. */
  get #ticket() {
    const ticket = this.ticketId ? this.desk.tickets.get(this.ticketId) : undefined;
    return ticket && this.picked && ticket.conversations?.includes(this.picked) ? { ...ticket, conversation_id: this.picked } : ticket;
  }

  get #mine() {
    return this.#ticket?.status === "claimed" && this.#ticket.assignee === this.desk.agent;
  }

  /** @param {string | null} ticketId */
  async show(ticketId) {
    if (ticketId === this.ticketId && ticketId !== null) return;
    this.ticketId = ticketId;
    this.picked = null;
    this.head.unseen.clear();
    this.viewers.look(this.#ticket?.conversation_id ?? null);
    if (ticketId === null) {
      fill(this.element, h("div", { class: "empty" }, icon("flag"), h("p", { data: { t: "choose" } }), h("p", { class: "small", data: { t: "key_hint" } })));
      this.i18n.apply(this.element);
      return;
    }
    fill(this.element, this.head.element, this.viewers.element, this.notice, this.tabs, this.body, this.dialog);
    this.#pickTab("talk");
    this.notice.hidden = true;
    this.bodyDrawn = "";
    this.composer.clear();
    this.thread.clear();
    this.noted.clear();
    this.early = [];
    this.risks.clear();
    this.#drawTicket();
    await Promise.all([this.#load(), this.risks.load(), this.desk.reread(ticketId).catch((error) => this.#fail(error))]);
  }

  /** Show another conversation of the ticket. @param {string} conversation */
  async #pickTalk(conversation) {
    this.picked = conversation;
    this.head.unseen.delete(conversation);
    this.viewers.look(conversation);
    this.thread.clear();
    this.noted.clear();
    this.#drawTicket();
    await this.#load();
  }

  /** Words in a conversation of the ticket that is not shown. @param {any} frame */
  #elsewhere({ conversation }) {
    const talks = this.#ticket?.conversations ?? [];
    if (!talks.includes(conversation)) return;
    this.head.unseen.add(conversation);
    this.#say("warn", this.i18n.t("talk_news", { n: talks.indexOf(conversation) + 1 }));
    this.#drawTicket();
  }

  /** @param {string} ticketId */
  async #openOther(ticketId) {
    try {
      await this.desk.reread(ticketId);
      this.open(ticketId);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #load() {
    const ticket = this.#ticket;
    if (!ticket) return;
    this.said = [];
    this.unread = false;
    try {
      const [events, notes] = await Promise.all([this.desk.watch(ticket.conversation_id), this.desk.notes(ticket)]);
      if (ticket.ticket_id !== this.ticketId || ticket.conversation_id !== this.conversation) return;
      for (const note of notes) this.noted.add(note.note_id);
      for (const placed of interleaved(events, notes)) this.#add(placed);
      this.thread.replaying = false;
      for (const note of this.early.splice(0)) this.#note(note);
      this.thread.toEnd();
      if (ticket.split_from) this.thread.belong(ticket.body.said.map((/** @type {any} */ each) => each.seq));
      await this.mentions.lookedAt(ticket);
    } catch (error) {
      this.unread = ticket.ticket_id === this.ticketId;
      this.#fail(error);
    }
  }

  /** @param {import("../thread/thread.js").Placed} placed */
  #event(placed) {
    this.typingNote.hidden = true;
    this.#add(placed);
  }

  /** @param {import("../thread/thread.js").Placed} placed */
  #add(placed) {
    const { seq, event } = placed;
    if (event.type === "message_received" && event.author === "shopper" && seq > (this.said.at(-1)?.seq ?? 0)) this.said.push({ seq, text: event.text });
    this.thread.add(placed);
  }

  /** The language that the shopper wrote in last. @returns {"zh" | "en"} */
  #theirs() {
    const said = this.thread.events.filter(({ event }) => event.type === "message_received" && event.author === "shopper").map(({ event }) => langOf(event.text));
    return said.filter((lang) => lang !== null).at(-1) ?? (this.#ticket?.lang === "en" ? "en" : "zh");
  }

  /** A note came, of whomever: shown once. @param {import("./notes.js").Note} note */
  #note(note) {
    const ticket = this.#ticket;
    if (!ticket || note.conversation_id !== ticket.conversation_id || this.noted.has(note.note_id)) return;
    if (this.thread.replaying) {
      this.early.push(note);
      return;
    }
    this.noted.add(note.note_id);
    this.thread.add(placedNote(note));
    if (note.mentions.includes(this.desk.agent)) this.mentions.lookedAt(ticket);
  }

  /** Read the notes anew, and all of it where it could not be read: the desk was cut off. */
  async #missed() {
    const ticket = this.#ticket;
    if (this.unread) {
      this.notice.hidden = true;
      this.thread.clear();
      await this.#load();
      return;
    }
    if (!ticket || this.thread.replaying) return;
    const notes = await this.desk.notes(ticket).catch((error) => (this.#fail(error), []));
    for (const note of notes) this.#note(note);
    await this.mentions.lookedAt(ticket); // that they were read before may have been lost on the way
  }

  /** Who comes back to the page reads what came meanwhile. */
  #lookedAgain() {
    const ticket = this.#ticket;
    if (ticket && !this.thread.replaying && this.mentions.waitsAt(ticket)) this.mentions.lookedAt(ticket);
  }

  /** @param {import("./notes.js").Note} [note] */
  #said(note) {
    this.notice.hidden = true;
    if (note) this.#note(note);
    this.thread.toEnd();
  }

  /** @param {{who: string, on: boolean}} notice */
  #typing({ who, on }) {
    if (who !== "shopper") return;
    clearTimeout(this.typingTimer);
    this.typingNote.hidden = !on;
    if (on) this.typingTimer = setTimeout(() => (this.typingNote.hidden = true), 5000);
  }

  #drawTicket() {
    const ticket = this.#ticket;
    if (!ticket) return;
    const { i18n } = this;
    this.head.draw(ticket, this.#mine);
    this.claimBar.hidden = ticket.status !== "open";
    this.composer.allow(this.#mine && ticket.conversations.length > 0);
    this.risks.draw(ticket.ticket_id, this.#mine);
    this.#drawStory(ticket);
    this.#drawBody(ticket);
    i18n.apply(this.element);
  }

  /** Draw it anew only when it has changed: what is being chosen or read stays. @param {any} ticket */
  #drawBody(ticket) {
    const { i18n } = this;
    const key = JSON.stringify([ticket, this.#mine, i18n.lang]);
    if (key === this.bodyDrawn) return;
    this.bodyDrawn = key;
    const mine = this.#mine;
    const wish = ticket.call_back?.to ? { call_back: ticket.call_back } : {};
    const sections = caseSections({ ...ticket, body: { ...ticket.body, ...wish } }, {
      i18n,
      picture: (id) => this.#picture(id),
      goTo: (seq) => this.#goTo(seq),
      useReply: mine ? (text) => this.#use(text) : null,
      act: mine ? (action) => this.acts.make(action) : null,
      correct: ticket.status === "resolved" ? null : (correction) => this.#correct(correction),
    });
    fill(this.facts, clockSection(ticket, i18n), linksSection(ticket, { i18n, open: (id) => this.#openOther(id), useReply: mine ? (text) => this.#use(text) : null }), this.risks.element, sections, this.story);
  }

  /** @param {number} seq */
  #goTo(seq) {
    this.#pickTab("talk");
    this.thread.goTo(seq);
  }

  /** @param {object} correction */
  async #correct(correction) {
    const ticket = this.#ticket;
    if (!ticket) return;
    try {
      await this.desk.correct(ticket, correction);
      this.#say("ok", this.i18n.t("corrected_now"));
    } catch (error) {
      this.bodyDrawn = "";
      this.#drawTicket();
      this.#fail(error);
    }
  }

  /** Draw it anew only for another version or language: one that was opened stays open. @param {any} ticket */
  #drawStory({ ticket_id: ticketId, version }) {
    const key = `${ticketId} ${version} ${this.i18n.lang}`;
    if (key === this.storyDrawn) return;
    const open = this.storyDrawn?.startsWith(`${ticketId} `) && this.story?.open;
    this.storyDrawn = key;
    const load = () => this.desk.story(ticketId).catch((error) => (this.#fail(error), []));
    this.story = storySection({ ticket_id: ticketId }, { i18n: this.i18n, load });
    this.story.open = open ?? false;
  }

  /** @param {string} id */
  #picture(id) {
    const slot = h("div", {});
    this.desk.api.attachment(id).then(
      (blob) => {
        const url = URL.createObjectURL(blob);
        fill(slot, blob.type.startsWith("audio") ? h("audio", { controls: true, src: url }) : h("img", { src: url, alt: this.i18n.t("picture") }));
      },
      () => fill(slot, h("p", { class: "small muted" }, this.i18n.t("attachment_gone"))),
    );
    return slot;
  }

  async #claim() {
    const ticket = this.#ticket;
    if (!ticket) return;
    try {
      await this.desk.claim(ticket);
      this.onClaimed?.();
      this.notice.hidden = true;
      if (!document.activeElement?.matches(WRITING)) this.composer.focus(); // who writes elsewhere by now goes on there
    } catch (error) {
      await this.#refused(error, ticket);
    }
  }

  /** Somebody was faster: say who. @param {unknown} error @param {any} ticket */
  async #refused(error, ticket) {
    if (!(error instanceof Problem) || error.status !== 409) return this.#fail(error);
    const now = await this.desk.reread(ticket.ticket_id).catch(() => ticket);
    const other = now.assignee && now.assignee !== this.desk.agent;
    this.#say("warn", other ? this.i18n.t("claimed_by_other", { name: now.assignee }) : this.i18n.t("changed"));
  }

  /** The conversation that is on screen. */
  get conversation() {
    return this.#ticket?.conversation_id ?? null;
  }

  /** Use the suggested reply of that number, where it may be used. @param {number} number */
  suggest(number) {
    const suggested = this.#mine && this.#ticket?.body.suggestions?.[number - 1];
    if (suggested) this.#use(suggested.text);
  }

  /** @param {string} text */
  #use(text) {
    this.#pickTab("talk");
    this.composer.use(text);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#say("bad", this.i18n.t("failed_action", { message: error instanceof Error ? error.message : String(error) }));
    if (!(error instanceof Problem)) throw error;
  }

  /** @param {string} tone @param {string} text */
  #say(tone, text) {
    this.notice.className = `notice ${tone}`;
    this.notice.textContent = text;
    this.notice.hidden = false;
  }
}
