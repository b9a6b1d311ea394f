/** What was promised of a ticket and how it stands now: worked out here between two readings, from the moments that the server gave. */

import { h } from "../lib/dom.js";
import { formatMoment, formatSince } from "../lib/format.js";
import { storyFacts } from "./marks.js";

/** @typedef {import("../lib/i18n.js").I18n} I18n */
/** @typedef {{goal: string, state: string, due: string | null, warn_at: string | null, ended: boolean, paused_by: string | null}} Clock */

const TONES = { warning: "warn", breached: "bad", paused: "", running: "", met: "ok" };

/** How a clock stands at a moment. @param {Clock} clock @param {number} [now] */
export function stateOf(clock, now = Date.now()) {
  if (clock.ended || clock.paused_by) return clock.state;
  if (clock.due && Date.parse(clock.due) <= now) return "breached";
  return clock.warn_at && Date.parse(clock.warn_at) <= now ? "warning" : "running";
}

/** The clock that runs out first; none where all have ended. @param {any} ticket @returns {Clock | undefined} */
export function pressing(ticket) {
  const live = /** @type {Clock[]} */ (ticket.clocks ?? []).filter((clock) => !clock.ended);
  return live.sort((a, b) => (a.due ?? "9").localeCompare(b.due ?? "9"))[0];
}

/** @param {any} ticket @param {I18n} i18n */
export function clockTag(ticket, i18n) {
  const clock = pressing(ticket);
  if (!clock) return null;
  const state = stateOf(clock);
  return h("span", { class: `tag clock ${TONES[state] ?? ""}`, data: { clock: state } }, written(clock, state, i18n));
}

/** @param {Clock} clock @param {string} state @param {I18n} i18n */
function written(clock, state, i18n) {
  const goal = i18n.t(`goal_${clock.goal}`);
  if (state === "paused") return i18n.t(`clock_paused_${clock.paused_by}`, { goal });
  if (state === "met" || !clock.due) return i18n.t(`clock_${state}`, { goal, time: "" });
  const now = Date.now();
  const due = Date.parse(clock.due);
  const time = formatSince(new Date(Math.min(now, 2 * now - due)).toISOString(), i18n.lang, now);
  return i18n.t(`clock_${state}`, { goal, time: due <= now ? formatSince(clock.due, i18n.lang, now) : time });
}

/** Every promise with when it is due. @param {any} ticket @param {I18n} i18n */
export function clockSection(ticket, i18n) {
  if (!ticket.clocks?.length) return null;
  const entry = (/** @type {Clock} */ clock) => {
    const state = stateOf(clock);
    return h(
      "li",
      { class: "case-row" },
      h("span", { class: `tag ${TONES[state] ?? ""}` }, written(clock, state, i18n)),
      clock.due ? h("span", { class: "small muted" }, i18n.t("due_at", { when: formatMoment(clock.due, i18n.lang) })) : null,
    );
  };
  return h("section", { class: "case-section" }, h("h3", {}, i18n.t("b_clocks")), h("ul", { class: "case-list" }, ticket.clocks.map(entry)));
}

/** What was done with the ticket and why, read when it is opened. @param {any} ticket @param {{i18n: I18n, load: () => Promise<any[]>}} parts */
export function storySection(ticket, { i18n, load }) {
  const list = h("ul", { class: "case-list" });
  const details = h("details", { class: "case-section" }, h("summary", {}, i18n.t("story")), list);
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    const events = await load();
    list.replaceChildren(...events.map((event) => storyEntry(event, i18n)));
  });
  return details;
}

/** Steps of which it is told who did them. */
const BY_THE_AGENT = ["claimed", "corrected", "transferred", "tagged", "snoozed", "reopened", "merged", "merged_into", "split_off", "split_from", "answered"];

/** @param {any} event @param {I18n} i18n */
function storyEntry(event, i18n) {
  const { because, agent, held_by } = event.facts;
  const who = held_by ? i18n.or(`held_by_${held_by}`, held_by) : agent;
  const why = (Array.isArray(because) ? because : because ? [because] : []).map((each) => i18n.or(`because_${each}`, each));
  return h(
    "li",
    { class: "case-row" },
    h("span", { class: "small muted" }, formatMoment(event.at, i18n.lang)),
    h("span", {}, i18n.or(`story_${event.what}`, event.what)),
    (who && event.what !== "transferred") || BY_THE_AGENT.includes(event.what) ? h("strong", {}, (event.what !== "transferred" && who) || event.actor) : null,
    held_by ? h("span", { class: "small muted" }, i18n.t("story_by", { name: event.actor })) : null,
    h("span", {}, storyFacts(event, i18n)),
    why.length ? h("span", { class: "small muted" }, why.join(i18n.t("comma"))) : null,
  );
}

/** @typedef {{ticket: any, goal: string, state: "warning" | "breached"}} Late */

/** Says of promises that are about to be broken, and again when they are: once for each ticket and state. */
export class Warnings {
  constructor() {
    /** @type {Map<string, string>} */
    this.told = new Map();
  }

  /** What is new to tell. @param {any[]} tickets @returns {Late[]} */
  next(tickets) {
    const late = [];
    for (const ticket of tickets) {
      const clock = pressing(ticket);
      const state = clock ? stateOf(clock) : "";
      const key = clock ? `${clock.goal} ${state}` : "";
      if (clock && (state === "warning" || state === "breached") && this.told.get(ticket.ticket_id) !== key) late.push({ ticket, goal: clock.goal, state });
      this.told.set(ticket.ticket_id, key);
    }
    return /** @type {Late[]} */ (late);
  }
}

/** @param {Late[]} late @param {I18n} i18n */
export function lateNews(late, i18n) {
  return late.map(({ ticket, goal, state }) => i18n.t(`warn_${state}`, { goal: i18n.t(`goal_${goal}`), subject: ticket.subject || ticket.ticket_id })).join(" ");
}
