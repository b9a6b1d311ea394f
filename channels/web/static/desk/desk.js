/** What the desk knows: tickets, live; and the doors to act on them. */

import { Api, claimsOf } from "../lib/api.js";
import { LiveSocket, socketUrl } from "../lib/socket.js";
import { newId } from "../lib/storage.js";
import { CLOSED, readFrame } from "../lib/wire.js";

const REFRESH_MS = 60000;
const REREAD_MS = 400;

/**
 * Fires `tickets` (the list changed), `ticket` (detail: a new or changed one), `event` (detail: `{conversation, placed}`),
 * `heard` (the same of every conversation that is followed, on screen or not), `note` (detail: a note of the staff), `typing`, `viewers`,
 * `writing`, `live`, `live_changed`, `online` (detail: socket state), `problem` (detail: message), `signed-out`. Told `mention` (detail:
 * `{conversation, name, text}`), it alerts.
 */
export class Desk extends EventTarget {
  /** @param {string} token @param {string} agent */
  constructor(token, agent) {
    super();
    this.token = token;
    this.agent = agent;
    this.supervisor = claimsOf(token).supervisor === true;
    this.api = new Api("", () => this.token);
    /** @type {Map<string, any>} */
    this.tickets = new Map();
    /** Whether the list was read: what is not in it does not exist. */
    this.listed = false;
    /** @type {Map<string, any>} What was searched for last. */
    this.found = new Map();
    /** @type {string | null} */
    this.watched = null;
    this.after = 0;
    /** @type {Set<string>} Tickets that were taken here, by this very agent. */
    this.taken = new Set();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.rereads = new Map();
    this.socket = new LiveSocket({
      url: () => socketUrl(location.origin, "/v1/desk"),
      token: () => this.token,
      onFrame: (frame) => this.#frame(readFrame(frame)),
      onState: (state) => this.#tell("online", state),
      onClosed: (code) => this.#closed(code),
    });
  }

  start() {
    this.socket.start();
    this.refreshing = setInterval(() => this.refresh().catch((error) => this.complain(error)), REFRESH_MS);
  }

  stop() {
    clearInterval(this.refreshing);
    this.socket.stop();
  }

  /** Show what went wrong. @param {unknown} error */
  complain(error) {
    this.#tell("problem", error instanceof Error ? error.message : String(error));
  }

  /** Read the list anew: after every (re)connection, so that nothing is missed. */
  async refresh() {
    const lists = await Promise.all(["open", "claimed", "resolved"].map((status) => this.api.get("/v1/tickets", { status })));
    const listed = lists.flatMap((list) => list.tickets).map((ticket) => [ticket.ticket_id, this.#newest(ticket)]);
    this.tickets = new Map([...this.found, ...listed]);
    this.listed = true;
    this.#tell("tickets", null);
  }

  /** A ticket as it is known last: an answer may come after a later one. @param {any} ticket */
  #newest(ticket) {
    const known = this.tickets.get(ticket.ticket_id);
    return known && known.version > ticket.version ? known : ticket;
  }

  /** @param {import("../lib/wire.js").Frame} frame */
  #frame(frame) {
    if (frame.kind === "ready") {
      if (!this.socket.ready()) return;
      this.refresh().catch((error) => this.#tell("problem", error.message));
      if (this.watched) this.socket.send({ type: "watch", conversation_id: this.watched, after: this.after });
    } else if (frame.kind === "ticket") {
      const before = this.tickets.get(frame.ticket.ticket_id);
      this.tickets.set(frame.ticket.ticket_id, this.#newest(frame.ticket));
      this.#tell("ticket", { ticket: frame.ticket, isNew: !before, before });
      this.#tell("tickets", null);
    } else if (frame.kind === "event") {
      this.#tell("heard", frame);
      if (!this.#isNews(frame)) return;
      this.after = frame.placed.seq;
      this.#tell("event", frame);
    } else if (frame.kind === "note") {
      this.#tell("note", frame.note);
    } else if (frame.kind === "typing" && frame.conversation === this.watched) {
      this.#tell("typing", frame);
    } else if (["viewers", "writing", "live", "live_changed"].includes(frame.kind)) {
      this.#tell(frame.kind, frame);
    } else if (frame.kind === "problem") {
      this.#tell("problem", frame.message);
    }
  }

  /** Whether an event is one to show; words that move a clock let its ticket be read anew. @param {any} frame */
  #isNews(frame) {
    const { type, author } = frame.placed.event;
    if (type === "message_received" || (type === "replied" && author === "agent")) this.#rereadSoon(frame.conversation);
    if (type === "message_received" && frame.conversation !== this.watched) this.#tell("elsewhere", frame);
    return frame.conversation === this.watched && frame.placed.seq > this.after;
  }

  /** @param {string} conversation */
  #rereadSoon(conversation) {
    const ticket = [...this.tickets.values()].find((each) => each.conversations?.includes(conversation) && each.status !== "resolved");
    if (!ticket) return;
    clearTimeout(this.rereads.get(conversation));
    this.rereads.set(conversation, setTimeout(() => this.reread(ticket.ticket_id).catch((error) => this.complain(error)), REREAD_MS));
  }

  /** @param {number} code */
  #closed(code) {
    if (code !== CLOSED.noToken && code !== CLOSED.wrongRole) return true;
    this.#tell("signed-out", null);
    return false;
  }

