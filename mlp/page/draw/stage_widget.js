// The picture is one canvas, on which each state of the network blends smoothly into the next. Its labels are text of the
// page, made once for each shape of a network.
const SIDE = 28, SMALL = 14;
const LEVELS = 7; // of a neuron's picture, on either side of nothing
const BLEND_MS = 180;
const LEFT = 22, RIGHT = 14; // px for the ends, as in the style sheet
const ROUND = 4, BAR = 6; // px: the corners of a tile, and the bar at its right that shows how active a neuron is
const still = matchMedia("(prefers-reduced-motion: reduce)");

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const halves = (text) => Float32Array.from([...bytes(text)].flatMap((byte) => [byte >> 4, byte & 15]));
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const between = (low, value, high) => Math.max(low, Math.min(value, high));

function label(stage, className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.innerHTML = text;
  stage.append(made);
  return made;
}

function build(stage, { layers, names }) {
  stage.querySelectorAll(".count, .end").forEach((old) => old.remove());
  layers.forEach(({ lit, n }, layer) => {
    label(stage, "count", `<i>${lit.length} of </i>${n.toLocaleString("en")}`).style.setProperty("--x", (layer + 1) / (layers.length + 1));
  });
  names.forEach((name, row) => {
    const end = label(stage, "end", "");
    end.style.top = `${(100 * (row + 0.5)) / names.length}%`;
    end.textContent = name;
  });
  const tiles = document.createElement("canvas"); // the neurons' pictures, one below the other, above them the drawing
  tiles.width = SIDE;
  tiles.height = SIDE + SMALL * layers.reduce((sum, { lit }) => sum + lit.length, 0);
  return { tiles, now: null };
}

// All blended values: the numbers of the tiles, and the strength of each line by its ends.
function values({ pictures, image, layers, lines }) {
  const wires = new Map(), ends = new Int8Array(bytes(lines).buffer);
  for (let at = 0; at < ends.length; at += 4) wires.set(ends.subarray(at, at + 3).join(" "), ends[at + 3] / 100);
  const levels = halves(pictures).map((level) => (level - LEVELS - 1) / LEVELS);
  return { numbers: [...halves(image).map((level) => level / 15), ...levels, ...layers.flatMap(({ lit }) => lit)], wires };
}

function mix(from, to, share) {
  const wires = new Map();
  for (const name of new Set([...from.wires.keys(), ...to.wires.keys()])) {
    const [old, now] = [from, to].map((state) => state.wires.get(name) ?? 0);
    wires.set(name, old + share * (now - old));
  }
  return { numbers: to.numbers.map((value, at) => from.numbers[at] + share * (value - from.numbers[at])), wires };
}

