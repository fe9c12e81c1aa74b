// Read a drawing as Python does: mlp/images/drawing.py, mlp/nn, step by step.
"use strict";

const IMAGE_PX = 28, DIGIT_PX = 20, TILT_PX = 1e-4, STEEPEST = 1;

// Return ink, one byte per pixel, 0 paper to 255, in MNIST's form; null if there is none.
function stagesOf(ink, width, height) {
  let top = height, bottom = -1, left = width, right = -1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (!ink[row * width + column]) continue;
      top = Math.min(top, row); bottom = row;
      left = Math.min(left, column); right = Math.max(right, column);
    }
  }
  if (bottom < 0) return null;
  const h = bottom - top + 1, w = right - left + 1, cut = new Uint8Array(h * w);
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) cut[row * w + column] = ink[(top + row) * width + left + column];
  }
  const fitted = fit(cut, h, w);
  return { cut, h, w, fitted, centered: center(fitted) };
}

// Scale so that the longer side is 20, each new pixel the mean over the area that it covers: sums of whole numbers,
// divided once.
function fit(cut, h, w) {
  const longer = Math.max(h, w), newH = scaled(h, longer), newW = scaled(w, longer);
  const across = new Float64Array(h * newW);
  overlaps(w, newW, (to, from, share) => {
    for (let row = 0; row < h; row++) across[row * newW + to] += share * cut[row * w + from];
  });
  const small = new Float64Array(newH * newW);
  overlaps(h, newH, (to, from, share) => {
    for (let column = 0; column < newW; column++) small[to * newW + column] += share * across[from * newW + column];
  });
  const fitted = new Float32Array(DIGIT_PX * DIGIT_PX);
  const above = (DIGIT_PX - newH) >> 1, before = (DIGIT_PX - newW) >> 1;
  for (let row = 0; row < newH; row++) {
    for (let column = 0; column < newW; column++) {
      fitted[(above + row) * DIGIT_PX + before + column] = small[row * newW + column] / (255 * h * w);
    }
  }
  return fitted;
}

function scaled(side, longer) {
  return Math.max(1, Math.floor((2 * DIGIT_PX * side + longer) / (2 * longer)));
}

// Call with each pair of a new pixel and an old one that it covers, and how much of it in units of 1 / nOut.
function overlaps(nIn, nOut, call) {
  for (let to = 0; to < nOut; to++) {
    const start = nIn * to, stop = nIn * (to + 1);
    for (let from = Math.floor(start / nOut); from * nOut < stop; from++) {
      call(to, from, Math.min(stop, nOut * (from + 1)) - Math.max(start, nOut * from));
    }
  }
}

// Put 20 x 20 into 28 x 28 with the center of mass in the middle; a tie goes to the upper or left position.
function center(fitted) {
  const down = new Float64Array(DIGIT_PX), right = new Float64Array(DIGIT_PX);
  fitted.forEach((value, place) => {
    down[Math.floor(place / DIGIT_PX)] += value;
    right[place % DIGIT_PX] += value;
  });
  const top = offset(down), left = offset(right), centered = new Float32Array(IMAGE_PX * IMAGE_PX);
  for (let row = 0; row < DIGIT_PX; row++) {
    centered.set(fitted.subarray(row * DIGIT_PX, (row + 1) * DIGIT_PX), (top + row) * IMAGE_PX + left);
  }
  return centered;
}

function offset(profile) {
  let moment = 0, total = 0;
  profile.forEach((value, place) => { moment += place * value; total += value; });
  const place = Math.ceil(IMAGE_PX / 2 - 0.5 - TILT_PX - moment / total);
  return Math.min(Math.max(place, 0), IMAGE_PX - DIGIT_PX);
}

