"""A small picture that takes long to decode: a progressive JPEG with thousands of scans that hold nothing."""

import io
import time
from contextlib import suppress

from PIL import Image

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.soak.files import picture, png
from tests.soak.guest import Guest

SCAN = bytes.fromhex("ffda 0008 01 0100 01 3f 00")  # coefficients 1 to 63 of the only component; no data follow
N_SCANS = 45_000
PATIENCE_S = 20.0
OTHERS_S = 3.0  # in which somebody else's picture has to be read


def many_scans(n: int, size: tuple[int, int] = (5000, 4000)) -> bytes:
    """Make a JPEG with so many empty scans, each of which goes over all of its pixels."""
    out = io.BytesIO()
    Image.new("L", size, 255).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    return data[:-2] + SCAN * n + data[-2:]  # before the end-of-image marker


async def act(siege: Siege) -> None:
    """Upload it again and again, and beside it a good picture from somebody else."""
    bad, good = many_scans(N_SCANS), png(picture(3))
    stranger, other = Guest(siege.server.url, "", PATIENCE_S), Guest(siege.server.url, "", PATIENCE_S)
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
            await other.upload("picture_in", "digit.png", good)
        except NO_ANSWER:
            siege.fault("somebody else's picture was not read")
        worst = max(worst, time.monotonic() - began)
        with suppress(Exception):
            await stranger.close()
    siege.notes.append(f"a file of {len(bad) / 1e6:.1f} MB; somebody else's picture waited {worst:.1f} s at most")
    if worst > OTHERS_S:
        siege.fault(f"somebody else's picture waited {worst:.0f} s")
    with suppress(Exception):
        await other.close()


ATTACK = Attack("pictures", f"a JPEG of {N_SCANS:,} empty scans, again and again", act)
