// The picture of a network: its elements are made once for each shape, and each new state blends into them.
const SIDE = 28, LEVELS = 7; // of a neuron's picture, on either side of nothing
const BLEND_MS = 180; // as in the style sheet
const still = matchMedia("(prefers-reduced-motion: reduce)");

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const halves = (text) => Float32Array.from([...bytes(text)].flatMap((byte) => [byte >> 4, byte & 15]));
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const rowsOf = ({ layers, names }) => [...layers.map(({ lit }) => lit.length), names.length];

function build(net, scene) {
  const { layers, names, neurons, n_pictures: nPictures, side } = scene, rows = rowsOf(scene);
  const counts = layers.map(({ lit, n }, at) => `<span class="count" style="--x:${(at + 1) / rows.length}">`
    + `<i>${lit.length} of </i>${n.toLocaleString("en")}</span>`);
  const places = rows.flatMap((n, at) => Array.from({ length: n }, (_, row) => [at + 1, row, (row + 0.5) / n]));
  const made = places.map(([depth, row, y], at) => {
    const tag = !neurons ? "span" : neurons[at].pressed === null ? 'span role="img"' : 'button type="button"';
    const tile = at < nPictures ? `<canvas width="${side}" height="${side}"></canvas><b></b>` : "";
    const end = depth === rows.length ? '<span class="end"></span>' : "";
    return `<${tag} class="neuron" data-place="${depth} ${row}" style="--x:${depth / rows.length};--y:${y}">${tile}${end}</${tag.split(" ")[0]}>`;
  });
  net.innerHTML = `<svg aria-hidden="true"></svg><canvas class="seen" width="${SIDE}" height="${SIDE}"></canvas>`
    + `${counts.join("")}${made.join("")}<span class="tip" aria-hidden="true"></span>`;
  const tiled = nPictures < places.length ? rows.slice(0, -1) : rows; // room is needed for those with pictures
  net.parentElement.style.cssText = `--columns:${rows.length};--rows:${Math.max(1, ...tiled)}`;
  Object.assign(net, { nodes: [...net.querySelectorAll(".neuron")], lines: new Map(), numbers: null });
  net.nodes.slice(-names.length).forEach((node, row) => { node.querySelector(".end").textContent = names[row]; });
}

// Texts and levels of the neurons; a level is from −1 to 1, and drawn from the zero of its layer's bar.
function update(net, { layers, shares, zero, neurons, description }) {
  net.setAttribute("aria-label", description);
  const levels = [...layers.flatMap(({ lit }) => lit), ...shares], hidden = levels.length - shares.length;
  net.nodes.forEach((node, at) => {
    node.style.setProperty("--level", levels[at]);
    node.style.setProperty("--zero", at < hidden ? zero : 0);
    node.classList.toggle("below", levels[at] < 0);
    node.classList.toggle("best", at >= hidden && levels[at] > 0 && levels[at] === Math.max(...shares));
    if (!neurons) return;
    const { number, name, texts, pressed, share } = neurons[at], end = node.querySelector(".end");
    node.dataset.number = number;
    node.setAttribute("aria-label", `${name}: ${texts.join("; ")}`);
    if (pressed !== null) node.setAttribute("aria-pressed", pressed);
    if (end) end.dataset.share = share;
  });
}

function connect(net, scene) {
  const ends = new Int8Array(bytes(scene.lines).buffer), rows = [1, ...rowsOf(scene)], old = net.lines;
  const place = (depth, row) => [`${(100 * depth) / (rows.length - 1)}%`, `${(100 * (row + 0.5)) / rows[depth]}%`];
  net.lines = new Map();
  for (let at = 0; at < ends.length; at += 4) {
    const [depth, from, to, strength] = ends.subarray(at, at + 4), name = `${depth} ${from} ${to}`;
    let line = old.get(name);
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const [[x1, y1], [x2, y2]] = [place(depth, from), place(depth + 1, to)];
      Object.entries({ x1, y1, x2, y2 }).forEach(([end, value]) => line.setAttribute(end, value));
      line.ends = [`${depth} ${from}`, `${depth + 1} ${to}`];
      net.firstChild.append(line);
    }
    line.classList.toggle("against", strength < 0);
    line.style.setProperty("--strength", Math.abs(strength) / 100);
    net.lines.set(name, line);
    old.delete(name);
  }
  old.forEach((line) => line.remove());
}

