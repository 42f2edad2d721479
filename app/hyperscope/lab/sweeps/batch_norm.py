"""The sweeps of the Batch norm lab: why it helps, and when it hurts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Layer
from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.sweep import Sweep, Variant, declare

SLOW = ("sgd", "momentum", "nesterov", "adagrad")  # optimisers that do not divide by an average of squares
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def network(experiment: Experiment, **changes: Any) -> Experiment:
    """The experiment with another network."""
    return replace(experiment, network=replace(experiment.network, **changes))


def layers(experiment: Experiment, **changes: Any) -> Experiment:
    """The experiment with all hidden layers changed alike."""
    return network(experiment, layers=tuple(replace(layer, **changes) for layer in experiment.network.layers))


def training(experiment: Experiment, **changes: Any) -> Experiment:
    """The experiment trained otherwise."""
    return replace(experiment, training=replace(experiment.training, **changes))


def _hidden(experiment: Experiment) -> Experiment:
    """With hidden layers, if there are none; at its own rate from the start."""
    return experiment if experiment.network.layers else network(experiment, layers=(Layer(8),) * 2)


def _norm(where: str) -> Callable[[Experiment], Experiment]:
    return lambda experiment: network(layers(experiment, batch_norm=where), bn_output=False)


WITHOUT = Variant("without", "batch norm", _norm("off"))
WITH = Variant("with", "batch norm", _norm("before"))
BOTH = (WITHOUT, WITH)


def _rate(experiment: Experiment, value: Value) -> Experiment:
    return training(experiment, learning_rate=float(value))


def _short(value: Value) -> str:
    return f"{value:g}" if not isinstance(value, str) else value


def _plain_sgd(experiment: Experiment) -> Experiment:
    """As the rate means most: gradient descent without momentum."""
    return training(_hidden(experiment), optimiser="sgd", schedule="constant", patience=0)


WHY: tuple[Sweep, ...] = tuple(
    declare(sweep)
    for sweep in (
        Sweep(
            "batch-norm/learning-rate",
            "Learning rate",
            "usable range of α",
            "α",
            RATES,
            "log",
            _rate,
            BOTH,
            "decades",
            "usable α",
            (
                "Long steps make weights large. Without batch norm the outputs grow with them, and the activation "
                "saturates or the loss diverges.",
                "With it BN(5Wa) = BN(Wa): the size of W changes nothing, and its gradient becomes a fifth. "
                "Large weights take small steps.",
            ),
            "But with ReLU, He weights and a good rate it is no better at all.",
            base=_plain_sgd,
            leads_to="batch-norm/relu-he",
            epochs=60,
            captions=_short,
        ),
        Sweep(
            "batch-norm/initial-weights",
            "Initial weights",
            "N(0, σ²): which σ learn",
            "σ",
            (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            "log",
            lambda experiment, value: network(experiment, initialiser="normal", initial_scale=float(value)),
            BOTH,
            "decades",
            "usable σ",
            (
                "Small weights make each layer's outputs smaller than the last one's, large ones larger: signals "
                "vanish or explode.",
                "Batch norm gives each unit mean 0 and variance 1 again, whatever the size of W.",
            ),
            "But He and Xavier weights do that too, at the start, without mini-batches.",
            base=_hidden,
            leads_to="batch-norm/relu-he",
            captions=_short,
        ),
        Sweep(
            "batch-norm/depth",
            "Depth",
            "sigmoid, 1 to 10 layers",
            "layers",
            (1, 2, 3, 4, 6, 8, 10),
            "linear",
            lambda experiment, value: network(experiment, layers=experiment.network.layers[:1] * int(value)),
            BOTH,
            "up to",
            "layers learn",
            (
                "A sigmoid's slope is at most ¼, so a gradient that goes back through ten of them is a millionth.",
                "Batch norm keeps each unit where its slope is greatest, and divides the gradient by σ, which is "
                "small where signals are.",
            ),
            "But ReLU, whose slope is 1, goes deep without it as well.",
            base=lambda experiment: network(layers(_hidden(experiment), activation="sigmoid"), initialiser="xavier"),
            leads_to="batch-norm/relu-he",
            by_layer=True,
            limits=(1, 10),
            captions=lambda value: f"{value}",
        ),
        Sweep(
            "batch-norm/batch-size",
            "Batch size",
            "accuracy at m = 2 to 256",
            "m",
            (2, 4, 8, 16, 32, 64, 128, 256),
            "powers",
            lambda experiment, value: training(experiment, batch_size=int(value)),
            BOTH,
            "down to",
            "examples a batch learn",
            (
                "μ and σ of a mini-batch are off by σ/√m. From 16 on that is a little noise, which even regularises.",
                "Below it each example's ẑ depends more on its neighbours in the batch than on itself.",
            ),
            "So with tiny batches leave it out, or gather larger ones.",
            base=_hidden,
            leads_to="batch-norm/tiny-batches",
            captions=_short,
        ),
        Sweep(
            "batch-norm/before-or-after",
            "Before or after",
            "the activation",
            "α",
            RATES[1:-1],
            "log",
            _rate,
            (WITHOUT, Variant("before", "the activation", _norm("before")), Variant("after", "it", _norm("after"))),
            "decades",
            "usable α",
            (
                "Before it, z is centred where the activation bends; that is how Ioffe and Szegedy (2015) meant it.",
                "After it, what the next layer gets has mean 0 and variance 1. Both undo the size of W.",
            ),
            "But with a ReLU that is dead for the whole batch, after it there is nothing left to normalise.",
            base=_plain_sgd,
            captions=_short,
        ),
        Sweep(
            "batch-norm/output",
            "At the output",
            "or not",
            "α",
            RATES[1:-1],
            "log",
            _rate,
            (
                Variant("hidden", "layers only", _norm("before")),
                Variant("output", "layer too", lambda experiment: network(_norm("before")(experiment), bn_output=True)),
            ),
            "best",
            "lowest median dev loss",
            (
                "The logits then have mean 0 and variance 1 over the batch, times γ: how sure the network can be is "
                "up to one number a class.",
                "And what it answers for one example depends on those that it comes with.",
            ),
            "So it is left out at the output.",
            base=_plain_sgd,
            captions=_short,
        ),
        Sweep(
            "batch-norm/dropout",
            "With dropout",
            "alone, together, order",
            "dropped",
            (0.0, 0.1, 0.2, 0.4, 0.6, 0.8),
            "linear",
            lambda experiment, value: layers(experiment, dropout=float(value)),
            (
                Variant("without", "batch norm", _norm("off")),
                Variant("before", "activation, dropout", _norm("before")),
                Variant("after", "activation, dropout", _norm("after")),
            ),
            "up to",
            "dropped units learn",
            (
                "Both make steps noisy, and batch norm regularises a little by itself.",
                "Dropout changes the variance that the next batch norm sees in training, but not at test time: the "
                "running averages are then wrong (Li et al. 2019).",
            ),
            "With batch norm use little dropout, or only before the output.",
            base=_hidden,
            leads_to="batch-norm/strong-dropout",
            captions=lambda value: f"{100 * float(value):.0f} %",
            limits=(0.0, 0.9),
        ),
        Sweep(
            "batch-norm/optimisers",
            "Optimisers",
            "every one at its usual rate",
            "",
            tuple(optimisers),
            "choice",
            lambda experiment, value: training(
                experiment, optimiser=str(value), learning_rate=0.1 if value in SLOW else 0.01
            ),
            BOTH,
            "how many",
            "optimisers learn",
            (
                "Adam and RMSProp divide each gradient by its size, so they need no help against gradients that "
                "vanish or explode.",
                "For plain gradient descent batch norm does a part of that, layer by layer.",
            ),
            "But none of them is better with it at every rate.",
            base=_hidden,
            captions=lambda value: optimisers[str(value)].label,
        ),
    )
)


def _relu_he(experiment: Experiment) -> Experiment:
    made = layers(_hidden(experiment), activation="relu")
    return training(network(made, initialiser="he"), optimiser="sgd", learning_rate=0.1, schedule="constant")


def _shifted(experiment: Experiment, value: Value) -> Experiment:
    return replace(experiment, data=replace(experiment.data, shift_move=float(value)))


HURTS: tuple[Sweep, ...] = tuple(
    declare(sweep)
    for sweep in (
        Sweep(
            "batch-norm/tiny-batches",
            "Tiny batches",
            "ReLU, He weights, m = 2 to 64",
            "m",
            (2, 4, 8, 16, 32, 64),
            "powers",
            lambda experiment, value: training(experiment, batch_size=int(value)),
            BOTH,
            "down to",
            "examples a batch learn",
            (
                "Of two examples, one has ẑ = 1 and the other −1, however close they are.",
                "The running averages of test time then describe signals that training never saw.",
            ),
            "Instead: larger mini-batches, or no batch norm and good initial weights.",
            base=_relu_he,
            captions=_short,
        ),
        Sweep(
            "batch-norm/relu-he",
            "A good start anyway",
            "ReLU, He weights, a good α",
            "α",
            (0.01, 0.03, 0.1, 0.3),
            "log",
            _rate,
            BOTH,
            "best",
            "lowest median dev loss",
            (
                "He weights keep the size of signals from layer to layer, and a ReLU does not saturate: there is "
                "nothing to mend.",
                "The noise of μ and σ in each mini-batch remains, and keeps the loss from falling as low.",
            ),
            "Instead: leave it out, where rate and initial weights are good and the network is not deep.",
            base=_relu_he,
            captions=_short,
        ),
        Sweep(
            "batch-norm/batch-of-one",
            "A batch of one",
            "m = 1, 2, 3, 4",
            "m",
            (1, 2, 3, 4),
            "linear",
            lambda experiment, value: training(experiment, batch_size=int(value)),
            BOTH,
            "down to",
            "examples a batch learn",
            (
                "One example is its own mean: ẑ = 0 whatever it is, and the layer hands on β alone.",
                "No gradient reaches the weights, so they never move.",
            ),
            "Instead: no batch norm for online learning.",
            base=lambda experiment: training(_relu_he(experiment), learning_rate=0.01),
            epochs=20,
            limits=(1, 8),
            captions=_short,
        ),
        Sweep(
            "batch-norm/elsewhere",
            "Data from elsewhere",
            "dev and test moved along x₁",
            "moved",
            (0.0, 0.25, 0.5, 1.0, 2.0),
            "linear",
            _shifted,
            BOTH,
            "up to",
            "of a shift it bears",
            (
                "At test time μ and σ are those of training. Inputs from elsewhere have others, and nothing adapts "
                "them.",
                "So batch norm does not save a network from data that have changed.",
            ),
            "Instead: train on data like those of use, or take the averages anew on some of them.",
            base=_hidden,
            captions=_short,
            limits=(0.0, 3.0),
        ),
        Sweep(
            "batch-norm/strong-dropout",
            "Strong dropout",
            "half and more of each layer",
            "dropped",
            (0.0, 0.3, 0.5, 0.7, 0.9),
            "linear",
            lambda experiment, value: layers(experiment, dropout=float(value)),
            BOTH,
            "up to",
            "dropped units learn",
            (
                "Dropped units change each sum's variance in training; at test time none is dropped.",
                "The running averages are of the former, and scale the latter wrongly (Li et al. 2019).",
            ),
            "Instead: one of the two, or dropout only after the last batch norm.",
            base=_hidden,
            captions=lambda value: f"{100 * float(value):.0f} %",
            limits=(0.0, 0.9),
        ),
    )
)
