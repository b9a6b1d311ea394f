/** Makes a photo small enough to send. */

const LONGEST_EDGE = 1600;
const QUALITY = 0.85;
const SMALL_ENOUGH_BYTES = 600 * 1024;
const SENDABLE = new Set(["image/jpeg", "image/png", "image/webp"]);

/**
 * Shrink a picture to at most 1600 pixels on its longer edge, as JPEG; small ones pass as they are.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 * @throws {Error} When the browser cannot read it as a picture.
 */
export async function shrinkPicture(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_EDGE / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= SMALL_ENOUGH_BYTES && SENDABLE.has(file.type)) {
    bitmap.close();
    return file;
  }
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const brush = canvas.getContext("2d");
  if (!brush) throw new Error("no canvas");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}

/** The first picture among pasted or dropped things. @param {DataTransfer | null} data @returns {File[]} */
export function picturesIn(data) {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}
