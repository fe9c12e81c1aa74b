// Draw curves with their axes on a canvas. While a run plays, the points of its last slice appear one by one until the next
// slice comes, at the screen's frame rate, and never before they were measured. `plots.py` describes what it draws.
const SLOW_MS = 1000, SELDOM_MS = 100;  // in a class, a slice is played for seconds, and moves a line by a few pixels
const LONGEST_MS = 6000, SHORTEST_MS = 100, PEN_DOWN_MS = 30;  // a stroke's answer goes first
const UNITS = 100_000;  // of a coordinate, as in plots.py
const LETTERS_PX = 11, GAP_PX = 4, DOT_ROOM_PX = 4, TICK_PX = { x: 52, y: 20 }, MAX_TICKS = 7;
const lang = document.documentElement.lang || "en";
inkling.number = new Intl.NumberFormat(lang, { maximumSignificantDigits: 12, useGrouping: false }).format;
inkling.percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 2, useGrouping: false }).format;
const forced = matchMedia("(forced-colors: active)");
inkling.still ??= matchMedia("(prefers-reduced-motion: reduce)");

// Coordinates come as differences of whole numbers, which are short.
function summed(differences, units = UNITS) {
  let sum = 0;
  return differences.map((each) => (sum += each) / units);
}

// Places of round numbers within a range, about `most` of them, in steps of 1, 2 or 5 times a power of ten.
function ticks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * power >= rough * (1 - 1e-9)) * power;
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, place) => +((first + place) * step).toPrecision(12));
}

class Plot {
  constructor(place, name) {
    this.place = place;
    this.part = `plot.${name}`;
    this.canvas = place.querySelector("canvas");
    this.at = this.from = this.to = this.began = this.lasts = this.arrived = this.drawn = 0;
    this.frame = this.frame.bind(this);
    this.leave = () => plots.delete(this);
    // Asking for its size at each frame would lay out the page once more.
    new ResizeObserver(([{ contentRect }]) => { this.box = contentRect; this.draw(); }).observe(place);
  }

  // A script can be late, and bring an earlier step than the channel has shown.
  redraw(plot) {
    const newest = inkling.open ? inkling.parts[this.part] : undefined;
    const isOld = newest?.at && plot.at && newest.at[0] === plot.at[0] && newest.at[1] > plot.at[1];
    this.show(isOld ? newest : plot);
  }

