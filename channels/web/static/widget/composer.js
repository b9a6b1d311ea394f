/** Where the person writes: text, pictures, voice. */

import { fill, h, icon } from "../lib/dom.js";
import { formatDuration } from "../lib/format.js";
import { picturesIn, shrinkPicture } from "../lib/picture.js";
import { canRecord, LONGEST_S, VoiceRecorder } from "../lib/recorder.js";

/** @typedef {import("./session.js").OwnFile} OwnFile */

const MOST_PICTURES = 4;
const MOST_CHARACTERS = 4000;

/** Text field with its buttons; calls `send(text, files)`. */
export class Composer {
  /**
   * @param {object} options
   * @param {import("../lib/i18n.js").I18n} options.i18n
   * @param {(text: string, files: OwnFile[]) => void} options.send
   * @param {() => void} options.typing
   * @param {(code: string) => void} options.problem
   */
  constructor({ i18n, send, typing, problem }) {
    this.i18n = i18n;
    this.onSend = send;
    this.onTyping = typing;
    this.onProblem = problem;
    /** @type {OwnFile[]} */
    this.files = [];
    this.recorder = new VoiceRecorder();
    this.#build();
  }

  #build() {
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      maxlength: MOST_CHARACTERS,
      enterkeyhint: "send",
      data: { tPlaceholder: "placeholder", tLabel: "message" },
      on: { keydown: (event) => this.#key(event), input: () => this.#typed(), paste: (event) => this.#pasted(event) },
    });
    this.picker = h("input", {
      type: "file",
      accept: "image/*",
      multiple: true,
      hidden: true,
      on: { change: () => this.#picked() },
    });
    this.attachButton = iconButton("image", "attach", () => this.picker.click());
    this.recordButton = iconButton("mic", "record", () => this.#record());
    this.recordButton.hidden = !canRecord();
    this.sendButton = iconButton("send", "send", () => this.submit());
    this.sendButton.classList.add("send");
    this.previews = h("ul", { class: "previews", hidden: true });
    this.row = h("div", { class: "composer-row" }, this.attachButton, this.recordButton, this.field, this.sendButton);
    this.element = h("div", { class: "composer" }, this.previews, this.row, this.#recordingRow(), this.picker);
    this.#typed();
  }

  #recordingRow() {
    this.recordingTime = h("span", { role: "timer" });
    this.recordingBar = h(
      "div",
      { class: "composer-row recording", hidden: true, role: "group" },
      iconButton("trash", "record_cancel", () => this.cancelRecording()),
      h("span", { class: "record-dot", "aria-hidden": "true" }),
      this.recordingTime,
      h("span", { class: "spacer" }),
      iconButton("send", "record_send", () => this.#sendRecording()),
    );
    this.recordingBar.lastElementChild?.classList.add("send");
    return this.recordingBar;
  }

  focus() {
    this.field.focus();
  }

  /** @param {boolean} on */
  enable(on) {
    for (const control of [this.field, this.attachButton, this.recordButton]) control.disabled = !on;
    this.#typed();
  }

  submit() {
    const text = this.field.value.trim();
    if ((!text && this.files.length === 0) || this.field.disabled) return;
    const files = this.files;
    this.files = [];
    this.field.value = "";
    this.#drawPreviews();
    this.#typed();
    this.onSend(text, files);
    this.field.focus();
  }

  /** Enter sends, Shift+Enter breaks the line; an input method's Enter only ends its composition. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  #typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 132)}px`;
    this.sendButton.disabled = this.field.disabled || (this.field.value.trim() === "" && this.files.length === 0);
    if (this.field.value) this.onTyping();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const pictures = picturesIn(event.clipboardData);
    if (pictures.length === 0) return;
    event.preventDefault();
    this.addPictures(pictures);
  }

  #picked() {
    this.addPictures([...(this.picker.files ?? [])]);
    this.picker.value = "";
    this.field.focus();
  }

  /** @param {File[]} pictures */
  async addPictures(pictures) {
    for (const picture of pictures) {
      if (this.files.length >= MOST_PICTURES) {
        this.onProblem("too_many");
        return;
      }
      try {
        const blob = await shrinkPicture(picture);
        this.files.push({ blob, name: picture.name || "picture.jpg", kind: "image", url: URL.createObjectURL(blob) });
      } catch {
        this.onProblem("problem_picture");
      }
    }
    this.#drawPreviews();
    this.#typed();
  }

  #drawPreviews() {
    this.previews.hidden = this.files.length === 0;
    const items = this.files.map((file) => {
      const remove = iconButton("close", "remove_picture", () => this.#remove(file), { name: file.name });
      return h("li", { class: "preview" }, h("img", { src: file.url, alt: file.name }), remove);
    });
    fill(this.previews, items);
    this.i18n.apply(this.previews);
  }

  /** @param {OwnFile} file */
  #remove(file) {
    this.files = this.files.filter((kept) => kept !== file);
    URL.revokeObjectURL(file.url);
    this.#drawPreviews();
    this.#typed();
    this.field.focus();
  }

  async #record() {
    try {
      await this.recorder.start();
    } catch {
      this.onProblem("problem_microphone");
      return;
    }
    this.#showRecording(true);
    const show = () => {
      const time = formatDuration(this.recorder.seconds);
      this.recordingTime.textContent = this.i18n.t("recording", { time });
      if (this.recorder.seconds >= LONGEST_S) this.#sendRecording();
    };
    show();
    this.ticker = setInterval(show, 250);
  }

  cancelRecording() {
    this.recorder.cancel();
    this.#showRecording(false);
  }

  async #sendRecording() {
    clearInterval(this.ticker);
    const blob = await this.recorder.finish();
    this.#showRecording(false);
    const name = `voice.${blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm"}`;
    this.onSend("", [{ blob, name, kind: "audio", url: URL.createObjectURL(blob) }]);
  }

  /** @param {boolean} on */
  #showRecording(on) {
    clearInterval(this.ticker);
    this.row.hidden = on;
    this.recordingBar.hidden = !on;
    if (on) /** @type {HTMLElement} */ (this.recordingBar.lastElementChild).focus();
    else this.field.focus();
  }

  get recording() {
    return !this.recordingBar.hidden;
  }
}

/**
 * @param {import("../lib/dom.js").IconName} name @param {string} label Key of its name. @param {() => void} press
 * @param {Record<string, string>} [gaps]
 */
export function iconButton(name, label, press, gaps) {
  const data = gaps ? { tLabel: label, tGaps: JSON.stringify(gaps) } : { tLabel: label };
  return h("button", { class: "icon-button", type: "button", data, on: { click: press } }, icon(name));
}
