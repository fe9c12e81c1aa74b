// Each text that somebody reads or hears, with the key of its place: text nodes, names, and what a style sheet adds; of
// nothing that matches `skipped`.
(skipped) => {
  const NAMES = ["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "alt", "placeholder"];
  const found = new Map(), note = (place, text) => { if (text?.trim()) found.set(text.trim(), place); };
  const walk = (element, around) => {
    if (element.matches(skipped)) return;
    const place = element.className.match?.(/st-key-([\w-]+)/)?.[1] ?? around;
    for (const name of NAMES) note(place, element.getAttribute(name));
    for (const part of ["::before", "::after"]) note(place, getComputedStyle(element, part).content.match(/"(.*)"/)?.[1]);
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) note(place, node.data);
    for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) walk(child, place);
  };
  walk(document.body, "body");
  for (const text of window.painted?.splice(0) ?? []) note("canvas", text);
  return [...found].map(([text, place]) => [place, text]);
}
