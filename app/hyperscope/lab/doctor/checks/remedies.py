"""What one usually does about a finding; those that ask what was seen are None where they would change nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hyperscope.engine.datasets import generators
from hyperscope.engine.settings import Layer
from hyperscope.knob import Value
from hyperscope.lab.doctor.checks import REGULARISE, Remedy
from hyperscope.lab.experiment.experiment import Experiment, changed, knob_at
from hyperscope.lab.experiment.lab_view import LabView

if TYPE_CHECKING:
    from hyperscope.lab.doctor.checks.seen import Seen

FIRST_L2, STRONG_L2 = 0.003, 0.1  # where one begins, and from where on it is strong
DROPPED = 0.2
PATIENCE = 20  # epochs; fewer would end runs whose dev loss is merely rough
UNSCALED = ("zero", "constant", "normal", "uniform")  # initialisers that do not heed a layer's width


def _with(moves: tuple[tuple[str, Value], ...], experiment: Experiment) -> Experiment:
    for path, value in moves:
        experiment = changed(experiment, path, value)
    return experiment


def setting(caption: str, *moves: tuple[str, Value], restart: bool = False, place: LabView | None = None) -> Remedy:
    """What sets the fields at dotted paths to values."""
    return Remedy(caption, partial(_with, moves), restart, place)


def learning_rate(seen: Seen, rate: float, *, restart: bool = False) -> Remedy | None:
    """The learning rate near `rate`, to one digit, within its range; None if it is that already."""
    knob = knob_at("training.learning_rate")
    rate = float(f"{min(knob.high, max(knob.low, rate)):.0e}")
    if rate == seen.training.learning_rate:
        return None
    return setting(f"α {rate:.3g}", ("training.learning_rate", rate), restart=restart)


def _in_every_layer(field: str, value: Value, experiment: Experiment) -> Experiment:
    layers = tuple(msgspec.structs.replace(layer, **{field: value}) for layer in experiment.network.layers)
    return msgspec.structs.replace(experiment, network=msgspec.structs.replace(experiment.network, layers=layers))


def initial_weights(seen: Seen) -> Remedy | None:
    """Weights that start at the size that keeps signals; None if they do."""
    if seen.network.initialiser not in UNSCALED:
        return None
    rule = "he" if any("relu" in layer.activation for layer in seen.network.layers) else "xavier"
    caption = knob_at("network.initialiser").caption(rule)
    return setting(f"{caption} initial weights", ("network.initialiser", rule))


def batch_norm(seen: Seen) -> Remedy | None:
    """Batch norm in every layer; None if it is there."""
    if all(layer.batch_norm != "off" for layer in seen.network.layers):
        return None
    change = partial(_in_every_layer, "batch_norm", "before")
    return Remedy("batch norm in every layer", change, restart=True, place=batch_norm_sweep("why", "depth"))


def batch_norm_sweep(view: str, sweep: str) -> LabView:
    """The view of the Batch norm lab with one of its sweeps."""
    return LabView("batch-norm", view, {"sweeps": {view: f"batch-norm/{sweep}"}})


def _bigger(experiment: Experiment) -> Experiment:
    most = int(knob_at("network.layers.0.units").high)
    layers = tuple(
        msgspec.structs.replace(layer, units=min(most, 2 * layer.units)) for layer in experiment.network.layers
    ) or (Layer(),)
    return msgspec.structs.replace(experiment, network=msgspec.structs.replace(experiment.network, layers=layers))


BIGGER = Remedy("a bigger network", _bigger)


def more_data(seen: Seen) -> Remedy | None:
    """Twice the points of a generated data set, up to the most there can be; None for a table."""
    points = min(int(knob_at("data.points").high), 2 * seen.experiment.data.points)
    if seen.experiment.data.source not in generators or points == seen.experiment.data.points:
        return None
    return setting(f"{points} points", ("data.points", points))


def against_variance(seen: Seen) -> list[Remedy]:
    """What closes the gap between training and dev error: data first, then regularisation, then stopping in time."""
    every = more_data(seen), l2(seen), dropout(seen), early_stopping(seen)
    return [remedy for remedy in every if remedy is not None]


def l2(seen: Seen) -> Remedy | None:
    """Weight decay, or ten times what there is; None once it is strong."""
    now = seen.training.l2
    if now >= STRONG_L2:
        return None
    strength = float(f"{min(STRONG_L2, max(FIRST_L2, 10 * now)):.0e}")
    return setting(f"L2, λ {strength:g}", ("training.l2", strength), place=REGULARISE)


def less_l2(seen: Seen) -> Remedy | None:
    """Weight decay a tenth as strong, or less, until α times it is far below 1; None without any."""
    now, rate = seen.training.l2, seen.training.learning_rate
    if not now:
        return None
    strength = float(f"{min(now, 1 / rate) / 10:.0e}")
    return setting(f"L2, λ {strength:g}", ("training.l2", strength))


def less_regularisation(seen: Seen) -> Remedy | None:
    """No dropout and less weight decay; None where there is neither."""
    dropped = any(layer.dropout > 0 for layer in seen.network.layers)
    weaker = less_l2(seen)
    if not dropped:
        return weaker
    return Remedy("no dropout", partial(_in_every_layer, "dropout", 0.0))


def bends(seen: Seen) -> Remedy:
    """ReLU in every layer."""
    return Remedy("ReLU in every layer", partial(_in_every_layer, "activation", "relu"))


def balanced(seen: Seen) -> Remedy | None:
    """Errors on each class weighted alike; None if they are."""
    if seen.training.class_weights == "balanced":
        return None
    return setting("balanced class weights", ("training.class_weights", "balanced"))


def dropout(seen: Seen) -> Remedy | None:
    """Dropout in every hidden layer; None if some layer has it, or there is no layer."""
    if not seen.network.layers or any(layer.dropout > 0 for layer in seen.network.layers):
        return None
    caption = f"dropout of {DROPPED:.0%} in every layer".replace("%", " %")
    return Remedy(caption, partial(_in_every_layer, "dropout", DROPPED), place=REGULARISE)


def early_stopping(seen: Seen) -> Remedy | None:
    """Training again, to stop where the dev loss was lowest; None if that is on."""
    if seen.training.patience:
        return None
    return setting("early stopping", ("training.patience", PATIENCE), restart=True, place=REGULARISE)
