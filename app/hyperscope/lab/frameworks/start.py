"""Where in a session its code begins, and which moves after that are in the code, each at its step.

Code begins where the optimiser last had no memory: at the session's own start, at a restart, or where the network was
rebuilt. A move that a few lines of a framework cannot make, such as another activation while momentum is kept, is a
beginning too; the optimiser's memory is then a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hyperscope.engine.parameters import Layout
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Place, Score, changes
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
    that some of those had other β.
    """

    place: Place
    experiment: Experiment
    moves: tuple[tuple[int, Experiment], ...] = ()
    trained: bool = False
    remembers: bool = False
    uneven: bool = False


def start_of(score: Score, inputs: int, classes: int) -> Start:
    """Where the code of a session begins, whose networks have so many inputs and classes."""
    start = Start(Place(), score.start)
    last = score.start
    for number, event in enumerate(score.events, 1):
        place, new = Place(event.tick, number), event.experiment
        passed = event.tick > start.place.tick
        trained, remembers = start.trained or passed, start.remembers or passed
        comes = Effect.ACTS if event.edit is not None else _effect(last, new, inputs, classes, event.live)
        paths = set(changes(last, new))
        if event.restart or comes is Effect.ANEW:
            start = Start(place, new)
        elif comes is not Effect.ACTS:
            start = Start(place, new, (), trained)
        elif event.edit is None and _in_code(last, new, paths):
            start = _moved(start, place, new)
        else:
            uneven = start.uneven or (passed and bool({"training.beta1", "training.beta2"} & paths))
            start = Start(place, new, (), trained, remembers, uneven)
        last = new
    return start


def _in_code(last: Experiment, new: Experiment, paths: set[str]) -> bool:
    # without momentum frameworks keep no velocity that it could come back to
    halted = "training.momentum" in paths and not (last.training.momentum and new.training.momentum)
    return not halted and paths <= {*IN_CODE, *IN_BATCHES, *ELSEWHERE}


def _moved(start: Start, place: Place, new: Experiment) -> Start:
    step = place.tick - start.place.tick
    if step == 0:  # nothing was trained since: it begins with the new value
        return replace(start, place=place, experiment=new)
    moves = start.moves[:-1] if start.moves and start.moves[-1][0] == step else start.moves
    return replace(start, moves=(*moves, (step, new)))


def _effect(old: Experiment, new: Experiment, inputs: int, classes: int, live: bool) -> Effect:
    same = (old.network, old.data, old.seed) == (new.network, new.data, new.seed)
    trained_alike = (old.training.optimiser, old.training.precision) == (new.training.optimiser, new.training.precision)
    if same and trained_alike:  # most moves; no need to lay out the network
        return Effect.ACTS
    before, after = Layout(old.network, inputs, classes), Layout(new.network, inputs, classes)
    return effect(old, new, before, after, live=live)
