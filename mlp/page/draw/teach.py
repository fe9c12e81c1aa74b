"""Teach the visitor's own digits to the network that answers, as a run that continues it."""

from mlp.jobs.limits import limits
from mlp.jobs.origin import Origin
from mlp.nn.reader import Reader
from mlp.page import state
from mlp.page.draw.networks import PRETRAINED_NAMES, answering
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import N_MIXED, drawing_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.teaching import EPOCHS, shares_read, teaching_settings

OTHERS = "Choose the pretrained network, the basic one or your run above the picture of the network."


def teaching_epochs() -> int:
    """Return the number of epochs of teaching."""
    return min(EPOCHS, limits().max_epochs)


def teach(visitor: Visitor, *, refusal: Refusal) -> bool:
    """Train the answering network further with the visitor's digits mixed in; for callbacks.

    Return whether a run has begun. If not, ``refusal`` has the reason.
    """
    if not len(visitor.digits.now):
        return False
    now, number = answering(visitor), visitor.runs.current
    reader, network = now.reader, now.network
    if not reader.reads_digits:
        refusal.set(f"This network reads your signs, not digits. {OTHERS}")
        return False
    try:
        settings = teaching_settings(reader, epochs=teaching_epochs())
        if now.kind == "uploaded":  # pretrained networks and runs are within the limits already
            limits().check(settings, N_MIXED)
        run = Run(settings, network, temperature=reader.temperature)
        data = drawing_data(visitor.digits.now, chosen_mnist(), state.own_share.get() / 100)
    except ValueError as error:
        refusal.set(f"This network cannot be taught: {error}. {OTHERS}")
        return False
    before = visitor.job
    read_before = shares_read(Reader(network, straighten=reader.straighten), data)
    origin = Origin(_name(now.kind, number), now.root, read_before)
    begin(visitor, run, data, origin, refusal=refusal, within_limits=False, start_network=network)
    return visitor.job is not before


def _name(kind: str, number: int) -> str:
    names = {**PRETRAINED_NAMES, "run": f"run {number}", "uploaded": "the uploaded network"}
    return names.get(kind, "random weights")
