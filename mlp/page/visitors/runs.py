"""Begin a visitor's runs, and look them up."""

from collections.abc import Sequence

from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.limits import limits, run_bytes
from mlp.jobs.origin import Origin
from mlp.jobs.pacing import SPEEDS, Speed
from mlp.jobs.rewind import rewind_bytes
from mlp.jobs.sweep import Purpose, Sweep
from mlp.language import Later, mark, tr
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.script.redraw import Event
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.works import Trials
from mlp.training.data.saved_sources import Source, image_facts
from mlp.training.run import Run
from mlp.training.settings import Settings

RUN = Event(lambda page: page.visitor.job and (page.visitor.runs.current, page.visitor.job.revision), 2.0)
"""The steps of the current run."""
SWEEP = Event(lambda page: [job.revision for job in page.visitor.sweep.jobs], 2.0)
"""The steps of the runs of a sweep."""
FIRST_WORK = Event()
"""Whether the visitor has any work."""
OTHERS_LEAVE = Later("try again when other visitors have left")


def begin(
    visitor: Visitor,
    run: Run,
    data: Source,
    origin: Origin | None = None,
    *,
    refusal: Refusal,
    within_limits: bool = True,
    play: bool = True,
    start_network: MLP | None = None,
) -> None:
    """Start a new run that answers from now on, and keep the current one as an earlier run; for callbacks.

    If the run cannot start, the current one continues, and ``refusal`` has the reason. ``origin`` is the network that
    the run continues, if its first weights are not random. ``start_network`` is the same network, if it stays in memory
    as long as the run. Without ``play``, the run waits for the first single step.
    """
    try:
        if within_limits:
            limits().check(run.settings, len(data.load().train))
        check_earlier_runs(visitor)
        check_memory(visitor, [run.settings], data)
        job = Job(run, data, engine(), visitor.id, start_network=start_network)
    except (ValueError, OSError) as error:
        refusal.set(tr("This run cannot start: {reason}", reason=reason(error)))
        return
    # A visitor's first run starts slowly by itself, unless they chose a speed.
    slow_start = origin is None and visitor.runs.current == 0 and not state.speed_chosen.get()
    job.set_speed("slow" if slow_start else speed_named(state.speed.get()), slow_start=slow_start)
    adopt(visitor, job, data, origin, play=play)


def begin_sweep(
    visitor: Visitor,
    runs: Sequence[tuple[Settings, Source]],
    *,
    name: str | None = None,
    labels: Sequence[str] = (),
    purpose: Purpose = "setting",
    refusal: Refusal,
) -> None:
    """Start a sweep of runs, by their settings and training data, in place of the visitor's last one; for callbacks.

    The train card shows it, and the visitor's run pauses. All data sets are about as large as the first. If it cannot
    start, ``refusal`` has the reason. The other arguments are those of `Sweep`.
    """
    with engine().charged(visitor.id):  # for large networks, drawing their weights
        try:
            if len(runs) > limits().max_sweep:
                rule = mark("this server trains at most {most} networks at once; train one at a time")
                raise ValueError(Later(rule, most=limits().max_sweep))
            settings, data = [each for each, _ in runs], runs[0][1]
            for each in settings:
                limits().check(each, len(data.load().train))
            check_memory(visitor, settings, data, given_back=Trials(visitor).n_bytes())
            sweep = Sweep.new(runs, engine(), visitor.id, name=name, labels=labels, purpose=purpose)
        except (ValueError, OSError) as error:
            refusal.set(tr("This sweep cannot start: {reason}", reason=reason(error)))
            return
        with visitor.lock:
            visitor.pause_sweep()
            visitor.keep_lesson_runs()
            sweep.number_after(visitor.sweep)
            visitor.sweep, visitor.shows_sweep = sweep, True
            if visitor.job is not None:
                visitor.job.pause()
            sweep.play()
    visitor.announce()


def shows_run(visitor: Visitor, number: int) -> bool:
    """Whether a button drawn for run ``number`` acts on the visitor's current run, which this page may have begun."""
    return visitor.runs.current in (number, state.begun_run.get())


def speed_named(name: str) -> Speed:
    """Return the speed with this label, or ``full`` for an unknown one.

    >>> speed_named("Slow"), speed_named("Ludicrous")
    ('slow', 'full')
    """
    return next((speed for speed in SPEEDS if speed == name.lower()), "full")


def check_earlier_runs(visitor: Visitor) -> None:
    """Raise a ValueError if the current run has taken a step, and cannot be kept as one more earlier run."""
    taken = visitor.job is not None and visitor.job.snapshot().step
    if taken and len(visitor.runs.runs) >= limits().max_runs:
        rule = mark("this server keeps at most {most} earlier runs of yours; delete one under Runs")
        raise ValueError(Later(rule, most=limits().max_runs))


def check_memory(visitor: Visitor, settings: Sequence[Settings], data: Source, *, given_back: int = 0) -> None:
    """Require enough memory for the runs, at the size that they will have when they end, or raise a ValueError.

    ``given_back`` are the bytes that are freed when the runs begin.
    """
    n_images = image_facts(data).n_train
    n_bytes = sum(run_bytes(each, n_images) for each in settings)
    if len(settings) == 1:  # only a single run keeps its steps for rewinding
        n_bytes += rewind_bytes(settings[0])
    if visitor.forgotten:
        raise ValueError(Later("the server had to reload your work; press the button again"))
    remedy = Later("use smaller or fewer networks, or try again when other visitors have left")
    check_bytes(n_bytes, remedy, given_back=given_back)


def check_bytes(n_bytes: int, remedy: Later = OTHERS_LEAVE, *, given_back: int = 0) -> None:
    """Require ``n_bytes`` of memory, less the bytes ``given_back``, or raise a ValueError that ends with ``remedy``."""
    if not visitors().free_memory(n_bytes - given_back):
        rule = mark("it needs {size:,.0f} MB of memory, more than the server can spare; {remedy}")
        raise ValueError(Later(rule, size=n_bytes / 1e6, remedy=remedy))


def adopt(visitor: Visitor, job: Job, data: Source, origin: Origin | None = None, *, play: bool = False) -> None:
    """Make ``job`` the visitor's current run, which answers from now on; parameters as in `begin`."""
    with visitor.lock:
        if visitor.job is not None and visitor.job is not job:
            visitor.job.pause()
            visitor.runs.add(visitor.job.snapshot())
        if visitor.job is not job:
            visitor.runs.begin(data, origin)
            visitor.job = job
            state.begun_run.set(visitor.runs.current)
        visitor.shows_sweep = False
        if play:
            job.play()
    visitor.announce()
    state.network.set(run_key(visitor.runs.current))


def run_key(number: int) -> str:
    """Return the key of a run on the shelf of networks."""
    return f"run-{number}"


def all_runs(visitor: Visitor) -> list[NumberedRun]:
    """Return the visitor's runs, the current one first, then from the newest to the oldest."""
    earlier = visitor.runs
    runs = list(reversed(earlier.runs))
    if visitor.job is not None and earlier.data is not None:
        runs.insert(0, NumberedRun(earlier.current, visitor.job.snapshot(), earlier.data, earlier.origin))
    return runs


def run_of(visitor: Visitor, number: int) -> NumberedRun:
    """Return the visitor's run with this number; a LookupError if it no longer exists."""
    for run in all_runs(visitor):
        if run.number == number:
            return run
    raise LookupError(f"there is no run {number}")
