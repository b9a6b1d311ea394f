/** One turn on screen: what was understood, decided, done and said, and how long it took. */

import { h } from "../lib/dom.js";
import { formatClock } from "../lib/format.js";
import { judgementView } from "../lib/judgement.js";
import { jsonView } from "../lib/json_view.js";
import { mediaOf, voiceLine } from "../thread/media.js";
import { renderReply } from "../thread/replies.js";
import { cutText, firstOf, lastOf, spanOf } from "./turns.js";

/** @typedef {import("./turns.js").TurnEvents} TurnEvents */
/** @typedef {{i18n: import("../lib/i18n.js").I18n, api: import("../lib/api.js").Api}} ViewContext */

const STATUS_TONES = { ok: "ok", refused: "warn", failed: "bad", needs_confirmation: "info" };
const STAGES = ["understand", "decide", "act", "reply"];
const NOT_FIELDS = new Set(["kind", "text", "score", "source", "entities"]);

/** @param {TurnEvents} turn @param {ViewContext} context */
export function turnView(turn, context) {
  const { i18n } = context;
  const { events } = turn;
  const ended = lastOf(events, "turn_ended");
  const title = turn.kind === "turn" ? i18n.t("turn", { n: turn.number }) : i18n.t(turn.kind);
  return h(
    "article",
    { class: `turn ${turn.kind}` },
    h(
      "header",
      { class: "turn-head" },
      h("h2", {}, title),
      h("span", { class: "small muted" }, formatClock(events[0].at, i18n.lang)),
      ended ? h("span", { class: `tag ${ended.handled_by === "bot" ? "" : "info"}` }, i18n.t(`handled_${ended.handled_by}`)) : null,
      h("span", { class: "spacer" }),
      ended ? timeBars(ended.ms, i18n) : null,
    ),
    messages(turn, context),
    hearing(turn, context),
    understanding(turn, context),
    models(turn, context),
    decision(turn, context),
    satisfaction(turn, context),
    tools(turn, context),
    replies(turn, context),
    state(turn, context),
    happenings(turn, context),
    h("details", { class: "raw" }, h("summary", { class: "small" }, `${i18n.t("raw")} (${events.length})`), jsonView(events.map(({ seq, event }) => ({ seq, ...event })))),
  );
}

/** @param {string} title @param {...any} children */
function part(title, ...children) {
  return h("section", { class: "part" }, h("h3", {}, title), h("div", { class: "part-body" }, ...children));
}

/** @param {any} ms @param {import("../lib/i18n.js").I18n} i18n */
function timeBars(ms, i18n) {
  const known = STAGES.map((stage) => [stage, ms[stage] ?? 0]);
  const other = Math.max(0, ms.total - known.reduce((sum, [, time]) => sum + Number(time), 0));
  const stages = [...known, ["other", other]].filter(([, time]) => Number(time) > 0);
  const told = stages.map(([stage, time]) => `${i18n.t(`ms_${stage}`)} ${Number(time).toFixed(1)} ms`).join(", ");
  const bar = stages.map(([stage, time]) => h("i", { class: `bar-${stage}`, style: { "flex-grow": time } }));
  return h(
    "div",
    { class: "time", role: "img", "aria-label": `${i18n.t("time")}: ${told}`, title: told },
    h("span", { class: "bars" }, bar),
    h("span", { class: "mono small" }, `${ms.total.toFixed(1)} ms`),
  );
}

/** The messages, with what was read in them marked. @param {TurnEvents} turn @param {ViewContext} context */
function messages({ events }, context) {
  const understood = firstOf(events, "understood");
  const shown = events
    .filter(({ event }) => event.type === "message_received")
    .map(({ seq, event }) => {
      const read = understood && (understood.of_seq === seq || events.filter((each) => each.event.type === "message_received").length === 1);
      const pictures = event.attachments.map((each) => attachment(each, context));
      return h("div", { class: "said" }, h("p", { class: "said-text" }, read ? marked(event.text, understood.understanding) : event.text), pictures);
    });
  return shown.length ? h("div", { class: "said-list" }, shown) : null;
}

