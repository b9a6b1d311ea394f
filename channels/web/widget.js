/**
 * xiaoer's chat on any site:
 *
 *     <script src="https://shop.example/widget.js" data-lang="zh" async></script>
 *
 * Attributes: data-lang (zh, en; the browser's otherwise), data-theme (light, dark, auto), data-side (right, left),
 * data-open (true: open at once). The page may call window.xiaoer.open(), .close(), .setLang("en"),
 * .identify(token) for a signed-in customer, .identify(null) on sign-out, .send("text").
 * Its style sheet may say how much of the top stays free: xiaoer-chat { --xiaoer-top: 72px }
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || window.xiaoer) return;
  const base = new URL(script.src, document.baseURI).href.replace(/\/widget\.js(\?.*)?$/, "");
  const calls = [];
  const later = (name) => (...args) => void calls.push([name, args]);
  window.xiaoer = {};
  for (const name of ["open", "close", "setLang", "setTheme", "identify", "send", "onProduct"]) window.xiaoer[name] = later(name);
  import(`${base}/static/widget/main.js`)
    .then((widget) => widget.start({ ...script.dataset, base }))
    .then((api) => {
      Object.assign(window.xiaoer, api);
      for (const [name, args] of calls) api[name](...args);
    })
    .catch((error) => console.warn("xiaoer: the chat could not be loaded", error));
})();
