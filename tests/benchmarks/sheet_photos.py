"""Print how well a network reads synthetic photos of pages with several digits.

``python -m tests.benchmarks.sheet_photos models/inkling.safetensors --seed 2026``
"""

import argparse

import numpy as np

import mlp
from mlp.images.decoding import PictureError
from mlp.images.drawing import to_mnist
from mlp.images.photo import SHOWN_PX, decode_picture
from mlp.images.sheet_photos.found_digits import FoundDigit
from mlp.nn.reader import Reader
from models.making.drawn_digits import as_people_write
from tests.images.sheet_photos.made_photos import SHEET_PX, MadePhoto, PhotoDigit, made_photos

SEED = 14
N_PHOTOS = 40
"""Photos of each kind: some 280 digits."""

KINDS = {"plain_paper": False, "lined_paper": True}


def print_score(network: Reader, name: str, n: int, seed: int) -> None:
    """Print the score on ``n`` photos of one kind: digits on them, found, and read correctly; and false finds."""
    digits = found = right = extra = 0
    lined = KINDS[name]
    for photo in made_photos(n, np.random.default_rng((seed, lined)), as_people_write(), lined=lined):
        read = _read(network, photo)
        taken = matched(photo.digits, [digit for digit, _ in read])
        digits += len(photo.digits)
        found += len(taken)
        right += sum(read[there][1] == photo.digits[number].label for number, there in taken.items())
        extra += len(read) - len(taken)
    print(f"{name} digits {digits} found {found} extra {extra}")
    print(f"{name} accuracy {right / (digits + extra):.4f}", flush=True)  # of all digits and false finds


def _read(network: Reader, photo: MadePhoto) -> list[tuple[FoundDigit, int]]:
    try:
        page = decode_picture(photo.file).sheet
    except PictureError:
        return []
    if page is None:
        return []
    images = np.array([to_mnist(digit.ink) for digit in page.digits])
    return list(zip(page.digits, network.predict(images).tolist(), strict=True))


def matched(there: tuple[PhotoDigit, ...], found: list[FoundDigit]) -> dict[int, int]:
    """Return the true digit of each found one, by position: the nearest found one whose box contains its middle."""
    scale = SHOWN_PX / max(SHEET_PX)
    taken: dict[int, int] = {}
    for number, digit in enumerate(there):
        x, y = scale * digit.x, scale * digit.y
        near = [
            (abs(left + right - 2 * x) + abs(top + bottom - 2 * y), place)
            for place, ((left, top, right, bottom), _, _) in enumerate(found)
            if left - 2 <= x <= right + 2 and top - 2 <= y <= bottom + 2 and place not in taken.values()
        ]
        if near:
            taken[number] = min(near)[1]
    return taken


def main() -> None:
    """Print a network's scores on photos of plain and of lined paper."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--photos", type=int, default=N_PHOTOS, help="photos of each kind")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    for name in KINDS:
        print_score(mlp.load_model(given.network), name, given.photos, given.seed)


if __name__ == "__main__":
    main()