function paint(stage) {
  const { scene, picture, box, colors } = stage;
  if (!box?.width || !picture.now) return;
  const { canvas } = stage, pen = canvas.getContext("2d"), dense = devicePixelRatio;
  const [wide, high] = [box.width, box.height].map((px) => Math.round(px * dense));
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  const rows = [1, ...scene.layers.map(({ lit }) => lit.length), scene.names.length], columns = rows.length - 1;
  const X = (depth) => LEFT + ((box.width - LEFT - RIGHT) * depth) / columns, Y = (depth, row) => (box.height * (row + 0.5)) / rows[depth];
  for (const [name, strength] of picture.now.wires) {
    const [depth, from, to] = name.split(" ").map(Number), weight = Math.abs(strength);
    if (!weight && !scene.is_empty) continue;
    pen.globalAlpha = scene.is_empty ? 0.8 : 0.1 + 0.75 * weight;
    pen.lineWidth = scene.is_empty ? 1 : 0.4 + 2.2 * weight;
    pen.strokeStyle = scene.is_empty ? colors.line : strength > 0 ? colors.accent : colors.second;
    pen.setLineDash(strength > 0 || scene.is_empty ? [] : [4, 3]);
    pen.beginPath();
    pen.moveTo(X(depth), Y(depth, from));
    pen.lineTo(X(depth + 1), Y(depth + 1, to));
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 1;
  pen.strokeStyle = colors.line;
  pen.setLineDash([]);
  fillTiles(picture, colors);
  const apart = (box.width - LEFT - RIGHT) / columns;
  const input = between(14, apart * 1.1, 44), side = between(10, apart - 14, Math.min(30, box.height / 7 - 4));
  pen.imageSmoothingEnabled = false;
  tile(stage, pen, LEFT - input / 2, (box.height - input) / 2, input, { top: 0, size: SIDE, paper: "#000" });
  pen.imageSmoothingEnabled = true;
  let number = 0;
  const lit = SIDE * SIDE + ((picture.tiles.height - SIDE) / SMALL) * SMALL * SMALL;
  for (let depth = 1; depth < columns; depth += 1) {
    for (let row = 0; row < rows[depth]; row += 1, number += 1) {
      const look = { top: SIDE + number * SMALL, size: SMALL, lit: picture.now.numbers[lit + number], paper: colors.paper };
      tile(stage, pen, X(depth) - (side + BAR) / 2, Y(depth, row) - side / 2, side, look);
    }
  }
}

function fillTiles({ tiles, now }, { accent, second, paper }) {
  const [up, down, ground] = [accent, second, paper].map(channels), pen = tiles.getContext("2d");
  const fill = (top, size, begin, from, to) => {
    const image = new ImageData(size, size);
    for (let at = 0, place = 0; place < image.data.length; at += 1, place += 4) {
      const value = now.numbers[begin + at], end = value < 0 ? down : to, share = Math.abs(value);
      for (let channel = 0; channel < 3; channel += 1) image.data[place + channel] = from[channel] + share * (end[channel] - from[channel]);
      image.data[place + 3] = 255;
    }
    for (const corner of [0, size - 1, size * (size - 1), size * size - 1]) image.data[4 * corner + 3] = 0;
    pen.putImageData(image, 0, top);
  };
  fill(0, SIDE, 0, [0, 0, 0], [255, 255, 255]);
  for (let top = SIDE, begin = SIDE * SIDE; top < tiles.height; top += SMALL, begin += SMALL * SMALL) fill(top, SMALL, begin, ground, up);
}

// A picture with an edge; a neuron's has a bar and is paler, the less active it is.
function tile({ picture, colors }, pen, x, y, side, { top, size, lit, paper }) {
  const box = (from, wide, round, out = 0) => {
    pen.beginPath();
    pen.roundRect(from - out, y - out, wide + 2 * out, side + 2 * out, round);
  };
  const bar = lit === undefined ? 0 : BAR;
  box(x, side + bar, ROUND);
  pen.fillStyle = paper;
  pen.fill();
  pen.globalAlpha = 0.55 + 0.45 * (lit ?? 1);
  pen.drawImage(picture.tiles, 0, top, size, size, x, y, side, side);
  box(x + side, bar, [0, ROUND, ROUND, 0]);
  for (const [color, alpha] of bar ? [[colors.line, 1], [colors.accent, lit]] : []) {
    Object.assign(pen, { fillStyle: color, globalAlpha: alpha });
    pen.fill();
  }
  pen.globalAlpha = 1;
  box(x, side + bar, ROUND + 0.5, 0.5);
  pen.stroke();
}

function show(stage, scene) {
  if (!scene || scene === stage.scene) return;  // without one, the weights are not finite, and a script says so
  const shape = JSON.stringify([scene.names, scene.layers.map(({ lit, n }) => [lit.length, n])]);
  if (stage.shape !== shape) stage.picture = build(stage, scene);
  stage.shape = shape;
  stage.scene = scene;
  stage.querySelector(".name").textContent = `Look inside the whole network. ${scene.description}`;
  const { picture } = stage, to = values(scene), from = picture.now ?? to, began = performance.now();
  cancelAnimationFrame(stage.blending);
  const frame = () => {
    // While one draws, the next state comes soon.
    const share = still.matches || window.inkling?.down ? 1 : Math.min(1, (performance.now() - began) / BLEND_MS);
    picture.now = share === 1 ? to : mix(from, to, share);
    paint(stage);
    if (share < 1) stage.blending = requestAnimationFrame(frame);
  };
  frame();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const stage = parentElement.querySelector(".stage");
  stage.canvas = stage.querySelector("canvas");
  stage.colors = data.colors;
  stage.onclick = () => {
    setTriggerValue("open", true);
    const tabs = document.querySelector(".st-key-tab");
    if (tabs) tabs.scrollIntoView({ block: "start" });
  };
  if (!stage.follow) {
    stage.follow = ({ detail }) => { if ("scene" in detail) show(stage, detail.scene); };
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      stage.box = contentRect;
      if (stage.picture) paint(stage);
    });
    sizes.observe(stage.canvas);
    stage.leave = () => {
      document.removeEventListener("inkling", stage.follow);
      sizes.disconnect();
    };
    document.addEventListener("inkling", stage.follow);
  }
  stage.scene = null;  // paint it again: the colors may be new
  show(stage, window.inkling?.parts.scene ?? data);  // the live channel's state is newer
  return stage.leave;
}
