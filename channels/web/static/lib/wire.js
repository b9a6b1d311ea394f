/** Frames of both sockets, read into a few kinds; a type that we do not know is `{kind: "other"}`. */

/** Why the server closed a socket. */
export const CLOSED = { noToken: 4401, wrongRole: 4403, unknownConversation: 4404, tokenTooLate: 4408 };

/**
 * @typedef {{kind: "ready"} | {kind: "other"}
 *   | {kind: "event", conversation: string, placed: import("../thread/thread.js").Placed}
 *   | {kind: "turn", client_id: string}
 *   | {kind: "typing", who: "bot" | "agent" | "shopper", on: boolean, conversation: string | null}
 *   | {kind: "draft", turn: number, lang: "zh" | "en", text: string}
 *   | {kind: "ticket", ticket: any}
 *   | {kind: "live", board: any}
 *   | {kind: "live_changed", conversations: any[], gone: string[], agents: any[] | null, queues: any[] | null}
 *   | {kind: "viewers", conversation: string, viewers: string[]}
 *   | {kind: "writing", conversation: string, agent: string, on: boolean}
 *   | {kind: "note", note: any}
 *   | {kind: "problem", client_id: string | null, code: string, message: string, status: number}} Frame
 */

/** @param {any} frame @returns {Frame} */
export function readFrame(frame) {
  switch (frame.type) {
    case "ready":
      return { kind: "ready" };
    case "event":
      return { kind: "event", conversation: frame.conversation_id, placed: { seq: frame.seq, at: frame.at, event: frame.event } };
    case "turn":
      return { kind: "turn", client_id: frame.client_id };
    case "typing":
      return { kind: "typing", who: frame.who, on: frame.on, conversation: frame.conversation_id ?? null };
    case "draft":
      return { kind: "draft", turn: frame.turn, lang: frame.lang, text: frame.text };
    case "ticket":
      return { kind: "ticket", ticket: frame.ticket };
    case "live":
      return { kind: "live", board: frame.board };
    case "live_changed":
      return { kind: "live_changed", conversations: frame.conversations, gone: frame.gone, agents: frame.agents, queues: frame.queues };
    case "viewers":
      return { kind: "viewers", conversation: frame.conversation_id, viewers: frame.viewers };
    case "writing":
      return { kind: "writing", conversation: frame.conversation_id, agent: frame.agent, on: frame.on };
    case "note":
      return { kind: "note", note: frame.note };
    case "error": {
      const { code = "", detail = "", status = 0 } = frame.problem ?? {};
      return { kind: "problem", client_id: frame.client_id ?? null, code, message: detail, status };
    }
    default:
      return { kind: "other" };
  }
}
