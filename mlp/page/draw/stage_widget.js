// The picture is built once for a network's shape; each frame then moves lines and lights from where they are.
const SIDE = 28;
const TILE = 100; // levels of a picture on either side of nothing

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function paint(canvas, pixel) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  for (let at = 0; at < SIDE * SIDE; at += 1) image.data.set([...pixel(at), 255], 4 * at);
  context.putImageData(image, 0, 0);
}

function tile(parent, className) {
  const box = document.createElement("span");
  box.className = className;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  box.append(canvas);
  parent.append(box);
  return { box, canvas };
}

function build(stage, data) {
  stage.querySelectorAll("svg, .tile, .count").forEach((old) => old.remove());
  const columns = data.layers.length + 1;
  const at = (depth) => `${(100 * depth) / columns}%`;
  const down = (depth, row) => {
    const n = depth === 0 ? 1 : depth === columns ? 10 : data.layers[depth - 1].lit.length;
    return `${(100 * (row + 0.5)) / n}%`;
  };
  const wires = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  wires.setAttribute("class", "wires");
  stage.append(wires);
  const input = tile(stage, "tile input");
  const neurons = data.layers.map(({ lit, n }, layer) => {
    const count = document.createElement("span");
    count.className = "count";
    count.style.left = `calc(var(--left) + (100% - var(--left) - var(--right)) * ${(layer + 1) / columns})`;
    count.textContent = `${lit.length} of ${n.toLocaleString("en")}`;
    stage.append(count);
    return lit.map((_, row) => {
      const neuron = tile(stage, "tile neuron");
      neuron.box.style.setProperty("--x", (layer + 1) / columns);
      neuron.box.style.setProperty("--y", (row + 0.5) / lit.length);
      return neuron;
    });
  });
  return { wires, input, neurons, at, down, lines: [] };
}

function draw(picture, data, { accent, second, paper }) {
  const ink = bytes(data.image);
  paint(picture.input.canvas, (at) => [ink[at], ink[at], ink[at]]);
  const levels = new Int8Array(bytes(data.pictures).buffer);
  let number = 0;
  picture.neurons.forEach((layer, depth) => layer.forEach(({ box, canvas }, row) => {
    const start = SIDE * SIDE * number;
    number += 1;
    paint(canvas, (at) => {
      const share = levels[start + at] / TILE;
      const end = share < 0 ? second : accent;
      return paper.map((from, channel) => from + Math.abs(share) * (end[channel] - from));
    });
    box.style.setProperty("--lit", data.layers[depth].lit[row]);
  }));
  while (picture.lines.length < data.lines.length) {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    picture.wires.append(line);
    picture.lines.push(line);
  }
  picture.lines.forEach((line, place) => {
    const [depth, from, to, strength] = data.lines[place] || [0, 0, 0, 0];
    const weight = Math.abs(strength);
    line.setAttribute("x1", picture.at(depth));
    line.setAttribute("y1", picture.down(depth, from));
    line.setAttribute("x2", picture.at(depth + 1));
    line.setAttribute("y2", picture.down(depth + 1, to));
    line.setAttribute("class", strength > 0 ? "up" : "down");
    line.style.strokeWidth = `${0.4 + 2.2 * weight}px`;
    line.style.opacity = weight ? 0.1 + 0.75 * weight : 0;
  });
}

function show(stage, scene) {
  if (!scene) return;  // its weights are not finite: a script says so
  const shape = JSON.stringify(scene.layers.map(({ lit, n }) => [lit.length, n]));
  if (!stage.picture || stage.shape !== shape) {
    stage.picture = build(stage, scene);
    stage.shape = shape;
  }
  stage.classList.toggle("asleep", scene.asleep);
  stage.querySelector(".name").textContent = `Look inside the whole network. ${scene.said}`;
  draw(stage.picture, scene, stage.colours);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const stage = parentElement.querySelector(".stage");
  stage.colours = Object.fromEntries(["accent", "second", "paper"].map((name) => [name, channels(data.colours[name])]));
  stage.onclick = () => {
    setTriggerValue("open", true);
    const tabs = document.querySelector(".st-key-tab");
    if (tabs) tabs.scrollIntoView({ block: "start" });
  };
  if (!stage.follow) {
    stage.follow = ({ detail }) => { if ("scene" in detail) show(stage, detail.scene); };
    stage.leave = () => document.removeEventListener("inkling", stage.follow);
    document.addEventListener("inkling", stage.follow);
  }
  show(stage, window.inkling?.parts.scene ?? data);  // what the live channel has brought is newer
  return stage.leave;
}
