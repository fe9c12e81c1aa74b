// The canvas lays a toolbar over its top right corner, where it swallows strokes, has a size of its own, and no name for
// those who cannot see it. It lives in an open shadow root, and can be mended only from within, once for each that
// appears. Ctrl+Z stands for the page's own button, and a sidebar that would lie on a narrow screen is folded at first.
(() => {
  const css = ".dc-toolbar{display:none!important}.dc-root,.dc-scroll,.dc-container,.canvas-container,canvas"
    + "{width:var(--stage-canvas)!important;height:var(--stage-canvas)!important;max-width:none!important}"
    + "canvas{border-radius:10px;touch-action:none}canvas.upper-canvas:focus-visible{outline:3px solid var(--accent);outline-offset:-3px}";
  const zones = '[data-testid="stFileUploaderDropzone"][role="presentation"]';  // named, as no mere decoration may be
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
      window.inklingRepair.observe(root, { childList: true, subtree: true });
    }
    root.querySelectorAll("canvas.upper-canvas:not([aria-label])").forEach((canvas) => {
      canvas.setAttribute("role", "img");
      canvas.tabIndex = 0;
      canvas.setAttribute("aria-label", "Canvas: draw a digit here with a mouse, a pen, or a finger; by keyboard the arrows "
        + "move, and Space puts the pen down and lifts it");
    });
  }); };
  if (!window.inklingRepair) {
    // The canvas waits 200 ms after a stroke for a next one; its own button sends at once. Strokes that follow each
    // other faster than a hand could draw them still go together.
    let pen = null, send = 0;
    document.addEventListener("pointerdown", (event) => {
      const canvas = event.composedPath()[0];
      pen = canvas.matches && canvas.matches("canvas.upper-canvas") ? canvas : null;
      if (pen) clearTimeout(send);
    }, { capture: true });
    document.addEventListener("pointerup", () => {
      const button = pen && pen.getRootNode().querySelector(".dc-toolbar button");
      if (button) send = setTimeout(() => button.click(), 25);
      pen = null;
    }, { capture: true });
    document.addEventListener("keydown", (event) => {
      const writes = event.target.closest && event.target.closest("input, textarea, [contenteditable]");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || writes) return;
      const undo = document.querySelector(".st-key-undo button");
      if (undo) { event.preventDefault(); undo.click(); }
    });
    window.inklingRepair = new MutationObserver(repair);
    window.inklingRepair.observe(document.body, { childList: true, subtree: true });
    // A component gets its root after its place on the page, and fills it without a change outside.
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      const root = attach.call(this, options);
      window.inklingRepair.observe(root, { childList: true, subtree: true });
      return root;
    };
  }
  repair();
  // Hidden by the style sheet until it was folded once; from then on it is as the visitor leaves it.
  const fold = (tries) => {
    const bar = document.querySelector('[data-testid="stSidebar"]');
    const close = document.querySelector('[data-testid="stSidebarCollapseButton"] button');
    if (document.documentElement.dataset.inklingFolded !== undefined) return;
    if (window.innerWidth >= 1200 || (bar && bar.dataset.collapsed === "true")) {
      document.documentElement.dataset.inklingFolded = "";
    } else if (close) {
      close.click();
      setTimeout(() => { document.documentElement.dataset.inklingFolded = ""; }, 400);
    } else if (tries) setTimeout(fold, 100, tries - 1);
  };
  fold(50);
  // The head of the page takes the button of the settings along; most browsers do that by the style sheet alone.
  const main = document.querySelector('[data-testid="stMain"]');
  const head = document.querySelector('[data-testid="stHeader"]');
  if (main && head && !CSS.supports("timeline-scope: --page")) {
    main.onscroll = () => { head.style.translate = `0 ${-Math.min(main.scrollTop, head.offsetHeight)}px`; };
  }
})();
