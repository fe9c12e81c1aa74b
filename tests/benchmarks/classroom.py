"""A class: many visitors at once in one server, all training and drawing. Prints a Markdown table."""

import argparse
import asyncio
import base64
import io
import multiprocessing
import os
import random
import statistics
import time
from itertools import compress, pairwise

import psutil
import threadpoolctl
from PIL import Image, ImageDraw
from playwright.async_api import Page, Playwright, async_playwright

from mlp.page.tabs.inside.tab import TOOL_ROOMS
from mlp.page.tabs.lab.tab import LAB_ROOMS
from mlp.page.visitors.eviction import AT_REST_S
from mlp.page.visitors.registry import RETURN_MEMORY_S
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.benchmarks.page import WATCH_PEN
from tests.benchmarks.timing import machine, print_table
from tests.browser.chromium import ARGS
from tests.browser.pen import CANVAS
from tests.browser.server import Server, serve_fresh
from tests.wire.visitor import Visitor

SETTLE_S = 10.0
DRAWN = "inkling.frames / 2"  # of two curves
LONG_WORK = {"lab_ask", "lab_find", "lab_measure", "lab_smallest"}
"""Keys of the buttons that start a long computation, by experiment of the lab."""
EPOCHS = 100  # so that no run ends during the measurement
DRAW_EVERY_S = 8.0  # each visitor, on average
BARE_S = 10.0
GONE_S = 60.0
NAN = float("nan")  # not measured: has no row
FORGOTTEN_S = AT_REST_S + 30.0  # after the tabs were closed, when saved work has left memory


def bare_images(seconds: float) -> tuple[int, float]:
    """Train with the page's default settings in this process; return the images and the CPU seconds."""
    with threadpoolctl.threadpool_limits(1):
        settings, split = Settings(epochs=10_000), chosen_mnist().load().train
        run = steps(Run(settings), split.images, split.labels)
        next(run)
        start, cpu = time.monotonic(), time.process_time()
        images = 0
        while time.monotonic() - start < seconds:
            next(run)
            images += settings.batch_size
        return images, time.process_time() - cpu


def bare(processes: int, seconds: float) -> tuple[float, float]:
    """Return the images per second, and per CPU second, of this many processes at once."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(time.sleep, [0.01] * processes)
        results = pool.map(bare_images, [seconds] * processes, chunksize=1)
    images = sum(images for images, _ in results)
    return images / seconds, images / sum(cpu for _, cpu in results)


def drawing(rng: random.Random) -> str:
    """Return a scrawl as the canvas sends it, slightly different each time."""
    image = Image.new("RGBA", (280, 280), (0, 0, 0, 255))
    points = [(rng.uniform(60, 220), y) for y in (50, 110, 170, 230)]
    for pair in pairwise(points):
        ImageDraw.Draw(image).line(pair, fill="white", width=18)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


class Meter:
    """Measures the CPU time of server, workers and visitors' programs, and the memory of the server."""

    def __init__(self, server: Server) -> None:
        self._server = psutil.Process(server.process.pid)

    def server_cpu(self) -> float:
        """Return the CPU seconds of the server itself."""
        return _cpu(self._server)

    def all_cpu(self) -> float:
        """Return the CPU seconds of the server and its workers."""
        return self.server_cpu() + sum(_cpu(child) for child in self._server.children(recursive=True))

    def visitors_cpu(self) -> float:
        """Return the CPU seconds of this process and of the browsers that it started."""
        here = psutil.Process()
        mine = [here, *here.children(recursive=True)]
        theirs = {self._server, *self._server.children(recursive=True)}
        return sum(_cpu(process) for process in mine if process not in theirs)

    def memory_mb(self) -> float:
        """Return the resident memory of the server itself, in MB."""
        return self._server.memory_info().rss / 1e6


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


