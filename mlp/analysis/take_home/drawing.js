// The page around the network: canvas, preprocessing stages, bars, and the network's picture.
"use strict";

const source = document.documentElement.outerHTML; // before anything has changed, to be saved
const about = JSON.parse(document.getElementById("network").textContent);
const network = unpack(about), digitCheck = about.digitCheck ? unpack(about.digitCheck) : null;
const canvas = document.getElementById("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true });
const part = (name) => document.getElementById(name);
part("form").textContent = about.half ? "float16" : "float32";
const strokes = [];
let drawing = null, waiting = 0, announces = false;
let found = null; // the drawing's preprocessing stages
window.inkling = { stagesOf, read, sceneOf, network, digitCheck, about, last: null };

// A text of the page's language with values in its braces.
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (_, field) => values[field]);
const text = (name, values = {}) => filled(about.texts[name], values);

function percent(share) {
  const shown = share > 0.9995 && share < 1 - 1e-6 ? "99.9" : (share * 100).toFixed(1);
  return shown.replace(".", about.texts.point) + about.texts.percent;
}

function redraw() {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = "#fff";
  pen.lineWidth = 18;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(...stroke[0]);
    for (const point of stroke) pen.lineTo(...point);
    pen.stroke();
    pen.beginPath(); // a line without length draws nothing, but a touch should leave a dot
    pen.arc(...stroke[0], pen.lineWidth / 2, 0, 2 * Math.PI);
    pen.fillStyle = "#fff";
    pen.fill();
  }
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  found = stagesOf(Uint8Array.from({ length: canvas.width * canvas.height }, (_, place) => pixels[4 * place]), canvas.width, canvas.height);
  paint("cut", found && Array.from(found.cut, (value) => value / 255), found?.w ?? 28, found?.h ?? 28);
  paint("fitted", found?.fitted, 20, 20);
  paint("centered", found?.centered, 28, 28);
  paint("straightened", found && straightened(found.centered), 28, 28);
}

// Draw numbers, 0 to 1, as a small image.
function paint(id, values, width, height) {
  const small = part(id);
  if (!small) return; // a stage that this network lacks
  small.width = width; small.height = height;
  const context = small.getContext("2d"), picture = context.createImageData(width, height);
  for (let place = 0; place < width * height; place++) {
    const shade = Math.round(255 * (values ? values[place] : 0));
    picture.data.set([shade, shade, shade, 255], 4 * place);
  }
  context.putImageData(picture, 0, 0);
}

// On a phone the bars are below the screen, so the digit is also beside the canvas's buttons.
function showDigit(digit, words, beside) {
  for (const place of [part("digit"), part("beside-digit")]) {
    place.textContent = digit;
    place.style.setProperty("--letters", digit.length);
  }
  part("sure").textContent = words;
  part("beside-sure").textContent = beside;
}

function showNothing(words, beside) {
  showDigit("–", words, beside);
  about.names.forEach((_, place) => bar(place, null, false));
}

function bar(digit, share, best) {
  const row = part(`bar-${digit}`);
  row.classList.toggle("best", best);
  row.querySelector("i").style.setProperty("--share", `${share === null ? 0 : 100 * share}%`);
  row.querySelector("span").textContent = share === null ? "–" : percent(share);
}

function answerWords(chances) {
  const best = chances.indexOf(Math.max(...chances));
  return text("answer", { name: about.names[best], share: percent(chances[best]) });
}

// The picture has a style sheet of its own, in a shadow.
const picture = part("picture").attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
sheet.replaceSync(part("picture-css").textContent);
picture.adoptedStyleSheets = [sheet];
picture.append(Object.assign(document.createElement("div"), { className: "root" }));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { refresh(false); inkling.drawPlots(); });

function drawPicture(reading) {
  const scene = sceneOf(network, reading), style = getComputedStyle(document.documentElement);
  const colors = Object.fromEntries(["accent", "second", "paper", "line"].map((name) => [name, style.getPropertyValue(`--${name}`)]));
  if (scene) inkling.drawNetwork({ data: { ...scene, colors }, parentElement: picture });
}

// Read the drawing and show the answer; announce it to screen readers at the end of a stroke.
function answer(announce) {
  let words = text("nothing");
  window.inkling.last = null;
  if (!found) {
    showNothing(words, "");
    drawPicture(null);
  } else {
    const reading = read(network, found.centered), { chances } = reading;
    drawPicture(reading);
    const digit = chances.indexOf(Math.max(...chances)), name = about.names[digit];
    const refused = (digitCheck && read(digitCheck, found.centered).chances[10] >= about.refusedFrom)
      || (about.noneBelow !== null && chances[digit] < about.noneBelow);
    window.inkling.last = { chances: Array.from(chances), refused: Boolean(refused) };
    if (refused) {
      words = about.none[0];
      showNothing(about.none[1], text("none"));
    } else {
      const share = percent(chances[digit]), sure = text("sure", { share });
      words = answerWords(chances);
      showDigit(name, sure, sure);
      chances.forEach((share, each) => bar(each, share, each === digit));
    }
  }
  if (part("before")) part("before").textContent = beforeAndNow();
  if (announce && part("answer").textContent !== words) part("answer").textContent = words;
}

// Read in the next frame, once, however many points, presses and messages of the worker come before it.
function refresh(announce) {
  announces ||= announce;
  waiting ||= requestAnimationFrame(() => {
    const told = announces;
    waiting = 0;
    announces = false;
    inkling.down = Boolean(drawing);
    answer(told);
  });
}

function changed(announce) {
  redraw();
  if (fresh) fresh.before = null;
  refresh(announce);
}

function at(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  canvas.setPointerCapture(event.pointerId);
  drawing = [at(event)];
  strokes.push(drawing);
  changed(false);
});
canvas.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  const points = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of points.length ? points : [event]) drawing.push(at(each));
  changed(false);
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, () => {
    if (!drawing) return;
    drawing = null;
    changed(true);
  });
}

// With the keyboard, arrows move the pen, and the space bar sets it down and lifts it.
const cursor = { x: 140, y: 60, down: false };
const STEPS = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
canvas.addEventListener("keydown", (event) => {
  if (event.key === " ") {
    cursor.down = !cursor.down;
    if (cursor.down) strokes.push([[cursor.x, cursor.y]]);
  } else if (STEPS[event.key]) {
    cursor.x = Math.min(270, Math.max(10, cursor.x + STEPS[event.key][0]));
    cursor.y = Math.min(270, Math.max(10, cursor.y + STEPS[event.key][1]));
    if (cursor.down) strokes[strokes.length - 1].push([cursor.x, cursor.y]);
  } else if (event.key === "Backspace" || event.key === "Delete") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
  changed(event.key === " " && !cursor.down);
  part("pen").style.left = `${(100 * cursor.x) / 280}%`;
  part("pen").style.top = `${(100 * cursor.y) / 280}%`;
  part("pen").classList.toggle("down", cursor.down);
});

function clear() {
  strokes.length = 0;
  cursor.down = false;
  changed(true);
}

part("clear").addEventListener("click", clear);
part("undo").addEventListener("click", () => { strokes.pop(); changed(true); });
document.addEventListener("keydown", (event) => {
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) { strokes.pop(); changed(true); }
});
