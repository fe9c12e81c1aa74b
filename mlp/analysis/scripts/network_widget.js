// The picture of a network: one canvas, on which each state blends into the next, below elements for its neurons. The style
// sheet places and sizes these, and what is painted follows them.
const SIDE = 28, LEVELS = 7; // of a neuron's picture, on either side of nothing
const BLEND_MS = 180;
const ROUND = 4, BAR = 6; // px: the corners of a tile, and the bar at its right, as in the style sheet
inkling.still ??= matchMedia("(prefers-reduced-motion: reduce)");

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const halves = (text) => Float32Array.from([...bytes(text)].flatMap((byte) => [byte >> 4, byte & 15]));
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function build(net, { layers, names, neurons, n_pictures: nPictures, side }) {
  const rows = [...layers.map(({ lit }) => lit.length), names.length];
  // Its numbers and names are no text, as its label says more. It is from left to right, texts in it are as the page.
  const counts = layers.map(({ of, n }) => `<span class="count" data-of="${of}" data-n="${n}"></span>`);
  const places = rows.flatMap((n, at) => Array.from({ length: n }, (_, row) => [at + 1, row, (row + 0.5) / n]));
  const made = places.map(([depth, row], at) => {
    const [tag, more] = !neurons ? ["span", ""] : neurons[at].pressed === null ? ["span", 'role="img"'] : ["button", 'type="button"'];
    const kind = at < nPictures ? "neuron tiled" : "neuron", end = depth === rows.length ? '<span class="end"></span>' : "";
    return `<${tag} ${more} class="${kind}" data-place="${depth} ${row}">${end}</${tag}>`;
  });
  net.innerHTML = `<canvas></canvas><span class="seen" data-place="0 0"></span>${counts.join("")}${made.join("")}`
    + `<span class="tip" aria-hidden="true"></span>`;
  const tiled = nPictures < places.length ? rows.slice(0, -1) : rows; // room is needed for those with pictures
  const letters = Math.max(...names.map(({ length }) => length));
  net.parentElement.style.cssText = `--columns:${rows.length};--rows:${Math.max(1, ...tiled)};--letters:${letters}`;
  // A policy may forbid these as attributes.
  net.querySelectorAll(".count").forEach(({ style }, at) => style.setProperty("--x", (at + 1) / rows.length));
  net.querySelectorAll(".neuron").forEach(({ style }, at) => {
    style.setProperty("--x", places[at][0] / rows.length);
    style.setProperty("--y", places[at][2]);
  });
  Object.assign(net, { nodes: [...net.querySelectorAll(".neuron")], now: null, spots: null, tiles: document.createElement("canvas") });
  net.tiles.width = SIDE;
  net.tiles.height = SIDE + side * nPictures; // the neurons' pictures, one below the other, above them the drawing
  net.nodes.slice(-names.length).forEach((node, row) => {
    const end = node.querySelector(".end");
    end.dataset.name = names[row];
    end.classList.toggle("long", names[row].length > 2);
  });
}

function update(net, { shares, neurons, description }) {
  net.setAttribute("aria-label", description);
  net.nodes.forEach((node, at) => {
    const share = shares[at - net.nodes.length + shares.length];
    node.classList.toggle("best", share > 0 && share === Math.max(...shares));
    if (!neurons) return;
    const { number, name, texts, pressed, share: text } = neurons[at], end = node.querySelector(".end");
    node.dataset.number = number;
    node.setAttribute("aria-label", `${name}: ${texts.join("; ")}`);
    if (pressed !== null) node.setAttribute("aria-pressed", pressed);
    if (end) end.dataset.share = text;
  });
}

// All blended values: the numbers of the tiles, the levels of the bars, and the strength of each line by its ends.
function values({ image, pictures, layers, shares, lines }) {
  const wires = new Map(), ends = new Int8Array(bytes(lines).buffer);
  for (let at = 0; at < ends.length; at += 4) wires.set(ends.subarray(at, at + 3).join(" "), ends[at + 3] / 100);
  const patterns = halves(pictures).map((level) => (level - LEVELS - 1) / LEVELS);
  return { wires, pixels: [...halves(image).map((level) => level / 15), ...patterns], levels: [...layers.flatMap(({ lit }) => lit), ...shares] };
}

