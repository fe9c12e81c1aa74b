// Keyboard and screen reader support that Streamlit's own elements lack.
(() => {
  let popover = null, opener = null;

  // A popover is at the end of the document, so the focus moves into it when it opens and back when it closes.
  const follow = () => {
    const open = document.querySelector('[data-testid="stPopoverBody"]');
    if (open && open !== popover) {
      opener = document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]');
      open.tabIndex = -1;
      if (!open.contains(document.activeElement)) open.focus({ preventScroll: true });
    } else if (!open && popover && opener && opener.isConnected && document.activeElement === document.body) opener.focus();
    popover = open;
  };

  // A slider's group and its input have the same name, which would be read twice.
  const name = () => document.querySelectorAll('[data-testid="stSlider"] input[type="range"][aria-labelledby]').forEach(
    (input) => input.removeAttribute("aria-labelledby"));
  // Streamlit has these names in English only.
  const HELP = "Help for ";
  const translate = () => {
    const skip = document.querySelector('[data-testid="stSkipToContent"]')?.firstChild;
    if (skip) skip.data = inkling.tr("Skip to main content");
    for (const help of document.querySelectorAll(`button[aria-label^="${HELP}"]`)) {
      help.ariaLabel = inkling.tr("Help for {name}", { name: help.ariaLabel.slice(HELP.length) });
    }
  };
  // A panel that its button opens stays in the page when it closes.
  // Safari before 17 has no popovers, and shows the panel all the time.
  const join = () => "popover" in HTMLElement.prototype && document.querySelectorAll("button[data-opens]").forEach((button) => {
    const panel = document.querySelector(`.st-key-${button.dataset.opens}`);
    if (!panel || button.popoverTargetElement === panel) return;
    panel.popover = "auto";
    if (panel.matches(":popover-open")) panel.hidePopover();
    button.popoverTargetElement = panel;
    if (early === button) panel.showPopover({ source: button });
    early = null;
  });
  // Its button is on the page before it: a press that comes too early opens it once it is there.
  let early = null;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[data-opens]");
    if (button && !button.popoverTargetElement) early = button;
  });
  let waits = false;
  new MutationObserver(() => {
    if (!waits) requestAnimationFrame(() => { waits = false; follow(); name(); translate(); join(); });
    waits = true;
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-labelledby"] });
  name();
  translate();
  join();
})();
// Drawing by keyboard: on the focused canvas, the arrows move a cross, and Space lowers and lifts the pen. The cross sends
// mouse events, so the canvas and the live channel need no changes.
(() => {
  if (window.inklingKeys) return;
  window.inklingKeys = true;
  const STEP = 10, FINE = 2;  // screen pixels; the fine step is with Shift
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let at = null, down = false, cross = null;

  const place = (canvas) => {
    const box = canvas.getBoundingClientRect();
    return { clientX: box.left + at[0] * box.width, clientY: box.top + at[1] * box.height };
  };
  const act = (canvas, kind) => {
    const init = { ...place(canvas), bubbles: true, composed: true, cancelable: true, button: 0, buttons: down ? 1 : 0 };
    canvas.dispatchEvent(new PointerEvent(`pointer${kind}`, { ...init, pointerId: 1, pointerType: "mouse", isPrimary: true }));
    (kind === "down" ? canvas : document).dispatchEvent(new MouseEvent(`mouse${kind}`, init));
  };
  const show = (canvas) => {
    if (!cross) {
      cross = document.createElement("i");
      cross.className = "ink-cross";
    }
    const parent = document.querySelector(".st-key-canvas");
    if (cross.parentElement !== parent) parent.append(cross);
    cross.hidden = false;
    cross.style.left = `${100 * at[0]}%`;
    cross.style.top = `${100 * at[1]}%`;
    cross.toggleAttribute("data-down", down);
  };
  document.addEventListener("keydown", (event) => {
    const canvas = event.composedPath()[0];
    if (!canvas.matches?.("canvas.upper-canvas") || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    at ??= [0.5, 0.5];
    if (move) {
      const box = canvas.getBoundingClientRect(), step = event.shiftKey ? FINE : STEP;
      at = at.map((share, axis) => Math.min(1, Math.max(0, share + (move[axis] * step) / (axis ? box.height : box.width))));
      if (down) act(canvas, "move");
    } else if (!event.repeat) {
      down = !down;
      if (down) act(canvas, "down");
      act(canvas, down ? "move" : "up");
    }
    show(canvas);
  }, { capture: true });
  document.addEventListener("focusout", (event) => {
    const canvas = event.composedPath()[0];
    if (!cross || !canvas.matches?.("canvas.upper-canvas")) return;
    if (down) { down = false; act(canvas, "up"); }
    cross.hidden = true;
  }, { capture: true });
})();
