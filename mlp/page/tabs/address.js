// One object for the whole page, however often Streamlit mounts the component.
const page = { steps: 0, place: null, asked: 0, go: null };

const follow = () => {
  page.asked = performance.now();
  page.go("went", { steps: page.steps, query: window.location.search.slice(1) });
};

// Streamlit must not see this event, as it would redraw the page for an address that its scripts do not know.
const onBack = (event) => {
  event.stopImmediatePropagation();
  page.steps += 1;
  page.place = null;
  follow();
};

const sorted = (query) => [...new URLSearchParams(query)].map(String).sort().join("&");

inkling.followAddress = ({ data, setTriggerValue }) => {
  page.go = setTriggerValue;
  if (!page.listens) window.addEventListener("popstate", onBack, { capture: true });
  page.listens = true;
  if (data.steps !== page.steps) { // drawn before the visitor went back, or by a restarted server
    if (performance.now() - page.asked > 2000) follow();
    return;
  }
  if (sorted(data.query) !== sorted(window.location.search)) {
    const address = new URL(window.location.href);
    address.search = data.query;
    const moved = page.place !== null && page.place !== data.place;
    history[moved ? "pushState" : "replaceState"](history.state, "", address);
  }
  page.place = data.place;
};
