// Draw the parts from the live channel, each in the place that a script has drawn for it.

// Make a node of the page equal to another one, without touching equal parts, so that transitions continue.
function morph(to, from) {
  if (to.nodeName !== from.nodeName || to.childNodes.length !== from.childNodes.length) {
    to.replaceWith(from.cloneNode(true));
    return;
  }
  if (to.nodeType !== Node.ELEMENT_NODE) {
    if (to.nodeValue !== from.nodeValue) to.nodeValue = from.nodeValue;
    return;
  }
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  [...to.childNodes].forEach((child, place) => morph(child, from.childNodes[place]));
}

function fill(place, html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const from = [...made.content.childNodes], to = [...place.childNodes];
  if (from.length === to.length) to.forEach((child, at) => morph(child, from[at]));
  else place.replaceChildren(...from);
}

// Screen readers often miss a region that a script replaces. So one region stays, and receives all changed texts. An empty
// text clears it, so that the same answer to another stroke is announced again. Texts that arrive at almost the same time,
// such as a run's end and its last answer, are announced together.
const TOGETHER_MS = 1000;
const announced = new Map(), recent = new Map();
function announce() {
  const region = document.querySelector(".ink-spoken"), now = performance.now();
  let changed = false;
  for (const place of document.querySelectorAll("[data-say]")) {
    const name = place.dataset.say || place.dataset.live, text = place.textContent, last = announced.get(name);
    announced.set(name, text);
    if (text === last || last === undefined) continue;
    changed = true;
    recent.delete(name);
    if (text) recent.set(name, { text, now });
  }
  if (!region || !changed) return;
  for (const [name, one] of recent) if (now - one.now > TOGETHER_MS) recent.delete(name);
  const spoken = [...recent.values()].map(({ text }) => text).join(" ");
  if (region.firstChild) region.firstChild.nodeValue = spoken;  // a new text node makes the browser check every rule with :has()
  else region.textContent = spoken;
}

const painters = { put: ([when, isDrawn]) => { if (when) watchCanvas(isDrawn); }, draw: drawLater, outdated: redrawOutdated };

function show(parts) {
  for (const [name, value] of Object.entries(parts)) {
    if (name.startsWith("html.")) {
      for (const place of document.querySelectorAll(`[data-live="${name.slice(5)}"]`)) fill(place, value);
    } else painters[name]?.(value);
  }
  announce();
  document.dispatchEvent(new CustomEvent("inkling", { detail: parts }));
  ours.takeRecords();
}

// While the socket is open, a script draws older content than the socket has sent: restore the newer content before the
// browser paints.
const marked = "[data-live], [data-say]";
const ours = new MutationObserver((records) => {
  const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.nodeType === 1);
  if (!added.some((node) => node.matches(marked) || node.querySelector(marked))) return;
  if (live.open) show(live.parts);
  else announce();
});
ours.observe(document.body, { childList: true, subtree: true });
