// Repair the canvas: it lays a toolbar over its top right corner, which swallows strokes, has its own size, lies below its
// background until its style sheet has loaded, and has no name for screen readers. It is in an open shadow root, so each
// new one must be repaired from within. Also, Ctrl+Z presses the page's Undo button.
(() => {
  const css = ".dc-toolbar{display:none!important}.dc-root,.dc-scroll,.dc-container,.canvas-container,canvas"
    + "{width:var(--stage-canvas)!important;height:var(--stage-canvas)!important;max-width:none!important}"
    + ".dc-container{position:relative}.dc-background-canvas,.dc-canvas{position:absolute;top:0;left:0}"
    + "canvas{border-radius:10px;touch-action:none}canvas.upper-canvas:focus-visible{outline:3px solid var(--accent);outline-offset:-3px}";
  const zones = '[data-testid="stFileUploaderDropzone"][role="presentation"]';  // presentation elements must have no name
  const NAME = inkling.tr("Canvas: draw a digit here with a mouse, a pen, or a finger; by keyboard the arrows move, and Space puts the pen down and lifts it");
  // WebKit shows a canvas black after a change of its size on the screen, until something draws on it: its own pixel.
  const resized = new ResizeObserver(([{ target }]) => requestAnimationFrame(() => {
    for (const canvas of target.getRootNode().querySelectorAll("canvas")) {
      canvas.getContext("2d").drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
    }
  }));
  const repair = () => {
    document.querySelectorAll(zones).forEach((zone) => zone.setAttribute("role", "group"));
    document.querySelectorAll(".st-key-canvas *").forEach((element) => {
    const root = element.shadowRoot;
    if (!root) return;
    if (!root.querySelector("style[data-inkling]")) {
      const style = document.createElement("style");
      style.dataset.inkling = "";
      style.textContent = css;
      root.appendChild(style);
      watch.observe(root, { childList: true, subtree: true });
    }
    root.querySelectorAll("canvas.upper-canvas:not([aria-label])").forEach((canvas) => {
      document.documentElement.dataset.inkCanvas = "";  // now icons may load their font
      canvas.setAttribute("role", "img");
      canvas.tabIndex = 0;
      canvas.setAttribute("aria-label", NAME);
      resized.observe(canvas);
    });
  }); };
  // The canvas waits 200 ms after a stroke for the next one, while its own send button acts at once. Strokes that
  // follow faster than a hand can draw are still sent together.
  let pen = null, sender = null, timer = 0;
  const send = () => {
    const button = sender;
    clearTimeout(timer);
    sender = null;
    button?.click();
  };
  document.addEventListener("pointerdown", (event) => {
    const canvas = event.composedPath()[0];
    pen = canvas.matches && canvas.matches("canvas.upper-canvas") ? canvas : null;
    if (pen) { clearTimeout(timer); sender = null; }
  }, { capture: true });
  document.addEventListener("pointerup", () => {
    if (!pen) return;  // the end of a press elsewhere
    sender = pen.getRootNode().querySelector(".dc-toolbar button");
    timer = setTimeout(send, 25);
    pen = null;
  }, { capture: true });
  // A press, such as of Undo, means the strokes that are seen, so the server gets those first.
  document.addEventListener("click", (event) => {
    if (!event.composedPath()[0].matches?.("canvas.upper-canvas")) send();
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest && event.target.closest("input, textarea, [contenteditable]");
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || writes) return;
    const undo = document.querySelector(".st-key-undo button");
    if (undo) { event.preventDefault(); undo.click(); }
  });
  const watch = new MutationObserver(repair);
  watch.observe(document.body, { childList: true, subtree: true });
  // A component gets its shadow root after it is on the page, and fills it without a change outside.
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    watch.observe(root, { childList: true, subtree: true });
    return root;
  };
})();
