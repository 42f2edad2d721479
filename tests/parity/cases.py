"""What Hyperscope and PyTorch both can do: one small training each, in float64, told in Hyperscope's settings.

Everything here is made of seeds, so that a recording of PyTorch's side can be checked without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.learner import Learner
from hyperscope.engine.named import named_views
from hyperscope.engine.noise import Noise
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.parameters import Layout
from hyperscope.engine.prediction import Predictor, folded
from hyperscope.engine.schedules import rate_factors
from hyperscope.engine.settings import Layer, Network, Training

STEPS, EXAMPLES, CLASSES, SEED = 50, 48, 3, 5
SHOWN = 6  # every so many examples are shown to the trained network
FLOAT = np.dtype(np.float64)


@dataclass(frozen=True)
class Case:
    """A training of STEPS steps: fields of each hidden layer, of Network and of Training that are not the usual."""

    layer: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    clip_epsilon: float = 0.0  # what PyTorch's side adds to the norm when clipping, as clip_grad_norm_ does

    @property
    def settings(self) -> Training:
        """How it is trained; a schedule counts every step as an epoch."""
        usual = {"optimiser": "sgd", "learning_rate": 0.1, "batch_size": 16, "precision": "float64"}
        return Training(**{**usual, **self.training})

    @property
    def layout(self) -> Layout:
        """Two hidden layers of tanh, unless told otherwise."""
        layers = tuple(Layer(**{"units": n, "activation": "tanh", **self.layer}) for n in (6, 5))
        return Layout(Network(**{"layers": layers, "initialiser": "xavier", **self.network}), 2, CLASSES)

    def learner(self) -> Learner:
        """The engine at its first step."""
        return Learner(self.layout, self.settings, SEED, *examples())

    def batches(self) -> list[Indices]:
        """The example numbers of each step."""
        return Shuffle(SEED, EXAMPLES).batches(self.settings.batch_size, Position(), STEPS)[0]

    def factors(self) -> Array:
        """What the schedule multiplies the learning rate with in each step."""
        return rate_factors(self.settings.schedule, np.arange(float(STEPS)), self.settings)

    def masks(self) -> list[Array]:
        """Dropout's masks (STEPS, n, m) of each hidden layer that has dropout."""
        layers = self.layout.network.layers
        shapes = [(layer.units, self.settings.batch_size) for layer in layers]
        return [
            Noise((SEED,), 2 * number, shape, (), FLOAT).masks(range(STEPS), 1 - layer.dropout)
            for number, (layer, shape) in enumerate(zip(layers, shapes, strict=True))
            if layer.dropout
        ]

    def in_hyperscope(self) -> dict[str, Array]:
        """The engine's losses (STEPS,), and of the trained network each array and the logits of some examples."""
        of = self.learner()
        losses = of.steps(self.batches(), self.factors())
        layers = folded(of.layout, of.state.parameters, of.state.running)
        logits = Predictor(of.layout, FLOAT).logits(layers, examples()[0][:, ::SHOWN])
        return {"losses": losses, "logits": logits, **named_views(of.layout, of.state.parameters, of.state.running)}


def flat(found: dict[str, Array]) -> Array:
    """The losses, then all else by name, in one vector: a file of few long arrays is smaller than one of many."""
    others = sorted(found.keys() - {"losses"})
    return np.concatenate([found["losses"], *(found[name].ravel() for name in others)])


def examples() -> tuple[Array, Indices]:
    """Inputs (2, EXAMPLES) in clouds and uneven classes (EXAMPLES,)."""
    rng = np.random.default_rng(7)
    y = np.repeat(np.arange(CLASSES), [24, 15, 9])
    return rng.normal(0, 1, (2, EXAMPLES)) + rng.normal(0, 1.5, (2, CLASSES))[:, y], y


RATES = {"sgd": 0.1, "adagrad": 0.1}  # for the others 0.01
BN = {"batch_norm": "before"}

CASES = {
    **{
        f"optimiser {name}": Case(training={"optimiser": name, "learning_rate": RATES.get(name, 0.01)})
        for name in optimisers
    },
    "adam with other constants": Case(
        training={"optimiser": "adam", "learning_rate": 0.01, "beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3}
    ),
    "adamw with decay": Case(training={"optimiser": "adamw", "learning_rate": 0.01, "l2": 0.3}),
    "l2 by sgd": Case(training={"l2": 0.05}),
    "l2 by nesterov": Case(training={"optimiser": "nesterov", "learning_rate": 0.02, "l2": 0.05}),
    "l2 by adam": Case(BN, training={"optimiser": "adam", "learning_rate": 0.01, "l2": 0.05}),
    **{f"activation {name}": Case({"activation": name}) for name in activations},
    **{f"output {name}": Case(network={"output": name}) for name in outputs},
    "schedule steps": Case(training={"schedule": "steps", "decay": 0.5, "decay_every": 10}),
    "schedule exponential": Case(training={"schedule": "exponential", "decay": 0.95}),
    "schedule cosine": Case(training={"schedule": "cosine", "decay_every": 60}),
    "schedule inverse": Case(training={"schedule": "inverse", "decay": 0.2}),
    "schedule constant with warm-up": Case(training={"warmup": 10}),
    "batch norm before": Case(BN),
    "batch norm after": Case({"batch_norm": "after"}),
    "batch norm with other constants": Case(BN, {"bn_epsilon": 1e-3, "bn_momentum": 0.7}),
    "batch norm on the output": Case(BN, {"bn_output": True}),
    "batch norm without γ and β": Case(BN, {"bn_learned": False}),
    "batch norm by adam": Case(BN, training={"optimiser": "adam", "learning_rate": 0.01}),
    "dropout": Case({"dropout": 0.4}),
    "dropout after batch norm": Case({"dropout": 0.3, "batch_norm": "after", "activation": "elu"}),
    "label smoothing": Case(training={"label_smoothing": 0.1}),
    "class weights": Case(training={"class_weights": "balanced"}),
    "temperature": Case(network={"temperature": 2.5}),
    "clipping": Case(training={"clip_norm": 0.1}),
    "clipping as clip_grad_norm_ has it": Case(training={"clip_norm": 0.1}, clip_epsilon=1e-6),
    "everything": Case(
        {"dropout": 0.2, "batch_norm": "before", "activation": "gelu"},
        {"temperature": 1.5, "bn_momentum": 0.8},
        {
            "optimiser": "adamw",
            "learning_rate": 0.01,
            "l2": 0.1,
            "clip_norm": 0.3,
            "label_smoothing": 0.1,
            "schedule": "cosine",
            "decay_every": 60,
            "warmup": 5,
        },
    ),
}

# Initialisers' draws are other random numbers than PyTorch's; what agrees is how they are distributed.
UNITS, INPUTS, SCALE = 200, 120, 0.3
QUANTILES = np.linspace(0.02, 0.98, 25)
