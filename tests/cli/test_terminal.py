"""What all commands share."""

import signal

import pytest

from mlp.cli.terminal import ctrl_c


@pytest.fixture
def as_in_a_terminal():
    """Let Ctrl-C do what it does in a terminal: a shell starts background jobs with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_ctrl_c_only_asks_and_the_second_stops(as_in_a_terminal):
    with ctrl_c() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_means_again_what_it_did_before(as_in_a_terminal):
    with ctrl_c() as asked:
        pass
    assert not asked.is_set()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_job_in_the_background_goes_on_ignoring_ctrl_c(as_in_a_terminal):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ctrl_c() as asked:
        signal.raise_signal(signal.SIGINT)
    assert not asked.is_set()
