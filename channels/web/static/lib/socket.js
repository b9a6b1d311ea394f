/** A WebSocket that comes back by itself. */

/** @typedef {"connecting" | "online" | "reconnecting" | "stopped"} SocketState */

/**
 * @typedef {object} SocketOptions
 * @property {() => string} url Address at the moment of connecting, with what was last seen.
 * @property {() => (string | null)} token
 * @property {(frame: any) => void} onFrame
 * @property {(state: SocketState) => void} onState
 * @property {(code: number, reason: string) => boolean} onClosed Whether to connect again.
 */

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 8000;
const PING_EVERY_MS = 20000;
const SILENCE_MS = 45000;

/** Authenticates with its first frame, pings, notices silence, reconnects with growing pauses. */
export class LiveSocket {
  /** @param {SocketOptions} options */
  constructor(options) {
    this.options = options;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {SocketState} */
    this.state = "stopped";
    this.attempt = 0;
    this.heard = 0;
    this.wake = () => this.#wake();
  }

  start() {
    if (this.state !== "stopped") return;
    window.addEventListener("online", this.wake);
    window.addEventListener("offline", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.pinger = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#setState("connecting");
    this.#connect();
  }

  stop() {
    window.removeEventListener("online", this.wake);
    window.removeEventListener("offline", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearInterval(this.pinger);
    clearTimeout(this.timer);
    this.#setState("stopped");
    this.socket?.close(1000);
    this.socket = null;
  }

  /** Call when the server has answered: it has accepted the token, from now on `send` goes through. */
  ready() {
    if (this.state === "online" || this.state === "stopped") return false;
    this.attempt = 0;
    this.#setState("online");
    return true;
  }

  /** @param {object} frame @returns {boolean} Whether it left; an answer is still the only proof of arrival. */
  send(frame) {
    if (this.state !== "online" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.options.url());
    this.socket = socket;
    this.heard = Date.now(); // who picks up and says nothing is given up like who falls silent
    socket.addEventListener("open", () => {
      this.heard = Date.now();
      socket.send(JSON.stringify({ type: "auth", token: this.options.token() }));
    });
    socket.addEventListener("message", (message) => {
      this.heard = Date.now();
      if (socket === this.socket) this.options.onFrame(JSON.parse(message.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.#lost(event.code, event.reason);
    });
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    this.socket = null;
    if (this.state === "stopped") return;
    if (!this.options.onClosed(code, reason)) {
      this.stop();
      return;
    }
    this.#setState("reconnecting");
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempt) * (0.7 + Math.random() * 0.6);
    this.attempt += 1;
    this.timer = setTimeout(() => this.#connect(), delay);
  }

  #ping() {
    if (this.socket && Date.now() - this.heard > SILENCE_MS) this.#drop();
    else this.send({ type: "ping" });
  }

  #drop() {
    const socket = this.socket;
    socket?.close();
    if (socket && socket === this.socket) this.#lost(1006, "silence");
  }

  #wake() {
    if (this.state === "stopped") return;
    if (!navigator.onLine) {
      if (this.socket) this.#drop();
      return;
    }
    if (document.visibilityState === "visible" && this.socket === null) {
      this.attempt = 0;
      this.#connect();
    }
  }

  /** @param {SocketState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.options.onState(state);
  }
}

/** `http` to `ws`. @param {string} base @param {string} path */
export function socketUrl(base, path) {
  return base.replace(/^http/, "ws") + path;
}
