// Train the network, in a worker: minibatches of drawings and of MNIST's images, plain gradient descent.
"use strict";

const BATCH = 32, OWN_SHARE = 8, RATE = 0.05, N_TEST = 500;
const SLICE_MS = 200, MEASURED_MS = 400, EARLY = 60; // between two messages, and two measurements after the first steps
let net = null, grads = null, mnist = null, held = null, rate = RATE, order = [], turn = 0;
let trained = 0, taught = 0; // steps by MNIST's images in turn, and steps of teaching
const own = []; // { image, digit }

// One step: all gradients at the current weights are added up, and the weights change once, as in Python: if each image
// changed them, rounding would soon switch a ReLU. Returns the mean loss before it.
function step(examples, rate) {
  const { layers, numbers, slope } = net, last = layers.length - 1;
  let loss = 0;
  grads.numbers.fill(0);
  for (const { image, digit } of examples) {
    const given = [image, ...activationsOf(net, image)], logs = logSoftmax(given[last + 1]);
    loss -= logs[digit] / examples.length;
    let delta = logs.map((log, place) => (Math.exp(log) - (place === digit ? 1 : 0)) / examples.length);
    for (let number = last; number >= 0; number--) {
      const { nIn, nOut, weight } = layers[number], { weight: grad, bias } = grads.layers[number], before = new Float64Array(nIn);
      for (let to = 0; to < nOut; to++) bias[to] += delta[to];
      for (let from = 0; from < nIn; from++) {
        const value = given[number][from], steep = number ? slope(value) : 0, start = from * nOut;
        if (value) for (let to = 0; to < nOut; to++) grad[start + to] += value * delta[to];
        if (!steep) continue;
        let sum = 0;
        for (let to = 0; to < nOut; to++) sum += weight[start + to] * delta[to];
        before[from] = sum * steep;
      }
      delta = before;
    }
  }
  for (let place = 0; place < numbers.length; place++) numbers[place] -= rate * grads.numbers[place];
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

// The next images of an epoch, in which each of MNIST's comes once, in a new order.
function inTurn() {
  if (turn >= order.length) {
    order = Array.from({ length: mnist.length - N_TEST }, (_, place) => place + N_TEST);
    for (let last = order.length - 1; last > 0; last--) {
      const other = below(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    turn = 0;
  }
  return order.slice(turn, turn += BATCH).map((place) => mnist[place]);
}

const perEpoch = () => (mnist ? Math.ceil((mnist.length - N_TEST) / BATCH) : 0);

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
    const logits = activationsOf(net, image).pop();
    if (logits.indexOf(Math.max(...logits)) === digit) right++;
  }
  return right / N_TEST;
}

function report(more) {
  const numbers = net.numbers.slice();
  self.postMessage({ numbers, trained, taught, own: own.length, held, perEpoch: perEpoch(), ...more }, [numbers.buffer]);
}

async function begin({ shape, numbers, images }) {
  net = unpackNumbers(shape, numbers);
  grads = unpackNumbers(shape, new Float64Array(numbers.length));
  own.length = order.length = turn = trained = taught = 0;
  if (images && !mnist) mnist = await unpackImages(images);
  held = measure();
  report({ begun: true, done: true });
}

// Take steps, or those that are left of a new network's epochs; its first ones are reported one by one.
async function take({ isNew, steps, epochs, image, digit, mixed }, began) {
  if (image) own.push({ image: asRead(image), digit });
  let left = steps ?? epochs * perEpoch() - trained, measured = -Infinity;
  while (left > 0) {
    const until = performance.now() + SLICE_MS, before = net.numbers.slice(), most = isNew ? 1 + trained / 8 : left;
    let loss = 0, n = 0;
    do {
      loss += isNew ? step(inTurn(), rate) : step(batch(mixed), mixed ? RATE : RATE / 2);
      n++;
    } while (n < Math.min(most, left) && performance.now() < until);
    left -= n;
    if (isNew) trained += n; else taught += n;
    if (!Number.isFinite(loss) || !net.numbers.every(Number.isFinite)) {
      net.numbers.set(before);
      report({ isNew, diverged: true, done: true });
      return;
    }
    await new Promise((go) => setTimeout(go)); // lets a message to stop arrive
    const done = !left || began !== stops;
    if (done || trained < EARLY || performance.now() - measured > MEASURED_MS) {
      held = measure();
      measured = performance.now();
    }
    report({ isNew, loss: loss / n, done });
    if (done) return;
  }
}

let working = Promise.resolve(), stops = 0;
self.onmessage = ({ data }) => {
  if (data.rate) rate = data.rate; // also while it trains
  if (data.stop) stops++;
  const began = stops; // what was asked before a stop is not done after it
  if (data.shape || data.take) working = working.then(() => (data.shape ? begin(data) : take(data.take, began)));
  working.catch((error) => self.postMessage({ failed: String(error) }));
};