  /** Follow one conversation; its past comes back at once. @param {string} conversation @returns {Promise<any[]>} */
  async watch(conversation) {
    if (this.watched !== conversation) this.unwatch();
    this.watched = null;
    const body = await this.api.get(`/v1/conversations/${encodeURIComponent(conversation)}/events`);
    const events = Array.isArray(body) ? body : body.events;
    this.watched = conversation;
    this.after = events.at(-1)?.seq ?? 0;
    this.socket.send({ type: "watch", conversation_id: conversation, after: this.after });
    return events;
  }

  /** Follow it no longer, unless it is one of one's own: what is said there is told wherever one looks. */
  unwatch() {
    if (this.watched && !this.#isOurs(this.watched)) this.socket.send({ type: "unwatch", conversation_id: this.watched });
    this.watched = null;
  }

  /** Take a conversation from whoever has it. @param {any} row Of the live view. @param {string} because @returns {Promise<any>} */
  async takeOver(row, because) {
    if (row.ticket_id) this.taken.add(row.ticket_id);
    const ticket = await this.api.post(`/v1/conversations/${encodeURIComponent(row.conversation_id)}/take-over`, { version: row.version, because });
    this.taken.add(ticket.ticket_id);
    this.#keep(ticket);
    return ticket;
  }

  /** Say something to the agent who has a conversation. @param {string} conversation @param {string} text @param {string} clientId */
  whisper(conversation, text, clientId) {
    return this.api.post(`/v1/conversations/${encodeURIComponent(conversation)}/whispers`, { client_id: clientId, text });
  }

  /** Whether a conversation goes with a ticket that this agent holds: the server watches those by itself. @param {string} conversation */
  #isOurs(conversation) {
    return [...this.tickets.values()].some((ticket) => ticket.status === "claimed" && ticket.assignee === this.agent && ticket.conversations?.includes(conversation));
  }

  /** @param {any} ticket */
  claim(ticket) {
    this.taken.add(ticket.ticket_id);
    return this.#act(ticket, "claim", { version: ticket.version });
  }

  /** @param {any} ticket @param {"hand_back" | "resolve"} outcome @param {string} note @param {string[]} agreed */
  release(ticket, outcome, note, agreed = []) {
    return this.#act(ticket, "release", { outcome, note, agreed });
  }

  /** What is done with a case: `transfer`, `tags`, `snooze`, `wake`, `reopen`, `merge`, `split`. @param {any} ticket @param {string} verb @param {object} body */
  change(ticket, verb, body) {
    return this.#act(ticket, verb, body);
  }

  /** Tickets that filters let through; what is found can be opened. @param {Record<string, unknown>} filters @returns {Promise<{tickets: any[], total: number}>} */
  async find(filters) {
    const list = await this.api.get("/v1/tickets", filters);
    this.found = new Map(list.tickets.map((/** @type {any} */ ticket) => [ticket.ticket_id, ticket]));
    for (const [id, ticket] of this.found) if (!this.tickets.has(id)) this.tickets.set(id, ticket);
    return list;
  }

  /** @param {any} ticket @param {string} verb @param {object} body */
  async #act(ticket, verb, body) {
    const changed = await this.api.post(`/v1/tickets/${encodeURIComponent(ticket.ticket_id)}/${verb}`, body);
    this.#keep(changed);
    return changed;
  }

  /** Say what kind of case it is. @param {any} ticket @param {object} correction */
  correct(ticket, correction) {
    return this.#act(ticket, "correction", correction);
  }

  /** Make an offered call, or confirm the one that it led to. @param {any} ticket @param {{key?: string, proposal_id?: string}} wanted @returns {Promise<any>} */
  act(ticket, wanted) {
    return this.api.post(`/v1/tickets/${encodeURIComponent(ticket.ticket_id)}/actions`, wanted);
  }

  /** Let the clock stand still until the shopper writes, or go on. @param {any} ticket @param {boolean} waiting */
  awaitShopper(ticket, waiting) {
    return this.#act(ticket, "await", { waiting });
  }

  /** What was done with a ticket. @param {string} ticketId @returns {Promise<any[]>} */
  async story(ticketId) {
    return (await this.api.get(`/v1/tickets/${encodeURIComponent(ticketId)}/history`)).events;
  }

  /** Read one ticket anew. @param {string} ticketId */
  async reread(ticketId) {
    const ticket = await this.api.get(`/v1/tickets/${encodeURIComponent(ticketId)}`);
    this.#keep(ticket);
    return ticket;
  }

  /** @param {any} ticket */
  #keep(ticket) {
    this.tickets.set(ticket.ticket_id, this.#newest(ticket));
    this.#tell("tickets", null);
  }

  /** @param {string} conversation @param {string} text @param {string} [clientId] The same again for another try. @param {string[]} [attachments] */
  say(conversation, text, clientId = newId(), attachments = []) {
    return this.api.post(`/v1/conversations/${encodeURIComponent(conversation)}/agent-messages`, { client_id: clientId, text, attachments });
  }

  /** Write a note for colleagues. @param {any} ticket @param {string} text @param {string} clientId @returns {Promise<any>} */
  note(ticket, text, clientId) {
    return this.api.post(`/v1/tickets/${encodeURIComponent(ticket.ticket_id)}/notes`, { client_id: clientId, text });
  }

  /** The staff's notes on a ticket's conversation. @param {any} ticket @returns {Promise<any[]>} */
  async notes(ticket) {
    return (await this.api.get(`/v1/tickets/${encodeURIComponent(ticket.ticket_id)}/notes`)).notes;
  }

  /** @param {string} conversation */
  typing(conversation) {
    const now = Date.now();
    if (now - (this.typedAt ?? 0) < 2500) return;
    this.typedAt = now;
    this.socket.send({ type: "typing", conversation_id: conversation, on: true });
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
