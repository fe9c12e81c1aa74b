// The browser's part of the live channel: one socket for as long as the page lives, and the questions to it.
// See `protocol.py` for what is said, and `parts.js` for how what comes is drawn.
const VERSION = 1;
const GONE = { unknownKey: 4401, takenOver: 4409, otherVersion: 4426 };  // after these, trying again is in vain

const live = {
  socket: null, key: null, open: false, parts: {}, wait: 250, later: 0,
  asked: 0, waiting: false, wanted: null, ink: null, watch: 0,
  askedAt: 0, answeredAt: 0,  // the moment of the newest point that was asked about, and of the one that the bars show
};
window.inkling = live;  // for other components of the page

const send = (message) => live.socket.send(JSON.stringify(message));

// Streamlit's page may be opened below any path; the channel lies beside it.
const address = () => `${location.origin.replace("http", "ws")}${location.pathname.replace(/\/?$/, "/")}live`;

function connect() {
  clearTimeout(live.later);
  if (live.socket || !live.key) return;
  const socket = new WebSocket(address());
  live.socket = socket;
  socket.onopen = () => {
    send({ version: VERSION, key: live.key, hidden: document.hidden });
    live.open = true;
    live.wait = 250;
    live.waiting = false;
    if (live.asked) wish(false);  // a server that was started anew knows of no drawing
  };
  socket.onmessage = ({ data }) => {
    const { number, parts, answers } = JSON.parse(data);
    Object.assign(live.parts, parts);
    show(parts);
    send({ got: number });
    if (answers !== live.asked) return;
    live.waiting = false;
    live.answeredAt = live.askedAt;
    ask();
  };
  socket.onclose = ({ code }) => {
    if (live.socket !== socket) return;
    live.socket = null;
    live.open = false;
    live.parts = {};
    if (Object.values(GONE).includes(code)) return;  // a script brings another key
    live.later = setTimeout(connect, live.wait);
    live.wait = Math.min(10_000, 2 * live.wait);
  };
}

function disconnect() {
  clearTimeout(live.later);
  const socket = live.socket;
  live.socket = null;
  live.open = false;
  if (socket) socket.close();
}

document.addEventListener("visibilitychange", () => { if (live.open) send({ hidden: document.hidden }); });

// What is on the canvas is asked about as it is there, whoever put it there: a pen, Undo, or a test digit.
// It lies in layers: the paper, finished strokes, and the one that the pen is at.
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
  return copy.toDataURL();
}

// One question at a time: a busy server is asked less often, and the last point always.
function wish(pen) {
  live.wanted = { pen, at: performance.now() };
  ask();
}

function ask() {
  if (!live.wanted || live.waiting || !live.open) return;
  const { pen, at } = live.wanted;
  live.wanted = null;
  live.waiting = true;
  live.askedAt = at;
  live.asked += 1;
  live.ink = ink();
  send({ ask: live.asked, ink: live.ink, pen });
}

let down = false;
const onCanvas = (event) => Boolean(event.composedPath()[0].matches?.("canvas.upper-canvas"));
// Fabric hears of an event after this. What it draws of a moving pen is there in the next frame; a stroke that has ended
// leaves the upper canvas at once, and comes to the lower one a frame later.
document.addEventListener("pointerdown", (event) => { down = onCanvas(event); }, { capture: true });
document.addEventListener("pointermove", () => {
  if (down) requestAnimationFrame(() => { if (down) wish(true); });
}, { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (!down) return;
    down = false;
    live.wanted = null;
    requestAnimationFrame(() => requestAnimationFrame(() => wish(false)));
  }, { capture: true });
}

// A script has put something else on the canvas, which comes a moment later.
const PUT_MS = 3000, LOOK_MS = 40;
function watchCanvas(until = performance.now() + PUT_MS) {
  clearTimeout(live.watch);
  if (down || performance.now() > until) return;
  if (ink() !== live.ink) wish(false);
  else live.watch = setTimeout(watchCanvas, LOOK_MS, until);
}

export default function ({ data }) {
  if (data.key !== live.key) {
    disconnect();
    live.key = data.key;
  }
  connect();
  return disconnect;
}
