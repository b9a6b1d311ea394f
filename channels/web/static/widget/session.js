/** One shopper's conversation with the server: opened late, resumed always, each message delivered once. */

import { Api, claimsOf, Problem } from "../lib/api.js";
import { LiveSocket, socketUrl } from "../lib/socket.js";
import { newId } from "../lib/storage.js";
import { CLOSED, readFrame } from "../lib/wire.js";

/** @typedef {import("../lib/i18n.js").Lang} Lang */
/** @typedef {{blob: Blob | null, name: string, kind: "image" | "audio", url: string, id?: string}} OwnFile */
/** @typedef {{client_id: string, text: string, files: OwnFile[], sent?: boolean, failed?: boolean, tries?: number}} Outgoing */

const FORGET_AFTER_MS = 24 * 3600 * 1000;
const MOST_TRIES = 5;
const MENDABLE = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

/**
 * Fires `event` (detail: a placed event), `online` (detail: socket state), `typing`, `draft` (detail: what the bot is about to say), `live` (all past events are in),
 * `outbox` (detail: an `Outgoing` whose state changed), `cleared`, `problem` (detail: `{code, message}`).
 */
export class Session extends EventTarget {
  /** @param {{base: string, storage: import("../lib/storage.js").Storage, lang: () => Lang}} options */
  constructor({ base, storage, lang }) {
    super();
    this.base = base;
    this.storage = storage;
    this.lang = lang;
    /** @type {string | null} */
    this.identity = null;
    /** Grows whenever the person or the conversation changes: what began before must not go on after. */
    this.era = 0;
    this.api = new Api(base, () => this.token);
    /** @type {LiveSocket | null} */
    this.socket = null;
    this.#load();
  }