async def train_and_draw(visitor: Visitor, rng: random.Random, until: float, waits: list[float]) -> None:
    """Draw from time to time, and record the wait for each answer; in the lab, also start a long computation."""
    while True:
        pause = rng.uniform(0.5, 1.5) * DRAW_EVERY_S
        if time.monotonic() + pause > until:
            return
        await asyncio.sleep(pause)
        waits.append(await visitor.draw(drawing(rng)))
        for key in LONG_WORK & visitor.widgets.keys():
            await visitor.press(key)


async def in_a_browser(page: Page, rng: random.Random, until: float, waits: list[float]) -> None:
    """Do the same in a real browser: press Train, then draw; times are from pen up to the final answer."""
    await page.locator(".st-key-train button").first.click()
    await page.locator(".st-key-answer").wait_for()
    await page.wait_for_function("window.inkling?.open", polling="raf")
    await page.evaluate(WATCH_PEN)
    while time.monotonic() + 2 * DRAW_EVERY_S < until:
        await asyncio.sleep(rng.uniform(0.5, 1.5) * DRAW_EVERY_S)
        box = await page.locator(CANVAS).bounding_box()
        await page.evaluate("penUpMs.length = 0")
        for number, y in enumerate((60, 140, 220)):
            await page.mouse.move(box["x"] + rng.uniform(60, 220), box["y"] + y)
            if number == 0:
                await page.mouse.down()
        await page.mouse.up()
        await page.wait_for_function("penUpMs.length > 0", polling="raf")
        waits.append(await page.evaluate("penUpMs[0]") / 1000)


async def pages_in_browsers(playwright: Playwright, url: str, n: int) -> list[Page]:
    """Open the page in ``n`` tabs of a real browser."""
    if not n:
        return []
    browser = await playwright.chromium.launch(executable_path=os.environ.get("INKLING_CHROMIUM"), args=ARGS)
    pages = []
    for _ in range(n):
        # The page's policy prevents waiting inside it for the next picture.
        page = await browser.new_page(viewport={"width": 1280, "height": 1000}, bypass_csp=True)
        await page.goto(url)
        await page.locator(CANVAS).wait_for()
        pages.append(page)
    return pages


def rates(visitors: list[Visitor], before: list[tuple[int, float]]) -> list[float]:
    """Return the steps per second of each run since the step in ``before``.

    Each is timed between two steps that its page reported, because the pages of a class report seconds apart.
    """
    return [
        (visitor.step - step) / max(visitor.step_since - since, 1e-9)
        for visitor, (step, since) in zip(visitors, before, strict=True)
    ]


def unfairness(rates: list[float]) -> float:
    """Return the speed of the fastest run divided by that of the slowest."""
    return max(rates) / max(min(rates), 1e-9) if rates else NAN


async def seconds_until_idle(meter: Meter) -> float:
    """Return the seconds until server and workers are idle; NaN if they never are."""
    start = time.monotonic()
    while time.monotonic() - start < 2 * GONE_S:
        used = meter.all_cpu()
        await asyncio.sleep(2)
        if meter.all_cpu() - used < 0.1:
            return time.monotonic() - start
    return NAN


async def after_leaving(server: Server, meter: Meter) -> tuple[float, float]:
    """Return the seconds until the server is idle after all have left, and its memory in MB four minutes later."""
    left = time.monotonic()
    idle_after = await seconds_until_idle(meter)
    await asyncio.sleep(max(0.0, left + FORGOTTEN_S - time.monotonic()))
    newcomer = Visitor(server.url)  # Streamlit frees closed tabs when the next one opens and closes
    await newcomer.open()
    await newcomer.close()
    await asyncio.sleep(RETURN_MEMORY_S + 10)
    return idle_after, meter.memory_mb()


def ratio(amount: float, of: float) -> float:
    """Return a ratio; NaN for a division by 0, such as in a lesson that was too short for any work."""
    return amount / of if of else NAN


def median(values: list[float]) -> float:
    """Return the median, or NaN without values."""
    return statistics.median(values) if values else NAN


