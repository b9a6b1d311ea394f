/** Notes of the staff among the words of a conversation. */

import { h, icon, linked } from "../lib/dom.js";
import { formatClock } from "../lib/format.js";

/** @typedef {{note_id: string, ticket_id: string, conversation_id: string, author: string, text: string, at: string, mentions: string[]}} Note */

/** A note as something that has its place in the thread. @param {Note} note @returns {import("../thread/thread.js").Placed} */
export function placedNote(note) {
  return { seq: 0, at: note.at, event: { type: "note", ...note } };
}

/** Events and notes in the order of their times. @param {import("../thread/thread.js").Placed[]} events @param {Note[]} notes */
export function interleaved(events, notes) {
  const rest = notes.map(placedNote);
  const all = [];
  for (const placed of events) {
    while (rest.length && Date.parse(rest[0].at) < Date.parse(placed.at)) all.push(rest.shift());
    all.push(placed);
  }
  return [...all, ...rest];
}

/** @param {any} note @param {{i18n: import("../lib/i18n.js").I18n, agent: string}} parts */
export function noteCard(note, { i18n, agent }) {
  const mine = note.mentions.includes(agent);
  return h(
    "article",
    { class: "staff-note", data: { note: note.note_id }, "aria-label": i18n.t("note_by", { name: note.author }) },
    h(
      "p",
      { class: "small note-head" },
      icon("pin"),
      h("strong", {}, i18n.t("note_by", { name: note.author })),
      h("time", { datetime: note.at }, formatClock(note.at, i18n.lang)),
      h("span", { class: "tag" }, i18n.t("note_internal")),
      mine ? h("span", { class: "tag info" }, i18n.t("mentions_you")) : null,
    ),
    h("p", { class: "words" }, linked(note.text)),
  );
}
