"""Print how well the article's network reads recorded drawings that are only shrunk, and in MNIST's form.

``python -m tests.benchmarks.merely_shrunk FILE.json.gz …`` prints both, by the protocol of `mlp.images.recorded`.
"""

import sys

import numpy as np

from mlp import DEFAULT_MODEL, load_model, to_mnist
from mlp.images.plain_shrink import shrunk
from mlp.images.recorded import SEED, load_drawings, render

if __name__ == "__main__":
    network = load_model(DEFAULT_MODEL.with_name("article.safetensors"))
    for path in sys.argv[1:]:
        drawings, rng = load_drawings(path), np.random.default_rng(SEED)
        inks = [render(drawing, rng) for drawing in drawings]
        labels = np.array([drawing.label for drawing in drawings])
        for name, form in (("merely shrunk", shrunk), ("MNIST's form", to_mnist)):
            share = (network.predict(np.stack([form(ink) for ink in inks])) == labels).mean()
            print(f"{path}: {share:.1%} of {len(labels):,}, {name}")
