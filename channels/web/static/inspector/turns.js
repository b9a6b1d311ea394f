/** Cuts a conversation's events into turns. */

/** @typedef {import("../thread/thread.js").Placed} Placed */

/**
 * @typedef {object} TurnEvents
 * @property {"opening" | "turn" | "between"} kind
 * @property {number} number 1-based, for turns.
 * @property {Placed[]} events
 */

/**
 * A turn begins with a shopper's (or merchant's) message and ends with `turn_ended`; a burst of messages is one turn.
 * What a person at the desk does stands between turns.
 * @param {Placed[]} events @returns {TurnEvents[]}
 */
export function cutTurns(events) {
  /** @type {TurnEvents[]} */
  const turns = [];
  let number = 0;
  let open = false;
  for (const placed of events) {
    const { event } = placed;
    const message = event.type === "message_received" && event.author !== "agent";
    const current = turns.at(-1);
    const burst = open && current?.events.every((each) => each.event.type === "message_received");
    if (message && !burst) {
      number += 1;
      turns.push({ kind: "turn", number, events: [placed] });
      open = true;
    } else if (open || (current && current.kind !== "turn")) {
      current?.events.push(placed);
    } else {
      turns.push({ kind: number === 0 ? "opening" : "between", number, events: [placed] });
    }
    if (event.type === "turn_ended") open = false;
  }
  return turns;
}

/** The first event of a type. @param {Placed[]} events @param {string} type @returns {any} */
export function firstOf(events, type) {
  return events.find((placed) => placed.event.type === type)?.event;
}

/** The last event of a type. @param {Placed[]} events @param {string} type @returns {any} */
export function lastOf(events, type) {
  return events.findLast((placed) => placed.event.type === type)?.event;
}

/**
 * Cut a text into pieces, each with the names of the marks over it. Positions count code points, as the server does.
 * @param {string} text @param {{start: number, end: number, name: string, kind: "entity" | "command"}[]} marks
 * @returns {{text: string, entity: string[], command: string[]}[]}
 */
export function cutText(text, marks) {
  const points = [...text];
  const cuts = new Set([0, points.length]);
  const within = (/** @type {number} */ place) => Math.min(points.length, Math.max(0, place)); // what was said on top is no part of it
  for (const { start, end } of marks) cuts.add(within(start)).add(within(end));
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((from, index) => {
    const to = places[index + 1];
    const over = marks.filter((mark) => mark.start <= from && mark.end >= to);
    const named = (/** @type {string} */ kind) => [...new Set(over.filter((mark) => mark.kind === kind).map((mark) => mark.name))];
    return { text: points.slice(from, to).join(""), entity: named("entity"), command: named("command") };
  });
}

/** Where the words of a command stand in the message, in code points. @param {string} text @param {string} words */
export function spanOf(text, words) {
  const at = words ? text.indexOf(words) : -1;
  if (at < 0) return null;
  const start = [...text.slice(0, at)].length;
  return { start, end: start + [...words].length };
}
