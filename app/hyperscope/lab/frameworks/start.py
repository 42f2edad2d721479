"""Where in a session its code begins, and which moves after that are in the code, each at its step.

Code begins where the optimiser last had no memory: at the session's own start, at a restart, or where the network was
rebuilt. A move that a few lines of a framework cannot make, such as another activation while momentum is kept, is a
beginning too; the optimiser's memory is then a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hyperscope.engine.parameters import Layout
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Event, Place, Score, changes
from hyperscope.lab.training.effects import Effect, effect

# what is moved in the code; any other move that keeps the optimiser's memory is a beginning
IN_CODE = (
    "training.learning_rate",
    "training.momentum",
    "training.epsilon",
    "training.l2",
    "training.l1",
    "training.clip_norm",
    "training.label_smoothing",
    "network.temperature",
)
IN_BATCHES = ("training.batch_size", "training.drop_last")  # written down with the mini-batches
ELSEWHERE = ("best_error",)  # of no network


@dataclass(frozen=True, slots=True)
class Start:
    """Where code begins: the place in the session, what is in force there, and the `moves` after it: (step from there
    on, experiment).

    `trained` says that steps were taken before, `remembers` that the optimiser has a memory of them, and `uneven`
    that some of those had other β. `settings_only` says that the session itself cannot be begun, as its weights came
    from elsewhere, and what begins here is a run of its settings.
    """

    place: Place
    experiment: Experiment
    moves: tuple[tuple[int, Experiment], ...] = ()
    trained: bool = False
    remembers: bool = False
    uneven: bool = False
    settings_only: bool = False


def start_of(score: Score, inputs: int, classes: int) -> Start:
    """Where the code of a session begins, whose networks have so many inputs and classes."""
    return Starts().of(score, inputs, classes)


class Starts:
    """Where the code of a session begins that goes on and back again: changes that were looked at stay looked at."""

    def __init__(self) -> None:
        self._of: tuple[Experiment, int, int] | None = None
        self._events: tuple[Event, ...] = ()
        self._starts: list[Start] = []  # before the first event and after each, without moves

    def of(self, score: Score, inputs: int, classes: int) -> Start:
        """`start_of`."""
        if self._of != (score.start, inputs, classes):
            self._of = score.start, inputs, classes
            self._events, self._starts = (), [Start(Place(), score.start)]
        same = _alike(self._events, score.events)
        self._events = score.events[:same]
        del self._starts[same + 1 :]
        last = score.events[same - 1].experiment if same else score.start
        for number, event in enumerate(score.events[same:], same + 1):
            self._starts.append(_after(self._starts[-1], last, event, number, inputs, classes))
            last = event.experiment
        self._events = score.events
        start = self._starts[-1]
        moves = {event.tick - start.place.tick: event.experiment for event in score.events[start.place.events :]}
        return replace(start, moves=tuple(moves.items()))


def _alike(one: tuple[Event, ...], other: tuple[Event, ...]) -> int:
    """How many events both begin with; found by halves, as event by event took 5 ms of 20 000."""
    same, most = 0, min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    while same < most:
        middle = (same + most + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            most = middle - 1
    return same


def _after(start: Start, last: Experiment, event: Event, number: int, inputs: int, classes: int) -> Start:
    """Where the code begins after event `number`, counted from 1, where it would begin at `start` before."""
    place, new = Place(event.tick, number), event.experiment
    passed = event.tick > start.place.tick
    trained, remembers = start.trained or passed, start.remembers or passed
    comes = Effect.ACTS if event.edit is not None else _effect(last, new, inputs, classes, event.live)
    paths = set(changes(last, new))
    if event.restart or comes is Effect.ANEW:
        return Start(place, new)
    if comes is not Effect.ACTS:
        return Start(place, new, (), trained)
    if event.edit is None and _in_code(last, new, paths):
        # where nothing was trained since, it begins with the new value
        return start if passed else replace(start, place=place, experiment=new)
    uneven = start.uneven or (passed and bool({"training.beta1", "training.beta2"} & paths))
    return Start(place, new, (), trained, remembers, uneven)


def _in_code(last: Experiment, new: Experiment, paths: set[str]) -> bool:
    # without momentum frameworks keep no velocity that it could come back to
    halted = "training.momentum" in paths and not (last.training.momentum and new.training.momentum)
    return not halted and paths <= {*IN_CODE, *IN_BATCHES, *ELSEWHERE}


def _effect(old: Experiment, new: Experiment, inputs: int, classes: int, live: bool) -> Effect:
    same = (old.network, old.data, old.seed) == (new.network, new.data, new.seed)
    trained_alike = (old.training.optimiser, old.training.precision) == (new.training.optimiser, new.training.precision)
    if same and trained_alike:  # most moves; no need to lay out the network
        return Effect.ACTS
    before, after = Layout(old.network, inputs, classes), Layout(new.network, inputs, classes)
    return effect(old, new, before, after, live=live)
