"""One checkpoint of a timeline, as it is kept: with rows of the history that checkpoints which begin alike share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hyperscope.engine.arrays import Array
from hyperscope.lab.timeline.score import Place
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.history import RIVERS

if TYPE_CHECKING:
    from hyperscope.lab.training.trainer import Trainer

OVERHEAD = 2048  # bytes of a checkpoint besides its arrays, about
ROWS = ("step", "epoch", "loss_sum", "losses", "measures", *RIVERS)  # of a history's state; the rest is scalars


@dataclass
class HistoryRows:
    """A history's rows as far as they have come; histories that begin alike share them."""

    arrays: dict[str, Array]  # by name, rows along the first axis

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(array.nbytes for array in self.arrays.values())


@dataclass(frozen=True, slots=True)
class Shared:
    """The first `count` rows of `rows`, and what belongs to no row."""

    rows: HistoryRows
    count: int
    rest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint on the way."""

    place: Place
    checkpoint: Checkpoint  # its history is left empty and stands in the next field
    history: Shared
    own: int  # bytes

    @property
    def record(self) -> dict[str, Any]:
        """The state of its history."""
        return _state(self.history)

    @property
    def whole(self) -> Checkpoint:
        """The checkpoint with its history, as a trainer takes it."""
        return replace(self.checkpoint, history=self.record)


def _shared(state: Mapping[str, Any], last: HistoryRows | None) -> Shared:
    """A history's state, its rows held in common with the last one's if it goes on from there."""
    # measures alone has its rows along the last axis
    arrays = {name: state[name].T if name == "measures" else state[name] for name in ROWS}
    rest = {name: value for name, value in state.items() if name not in ROWS}
    count = len(arrays["step"])
    # It does not go on where rows were thinned or cut since, or where layers came or went.
    if last is None or not all(_begins(arrays[name], earlier) for name, earlier in last.arrays.items()):
        last = HistoryRows(arrays)
    last.arrays = arrays
    return Shared(last, count, rest)


def _begins(array: Array, earlier: Array) -> bool:
    start = array[: len(earlier)]
    if start.shape != earlier.shape:
        return False
    whole = f"i{array.itemsize}"  # so that what is not a number equals itself, with no copies as `tobytes` makes
    return bool((start.view(whole) == earlier.view(whole)).all())


def _state(history: Shared) -> dict[str, Any]:
    rows = {name: array[: history.count] for name, array in history.rows.arrays.items()}
    return history.rest | rows | {"measures": rows["measures"].T}


def _own(checkpoint: Checkpoint) -> int:
    """The bytes of a checkpoint without its history; an upper bound, as neighbours share what they fall back to."""
    places = [place for place in (checkpoint, checkpoint.sound, checkpoint.best) if place is not None]
    arrays = [array for place in places for array in (*place.moment.vectors, *place.moment.products.values())]
    batch = checkpoint.last_batch.nbytes if checkpoint.last_batch is not None else 0
    return OVERHEAD + 8 * len(checkpoint.marks) + batch + sum(array.nbytes for array in arrays)


def taken(place: Place, trainer: Trainer, last: HistoryRows | None) -> KeptCheckpoint:
    """A checkpoint of where the trainer stands, sharing the `last` rows if it goes on from there."""
    checkpoint = trainer.checkpoint()
    history = _shared(checkpoint.history, last)
    return KeptCheckpoint(place, replace(checkpoint, history={}), history, _own(checkpoint))
