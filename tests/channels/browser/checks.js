// Evaluated in a page; returns what somebody could not read, name or reach, one sentence each.
async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await Promise.allSettled(document.getAnimations().map((each) => each.finished));
  const found = [];
  const roots = [document, ...[...document.querySelectorAll("*")].map((each) => each.shadowRoot).filter(Boolean)];
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".unseen");
  const parent = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const sentence = (element) => `<${element.localName} class="${element.getAttribute("class") ?? ""}"> ${element.textContent.trim().slice(0, 40)}`;

  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const layers = (colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const grounds = (element) => {
    const colours = [];
    for (let each = element; each; each = parent(each)) colours.unshift(getComputedStyle(each).backgroundColor);
    return ["Canvas", ...colours];
  };

  for (const root of roots) {
    const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!element || !walker.currentNode.data.trim() || !visible(element) || element.closest("script, style, noscript, option, :disabled")) continue;
      const style = getComputedStyle(element);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const ground = grounds(element);
      const ratio = contrast(layers([...ground, style.color]), layers(ground));
      if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${sentence(element)}`);
    }
  }

  const nameOf = (element) =>
    element.getAttribute("aria-label") || element.getAttribute("aria-labelledby") || element.innerText?.trim() || element.getAttribute("alt") || [...(element.labels ?? [])].map((label) => label.innerText).join("").trim();
  for (const element of all("button, a[href], input:not([type=hidden]):not([hidden]), textarea, select, [role=dialog], [role=log], dialog[open], nav")) {
    if (visible(element) && element.getAttribute("aria-hidden") !== "true" && !nameOf(element)) found.push(`no name: ${sentence(element)}`);
  }
  for (const element of all("img:not([alt]), audio:not([controls])")) found.push(`no text: ${element.outerHTML.slice(0, 80)}`);
  for (const element of all("button, select, textarea, input:not([type=radio]), a.brand")) {
    const { width, height } = element.getBoundingClientRect();
    if (visible(element) && width && (width < 24 || height < 24) && getComputedStyle(element).display !== "inline" && !element.matches(".link, .good-title, .spot")) found.push(`small target ${width}x${height}: ${sentence(element)}`);
  }
  for (const root of roots) {
    const ids = [...root.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) found.push(`id twice: ${id}`);
  }
  if (!document.documentElement.lang || !document.title) found.push("no language or title");
  if (document.querySelectorAll("main:not([hidden])").length !== 1) found.push("not one main landmark");
  if (document.documentElement.scrollWidth > innerWidth) found.push(`sticks out: ${document.documentElement.scrollWidth} > ${innerWidth}`);
  return found;
}