def wait_figures(waits: list[float], whose: str = "") -> dict[str, float]:
    """Return the number of waits, their median and their 95th percentile."""
    p95 = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else NAN
    return {f"{whose}answers": len(waits), f"{whose}median_s": median(waits), f"{whose}p95_s": p95}


def query_for(number: int, *, lab: bool) -> str:
    """Return the query of a visitor's address: in the lab, visitors open its experiments in turn.

    All run at full speed at once, because a slow start would end at different times for different visitors.
    """
    rooms = [*TOOL_ROOMS.titles, *LAB_ROOMS.titles][1:]
    return f"speed=Full&epochs={EPOCHS}" + (f"&lab={rooms[number % len(rooms)]}" if lab else "")


async def lesson(
    server: Server, n_visitors: int, n_browsers: int, seconds: float, *, lab: bool, leave: bool
) -> dict[str, float]:
    """Run visitors who arrive, train, draw and leave, and return the measurements.

    Visitors in browsers are in addition to ``n_visitors``; their training is counted like that of the others.
    """
    rng, meter = random.Random(7), Meter(server)
    first = await Visitor.open_and_train(server.url, query_for(0, lab=lab))
    await first.draw(drawing(rng))
    await asyncio.sleep(5)
    memory_of_one = meter.memory_mb()
    visitors = [first]
    for number in range(1, n_visitors):
        visitors.append(await Visitor.open_and_train(server.url, query_for(number, lab=lab)))
    waits: list[float] = []
    end = time.monotonic() + SETTLE_S + seconds
    drawers = [asyncio.create_task(train_and_draw(visitor, rng, end, waits)) for visitor in visitors]
    browser_waits: list[float] = []
    playwright = await async_playwright().start()
    pages = await pages_in_browsers(playwright, server.url, n_browsers)
    for page in pages:
        drawers.append(asyncio.create_task(in_a_browser(page, rng, end, browser_waits)))
    await asyncio.sleep(SETTLE_S)
    waits.clear()
    start, cpu, all_cpu, visitors_cpu = time.monotonic(), meter.server_cpu(), meter.all_cpu(), meter.visitors_cpu()
    before = [(visitor.step, visitor.step_since) for visitor in visitors]
    frames = sum(visitor.frames for visitor in visitors)
    drawn = [await page.evaluate(DRAWN) for page in pages]
    await asyncio.gather(*drawers)
    await asyncio.sleep(max(0.0, end - time.monotonic()))  # no visitor starts a drawing that could not end in time
    elapsed = time.monotonic() - start
    drawn = [await page.evaluate(DRAWN) - before for page, before in zip(pages, drawn, strict=True)]
    cpu, all_cpu = meter.server_cpu() - cpu, meter.all_cpu() - all_cpu
    visitors_cpu = meter.visitors_cpu() - visitors_cpu
    speeds = rates(visitors, before)
    calm = [not LONG_WORK & visitor.widgets.keys() for visitor in visitors]
    frames = sum(visitor.frames for visitor in visitors) - frames
    images_per_s = sum(speeds) * Settings().batch_size * (n_visitors + n_browsers) / n_visitors
    memory_of_all = meter.memory_mb()
    await playwright.stop()
    for visitor in visitors:
        await visitor.close()
    idle_after, memory_left = await after_leaving(server, meter) if leave else (NAN, NAN)
    return {
        "images_per_s": images_per_s,
        "images_per_worker_cpu_s": ratio(images_per_s * elapsed, all_cpu - cpu),
        "server_cores": cpu / elapsed,
        "worker_cores": (all_cpu - cpu) / elapsed,
        "visitor_cores": visitors_cpu / elapsed,
        "unfairness": unfairness(speeds),
        "unfairness_of_calm": unfairness(list(compress(speeds, calm))),
        "frames_per_s": frames / elapsed / n_visitors,
        "drawn_per_s": ratio(sum(drawn), elapsed * len(drawn)),
        **wait_figures(waits),
        "mb_per_visitor": ratio(memory_of_all - memory_of_one, n_visitors + n_browsers - 1),
        "mb_left_behind": ratio(memory_left - memory_of_one, n_visitors + n_browsers - 1),
        **wait_figures(browser_waits, "browser_"),
        "idle_after_s": idle_after,
    }


