"""From too much freedom to too little: sweeps of what restrains a network, L2, L1, dropout, units and epochs."""

from __future__ import annotations

from msgspec.structs import replace

from hyperscope.engine.settings import Layer
from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.sweep import Sweep, Variant, declare

AS_SET = Variant("as set", "", lambda experiment: experiment)
LAMBDAS: tuple[Value, ...] = (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


def _training(experiment: Experiment, name: str, value: Value) -> Experiment:
    return replace(experiment, training=replace(experiment.training, **{name: value}))


def _hidden(experiment: Experiment) -> Experiment:
    """With hidden layers, if there are none."""
    if experiment.network.layers:
        return experiment
    return replace(experiment, network=replace(experiment.network, layers=(Layer(8),)))


def _layers(experiment: Experiment, name: str, value: Value) -> Experiment:
    layers = tuple(replace(layer, **{name: value}) for layer in experiment.network.layers)
    return replace(experiment, network=replace(experiment.network, layers=layers))


def _short(value: Value) -> str:
    return f"{value:g}" if not isinstance(value, str) else value


def _by_hand(experiment: Experiment) -> Experiment:
    return _training(experiment, "patience", 0)


STRENGTHS: tuple[Sweep, ...] = tuple(
    declare(sweep)
    for sweep in (
        Sweep(
            "generalise/l2", "L2", "λ from 0 to 0.3", "λ", LAMBDAS, "choice",
            lambda experiment, value: _training(experiment, "l2", float(value)),
            (AS_SET,), "best", "lowest median dev loss",
            ("L2 pulls each weight towards 0 in proportion to it, so that borders bend less.",),
            "Too much of it, and the network cannot fit the training set either.",
            base=_by_hand, captions=_short, deep=False, epochs=200,
        ),
        Sweep(
            "generalise/l1", "L1", "λ₁ from 0 to 0.3", "λ₁", (0.0, 0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.3), "choice",
            lambda experiment, value: _training(experiment, "l1", float(value)),
            (AS_SET,), "best", "lowest median dev loss",
            ("L1 moves each weight towards 0 by the same amount, so that many are exactly 0.",),
            "Too much of it, and all of them are.",
            base=_by_hand, captions=_short, deep=False, epochs=200, zeros=True,
        ),
        Sweep(
            "generalise/dropout", "dropout", "share of units left out", "dropped",
            (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8), "choice",
            lambda experiment, value: _layers(experiment, "dropout", float(value)),
            (AS_SET,), "best", "lowest median dev loss",
            ("Each step trains a thinned network, so that no unit can rely on another.",),
            "Too much of it, and too little of the network is left to learn.",
            base=lambda experiment: _hidden(_by_hand(experiment)),
            captions=lambda value: f"{100 * float(value):.0f} %", deep=False, epochs=200,
        ),
        Sweep(
            "generalise/units", "units", "128 down to 2 each layer", "units",
            (128, 64, 32, 16, 8, 4, 2), "choice",
            lambda experiment, value: _layers(experiment, "units", int(value)),
            (AS_SET,), "best", "lowest median dev loss",
            ("Fewer units can bend the border in fewer places.",),
            "Too few, and the network cannot fit the training set either.",
            base=lambda experiment: _hidden(_by_hand(experiment)), captions=_short, deep=False, epochs=200,
        ),
        Sweep(
            "generalise/epochs", "epochs", "500 down to 2", "epochs",
            (500, 200, 100, 50, 20, 10, 5, 2), "choice",
            lambda experiment, value: experiment,
            (AS_SET,), "best", "lowest median dev loss",
            ("Stopped early, weights are still near their small beginning, as with L2.",),
            "Too early, and the training set is not fitted either.",
            base=_by_hand, captions=_short, deep=False, epochs=200, length=int,
        ),
    )
)  # fmt: skip
