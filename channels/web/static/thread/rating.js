/** How were you served: five stars and a remark, as radio buttons that a keyboard and a screen reader know. */

import { fill, h, icon } from "../lib/dom.js";

const STARS = [1, 2, 3, 4, 5];

/**
 * The stars under the question; to those who read along, only what was answered.
 * @param {any} reply @param {import("./replies.js").ReplyContext} context
 */
export function ratingReply(reply, context) {
  const given = context.rated?.(reply.rating_id) ?? null;
  const element = h("div", { class: "rating", lang: context.lang, data: { rating: reply.rating_id } });
  if (given) fill(element, ...givenParts(given, context, () => ask(element, reply, context, given)));
  else if (context.rate) ask(element, reply, context, null);
  return element;
}

/** @param {{score: number, remark: string}} given @param {import("./replies.js").ReplyContext} context @param {() => void} change */
function givenParts(given, context, change) {
  const { i18n } = context;
  const said = i18n.t("rating_given", { n: given.score });
  return [
    h("p", { class: "rating-given", role: "img", "aria-label": said }, STARS.map((n) => h("span", { class: n <= given.score ? "lit" : null }, icon("star")))),
    given.remark ? h("p", { class: "small muted" }, h("q", {}, given.remark)) : null,
    context.rate ? h("button", { class: "link small rating-change", type: "button", on: { click: change } }, i18n.t("rating_change")) : null,
  ].filter(Boolean);
}

/**
 * @param {HTMLElement} element @param {any} reply @param {import("./replies.js").ReplyContext} context
 * @param {{score: number, remark: string} | null} before
 */
function ask(element, reply, context, before) {
  const { i18n } = context;
  const name = `stars-${reply.rating_id}`;
  const problem = h("p", { class: "small bad", role: "alert", hidden: true });
  const remark = h("textarea", { class: "rating-remark", rows: "2", maxlength: "1000", "aria-label": i18n.t("rating_remark"), placeholder: i18n.t("rating_remark") });
  remark.value = before?.remark ?? "";
  const send = h("button", { class: "button primary", type: "submit" }, i18n.t("rating_send"));
  const more = h("div", { class: "rating-more", hidden: !before }, remark, send);
  let score = before?.score ?? 0;
  const stars = STARS.map((n) => {
    const input = h("input", { class: "unseen", type: "radio", name, value: String(n), "aria-label": i18n.t("rating_star", { n, word: i18n.t(`rating_${n}`) }) });
    input.checked = n === score;
    input.addEventListener("change", () => choose(n));
    return h("label", { class: "rating-star", title: i18n.t(`rating_${n}`) }, input, icon("star"));
  });
  const word = h("p", { class: "small muted rating-word", "aria-hidden": "true" });
  /** @param {number} n */
  const choose = (n) => {
    score = n;
    for (const [index, star] of stars.entries()) star.classList.toggle("lit", index < n);
    word.textContent = n ? i18n.t(`rating_${n}`) : "";
    more.hidden = n === 0;
    if (element.isConnected) element.scrollIntoView({ block: "nearest" });
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    send.disabled = true;
    problem.hidden = true;
    try {
      await context.rate?.(score, remark.value.trim());
    } catch (error) {
      problem.textContent = /** @type {Error} */ (error).message;
      problem.hidden = false;
    } finally {
      send.disabled = false;
    }
  };
  choose(score);
  const form = h(
    "form",
    { class: "rating-form card", on: { submit } },
    h("fieldset", { class: "rating-stars" }, h("legend", { class: "unseen" }, reply.text), ...stars),
    word,
    more,
    problem,
  );
  fill(element, form);
  if (before) form.querySelector("input:checked")?.focus();
}