def main() -> None:
    """Run the lesson and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=24)
    parser.add_argument("--browsers", type=int, default=2, help="of them in real browsers, on the same machine")
    parser.add_argument("--seconds", type=float, default=40.0, help="seconds of the measurement")
    parser.add_argument("--lab", action="store_true", help="with an experiment of the lab open on each page")
    parser.add_argument("--stay", action="store_true", help="leave out what is measured when they have left")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    before = bare(cores, BARE_S)
    with serve_fresh() as server:
        n_visitors, choice = given.visitors - given.browsers, {"lab": given.lab, "leave": not given.stay}
        seen = asyncio.run(lesson(server, n_visitors, given.browsers, given.seconds, **choice))
    after = bare(cores, BARE_S)
    bare_per_s, bare_per_cpu_s = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    left_out = seen["visitor_cores"] / cores  # in a real class they run elsewhere
    rows = [
        ["training, together", f"{seen['images_per_s']:,.0f} images/s", f"{seen['images_per_s'] / bare_per_s:.0%}"],
        [
            "training, per CPU second of a worker",
            f"{seen['images_per_worker_cpu_s']:,.0f} images",
            f"{seen['images_per_worker_cpu_s'] / bare_per_cpu_s:.0%}",
        ],
        ["cores that the workers used", f"{seen['worker_cores']:.2f}", f"{seen['worker_cores'] / cores:.0%}"],
        ["cores that the server used", f"{seen['server_cores']:.2f}", f"{seen['server_cores'] / cores:.0%}"],
        [
            "cores that the visitors' own programs used",
            f"{seen['visitor_cores']:.2f}",
            f"{seen['visitor_cores'] / cores:.0%}",
        ],
        ["training, of what those left", "", f"{seen['images_per_s'] / bare_per_s / (1 - left_out):.0%}"],
        ["fastest run / slowest", f"{seen['unfairness']:.2f}", ""],
        *(
            [["the same, of those in experiments without long work", f"{seen['unfairness_of_calm']:.2f}", ""]]
            if given.lab
            else []
        ),
        ["pen up to answer, median", f"{seen['median_s'] * 1000:.0f} ms", f"{seen['answers']:.0f} answers"],
        ["pen up to answer, 95th percentile", f"{seen['p95_s'] * 1000:.0f} ms", ""],
        [
            "pen up to answer in a browser, median",
            f"{seen['browser_median_s'] * 1000:.0f} ms",
            f"{seen['browser_answers']:.0f} answers",
        ],
        ["pen up to answer in a browser, 95th percentile", f"{seen['browser_p95_s'] * 1000:.0f} ms", ""],
        ["new points a second, each visitor", f"{seen['frames_per_s']:.2f}", ""],
        ["pictures a second in a browser", f"{seen['drawn_per_s']:.1f}", ""],
        ["server memory, each visitor", f"{seen['mb_per_visitor']:.1f} MB", ""],
        ["the same, when all of them have been gone for four minutes", f"{seen['mb_left_behind']:.1f} MB", ""],
        ["idle after all tabs were closed", f"{seen['idle_after_s']:.0f} s", ""],
    ]
    print(f"## A class of {given.visitors}\n\n{machine('numpy', 'streamlit')}.\n")
    print(
        f"{given.browsers} of them in browsers on the same machine, the others over the page's own protocol: there, pen"
    )
    print("up to answer is measured at the server.\n")
    rows = [row for row in rows if not row[1].startswith("nan")]
    print_table(["", "measured", f"of {cores} bare processes"], rows)


if __name__ == "__main__":
    main()
