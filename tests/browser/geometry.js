// What an eye sees at once, by geometry: text over text, a button over another or over its frame, what is wider than the
// window, buttons, paragraphs and words that are cut, and words that are not in the middle of their button.
([pans, slack]) => {
  const PRESSED = "button:not(.net, .stSelectbox *, .stMultiSelect *), a[href], summary, [role=radio], .ink-button";
  const SLIDER = "[data-testid=stSlider] [role=group] > [data-orientation]";
  const NAMES = ".ink-bars b, .ink-strip span, .st-key-network p";  // names of any length, which may end with dots
  const texts = [], boxes = [], faults = [], name = (element) => {
    const key = element.closest?.("[class*=st-key-]")?.className.match(/st-key-([\w-]+)/)?.[1] ?? element.getRootNode().host?.id ?? "";
    return `${key}: ${(element.textContent || element.getAttribute("aria-label") || element.localName).trim().slice(0, 40)}`;
  };
  const all = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
  const within = (one, other) => ({ left: Math.max(one.left, other.left), top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right), bottom: Math.min(one.bottom, other.bottom) });
  const sides = (one, other) => [Math.min(one.right, other.right) - Math.max(one.left, other.left),
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)];
  // `shown` is what the boxes around an element leave visible, `cut` what those leave that do not scroll; `frame` is the
  // innermost box with a border.
  const walk = (element, { shown, cut, layer, pressed, frame, isShortened }) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!element.checkVisibility() && style.display !== "contents" || style.opacity === "0" || /^inset\((50|100)%/.test(style.clipPath)) return;
    if (/fixed|sticky/.test(style.position)) { layer = element; shown = cut = frame = all; }
    const clamps = style.webkitLineClamp !== "none";
    if (clamps && element.scrollHeight > element.clientHeight + slack) faults.push(`cut: ${name(element)}`);
    isShortened ||= clamps;
    const hides = /hidden|clip|auto|scroll/, scrolls = /auto|scroll/, inside = { shown: { ...shown }, cut: { ...cut }, layer, frame };
    for (const [overflow, ...ends] of [[style.overflowX, "left", "right"], [style.overflowY, "top", "bottom"]]) {
      for (const end of ends) {
        const least = /left|top/.test(end) ? Math.max : Math.min;
        if (hides.test(overflow)) inside.shown[end] = least(shown[end], box[end]);
        if (scrolls.test(overflow)) inside.cut[end] = all[end];
        else if (hides.test(overflow)) inside.cut[end] = least(cut[end], box[end]);
      }
    }
    if (style.visibility === "visible" && box.width > 1 && box.height > 1) {
      const seen = within(box, shown);
      const isSeen = seen.right - seen.left > 1 && seen.bottom - seen.top > 1;
      if (isSeen && !element.closest(pans) && (seen.right > innerWidth + slack || seen.left < -slack))
        faults.push(`wider than the window: ${name(element)}, ${Math.round(seen.left)} to ${Math.round(seen.right)}`);
      if (element.matches(PRESSED)) {
        pressed = element;
        const isStep = element.closest("[data-testid=stNumberInputContainer]");  // Streamlit's own − and +
        if (isSeen && !isStep && (box.top < frame.top || box.bottom > frame.bottom)) faults.push(`over its frame: ${name(element)}`);
        const left = within(box, cut), isCut = left.right - left.left < box.width - slack || left.bottom - left.top < box.height - slack;
        if (isCut && (isSeen || !element.matches(".ink-word"))) faults.push(`cut: ${name(element)}`);  // a line ends with a whole word
      }
      if (isSeen && element.matches("[type=text], [type=number]") && element.scrollWidth > element.clientWidth + slack) faults.push(`cut: ${name(element)}`);
      if (isSeen && element.matches(`${PRESSED}, .net, ${SLIDER}`) && !element.matches(".neuron")) boxes.push({ ...seen, layer, element });
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rects = [...range.getClientRects()], hidden = rects.filter(({ top, bottom }) => bottom < cut.top || top > cut.bottom);
        if (hidden.length && hidden.length < rects.length && !isShortened) faults.push(`cut: ${name(element)}`);
        if (isSeen && pressed?.matches("button, [role=radio]") && !pressed.querySelector("img, .ink-boxes")) {
          const around = pressed.getBoundingClientRect(), low = (rects[0].top + rects.at(-1).bottom - around.top - around.bottom) / 2;
          if (Math.abs(low) > slack) faults.push(`not in the middle: ${name(pressed)}`);
        }
        for (const rect of rects) {
          const fifth = rect.height / 5;  // letters are lower than their line
          const line = { left: rect.left, right: rect.right, top: rect.top + fifth, bottom: rect.bottom - fifth };
          if (pressed) {
            const left = within(line, within(cut, pressed.getBoundingClientRect()));
            if (left.right - left.left < rect.width - slack || left.bottom - left.top < 3 * fifth - slack)
              faults.push(`cut: ${name(pressed)}`);
          }
          const isBeside = rect.left < inside.cut.right - slack && rect.right > inside.cut.right + slack;
          if (isSeen && isBeside && rect.bottom > cut.top && rect.top < cut.bottom && !element.matches(NAMES)) faults.push(`cut at its end: ${name(element)}`);
          const piece = within(line, inside.shown);
          if (piece.right > piece.left && piece.bottom > piece.top) texts.push({ ...piece, layer, element });
        }
      }
    }
    // The page itself scrolls: what lies below is to be checked as well.
    if (element.dataset.testid === "stMain") Object.assign(inside, { shown: all, cut: all });
    if (style.display !== "contents" && parseFloat(style.borderTopWidth) && parseFloat(style.borderBottomWidth)) inside.frame = box;
    Object.assign(inside, { pressed, isShortened });
    for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) walk(child, inside);
  };
  walk(document.querySelector("[data-testid=stMain]"), { shown: all, cut: all, layer: null, pressed: null, frame: all, isShortened: false });
  for (const [kind, all] of [["text over text", texts], ["button over button", boxes]]) {
    all.sort((one, other) => one.top - other.top);
    all.forEach((one, at) => {
      for (let next = at + 1; next < all.length && all[next].top < one.bottom; next += 1) {
        const other = all[next];
        const [wide, high] = sides(one, other);
        if (one.layer === other.layer && wide > slack && high > slack && !one.element.contains(other.element))
          faults.push(`${kind}: ${name(one.element)} / ${name(other.element)}`);
      }
    });
  }
  return [...new Set(faults)];
}
