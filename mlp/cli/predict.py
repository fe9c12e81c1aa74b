"""``python -m mlp predict`` prints a saved network's answers for images, with their probabilities."""

import argparse
import json
from typing import Any

import numpy as np

from mlp.cli.terminal import print_error, print_line, reason
from mlp.images.decoding import PictureError
from mlp.images.drawing import to_mnist
from mlp.images.photo import decode_picture
from mlp.nn.digit_check import DIGIT_CHECK_MODEL, sees_digit
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.training.uploaded_network import check_reads_drawings


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "predict",
        help="print a network's answers for images",
        description="Print one line per digit or sign: the image, the network's answer, and its probability, 0 "
        "to 1. An image of several digits gives several lines; one without any gives “none”.",
    )
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read with")
    command.add_argument("pictures", metavar="PICTURE", nargs="+", help="PNG, JPEG, WEBP, BMP or GIF files")
    command.add_argument("--json", action="store_true", help="print a JSON list, with the probability of each name")
    command.set_defaults(run=predict)


def predict(given: argparse.Namespace) -> int:
    """Print the answer for each image; an unreadable one gets an error, and the others are still read."""
    network = load_model(given.file)
    check_reads_drawings(network, given.file)
    digit_check = load_model(DIGIT_CHECK_MODEL) if network.reads_digits and DIGIT_CHECK_MODEL.exists() else None
    status, results = 0, []
    for path in given.pictures:
        try:
            with open(path, "rb") as file:
                picture = decode_picture(file.read(), whole=not network.reads_digits)  # a sign may have separate parts
        except (OSError, PictureError) as error:
            print_error(f"error: {reason(error) if isinstance(error, OSError) else f'{path}: {error}'}")
            status = 2
            continue
        inks = [picture.ink] if picture.sheet is None else [digit.ink for digit in picture.sheet.digits]
        answers = [answer(network, digit_check, ink) for ink in inks]
        results.append({"picture": path, "answers": answers})
        if not given.json:
            for each in answers:
                print_line(f"{path} {each['answer'] if each['seen'] else 'none'} {each['sure']:.4f}")
    if given.json:
        print_line(json.dumps(results, ensure_ascii=False, indent=1))
    return status


def answer(network: Reader, digit_check: Reader | None, ink: np.ndarray) -> dict[str, Any]:
    """Return the answer for one digit or sign."""
    image = to_mnist(ink)
    if image is None:
        return {"answer": None, "sure": 0.0, "seen": False, "probabilities": {}}
    probabilities = network.predict_proba(image[np.newaxis])
    seen = bool(network.sees_one(probabilities)[0])
    if digit_check is not None:
        seen = bool(sees_digit(digit_check, image[np.newaxis])[0])
    best = int(probabilities[0].argmax())
    by_name = zip(network.names, probabilities[0].tolist(), strict=True)
    return {
        "answer": network.names[best] if seen else None,
        "sure": float(probabilities[0, best]),
        "seen": seen,
        "probabilities": {name: round(share, 6) for name, share in by_name},
    }
