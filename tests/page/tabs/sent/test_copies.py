"""Copies of networks outlive the server, are found by their codes only, and end as promised."""

import errno
import threading
from contextlib import suppress

import numpy as np
import pytest

from mlp.jobs.checkpoints import Checkpoints
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError
from mlp.page.tabs.sent.copies import AGAIN, FULL, UNSAVED, Copies, copy_of
from mlp.page.visitors.persistence import RETRY_S
from mlp.page.visitors.registry import Visitors
from mlp.training.settings import Settings
from tests.page.visitors.trouble import Disk
from tests.sample_digits import sample

SIGNS = ("😀", "cat", "♥")


class Page:
    """A page that tries a network."""

    def changed(self, *_names):
        """Take notice."""


def server(folder):
    """Return a server's visitors, with copies, all of whom are saved."""
    copies = Copies()
    disk = Disk(folder)
    visitors = Visitors(lambda session: session == "here", disk, [copies])
    visitors.copies, visitors.disk = copies, disk
    return visitors


def network(seed=0):
    """Return a network of three signs with all that a reader can have."""
    facts = {"command": "python -m mlp train --drawings /home/ann/mine.json"}
    mine = Settings(hidden=(20,), names=SIGNS, seed=seed).new_network()
    return Reader(mine, temperature=1.5, straighten=True, names=SIGNS, none_below=0.4, facts=facts)


def sent(visitors, visitor=None, seed=0):
    """Return a visitor, by default a new one, who has sent a network, and its code."""
    visitor = visitor or visitors.get(None, "here")
    return visitor, visitors.copies.send(visitor, copy_of(network(seed), "Ada", right=90, of=100))


def opened(visitors, code):
    """Return what somebody reads with who opens a link; None if it has ended."""
    copy = visitors.copies.visit(code, Page())
    return None if copy is None else copy.reader


def on_disk(folder):
    return list(folder.glob("*/network.safetensors"))


def test_copy_reads_as_the_network_after_a_restart_without_facts_until_it_is_withdrawn(tmp_path):
    sender, code = sent(server(tmp_path))
    visitors, images = server(tmp_path), sample().test.images[:50]
    reader = opened(visitors, f" {code.upper()} ")
    assert (reader.names, reader.none_below, reader.straighten) == (SIGNS, 0.4, True)
    assert reader.facts == {"name": "Ada", "right": 90, "of": 100}
    np.testing.assert_allclose(reader.predict_proba(images), network().predict_proba(images), atol=2e-3)
    sender, copy = visitors.get(sender.id, "here"), visitors.copies.visit(code, Page())
    assert sent(visitors, sender)[1] == code  # the same network again
    visitors.copies.withdraw(visitors.get(None, "here"), code)  # by a stranger
    assert copy.reader is not None
    visitors.copies.withdraw(sender, code)
    assert (copy.reader, opened(visitors, code), on_disk(tmp_path)) == (None, None, [])


def test_network_that_is_sent_again_has_its_last_name_and_score_in_the_same_place(tmp_path):
    visitors = server(tmp_path)
    sender, code = sent(visitors)
    again = copy_of(network(), "Grace", right=97, of=100)
    assert visitors.copies.send(sender, again) == code
    assert [*visitors.copies.of(sender)] == [code]
    for there in (visitors, server(tmp_path)):  # after a restart, too
        assert opened(there, code).facts == {"name": "Grace", "right": 97, "of": 100}


def test_copy_that_is_being_sent_goes_when_its_sender_deletes_all_work(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    sender = visitors.get(None, "here")
    deleting = threading.Thread(target=visitors.remove, args=(sender,), daemon=True)
    add = visitors.copies.add

    def add_while_all_is_deleted(copy):
        add(copy)
        deleting.start()
        deleting.join(0.2)  # as far as it gets without the sender's lock

    monkeypatch.setattr(visitors.copies, "add", add_while_all_is_deleted)
    with suppress(ValueError):
        visitors.copies.send(sender, copy_of(network(), "Ada", right=90, of=100))
    deleting.join(20)
    assert (visitors.copies.present(), on_disk(tmp_path)) == ([], [])


def test_copy_ends_thirty_days_after_it_was_last_opened_and_frees_its_place(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    sender, code = sent(visitors)
    others = [sent(visitors, sender, seed)[1] for seed in (1, 2)]
    with pytest.raises(ValueError, match=FULL):
        sent(visitors, sender, 3)
    for day in range(1, 41):
        monkeypatch.setattr(Checkpoints, "today", lambda self, day=day: day)
        page = Page()
        visitors.copies.visit(code if day == 4 else "", page)
        visitors.save()
        Checkpoints(tmp_path)  # removes what nobody opens
        assert [server(tmp_path).copies.knows(one) for one in (code, *others)] == [day <= 34, day <= 31, day <= 31]
    visitors = server(tmp_path)
    sent(visitors, visitors.get(sender.id, "here"), 3)


@pytest.mark.parametrize("refused", ["canvas.json", "network.safetensors"])
def test_copy_is_kept_only_with_its_code_and_a_full_disk_is_told(tmp_path, monkeypatch, clock, refused):
    visitors, write = server(tmp_path), Checkpoints.write
    sender = visitors.get(None, "here")

    def writes(self, owner, name, data):
        if name == refused:  # as the disk is full, or what one owner may have of it
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        write(self, owner, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "write", writes)
        with pytest.raises(ValueError, match=UNSAVED):
            sent(visitors, sender)
        visitors.save()
    assert (visitors.copies.present(), visitors.copies.of(sender), on_disk(tmp_path)) == ([], {}, [])
    clock.now += RETRY_S
    assert opened(visitors, sent(visitors, sender)[1]) is not None


@pytest.mark.parametrize("n_written", range(3))
def test_copy_goes_with_all_work_of_its_sender_whenever_the_server_ends(tmp_path, n_written):
    visitors = server(tmp_path)
    sender = visitors.get(None, "here")
    sender.nickname = "Ann"
    visitors.save()
    visitors.disk.n_left = n_written
    with suppress(KeyboardInterrupt):
        sent(visitors, sender)
    assert len(on_disk(tmp_path)) == (n_written == 2)
    visitors = server(tmp_path)
    sender = visitors.get(sender.id, "here")
    assert len(visitors.copies.of(sender)) == (n_written == 2)
    visitors.remove(sender)
    assert on_disk(tmp_path) == []
    with pytest.raises(ValueError, match=AGAIN):
        sent(visitors, sender)


@pytest.mark.parametrize("weight", [np.nan, 70_000.0])
def test_weights_that_half_of_their_bits_cannot_hold_are_refused(weight):
    reader = network()
    reader.network.parameters()[0].value[0, 0] = weight
    with pytest.raises(ModelError):
        copy_of(reader, "Ada")
