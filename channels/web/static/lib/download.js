/** Saves a file that the page was given. */

/** @param {Blob} blob @param {string} called */
export function download(blob, called) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = called;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
