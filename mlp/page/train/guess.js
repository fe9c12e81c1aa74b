// Draw a guess over the empty axes of `plot.js`.
inkling.drawGuess = ({ data, parentElement, setTriggerValue }) => {
  const svg = parentElement.querySelector(".field"), place = parentElement.querySelector(".ink-plot");
  const plot = inkling.plotIn(place), last = data.points - 1;
  if (svg.busy) return plot.leave;  // the server does not know the guess of the current gesture yet
  const across = (point) => plot.X((data.epochs * point) / last);
  const active = svg.getRootNode().activeElement;
  const had = active && svg.contains(active) ? active.dataset.handle : null;
  let heights = [...data.heights];
  const at = (point) => (heights.length ? heights[point] : data.blind);
  svg.setAttribute("aria-label", data.description);
  const named = (epoch) => inkling.tr("Accuracy at epoch {epoch}", { epoch: inkling.number(epoch) });
  svg.innerHTML = `<path/><rect/>` + data.handles.map((point, n) => `<circle data-handle="${n}" r="5" role="slider" tabindex="0"`
    + ` aria-valuemin="0" aria-valuemax="100" aria-label="${named(+((point / last) * data.epochs).toFixed(2))}"/>`)
    .join("");
  const circles = [...svg.querySelectorAll("circle")], path = svg.querySelector("path"), field = svg.querySelector("rect");
  const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
  const show = () => {
    set(field, { x: plot.left, y: plot.Y(1), width: plot.wide, height: plot.Y(0) - plot.Y(1) });
    set(path, { d: heights.map((share, point) => `${point ? "L" : "M"}${across(point).toFixed(1)} ${plot.Y(share).toFixed(1)}`).join("") });
    circles.forEach((circle, n) => {
      const percent = Math.round(100 * at(data.handles[n]));
      set(circle, { cx: across(data.handles[n]), cy: plot.Y(at(data.handles[n])), "aria-valuenow": percent,
        "aria-valuetext": inkling.tr("{share} right", { share: inkling.percent(percent / 100) }) });
    });
  };
  plot.over = show;  // after each drawing of the plot, which measures the axes once it has a width
  const begin = () => { if (!heights.length) heights = Array(data.points).fill(data.blind); };
  const bounded = (share) => Math.min(1, Math.max(0, share));
  const send = () => { svg.busy = false; setTriggerValue("drawn", heights.map((share) => +share.toFixed(4))); };
  let pen = null, first = false;
  const spot = (event) => {
    const box = svg.getBoundingClientRect(), zoom = box.width / plot.box.width;
    const x = (event.clientX - box.left) / zoom, y = (event.clientY - box.top) / zoom;
    return [Math.min(last, Math.max(1, Math.round(((x - plot.left) / plot.wide) * last))),
      bounded(((plot.bottom - y) / plot.high) * data.plot.y[1])];
  };
  const draw = (event) => {
    const [point, share] = spot(event);
    const [from, before] = pen || [first ? 0 : point, first ? data.blind : share];
    for (let n = Math.min(from, point); n <= Math.max(from, point); n++)
      if (n) heights[n] = point === from ? share : before + ((share - before) * (n - from)) / (point - from);
    if (first) heights.fill(share, Math.max(point, from));  // a first line continues at its last height
    pen = [point, share];
    show();
  };
  field.onpointerdown = (event) => {
    field.setPointerCapture(event.pointerId);
    svg.busy = true; pen = null; first = !heights.length;
    begin(); draw(event);
  };
  field.onpointermove = (event) => { if (field.hasPointerCapture(event.pointerId)) draw(event); };
  field.onlostpointercapture = send;
  circles.forEach((circle, n) => circle.onkeydown = (event) => {
    const step = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1,
      PageDown: -0.1, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    begin();
    const here = data.handles[n], before = n ? data.handles[n - 1] : 0, after = data.handles[n + 1] ?? last;
    const change = bounded(heights[here] + step) - heights[here];
    const flat = heights.slice(here).every((share) => share === heights[here]);  // not drawn yet, so it moves along
    for (let point = before + 1; point <= last; point++) {
      const share = point <= here ? (point - before) / (here - before)
        : flat ? 1 : Math.max(0, (after - point) / (after - here));
      heights[point] = bounded(heights[point] + change * share);
    }
    show();
    svg.busy = true;
    clearTimeout(svg.later);
    svg.later = setTimeout(send, 400);
  });
  plot.show(data.plot);
  if (had !== null) circles[had].focus({ preventScroll: true });
  return plot.leave;
};
