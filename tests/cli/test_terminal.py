"""Ctrl-C, in all commands."""

import signal

import pytest

from mlp.cli.terminal import ctrl_c


@pytest.fixture
def as_in_a_terminal():
    """Restore the usual effect of Ctrl-C, which background jobs of a shell ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_first_ctrl_c_asks_and_the_second_stops(as_in_a_terminal):
    with ctrl_c() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_gets_its_old_effect_back(as_in_a_terminal):
    with ctrl_c() as asked:
        pass
    assert not asked.is_set()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_background_job_keeps_ignoring_ctrl_c(as_in_a_terminal):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ctrl_c() as asked:
        signal.raise_signal(signal.SIGINT)
    assert not asked.is_set()