// Shear an image upright, as mlp/straightening.py does: the moments are of whole numbers, and rounding happens
// at the same places.
function straightened(image) {
  let mass = 0, down = 0, across = 0, both = 0, downSquared = 0;
  image.forEach((value, place) => {
    const ink = halfEven(255 * Math.min(Math.max(value, 0), 1));
    const row = Math.floor(place / IMAGE_PX), column = place % IMAGE_PX;
    mass += ink; down += ink * row; across += ink * column; both += ink * row * column; downSquared += ink * row * row;
  });
  const variance = mass * downSquared - down * down, covariance = mass * both - across * down;
  const slope = variance > 0 ? Math.min(Math.max(covariance / variance, -STEEPEST), STEEPEST) : 0;
  const middle = mass > 0 ? down / mass : 0, upright = new Float32Array(image.length);
  for (let row = 0; row < IMAGE_PX; row++) {
    const shift = slope * (row - middle), whole = Math.floor(shift), part = shift - whole;
    const at = (column) => (column >= 0 && column < IMAGE_PX ? image[row * IMAGE_PX + column] : 0);
    for (let column = 0; column < IMAGE_PX; column++) {
      const left = at(column + whole), right = at(column + whole + 1);
      upright[row * IMAGE_PX + column] = (right - left) * part + left;
    }
  }
  return upright;
}

function halfEven(number) {
  const low = Math.floor(number), over = number - low;
  return over > 0.5 || (over === 0.5 && low % 2) ? low + 1 : low;
}

// A network from the page's data: sizes, activation, how it reads, and its numbers as base64.
function unpack(about) {
  const bytes = Uint8Array.from(atob(about.numbers), (letter) => letter.charCodeAt(0));
  const numbers = about.half ? fromHalf(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer);
  return unpackNumbers(about, numbers);
}

// A network from its numbers; the layers are views of them, so changing the numbers changes the network. The page adds
// ACTIVATIONS: each activation of a sum, and its slope at an output.
function unpackNumbers(about, numbers) {
  const layers = [];
  let start = 0;
  for (let number = 0; number + 1 < about.sizes.length; number++) {
    const nIn = about.sizes[number], nOut = about.sizes[number + 1];
    const weight = numbers.subarray(start, start += nIn * nOut);
    layers.push({ nIn, nOut, weight, bias: numbers.subarray(start, start += nOut) });
  }
  const { temperature, testTimeAugmentation, straighten } = about, [activate, slope] = ACTIVATIONS[about.activation];
  return { layers, numbers, activate, slope, temperature, testTimeAugmentation, straighten };
}

function fromHalf(halves) {
  const whole = new Float32Array(halves.length);
  halves.forEach((half, place) => {
    const sign = half >> 15 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    whole[place] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
  return whole;
}

// The outputs of every layer for an image, the logits last.
function activationsOf(network, image) {
  const given = [];
  let inputs = image;
  network.layers.forEach(({ nIn, nOut, weight, bias }, number) => {
    const sums = Float64Array.from(bias);
    for (let from = 0; from < nIn; from++) {
      const value = inputs[from];
      if (value === 0) continue; // true of most paper, and of most neurons after a ReLU
      for (let to = 0, place = from * nOut; to < nOut; to++, place++) sums[to] += value * weight[place];
    }
    inputs = number + 1 < network.layers.length ? sums.map(network.activate) : sums;
    given.push(inputs);
  });
  return given;
}

function logSoftmax(logits) {
  const highest = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
  return logits.map((logit) => logit - highest - total);
}

const SHIFTS = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]; // down and right

function shifted(image, down, right) {
  const moved = new Float32Array(image.length);
  for (let row = 0; row < IMAGE_PX; row++) {
    for (let column = 0; column < IMAGE_PX; column++) {
      const fromRow = row - down, fromColumn = column - right;
      const inside = fromRow >= 0 && fromRow < IMAGE_PX && fromColumn >= 0 && fromColumn < IMAGE_PX;
      if (inside) moved[row * IMAGE_PX + column] = image[fromRow * IMAGE_PX + fromColumn];
    }
  }
  return moved;
}

// The probability of each class, the network's input, and the layers' outputs for it.
function read(network, image) {
  const seen = network.straighten ? straightened(image) : image;
  const given = activationsOf(network, seen);
  let logits = given[given.length - 1];
  if (network.testTimeAugmentation) {
    const sums = new Float64Array(logits.length);
    SHIFTS.forEach(([down, right], number) => {
      const all = number ? activationsOf(network, shifted(seen, down, right)) : given;
      logSoftmax(all[all.length - 1]).forEach((value, place) => { sums[place] += value / SHIFTS.length; });
    });
    logits = sums;
  }
  const chances = logSoftmax(logits.map((logit) => logit / network.temperature)).map(Math.exp);
  return { chances, given, seen };
}
