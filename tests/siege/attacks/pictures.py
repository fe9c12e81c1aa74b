"""Small images that take long to read, with thousands of empty scans or specks."""

import io
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import cycle

from PIL import Image, ImageDraw

from mlp.images.decoding import SHEET_PX
from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.soak.files import picture, png
from tests.wire.visitor import Visitor

SCAN = bytes.fromhex("ffda 0008 01 0100 01 3f 00")  # coefficients 1 to 63 of the only component; no data follow
N_SCANS = 45_000
SPECK_PX, APART_PX = 12, 23  # close and large enough to be parts of digits
PATIENCE_S = 20.0
OTHERS_S = 3.0  # limit for reading another visitor's image


def many_scans(n: int, size: tuple[int, int] = (5000, 4000)) -> bytes:
    """Return a JPEG with this many empty scans, each over all of its pixels."""
    out = io.BytesIO()
    Image.new("L", size, 255).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    return data[:-2] + SCAN * n + data[-2:]  # before the end-of-image marker


def many_specks() -> bytes:
    """Return a photo of a page with nearly two thousand specks, and one shape as large as a digit."""
    page = Image.new("L", (SHEET_PX, SHEET_PX), 240)
    draw = ImageDraw.Draw(page)
    for top in range(5, SHEET_PX - 2 * SPECK_PX, APART_PX):
        for left in range(5, SHEET_PX - 2 * SPECK_PX, APART_PX):
            draw.rectangle((left, top, left + SPECK_PX - 1, top + SPECK_PX - 1), fill=30)
    # A shape as large as a digit, so that the others do not count as too small.
    draw.rectangle((0, 0, 40, 40), fill=240)
    draw.rectangle((8, 8, 8 + SPECK_PX - 1, 8 + 2 * SPECK_PX), fill=30)
    return png(page)


def upload_repeatedly(make: Callable[[], bytes]) -> Callable[[Siege], Awaitable[None]]:
    """Return the attack that uploads such an image, and meanwhile a good one from another visitor."""

    async def act(siege: Siege) -> None:
        bad, good = make(), cycle([png(picture(3)), png(picture(7))])  # alternate, so that the page changes with each
        stranger, other = Visitor(siege.server.url, "", PATIENCE_S), Visitor(siege.server.url, "", PATIENCE_S)
        worst = 0.0
        await other.open()
        while not siege.over:
            with suppress(*NO_ANSWER):
                await stranger.open()
                status, urls = await stranger.store("photo.jpg", bad)
                if status == 204:
                    await stranger.give("picture_in", "photo.jpg", len(bad), urls)
            began = time.monotonic()
            try:
                await other.upload("picture_in", "digit.png", next(good))
            except NO_ANSWER:
                siege.fault("somebody else's picture was not read")
            worst = max(worst, time.monotonic() - began)
            with suppress(Exception):
                await stranger.close()
        siege.notes.append(f"a file of {len(bad) / 1e6:.1f} MB; another visitor's photo waited {worst:.1f} s at most")
        if worst > OTHERS_S:
            siege.fault(f"another visitor's photo waited {worst:.0f} s")
        with suppress(Exception):
            await other.close()

    return act


ATTACK = Attack(
    "pictures",
    f"a JPEG of {N_SCANS:,} empty scans, repeatedly",
    upload_repeatedly(lambda: many_scans(N_SCANS)),
    strangers=2,  # another visitor uploads images too
)
PAGES = Attack(
    "pages",
    "a page with the most specks that are examined, repeatedly",
    upload_repeatedly(many_specks),
    strangers=2,
)
