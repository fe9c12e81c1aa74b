// Train the network, in a worker: minibatches of drawings and of MNIST's images, plain gradient descent.
"use strict";

const BATCH = 32, OWN_SHARE = 8, RATE = 0.05, N_TEST = 500, SLICE_MS = 120;
let net = null, mnist = null, held = null, steps = 0;
const own = []; // { image, digit }

// The layers' outputs for an image, inputs first, logits last.
function outputsOf(image) {
  return [image, ...activationsOf(net, image)];
}

// One step: all gradients at the current weights, then all changes; returns the mean loss before it.
function step(examples, rate) {
  let loss = 0;
  const last = net.layers.length - 1;
  const passes = examples.map(({ image, digit }) => {
    const given = outputsOf(image), logs = logSoftmax(given[last + 1]), deltas = [];
    loss -= logs[digit] / examples.length;
    let delta = logs.map((log, place) => (Math.exp(log) - (place === digit ? 1 : 0)) / examples.length);
    for (let number = last; number >= 0; number--) {
      deltas[number] = delta;
      if (!number) break;
      const { nIn, nOut, weight } = net.layers[number], before = new Float64Array(nIn);
      for (let from = 0; from < nIn; from++) {
        const slope = net.slope(given[number][from]);
        if (!slope) continue;
        let sum = 0;
        for (let to = 0, place = from * nOut; to < nOut; to++, place++) sum += weight[place] * delta[to];
        before[from] = sum * slope;
      }
      delta = before;
    }
    return { given, deltas };
  });
  for (const { given, deltas } of passes) {
    net.layers.forEach(({ nIn, nOut, weight, bias }, number) => {
      const inputs = given[number], delta = deltas[number];
      for (let from = 0; from < nIn; from++) {
        const change = rate * inputs[from];
        if (!change) continue;
        for (let to = 0, place = from * nOut; to < nOut; to++, place++) weight[place] -= change * delta[to];
      }
      for (let to = 0; to < nOut; to++) bias[to] -= rate * delta[to];
    });
  }
  steps++;
  return loss;
}

const below = (n) => Math.floor(Math.random() * n);

// A drawing, shifted by up to a pixel, so that it is not just memorized.
function someOwn() {
  const { image, digit } = own[below(own.length)];
  return { image: shifted(image, below(3) - 1, below(3) - 1), digit };
}

function someMnist() {
  const place = N_TEST + below(mnist.length - N_TEST);
  return mnist[place];
}

function batch(mixed) {
  const ours = !own.length ? 0 : mixed ? OWN_SHARE : BATCH / 4;
  const examples = Array.from({ length: ours }, someOwn);
  while (mixed && examples.length < BATCH) examples.push(someMnist());
  return examples;
}

// An image as the network's input.
function asRead(image) {
  return net.straighten ? straightened(image) : image;
}

async function unpackImages(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Response(bytes).body.pipeThrough(new DecompressionStream("gzip"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = IMAGE_PX * IMAGE_PX, n = whole.length / (size + 1), images = [];
  for (let number = 0; number < n; number++) {
    const image = Float32Array.from(whole.subarray(number * size, (number + 1) * size), (shade) => shade / 255);
    images.push({ image: asRead(image), digit: whole[n * size + number] });
  }
  return images;
}

// Accuracy on MNIST's test images, which come first.
function measure() {
  if (!mnist) return null;
  let right = 0;
  for (const { image, digit } of mnist.slice(0, N_TEST)) {
    const logits = outputsOf(image).pop();
    if (logits.indexOf(Math.max(...logits)) === digit) right++;
  }
  return right / N_TEST;
}

function report(done) {
  const numbers = net.numbers.slice();
  self.postMessage({ numbers, steps, own: own.length, held, done }, [numbers.buffer]);
}

let asked = 0; // steps still to take

async function work(mixed) {
  while (asked > 0) {
    const until = performance.now() + SLICE_MS;
    let loss = 0;
    do { loss = step(batch(mixed), mixed ? RATE : RATE / 2); asked--; } while (asked > 0 && performance.now() < until);
    if (!Number.isFinite(loss)) { asked = 0; self.postMessage({ diverged: true }); return; }
    report(false);
    await new Promise((go) => setTimeout(go)); // lets a stop message arrive
  }
  held = measure();
  report(true);
}

let working = Promise.resolve();
self.onmessage = ({ data }) => {
  if (data.stop) { asked = 0; return; }
  // After an error, no later message is carried out, and each reports the error again.
  working = working.then(async () => {
    if (data.begin) {
      net = unpackNumbers(data.begin, data.numbers);
      if (data.images) mnist = await unpackImages(data.images);
      held = measure();
      report(true);
      return;
    }
    if (data.image) own.push({ image: asRead(data.image), digit: data.digit });
    asked = data.steps;
    await work(data.mixed && mnist !== null);
  });
  working.catch((error) => self.postMessage({ failed: String(error) }));
};
