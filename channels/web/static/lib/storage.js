/** Small things remembered in this browser. Works, forgetting, where storage is refused. */

/** A named corner of `localStorage`. */
export class Storage {
  /** @param {string} prefix */
  constructor(prefix) {
    this.prefix = prefix;
    /** @type {Map<string, unknown>} */
    this.memory = new Map();
  }

  /** @template T @param {string} key @param {T} otherwise @returns {T} */
  get(key, otherwise) {
    if (this.memory.has(key)) return /** @type {T} */ (this.memory.get(key));
    try {
      const stored = localStorage.getItem(this.prefix + key);
      return stored === null ? otherwise : JSON.parse(stored);
    } catch {
      return otherwise;
    }
  }

  /** @param {string} key @param {unknown} value `null` forgets. */
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, JSON.stringify(value));
      this.memory.delete(key);
    } catch {
      this.memory.set(key, value);
    }
  }
}

/** A random id for a message. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
