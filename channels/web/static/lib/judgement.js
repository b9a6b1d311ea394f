/** What spoke for a person: the signs of a decision, each with what it added, as inspector and desk show them. */

import { h } from "./dom.js";
import { formatShare } from "./format.js";

export const JUDGEMENT_STRINGS = {
  zh: {
    b_escalation: "转人工依据",
    b_agreed: "已约定",
    judged_chance: "需要人工的可能性 {share}",
    judged_decides: "直接转人工",
    then_go_on: "继续",
    then_offer: "提议转人工",
    then_hand_over: "转人工",
    seen_asked: "要求人工",
    seen_anger: "强烈愤怒",
    seen_discontent: "不满意",
    seen_unsure: "连续没把握",
    seen_risk: "风险拦截",
    seen_value: "重要客户",
    seen_publicity: "曝光或差评",
    seen_legal: "法律或监管",
    seen_hazard: "危险商品",
    seen_injury: "人身伤害",
    seen_self_harm: "自伤风险",
    seen_scam: "疑似被骗",
    seen_minor: "未成年人",
    seen_bereaved: "亲人离世",
    seen_ill: "疾病或残障",
    seen_pregnant: "孕期或哺乳",
    seen_promise: "称客服承诺过",
  },
  en: {
    b_escalation: "Why a person",
    b_agreed: "Agreed before",
    judged_chance: "a person is needed with a chance of {share}",
    judged_decides: "decides by itself",
    then_go_on: "go on",
    then_offer: "offer a person",
    then_hand_over: "hand over",
    seen_asked: "asked for a person",
    seen_anger: "strong anger",
    seen_discontent: "discontent",
    seen_unsure: "barely understood, again",
    seen_risk: "held for risk",
    seen_value: "valued customer",
    seen_publicity: "publicity or bad review",
    seen_legal: "law or authorities",
    seen_hazard: "dangerous product",
    seen_injury: "somebody hurt",
    seen_self_harm: "self-harm",
    seen_scam: "perhaps scammed",
    seen_minor: "a minor",
    seen_bereaved: "bereavement",
    seen_ill: "illness or disability",
    seen_pregnant: "pregnancy or nursing",
    seen_promise: "says staff promised it",
  },
};

/** @param {any} value @param {import("./i18n.js").I18n} i18n */
export function judgementView(value, i18n) {
  const sign = (/** @type {any} */ each) =>
    h(
      "li",
      { class: "case-row row" },
      h("span", { class: `tag ${each.decides ? "bad" : each.contribution > 0 ? "warn" : ""}` }, i18n.or(`seen_${each.sign}`, each.sign)),
      each.words ? h("q", {}, each.words) : null,
      h("span", { class: "small muted mono" }, each.contribution > 0 ? `+${each.contribution.toFixed(2)}` : each.contribution.toFixed(2)),
      each.decides ? h("span", { class: "small muted" }, i18n.t("judged_decides")) : null,
    );
  const chance = i18n.t("judged_chance", { share: formatShare(value.chance) });
  return h("div", {}, h("p", { class: "small" }, `${i18n.or(`then_${value.then}`, value.then)} · ${chance}`), h("ul", { class: "case-list" }, value.signs.map(sign)));
}
