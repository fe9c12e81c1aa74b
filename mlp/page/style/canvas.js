// Repair the canvas: it lays a toolbar over its top right corner, which swallows strokes, has its own size, lies below its
// background until its style sheet has loaded, and has no name for screen readers. It is in an open shadow root, so each
// new one must be repaired from within. Also, Ctrl+Z presses the page's Undo button, and on a narrow screen the sidebar
// starts folded.
(() => {
  const css = ".dc-toolbar{display:none!important}.dc-root,.dc-scroll,.dc-container,.canvas-container,canvas"
    + "{width:var(--stage-canvas)!important;height:var(--stage-canvas)!important;max-width:none!important}"
    + ".dc-container{position:relative}.dc-background-canvas,.dc-canvas{position:absolute;top:0;left:0}"
    + "canvas{border-radius:10px;touch-action:none}canvas.upper-canvas:focus-visible{outline:3px solid var(--accent);outline-offset:-3px}";
  const zones = '[data-testid="stFileUploaderDropzone"][role="presentation"]';  // presentation elements must have no name
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
      window.inklingRepair.observe(root, { childList: true, subtree: true });
    }
    root.querySelectorAll("canvas.upper-canvas:not([aria-label])").forEach((canvas) => {
      canvas.setAttribute("role", "img");
      canvas.tabIndex = 0;
      canvas.setAttribute("aria-label", "Canvas: draw a digit here with a mouse, a pen, or a finger; by keyboard the arrows "
        + "move, and Space puts the pen down and lifts it");
      resized.observe(canvas);
    });
  }); };
  if (!window.inklingRepair) {
    // The canvas waits 200 ms after a stroke for the next one, while its own send button acts at once. Strokes that
    // follow faster than a hand can draw are still sent together.
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
    // Streamlit unfolds the sidebar when a window grows wider, such as that of a phone on its side: here, over the canvas.
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      const grows = window.innerWidth > width;
      width = window.innerWidth;
      const fold = () => document.querySelector('[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button')?.click();
      if (grows && width < 1200) setTimeout(fold, 100);
    });
    window.inklingRepair = new MutationObserver(repair);
    window.inklingRepair.observe(document.body, { childList: true, subtree: true });
    // A component gets its shadow root after it is on the page, and fills it without a change outside.
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      const root = attach.call(this, options);
      window.inklingRepair.observe(root, { childList: true, subtree: true });
      return root;
    };
  }
  repair();
  // The style sheet hides the sidebar until it has been folded once; from then on the visitor decides.
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
  // The page's header scrolls away with the settings button; most browsers do that by the style sheet alone.
  const main = document.querySelector('[data-testid="stMain"]');
  const head = document.querySelector('[data-testid="stHeader"]');
  if (main && head && !CSS.supports("timeline-scope: --page")) {
    main.onscroll = () => { head.style.translate = `0 ${-Math.min(main.scrollTop, head.offsetHeight)}px`; };
  }
})();