function mix(from, to, share) {
  const wires = new Map(), blend = (old, now) => now.map((value, at) => old[at] + share * (value - old[at]));
  for (const name of new Set([...from.wires.keys(), ...to.wires.keys()])) {
    const [old, now] = [from, to].map((state) => state.wires.get(name) ?? 0);
    wires.set(name, old + share * (now - old));
  }
  return { wires, pixels: blend(from.pixels, to.pixels), levels: blend(from.levels, to.levels) };
}

const spotOf = ({ offsetLeft: x, offsetTop: y, offsetHeight: side, offsetWidth: wide }) => ({ x, y, side, wide });

function paint(net) {
  const { now, box, colors, nodes, scene } = net;
  if (!box?.width || !now) return;
  const [canvas, seen] = net.children, pen = canvas.getContext("2d"), dense = devicePixelRatio;
  const [wide, high] = [box.width, box.height].map((px) => Math.round(px * dense));
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  const spots = net.spots ??= new Map([seen, ...nodes].map((node) => [node.dataset.place, spotOf(node)]));
  const isEmpty = !now.pixels.some((level, at) => at < SIDE * SIDE && level), pointed = net.pointed?.dataset.place;
  for (const [name, strength] of now.wires) {
    const [depth, from, to] = name.split(" ").map(Number), ends = [`${depth} ${from}`, `${depth + 1} ${to}`], weight = Math.abs(strength);
    if (!weight && !isEmpty) continue;
    pen.globalAlpha = pointed && !ends.includes(pointed) ? 0.07 : isEmpty ? 0.8 : 0.1 + 0.75 * weight;
    pen.lineWidth = isEmpty ? 1 : 0.4 + 2.2 * weight;
    pen.strokeStyle = isEmpty ? colors.line : strength > 0 ? colors.accent : colors.second;
    pen.setLineDash(strength > 0 || isEmpty ? [] : [4, 3]);
    pen.beginPath();
    ends.map((end) => spots.get(end)).forEach(({ x, y }) => pen.lineTo(x, y));
    pen.stroke();
  }
  Object.assign(pen, { globalAlpha: 1, lineWidth: 1, strokeStyle: colors.line, imageSmoothingEnabled: false });
  pen.setLineDash([]);
  fillTiles(net);
  tile(net, pen, spots.get("0 0"), { top: 0, size: SIDE, paper: "#000" });
  pen.imageSmoothingEnabled = true;
  const { side, n_pictures: nPictures, zero } = scene, hidden = nodes.length - scene.names.length;
  nodes.slice(0, nPictures).forEach((node, at) => tile(net, pen, spots.get(node.dataset.place),
    { top: SIDE + at * side, size: side, paper: colors.paper, level: now.levels[at], zero: at < hidden ? zero : 0 }));
}

function fillTiles({ tiles, now, scene, colors }) {
  const [up, down, ground] = ["accent", "second", "paper"].map((name) => channels(colors[name])), pen = tiles.getContext("2d");
  const fill = (top, size, begin, from, to) => {
    const image = new ImageData(size, size);
    for (let at = begin, place = 0; place < image.data.length; at += 1, place += 4) {
      const value = now.pixels[at], end = value < 0 ? down : to, share = Math.abs(value);
      for (let channel = 0; channel < 3; channel += 1) image.data[place + channel] = from[channel] + share * (end[channel] - from[channel]);
      image.data[place + 3] = 255;
    }
    for (const corner of [0, size - 1, size * (size - 1), size * size - 1]) image.data[4 * corner + 3] = 0;
    pen.putImageData(image, 0, top);
  };
  fill(0, SIDE, 0, [0, 0, 0], [255, 255, 255]);
  for (let at = 0; at < scene.n_pictures; at += 1) fill(SIDE + at * scene.side, scene.side, SIDE * SIDE + at * scene.side ** 2, ground, up);
}

