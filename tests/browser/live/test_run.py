"""A run in a real browser: curves and text move over the channel, and scripts run only after a press."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sight import LONG_RUN, TRAINED_MS, at_rest, button, eventually, part, step_of, write

COUNT_SCRIPTS = """
  window.scripts = [];
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    send(data) { if (this.url.includes("_stcore/stream")) scripts.push(performance.now()); super.send(data); }
  };
"""
"""Records the times of the messages that ask Streamlit for a script."""

COUNT_LINES = """() => {
  window.before = inkling.frames;
  const again = "received" in window, plots = ["plot.loss", "plot.accuracy"];
  window.received = 0;
  if (again) return;
  document.addEventListener("inkling", ({ detail }) => { received += plots.filter((name) => name in detail).length; });
}"""
"""Counts from now on how often points arrive, and the charts drawn from them."""


CURVE = "document.querySelector('.st-key-loss_curve canvas')?.toDataURL()"


def counted(open_page: Callable[..., Page], query: str, *, still: bool) -> Page:
    """A page with counted scripts, for a visitor with or without reduced motion."""
    count = f"(() => {{ {COUNT_SCRIPTS} }})()"
    page = open_page(query, still=still, prepare=lambda page: page.add_init_script(count))
    eventually(page, lambda: page.evaluate("window.inkling?.open"))
    return page


def scripts(page: Page) -> list[float]:
    """Return the times of the requests since the last call, in milliseconds."""
    times: list[float] = page.evaluate("scripts.splice(0)")
    return times


def after_slices(page: Page, n: int) -> None:
    """Return once the lines of so many more slices have arrived."""
    page.evaluate(f"({COUNT_LINES})()")
    eventually(page, lambda: page.evaluate(f"received > {2 * n}"))


@pytest.mark.chromium
def test_playing_run_needs_no_scripts_and_pauses_with_the_curves_of_its_download(open_page: Callable[..., Page]):
    page = counted(open_page, f"{LONG_RUN}&tab=Data", still=False)
    write(page, 3)
    button(page, "train").click()
    expect(button(page, "pause")).to_have_text("Pause")
    # What is next comes by a script, once a first run reads.
    expect(part(page, "next_step")).to_contain_text("Break it", timeout=TRAINED_MS)
    after_slices(page, 2)
    at_rest(page)  # all that the press requested is drawn
    scripts(page)
    first, curve = step_of(page), page.evaluate(CURVE)
    bars = part(page, "bars").inner_text()
    after_slices(page, 10)
    assert page.evaluate("inkling.frames - before > received")  # several frames for each slice
    assert step_of(page) > first
    assert page.evaluate(CURVE) != curve
    eventually(page, lambda: part(page, "bars").inner_text() != bars)
    assert scripts(page) == []

    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
    for name in ("loss", "accuracy"):
        picture = part(page, f"{name}_curve").get_by_role("img")
        expect(picture).to_have_count(1)
        expect(picture).to_have_accessible_name(re.compile(f"^{name.capitalize()} of the minibatches (falls|rises)"))
    at_rest(page)
    assert len(scripts(page)) in (1, 2)  # the press, and the redraw after its last slice unless that was back already


def test_curve_is_drawn_to_its_last_point_and_then_rests(open_page: Callable[..., Page]):
    at_the_end = """async () => {
      const place = document.createElement("div");
      place.className = "ink-plot";
      place.innerHTML = "<canvas></canvas>";
      document.body.append(place);
      const plot = inkling.plotIn(place, "test"), rest = { x: [0, 1], y: [0, 1], marks: [], playing: true };
      for (const x of [[6199], [6199, 15608]]) plot.show({ ...rest, lines: [{ x, y: [0, 0], color: "accent" }] });
      await new Promise((done) => setTimeout(done, 1000));  // ten times as long as it grows
      place.remove();
      return [plot.at === plot.to, plot.running];
    }"""
    # 0.06199 + (0.21807 - 0.06199) is less than 0.21807.
    assert open_page(still=False).evaluate(at_the_end) == [True, False]


@pytest.mark.chromium
def test_chart_that_has_left_the_page_leaves_the_memory(open_page: Callable[..., Page]):
    page = open_page("?images=100&epochs=1&hidden_layers=1&width_1=12")
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text("done after")
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    page.evaluate("window.chart = new WeakRef(document.querySelector('.st-key-accuracy_curve .ink-plot').plot)")
    memory = page.context.new_cdp_session(page)

    def is_in_memory() -> bool:
        memory.send("HeapProfiler.collectGarbage")
        return bool(page.evaluate("Boolean(chart.deref())"))

    assert is_in_memory()
    button(page, "guess_first").click()
    expect(page.get_by_role("slider", name="Accuracy at epoch").first).to_be_visible()
    eventually(page, lambda: not is_in_memory())
