/** Records a voice message. */

const FORMATS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm"];
export const LONGEST_S = 60;

/** Whether this browser, on this page, can record at all. */
export function canRecord() {
  return Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

/** One recording: `start`, then `finish` or `cancel`. */
export class VoiceRecorder {
  constructor() {
    /** @type {MediaRecorder | null} */
    this.recorder = null;
    /** @type {Blob[]} */
    this.parts = [];
    this.startedAt = 0;
  }

  /** @throws {DOMException} When the person or the browser refuses the microphone. */
  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
    this.parts = [];
    this.recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 32000 } : {});
    this.recorder.addEventListener("dataavailable", (event) => this.parts.push(event.data));
    this.recorder.start(250);
    this.startedAt = performance.now();
  }

  get seconds() {
    return this.recorder ? (performance.now() - this.startedAt) / 1000 : 0;
  }

  /** @returns {Promise<Blob>} */
  async finish() {
    const recorder = this.recorder;
    if (!recorder) throw new Error("not recording");
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    this.#close();
    await stopped;
    return new Blob(this.parts, { type: recorder.mimeType.split(";")[0] || "audio/webm" });
  }

  cancel() {
    if (this.recorder) this.#close();
    this.parts = [];
  }

  #close() {
    const recorder = this.recorder;
    this.recorder = null;
    if (recorder && recorder.state !== "inactive") recorder.stop();
    for (const track of recorder?.stream.getTracks() ?? []) track.stop();
  }
}
