// One object for the whole page, however often Streamlit mounts the component.
const page = { steps: 0, place: null, asked: 0, go: null, top: 0, back: null, revealed: null };

const follow = () => {
  page.asked = performance.now();
  page.go("went", { steps: page.steps, query: window.location.search.slice(1) });
};

// Streamlit must not see this event, as it would redraw the page for an address that its scripts do not know.
const onBack = (event) => {
  event.stopImmediatePropagation();
  page.steps += 1;
  page.place = null;
  page.back = event.state?.top ?? null;
  follow();
};

const sorted = (query) => [...new URLSearchParams(query)].map(String).sort().join("&");
const section = (place) => place?.split("/")[0];

inkling.followAddress = ({ data, setTriggerValue }) => {
  page.go = setTriggerValue;
  if (!page.listens) window.addEventListener("popstate", onBack, { capture: true });
  page.listens = true;
  const [key, number] = data.reveal, isFirst = page.revealed === null;
  const isNew = key && number !== page.revealed;
  page.revealed = number;
  if (isNew && !(isFirst && isReload())) reveal(key);
  if (data.steps !== page.steps) { // drawn before the visitor went back, or by a restarted server
    if (performance.now() - page.asked > 2000) follow();
    return;
  }
  if (sorted(data.query) !== sorted(window.location.search)) {
    const address = new URL(window.location.href), { state } = history;
    address.search = data.query;
    const moved = page.place !== null && page.place !== data.place;
    if (moved) history.replaceState({ ...state, top: page.top }, "");
    history[moved ? "pushState" : "replaceState"](state, "", address);
    if (moved && !isNew && section(page.place) !== section(data.place)) revealSections();
  }
  if (page.back !== null) scrollTo(page.back);
  page.back = null;
  page.place = data.place;
};

// What a press opens comes into view: below the cards with the row of tabs at the top, which stays there. A reload begins
// at the canvas, and *Back* where the press was.
const TRIES = 40, TRY_MS = 100, LOW = 0.6;  // what begins within this share of the window is in view
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const isReload = () => performance.getEntriesByType("navigation")[0].type === "reload";
const scroller = () => document.querySelector('[data-testid="stMain"]');
const tabRow = () => document.querySelector(".st-key-tab_row")?.closest('[data-testid="stLayoutWrapper"]');
const scrollTo = (top) => scroller().scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
const scrollBy = (down) => scrollTo(scroller().scrollTop + down);

function revealSections() {
  const row = tabRow();
  if (!row) return;
  row.style.position = "static";  // while it sticks to the top, it does not say where it belongs
  const { top } = row.getBoundingClientRect();
  row.style.position = "";
  scrollBy(top);
}

function reveal(key, tries = TRIES) {
  const found = document.querySelector(`.st-key-${key}`);
  if (!found) {
    if (tries) setTimeout(reveal, TRY_MS, key, tries - 1);
    return;
  }
  const { top } = found.getBoundingClientRect();
  const above = found.closest(".st-key-sections") ? tabRow().offsetHeight : parseFloat(getComputedStyle(scroller()).scrollPaddingTop) || 0;
  if (key.startsWith("tab-")) revealSections();
  else if (top < above || top > LOW * innerHeight) scrollBy(top - above - 4);
  found.querySelector('[data-testid="stForm"] input')?.select();
}

document.addEventListener("click", (event) => {
  page.top = scroller()?.scrollTop;
  if (event.target.closest?.('.st-key-tab [role="radio"]')) revealSections();
  const link = event.target.closest?.("a.ink-opens");
  if (!link || !page.go || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();  // the page goes there as it goes back; a lesson stays open, as the link may be in it
  const there = new URLSearchParams(link.search), lesson = new URLSearchParams(location.search).get("lesson");
  if (lesson && !there.has("lesson")) there.set("lesson", lesson);
  history.replaceState({ ...history.state, top: page.top }, "");
  history.pushState(history.state, "", `?${there}`);
  page.steps += 1;
  page.place = null;
  follow();
  if (link.search.includes("lesson=")) reveal("lessons_card");
  else revealSections();
}, { capture: true });  // the bar keeps its clicks to itself
// Below the cards, what is next goes along in the row of tabs, and on a phone at the bottom, also if what is above becomes lower after the last scroll.
const noteBelow = () => requestAnimationFrame(() => {
  const root = document.documentElement, canvas = document.querySelector(".st-key-canvas");
  root.toggleAttribute("data-ink-below", tabRow()?.getBoundingClientRect().top < 2);
  root.toggleAttribute("data-ink-away", canvas?.getBoundingClientRect().bottom < 2);
});
const heights = new ResizeObserver(noteBelow);
document.addEventListener("scroll", () => {
  noteBelow();
  heights.observe(document.querySelector('[data-testid="stMainBlockContainer"]'));
}, { capture: true, passive: true });

// A press on the network's picture leads to the places below, which a script opens meanwhile.
inkling.openInside = () => document.querySelector(".st-key-tab")?.scrollIntoView({ block: "start" });
