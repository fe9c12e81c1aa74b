// Draw the lines of a run over matplotlib's axes, at the screen's frame rate: the points of the last slice appear one by
// one until the next slice comes, and never before they were measured.
const SIZE = [460.8, 132.48];  // of the chart, in its own pixels; POINT is the size of a point in them
const POINT = 4 / 3;
const SLOW_MS = 1000, SELDOM_MS = 100;  // in a class, a slice is played for seconds, and moves a line by a few pixels
const SETTLED_MS = 3000;  // after the end of a run, the script's chart should have come
const UNITS = 100_000;  // of a coordinate, as in moving_chart.py
const DOT_ROOM = 4;  // points around the axes, as in charts.py
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Coordinates come as differences of whole numbers, which are short.
function summed(differences) {
  let sum = 0;
  return differences.map((each) => (sum += each) / UNITS);
}

class Plot {
  constructor(name) {
    this.name = name;
    this.canvas = document.createElement("canvas");
    this.ended = true;
    this.at = this.from = this.to = this.began = this.lasts = this.arrived = this.drawn = 0;
    this.frame = this.frame.bind(this);
    // Asking for its size at each frame would lay out the page once more.
    new ResizeObserver(([{ contentRect }]) => {
      this.box = contentRect;
      this.draw();
    }).observe(this.canvas);
  }

  chart() { return document.querySelector(`.st-key-${this.name}_chart .ink-chart`); }

  // Put the run's axes in place of the script's chart, with a canvas for its lines.
  place() {
    const chart = this.chart();
    if (!chart || !this.axes) return;
    chart.innerHTML = this.axes.svg;
    chart.append(this.canvas);
  }

  setAxes(axes) {
    this.axes = axes;
    if (!this.ended) this.place();
  }

  // Whether the script's chart shows the run before its newest step.
  isOld() {
    const at = this.chart()?.at, now = live.parts.step;
    return Boolean(at && now && at[0] === now[0] && at[1] < now[1]);
  }

  // The run has stopped: the last frame stays until a script draws another chart, or ends with the same one.
  end() {
    this.ended = true;
    this.at = this.to;
    if (this.lines && !this.canvas.isConnected && this.isOld()) this.place();
    this.draw();
    clearTimeout(this.ending);
    this.ending = setTimeout(() => {
      const chart = this.canvas.parentElement;
      if (this.ended && chart && !this.isOld()) chart.innerHTML = chart.still;
    }, SETTLED_MS);
  }

  setLines({ lines, alt }) {
    this.ended = false;
    this.lines = lines.map((line) => ({ ...line, x: summed(line.x), y: summed(line.y) }));
    if (!this.canvas.isConnected) this.place();
    if (alt && this.canvas.parentElement) this.canvas.parentElement.ariaLabel = alt;
    const now = performance.now(), reached = Math.max(0, ...this.lines.map(({ x }) => x.at(-1) ?? 0));
    if (reached < this.to || !this.arrived) this.at = this.arrived ? 0 : reached;  // another run, or a page that just opened
    this.from = this.at;
    this.to = reached;
    this.lasts = Math.min(6000, Math.max(100, now - this.arrived));
    this.began = this.arrived = now;
    if (still.matches) this.at = this.to;
    if (!this.running) this.frame();
  }

  frame() {
    const share = Math.min(1, (performance.now() - this.began) / this.lasts);
    if (!still.matches && !this.ended) this.at = this.from + share * (this.to - this.from);
    this.running = !this.ended && this.at < this.to;
    const now = performance.now(), apart = this.lasts > SLOW_MS ? SELDOM_MS : live.down ? 2 * FRAME_MS - 4 : 0;
    if (!this.running || now - this.drawn >= apart) {
      this.drawn = now;
      this.draw();
      live.frames += 1;
    }
    if (this.running) requestAnimationFrame(this.frame);
  }

  draw() {
    const { canvas } = this, dense = devicePixelRatio;
    if (!canvas.isConnected && !this.ended) this.place();
    if (!canvas.isConnected || !this.lines || !this.box) return;
    const { width, height } = this.box;
    if (canvas.width !== Math.round(width * dense)) canvas.width = Math.round(width * dense);
    if (canvas.height !== Math.round(height * dense)) canvas.height = Math.round(height * dense);
    const pen = canvas.getContext("2d"), scale = dense * Math.min(width / SIZE[0], height / SIZE[1]);
    const [left, bottom, wide, high] = this.axes.place, [x0, x1] = this.axes.x, [y0, y1] = this.axes.y;
    const top = (canvas.height - scale * SIZE[1]) / 2;  // aligned with the chart below: left, vertically centered
    const X = (x) => scale * SIZE[0] * (left + (wide * (x - x0)) / (x1 - x0));
    const Y = (y) => top + scale * SIZE[1] * (1 - bottom - (high * (y - y0)) / (y1 - y0));
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.save();
    pen.beginPath();
    const room = DOT_ROOM * POINT * scale;
    pen.rect(X(x0) - room, Y(y1) - room, X(x1) - X(x0) + 2 * room, Y(y0) - Y(y1) + 2 * room);
    pen.clip();
    for (const line of this.lines) this.stroke(pen, line, X, Y, scale * POINT);
    pen.restore();
  }

  stroke(pen, { x, y, color, width, alpha, dash, marker }, X, Y, point) {
    const whole = x.findIndex((each) => each > this.at), n = whole < 0 ? x.length : whole;
    if (!n) return;
    Object.assign(pen, { strokeStyle: color, fillStyle: color, globalAlpha: alpha, lineWidth: width * point, lineJoin: "round" });
    pen.setLineDash(dash.map((each) => each * width * point));
    pen.beginPath();
    for (let at = 0; at < n; at += 1) pen.lineTo(X(x[at]), Y(y[at]));
    if (n < x.length) {
      const share = (this.at - x[n - 1]) / (x[n] - x[n - 1]);
      pen.lineTo(X(this.at), Y(y[n - 1] + share * (y[n] - y[n - 1])));
    }
    pen.stroke();
    pen.setLineDash([]);
    for (let at = 0; marker && at < n; at += 1) {
      pen.beginPath();
      pen.arc(X(x[at]), Y(y[at]), (marker * point) / 2, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}

for (const name of ["loss", "accuracy", "sweep"]) {
  const plot = new Plot(name);
  painters[`axes.${name}`] = (axes) => plot.setAxes(axes);
  painters[`lines.${name}`] = (lines) => { if (lines) plot.setLines(lines); else plot.end(); };
}
