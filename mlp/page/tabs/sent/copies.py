"""The copies of networks that visitors send: found by their codes, saved like visitors' work, and withdrawn."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.page.live.tabs import Tab
from mlp.page.visitors.by_code import ByCode, CodedWork
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.persistence import save
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.works import Uploaded
from mlp.training.uploaded_network import readable_network

LINKED = "network"
"""Name of a copy's code in a link."""
MAX_SENT = 3
"""Copies of one visitor's networks."""
SENT = "sent"
"""Name of the codes of a visitor's copies among the values that are kept of them."""
SECONDS = "seconds"
"""Name of the only fact that a copy keeps: how long the network trained."""
FULL = f"{MAX_SENT} networks of yours are sent already: withdraw one under Mine, Sent."
AGAIN = "The server had to reload your work; press the button again."
UNSAVED = "The server can’t write to its disk, or its disk is full, so it can’t keep a copy. Try again in a minute."


class SendError(ValueError):
    """A refusal, as a sentence for the sender."""


class Weights(Uploaded):
    """A copy's weights and names, with half the bits of each weight, in one file with all that is known of it."""

    words, attributes = "a network that was sent", ("reader",)
    dump = staticmethod(partial(dump_model, half=True))


@dataclass
class Copy(CodedWork):
    """A network as it was sent; none once it is withdrawn."""

    kind, n_letters = "network", 12
    kinds = (Weights,)
    reader: Reader | None = None

    def drop(self) -> None:
        """Let go of the network."""
        self.reader = None


def copy_of(reader: Reader, seconds: float | None) -> Reader:
    """Return a network as its copy reads, with no fact but the time that it trained.

    Raises
    ------
    ModelError
        If its weights are not finite, or too large for half of their bits.
    """
    bare = Reader(
        reader.network,
        temperature=reader.temperature,
        test_time_augmentation=reader.test_time_augmentation,
        straighten=reader.straighten,
        names=reader.names,
        none_below=reader.none_below,
        facts={} if seconds is None else {SECONDS: seconds},
    )
    return readable_network(dump_model(bare, half=True), "the network")


def sent_by(visitor: Visitor) -> dict[str, str]:
    """Return the codes of a visitor's copies, the oldest first, each with what it reads in words."""
    found: dict[str, str] = visitor.kept.get(SENT, {})
    return found


class Copies(ByCode[Copy]):
    """All copies of this server. One is in memory while anybody tries it, and else on disk."""

    def __init__(self) -> None:
        super().__init__(Copy)

    def send(self, visitor: Visitor, reader: Reader, about: str) -> str:
        """Keep a copy, of which ``about`` says what it reads, and return its code; a SendError says why not.

        It is on disk after the work of its sender, who can thus withdraw it after a crash at any point.
        """
        copy = Copy(Copy.new_id(), reader=reader)
        with visitor.lock:
            if visitor.forgotten:
                raise SendError(AGAIN)
            if len(self.of(visitor)) >= MAX_SENT:
                raise SendError(FULL)
            self.add(copy)
            visitor.kept[SENT] = {**sent_by(visitor), copy.code: about}
        if self.checkpoints is not None:
            for owner in (visitor, copy):
                save(owner, self.checkpoints)
            if copy.refusals:
                self.withdraw(visitor, copy.code)
                raise SendError(UNSAVED)
        if not self.knows(copy.code):  # another tab has deleted all work
            raise SendError(AGAIN)
        return copy.code

    def of(self, visitor: Visitor) -> dict[str, str]:
        """Return a visitor's copies as `sent_by` does, without those that nobody opened for too long."""
        with visitor.lock, suppress(OSError):  # looked up again when the disk can be read
            self._keep(visitor, {code: about for code, about in sent_by(visitor).items() if self.knows(code)})
        return sent_by(visitor)

    def visit(self, text: str, page: Tab) -> Copy | None:
        """Return the copy with this code, which stays in memory as long as the page; None if there is none."""
        with self.held(typed_code(text)) as copy:
            if copy is None or copy.reader is None:
                return None
            copy.listeners.add(page)
            return copy

    def withdraw(self, visitor: Visitor, code: str) -> None:
        """Delete a copy of this visitor's, also for those who try it; after an OSError, it stays."""
        if code not in sent_by(visitor):
            return
        with self.held(code, on_disk=True) as copy:
            if self.checkpoints is not None:
                self.checkpoints.remove(Copy.id_of(code))
            with visitor.lock:
                self._keep(visitor, {each: about for each, about in sent_by(visitor).items() if each != code})
            if copy is not None:
                self.forget(copy.id)
                copy.close()

    @staticmethod
    def _keep(visitor: Visitor, sent: dict[str, str]) -> None:
        """Keep these codes of a visitor's copies; their lock is held."""
        if sent:
            visitor.kept[SENT] = sent
        else:
            visitor.kept.pop(SENT, None)

    def leave(self, visitor: Visitor) -> None:
        """Delete all copies of a visitor's; after an OSError, some of them stay."""
        for code in list(sent_by(visitor)):
            self.withdraw(visitor, code)


COPIES = Copies()
"""All copies of this server."""
