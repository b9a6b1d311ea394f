/** The platform's HTTP interface as the pages use it. */

const UNREACHABLE = { zh: "连不上服务器，请检查网络后再试", en: "the server cannot be reached; check the connection and try again" };

/** What the server refused, from its problem document. */
export class Problem extends Error {
  /** @param {number} status @param {{title?: string, detail?: string, code?: string, type?: string}} body */
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.name = "Problem";
    /** HTTP status; 0 when the server could not be reached. */
    this.status = status;
    this.code = body.code ?? "";
    this.body = body;
  }
}

/** Calls with a bearer token. */
export class Api {
  /**
   * @param {string} base Origin of the server, without a slash at the end.
   * @param {() => (string | null)} token
   */
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** @param {string} path @param {Record<string, unknown>} [query] @returns {Promise<any>} */
  get(path, query = {}) {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
    }
    return this.#request("GET", path + (search.size ? `?${search}` : ""));
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.#request("POST", path, JSON.stringify(body), { "Content-Type": "application/json" });
  }

  /** Sign in by password; the browser keeps the cookie that the answer sets. @param {object} body @returns {Promise<any>} */
  async enter(body) {
    const response = await this.#fetch("POST", "/v1/session", JSON.stringify(body), { "Content-Type": "application/json" }, "same-origin");
    return response.json();
  }

  /** Upload a picture or a recording. @param {Blob} file @param {string} name @returns {Promise<{id: string}>} */
  upload(file, name) {
    const form = new FormData();
    form.append("file", file, name);
    return this.#request("POST", "/v1/attachments", form);
  }

  /** A stored attachment's bytes. @param {string} id @returns {Promise<Blob>} */
  async attachment(id) {
    return (await this.#fetch("GET", `/v1/attachments/${encodeURIComponent(id)}`)).blob();
  }

  /** A file that the server makes, with the name it gives it. @param {string} path @param {unknown} body What is posted; null: it is got. @returns {Promise<{blob: Blob, name: string}>} */
  async file(path, body) {
    const response = body === null ? await this.#fetch("GET", path) : await this.#fetch("POST", path, JSON.stringify(body), { "Content-Type": "application/json" });
    const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "");
    return { blob: await response.blob(), name: name ? decodeURIComponent(name[1]) : "figure" };
  }

  /** @param {string} method @param {string} path @param {BodyInit} [body] @param {Record<string, string>} [headers] */
  async #request(method, path, body, headers = {}) {
    const response = await this.#fetch(method, path, body, headers);
    return response.status === 204 ? null : response.json();
  }

  /** @param {string} method @param {string} path @param {BodyInit} [body] @param {Record<string, string>} [headers] @param {RequestCredentials} [credentials] */
  async #fetch(method, path, body, headers = {}, credentials) {
    const token = this.token();
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await fetch(this.base + path, { method, body, headers, credentials: credentials ?? (isSession(token) ? "same-origin" : "omit") });
    } catch {
      throw new Problem(0, { detail: UNREACHABLE[document.documentElement.lang.startsWith("zh") ? "zh" : "en"], code: "unreachable" });
    }
    if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
    return response;
  }
}

/**
 * Whoever signed in by password has `session:SEAT:NAME` in place of a token; the browser's cookie is the proof.
 * @param {string | null} token
 */
export function isSession(token) {
  return token?.startsWith("session:") ?? false;
}

/** The claims of a signed token, unverified: for names on screen only. @param {string} token */
export function claimsOf(token) {
  if (isSession(token)) {
    const [, role, name, more] = token.split(":");
    return { role, sub: decodeURIComponent(name ?? ""), supervisor: more === "supervisor" };
  }
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (char) => char.charCodeAt(0))));
  } catch {
    return {};
  }
}