  show(plot) {
    plots.add(this);
    this.plot = plot;
    this.lines = plot.lines.map((line) => ({ ...line, x: summed(line.x, line.units), y: summed(line.y, line.units) }));
    if (plot.alt) this.place.ariaLabel = plot.alt;
    const reached = Math.max(0, ...this.lines.map(({ still, x }) => (still ? 0 : x.at(-1) ?? 0))), now = performance.now();
    if (!plot.playing || inkling.still.matches || !this.arrived) this.at = reached;  // at rest, or a page that has just opened
    else if (reached < this.to) this.at = 0;  // another run
    if (reached !== this.to || !this.arrived) {
      this.lasts = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - this.arrived));
      this.began = this.arrived = now;
      this.from = this.at;
      this.to = reached;
    }
    if (!this.running) this.frame();
  }

  frame() {
    const now = performance.now(), share = Math.min(1, (now - this.began) / this.lasts);
    this.at = share < 1 ? Math.max(this.at, this.from + share * (this.to - this.from)) : this.to;  // a sum can be less
    this.running = this.at < this.to && this.place.isConnected;
    const apart = this.lasts > SLOW_MS ? SELDOM_MS : inkling.down ? PEN_DOWN_MS : 0;
    if (!this.running || now - this.drawn >= apart) {
      this.drawn = now;
      this.draw();
      inkling.frames += 1;
    }
    if (this.running) requestAnimationFrame(this.frame);
  }

  color(name) { return this.style.getPropertyValue(`--${name}`) || this.style.color; }
  X(x) { return this.left + (this.wide * (x - this.plot.x[0])) / (this.plot.x[1] - this.plot.x[0]); }
  Y(y) { return this.bottom - (this.high * (y - this.plot.y[0])) / (this.plot.y[1] - this.plot.y[0]); }

  draw() {
    const { canvas, plot, box } = this, dense = devicePixelRatio * (this.place.currentCSSZoom ?? 1);
    if (!plot || !box?.width || !canvas.isConnected) return;
    for (const [side, length] of [["width", box.width], ["height", box.height]]) {
      if (canvas[side] !== Math.round(length * dense)) canvas[side] = Math.round(length * dense);
    }
    const pen = canvas.getContext("2d");
    this.style = getComputedStyle(this.place);
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, box.width, box.height);
    this.letters = parseFloat(this.style.getPropertyValue("--letters")) || LETTERS_PX;
    pen.font = `${this.letters}px ${this.style.fontFamily}`;
    this.axes(pen);
    pen.save();
    pen.beginPath();
    pen.rect(this.left - DOT_ROOM_PX, this.top - DOT_ROOM_PX, this.wide + 2 * DOT_ROOM_PX, this.high + 2 * DOT_ROOM_PX);
    pen.clip();
    this.marks(pen);
    for (const line of this.lines) this.stroke(pen, line);
    pen.restore();
    this.names(pen);
    this.over?.();
  }

  // Quiet numbers, faint lines across, and a line below. The unit stands before the first number, below all curves.
  axes(pen) {
    const { plot, box, letters } = this, named = this.named();
    const text = plot.percent ? inkling.percent : inkling.number;
    this.top = letters / 2;
    this.bottom = box.height - letters - 2 * GAP_PX;
    this.high = this.bottom - this.top;
    const [lowest, highest] = plot.y, last = plot.percent ? Math.min(highest, 1) : highest;
    const heights = ticks(lowest, last, Math.min(MAX_TICKS, Math.max(2, Math.floor(this.high / TICK_PX.y))));
    this.left = Math.max(...heights.map((y) => pen.measureText(text(y)).width)) + 2 * GAP_PX;
    this.right = named.length ? Math.max(...named.map(({ name }) => pen.measureText(name).width)) + 2 * GAP_PX : 2 * GAP_PX;
    this.wide = box.width - this.left - this.right;
    const quiet = forced.matches ? "CanvasText" : this.color("quiet"), faint = forced.matches ? "GrayText" : this.color("line");
    Object.assign(pen, { fillStyle: quiet, strokeStyle: faint, lineWidth: 1, textBaseline: "middle", textAlign: "right" });
    for (const y of heights) {
      pen.fillText(text(y), this.left - GAP_PX, this.Y(y));
      this.straight(pen, this.left, this.Y(y), this.left + this.wide, this.Y(y));
    }
    this.straight(pen, this.left, this.bottom, this.left + this.wide, this.bottom);
    let free = this.left;  // where the next number can begin
    pen.textAlign = "left";
    for (const [place, x] of ticks(...plot.x, Math.max(2, Math.floor(this.wide / TICK_PX.x))).entries()) {
      const digits = inkling.number(x), starts = !place && plot.unit, words = starts ? `${plot.unit} ${digits}` : digits;
      const { width } = pen.measureText(words), beyond = pen.measureText(digits).width / 2, at = this.X(x);
      const left = starts ? Math.max(this.left, at + beyond - width) : Math.min(at, box.width - width / 2) - width / 2;
      if (x && !starts && left < free) continue;
      pen.fillText(words, left, this.bottom + GAP_PX + letters / 2);
      free = left + width + GAP_PX;
    }
  }

  straight(pen, ...[x0, y0, x1, y1]) {
    pen.beginPath();
    pen.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
    pen.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    pen.stroke();
  }

  // A new learning rate: a thin line with its number, unless the next one follows closely.
  marks(pen) {
    const { marks } = this.plot;
    Object.assign(pen, { strokeStyle: pen.fillStyle, textAlign: "left" });
    marks.forEach(([x, text], place) => {
      this.straight(pen, this.X(x), this.top, this.X(x), this.bottom);
      const next = marks[place + 1];
      if (next && this.X(next[0]) - this.X(x) < pen.measureText(text).width + 2 * GAP_PX) return;
      pen.fillText(text, this.X(x) + GAP_PX, this.top + this.letters / 2);
    });
  }

  stroke(pen, { x, y, color, width = 2, alpha = 1, dash = [], marker = 0, still = false }) {
    const whole = still ? -1 : x.findIndex((each) => each > this.at), n = whole < 0 ? x.length : whole;
    if (!n) return;
    pen.save();
    Object.assign(pen, { strokeStyle: this.color(color), fillStyle: this.color(color), globalAlpha: alpha, lineWidth: width,
      lineJoin: "round" });
    pen.setLineDash(dash);
    pen.beginPath();
    for (let at = 0; at < n; at += 1) pen.lineTo(this.X(x[at]), this.Y(y[at]));
    if (n < x.length) {
      const share = (this.at - x[n - 1]) / (x[n] - x[n - 1]);
      pen.lineTo(this.X(this.at), this.Y(y[n - 1] + share * (y[n] - y[n - 1])));
    }
    pen.stroke();
    for (let at = 0; marker && at < n; at += 1) {
      pen.beginPath();
      pen.arc(this.X(x[at]), this.Y(y[at]), marker / 2, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.restore();
  }

  // The lines with a name, of which a part is within the axes.
  named() { return this.lines.filter(({ name, x }) => name && x.length > 1 && x[0] < this.plot.x[1]); }

  // The names of lines stand right of the axes, at the height of their ends, and keep apart.
  names(pen) {
    const [, end] = this.plot.x, inside = (y) => Math.min(this.bottom, Math.max(this.top, y));
    const named = this.named().map(({ name, x, y }) => {
      const beyond = x.findIndex((each) => each > end), last = beyond < 1 ? x.length - 1 : beyond - 1;
      return { name, y: inside(this.Y(y[last])) };
    }).sort((one, other) => one.y - other.y);
    named.forEach((each, place) => { if (place) each.y = Math.max(each.y, named[place - 1].y + this.letters); });
    let lowest = this.bottom;
    pen.textAlign = "left";
    for (const { name, y } of named.reverse()) {
      const height = Math.min(y, lowest);
      pen.fillText(name, this.left + this.wide + GAP_PX, height);
      lowest = height - this.letters;
    }
  }
}

// All plots on the page share these listeners, as one that has left the page would keep its own.
const plots = new Set();
document.addEventListener("inkling", ({ detail }) => plots.forEach((plot) => detail[plot.part] && plot.show(detail[plot.part])));
inkling.drawPlots = () => plots.forEach((plot) => plot.draw());
forced.addEventListener("change", inkling.drawPlots);
document.fonts.addEventListener("loadingdone", inkling.drawPlots);

inkling.plotIn = (place, name) => (place.plot ??= new Plot(place, name));
inkling.plot = ({ data, parentElement }) => {
  const plot = inkling.plotIn(parentElement.querySelector(".ink-plot"), data.name);
  plot.redraw(data);
  return plot.leave;
};
