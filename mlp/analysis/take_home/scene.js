// The network's picture: what mlp/page/draw/scene.py, mlp/analysis/trace.py and `pull_back` make of a reading in Python.
"use strict";

const SHOWN = { 1: 8, 2: 7, 3: 6, 4: 4 }, LINKS = 26, LEADING = 3, SMALL_PX = 14, WITHIN = 0.995, LEVELS = 7;

// The places of values from the largest to the smallest; equal ones stay in order.
const ranked = (values) => Array.from(values, (_, place) => place).sort((one, other) => values[other] - values[one]);
const strongest = (values, n) => ranked(Array.from(values, Math.abs)).slice(0, n).sort((one, other) => one - other);

function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function twoAByte(values) {
  return base64Of(Uint8Array.from({ length: values.length / 2 }, (_, place) => 16 * values[2 * place] + values[2 * place + 1]));
}

// The gradient of a neuron's sum for the image; depth counts layers from 0.
function pulledBack({ layers, slope }, given, depth, neuron) {
  const { nIn, nOut, weight } = layers[depth];
  let grads = Float64Array.from({ length: nIn }, (_, from) => weight[from * nOut + neuron]);
  for (let number = depth - 1; number >= 0; number--) {
    const { nIn, nOut, weight } = layers[number], before = new Float64Array(nIn), active = [];
    given[number].forEach((output, to) => { if (grads[to] && slope(output)) active.push([to, grads[to] * slope(output)]); });
    for (let from = 0; from < nIn; from++) {
      for (const [to, grad] of active) before[from] += grad * weight[from * nOut + to];
    }
    grads = before;
  }
  return grads;
}

// A pattern of pixels as small levels, 1 to 15, in units of the size that all but a few of them stay within.
function levelsOf(pattern) {
  const small = new Float64Array(SMALL_PX * SMALL_PX), times = IMAGE_PX / SMALL_PX;
  pattern.forEach((value, place) => {
    const row = Math.floor(place / IMAGE_PX / times), column = Math.floor((place % IMAGE_PX) / times);
    small[row * SMALL_PX + column] += value / times ** 2;
  });
  const sizes = small.map(Math.abs).sort(), at = WITHIN * (sizes.length - 1), low = Math.floor(at);
  const reach = Math.max(1e-12, sizes[low] + (at - low) * (sizes[low + 1] - sizes[low]));
  return Array.from(small, (value) => LEVELS + 1 + halfEven(Math.min(LEVELS, Math.max(-LEVELS, LEVELS * (value / reach)))));
}

// The strongest lines between the shown neurons of two layers, the strongest last; among them those that raise the answer most.
function linksOf(outputs, { nOut, weight }, sources, targets, answer) {
  const all = sources.flatMap((source, row) => targets.map((target, column) => (
    { row, column, raises: target === answer, carried: outputs[source] * weight[source * nOut + target] })));
  const raising = all.map(({ raises, carried }) => (raises ? Math.max(carried, 0) : 0));
  const leading = ranked(raising).slice(0, Math.min(LEADING, raising.filter(Boolean).length));
  const others = ranked(all.map(({ carried }) => Math.abs(carried))).filter((place) => !leading.includes(place));
  const kept = [...leading, ...others].slice(0, LINKS).map((place) => all[place]).filter(({ carried }) => carried);
  return kept.sort((one, other) => Math.abs(one.carried) - Math.abs(other.carried));
}

// All lines, four numbers each: the layer where it starts, its first row, its last row, and its strength, -100 to 100.
function linesOf({ layers }, image, outputs, shown, answer) {
  const { weight, nOut } = layers[0];
  const first = shown[0].map((neuron, column) => (
    { row: 0, column, carried: image.reduce((sum, value, from) => (value ? sum + value * weight[from * nOut + neuron] : sum), 0) }));
  const others = layers.slice(1).map((layer, number) => linksOf(
    outputs[number], layer, shown[number], shown[number + 1], number + 2 === layers.length ? answer : -1));
  return [first, ...others].flatMap((lines, depth) => {
    const reach = Math.max(1e-12, ...lines.map(({ carried }) => Math.abs(carried)));
    return lines.flatMap(({ row, column, carried }) => [depth, row, column, halfEven((100 * carried) / reach)]);
  });
}

// What the widget shows of a reading; null stands for no drawing. Undefined if the weights are not finite.
function sceneOf(network, reading) {
  const { layers } = network, image = reading ? reading.seen : new Float32Array(layers[0].nIn);
  const given = reading ? reading.given : activationsOf(network, image), hidden = given.slice(0, -1), logits = given[hidden.length];
  if (!logits.every(Number.isFinite)) return undefined;
  const of = (outputs) => strongest(outputs, SHOWN[hidden.length] ?? 7);
  const shown = [...hidden.map(of), Array.from(logits, (_, place) => place)];
  const outputs = reading ? hidden : hidden.map((each) => each.map(() => 1));
  const patterns = hidden.flatMap((_, depth) => shown[depth].map((neuron) => pulledBack(network, given, depth, neuron)));
  return {
    layers: hidden.map((each, number) => {
      const most = about.activation === "relu" ? Math.max(1e-12, ...each) : 1, rows = shown[number];
      const lit = rows.map((neuron) => (reading ? each[neuron] / most : 0));
      return { n: about.widths[number], of: rows.length < each.length ? `${text("of", { n: rows.length })} ` : "", lit };
    }),
    zero: about.activation === "tanh" ? 0.5 : 0,
    shares: reading ? Array.from(reading.chances) : about.names.map(() => 0),
    names: about.names,
    side: SMALL_PX,
    n_pictures: patterns.length,
    pictures: twoAByte(patterns.flatMap(levelsOf)),
    image: twoAByte(Array.from(image, (value) => halfEven(Math.fround(15 * Math.min(1, Math.max(0, value)))))),
    lines: base64Of(Uint8Array.from(linesOf(network, image, outputs, shown, logits.indexOf(Math.max(...logits))), (value) => value & 255)),
    description: text("picture"),
  };
}
