/** Builds DOM. Data only ever becomes text nodes and checked attributes: nothing here parses markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [props] Attributes; `class`, `on` (listeners), `data`, `style` (an object) are special.
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  append(element, children);
  return element;
}

/** @param {Element} element @param {string} name @param {unknown} value */
function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [type, listener] of Object.entries(/** @type {object} */ (value))) element.addEventListener(type, listener);
  } else if (name === "data") {
    for (const [key, item] of Object.entries(/** @type {object} */ (value))) {
      if (item !== null && item !== undefined) /** @type {HTMLElement} */ (element).dataset[key] = String(item);
    }
  } else if (name === "style") {
    for (const [key, item] of Object.entries(/** @type {object} */ (value))) {
      /** @type {HTMLElement} */ (element).style.setProperty(key, String(item));
    }
  } else if (name === "href" || name === "src") {
    const address = safeUrl(String(value), name === "src");
    if (address) element.setAttribute(name, address);
  } else if (/^on|^(srcdoc|innerHTML)$/i.test(name)) {
    throw new TypeError(`refused attribute ${name}`);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Node} parent @param {(Child | Child[])[]} children */
function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * Replace everything inside `parent`.
 * @param {Element | ShadowRoot} parent
 * @param {...(Child | Child[])} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * Return an address that is safe to follow or show, or "" for anything that could run script.
 * @param {string} address
 * @param {boolean} [picture] Also allow `blob:` and picture `data:` addresses.
 */
export function safeUrl(address, picture = false) {
  try {
    const url = new URL(address, document.baseURI);
    if (url.protocol === "https:" || url.protocol === "http:") return address;
    if (picture && (url.protocol === "blob:" || /^data:image\//i.test(address))) return address;
    if (!picture && (url.protocol === "mailto:" || url.protocol === "tel:")) return address;
  } catch {
    return "";
  }
  return "";
}

/** Outlines on a 24 by 24 grid. */
const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-2.5-6.5z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  mic: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  more: "M4.5 12h1M11.5 12h1M18.5 12h1",
  restart: "M5 12a7 7 0 1 1 2 5M5 19v-4.5h4.5",
  sound: "M5 10v4h3l4 4V6L8 10zM16 9.5a4 4 0 0 1 0 5M18.5 7a8 8 0 0 1 0 10",
  mute: "M5 10v4h3l4 4V6L8 10zM16.5 10l4 4M20.5 10l-4 4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.5l3 2",
  person: "M12 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM5 20c.6-4 3.4-6 7-6s6.4 2 7 6",
  search: "M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.5 15.5L20 20",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  truck: "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 18.5a1.5 1.5 0 1 1 0-3 1.5 1.5 0 0 1 0 3zM17 18.5a1.5 1.5 0 1 1 0-3 1.5 1.5 0 0 1 0 3z",
  book: "M5 5h6a2 2 0 0 1 1 .5A2 2 0 0 1 13 5h6v13h-6l-1 1-1-1H5zM12 6v12",
  star: "M12 4l2.4 5 5.6.7-4.1 3.8 1 5.5-4.9-2.7L7.1 19l1-5.5L4 9.7 9.6 9z",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  pencil: "M5 19l1-4L16 5l3 3L9 18z",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  save: "M12 4v11M7 10l5 5 5-5M5 20h14",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  back: "M14 6l-6 6 6 6",
  next: "M10 6l6 6-6 6",
  flag: "M6 21V4h11l-2 4 2 4H6",
  globe: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM4 12h16M12 4c5 5 5 11 0 16M12 4c-5 5-5 11 0 16",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  bell: "M6 17v-6a6 6 0 0 1 12 0v6l1.5 2h-15zM10.5 21.5h3",
  keyboard: "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 14h8",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * A small drawing, hidden from screen readers: the button around it carries the name.
 * @param {IconName} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Text with its web addresses made clickable; everything else stays text.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'，。；！？、（）【】]+[^\s<>"'，。；！？、（）【】.,;:!?)\]]/g)) {
    parts.push(text.slice(from, match.index));
    parts.push(h("a", { href: match[0], target: "_blank", rel: "noopener noreferrer nofollow" }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "");
}
