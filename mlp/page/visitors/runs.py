"""Begin a visitor's runs, and find them again."""

from collections.abc import Callable, Sequence

from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.limits import limits, run_bytes
from mlp.jobs.moments.rewind import rewind_bytes
from mlp.jobs.pacing import SPEEDS, Speed
from mlp.jobs.sweep import Sweep
from mlp.jobs.workers.engine import Engine
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import Place, reason, refuse
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import Data
from mlp.training.run import Run
from mlp.training.settings import Settings


def begin(
    visitor: Visitor,
    run: Run,
    data: Data,
    origin: str | None = None,
    *,
    place: Place,
    within_limits: bool = True,
    play: bool = True,
    goes_on_from: MLP | None = None,
) -> None:
    """Keep the visitor's run so far, and let another one play and answer; for callbacks, before the page is drawn.

    If it cannot be, the run so far goes on, and the page says why where it was asked.

    Parameters
    ----------
    visitor : Visitor
    run : Run
    data : Data
        What it trains on.
    origin : str, optional
        Which network it goes on from, if its weights are not random ones.
    place : Place
        Where the button is.
    within_limits : bool
        Whether it must keep to the limits for new networks of visitors.
    play : bool
        Whether to begin at once, or to wait for its first step to be asked for.
    goes_on_from : MLP, optional
        The network that it goes on from, if that is in memory as long as the run may be.
    """
    try:
        if within_limits:
            limits().check(run.settings, len(data.load().train))
        check_memory(visitor, [run.settings], data)
        job = Job(run, data, engine(), visitor.id, goes_on_from=goes_on_from)
    except (ValueError, OSError) as error:
        refuse(place, f"This run cannot start: {reason(error)}")
        return
    first = visitor.runs.number == 0 and origin is None and not state.speed_chosen.get()
    job.set_speed("slow" if first else speed_named(state.speed.get()), slow_start=first)
    adopt(visitor, job, data, origin, play=play)


def begin_sweep(
    visitor: Visitor,
    settings: Sequence[Settings],
    data: Data,
    make: Callable[[Engine, str], Sweep],
    *,
    place: Place,
    shown: bool = False,
) -> None:
    """Let runs with these settings play side by side, in place of the visitor's last sweep; for callbacks.

    Parameters
    ----------
    visitor : Visitor
    settings : sequence of Settings
    data : Data
        What they train on.
    make : callable
        Makes their sweep, of an engine and the owner of its turns.
    place : Place
        Where the button is, and where the page says why if it cannot be.
    shown : bool
        Whether the train card is to show it; the visitor's run then waits.
    """
    try:
        if len(settings) > limits().max_sweep:
            raise ValueError(f"this server trains at most {limits().max_sweep} networks at once; take one at a time")
        for each in settings:
            limits().check(each, len(data.load().train))
        check_memory(visitor, settings, data, given_back=visitor.sweep.n_bytes() if visitor.sweep else 0)
        sweep = make(engine(), visitor.id)
    except (ValueError, OSError) as error:
        refuse(place, f"This sweep cannot start: {reason(error)}")
        return
    with visitor.lock:
        visitor.pause_sweep()
        visitor.keep_lesson_runs()
        visitor.sweep, visitor.shown_sweep = sweep, sweep if shown else None
        if shown and visitor.job is not None:
            visitor.job.pause()
        sweep.play()
    visitor.announce()


def speed_named(name: str) -> Speed:
    """Give the speed that the page calls so; full for what it does not know.

    Examples
    --------
    >>> speed_named("Slow"), speed_named("Ludicrous")
    ('slow', 'full')
    """
    return next((speed for speed in SPEEDS if speed == name.lower()), "full")


def check_memory(visitor: Visitor, settings: Sequence[Settings], data: Data, *, given_back: int = 0) -> None:
    """Let runs begin for which there is memory, counted as they will be at their end.

    Parameters
    ----------
    visitor : Visitor
    settings : sequence of Settings
    data : Data
        What they train on.
    given_back : int
        How many bytes go when they begin.

    Raises
    ------
    ValueError
        If there is none.
    """
    n_images = len(data.load().train)
    n_bytes = sum(run_bytes(each, n_images) for each in settings)
    if len(settings) == 1:  # runs of a sweep keep no moments
        n_bytes += rewind_bytes(settings[0])
    if visitor.forgotten:
        raise ValueError("the server had put your work away; it is here again, so press once more")
    ways_out = "take smaller networks or fewer at once, or wait until somebody has left"
    check_bytes(visitor, n_bytes, ways_out, given_back=given_back)


def check_bytes(visitor: Visitor, n_bytes: int, ways_out: str, *, given_back: int = 0) -> None:
    """Let a visitor have so much more, if there is memory for it.

    Raises
    ------
    ValueError
        If there is none; it says the ``ways_out``.
    """
    if not visitors().make_room(visitor, n_bytes - given_back):
        size = f"{n_bytes / 1e6:,.0f} MB of memory"
        raise ValueError(f"it would take {size}, and others need what the server has; {ways_out}")


def adopt(visitor: Visitor, job: Job, data: Data, origin: str | None = None, *, play: bool = False) -> None:
    """Make a job the visitor's run, which answers from now on; parameters as in `begin`."""
    with visitor.lock:
        if visitor.job is not None and visitor.job is not job:
            visitor.job.pause()
            visitor.runs.add(visitor.job.snapshot())
        if visitor.job is not job:
            visitor.runs.begin(data, origin)
            visitor.job = job
            state.begun_run.set(visitor.runs.number)
        visitor.shown_sweep = None
        if play:
            job.play()
    visitor.announce()
    state.network.set("run")


def all_runs(visitor: Visitor) -> list[NumberedRun]:
    """Give the visitor's runs, the newest first: that is the one that is on."""
    earlier = visitor.runs
    runs = list(reversed(earlier.runs))
    if visitor.job is not None and earlier.data is not None:
        runs.insert(0, NumberedRun(earlier.number, visitor.job.snapshot(), earlier.data, earlier.origin))
    return runs


def run_of(visitor: Visitor, number: int) -> NumberedRun:
    """Find one of the visitor's runs as it is now.

    Raises
    ------
    LookupError
        If it is gone.
    """
    for run in all_runs(visitor):
        if run.number == number:
            return run
    raise LookupError(f"there is no run {number}")
