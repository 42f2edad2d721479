"""The sides of a session: of twins A, B or both, whose experiments a move acts on and what comes of it.

Plain functions of what is in force; they hold nothing and send nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from hyperscope.engine.settings import Layer, marks
from hyperscope.lab.session.undo import State

if TYPE_CHECKING:
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.twins.twin import One, Side

MOST_LAYERS = 6  # that the picture can show
SEEDS = 1_000_000


def acted_on(state: State, side: Side) -> tuple[Experiment, ...]:
    """The experiments that a move of a side acts on: one, or of both sides A's and B's."""
    if state.twin is None:
        return (state.experiment,)
    return {"A": (state.experiment,), "B": (state.twin,), "both": (state.experiment, state.twin)}[side]


def with_moved(state: State, side: Side, experiments: Sequence[Experiment]) -> State:
    """What is in force after the experiments of a side were changed to these; one given for both is both's."""
    if state.twin is None:
        return State(experiments[0], None, state.keep)
    if side == "both":
        return State(experiments[0], experiments[-1])
    return State(state.experiment, experiments[0]) if side == "B" else State(experiments[0], state.twin)


def one(side: Side, twin: Experiment | None) -> One:
    """The twin that is edited by hand and that slow motion tells of: A where the controls move both."""
    return "B" if twin is not None and side == "B" else "A"


def with_layers(experiment: Experiment, change: Callable[[tuple[Layer, ...]], tuple[Layer, ...]]) -> Experiment:
    """The experiment with other hidden layers."""
    network = msgspec.structs.replace(experiment.network, layers=change(experiment.network.layers))
    return msgspec.structs.replace(experiment, network=network)


def one_more(layers: tuple[Layer, ...], at: int | None = None) -> tuple[Layer, ...]:
    """One more hidden layer before layer `at`, at the end if None, like the one before it; the same layers where the
    picture has no room for it.
    """
    if len(layers) >= MOST_LAYERS:
        return layers
    place = len(layers) if at is None else at
    like = layers[max(0, place - 1)] if layers else Layer()
    known = marks(layers)
    return _marked(
        (*layers[:place], like, *layers[place:]), [*known[:place], max(known, default=0) + 1, *known[place:]]
    )


def one_less(layers: tuple[Layer, ...], number: int) -> tuple[Layer, ...]:
    """Without hidden layer `number`, counted from 0."""
    known = marks(layers)
    return _marked((*layers[:number], *layers[number + 1 :]), [*known[:number], *known[number + 1 :]])


def _marked(layers: tuple[Layer, ...], known: Sequence[int]) -> tuple[Layer, ...]:
    """The layers with these marks, written only where they are not the layer's place."""
    kept = (0 if mark == place else mark for place, mark in enumerate(known, start=1))
    return tuple(msgspec.structs.replace(layer, mark=mark) for layer, mark in zip(layers, kept, strict=True))


def fresh(experiment: Experiment, seed: int) -> Experiment:
    """The experiment with the seed after this one."""
    return msgspec.structs.replace(experiment, seed=(seed + 1) % SEEDS)