/** @param {any} ref @param {ViewContext} context */
function attachment(ref, { api, i18n }) {
  const slot = h("span", {});
  api.attachment(ref.id).then(
    (blob) => slot.replaceChildren(mediaOf(ref.kind, URL.createObjectURL(blob), i18n.t("picture"))),
    () => slot.replaceChildren(i18n.t("attachment_gone")),
  );
  return slot;
}

/** What was heard in voice messages: the words, and how they sounded. @param {TurnEvents} turn @param {ViewContext} context */
function hearing({ events }, { i18n }) {
  const rows = events.flatMap(({ event }) => {
    if (event.type === "voice_transcribed") return [transcriptRow(event.transcript, i18n)];
    if (event.type === "voice_heard") return [voiceRows(event.voice, i18n)];
    return [];
  });
  return rows.length ? part(i18n.t("hearing"), rows) : null;
}

/** @param {any} transcript @param {import("../lib/i18n.js").I18n} i18n */
function transcriptRow({ text, lang, recogniser, ms }, i18n) {
  return h(
    "p",
    { class: "row" },
    h("span", { class: "tag" }, i18n.t("transcript")),
    text ? h("q", { lang: lang || null }, text) : h("span", { class: "muted" }, i18n.t("no_words")),
    lang ? h("span", { class: "tag" }, `${i18n.t("language")} ${lang}`) : null,
    h("span", { class: "spacer" }),
    h("span", { class: "small muted mono" }, `${recogniser} · ${ms.toFixed(0)} ms`),
  );
}

/** @param {any} voice @param {import("../lib/i18n.js").I18n} i18n */
function voiceRows(voice, i18n) {
  const chances = Object.entries(voice.mood.chances).sort(([, one], [, other]) => other - one);
  return h(
    "div",
    {},
    h(
      "p",
      { class: "row" },
      h("span", { class: "tag" }, voiceLine(voice, i18n)),
      chances.length ? h("span", { class: "small muted" }, i18n.t(voice.mood.own_measure ? "own_measure" : "stranger")) : null,
      h("span", { class: "spacer" }),
      h("span", { class: "small muted mono" }, `${voice.seconds.toFixed(1)} s · ${voice.model} · ${voice.ms.toFixed(0)} ms`),
    ),
    chances.length ? h("ul", { class: "intents", "aria-label": i18n.t("chances") }, chances.map(([mood, score]) => intentBar({ intent: i18n.t(`mood_${mood}`), score }))) : null,
    h("details", {}, h("summary", { class: "small" }, i18n.t("delivery")), jsonView(voice.delivery)),
  );
}

/** @param {string} text @param {any} read */
function marked(text, read) {
  const entities = read.entities.map((entity) => ({ start: entity.start, end: entity.end, name: entity.type, kind: /** @type {const} */ ("entity") }));
  const commands = read.commands.flatMap((command) => {
    const span = spanOf(text, command.text);
    return span ? [{ ...span, name: commandName(command), kind: /** @type {const} */ ("command") }] : [];
  });
  return cutText(text, [...entities, ...commands]).map((piece) => {
    if (!piece.entity.length && !piece.command.length) return piece.text;
    const names = [...piece.command, ...piece.entity].join(" · ");
    const classes = [piece.entity.length ? "m-entity" : "", piece.command.length ? "m-command" : ""].join(" ");
    return h("mark", { class: classes, title: names }, piece.text, piece.entity.length ? h("small", {}, piece.entity.join(" · ")) : null);
  });
}