// A picture with an edge. A neuron's is paler, the less active it is, and has a bar that is filled from zero to its level.
function tile({ tiles, colors }, pen, spot, { top, size, paper, level, zero }) {
  const { side, wide } = spot, x = spot.x - wide / 2, y = spot.y - side / 2;
  const box = (color, left, from, width, height, round) => {
    pen.beginPath();
    pen.roundRect(left, from, width, height, round);
    pen.fillStyle = color;
    pen.fill();
  };
  box(paper, x, y, wide, side, ROUND);
  pen.globalAlpha = 0.55 + 0.45 * Math.abs(level ?? 1);
  pen.drawImage(tiles, 0, top, size, size, x, y, side, side);
  pen.globalAlpha = 1;
  if (level !== undefined) {
    const rest = side * (1 - zero), height = Math.abs(level) * rest;
    box(colors.line, x + side, y, BAR, side, [0, ROUND, ROUND, 0]);
    box(level < 0 ? colors.second : colors.accent, x + side, y + rest - (level < 0 ? 0 : height), BAR, height, [0, ROUND, ROUND, 0]);
  }
  pen.beginPath();
  pen.roundRect(x, y, wide, side, ROUND);
  pen.stroke();
}

// The lines of the pointed neuron stand out, and a large picture tells its sum.
function point(net) {
  const { name, texts } = net.scene.neurons?.[net.nodes.indexOf(net.pointed)] ?? {}, tip = net.lastChild;
  tip.textContent = name ? [name, ...texts].join("\n") : "";
  if (!name) return;
  tip.style.cssText = net.pointed.style.cssText;
  tip.classList.toggle("left", Boolean(net.pointed.querySelector(".end")));
  tip.classList.toggle("above", Number(tip.style.getPropertyValue("--y")) > 0.5);
}

function show(net, scene) {
  if (!scene || scene === net.scene) return; // without one, the weights are not finite, and a script says so
  const shape = JSON.stringify([scene.names, scene.n_pictures, scene.layers.map(({ lit, n }) => [lit.length, n]),
    scene.neurons?.map(({ pressed }) => pressed === null)]);
  if (net.shape !== shape) build(net, scene);
  Object.assign(net, { shape, scene });
  update(net, scene);
  point(net);
  const to = values(scene), from = net.now ?? to, began = performance.now();
  cancelAnimationFrame(net.blending);
  const frame = () => {
    // While one draws, the next state comes soon.
    const share = inkling.still.matches || inkling.down ? 1 : Math.min(1, (performance.now() - began) / BLEND_MS);
    net.now = share === 1 ? to : mix(from, to, share);
    paint(net);
    if (share < 1) net.blending = requestAnimationFrame(frame);
  };
  frame();
}

// A large picture has neurons to pick. A compact one that follows the live channel is a single button, which calls `open`;
// without that, it shows the data alone.
inkling.drawNetwork = ({ data, parentElement, setTriggerValue }, open) => {
  const root = parentElement.querySelector(".root"), isLarge = Boolean(data.neurons), isLive = !isLarge && Boolean(open);
  if (!root.firstChild) {
    root.innerHTML = isLarge ? '<div class="net" role="group"></div>'
      : isLive ? '<button type="button" class="net" data-number="0"></button>'
        : '<span class="net" role="img"></span>';
    const net = root.firstChild;
    const pointAt = ({ type, target }) => {
      net.pointed = /over|in$/.test(type) ? target.closest(".neuron") : net.querySelector(".neuron:focus");
      point(net);
      paint(net);
    };
    ["pointerover", "pointerout", "focusin", "focusout"].forEach((event) => net.addEventListener(event, pointAt));
    const follow = ({ detail }) => { if ("scene" in detail) show(net, detail.scene); };
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      Object.assign(net, { box: contentRect, spots: null });
      paint(net);
    });
    sizes.observe(net);
    net.leave = () => {
      sizes.disconnect();
      document.removeEventListener("inkling", follow);
    };
    if (isLive) {
      document.addEventListener("inkling", follow);
      net.onclick = open;
    }
  }
  const net = root.firstChild;
  Object.assign(net, { colors: data.colors, scene: null }); // paint it again: the colors may be new
  show(net, (isLive && inkling.parts.scene) || data); // the live channel's state is newer
  if (setTriggerValue) inkling.pickable(root, setTriggerValue);
  return net.leave;
};
