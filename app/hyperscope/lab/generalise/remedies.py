"""The usual remedies for a network that makes too many errors: each declared once, with the strengths that are tried.

A remedy that does not suit an experiment says why not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from hyperscope.engine.datasets import generators
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import MOST_LAYERS, Layer
from hyperscope.lab.examples.examples import IMAGES
from hyperscope.lab.experiment.data import PAINTED, on_plane
from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.registry import Registry

Against = Literal["bias", "variance"]

MOST_UNITS = int(knob_at("network.layers.0.units").high)
MOST_POINTS = int(knob_at("data.points").high)


@dataclass(frozen=True, slots=True)
class Try:
    """One strength of a remedy: a few words on it, the experiment, and how many times as many steps it takes.

    `drawn` says that its examples are drawn anew; it is judged on the dev set that there was all the same.
    """

    caption: str
    experiment: Experiment
    longer: int = 1
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """A remedy, what the recipe names it `against`, and its strengths in an experiment, or why there are none."""

    name: str
    against: Against
    tries: Callable[[Experiment], tuple[Try, ...] | str]


usual: Registry[Usual] = Registry("remedy")


def _add(name: str, against: Against) -> Callable[[Callable[[Experiment], tuple[Try, ...] | str]], None]:
    def declare(tries: Callable[[Experiment], tuple[Try, ...] | str]) -> None:
        usual.add(name)(Usual(name, against, tries))

    return declare


def _network(experiment: Experiment, **changes: Any) -> Experiment:
    return replace(experiment, network=replace(experiment.network, **changes))


def _layers(experiment: Experiment, change: Callable[[Layer], Layer]) -> Experiment:
    return _network(experiment, layers=tuple(change(layer) for layer in experiment.network.layers))


def _training(experiment: Experiment, **changes: Any) -> Experiment:
    return replace(experiment, training=replace(experiment.training, **changes))


def _data(experiment: Experiment, **changes: Any) -> Experiment:
    return replace(experiment, data=replace(experiment.data, **changes))


NO_HIDDEN = "there is no hidden layer"


@_add("More data", "variance")
def _more_data(experiment: Experiment) -> tuple[Try, ...] | str:
    data = experiment.data
    if data.source not in generators:
        return "all rows are used" if data.source != PAINTED else "paint more points"
    points = min(MOST_POINTS, 8 * data.points)
    if points <= data.points:
        return f"there are {MOST_POINTS} already"
    times = points / data.points
    return (Try(f"More data, × {times:.2g}", _data(experiment, points=points), drawn=True),)


@_add("L2", "variance")
def _l2(experiment: Experiment) -> tuple[Try, ...] | str:
    return tuple(Try(f"L2, λ {value:g}", _training(experiment, l2=value)) for value in (0.003, 0.01, 0.03, 0.1))


@_add("L1", "variance")
def _l1(experiment: Experiment) -> tuple[Try, ...] | str:
    return tuple(Try(f"L1, λ₁ {value:g}", _training(experiment, l1=value)) for value in (0.001, 0.003, 0.01, 0.03, 0.1))


@_add("Dropout", "variance")
def _dropout(experiment: Experiment) -> tuple[Try, ...] | str:
    if not experiment.network.layers:
        return NO_HIDDEN
    return tuple(
        Try(f"Dropout {value:g}", _layers(experiment, lambda layer, value=value: replace(layer, dropout=value)))  # type: ignore[misc]
        for value in (0.2, 0.4, 0.6)
    )


@_add("Early stopping", "variance")
def _early_stopping(experiment: Experiment) -> tuple[Try, ...] | str:
    return tuple(Try(f"Early stopping, {value} epochs", _training(experiment, patience=value)) for value in (20, 100))


@_add("Augmentation", "variance")
def _augmentation(experiment: Experiment) -> tuple[Try, ...] | str:
    if experiment.data.source in IMAGES:
        return (
            Try("Augment: turn 10°", _data(experiment, augment_rotate=10.0)),
            Try("Augment: move 1 pixel", _data(experiment, augment_move=1.0)),
            Try("Augment: both", _data(experiment, augment_rotate=10.0, augment_move=1.0)),
        )
    far = (0.1, 0.2, 0.4) if on_plane(experiment.data.source) else (0.1, 0.3, 0.6)
    return tuple(Try(f"Augment: jitter {value:g}", _data(experiment, augment_jitter=value)) for value in far)


def _scaled(experiment: Experiment, factor: float) -> Experiment:
    return _layers(experiment, lambda layer: replace(layer, units=min(MOST_UNITS, max(2, round(layer.units * factor)))))


def _units(experiment: Experiment) -> str:
    return "–".join(str(layer.units) for layer in experiment.network.layers)


@_add("Smaller network", "variance")
def _smaller(experiment: Experiment) -> tuple[Try, ...] | str:
    if not experiment.network.layers:
        return NO_HIDDEN
    made = {_units(one): one for one in (_scaled(experiment, 1 / 4), _scaled(experiment, 1 / 8))}
    made.pop(_units(experiment), None)
    return tuple(Try(f"Smaller: {said} units", one) for said, one in made.items()) or "it has two units a layer"


@_add("Label smoothing", "variance")
def _smoothing(experiment: Experiment) -> tuple[Try, ...] | str:
    return tuple(
        Try(f"Label smoothing {value:g}", _training(experiment, label_smoothing=value)) for value in (0.1, 0.3)
    )


@_add("Wider network", "bias")
def _wider(experiment: Experiment) -> tuple[Try, ...] | str:
    if not experiment.network.layers:
        return (Try("A hidden layer of 8", _network(experiment, layers=(Layer(8),))),)
    made = _scaled(experiment, 2)
    if made == experiment:
        return f"it has {MOST_UNITS} units a layer"
    return (Try(f"Wider: {_units(made)} units", made),)


@_add("Deeper network", "bias")
def _deeper(experiment: Experiment) -> tuple[Try, ...] | str:
    layers = experiment.network.layers
    if len(layers) >= MOST_LAYERS:
        return f"it has {MOST_LAYERS} layers"
    last = replace(layers[-1], mark=0) if layers else Layer(8)
    made = [
        Try(f"Deeper: {len(layers) + more} layers", _network(experiment, layers=(*layers, *(last,) * more)))
        for more in (1, 2)
        if len(layers) + more <= MOST_LAYERS
    ]
    return tuple(made)


@_add("Longer training", "bias")
def _longer(experiment: Experiment) -> tuple[Try, ...] | str:
    return (Try("Train three times as long", experiment, 3),)


@_add("Batch norm", "bias")
def _batch_norm(experiment: Experiment) -> tuple[Try, ...] | str:
    layers = experiment.network.layers
    if not layers:
        return NO_HIDDEN
    if all(layer.batch_norm != "off" for layer in layers):
        return "it is in every layer"
    return (Try("Batch norm", _layers(experiment, lambda layer: replace(layer, batch_norm="before"))),)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


OPTIMISERS = (("adam", 0.01), ("adam", 0.003), ("rmsprop", 0.003), ("momentum", 0.03), ("nesterov", 0.1))


@_add("Another optimiser", "bias")
def _another(experiment: Experiment) -> tuple[Try, ...] | str:
    now = experiment.training.optimiser
    return tuple(
        Try(
            f"{_capital(optimisers[name].label)}, α {rate:g}", _training(experiment, optimiser=name, learning_rate=rate)
        )
        for name, rate in OPTIMISERS
        if name != now
    )
