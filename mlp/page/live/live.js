// The browser's part of the live channel: one socket while the page is open, and the questions to the server.
// `protocol.py` describes the messages; `parts.js` draws the parts.
const VERSION = 1;
const TRIES = 3;  // after these, scripts draw the moving parts
const GONE = { unknownKey: 4401, takenOver: 4409, otherVersion: 4426 };  // after these codes, a retry is pointless

const live = {
  socket: null, key: null, open: false, parts: {}, wait: 250, later: 0,
  asked: 0, waiting: false, wanted: null, sentAt: 0, tookMs: [0, 0], paced: 0, ink: null, watch: 0, down: false,
  trigger: () => {}, drawing: 0, requested: null, outdated: [], redrawing: {}, again: 0, failed: 0, moves: false, frames: 0,
  receivedAt: performance.now(), lost: false, probing: false, opened: false, noticed: 0,
  askedAt: 0, answeredAt: 0,  // times of the newest pen position in a question, and in the answer that the bars show
  // A text in the page's language, with its values; the server puts TEXTS, the translations, before this script.
  tr: (text, values = {}) => (TEXTS[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]),
};
window.inkling = live;  // for the other scripts of the page, which add what their components call
const { tr } = live;

const send = (message) => { if (live.socket.readyState === WebSocket.OPEN) live.socket.send(JSON.stringify(message)); };

// The page may be served below any path, with the channel beside it.
const address = (path) => location.origin + location.pathname.replace(/\/?$/, "/") + path;

function connect() {
  clearTimeout(live.later);
  if (live.socket || !live.key) return;
  const socket = new WebSocket(address("live").replace("http", "ws"));
  live.socket = socket;
  socket.onopen = () => {
    send({ version: VERSION, key: live.key, hidden: document.hidden });
    live.open = live.opened = true;
    live.receivedAt = performance.now();
    live.wait = 250;
    live.failed = 0;
    live.waiting = false;
    if (live.asked) wish(false);  // a restarted server does not know the drawing
  };
  socket.onmessage = ({ data }) => {
    const { number, parts, answers } = JSON.parse(data);
    live.receivedAt = performance.now();
    if (!number) return;
    Object.assign(live.parts, parts);
    if (answers === live.asked) live.answeredAt = live.askedAt;
    show(parts);
    send({ got: number });
    if (answers !== live.asked) return;
    live.waiting = false;
    live.tookMs = [live.tookMs[1], performance.now() - live.sentAt];
    ask();
  };
  socket.onclose = ({ code }) => {
    if (live.socket !== socket) return;
    live.socket = null;
    live.open = false;
    live.parts = {};
    live.failed += 1;
    if (live.failed === TRIES && !live.opened) {
      notify(tr("The live connection can’t open here, so the page updates once a second while a run plays."), NOTICE_MS);
    }
    if (code === GONE.unknownKey) live.later = setTimeout(askForKey, KEY_MS);
    if (Object.values(GONE).includes(code)) return;  // the next script brings another key
    live.later = setTimeout(connect, live.wait);
    live.wait = Math.min(10_000, 2 * live.wait);
  };
}

// A restarted server does not know the old key. A script brings a new one, and must be requested: Streamlit runs none by
// itself if a press was in progress when the server ended.
const KEY_MS = 2000;
function askForKey() {
  if (live.socket) return;
  live.trigger("draw", performance.now());
  live.later = setTimeout(askForKey, KEY_MS);
}

function disconnect() {
  clearTimeout(live.later);
  const socket = live.socket;
  live.socket = null;
  live.open = false;
  if (socket) socket.close();
}

document.addEventListener("visibilitychange", () => {
  live.receivedAt = performance.now();
  if (live.open) send({ hidden: document.hidden });
});

// A visible page gets a message every second. After a silence it is out of date, and says so.
const SILENCE_MS = 3000, BACK_MS = 4000, NOTICE_MS = 8000, FROZEN_MS = 10_000;
setInterval(() => {
  const silentMs = live.opened && !document.hidden ? performance.now() - live.receivedAt : 0;
  const silent = silentMs > SILENCE_MS;
  if (silentMs > FROZEN_MS && live.open && !live.probing) {
    live.probing = true;
    reloadIfFrozen().finally(() => { live.probing = false; });
  }
  if (silent === live.lost) return;
  live.lost = silent;
  document.documentElement.toggleAttribute("data-ink-lost", silent);
  if (silent) notify(tr("The connection is gone. A run continues without it, and this page catches up once it is back."));
  else notify(tr("The connection is back."), BACK_MS);
}, 500);

