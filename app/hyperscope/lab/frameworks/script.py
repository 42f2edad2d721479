"""What a template is told of an experiment: its operations in order, its constants, and the words around them.

Nothing here is of one framework, and no text of a user's gets out of it but as a literal, see `quoted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hyperscope.engine import trees
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.parameters import Layout
from hyperscope.engine.schedules import LOWEST, schedules
from hyperscope.engine.settings import WHOLE_SET, Network, Training
from hyperscope.knob import knobs
from hyperscope.lab.experiment.data import file_name
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.frameworks.numbers import Number, literal
from hyperscope.lab.frameworks.start import Start
from hyperscope.lab.frameworks.words import comment_lines, data_words, quoted

NAMES = {  # of a constant in code
    "learning_rate": "alpha",
    "momentum": "beta",
    "epsilon": "epsilon",
    "l2": "l2",
    "l1": "l1",
    "clip_norm": "limit",
    "label_smoothing": "smoothing",
    "temperature": "temperature",
}
MEMORY = {
    "momentum": ("v",),
    "nesterov": ("v",),
    "adagrad": ("s",),
    "rmsprop": ("s",),
    "adam": ("m1", "m2"),
    "adamw": ("m1", "m2"),
}
USED_BY = {
    "momentum": ("momentum", "nesterov"),
    "epsilon": ("adagrad", "rmsprop", "adam", "adamw"),
}


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a layer: `kind` is dense, norm, jolt, activation or dropout; it makes `after` of `before`.

    `layer` counts from 1, the output's being the last; `tag` is its name in the plan's words.
    """

    kind: str
    layer: int
    before: str
    after: str
    inputs: int
    units: int
    bias: bool = True
    name: str = ""
    rate: float = 0.0
    number: int = 0  # of its module in a row of all

    @property
    def last(self) -> bool:
        """Whether it is the output layer's."""
        return self.name == "output"


