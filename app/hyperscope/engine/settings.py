"""The frozen settings of a network and of its training, each field with its knob; state lives elsewhere."""

from __future__ import annotations

from typing import Annotated

from hyperscope.engine.activations import activations
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.schedules import schedules
from hyperscope.knob import Settings, choice, number, switch, text, whole

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
            live=True,
            symbol="g",
            captions={"sigmoid": "σ", "relu": "ReLU", "leaky relu": "leaky", "elu": "ELU", "gelu": "GELU"},
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
    dropout: Annotated[
        float,
        number(
            "Dropout",
            0.0,
            0.9,
            "The share of this layer's outputs that each step leaves out; at test time the whole network is used.",
            live=True,
            symbol="1−keep",
            usual="0.2 to 0.5",
            watch="the gap between train and dev loss",
        ),
    ] = 0.0


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
            captions={
                "normal": "N(0, σ²)",
                "xavier": "Xavier",
                "he": "He",
                "glorot": "Glorot",
                "orthogonal": "orthog.",
            },
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

    bn_output: Annotated[
        bool,
        switch("BN on the output", "Normalises the logits as well, before the softmax.", live=False),
    ] = False
    bn_learned: Annotated[
        bool,
        switch("Learn γ and β", "Whether γ and β are learned like weights, or stay as they are.", live=True),
    ] = True
    bn_jolt: Annotated[
        float,
        number(
            "BN jolt",
            0.0,
            2.0,
            "The size of a random shift and scale after each batch norm, new in each step: covariate shift on purpose "
            "(Santurkar et al. 2018).",
            live=True,
            usual="0; 0.5 for the experiment",
            watch="whether it learns all the same",
        ),
    ] = 0.0
    output: Annotated[
        str,
        choice(
            "Output",
            outputs,
            "What the last layer computes and which loss trains it. Hinge losses are those of support vector machines; "
            "what is drawn as their probabilities is the softmax of their scores.",
            live=False,
            captions={
                "one-vs-all": "C sigmoids",
                "squared error": "squared",
                "hierarchical": "tree",
                "Weston-Watkins": "hinge (WW)",
                "Crammer-Singer": "hinge (CS)",
            },
        ),
    ] = "softmax"
    tree: Annotated[
        str,
        text("Tree", "Hierarchical softmax's tree, as ((0 1) 2); empty means the balanced one."),
    ] = ""
    temperature: Annotated[
        float,
        number(
            "Temperature",
            0.05,
            20.0,
            "Divides the logits before the softmax: below 1 answers get surer, above 1 less sure.",
            live=True,
            symbol="T",
            scale="log",
            usual="1",
        ),
    ] = 1.0

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
            captions={name: entry.label for name, entry in optimisers.items()} | {"momentum": "Mom."},
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
    bias_correction: Annotated[
        bool,
        switch(
            "Bias correction",
            "Divides Adam's averages by 1 − βᵗ; without it the first steps are too large, since both start at 0.",
            live=True,
            watch="the first few steps after a restart",
        ),
    ] = True
    schedule: Annotated[
        str,
        choice(
            "Decay",
            schedules,
            "How the learning rate changes over the epochs.",
            live=True,
            captions={name: entry.label for name, entry in schedules.items()}
            | {"exponential": "×k/epoch", "smooth": "smooth"},
        ),
    ] = "constant"
    decay: Annotated[
        float,
        number(
            "Decay rate",
            0.001,
            5.0,
            "What the rate is multiplied with each time, or the k of 1/(1 + k · epoch).",
            live=True,
            symbol="k",
            scale="log",
            usual="0.9 or 0.99; 1 for 1/(1 + kt)",
        ),
    ] = 0.95
    decay_every: Annotated[
        float,
        number(
            "Decay period",
            1.0,
            1000.0,
            "Epochs between drops, or until the end of a cosine or a cycle.",
            live=True,
            unit="epochs",
            scale="log",
        ),
    ] = 50.0
    warmup: Annotated[
        float,
        number(
            "Warm-up",
            0.0,
            50.0,
            "Epochs in which the learning rate rises from 0 before its schedule.",
            live=True,
            unit="epochs",
            usual="0 to 5",
        ),
    ] = 0.0
    l2: Annotated[
        float,
        number(
            "L2",
            0.0,
            1.0,
            "Pulls every weight towards 0 in proportion to it (weight decay; the Frobenius norm in the cost).",
            live=True,
            symbol="λ",
            scale="zero-log",
            usual="1e-5 to 1e-2",
            watch="the gap between train and dev loss",
        ),
    ] = 0.0
    l1: Annotated[
        float,
        number(
            "L1",
            0.0,
            1.0,
            "Moves every weight towards 0 by a fixed amount, until many are exactly 0.",
            live=True,
            symbol="λ₁",
            scale="zero-log",
            usual="1e-5 to 1e-2",
            watch="how many edges vanish",
        ),
    ] = 0.0
    clip_norm: Annotated[
        float,
        number(
            "Gradient limit",
            0.0,
            100.0,
            "Shortens any gradient that is longer than this; 0 means no limit.",
            live=True,
            scale="zero-log",
            least=0.01,
            usual="1",
        ),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        number(
            "Label smoothing",
            0.0,
            0.5,
            "Trains towards 1 − s for the true class and s/C for each, so that the network does not grow too sure.",
            live=True,
            symbol="s",
            usual="0.1",
        ),
    ] = 0.0
    class_weights: Annotated[
        str,
        choice(
            "Class weights",
            ("equal", "balanced"),
            "Balanced gives each class the same say in the loss, however few its examples.",
            live=True,
        ),
    ] = "equal"
    patience: Annotated[
        int,
        whole(
            "Patience",
            0,
            1000,
            "Early stopping: after so many epochs without a lower dev loss, back to the best and stop; 0 is off.",
            live=True,
            unit="epochs",
            usual="10 to 100",
        ),
    ] = 0
    precision: Annotated[
        str,
        choice(
            "Precision",
            ("float32", "float64"),
            "The arithmetic: float32 is what frameworks train in, float64 is for checking gradients.",
            live=False,
        ),
    ] = "float32"