// After a sleep or in another network, sockets can seem open while nothing arrives, Streamlit's too. If the server answers
// a request, but the socket still receives nothing, a reload opens new ones; the server has the drawing. A server that was
// busy sends on the old socket as well.
async function reloadIfFrozen() {
  const last = live.receivedAt, limits = { cache: "no-store", signal: AbortSignal.timeout(FROZEN_MS) };
  const { ok } = await fetch(address("_stcore/health"), limits).catch(() => ({}));
  await new Promise((done) => setTimeout(done, SILENCE_MS));
  if (ok && live.receivedAt === last && live.open && !live.down) location.reload();
}

// It lies over the page's head, so that nothing moves.
function notify(text, forMs = 0) {
  const line = document.querySelector(".ink-connection");
  if (!line) return;
  clearTimeout(live.noticed);
  line.hidden = false;
  line.textContent = text;
  if (forMs) live.noticed = setTimeout(() => { line.hidden = true; }, forMs);
}

// A question holds the canvas as it is, whether a pen, Undo or a test digit changed it.
// It has layers: the paper, finished strokes, and the current stroke.
const copy = document.createElement("canvas");
copy.width = copy.height = 280;
const page = copy.getContext("2d", { willReadFrequently: true });

function ink() {
  page.fillRect(0, 0, copy.width, copy.height);
  for (const { shadowRoot } of document.querySelectorAll(".st-key-canvas *")) {
    for (const layer of shadowRoot?.querySelectorAll("canvas") ?? []) {
      if (layer.width) page.drawImage(layer, 0, 0, copy.width, copy.height);
    }
  }
  return inkUrl(copy) ?? copy.toDataURL();
}

