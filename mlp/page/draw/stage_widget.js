// The picture is built once for each network shape; then each state blends smoothly into the next.
const SIDE = 28, SMALL = 14;
const LEVELS = 7; // of a neuron's picture, on either side of nothing
const BLEND_MS = 180;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const halves = (text) => Float32Array.from([...bytes(text)].flatMap((byte) => [byte >> 4, byte & 15]));
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function tile(parent, className, side) {
  const box = document.createElement("span");
  box.className = className;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  box.append(canvas);
  parent.append(box);
  return { box, context: canvas.getContext("2d"), image: new ImageData(side, side) };
}

function build(stage, scene) {
  stage.querySelectorAll("svg, .tile, .count, .end").forEach((old) => old.remove());
  const columns = scene.layers.length + 1;
  stage.style.setProperty("--columns", columns);
  const at = (depth) => `${(100 * depth) / columns}%`;
  const down = (depth, row) => {
    const n = depth === 0 ? 1 : depth === columns ? scene.names.length : scene.layers[depth - 1].lit.length;
    return `${(100 * (row + 0.5)) / n}%`;
  };
  const wires = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  wires.setAttribute("class", "wires");
  stage.append(wires);
  const input = tile(stage, "tile input", SIDE);
  const neurons = scene.layers.flatMap(({ lit, n }, layer) => {
    const count = document.createElement("span");
    count.className = "count";
    count.style.left = `calc(var(--left) + (100% - var(--left) - var(--right)) * ${(layer + 1) / columns})`;
    count.innerHTML = `<i>${lit.length} of </i>${n.toLocaleString("en")}`;
    stage.append(count);
    return lit.map((_, row) => {
      const neuron = tile(stage, "tile neuron", SMALL);
      neuron.box.style.setProperty("--x", (layer + 1) / columns);
      neuron.box.style.setProperty("--y", (row + 0.5) / lit.length);
      return neuron;
    });
  });
  scene.names.forEach((name, row) => {
    const end = document.createElement("span");
    end.className = "end";
    end.style.top = down(columns, row);
    end.textContent = name;
    stage.append(end);
  });
  return { wires, input, neurons, at, down, lines: new Map(), now: null };
}

// All blended values as one list of numbers.
const numbers = ({ pictures, image, layers }) => [
  ...halves(pictures).map((level) => (level - LEVELS - 1) / LEVELS), ...halves(image).map((level) => level / 15), ...layers.flatMap(({ lit }) => lit),
];

function paint({ input, neurons }, values, { accent, second, paper }) {
  const draw = ({ context, image }, begin, from, up, down) => {
    for (let at = 0, place = 0; place < image.data.length; at += 1, place += 4) {
      const value = values[begin + at], to = value < 0 ? down : up, share = Math.abs(value);
      for (let channel = 0; channel < 3; channel += 1) {
        image.data[place + channel] = from[channel] + share * (to[channel] - from[channel]);
      }
      image.data[place + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };
  const ink = neurons.length * SMALL * SMALL, lit = ink + SIDE * SIDE;
  draw(input, ink, [0, 0, 0], [255, 255, 255]);
  neurons.forEach((neuron, number) => {
    draw(neuron, number * SMALL * SMALL, paper, accent, second);
    neuron.box.style.setProperty("--lit", values[lit + number]);
  });
}

// A line is identified by its ends: it grows and fades in place.
function wire(picture, lines) {
  const strengths = new Int8Array(bytes(lines).buffer), there = new Set(), strong = [];
  for (let place = 0; place < strengths.length; place += 4) {
    const [depth, from, to, strength] = strengths.subarray(place, place + 4);
    const name = `${depth} ${from} ${to}`, weight = Math.abs(strength) / 100;
    if (!picture.lines.has(name)) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const ends = { x1: picture.at(depth), y1: picture.down(depth, from), x2: picture.at(depth + 1), y2: picture.down(depth + 1, to) };
      Object.entries(ends).forEach(([end, value]) => line.setAttribute(end, value));
      line.style.opacity = 0;
      picture.wires.append(line);
      picture.lines.set(name, line);
    }
    const line = picture.lines.get(name);
    there.add(name);
    line.setAttribute("class", strength > 0 ? "up" : "down");
    strong.push([line, weight]);
  }
  if (!window.inkling?.down) picture.wires.getBoundingClientRect();  // lay out the new, invisible lines, so that they fade in
  strong.forEach(([line, weight]) => {
    line.style.strokeWidth = `${0.4 + 2.2 * weight}px`;
    line.style.opacity = weight ? 0.1 + 0.75 * weight : 0;
  });
  picture.lines.forEach((line, name) => {
    if (there.has(name)) return;
    if (line.style.opacity !== "0") line.style.opacity = 0;
    else { line.remove(); picture.lines.delete(name); }  // it has faded out
  });
}

function show(stage, scene) {
  if (!scene) return;  // the weights are not finite, and a script says so
  const shape = JSON.stringify([scene.names, scene.layers.map(({ lit, n }) => [lit.length, n])]);
  if (!stage.picture || stage.shape !== shape) {
    stage.picture = build(stage, scene);
    stage.shape = shape;
  }
  stage.classList.toggle("empty", scene.is_empty);
  stage.classList.toggle("at-once", Boolean(window.inkling?.down));  // no transitions while drawing, as the next state comes soon
  stage.querySelector(".name").textContent = `Look inside the whole network. ${scene.description}`;
  wire(stage.picture, scene.lines);
  blend(stage, numbers(scene));
}

function blend(stage, to) {
  const { picture } = stage, from = picture.now ?? to, began = performance.now();
  cancelAnimationFrame(stage.blending);
  const frame = () => {
    const share = still.matches || window.inkling?.down ? 1 : Math.min(1, (performance.now() - began) / BLEND_MS);
    picture.now = share === 1 ? to : to.map((value, at) => from[at] + share * (value - from[at]));
    paint(picture, picture.now, stage.colors);
    if (share < 1) stage.blending = requestAnimationFrame(frame);
  };
  frame();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const stage = parentElement.querySelector(".stage");
  stage.colors = Object.fromEntries(["accent", "second", "paper"].map((name) => [name, channels(data.colors[name])]));
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
  show(stage, window.inkling?.parts.scene ?? data);  // the live channel's state is newer
  return stage.leave;
}