// The lines of the pointed neuron stand out, and a large picture tells its sum.
function point(net) {
  const at = net.nodes.indexOf(net.pointed), tip = net.lastChild, { name, texts } = net.scene.neurons?.[at] ?? {};
  net.classList.toggle("pointed", at >= 0);
  net.lines.forEach((line) => line.classList.toggle("lit", at >= 0 && line.ends.includes(net.pointed.dataset.place)));
  tip.textContent = name ? [name, ...texts].join("\n") : "";
  if (!name) return;
  tip.style.cssText = net.pointed.style.cssText;
  tip.classList.toggle("left", Boolean(net.pointed.querySelector(".end")));
  tip.classList.toggle("above", Number(tip.style.getPropertyValue("--y")) > 0.5);
}

function paint(net) {
  const { nodes, numbers, scene, colors } = net, [up, down, ground] = ["accent", "second", "paper"].map((name) => channels(colors[name]));
  const fill = (canvas, begin, from, to) => {
    const image = new ImageData(canvas.width, canvas.height);
    for (let at = begin, place = 0; place < image.data.length; at += 1, place += 4) {
      const value = numbers[at], end = value < 0 ? down : to, share = Math.abs(value);
      for (let channel = 0; channel < 3; channel += 1) image.data[place + channel] = from[channel] + share * (end[channel] - from[channel]);
      image.data[place + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  fill(net.querySelector(".seen"), 0, [0, 0, 0], [255, 255, 255]);
  nodes.slice(0, scene.n_pictures).forEach((node, at) => fill(node.firstChild, SIDE * SIDE + at * scene.side ** 2, ground, up));
}

function show(net, scene) {
  if (!scene || scene === net.scene) return; // without one, the weights are not finite, and a script says so
  const shape = JSON.stringify([scene.names, scene.n_pictures, scene.layers.map(({ lit, n }) => [lit.length, n]),
    scene.neurons?.map(({ pressed }) => pressed === null)]);
  if (net.shape !== shape) build(net, scene);
  Object.assign(net, { shape, scene });
  const moves = !still.matches && !window.inkling?.down; // while one draws, the next state comes soon
  net.classList.toggle("moves", moves);
  update(net, scene);
  connect(net, scene);
  point(net);
  const pixels = [...halves(scene.image).map((level) => level / 15), ...halves(scene.pictures).map((level) => (level - LEVELS - 1) / LEVELS)];
  net.classList.toggle("empty", !pixels.some((level, at) => at < SIDE * SIDE && level));
  const from = (moves && net.numbers) || pixels, began = performance.now();
  cancelAnimationFrame(net.blending);
  const frame = () => {
    const share = from === pixels ? 1 : Math.min(1, (performance.now() - began) / BLEND_MS);
    net.numbers = share === 1 ? pixels : pixels.map((value, at) => from[at] + share * (value - from[at]));
    paint(net);
    if (share < 1) net.blending = requestAnimationFrame(frame);
  };
  frame();
}

// A large picture has neurons to pick; a compact one is a single button, and follows the live channel.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root"), isLarge = Boolean(data.neurons);
  if (!root.firstChild) {
    root.innerHTML = isLarge ? '<div class="net" role="group"></div>' : '<button type="button" class="net" data-number="0"></button>';
    const net = root.firstChild;
    const pointAt = ({ type, target }) => {
      net.pointed = /over|in$/.test(type) ? target.closest(".neuron") : net.querySelector(".neuron:focus");
      point(net);
    };
    ["pointerover", "pointerout", "focusin", "focusout"].forEach((event) => net.addEventListener(event, pointAt));
    net.follow = ({ detail }) => { if ("scene" in detail) show(net, detail.scene); };
    net.leave = () => document.removeEventListener("inkling", net.follow);
    if (!isLarge) {
      document.addEventListener("inkling", net.follow);
      net.onclick = () => document.querySelector(".st-key-tab")?.scrollIntoView({ block: "start" });
    }
  }
  const net = root.firstChild;
  Object.assign(net, { colors: data.colors, scene: null }); // paint it again: the colors may be new
  show(net, (!isLarge && window.inkling?.parts.scene) || data); // the live channel's state is newer
  pickable(root, setTriggerValue);
  return net.leave;
}