/** @param {any} command */
function commandName(command) {
  return command.flow ? `${command.kind} ${command.flow}` : command.kind;
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function understanding({ events }, { i18n }) {
  const read = firstOf(events, "understood")?.understanding;
  if (!read) return null;
  return part(
    i18n.t("understanding"),
    h(
      "p",
      { class: "row" },
      h("span", { class: "tag" }, `${i18n.t("language")} ${read.lang}`),
      h("span", { class: "tag" }, `${i18n.t("emotion")} ${read.emotion.label} ${percent(read.emotion.score)}`),
      read.emotion.intensity ? h("span", { class: "small muted" }, i18n.t("intensity", { n: read.emotion.intensity.toFixed(2) })) : null,
      h("span", { class: "spacer" }),
      h("span", { class: "small muted mono" }, read.model),
    ),
    read.intents.length ? h("ul", { class: "intents", "aria-label": i18n.t("intents") }, read.intents.map(intentBar)) : null,
    read.commands.length ? h("ul", { class: "rows", "aria-label": i18n.t("commands") }, read.commands.map(commandRow)) : null,
    read.entities.length ? h("ul", { class: "rows", "aria-label": i18n.t("entities") }, read.entities.map(entityRow)) : null,
  );
}

/** @param {number} share */
const percent = (share) => `${Math.round(share * 100)} %`;

/** @param {{intent: string, score: number}} intent */
function intentBar({ intent, score }) {
  return h(
    "li",
    {},
    h("span", { class: "mono" }, intent),
    h("span", { class: "meter", "aria-hidden": "true" }, h("i", { style: { width: `${score * 100}%` } })),
    h("span", { class: "small muted" }, percent(score)),
  );
}

/** @param {any} command */
function commandRow(command) {
  const fields = Object.fromEntries(Object.entries(command).filter(([key, value]) => !NOT_FIELDS.has(key) && value !== null && value !== "" && value !== false));
  return h(
    "li",
    {},
    h("span", { class: "tag accent" }, command.kind),
    Object.keys(fields).length ? jsonView(fields) : null,
    command.text ? h("q", {}, command.text) : null,
    h("span", { class: "small muted" }, [percent(command.score), command.source].filter(Boolean).join(" · ")),
  );
}

/** @param {any} entity */
function entityRow(entity) {
  return h("li", {}, h("span", { class: "tag info" }, entity.type), h("q", {}, entity.text), jsonView(entity.value), h("span", { class: "small muted" }, percent(entity.score)));
}

/** What language models were asked in the turn: what for, by which prompt, what it took, and what became of it. @param {TurnEvents} turn @param {ViewContext} context */
function models({ events }, { i18n }) {
  const calls = events.filter(({ event }) => event.type === "model_called").map(({ event }) => event.call);
  return calls.length ? part(i18n.t("models"), h("ul", { class: "rows", "aria-label": i18n.t("models") }, calls.map((call) => modelRow(call, i18n)))) : null;
}

/** @param {any} call @param {import("../lib/i18n.js").I18n} i18n */
function modelRow(call, i18n) {
  const tokens = i18n.t("model_tokens", { input: call.input_tokens, output: call.output_tokens });
  const cost = call.cost === null || call.cost === undefined ? null : i18n.t("model_cost", { cost: call.cost });
  const first = call.first_ms === null || call.first_ms === undefined ? null : i18n.t("model_first", { ms: call.first_ms.toFixed(0) });
  const fine = call.status === "ok";
  return h(
    "li",
    {},
    h("span", { class: "tag accent" }, i18n.or(`model_${call.purpose}`, call.purpose)),
    h("span", { class: "mono" }, call.model),
    h("span", { class: `tag ${fine ? "ok" : "bad"}` }, i18n.or(`model_status_${call.status}`, call.status)),
    h("span", { class: "small muted" }, [tokens, `${call.ms.toFixed(0)} ms`, first, cost].filter(Boolean).join(" · ")),
    h("span", { class: "small muted mono" }, call.prompt),
    fine ? null : h("span", { class: "small" }, i18n.or(`model_instead_${call.purpose}`, "")),
  );
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function decision({ events }, { i18n }) {
  const decided = events.filter(({ event }) => event.type === "decided");
  if (decided.length === 0) return null;
  const route = (/** @type {any} */ event) => h("p", { class: "row" }, h("strong", { class: "mono" }, event.route), h("span", { class: "muted" }, event.reason));
  return part(i18n.t("decision"), decided.map(({ event }) => [route(event), event.judgement ? judgementView(event.judgement, i18n) : null]).flat());
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function satisfaction({ events }, { i18n }) {
  const found = lastOf(events, "turn_ended")?.satisfaction;
  if (!found?.because.length) return null;
  const signs = found.because.map((/** @type {string} */ sign) => h("span", { class: "tag" }, i18n.t(`sign_${sign}`)));
  return part(i18n.t("satisfaction"), h("p", { class: "row" }, h("span", {}, i18n.t("dissatisfied", { share: percent(found.dissatisfied) })), signs));
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function tools({ events }, context) {
  const { i18n } = context;
  const returned = events.filter(({ event }) => event.type === "tool_returned").map(({ event }) => event);
  const answered = returned.map(({ action }) => action.tool);
  const hanging = events.filter(({ event }) => event.type === "tool_called" && !answered.includes(event.tool)).map(({ event }) => event);
  if (returned.length + hanging.length === 0) return null;
  return part(i18n.t("tools"), returned.map((event) => toolView(event, i18n)), hanging.map((event) => h("p", { class: "row" }, h("strong", { class: "mono" }, event.tool), jsonView(event.arguments))));
}

/** @param {any} event @param {import("../lib/i18n.js").I18n} i18n */
function toolView({ action, duration_ms: duration }, i18n) {
  return h(
    "details",
    { class: "tool" },
    h(
      "summary",
      {},
      h("strong", { class: "mono" }, action.tool),
      h("span", { class: `tag ${STATUS_TONES[action.status] ?? ""}` }, i18n.t(action.status === "failed" ? "failed_status" : action.status)),
      action.receipt ? h("span", { class: "tag ok mono" }, action.receipt) : null,
      h("span", { class: "small muted mono" }, `${duration.toFixed(1)} ms`),
    ),
    h("h4", {}, i18n.t("arguments")),
    jsonView(action.arguments),
    h("h4", {}, i18n.t("result")),
    jsonView(action.result),
  );
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function replies({ events }, { i18n }) {
  const shown = events.flatMap(({ event }) => {
    if (event.type === "reply_dropped") return [h("p", { class: "notice warn" }, i18n.t("dropped", event))];
    if (event.type !== "replied") return [];
    const who = event.author === "agent" ? h("p", { class: "small muted" }, i18n.t("agent", { name: event.author_id ?? "" })) : null;
    return [who, ...event.replies.flatMap((reply) => renderReply(reply, { base: "", lang: reply.lang ?? i18n.lang, i18n: i18n.in(reply.lang ?? i18n.lang), reading: true }))];
  });
  return shown.length ? part(i18n.t("replies"), h("div", { class: "replies" }, shown.filter(Boolean))) : null;
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function state({ events }, { i18n }) {
  const flows = lastOf(events, "flows_changed");
  const asked = lastOf(events, "asked");
  if (!flows && !asked) return null;
  const frame = (/** @type {any} */ each) => h("li", {}, h("span", { class: "tag accent" }, each.flow), Object.keys(each.slots ?? {}).length ? jsonView(each.slots) : null);
  const list = (/** @type {string} */ key, /** @type {any[]} */ frames) =>
    frames?.length ? h("div", {}, h("h4", {}, i18n.t(key)), h("ul", { class: "rows" }, frames.map(frame))) : null;
  return part(
    i18n.t("state"),
    asked ? h("div", {}, h("h4", {}, i18n.t("pending")), asked.question ? jsonView(asked.question) : h("p", { class: "muted" }, i18n.t("nothing_pending"))) : null,
    flows ? list("stack", flows.stack) : null,
    flows ? list("queue", flows.queue) : null,
    flows && Object.keys(flows.memory ?? {}).length ? h("details", {}, h("summary", { class: "small" }, i18n.t("memory")), jsonView(flows.memory)) : null,
  );
}

/** @param {TurnEvents} turn @param {ViewContext} context */
function happenings({ events }, { i18n }) {
  const lines = events.flatMap(({ event }) => {
    if (event.type === "ownership_changed") return [`${i18n.t("owner_line", { owner: i18n.t(`owner_is_${event.owner}`) })} ${event.agent_id ?? ""} ${event.reason}`];
    if (event.type === "ticket_opened") return [i18n.t("ticket_line", event.ticket)];
    if (event.type === "customer_proven") return [i18n.t("proven_line", event)];
    if (event.type === "language_changed") return [i18n.t("language_line", event)];
    if (event.type === "episode_started") return [i18n.t("episode_line", { n: event.number })];
    return [];
  });
  return lines.length ? h("p", { class: "row happenings" }, lines.map((line) => h("span", { class: "tag info" }, line))) : null;
}
