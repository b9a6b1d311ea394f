/** Pictures and recordings, and how a voice sounded. */

import { h } from "../lib/dom.js";
import { formatShare } from "../lib/format.js";

/** @param {string} kind @param {string} url @param {string} alt */
export function mediaOf(kind, url, alt) {
  return kind === "audio"
    ? h("audio", { class: "media-audio", controls: true, src: url, preload: "metadata" })
    : h("img", { class: "media-image", src: url, alt });
}

/** A voice in one line: its mood with its chance, and how impatient it is. @param {any} voice @param {import("../lib/i18n.js").I18n} i18n */
export function voiceLine({ mood, impatience }, i18n) {
  const chance = mood.chances[mood.label];
  const sounds = i18n.t("voice_mood", { mood: i18n.t(`mood_${mood.label}`) }) + (chance ? ` ${formatShare(chance)}` : "");
  return impatience === null ? sounds : `${sounds} · ${i18n.t("impatience", { n: impatience.toFixed(2) })}`;
}
