/** Pictures and recordings that an agent sends along: chosen, pasted or dropped, uploaded at once, taken out again before sending. */

import { fill, h, icon } from "../lib/dom.js";
import { shrinkPicture } from "../lib/picture.js";

const MOST = 4;

/** @typedef {{id: string | null, name: string, kind: string, url: string}} Sent `id` is null while it is uploaded. */

/** What goes along with the next reply. The server checks each as it checks the shopper's. */
export class Pictures {
  /** @param {{desk: import("./desk.js").Desk, i18n: import("../lib/i18n.js").I18n, fail: (error: unknown) => void, changed: () => void}} parts */
  constructor({ desk, i18n, fail, changed }) {
    Object.assign(this, { desk, i18n, fail, changed });
    /** @type {Sent[]} */
    this.files = [];
    this.picker = h("input", { type: "file", accept: "image/*,audio/*", multiple: true, hidden: true, on: { change: () => this.#picked() } });
    const press = () => this.picker.click();
    this.button = h("button", { class: "icon-button", type: "button", data: { tLabel: "attach" }, on: { click: press } }, icon("image"));
    this.previews = h("ul", { class: "previews", hidden: true });
    i18n.addEventListener("change", () => this.#draw());
  }

  /** Those that can be sent. */
  get ids() {
    return this.files.map(({ id }) => id).filter((id) => id !== null);
  }

  /** Whether one is still on its way to the server. */
  get busy() {
    return this.files.some(({ id }) => id === null);
  }

  clear() {
    for (const { url } of this.files) URL.revokeObjectURL(url);
    this.files = [];
    this.#draw();
  }

  /** @param {string[]} ids */
  sent(ids) {
    for (const file of this.files.filter(({ id }) => id !== null && ids.includes(id))) this.#remove(file);
  }

  /** @param {ClipboardEvent} event */
  pasted(event) {
    const files = mediaIn(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    this.#add(files);
  }

  /** @param {DragEvent} event */
  dragged(event) {
    if ([...(event.dataTransfer?.items ?? [])].some((item) => item.kind === "file")) event.preventDefault();
  }

  /** @param {DragEvent} event */
  dropped(event) {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.#add([...event.dataTransfer.files]);
  }

  #picked() {
    this.#add([...(this.picker.files ?? [])]);
    this.picker.value = "";
  }

  /** @param {File[]} files */
  async #add(files) {
    for (const file of files.slice(0, MOST - this.files.length)) {
      const kind = file.type.startsWith("audio/") ? "audio" : "image";
      const blob = kind === "image" ? await shrinkPicture(file).catch(() => file) : file;
      /** @type {Sent} */
      const kept = { id: null, name: file.name || this.i18n.t("picture"), kind, url: URL.createObjectURL(blob) };
      this.files.push(kept);
      this.#draw();
      try {
        kept.id = (await this.desk.api.upload(blob, kept.name)).id;
      } catch (error) {
        this.#remove(kept);
        this.fail(error);
      }
      this.#draw();
    }
  }

  /** @param {Sent} file */
  #remove(file) {
    this.files = this.files.filter((kept) => kept !== file);
    URL.revokeObjectURL(file.url);
    this.#draw();
  }

  #draw() {
    const { i18n } = this;
    this.previews.hidden = this.files.length === 0;
    fill(
      this.previews,
      this.files.map((file) =>
        h(
          "li",
          { class: "preview", "aria-busy": String(file.id === null) },
          file.kind === "audio" ? h("span", { class: "tag" }, file.name) : h("img", { src: file.url, alt: file.name }),
          h("button", { class: "icon-button", type: "button", "aria-label": i18n.t("remove_picture", { name: file.name }), on: { click: () => this.#remove(file) } }, icon("close")),
        ),
      ),
    );
    this.changed();
  }
}

/** @param {DataTransfer | null} data @returns {File[]} */
function mediaIn(data) {
  return [...(data?.files ?? [])].filter((file) => /^(image|audio)\//.test(file.type));
}
