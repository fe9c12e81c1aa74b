// Teach the network that answers, or train a new one from nothing: a worker takes the steps, and the page reads with the
// newest weights.
"use strict";

const TEACH_STEPS = 24, EPOCHS = 5, more = part("more"), mix = part("mix"), learned = part("learned"), rate = part("rate"), images = part("images");
const came = { numbers: network.numbers.slice(), temperature: network.temperature, testTimeAugmentation: network.testTimeAugmentation };
const untrained = unpackNumbers(about, new Float32Array(came.numbers.length)); // the new network before its first step
let worker = null, loading = null, playing = false;
let news = null, first = null; // the worker's last message, and the accuracy with which it began
let fresh = null; // of a new network: its curves, and the learning rates that it had

// Hand the network that answers to the worker.
function begin() {
  if (!worker) {
    const code = part("reading").textContent + part("training").textContent;
    worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => (data.failed ? fail(text("stopped", { error: data.failed })) : follow(data));
    worker.onerror = (event) => fail(text("refused", { error: event.message }));
  }
  const { sizes, activation, straighten } = about;
  worker.postMessage({ shape: { sizes, activation, straighten }, numbers: network.numbers.slice(), images: images?.textContent });
}

// The images of a site lie beside its page, in a script, as a page from a disk may load nothing else.
function loadImages() {
  return loading ??= new Promise((loaded, failed) => {
    if (!about.imagesFile) return loaded();
    const file = document.createElement("script");
    Object.assign(file, { src: about.imagesFile, onload: loaded, onerror: () => { loading = null; failed(); } });
    document.head.append(file);
  });
}

async function ask(take, prepare = () => {}) {
  settle(true);
  if (about.imagesFile && !loading) say(text("loading"), take.isNew ? part("step") : learned);
  try { await loadImages(); } catch { return fail(text("missing", { file: about.imagesFile })); }
  prepare();
  if (!worker) begin();
  worker.postMessage({ take, rate: rateNow() });
}

// Say why nothing was learned; the page goes on reading, and the next press begins with the network that answers.
function fail(words) {
  worker?.terminate();
  worker = null;
  settle(false);
  say(words);
  if (rate) say(words, part("step"));
}

function say(words, place = learned) {
  if (place.textContent !== words) place.textContent = words;
}

// Whether it learns now decides which buttons can be pressed.
function settle(isPlaying) {
  playing = isPlaying;
  const hasLearned = Boolean(fresh || (news && news.taught));
  const off = { stop: !playing, pause: !playing, train: playing, one: playing, back: playing || !hasLearned, save: !hasLearned };
  for (const [name, disabled] of Object.entries(off)) if (part(name)) part(name).disabled = disabled;
}

// Read with the new weights in the next frame.
function follow(latest) {
  network.numbers.set(latest.numbers);
  news = latest;
  if (news.begun) first = news.held;
  if (!news.begun) settle(!news.done);
  if (fresh) followNew();
  if (news.taught && !news.isNew) {
    const measured = news.held === null ? "" : ` ${text("measured", { share: percent(news.held), before: percent(first) })}`;
    if (news.done) say(taughtWords() + measured);
    part("count").textContent = news.done ? "" : text("step", { step: news.taught });
  }
  if (news.diverged) say(text("diverged"), news.isNew ? part("step") : learned);
  if (news.done) showWay();
  refresh(news.done);
}

function taughtWords() {
  return text(news.own === 1 ? "taughtOne" : "taught", { steps: news.taught, n: news.own });
}

function teach(take) {
  if (playing && worker) worker.postMessage({ stop: true });
  ask(take);
}

part("digits").addEventListener("click", (event) => {
  const digit = event.target.dataset.digit;
  if (digit === undefined) return;
  if (!found) return say(text("draw"));
  teach({ image: found.centered, digit: Number(digit), steps: TEACH_STEPS, mixed: mix !== null && mix.checked });
});
more?.addEventListener("click", () => teach({ steps: 110, mixed: true }));
for (const name of ["stop", "pause"]) part(name)?.addEventListener("click", () => worker?.postMessage({ stop: true }));

// How the network that answers was trained: what is known of the one that came, or of the new one; and what taught it here.
function wayNow() {
  const values = fresh && { steps: inkling.number(news?.trained ?? 0), rate: fresh.rates.map(inkling.number).join(", ") };
  const rows = fresh ? about.newWay.map(([name, value]) => [name, filled(value, values)]) : about.way;
  return news && news.taught ? [...rows, [text("taughtHere"), taughtWords()]] : rows;
}

const curveNow = () => (fresh ? fresh.accuracy : about.curve);

function showWay() {
  part("way-rows").replaceChildren(...wayNow().flatMap(([name, value, isCommand]) => {
    const [dt, dd] = ["dt", "dd"].map((tag) => document.createElement(tag));
    [dt.textContent, dd.textContent] = [name, value];
    if (isCommand) dd.lang = "en";
    return [dt, dd];
  }));
  const points = curveNow(), last = Math.max(1, points.at(-1)?.[0]);
  part("curve").hidden = points.length < 2;
  if (points.length > 1) plot("curve", points, { x: [0, last], y: [Math.min(0.5, ...points.map(([, y]) => y)), 1.004], percent: true });
}
showWay();
if (!about.imagesFile) part("languages")?.remove(); // they are not beside a page that was saved
changed(true);