// A drawing consists of few runs of equal pixels. In 16 shades, they take a fifth of a PNG's size. A photo has too many.
const MOST_RUNS = 6000, SHADE = 17, FIRST_LETTER = 97;
function inkUrl(canvas) {
  const { width, height } = canvas, { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let text = "", runs = 0;
  for (let at = 0, from = 0; at < data.length; from = at, runs += 1) {
    if (runs > MOST_RUNS) return null;
    while (at < data.length && data[at] === data[from]) at += 4;
    const length = (at - from) / 4;
    text += String.fromCharCode(FIRST_LETTER + Math.round(data[from] / SHADE)) + (length > 1 ? length : "");
  }
  return `data:text/x-runs,${text}`;
}

page.fillRect(0, 0, copy.width, copy.height);
const BLANK = inkUrl(copy);  // null where pixels are random: Tor, or Firefox with resistFingerprinting
const HIDDEN = tr("This browser hides drawings from pages. Allow canvas data for this page and reload it, or use another browser.");

// The canvas's report, which Streamlit repeats with every press, has its image in the same form.
const toDataURL = HTMLCanvasElement.prototype.toDataURL;
HTMLCanvasElement.prototype.toDataURL = function (...given) {
  const isReport = this !== copy && this.width === copy.width && this.height === copy.height;
  return (isReport && inkUrl(this)) || toDataURL.apply(this, given);
};

// One question at a time: a busy server gets fewer questions, but always the last pen position. A moving pen asks every
// second frame, as often as the server answers, so that no question waits there while the pen moves on. On a slow line, it
// asks only at the end of a stroke, as the line would still be busy with what came before.
const PACE_MS = 30, FRAME_MS = 17, SLOW_LINE_MS = 400;
const isSlow = () => Math.min(...live.tookMs) > SLOW_LINE_MS;  // the last two answers, as a single one may be late anywhere
function wish(pen, at = performance.now(), drawn = null) {
  if (pen && isSlow()) return;
  live.wanted = { pen, at, drawn };
  ask();
}

function ask() {
  clearTimeout(live.paced);
  if (!live.wanted || live.waiting || !live.open) return;
  const early = live.down ? live.sentAt + PACE_MS - performance.now() : 0;
  if (early > 0) {
    live.paced = setTimeout(ask, early + FRAME_MS);  // the next frame's event, if there is one, comes first
    return;
  }
  const { pen, at, drawn } = live.wanted;
  live.wanted = null;
  live.waiting = true;
  live.askedAt = at;
  live.sentAt = performance.now();
  live.asked += 1;
  live.ink = drawn ?? ink();
  send({ ask: live.asked, ink: live.ink, pen });
}

const onCanvas = (event) => Boolean(event.composedPath()[0].matches?.("canvas.upper-canvas"));
// Fabric gets each event after this. It draws a moving pen by the next frame; a finished stroke leaves the upper canvas
// at once, and reaches the lower one a frame later, slightly smoothed. So there are two questions: at once with the stroke
// as drawn, then with the smoothed one.
document.addEventListener("pointerdown", (event) => {
  live.down = event.button === 0 && onCanvas(event);  // other buttons do not draw
  if (live.down && BLANK === null) notify(HIDDEN, NOTICE_MS);
  if (live.down && live.open) send({ begun: true });
}, { capture: true });
document.addEventListener("pointermove", ({ timeStamp }) => {
  if (live.down) requestAnimationFrame(() => { if (live.down) wish(true, timeStamp); });
}, { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, ({ timeStamp }) => {
    if (!live.down) return;
    live.down = false;
    wish(true, timeStamp, ink());
    requestAnimationFrame(() => requestAnimationFrame(() => wish(false, timeStamp)));
  }, { capture: true });
}

// A script has put something on the canvas or cleared it. The canvas shows that a moment later; until then it may have the
// last drawing, or be empty because it is still loading.
const PUT_MS = 3000, LOOK_MS = 40;
function watchCanvas(isDrawn, until = performance.now() + PUT_MS) {
  clearTimeout(live.watch);
  if (live.down || performance.now() > until) return;
  const now = ink();
  if (now !== live.ink && (now !== BLANK) === isDrawn) wish(false);
  live.watch = setTimeout(watchCanvas, LOOK_MS, isDrawn, until);
}

// Pressing one of several digits in the answer chooses it; of what is no digit, a button teaches it.
document.addEventListener("click", ({ target, timeStamp }) => {
  const button = target.closest?.("[data-choose]");
  if (button) window.inklingRequest?.("chosen", Number(button.dataset.choose));
  if (target.closest?.(".ink-door")) window.inklingRequest?.("taught", timeStamp);
});

// Buttons, tabs and finished charts are drawn by a script, one for each state of the run. If a press has already started
// a script, the request is dropped; if it is lost, it is repeated.
const DRAW_AFTER_MS = 300, AGAIN_MS = 10_000;
function drawLater(wanted) {
  if (wanted !== null && wanted === live.requested) return;
  clearTimeout(live.drawing);
  live.requested = null;
  if (wanted === null) return;
  const request = () => {
    live.requested = wanted;
    if (!document.hidden) live.trigger("draw", wanted);  // a hidden tab would not hear that its script has run
    live.drawing = setTimeout(request, AGAIN_MS);
  };
  live.drawing = setTimeout(request, DRAW_AFTER_MS);
}

// Parts that scripts draw and that are outdated: each a key, a number that changes whenever it is drawn, and whether it is in
// the open tab. A script redraws these once they are in view, and the others at once. A lost request is repeated.
const CHOICES_PX = 40;  // of the row above what a tab shows
const tabInView = () => document.querySelector(".st-key-sections")?.getBoundingClientRect().top < innerHeight - CHOICES_PX;
function redrawOutdated(outdated = live.outdated) {
  live.outdated = outdated;
  const isNew = ([key, drawn, inTab]) => live.redrawing[key] !== drawn && (!inTab || tabInView());
  const wanted = document.hidden ? [] : outdated.filter(isNew);
  if (!wanted.length) return;
  clearTimeout(live.again);
  for (const [key, drawn] of wanted) live.redrawing[key] = drawn;
  window.inklingRequest?.("redraw", wanted.map(([key]) => key));
  live.again = setTimeout(() => { live.redrawing = {}; redrawOutdated(); }, AGAIN_MS);
}
document.addEventListener("scroll", () => redrawOutdated(), { capture: true, passive: true });
window.addEventListener("resize", () => redrawOutdated());

// Without the channel, scripts draw the whole page while a run plays: once a second, but none before the last has ended.
setInterval(() => {
  const isDrawn = document.querySelector(".stApp")?.dataset.testScriptState === "notRunning";
  if (live.moves && live.failed >= TRIES && isDrawn && !live.down && !document.hidden) live.trigger("draw", performance.now());
}, 1000);

// Streamlit changes its colors by itself, as the system does, and then calls this again. Ours follow; the images that the
// server has made come with a script.
function followTheme() {
  const { colorScheme } = getComputedStyle(document.querySelector(".stApp")), { dataset } = document.documentElement;
  const isOther = dataset.inkTheme && dataset.inkTheme !== colorScheme;
  dataset.inkTheme = colorScheme;
  if (!isOther) return;
  inkling.drawPlots();
  live.trigger("draw", performance.now());
}

inkling.openChannel = ({ data, setTriggerValue }) => {
  live.trigger = setTriggerValue;
  live.moves = data.moves;
  followTheme();
  if (data.key !== live.key) {
    disconnect();
    live.key = data.key;
  }
  connect();
  return disconnect;
};
