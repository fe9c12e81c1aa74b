"""``python -m mlp sweep`` trains with several values of one setting, and compares them."""

import argparse
import os
import threading
import time
from pathlib import Path

from mlp.analysis.run_exports import facts_of
from mlp.cli.options import add_data, add_settings, checked_out, parser_of, settings_given
from mlp.cli.terminal import INTERRUPTED, ctrl_c, print_error, print_line, progress_bar
from mlp.jobs.sweep import Sweep, Trial, ranked, variations
from mlp.jobs.workers.engine import Engine
from mlp.nn.weights import save_model
from mlp.training.data.sources import Mnist, chosen_mnist
from mlp.training.settings import SETTINGS

POLL_S = 0.2


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "sweep", help="train with several values of one setting, in parallel on all cores, and compare them"
    )
    command.add_argument("setting", metavar="SETTING", help="the setting to vary: layers, learning-rate, batch-size, …")
    command.add_argument(
        "values", nargs="+", metavar="VALUE", help="its values; layers as 100,200, styles as NAME,NAME"
    )
    add_settings(command)
    command.add_argument("--out", metavar="FILE", help="save the best network to this .safetensors file")
    add_data(command)
    command.set_defaults(run=sweep)


def sweep(given: argparse.Namespace) -> int:
    """Train with all values, print the results in order, and save the best network if asked."""
    by_flag = {one.flag.removeprefix("--"): one for one in SETTINGS}
    one = by_flag.get(given.setting.replace("_", "-"))
    if one is None:
        raise ValueError(f"SETTING must be one of {', '.join(by_flag)}, got {given.setting!r}")
    settings, out = settings_given(given), checked_out(given.out) if given.out else None
    # Invalid settings are reported before the data is loaded.
    varied = variations(settings, one.field, [parser_of(one)(text) for text in given.values])
    data = chosen_mnist() if given.data is None else Mnist(os.path.abspath(given.data))
    print_line(f"data {data.load().name}")
    engine = Engine()
    runs = Sweep.new([(each, data) for each in varied], engine, name=one.field)
    status = 0
    began = time.monotonic()
    try:
        with ctrl_c() as asked_to_stop:
            watch(runs, asked_to_stop)
        if asked_to_stop.is_set():
            print_error("interrupted; results so far:")
            status = INTERRUPTED
            runs.pause()
            while any(trial.snapshot.busy for trial in runs.trials()):  # slices in progress
                time.sleep(POLL_S)
    finally:
        engine.close()
    best_first = ranked(runs.trials())
    for place, trial in enumerate(best_first, start=1):
        print_line(f"{place} {given.setting} {trial.value} {_trial_line(trial)}")
    print_line(f"seconds {time.monotonic() - began:.1f}")
    winner = best_first[0]
    if winner.accuracy is None:
        print_error("no run has been measured yet")
        return status or 1
    print_line(f"winner {given.setting} {winner.value} validation_accuracy {winner.accuracy}")
    if out is not None:
        save_winner(winner, out)
        print_line(f"saved {out}")
    return status


def watch(runs: Sweep, asked_to_stop: threading.Event) -> None:
    """Play all runs until they end or ``asked_to_stop`` is set, with one bar for all of them."""
    total = sum(trial.snapshot.steps for trial in runs.trials())
    with progress_bar(total=total, unit="steps", unit_scale=True) as bar:
        runs.play()
        playing = True
        while playing and not asked_to_stop.is_set():
            playing = runs.playing  # read first, so that the last round shows the end
            trials = runs.trials()
            bar.update(sum(trial.snapshot.step for trial in trials) - bar.n)
            leader = ranked(trials)[0]
            if leader.accuracy is not None:
                bar.set_postfix({f"best ({leader.value})": f"{leader.accuracy:.4f}"}, refresh=False)
            if playing:
                time.sleep(POLL_S)


def save_winner(winner: Trial, out: Path) -> None:
    """Save the network of a trial, with its facts."""
    save_model(winner.snapshot.reader, out, **facts_of(winner.snapshot))


def _trial_line(trial: Trial) -> str:
    now = trial.snapshot
    if now.error:
        return f"failed: {now.error}"
    if trial.accuracy is None:
        return f"not measured, {now.step} steps"
    last = now.history.evaluations[-1]
    text = f"validation_accuracy {last.accuracy:.4f} validation_loss {last.loss:.4f} epochs {last.epoch:g}"
    return f"{text} diverged_at_step {now.diverged}" if now.diverged else text
