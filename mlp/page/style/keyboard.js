// What a keyboard and a screen reader need where Streamlit's own elements fall short.
(() => {
  if (window.inklingKeyboard) return;
  window.inklingKeyboard = true;
  const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex="0"]';
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";
  let popover = null, opener = null;

  // A popover stands at the end of the document: focus goes into it when it opens and back to its button when it closes.
  const follow = () => {
    const open = document.querySelector('[data-testid="stPopoverBody"]');
    if (open && open !== popover) {
      opener = document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]');
      open.tabIndex = -1;
      if (!open.contains(document.activeElement)) open.focus({ preventScroll: true });
    } else if (!open && popover && opener && opener.isConnected && document.activeElement === document.body) opener.focus();
    popover = open;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !popover || !popover.contains(document.activeElement)) return;
    const stops = [...popover.querySelectorAll(FOCUSABLE)].filter(shown);
    const [first, last] = [stops[0], stops[stops.length - 1]], at = document.activeElement;
    const next = !first ? popover : event.shiftKey && (at === first || at === popover) ? last : !event.shiftKey && at === last ? first : null;
    if (next) { event.preventDefault(); next.focus(); }
  }, { capture: true });

  // A slider is named by its group and by itself, and is read twice.
  const name = () => document.querySelectorAll('[data-testid="stSlider"] input[type="range"][aria-labelledby]').forEach(
    (input) => input.removeAttribute("aria-labelledby"));
  let waits = false;
  new MutationObserver(() => {
    if (!waits) requestAnimationFrame(() => { waits = false; follow(); name(); });
    waits = true;
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-labelledby"] });
  name();
})();
