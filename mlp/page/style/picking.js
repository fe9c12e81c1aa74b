// A picture with elements to pick, each with its data-number. It is one tab stop; from there, an arrow key goes to the
// nearest element in its direction, whatever the picture looks like.
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const ASIDE = 4;  // a neighbor may be this many times farther ahead than to the side

function center(element) {
  const box = element.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

function neighbor(from, all, [right, down]) {
  const [x, y] = center(from);
  let next = null, least = Infinity;
  for (const other of all) {
    const [toX, toY] = center(other), ahead = (toX - x) * right + (toY - y) * down;
    const far = ahead + ASIDE * Math.abs((toX - x) * down - (toY - y) * right);
    if (ahead > 1 && far < least) [next, least] = [other, far];
  }
  return next;
}

// A pressed button is sent with the place of the press in the picture, from 0 to 1 in both directions.
const share = (at, start, size) => Math.min(1, Math.max(0, (at - start) / size));  // a button may stick out
function pickable(root, send) {
  const all = [...root.querySelectorAll("[data-number]")], { activeElement } = root.getRootNode();
  const stopAt = (stop) => all.forEach((each) => { each.tabIndex = each === stop ? 0 : -1; });
  stopAt(all.find((each) => each === activeElement) ?? all.find((each) => each.matches('[aria-pressed="true"]')) ?? all[0]);
  root.onclick = (event) => {
    const button = event.target.closest("button[data-number]");
    if (!button) return;
    const box = root.getBoundingClientRect(), [x, y] = event.detail ? [event.clientX, event.clientY] : center(button);
    send("picked", [Number(button.dataset.number), share(x, box.x, box.width), share(y, box.y, box.height)]);
  };
  root.onkeydown = (event) => {
    const from = event.target.closest("[data-number]"), direction = ARROWS[event.key];
    if (!from || !direction) return;
    event.preventDefault();
    neighbor(from, all, direction)?.focus();
  };
  all.forEach((each) => { each.onfocus = () => stopAt(each); });
}

inkling.pickable = pickable;
inkling.pickFrom = ({ data, parentElement, setTriggerValue }) => {
  const root = parentElement.querySelector(".root"), { activeElement } = root.getRootNode();
  const focused = root.contains(activeElement) ? activeElement.dataset.number : undefined;
  root.innerHTML = data;
  pickable(root, setTriggerValue);
  if (focused) root.querySelector(`[data-number="${focused}"]`)?.focus({ preventScroll: true });
};
