// Board mode, `?board=1`, for a projector in class: one part of the page at a time, in large type. Arrow keys, or a
// presenter's Page up and Page down, go to the next and back. A button among the lessons enters it.
const { tr } = inkling;
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(".ink-to-board")) return;
  const board = new URL(location.href);
  board.searchParams.set("board", "1");
  location.assign(board.href);
});
if (new URLSearchParams(location.search).get("board") === "1") {
  const root = document.documentElement, style = document.createElement("style"), bar = document.createElement("nav");
  document.head.append(style);
  let wanted = 0, at = 0;  // a wanted part may be missing while the page redraws it

  // Each part with its name, its kind, its selectors, and the width and height that it needs: of text, as much as fits.
  // What is wider than ``most`` is left to the page, as else nobody could read it from the back.
  const LEAST_PX = 320, SMALLER = 0.95, ROOM_PX = 1200;
  const whole = (name, shown, selector, width, height = 0, most = Infinity) =>
    ({ name, shown, selectors: [selector], width, height, most });
  const parts = () => {
    const found = [
      whole(tr("Draw"), "draw", ".st-key-stage", 700, 350),
      whole(tr("The network"), "network", ".st-key-stage", 820, 310),
      whole(tr("Loss"), "loss", ".st-key-train_card", 590, 385),
      whole(tr("Accuracy"), "accuracy", ".st-key-train_card", 590, 385),
    ].filter(({ selectors }) => document.querySelector(selectors[0]));
    const room = [[tr("Room"), "code", 560], [tr("Ideas"), "ideas", 560, ROOM_PX], [tr("Written"), "wall", 560],
      [tr("Guesses"), "guesses", 560], [tr("Results"), "results", 760, ROOM_PX], [tr("Break it"), "break", 760, ROOM_PX],
      [tr("Teach it"), "mended", 760, ROOM_PX], [tr("End"), "end", 420], [tr("End"), "goodbye", 420]];
    const there = room.map(([name, key, width, most]) => whole(name, "room", `.st-key-room_${key}`, width, 0, most))
      .filter(({ selectors }) => document.querySelector(`${selectors[0]} [data-testid="stElementContainer"]`));
    found.unshift(...there);
    const lesson = document.querySelector(".st-key-lessons");
    if (lesson) found.push(...partsOf(lesson));
    if (document.querySelector(".st-key-slow_card")) found.push(whole(tr("Step by step"), "step", ".st-key-slow_card", 640));
    else if (!lesson && !there.length && document.querySelector(".st-key-sections")) {
      found.push(whole(tr("More"), "section", ".st-key-sections", 720));
    }
    return found;
  };

  // The blocks of a lesson, by their first words; the title is above the first one. A guess is drawn in its chart.
  const partsOf = (lesson) => {
    const title = lesson.querySelector("h3")?.innerText ?? tr("Lesson"), found = [];
    let heads = [];
    [...lesson.children].forEach((block, number) => {
      const selector = `.st-key-lessons > :nth-child(${number + 1})`;
      const aside = ".st-key-lesson_head, .st-key-sheet, [class*='st-key-answer_of_']";
      if (block.matches(aside) || block.querySelector(aside) || !block.textContent.trim()) return;
      if (block.querySelector("script, style") && !block.querySelector("p, button, h3")) return;
      if (block.querySelector("h3")) heads = [selector];
      else {
        const words = block.querySelector("strong, summary p")?.textContent ?? tr("Experiments"), selectors = [...heads, selector];
        const asks = block.querySelector(".st-key-lesson_guess") && document.querySelector(".st-key-train_card");
        found.push({ name: tr("{name}: {value}", { name: title, value: words.replace(/\.$/, "") }), ...(asks
          ? { shown: "guess", selectors: [...selectors, ".st-key-train_card"], width: 590, height: 425 }
          : { shown: "lesson", selectors, width: block.querySelector(".st-key-experiments") ? 600 : LEAST_PX, height: 0 }) });
        heads = [];
      }
    });
    return found;
  };

  // The bar, with the strip of whoever holds a room above it.
  const below = () => {
    const strip = document.querySelector(".st-key-strip")?.closest('[data-testid="stBottom"]');
    return 88 + (strip?.getBoundingClientRect().height ?? 0);
  };

  // A step of the holder's plan shows its part.
  let step = "";
  const follow = () => {
    const now = document.querySelector(".ink-step[data-shows]")?.dataset;
    if (!now || now.step === step) return false;
    step = now.step;
    const place = parts().findIndex(({ shown, selectors }) =>
      selectors.some((each) => each.endsWith(now.shows)) && shown !== "loss");
    if (place < 0) return false;
    wanted = place;
    return true;
  };

  let known = 0;
  const show = () => {
    const all = parts();
    known = all.length;
    if (!known) return;
    at = Math.min(wanted, all.length - 1);
    const { name, shown, selectors, width, height, most = Infinity } = all[at], some = `:is(${selectors.join(", ")})`;
    style.textContent = `.stMain .stVerticalBlock:has(${some}) > :not(:has(${some}, .ink-connection), ${some}) { display: none !important; }`;
    root.dataset.board = shown;
    root.style.setProperty("--bar", `${below()}px`);
    label.textContent = tr("{number} of {all} · {name}", { number: at + 1, all: all.length, name });
    back.disabled = at === 0;
    next.disabled = at === all.length - 1;
    const high = height ? (window.innerHeight - below()) / height : Infinity;
    least = Math.max(1, window.innerWidth / most);
    largest = Math.max(least, Math.min(window.innerWidth / width, high));
    letters(largest);
    fills = height > 0;
    fit();
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    window.dispatchEvent(new Event("resize"));
  };

  // The largest letters with which all of a part is in view.
  let zoom = 1, least = 1, largest = 1, fills = false;  // a chart fills the height at any size
  const letters = (size) => root.style.setProperty("--zoom", zoom = size);
  const overflows = () => [...document.querySelectorAll('.stMain [data-testid="stMainBlockContainer"] > .stVerticalBlock > *')]
    .some((each) => each.scrollWidth > each.clientWidth + 1
      || each.getBoundingClientRect().bottom + document.querySelector('[data-testid="stMain"]').scrollTop > window.innerHeight - below());
  const fit = () => {
    if (root.dataset.board === "room") letters(largest);  // less may be open there than before
    while (!fills && zoom > least && overflows()) letters(Math.max(least, SMALLER * zoom));
  };

  // In *Step by step*, each stage is a part.
  const go = (steps) => {
    const turn = root.dataset.board === "step"
      && document.querySelector(`.st-key-slow_${steps > 0 ? "next" : "back"} button:not(:disabled)`);
    if (turn) turn.click();
    else {
      wanted = Math.max(Math.min(at + steps, parts().length - 1), 0);  // the page may have changed since it was shown
      show();
    }
  };

  const leave = () => {
    const address = new URL(location.href);
    address.searchParams.delete("board");
    history.replaceState(null, "", address.href);
    location.reload();  // rather than another link, which would scroll to its place
  };

  const add = (kind, text, label, act) => {
    const element = Object.assign(document.createElement(kind), { textContent: text, onclick: act });
    if (act) element.className = "ink-button";
    if (label) element.setAttribute("aria-label", label);
    bar.append(element);
    return element;
  };
  bar.className = "ink-board-bar";
  bar.setAttribute("aria-label", tr("Board"));
  const back = add("button", "‹", tr("Back"), () => go(-1)), label = add("span", "");
  const next = add("button", "›", tr("Next"), () => go(1));
  add("button", tr("Leave"), "", leave);
  label.setAttribute("role", "status");
  document.body.append(bar);

  window.addEventListener("keydown", (event) => {
    const taken = "input, textarea, select, canvas, [role='slider'], [role='radio'], [contenteditable]";
    if (event.target.closest?.(taken) || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (steps || down) event.preventDefault();
    if (steps) go(steps);
    else if (down) document.querySelector('[data-testid="stMain"]').scrollBy(0, down * window.innerHeight / 3);
    else if (event.key === "Escape" && !document.querySelector('[data-testid="stPopoverBody"], :is(:popover-open)')) leave();
  });
  window.addEventListener("resize", ({ isTrusted }) => {
    if (isTrusted) show();
  });
  // Later redraws of the page can add or remove parts, and make one longer.
  let due;
  new MutationObserver(() => {
    clearTimeout(due);
    due = setTimeout(() => {
      if (follow() || parts().length !== known) show();
      else fit();
    }, 200);
  }).observe(document.body, { childList: true, subtree: true });
}
