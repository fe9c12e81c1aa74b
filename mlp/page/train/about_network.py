"""What is known of a network that answers without a run here: one line, in place of a run's number and curves."""

import html
import math
from weakref import WeakKeyDictionary

from mlp.images.mnist import Split, evenly_spaced
from mlp.language import in_order, mark, tr
from mlp.nn.reader import Reader
from mlp.page.train.run_words import duration
from mlp.page.visitors.shelf import BASIC, PRETRAINED, Shelved
from mlp.training.data.sources import chosen_mnist
from mlp.training.teaching import share_read

TEST_SHARES = {PRETRAINED.key: 0.9952, BASIC: 0.9811}
"""The shares of MNIST's test images that the networks read which come with Inkling, as in models/README.md."""
SAMPLE = 1_500
"""Test images by which any other network is measured."""
MAX_CHARS = 60
"""Of the data that a file names."""
_shares: WeakKeyDictionary[Reader, float] = WeakKeyDictionary()


def about_network(answers: Shelved, reader: Reader, *, measures: bool) -> str:
    """Return layers, training and the share of test images read right, as HTML.

    An unknown share is missing unless it ``measures``, which may take half a second: a script does not. Of signs, of
    which there are no such images, it is what the file says.
    """
    facts = [f"<b>{html.escape(tr(answers.title))}</b> {in_order(reader.layer_sizes)}"]
    seconds, data, accuracy = (reader.facts.get(name) for name in ("seconds", "data", "validation_accuracy"))
    if isinstance(seconds, int | float) and math.isfinite(seconds) and seconds > 0:
        facts.append(tr("trained for {time}", time=duration(seconds)))
    if answers.key == PRETRAINED.key:
        data = mark("MNIST, synthetic digits")
    if isinstance(data, str):
        facts.append(html.escape(tr("on {data}", data=tr(data)[:MAX_CHARS])))
    if measures and reader.reads_digits and answers.key not in TEST_SHARES and reader not in _shares:
        test = chosen_mnist().load().test
        some = evenly_spaced(len(test), SAMPLE)
        _shares[reader] = share_read(reader, Split(test.images[some], test.labels[some]))
    share, n = TEST_SHARES.get(answers.key, _shares.get(reader)), SAMPLE if reader in _shares else 10_000
    if share is not None:
        facts.append(tr("test: {share:.1%} of {n:,} test images of MNIST read right", share=share, n=n))
    elif not reader.reads_digits and isinstance(accuracy, float) and 0 <= accuracy <= 1:
        facts.append(tr("{share:.2%} on validation images, according to its file", share=accuracy))
    return f'<p class="ink-status">{" · ".join(facts)}</p>'
