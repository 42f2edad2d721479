"""The frozen settings of a network, each field with its knob, and by name those of training; state lives elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from hyperscope.engine.activations import activations
from hyperscope.engine.initialisers import MEANINGS, initialisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.training_settings import WHOLE_SET, Training
from hyperscope.knob import Settings, choice, number, switch, text, whole

__all__ = ["WHOLE_SET", "Layer", "Network", "Training", "marks"]


MOST_LAYERS = 12


def layers_said(count: int) -> str:
    """The sentence on more layers than there may be."""
    return f"layers has {count} entries; it must have 0 to {MOST_LAYERS}"


class Layer(Settings, frozen=True):
    """One hidden layer: its width, activation, and where batch norm stands in it.

    `mark` tells it from the others where layers come and go in the middle, see `marks`.
    """

    LATER = ("mark",)

    units: Annotated[
        int,
        whole("Units", 1, 512, "How many hidden units this layer has.", live=True, symbol="nˡ", scale="powers-of-two"),
    ] = 8
    activation: Annotated[
        str,
        choice(
            "Activation",
            activations,
            "The function each unit applies to its weighted sum.",
            live=True,
            symbol="g",
            captions={"relu": "ReLU", "leaky relu": "leaky", "elu": "ELU", "gelu": "GELU"},
        ),
    ] = "tanh"
    batch_norm: Annotated[
        str,
        choice(
            "Batch norm",
            ("off", "before", "after"),
            "Normalises each unit over the mini-batch, then scales by γ and shifts by β: before the activation "
            "(as Ioffe and Szegedy proposed), after it, or not at all.",
            live=True,
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
    mark: Annotated[
        int,
        Meta(
            title="Mark",
            description="What tells a layer from the others where layers come and go; 0 is its place from 1.",
            extra_json_schema={"minimum": 0},
        ),
    ] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.mark, int) or isinstance(self.mark, bool) or self.mark < 0:
            raise ValueError(f"mark is {self.mark!r}; it must be a whole number from 0 on")


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
            meanings=MEANINGS,
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
        switch("BN on the output", "Normalises the logits as well, before the softmax.", live=True),
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
            live=True,
            meanings={
                "softmax": "ŷ = softmax(z), L = −Σ y log ŷ: probabilities that sum to 1.",
                "squared error": "ŷ = softmax(z), L = Σ (ŷ − y)² / 2 instead of the cross-entropy.",
                "one-vs-all": "C sigmoids, one for each class against all others: ŷ = sigmoid(z), L = −Σ (y log ŷ "
                "+ (1 − y) log(1 − ŷ)).",
                "hinge": "One support vector machine for each class against all others: L = Σ max(0, 1 − t z), t = ±1.",
                "Weston-Watkins": "WW, Weston and Watkins 1999, eq. 2: L = Σ max(0, 1 + z − z of the true class) over "
                "all other classes.",
                "Crammer-Singer": "CS, Crammer and Singer 2001, eq. 5: as WW, but of the worst rival alone.",
                "hierarchical": "A tree of yes-or-no questions, a sigmoid each: log₂ C of them for many classes "
                "(Morin and Bengio 2005).",
            },
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
        text("Tree", "Hierarchical softmax's tree, as ((0 1) 2); empty means the balanced one.", live=True),
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

    @property
    def normalises(self) -> bool:
        """Whether there is batch norm anywhere."""
        return self.bn_output or any(layer.batch_norm != "off" for layer in self.layers)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.layers) > MOST_LAYERS:
            raise ValueError(layers_said(len(self.layers)))


def marks(layers: Sequence[Layer]) -> list[int]:
    """What tells each layer from the others: its mark, or its place from 1 where it has none."""
    return [layer.mark or place for place, layer in enumerate(layers, start=1)]