  #load() {
    this.who = this.identity === null ? "visitor" : subjectKey(this.identity);
    this.token = this.identity ?? this.storage.get(`${this.who}:token`, null);
    const kept = this.storage.get(`${this.who}:conversation`, null);
    this.conversation = kept && Date.now() - kept.at < FORGET_AFTER_MS ? kept.id : null;
    this.after = 0;
    this.owner = "bot";
    /** @type {Map<string, Outgoing>} */
    this.outbox = new Map();
    if (this.conversation) {
      for (const kept of this.storage.get(`${this.who}:outbox`, [])) this.outbox.set(kept.client_id, { ...kept, sent: false });
    }
  }

  /** Whether there is a conversation to go on with. */
  get started() {
    return this.conversation !== null;
  }

  /** Open or resume; safe to call again. */
  async start() {
    if (!this.starting) {
      const run = this.#start(this.era).finally(() => {
        if (this.starting === run) this.starting = null;
      });
      this.starting = run;
    }
    return this.starting;
  }

  /** @param {number} era @returns {Promise<void>} */
  async #start(era) {
    if (this.socket) return;
    try {
      const greeting = await this.#open(era);
      if (greeting && (await this.#catchUp(greeting, era))) this.#connect();
    } catch (error) {
      if (era !== this.era) return;
      if (!(error instanceof Problem)) throw error;
      await this.#cannotStart(error);
    }
  }

  /** @param {Problem} error */
  async #cannotStart(error) {
    if (error.status === 401 && this.identity === null && this.token) {
      this.#forget({ token: true });
      return this.#start(this.era);
    }
    if (error.status === 404 && this.conversation) {
      this.#forget({});
      return this.#start(this.era);
    }
    const code = error.status === 401 ? "signed_out" : error.status === 0 ? "unreachable" : error.code;
    this.#tell("problem", { code, message: error.message });
    if (MENDABLE.has(error.status)) this.retryTimer = setTimeout(() => this.start(), 3000);
  }

  /** Get a token and a conversation. @param {number} era @returns {Promise<any[] | null>} The greeting of a new one; null: outdated. */
  async #open(era) {
    if (!this.token) {
      const { token } = await this.api.post("/v1/tokens/visitor");
      if (era !== this.era) return null;
      this.token = token;
      this.storage.set(`${this.who}:token`, token);
    }
    if (this.conversation) return [];
    const opened = await this.api.post("/v1/conversations", { lang: this.lang(), channel: "web", device: { automated: navigator.webdriver === true } });
    if (era !== this.era) return null;
    this.conversation = opened.id;
    this.storage.set(`${this.who}:conversation`, { id: opened.id, at: Date.now() });
    return opened.greeting ?? [];
  }

  /**
   * Show what was said before.
   * @param {any[]} greeting Shown where the server keeps it out of the events. @param {number} era
   * @returns {Promise<boolean>} False: outdated.
   */
  async #catchUp(greeting, era) {
    const body = await this.api.get(`/v1/conversations/${encodeURIComponent(this.conversation ?? "")}/events`, { after: this.after });
    if (era !== this.era) return false;
    const events = Array.isArray(body) ? body : body.events;
    const replies = { type: "replied", author: "bot", replies: greeting };
    if (greeting.length && !events.some(({ event }) => event.type === "replied")) {
      this.#tell("event", { seq: 0, at: new Date().toISOString(), event: replies });
    }
    for (const placed of events) this.#event(placed);
    this.#tell("live", null);
    for (const message of this.outbox.values()) this.#tell("outbox", message);
    return true;
  }

  #connect() {
    const path = `/v1/conversations/${encodeURIComponent(this.conversation ?? "")}/stream`;
    this.socket = new LiveSocket({
      url: () => socketUrl(this.base, `${path}?after=${this.after}`),
      token: () => this.token,
      onFrame: (frame) => this.#frame(readFrame(frame)),
      onState: (state) => this.#tell("online", state),
      onClosed: (code, reason) => this.#closed(code, reason),
    });
    this.socket.start();
  }

  /** @param {import("../lib/wire.js").Frame} frame */
  #frame(frame) {
    if (frame.kind === "event") this.#event(frame.placed);
    else if (frame.kind === "typing") this.#tell("typing", frame);
    else if (frame.kind === "draft") this.#tell("draft", frame);
    else if (frame.kind === "problem") this.#refused(frame);
    else if (frame.kind === "turn") this.#settle(frame.client_id);
    else if (frame.kind === "ready" && this.socket?.ready()) {
      for (const message of this.outbox.values()) message.sent = false;
      this.flush();
    }
  }

  /** @param {import("../thread/thread.js").Placed} placed */
  #event(placed) {
    if (placed.seq <= this.after) return;
    this.after = placed.seq;
    if (placed.event.type === "message_received") this.#settle(placed.event.client_id);
    if (placed.event.type === "ownership_changed") this.owner = placed.event.owner;
    this.#tell("event", placed);
  }

  /** @param {{client_id: string | null, code: string, message: string, status: number}} problem */
  #refused(problem) {
    const message = problem.client_id ? this.outbox.get(problem.client_id) : undefined;
    if (message && MENDABLE.has(problem.status) && (message.tries = (message.tries ?? 0) + 1) <= MOST_TRIES) {
      setTimeout(() => this.#again(message), 1500);
      return;
    }
    if (message) {
      message.failed = true;
      this.#keepOutbox();
      this.#tell("outbox", message);
    }
    this.#tell("problem", problem);
  }

  /** @param {Outgoing} message */
  #again(message) {
    message.sent = false;
    this.flush();
  }

  /** @param {string} clientId */
  #settle(clientId) {
    if (this.outbox.delete(clientId)) this.#keepOutbox();
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (code === CLOSED.noToken && this.identity !== null) {
      this.#tell("problem", { code: "signed_out", message: reason });
      return false;
    }
    if (code === CLOSED.noToken || code === CLOSED.wrongRole || code === CLOSED.unknownConversation) {
      this.restart({ newToken: code !== CLOSED.unknownConversation });
      return false;
    }
    return true;
  }

  /**
   * Show and send a message; it waits here while there is no network.
   * @param {string} text @param {OwnFile[]} [files]
   */
  send(text, files = []) {
    /** @type {Outgoing} */
    const message = { client_id: newId(), text, files };
    this.outbox.set(message.client_id, message);
    this.#keepOutbox();
    this.#tell("outbox", message);
    this.flush();
    return message;
  }

  /** @param {string} clientId */
  retry(clientId) {
    const message = this.outbox.get(clientId);
    if (!message) return;
    Object.assign(message, { failed: false, sent: false, tries: 0 });
    this.#tell("outbox", message);
    this.flush();
  }

  /** Send what waits, in order. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    try {
      for (const message of [...this.outbox.values()]) {
        if (message.sent || message.failed) continue;
        if (!(await this.#deliver(message))) break;
      }
    } finally {
      this.flushing = false;
    }
  }

  /** @param {Outgoing} message @returns {Promise<boolean>} Whether the next one may go. */
  async #deliver(message) {
    if (this.socket?.state !== "online") return false;
    try {
      for (const file of message.files) {
        if (!file.id && file.blob) file.id = (await this.api.upload(file.blob, file.name)).id;
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (MENDABLE.has(error.status)) {
        setTimeout(() => this.flush(), 3000);
        return false;
      }
      this.#refused({ client_id: message.client_id, code: error.code, message: error.message, status: error.status });
      return true;
    }
    const attachments = message.files.map((file) => file.id);
    message.sent = this.socket.send({ type: "message", client_id: message.client_id, text: message.text, attachments });
    if (message.sent) this.#tell("outbox", message);
    return message.sent;
  }

  /** Tell the other side that somebody types. */
  typing() {
    const now = Date.now();
    if (this.owner !== "human" || now - (this.typedAt ?? 0) < 2500) return;
    this.typedAt = now;
    this.socket?.send({ type: "typing", on: true });
  }

  #keepOutbox() {
    const plain = [...this.outbox.values()].filter((message) => message.files.length === 0 && !message.failed);
    this.storage.set(`${this.who}:outbox`, plain.length ? plain.map(({ client_id, text }) => ({ client_id, text, files: [] })) : null);
  }

  /** Leave this conversation and open a new one. @param {{newToken?: boolean}} [options] */
  async restart({ newToken = false } = {}) {
    this.stop();
    this.#forget({ token: newToken });
    this.#load();
    this.#tell("cleared", null);
    await this.start();
  }

  /** The page signed somebody in or out. @param {string | null} token */
  identify(token) {
    if (token === this.identity) return;
    const wasOn = this.socket !== null || Boolean(this.starting);
    this.stop();
    this.identity = token;
    this.#load();
    this.#tell("cleared", null);
    if (wasOn || this.started) this.start();
  }

  /** Say how one was served. @param {number} score @param {string} remark */
  rate(score, remark) {
    return this.api.post(`/v1/conversations/${encodeURIComponent(this.conversation ?? "")}/rating`, { score, remark });
  }

  stop() {
    this.era += 1;
    this.starting = null;
    clearTimeout(this.retryTimer);
    this.socket?.stop();
    this.socket = null;
  }

  /** @param {{token?: boolean}} what */
  #forget({ token = false }) {
    this.storage.set(`${this.who}:conversation`, null);
    this.storage.set(`${this.who}:outbox`, null);
    if (token) this.storage.set(`${this.who}:token`, null);
    if (token) this.token = null;
    this.conversation = null;
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A stored name for a signed-in person: their subject. @param {string} token */
function subjectKey(token) {
  return claimsOf(token).sub ?? "customer";
}