@dataclass(frozen=True)
class Script:
    """An experiment for `inputs` features and `classes`, begun as `start` says, as templates read it."""

    start: Start
    inputs: int
    classes: int
    examples: int = 0  # trained on, 0 if not known yet

    @property
    def experiment(self) -> Experiment:
        """What is in force at the start."""
        return self.start.experiment

    @cached_property
    def layout(self) -> Layout:
        """The network's."""
        return Layout(self.experiment.network, self.inputs, self.classes)

    @property
    def network(self) -> Network:
        """Its settings."""
        return self.experiment.network

    @property
    def training(self) -> Training:
        """Its settings."""
        return self.experiment.training

    @property
    def double(self) -> bool:
        """Whether it is computed in float64."""
        return bool(self.training.precision == "float64")

    # -- the network ----------------------------------------------------------------------------------------------

    @cached_property
    def layers(self) -> tuple[tuple[Op, ...], ...]:
        """The operations of each layer, the output's last."""
        found, signal, number = [], "a0", 0
        for at, name in enumerate(self.layout.names):
            ops = []
            for op in self._of_layer(at, name, signal, number):
                ops.append(op)
                signal, number = op.after, number + 1
            found.append(tuple(ops))
        return tuple(found)

    @property
    def ops(self) -> tuple[Op, ...]:
        """All operations, in order."""
        return tuple(op for layer in self.layers for op in layer)

    @property
    def logits(self) -> str:
        """What the last operation makes."""
        return self.ops[-1].after

    def _of_layer(self, at: int, name: str, signal: str, number: int) -> Iterator[Op]:
        layer, n_in, n = at + 1, self.layout.widths[at], self.layout.widths[at + 1]
        last = at == len(self.network.layers)
        norm, own = self.layout.norm_at(at), None if last else self.network.layers[at]

        def op(kind: str, before: str, after: str, name: str = "", rate: float = 0.0) -> Op:
            nonlocal number
            number += 1
            bias = self.layout.bias_at(at)
            return Op(kind, layer, before, after, n_in, n, bias, "output" if last else name, rate, number - 1)

        yield op("dense", signal, f"z{layer}")
        signal = f"z{layer}"
        if norm == "before":
            yield op("norm", signal, f"y{layer}")
            signal = f"y{layer}"
            yield from self._jolted(op, signal, layer)
            signal = f"j{layer}" if self.network.bn_jolt else signal
        if own is not None and own.activation != "linear":
            yield op("activation", signal, f"a{layer}", own.activation)
            signal = f"a{layer}"
        if norm == "after":
            yield op("norm", signal, f"y{layer}")
            signal = f"y{layer}"
            yield from self._jolted(op, signal, layer)
            signal = f"j{layer}" if self.network.bn_jolt else signal
        if own is not None and own.dropout:
            yield op("dropout", signal, f"o{layer}", "", own.dropout)

    def _jolted(self, op, signal: str, layer: int) -> Iterator[Op]:  # type: ignore[no-untyped-def]
        if self.network.bn_jolt:
            yield op("jolt", signal, f"j{layer}", "", self.network.bn_jolt)

    def named(self, op: Op) -> str:
        """The layer of an operation in words."""
        what = "the output" if op.layer == len(self.layers) else f"layer {op.layer}"
        return f"{what}: {op.units} unit{'s' if op.units > 1 else ''} of {op.inputs}"

    @property
    def optimiser_label(self) -> str:
        """What the optimiser is called."""
        return optimisers[self.training.optimiser].label

    def has(self, kind: str) -> bool:
        """Whether there is an operation of this kind."""
        return any(op.kind == kind for op in self.ops)

    def uses(self, activation: str) -> bool:
        """Whether a layer has this activation."""
        return any(op.name == activation for op in self.ops)

    @property
    def normalised(self) -> tuple[Op, ...]:
        """The batch norms."""
        return tuple(op for op in self.ops if op.kind == "norm")

    @property
    def noisy(self) -> bool:
        """Whether random numbers are drawn while training."""
        return self.has("dropout") or self.has("jolt")

    # -- constants ------------------------------------------------------------------------------------------------

    def number(self, field: str) -> Number:
        """A constant, with the moves that change it; of those that play no part its value alone."""

        def of(experiment: Experiment) -> float:
            group = experiment.network if field == "temperature" else experiment.training
            return float(getattr(group, field))

        value = of(self.experiment)
        if self.training.optimiser not in USED_BY.get(field, (self.training.optimiser,)):
            return Number(NAMES[field], value)
        moves, last = [], value
        for step, experiment in self.start.moves:
            if of(experiment) != last:
                last = of(experiment)
                moves.append((step, last))
        return Number(NAMES[field], value, tuple(moves))

    @cached_property
    def alpha(self) -> Number:
        """The learning rate, without its schedule."""
        return self.number("learning_rate")

    @cached_property
    def beta(self) -> Number:
        """The momentum."""
        return self.number("momentum")

    @cached_property
    def epsilon(self) -> Number:
        """What keeps an optimiser from dividing by zero."""
        return self.number("epsilon")

    @cached_property
    def l2(self) -> Number:
        """The strength of L2."""
        return self.number("l2")

    @cached_property
    def l1(self) -> Number:
        """The strength of L1."""
        return self.number("l1")

    @cached_property
    def limit(self) -> Number:
        """The longest gradient, 0 for none."""
        return self.number("clip_norm")

    @cached_property
    def smoothing(self) -> Number:
        """Of labels."""
        return self.number("label_smoothing")

    @cached_property
    def temperature(self) -> Number:
        """What logits are divided by."""
        return self.number("temperature")

    @property
    def cooled(self) -> bool:
        """Whether logits are ever divided."""
        return any(value != 1 for value in self.temperature.values)

    @property
    def moved(self) -> tuple[Number, ...]:
        """The constants that the session moves."""
        every = (self.alpha, self.beta, self.epsilon, self.l2, self.l1, self.limit, self.smoothing, self.temperature)
        return tuple(one for one in every if one.moves)

    @property
    def passed(self) -> str:
        """The moved constants, and the rate if it follows a schedule, as further arguments of a function."""
        names = [one.name for one in self.moved if not (self.scheduled and one.name == "alpha")]
        return "".join(f", {name}" for name in [*(["rate"] if self.scheduled else []), *names])

    @property
    def decoupled(self) -> bool:
        """Whether the optimiser does the L2 penalty itself."""
        return bool(self.training.optimiser == "adamw")

    @property
    def adam(self) -> bool:
        """Whether the optimiser is Adam, of one kind or the other."""
        return self.training.optimiser in ("adam", "adamw")

    # -- the learning rate ----------------------------------------------------------------------------------------

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate follows the epochs."""
        return bool(self.training.schedule != "constant" or self.training.warmup)

    @property
    def fractional(self) -> bool:
        """Whether it changes within an epoch."""
        training = self.training
        return bool(training.schedule not in ("constant", "exponential", "inverse") or training.warmup)

    @property
    def factor(self) -> str:
        """What the schedule makes of the rate after t epochs, as an expression in t and the module `math`."""
        k, period = literal(self.training.decay), literal(self.training.decay_every)
        found = {
            "constant": "",
            "exponential": f"{k} ** int(t)",
            "smooth": f"{k}**t",
            "steps": f"{k} ** (t // {period})",
            "inverse": f"1 / (1 + {k} * int(t))",
            "cosine": f"0.5 * (1 + math.cos(math.pi * min(1.0, t / {period})))",
            "cyclic": f"({literal(LOWEST)} + {literal(1 - LOWEST)} * abs(1 - 2 * (t / {period} % 1)))",
        }[self.training.schedule]
        if self.training.schedule == "inverse":
            found = f"({found})"
        warm = literal(self.training.warmup)
        # the first step of a warm-up is not of length 0
        parts = [found, f"min(t + 0.001, {warm}) / {warm}" if self.training.warmup else ""]
        return " * ".join(part for part in parts if part)

    @property
    def rate(self) -> str:
        """The learning rate of a step, as it stands in a formula."""
        return "rate" if self.scheduled else str(self.alpha)

    @property
    def schedule_words(self) -> str:
        """What the schedule does, in a sentence."""
        meaning = schedules[self.training.schedule].meaning
        return meaning + (f" Warm-up over {self.training.warmup:g} epochs." if self.training.warmup else "")

    # -- the loss -------------------------------------------------------------------------------------------------

    @property
    def output(self) -> str:
        """What the last layer's numbers mean, by name."""
        return self.layout.network.output

    @property
    def units(self) -> int:
        """How many numbers the last layer gives."""
        return self.layout.widths[-1]

    @property
    def masked(self) -> bool:
        """Whether not all of them count for each class."""
        return outputs[self.output].masked

    @property
    def weighted(self) -> bool:
        """Whether classes have weights."""
        return bool(self.training.class_weights != "equal")

    @property
    def by_hand(self) -> str:
        """The weights of the classes, as a list."""
        given = self.training.weights_by_class[: self.classes]
        return repr([*map(float, given), *[1.0] * (self.classes - len(given))])

    @property
    def questions(self) -> tuple[str, str]:
        """For a tree: the answers (C, C − 1) and which of them are asked, as nested lists."""
        answers, asked = trees.questions(trees.parsed(self.network.tree, self.classes))
        return repr(answers.astype(int).tolist()), repr(asked.astype(int).tolist())

    @property
    def balanced(self) -> bool:
        """Whether classes count by how rare they are."""
        return bool(self.training.class_weights == "balanced")

    # -- words ----------------------------------------------------------------------------------------------------

    @property
    def data_comments(self) -> tuple[str, ...]:
        """What lies in data.npz, as lines of a comment."""
        data = self.experiment.data
        name = quoted(file_name(data.file)) if data.source == "file" else data.source
        return comment_lines(f"data.npz: {name}; {data_words(data)}")

    @property
    def start_comments(self) -> tuple[str, ...]:
        """What lies in start.npz, as lines of a comment."""
        network = self.network
        drawn = f"start.npz: weights by {knobs(Network)['initialiser'].caption(network.initialiser)}"
        if network.initialiser in ("normal", "constant", "uniform"):
            drawn += f" with σ = {literal(network.initial_scale)}"
        drawn += f", seed {self.experiment.seed}"
        if self.start.trained:
            drawn += f", as trained for {self.start.place.tick} steps before this begins"
        if self.start.remembers and self.training.optimiser != "sgd":
            drawn += "; memory.npz: what the optimiser remembers of them"
        return comment_lines(drawn)

    @property
    def batch_comment(self) -> str:
        """How the mini-batches are cut, in a few words."""
        words: list[str] = []
        for experiment in (self.experiment, *(one for _, one in self.start.moves)):
            size = experiment.training.batch_size
            said = "all" if size >= WHOLE_SET else f"of {size}"
            said += ", short last ones dropped" if experiment.training.drop_last else ""
            if not words or words[-1] != said:
                words.append(said)
        return ", then ".join(words) if len(words) < 4 else f"{words[0]}, and later {words[-1]}"

    @property
    def remembers(self) -> bool:
        """Whether the optimiser begins with a memory."""
        return bool(self.start.remembers and self.memory)

    @property
    def memory(self) -> tuple[str, ...]:
        """What the optimiser remembers of each parameter: velocity, squares, or Adam's two moments."""
        return MEMORY.get(self.training.optimiser, ())

    @property
    def adam_by_hand(self) -> bool:
        """Whether Adam is none that frameworks have: without bias correction, or after steps with other β."""
        return bool(self.adam and (not self.training.bias_correction or (self.remembers and self.start.uneven)))

    @property
    def corrected(self) -> bool:
        """Whether Adam's averages are corrected for having begun at 0."""
        return bool(self.adam and self.training.bias_correction)

    # -- where in the data --------------------------------------------------------------------------------------------

    @property
    def begun_within(self) -> bool:
        """Whether it begins in the middle of training, so that epochs and steps are not counted from 0."""
        return self.start.trained

    @property
    def step(self) -> str:
        """The number of a step since the network was made, by which noise is drawn."""
        return "step + taken" if self.begun_within else "step"

    @property
    def augmented(self) -> bool:
        """Whether each epoch sees copies of its own."""
        data = self.experiment.data
        return bool(
            data.augment_jitter or data.augment_rotate or data.augment_scale or data.augment_move or data.augment_cut
        )

    @property
    def copies(self) -> str:
        """The number of an epoch's copies."""
        return "epoch - first_epoch" if self.begun_within else "epoch"

    @property
    def uses_epoch(self) -> bool:
        """Whether anything depends on the epoch's number."""
        return bool(self.scheduled or self.augmented or self.patience)

    @property
    def patience(self) -> int:
        """Epochs of early stopping, 0 for none."""
        return int(self.training.patience)

    def at_test(self, signal: str) -> str:
        """What stands in for a signal at test time, where nothing is dropped or jolted."""
        made = {op.after: op for op in self.ops}
        while signal in made and made[signal].kind in ("dropout", "jolt"):
            signal = made[signal].before
        return "x_dev.T" if signal == "a0" else signal

    # -- what one framework or another asks -----------------------------------------------------------------------

    @property
    def frozen(self) -> bool:
        """Whether there are γ and β that are not learned."""
        return bool(self.normalised and not self.network.bn_learned)

    @property
    def numpy_learned(self) -> str:
        """What is learned, as NumPy's loop goes through it."""
        return "learned" if self.frozen else "p"

    @property
    def l2_by_hand(self) -> bool:
        """Whether L2 must be added to the gradient by hand, as the gradient is limited after it."""
        return bool(self.l2 and self.limit and not self.decoupled)

    @property
    def torch_groups(self) -> bool:
        """Whether weights decay, and biases do not, by groups of parameters."""
        return bool(self.l2 and not self.l2_by_hand)

    @property
    def loss_of_torch(self) -> bool:
        """Whether the loss is one line in PyTorch."""
        still = not self.smoothing.moves and not self.cooled
        return self.output == "softmax" and not self.weighted and still

    @property
    def torch_functional(self) -> bool:
        """Whether PyTorch's functions are called."""
        if self.loss_of_torch:
            return bool(self.patience)
        return self.output in ("softmax", "one-vs-all", "hierarchical")

    @property
    def loss_passed(self) -> str:
        """The moved constants that the loss depends on, as further arguments."""
        return "".join(f", {one.name}" for one in (self.smoothing, self.temperature) if one.moves)

    def _optax(self) -> tuple[tuple[str, str], ...]:
        names = [("rate" if self.scheduled else "alpha", self.alpha.first)] * bool(self.scheduled or self.alpha.moves)
        moved = [self.beta, self.epsilon, self.l2, self.limit]
        return (*names, *((one.name, one.first) for one in moved if one.moves))

    @property
    def optax_moved(self) -> str:
        """The arguments of Optax's optimiser that change, by name,"""
        return ", ".join(name for name, _ in self._optax())

    @property
    def optax_first(self) -> str:
        """and as they are at the start."""
        return ", ".join(f"{name}={value}" for name, value in self._optax())

    @property
    def optax_place(self) -> int:
        """The place of the rule itself in Optax's chain."""
        return bool(self.l2 and not self.decoupled) + bool(self.limit)

    @property
    def memory_names(self) -> str:
        """The names of what the optimiser remembers, as a tuple in code."""
        return '("' + '", "'.join(self.memory) + '",)' if self.memory else "()"

    @property
    def batch_of_one(self) -> bool:
        """Whether a mini-batch of one example comes, which not every batch norm takes."""
        for experiment in (self.experiment, *(one for _, one in self.start.moves)):
            training = experiment.training
            size = min(training.batch_size, self.examples)
            if size == 1 or (size and self.examples % size == 1 and not training.drop_last):
                return True
        return False
