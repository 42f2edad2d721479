"""The frozen settings of a network's training, each field with its knob; what the network is, is settled elsewhere."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.schedules import schedules
from hyperscope.knob import Settings, choice, number, switch, whole

WHOLE_SET = 65536  # batch sizes from here on, and any above the number of training examples, mean all of them

LIGHTEST, HEAVIEST = 0.01, 100.0  # weights of a class


class Training(Settings, frozen=True):
    """How the network learns: the optimiser, its constants, the mini-batches and the arithmetic."""

    LATER = ("drop_last", "weights_by_class")

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
            watch="the loss: too high a rate makes it jump, too low a one crawl",
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
            symbol="batch",  # the course's m is the number of examples
            unit="examples",
            scale="powers-of-two",
            usual="16 to 512",
            watch="how rough the loss is",
        ),
    ] = 32
    drop_last: Annotated[
        bool,
        switch(
            "Drop the last batch",
            "Leaves out the last mini-batch of an epoch where it has fewer examples than the others; the next epoch "
            "shuffles anew, so that each is left out in turn.",
            live=True,
            usual="on where batch norm would get a batch of one or two",
            watch="the dev loss from epoch to epoch",
        ),
    ] = False
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
            meanings={name: entry.meaning for name, entry in schedules.items()},
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
            ("equal", "balanced", "by hand"),
            "What a class's examples count in the loss. Balanced gives each class the same say, however few its "
            "examples; by hand each class has a weight of its own. In a mini-batch they are scaled to a mean of 1.",
            live=True,
            watch="how well each class is found",
        ),
    ] = "equal"
    weights_by_class: Annotated[
        tuple[float, ...],
        Meta(
            title="Weight of each class",
            description="What an example of each class counts where class weights are by hand; 1 for those left out.",
            extra_json_schema={"items": {"type": "number", "minimum": LIGHTEST, "maximum": HEAVIEST}},
        ),
    ] = ()
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

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.weights_by_class
        numbers = isinstance(given, tuple) and all(isinstance(one, (int, float)) for one in given)
        if not numbers or not all(LIGHTEST <= one <= HEAVIEST and not isinstance(one, bool) for one in given):
            allowed = f"numbers in [{LIGHTEST:g}, {HEAVIEST:g}], one for each class"
            raise ValueError(f"weights_by_class is {str(given)[:200]}; it must be {allowed}")
