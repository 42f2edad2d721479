"""The frozen settings of a network and of its training, each field with its knob; state lives elsewhere."""

from __future__ import annotations

from typing import Annotated

from hyperscope.engine.activations import activations
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.optimisers import optimisers
from hyperscope.knob import Settings, choice, number, whole

WHOLE_SET = 65536  # batch sizes from here on, and any above the number of training examples, mean all of them


class Layer(Settings, frozen=True):
    """One hidden layer: its width, activation, and where batch norm stands in it."""

    units: Annotated[
        int,
        whole("Units", 1, 512, "How many hidden units this layer has.", live=False, symbol="nˡ", scale="powers-of-two"),
    ] = 8
    activation: Annotated[
        str,
        choice(
            "Activation",
            activations,
            "The function each unit applies to its weighted sum.",
            live=False,
            symbol="g",
            captions={"relu": "ReLU", "tanh": "tanh", "sigmoid": "σ", "linear": "linear"},
        ),
    ] = "tanh"
    batch_norm: Annotated[
        str,
        choice(
            "Batch norm",
            ("off", "before", "after"),
            "Normalises each unit over the mini-batch, then scales by γ and shifts by β: before the activation "
            "(as Ioffe and Szegedy proposed), after it, or not at all.",
            live=False,
            symbol="BN",
            watch="the distributions of that layer",
        ),
    ] = "off"


class Network(Settings, frozen=True):
    """The hidden layers in order, how their weights start, and the constants all batch norms share."""

    layers: tuple[Layer, ...] = (Layer(), Layer(), Layer())
    initialiser: Annotated[
        str,
        choice(
            "Initial weights",
            initialisers,
            "What the weights are before the first step; biases start at 0.",
            live=False,
            symbol="W",
            captions={"normal": "N(0, σ²)", "xavier": "Xavier", "he": "He"},
        ),
    ] = "he"
    initial_scale: Annotated[
        float,
        number(
            "Initial scale",
            1e-4,
            10,
            "The σ of N(0, σ²) and the value of constant weights; the other initialisers do not use it.",
            live=False,
            symbol="σ",
            scale="log",
            usual="0.01 to 1",
        ),
    ] = 1.0
    bn_epsilon: Annotated[
        float,
        number(
            "BN ε",
            1e-8,
            0.1,
            "Added to each variance so that a constant unit does not divide by zero.",
            live=True,
            symbol="ε",
            scale="log",
            usual="1e-5 to 1e-3",
            watch="units whose variance is small",
        ),
    ] = 1e-5
    bn_momentum: Annotated[
        float,
        number(
            "BN running momentum",
            0.5,
            0.9999,
            "How much of the old running mean and variance each batch keeps; these are used at test time.",
            live=True,
            scale="one-minus-log",
            usual="0.9 to 0.999",
            watch="the dev loss, which uses the running averages",
        ),
    ] = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.layers) > 12:
            raise ValueError(f"layers has {len(self.layers)} entries; it must have 0 to 12")


class Training(Settings, frozen=True):
    """How the network learns: the optimiser, its constants, the mini-batches and the arithmetic."""

    optimiser: Annotated[
        str,
        choice(
            "Optimiser",
            optimisers,
            "The rule that turns gradients into steps.",
            live=True,
            captions={"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"},
        ),
    ] = "adam"
    learning_rate: Annotated[
        float,
        number(
            "Learning rate",
            1e-6,
            10,
            "How far each step goes along the update; of all hyperparameters the one to tune first.",
            live=True,
            symbol="α",
            scale="log",
            usual="0.0001 to 1",
            watch="the loss: too high a rate makes it jump",
        ),
    ] = 0.01
    batch_size: Annotated[
        int,
        whole(
            "Mini-batch size",
            1,
            WHOLE_SET,
            "How many examples one step averages its gradient over; at the right end all of them.",
            live=True,
            symbol="m",
            unit="examples",
            scale="powers-of-two",
            usual="16 to 512",
            watch="how rough the loss is",
        ),
    ] = 32
    momentum: Annotated[
        float,
        number(
            "Momentum",
            0.0,
            0.9999,
            "How much of its last velocity a step keeps; averages about 1/(1−β) gradients.",
            live=True,
            symbol="β",
            scale="one-minus-log",
            usual="0.9",
        ),
    ] = 0.9
    beta1: Annotated[
        float,
        number(
            "Adam's first moment",
            0.0,
            0.9999,
            "Decay of Adam's average of gradients.",
            live=True,
            symbol="β₁",
            scale="one-minus-log",
            usual="0.9; hardly ever tuned",
        ),
    ] = 0.9
    beta2: Annotated[
        float,
        number(
            "Adam's second moment",
            0.0,
            0.99999,
            "Decay of Adam's average of squared gradients.",
            live=True,
            symbol="β₂",
            scale="one-minus-log",
            usual="0.999; hardly ever tuned",
        ),
    ] = 0.999
    epsilon: Annotated[
        float,
        number(
            "Adam's ε",
            1e-10,
            0.1,
            "Added to the root of the second moment so that Adam never divides by zero.",
            live=True,
            symbol="ε",
            scale="log",
            usual="1e-8; hardly ever tuned",
        ),
    ] = 1e-8
    precision: Annotated[
        str,
        choice(
            "Precision",
            ("float32", "float64"),
            "The arithmetic: float32 is what frameworks train in, float64 is for checking gradients.",
            live=False,
        ),
    ] = "float32"
