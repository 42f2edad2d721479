"""Experiments and single settings for hypothesis, drawn from the knobs, so that a new knob is drawn as it appears."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from hyperscope.engine.datasets import generators
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Knob, Settings, knobs
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment

GROUPS: tuple[type[Settings], ...] = (Data, Layer, Network, Training, Experiment)
KNOBS = [(kind, name) for kind in GROUPS for name in knobs(kind)]
SEVERAL_LAYERS = 3  # enough for a first, a middle and a last one
FEW_UNITS = 12
FEW_POINTS = 90


def allowed(knob: Knob) -> st.SearchStrategy[Any]:
    """Any value the knob takes; numbers lie anywhere on its scale, or anywhere in its range."""
    match knob.kind:
        case "switch":
            return st.booleans()
        case "text":
            return st.text(max_size=20)
        case "choice":
            return st.sampled_from(tuple(knob.choices))
        case "whole":
            return st.integers(int(knob.low), int(knob.high)) | st.floats(0, 1).map(knob.at)
        case "number":
            return st.floats(0, 1).map(knob.at) | st.floats(knob.low, knob.high)


def refused(knob: Knob) -> st.SearchStrategy[Any]:
    """Values the knob must not take: outside its range, of another kind, or no number at all."""
    other = st.none() | st.binary(max_size=3) | st.lists(st.integers(), max_size=2)
    match knob.kind:
        case "switch":
            return other | st.text(max_size=5) | st.integers() | st.floats()
        case "text":
            return other | st.integers() | st.booleans()
        case "choice":
            choices = tuple(knob.choices)
            return other | st.integers() | st.text().filter(lambda word: word not in choices)
        case "whole":
            outside = st.integers(max_value=int(knob.low) - 1) | st.integers(min_value=int(knob.high) + 1)
            return other | outside | st.floats() | st.booleans() | st.text(max_size=5)
        case "number":
            below = st.floats(max_value=knob.low, exclude_max=True)
            above = st.floats(min_value=knob.high, exclude_min=True)
            return other | below | above | st.just(math.nan) | st.booleans() | st.text(max_size=5)


def group(kind: type[Settings], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A `kind` with every knob drawn from its range, except the fields `given`."""
    drawn = {name: allowed(knob) for name, knob in knobs(kind).items() if name not in given}
    return st.builds(kind, **drawn, **given)


def layers(units: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[tuple[Layer, ...]]:
    """No to several hidden layers."""
    given = {} if units is None else {"units": units}
    return st.lists(group(Layer, **given), max_size=SEVERAL_LAYERS).map(tuple)


def experiments() -> st.SearchStrategy[Experiment]:
    """Any experiment at all, however long it would take to run."""
    network = group(Network, layers=layers())
    return group(Experiment, data=group(Data), network=network, training=group(Training))


def runnable() -> st.SearchStrategy[Experiment]:
    """Experiments of a size to be trained in a test: few points on the plane, few narrow layers, all else free."""
    data = group(
        Data,
        source=st.sampled_from(tuple(generators)),
        points=st.integers(20, FEW_POINTS),
        file=st.just(""),
        label=st.just(""),
    )
    # a tree of classes must fit the data, which a text drawn by itself does not
    network = group(Network, layers=layers(st.integers(1, FEW_UNITS)), tree=st.just(""))
    return group(Experiment, data=data, network=network, training=group(Training))
