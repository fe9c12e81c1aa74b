"""The copies of networks that visitors send: found by their codes, saved like visitors' work, and withdrawn."""

import hashlib
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import partial

from mlp.language import Later, mark
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.page.live.live_page import LivePage
from mlp.page.visitors.by_code import ByCode, CodedWork
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.owner import File, Work
from mlp.page.visitors.persistence import save
from mlp.page.visitors.visitor import Visitor
from mlp.training.uploaded_network import network_for_drawings

MAX_SENT = 3
"""Copies of one visitor's networks."""
NAME = "name"
"""Name of the fact of a copy that its sender gave it, with at most `MAX_NAME` characters."""
SENT = "sent"
"""Name of the codes of a visitor's copies among the values that are kept of them."""
MAX_NAME = 24
FULL = Later("{most} of yours are sent already; withdraw one under Mine, Sent", most=MAX_SENT)
AGAIN = Later("the server had to reload your work; press the button again")
UNSAVED = Later("the server can’t write to its disk, or its disk is full; try again in a minute")


class Weights(Work):
    """A copy's weights and names, with half the bits of each weight, in one file with all that is known of it."""

    suffix, words = "network.safetensors", mark("a network that was sent")

    def n_bytes(self) -> int:
        """Return the memory of the weights, 0 once the network is withdrawn."""
        reader = self.owner.reader
        return 0 if reader is None else reader.network.values.nbytes

    def files(self) -> list[File]:
        """Return one file."""
        reader = self.owner.reader
        return [] if reader is None else [File(self.suffix, (reader,), partial(dump_model, reader, half=True))]

    def load(self, number: int, data: bytes) -> None:
        """Restore the network."""
        self.owner.reader = network_for_drawings(data, "a network on disk")


@dataclass
class Copy(CodedWork):
    """A network as it was sent; none once it is withdrawn."""

    kind, n_letters = "network", 12
    kinds = (Weights,)
    reader: Reader | None = None

    def drop(self) -> None:
        """Drop the network."""
        self.reader = None


def copy_of(reader: Reader, name: str, **known: float) -> Reader:
    """Return a network as its copy reads, with no fact but its name and what is ``known`` of it.

    That is how many images it has read ``right``, ``of`` how many. Raises a ModelError if its weights are not finite,
    or too large for half of their bits.
    """
    bare = copy(reader)
    bare.facts = {NAME: name, **known}
    return network_for_drawings(dump_model(bare, half=True), Later("the network"))


def _digest(reader: Reader) -> str:
    """Return a digest of a network and its way of reading, whatever its name."""
    way = repr({**vars(reader), "network": repr(reader.network), "facts": None})
    return hashlib.sha256(way.encode() + reader.network.values.tobytes()).hexdigest()


class Copies(ByCode[Copy]):
    """All copies of this server. One is in memory while anybody tries it, and else on disk."""

    def __init__(self) -> None:
        super().__init__(Copy)

    def send(self, visitor: Visitor, reader: Reader) -> str:
        """Keep a copy, and return its code; a ValueError says why not.

        A network that was sent before has one already, which gets the name and the score of now. A copy is on disk
        after the work of its sender, who can thus withdraw it after a crash at any point.
        """
        sent, digest = Copy(Copy.new_id(), reader=reader), _digest(reader)
        with visitor.disk_lock:  # until both are on disk, no other thread saves one of them
            with visitor.lock:
                if visitor.forgotten:
                    raise ValueError(AGAIN)
                others = self.of(visitor)
                same = next((code for code in others if others[code][1] == digest), None)
                if same is None and len(others) >= MAX_SENT:
                    raise ValueError(FULL)
                if same is None:
                    self.add(sent)
                visitor.kept[SENT] = {**others, same or sent.code: (reader.facts[NAME], digest)}
            if same is not None:
                return self._renamed(same, reader)
            for owner in (visitor, sent):
                if self.checkpoints is not None:
                    save(owner, self.checkpoints)
                if owner.refusals:
                    self.withdraw(visitor, sent.code)
                    raise ValueError(UNSAVED)
        if not self.knows(sent.code):  # another page has deleted all work
            raise ValueError(AGAIN)
        return sent.code

    def _renamed(self, code: str, reader: Reader) -> str:
        """Replace the name and the score of a copy by those of ``reader``, also for those who try it."""
        with self.held(code, on_disk=True) as sent:
            if sent is None:
                raise ValueError(AGAIN)
            sent.reader = reader
            if self.checkpoints is not None:
                save(sent, self.checkpoints)
            if sent.refusals:
                raise ValueError(UNSAVED)
        sent.changed()
        return code

    def of(self, visitor: Visitor) -> dict[str, tuple[str, str]]:
        """Return the codes of a visitor's copies, the oldest first: the name of each, and its digest."""
        sent: dict[str, tuple[str, str]] = visitor.kept.get(SENT, {})
        with suppress(OSError):  # without those that nobody has opened for too long
            sent = {code: of_it for code, of_it in sent.items() if self.knows(code)}
        return sent

    def visit(self, text: str, page: LivePage) -> Copy | None:
        """Return the copy with this code, which stays in memory as long as the page; None if there is none."""
        with self.held(typed_code(text)) as sent:
            if sent is None or sent.reader is None:
                return None
            sent.listeners.add(page)
            return sent

    def withdraw(self, visitor: Visitor, code: str) -> None:
        """Delete a copy of this visitor's, also for those who try it; after an OSError, it stays."""
        if code not in visitor.kept.get(SENT, {}):
            return
        with self.held(code, on_disk=True) as sent:
            if self.checkpoints is not None:
                self.checkpoints.remove(Copy.id_of(code))
            with visitor.lock:
                visitor.kept[SENT] = {each: of_it for each, of_it in visitor.kept[SENT].items() if each != code}
            if sent is not None:
                self.forget(sent.id)
                sent.close()

    def leave(self, visitor: Visitor) -> None:
        """Delete all copies of a visitor's; after an OSError, some of them stay."""
        for code in visitor.kept.get(SENT, {}):
            self.withdraw(visitor, code)


COPIES = Copies()
"""All copies of this server."""
