/** Money, times and texts as people read them. A time that is already written out passes unchanged. */

/** @typedef {import("./i18n.js").Lang} Lang */
/** @typedef {{minor: number, currency: string}} Money */
/** @typedef {{zh?: string, en?: string} | string | null | undefined} LocalText */

const PLACES = { JPY: 0, KRW: 0, VND: 0, CLP: 0, KWD: 3, BHD: 3 };
const SYMBOLS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", BRL: "R$", HKD: "HK$", JPY: "JP¥" };

/** @param {Lang} lang */
const locale = (lang) => (lang === "zh" ? "zh-CN" : "en-GB");

/**
 * Money as the rest of the platform writes it: `¥1,299.00`, `CN¥1,299.00` in English.
 * A text passes unchanged, for cards that come with prices already written.
 * @param {Money | string | number | null | undefined} money @param {Lang} lang
 */
export function formatMoney(money, lang) {
  if (money === null || money === undefined) return "";
  if (typeof money !== "object") return String(money);
  const places = PLACES[money.currency] ?? 2;
  const symbol = money.currency === "CNY" && lang === "en" ? "CN¥" : (SYMBOLS[money.currency] ?? `${money.currency} `);
  const amount = Math.abs(money.minor) / 10 ** places;
  const digits = amount.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  return `${money.minor < 0 ? "-" : ""}${symbol}${digits}`;
}

/** @param {LocalText} text @param {Lang} lang */
export function localText(text, lang) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return lang === "zh" ? text.zh || text.en || "" : text.en || text.zh || "";
}

/** @param {string | null | undefined} iso @param {Lang} lang */
export function formatDay(iso, lang) {
  return formatWith(iso, lang, { year: "numeric", month: "short", day: "numeric" });
}

/** @param {string | null | undefined} iso @param {Lang} lang */
export function formatMoment(iso, lang) {
  return formatWith(iso, lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

/** @param {string | null | undefined} iso @param {Lang} lang */
export function formatClock(iso, lang) {
  return formatWith(iso, lang, { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** @param {string | null | undefined} iso @param {Lang} lang @param {Intl.DateTimeFormatOptions} options */
function formatWith(iso, lang, options) {
  if (!iso) return "";
  if (!/^\d{4}-\d\d-\d\dT/.test(iso)) return String(iso);
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : new Intl.DateTimeFormat(locale(lang), options).format(at);
}

/** How long ago, in one unit: `3 min`, `3 分钟`. @param {string} iso @param {Lang} lang @param {number} [now] */
export function formatSince(iso, lang, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(iso).getTime()) / 1000));
  const [amount, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86400), "day"];
  return new Intl.NumberFormat(locale(lang), { style: "unit", unit, unitDisplay: "short" }).format(amount);
}

/** `1 day`. @param {number} days @param {string} lang */
export function formatDays(days, lang) {
  return new Intl.NumberFormat(locale(lang), { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
}

/** `12 %`, on one line. @param {number} share A fraction. */
export function formatShare(share) {
  return `${Math.round(share * 100)}\u00a0%`;
}

/** `0:07`. @param {number} seconds */
export function formatDuration(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
