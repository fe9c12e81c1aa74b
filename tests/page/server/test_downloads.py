"""Files are made on request, and requests of one visitor do not delay others."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.applications import Starlette

from mlp.images.decoding import PictureError
from mlp.language import Later
from mlp.page.server.downloads import route
from mlp.page.style.download_button import Offer, Offers
from tests.page.server import skipped_waits

Act = Callable[["Browser"], Coroutine[Any, Any, None]]


class Browser:
    """Requests files from a server, for any session's page."""

    def __init__(self) -> None:
        self._offers: list[Offers] = []  # kept like in the sessions' states
        self._server = Starlette(routes=[route()])

    def draw(self, **files: Callable[[], bytes | str]) -> Offers:
        """Draw a page of another session, with buttons."""
        offers = Offers()
        offers.files |= {key: Offer(make, f"{key}.txt", "text/plain") for key, make in files.items()}
        self._offers.append(offers)
        return offers

    def close(self, offers: Offers) -> None:
        """End a session and its page."""
        self._offers.remove(offers)

    def press(self, token: str, button: str) -> "asyncio.Task":
        """Request a file; the task returns the status and the data."""

        async def get() -> tuple[int, bytes]:
            status, received, asked = 0, b"", False

            async def receive() -> dict[str, Any]:
                nonlocal asked
                if asked:
                    await asyncio.Event().wait()
                asked = True
                return {"type": "http.request", "body": b""}

            async def send(message: dict[str, Any]) -> None:
                nonlocal status, received
                status = message.get("status", status)
                if message["type"] == "http.response.body":
                    received += message["body"]

            path = f"/download/{token}/{button}"
            scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
            await self._server(scope, receive, send)
            return status, received

        return asyncio.create_task(get())


def run(act: Act) -> None:
    """Act in an event loop without waits between a session's files."""

    async def main() -> None:
        await act(Browser())

    skipped_waits.run(main(), silence_s=0.01)


def counting() -> Callable[[], str]:
    """A file that reports how often it was made."""
    made = iter(range(99))
    return lambda: f"made {next(made)}"


def test_file_is_made_again_at_each_press():
    async def act(browser: Browser) -> None:
        page = browser.draw(csv=counting(), png=lambda: b"\x89PNG")
        assert [await browser.press(page.token, "csv") for _ in range(2)] == [(200, b"made 0"), (200, b"made 1")]
        assert await browser.press(page.token, "png") == (200, b"\x89PNG")
        page.files["csv"] = Offer(lambda: "drawn again", "a.csv", "text/csv")
        assert await browser.press(page.token, "csv") == (200, b"drawn again")

    run(act)


def test_refused_painting_is_a_sentence():
    def refuse() -> bytes:
        raise PictureError(Later("many files are being read at the moment; try again in a minute"))

    async def act(browser: Browser) -> None:
        page = browser.draw(png=refuse)
        status, words = await browser.press(page.token, "png")
        assert (status, words) == (503, b"many files are being read at the moment; try again in a minute\n")

    run(act)


def test_download_flood_of_one_session_delays_no_other():
    async def act(browser: Browser) -> None:
        go, running = threading.Event(), []

        def slow() -> str:
            running.append(1)
            most.append(len(running))
            go.wait()
            running.pop()
            return "made"

        most: list[int] = []
        stranger, pupil = browser.draw(home=slow, weights=slow), browser.draw(csv=lambda: "step,loss")
        flood = [browser.press(stranger.token, ("home", "weights")[number % 2]) for number in range(9)]
        assert await browser.press(pupil.token, "csv") == (200, b"step,loss")
        go.set()
        assert await asyncio.gather(*flood) == [(200, b"made")] * len(flood)
        assert max(most) == 1

    run(act)


def test_page_that_is_closed_offers_no_file():
    async def act(browser: Browser) -> None:
        page = browser.draw(csv=counting())
        token = page.token
        assert (await browser.press(token, "csv"))[0] == 200
        browser.close(page)
        del page
        await asyncio.sleep(1)  # its turn is over
        assert (await browser.press(token, "csv"))[0] == 404

    run(act)
