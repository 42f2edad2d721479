"""What a change of the experiment comes to for the network in training; trainers decide by it, and marks say it."""

from __future__ import annotations

from enum import IntEnum
from functools import cache

import msgspec

from hyperscope.engine.grafting import can_graft
from hyperscope.engine.parameters import Layout
from hyperscope.knob import Knob, Value
from hyperscope.lab.examples.own_points import keeps_network
from hyperscope.lab.experiment.data import COPIED, PAINTED, Data
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob

INPUTS, CLASSES = 2, 3  # of the network that knobs are tried on
TREE = "(0 (1 2))"  # a text that all of its knobs can be set to


class Effect(IntEnum):
    """From all that is kept to nothing."""

    ACTS = 0  # weights and the optimiser's memory stay
    FORGETS = 1  # the weights stay, the optimiser's memory starts again
    CARRIES = 2  # the weights are carried over to other arrays, the optimiser's memory starts again
    ANEW = 3  # training starts over


def effect(old: Experiment, new: Experiment, before: Layout, after: Layout, *, live: bool = True) -> Effect:
    """What becomes of a network of `old`, laid out as `before`, that is to be one of `new`, laid out as `after`.

    Not `live`: where copies of the examples are made otherwise, training starts over, as it did at first.
    """
    if not goes_on(old.data, new.data, live=live):
        return Effect.ANEW
    if (new.seed, new.training.precision) != (old.seed, old.training.precision):
        return Effect.ANEW
    if not can_graft(before, after, other_classes=new.data.source == PAINTED):
        return Effect.ANEW
    if (after.parameters, after.running) != (before.parameters, before.running):
        return Effect.CARRIES
    return Effect.ACTS if new.training.optimiser == old.training.optimiser else Effect.FORGETS


def goes_on(old: Data, new: Data, *, live: bool = True) -> bool:
    """Whether a network trained on `old` goes on with `new`; `live` as for `effect`."""
    new = with_copies_as(old, new) if live else new
    return new == old or keeps_network(old, new)


def copies_move(old: Data, new: Data) -> bool:
    """Whether copies of the examples are made otherwise, and else training goes on, which an event must say."""
    return with_copies_as(old, new) != new and goes_on(old, new)


def with_copies_as(old: Data, new: Data) -> Data:
    """`new` with the augmentation of `old`."""
    return msgspec.structs.replace(new, **{name: getattr(old, name) for name in COPIED})


@cache
def of_knob(name: str) -> frozenset[Effect]:
    """What the moves of the experiment's knob of this name come to, each on the usual network; none if it has none."""
    old, before = _usual()
    found = set()
    for path, knob, value in _places().get(name, ()):
        for other in _values(knob):
            if other != value:
                new = changed(old, path, other)
                found.add(effect(old, new, before, Layout(new.network, INPUTS, CLASSES)))
    return frozenset(found)


@cache
def _usual() -> tuple[Experiment, Layout]:
    """What knobs are tried on."""
    experiment = Experiment()
    return experiment, Layout(experiment.network, INPUTS, CLASSES)


@cache
def _places() -> dict[str, list[tuple[str, Knob, Value]]]:
    """Where the knobs of each name are, and what they are set to."""
    found: dict[str, list[tuple[str, Knob, Value]]] = {}
    for path, knob, value in every_knob(_usual()[0]):
        found.setdefault(knob.name, []).append((path, knob, value))
    return found


def _values(knob: Knob) -> tuple[Value, ...]:
    """What a knob is tried at: all there is to choose, or the ends of its range."""
    if knob.kind == "choice":
        return tuple(knob.choices)
    if knob.kind == "switch":
        return (False, True)
    return (TREE,) if knob.kind == "text" else (knob.at(0.0), knob.at(1.0))
