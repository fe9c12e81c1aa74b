// Train a new network from nothing, on each page with images, and few enough weights for a quick step.
"use strict";

const rateNow = () => (rate ? about.rates[rate.value] : undefined);

function trainNew(steps) {
  const isOver = !fresh || fresh.diverged || (!steps && news && news.trained >= news.perEpoch * EPOCHS);
  ask({ isNew: true, steps, epochs: EPOCHS }, () => { if (isOver) beginNew(); });
}

// Normal weights as `Dense.initialize` draws them by default, and no biases.
function beginNew() {
  untrained.numbers.fill(0);
  for (const { nIn, nOut, weight } of untrained.layers) {
    for (let at = 0; at < weight.length; at++) {
      weight[at] = Math.sqrt(2 / (nIn + nOut)) * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    }
  }
  answerBy({ numbers: untrained.numbers, temperature: 1, testTimeAugmentation: false }, { loss: [], accuracy: [], rates: [], before: null });
}

function answerBy({ numbers, ...reading }, isFresh) {
  network.numbers.set(numbers);
  Object.assign(network, reading);
  fresh = isFresh;
  news = null;
  if (worker) begin();
}

function followNew() {
  const { trained, perEpoch, held, loss, isNew, diverged, begun, done } = news;
  if (isNew && fresh.rates.at(-1) !== rateNow()) fresh.rates.push(rateNow());
  fresh.diverged = diverged;
  if (begun || held !== fresh.accuracy.at(-1)?.[1] || done) fresh.accuracy.push([trained / perEpoch, held]);
  if (loss !== undefined) fresh.loss.push([trained / perEpoch, loss]);
  const epoch = Math.ceil(trained / perEpoch), epochs = Math.max(epoch, EPOCHS);
  part("step").textContent = trained ? text("epoch", { epoch, epochs, step: trained, share: percent(held) }) : "";
  if (isNew && done && !diverged) say(`${part("step").textContent} ${beforeAndNow()}`, part("told"));
  showCurves(epochs);
}

function showCurves(epochs) {
  const { loss, accuracy } = fresh ?? { loss: [], accuracy: [] };
  plot("loss", loss, { x: [0, epochs], y: [0, Math.max(2.5, ...loss.map(([, y]) => y))] });
  plot("accuracy", accuracy, { x: [0, epochs], y: [0, 1.004], percent: true });
}

function plot(id, points, axes) {
  const apart = (which) => points.map((point, at) => point[which] - (at ? points[at - 1][which] : 0));
  const line = { x: apart(0), y: apart(1), units: 1, color: id === "loss" ? "accent" : "second" };
  inkling.plotIn(part(id), id).show({ unit: text("unit"), marks: [], playing, lines: [line], ...axes });
}

// The visitor's drawing, as the new network read it before its first step, and as it reads it now.
function beforeAndNow() {
  if (!fresh || !found) return "";
  fresh.before ??= answerWords(read(untrained, found.centered).chances);
  return text("beforeNow", { before: fresh.before, now: answerWords(read(network, found.centered).chances) });
}

if (rate) {
  const show = () => {
    part("rate-now").textContent = rate.ariaValueText = inkling.number(rateNow());
    worker?.postMessage({ rate: rateNow() });
  };
  rate.addEventListener("input", show);
  part("train").addEventListener("click", () => trainNew());
  part("one").addEventListener("click", () => trainNew(1));
  part("back").addEventListener("click", () => {
    answerBy(came, null);
    for (const place of [part("step"), part("told"), learned]) say("", place);
    settle(false);
    showCurves(EPOCHS);
    showWay();
    refresh(true);
  });
  show();
  showCurves(EPOCHS);
}
