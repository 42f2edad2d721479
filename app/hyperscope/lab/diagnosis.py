"""The doctor: what is the matter with a run, each finding with its numbers, its threshold and the usual remedy.

Each check is declared once and says no more than its numbers show. Gradients and activations are those of training
mode over the whole training set, in float64; where that would take too long, over an even part of it, and said so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

import msgspec
import numpy as np

from hyperscope.engine import curvature, metrics, textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.batches import Position, Shuffle
from hyperscope.engine.calibration import chance_calibration_error, expected_calibration_error, reliability
from hyperscope.engine.datasets import generators
from hyperscope.engine.learner import Diverged, Learner
from hyperscope.engine.settings import Layer
from hyperscope.engine.softmax import one_hot, softmax
from hyperscope.knob import Value
from hyperscope.lab.experiment import Experiment, changed, knob_at
from hyperscope.lab.probes import FLAT
from hyperscope.lab.trainer import Scores, Trainer
from hyperscope.registry import Registry

Severity = Literal["fine", "look", "act"]

WORK = 5e6  # examples times parameters in one gradient; from there on a part of the training set must do
FEWEST = 64  # examples looked at however large the network
GROUPS = 8  # mini-batches whose gradients are compared
TREND = 4  # rows of the history averaged before and after
SLOW_TREND = 16  # the same, for "no longer falls"
STILL = 0.01  # of ln C; a loss that falls by less over SLOW_TREND rows no longer falls
LEFT = 0.1  # of ln C; a training loss below it leaves little to learn
ALMOST_ALL = 0.95  # of the examples, for which a saturated unit is flat
SAME = 1e-4  # of the largest entry; rounding keeps equal units this close in float32
USUAL_UPDATE = 1e-3  # of the weights' own size, in one step (CS231n)
NOISE = 2.0  # standard errors that a gap between error rates must exceed
SHIFT_NOISE = 5.0  # standard errors that a shift of inputs must exceed; many features are compared at once


@dataclass(frozen=True, slots=True)
class Remedy:
    """What one usually does: `change` gives the experiment with it done, `caption` says it in a few words.

    With `restart`, training must also start again: what is broken would be carried over.
    """

    caption: str
    change: Callable[[Experiment], Experiment]
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: fine, worth a look, or something to act on.

    `sentence` says it with its numbers, which are also the `evidence`; `value` was held against `threshold`, the one
    it crossed or else the first it could cross (NaN where it was not judged), which comes from `source`.
    """

    name: str
    severity: Severity
    sentence: str
    evidence: Mapping[str, float | tuple[float, ...]]
    value: float
    threshold: float
    source: str
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check measured: `value` decides, `sentence` says it, `so` says what follows if it is not fine."""

    value: float
    sentence: str
    evidence: Mapping[str, float | tuple[float, ...]]
    so: str = ""
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A measurement, None where it does not apply, and the values from which on (or `below`) it is looked at, acted on.

    `source` says where the thresholds come from.
    """

    measure: Callable[[Seen], Measured | None]
    look: float
    act: float
    source: str
    below: bool = False

    def severity(self, value: float) -> Severity:
        """How serious a value is; NaN is fine."""
        sign = -1 if self.below else 1
        return "act" if sign * value >= sign * self.act else "look" if sign * value >= sign * self.look else "fine"


checks: Registry[Check] = Registry("check")


def check(
    name: str, *, look: float, act: float, source: str, below: bool = False
) -> Callable[[Callable[[Seen], Measured | None]], Callable[[Seen], Measured | None]]:
    """Declares the decorated measurement as the check `name`."""

    def declare(measure: Callable[[Seen], Measured | None]) -> Callable[[Seen], Measured | None]:
        checks.add(name)(Check(measure, look, act, source, below))
        return measure

    return declare


def findings(trainer: Trainer, best_error: float = 0.0) -> tuple[Finding, ...]:
    """What every check that applies found, the most serious first; looking changes nothing.

    `best_error`, from 0 to 1, is the error that people or the best known model have on this task.
    """
    seen = Seen(trainer, best_error)
    with np.errstate(all="ignore"):
        found = [finding for name, entry in checks.items() if (finding := _found(name, entry, seen)) is not None]
    return tuple(sorted(found, key=lambda finding: ("act", "look", "fine").index(finding.severity)))


def _found(name: str, entry: Check, seen: Seen) -> Finding | None:
    measured = entry.measure(seen)
    if measured is None:
        return None
    severity = entry.severity(measured.value)
    threshold = entry.act if severity == "act" else entry.look
    fine = severity == "fine"
    sentence = measured.sentence if fine or not measured.so else f"{measured.sentence} {measured.so}"
    remedy = None if fine else measured.remedy
    return Finding(name, severity, sentence, measured.evidence, measured.value, threshold, entry.source, remedy)


class Seen:
    """A trainer as the checks see it; what several of them need is worked out once, when the first asks."""

    def __init__(self, trainer: Trainer, best_error: float) -> None:
        self.trainer, self.best_error = trainer, best_error
        self.experiment, self.layout = trainer.experiment, trainer.layout
        self.network, self.training = trainer.experiment.network, trainer.experiment.training
        data = trainer.examples
        count = min(trainer.training_examples, max(FEWEST, int(WORK / self.layout.size)))
        every = np.linspace(0, trainer.training_examples - 1, count).round().astype(np.int64)
        self.x, self.y = data.x_train[:, every], one_hot(data.y_train[every], self.layout.classes)
        self.where = "the training set" if count == trainer.training_examples else f"{count} training examples"
        self.parameters = trainer.learner.state.parameters.astype(np.float64)
        self.ln_c = math.log(self.layout.classes)

    @property
    def scores(self) -> Scores:
        """Losses and accuracies at test time."""
        return self.trainer.scores()

    @cached_property
    def gradient(self) -> Array:
        """The gradient (P,) of the training loss."""
        return curvature.gradient(self.layout, self.parameters, self.x, self.y)

    @cached_property
    def traces(self) -> list[textbook.Trace]:
        """What is inside each hidden layer."""
        running = self.trainer.learner.state.running
        return textbook.forward(self.layout, self.parameters, running, self.x, training=True)[:-1]

    @cached_property
    def update(self) -> Array | None:
        """What the next step adds to the parameters (P,), taken on a copy; None if it diverges."""
        trainer = self.trainer
        batches, _ = trainer.order.batches(trainer.batch_size, trainer.position, 1)
        batch = batches[0] if batches else trainer.last_batch
        data, training = trainer.examples, trainer.learner.trainings[0]
        copy = Learner(self.layout, training, self.experiment.seed, data.x_train[:, batch], data.y_train[batch])
        copy.restore(trainer.learner.moment())
        try:
            copy.steps([np.arange(len(batch))])
        except Diverged:
            return None
        difference: Array = copy.state.parameters.astype(np.float64) - self.parameters
        return difference

    @cached_property
    def p_dev(self) -> Array:
        """Class probabilities (C, m) of the dev set at test time."""
        x = self.trainer.examples.x_dev.astype(self.trainer.learner.dtype)
        return softmax(self.trainer.predictor.logits(self.trainer.folded(), x).astype(np.float64))

    def weights(self, flat: Array) -> list[Array]:
        """[W | b] (n, n_in + 1) of every layer, the output last, as it lies in a vector (P,)."""
        return [self.layout.parameters[f"{name}.weights"].of(flat) for name in self.layout.names]

    @property
    def settled(self) -> bool:
        """Whether there is a history and its last rows no longer fall."""
        return self.trend(TREND) > -STILL

    def trend(self, rows: int) -> float:
        """The training loss's mean over the last `rows` rows of the history less that over the `rows` before; or NaN.

        In units of ln C.
        """
        losses = self.trainer.history.curves().train_loss
        if len(losses) < 2 * rows:
            return math.nan
        return float(losses[-rows:].mean() - losses[-2 * rows : -rows].mean()) / self.ln_c


# -- words and remedies -------------------------------------------------------------------------------------------


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _layers(counts: Mapping[int, tuple[int, int]], of: str) -> str:
    """ "In layer 2, 5 of 8 units are `of`; in layer 3, 1 of 8" from {1: (5, 8), 2: (1, 8)}."""
    parts = [f"in layer {number + 1}, {k} of {n}" for number, (k, n) in counts.items()]
    one = next(iter(counts.values()))[0] == 1
    parts[0] = f"I{parts[0][1:]} units {'is' if one else 'are'} {of}"
    return "; ".join(parts)


def _short(value: float) -> str:
    """Two digits, without an exponent where one can do without."""
    return f"{float(f'{value:.2g}'):g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def _with(moves: tuple[tuple[str, Value], ...], experiment: Experiment) -> Experiment:
    for path, value in moves:
        experiment = changed(experiment, path, value)
    return experiment


def _setting(caption: str, *moves: tuple[str, Value], restart: bool = False) -> Remedy:
    return Remedy(caption, partial(_with, moves), restart)


def _rate(seen: Seen, rate: float, *, restart: bool = False) -> Remedy | None:
    """The learning rate near `rate`, to one digit, within its range; None if it is that already."""
    knob = knob_at("training.learning_rate")
    rate = float(f"{min(knob.high, max(knob.low, rate)):.0e}")
    if rate == seen.training.learning_rate:
        return None
    return _setting(f"α {rate:.3g}", ("training.learning_rate", rate), restart=restart)


def _in_every_layer(field: str, value: Value, experiment: Experiment) -> Experiment:
    layers = tuple(msgspec.structs.replace(layer, **{field: value}) for layer in experiment.network.layers)
    return msgspec.structs.replace(experiment, network=msgspec.structs.replace(experiment.network, layers=layers))


def _start(seen: Seen) -> Remedy | None:
    """Weights that start at the size that keeps signals; None if they do."""
    if seen.network.initialiser in ("he", "xavier"):
        return None
    rule = "he" if any(layer.activation == "relu" for layer in seen.network.layers) else "xavier"
    caption = knob_at("network.initialiser").caption(rule)
    return _setting(f"{caption} initial weights", ("network.initialiser", rule))


def _normalise(seen: Seen) -> Remedy | None:
    """Batch norm in every layer; None if it is there."""
    if all(layer.batch_norm != "off" for layer in seen.network.layers):
        return None
    return Remedy("batch norm in every layer", partial(_in_every_layer, "batch_norm", "before"), restart=True)


def _bigger(experiment: Experiment) -> Experiment:
    most = int(knob_at("network.layers.0.units").high)
    layers = tuple(
        msgspec.structs.replace(layer, units=min(most, 2 * layer.units)) for layer in experiment.network.layers
    ) or (Layer(),)
    return msgspec.structs.replace(experiment, network=msgspec.structs.replace(experiment.network, layers=layers))


BIGGER = Remedy("a bigger network", _bigger)


def _more_data(seen: Seen) -> Remedy | None:
    points = min(int(knob_at("data.points").high), 2 * seen.experiment.data.points)
    if seen.experiment.data.source not in generators or points == seen.experiment.data.points:
        return None
    return _setting(f"{points} points", ("data.points", points))


# -- gradients and signals ----------------------------------------------------------------------------------------

OURS = "A rule of thumb of Hyperscope's own"


def _gradient_sizes(seen: Seen) -> tuple[float, tuple[float, ...]] | None:
    sizes = tuple(_rms(weights) for weights in seen.weights(seen.gradient))
    return (sizes[0] / sizes[-1], sizes) if len(sizes) > 1 and sizes[-1] > 0 else None


def _gradient_sentence(ratio: float, sizes: tuple[float, ...]) -> str:
    return (
        f"The gradient of layer 1 is {_short(ratio)} times that of the output layer "
        f"(root mean squares {_short(sizes[0])} and {_short(sizes[-1])})."
    )


@check(
    "vanishing gradient",
    look=1e-2,
    act=1e-3,
    below=True,
    source=f"{OURS}; the effect: Glorot and Bengio 2010, section 4.2",
)
def vanishing(seen: Seen) -> Measured | None:
    """The first layer's root mean square gradient against the output layer's."""
    if (found := _gradient_sizes(seen)) is None:
        return None
    ratio, sizes = found
    so = "With plain gradient steps the first layers learn that much more slowly."
    remedy = _start(seen) or _normalise(seen)
    return Measured(ratio, _gradient_sentence(ratio, sizes), {"ratio": ratio, "rms": sizes}, so, remedy)


@check("exploding gradient", look=1e2, act=1e3, source=f"{OURS}; the effect: Pascanu et al. 2013, section 2")
def exploding(seen: Seen) -> Measured | None:
    """The same ratio, too large."""
    if (found := _gradient_sizes(seen)) is None:
        return None
    ratio, sizes = found
    so = "A learning rate that suits the output layer is too high for the first ones."
    remedy = _start(seen) or _normalise(seen)
    return Measured(ratio, _gradient_sentence(ratio, sizes), {"ratio": ratio, "rms": sizes}, so, remedy)


@check(
    "signal size",
    look=10,
    act=100,
    source=f"{OURS}; that it should stay: Glorot and Bengio 2010, eq. 8; He et al. 2015, eq. 9",
)
def signal(seen: Seen) -> Measured | None:
    """Root mean square activation of the last hidden layer against the first's, in either direction."""
    sizes = tuple(_rms(trace.output) for trace in seen.traces)
    if len(sizes) < 2 or sizes[0] == 0:
        return None
    ratio = sizes[-1] / sizes[0]
    value = max(ratio, 1 / ratio if ratio else math.inf)
    ends = _short(sizes[0]), _short(sizes[-1])
    sentence = f"Activations are {ends[0]} in layer 1 and {ends[1]} in layer {len(sizes)} (root mean square)."
    so = "On the way through the layers the signal " + ("grows." if ratio > 1 else "shrinks.")
    return Measured(value, sentence, {"ratio": ratio, "rms": sizes}, so, _start(seen) or _normalise(seen))


@check(
    "dead units",
    look=0.01,
    act=0.4,
    source=f"CS231n, Neural Networks 1: as much as 40 % of a network can be dead; one in a hundred: {OURS.lower()}",
)
def dead(seen: Seen) -> Measured | None:
    """Units whose output and slope are 0 for every example, as only ReLU's are."""
    counts: dict[int, tuple[int, int]] = {}
    units = [layer.units for layer in seen.network.layers if layer.activation == "relu"]
    if not units:
        return None
    for number, (layer, trace) in enumerate(zip(seen.network.layers, seen.traces, strict=True)):
        count = int((trace.activated == 0).all(axis=1).sum()) if layer.activation == "relu" else 0
        if count:
            counts[number] = count, layer.units
    evidence = {"dead": float(sum(k for k, _ in counts.values())), "units": float(sum(units))}
    if not counts:
        return Measured(0.0, f"Each of the {sum(units)} ReLU units is active somewhere on {seen.where}.", evidence)
    value = max(k / n for k, n in counts.values())
    sentence = _layers(counts, f"never active on {seen.where}") + ": their gradient is 0."
    remedy = _start(seen) or _rate(seen, seen.training.learning_rate / 10, restart=True)
    return Measured(value, sentence, {**evidence, "worst layer": value}, remedy=remedy)


@check(
    "saturated units", look=0.25, act=0.5, source=f"{OURS}; the effect: Glorot and Bengio 2010, section 3; LeCun 1998"
)
def saturated(seen: Seen) -> Measured | None:
    """Bounded units that are flat, as the distributions panel counts it, for almost all examples."""
    counts: dict[int, tuple[int, int]] = {}
    shares = []
    for number, (layer, trace) in enumerate(zip(seen.network.layers, seen.traces, strict=True)):
        if layer.activation not in ("tanh", "sigmoid"):
            continue
        entering = trace.y if layer.batch_norm == "before" and trace.y is not None else trace.z
        function = activations[layer.activation]
        flat = (np.abs(function.slope(entering)) < FLAT * function.steepest).mean(axis=1) >= ALMOST_ALL
        shares.append(float(flat.mean()))
        if flat.any():
            counts[number] = int(flat.sum()), layer.units
    if not shares:
        return None
    part = f"{_percent(ALMOST_ALL)} of {seen.where}"
    sentence = f"No tanh or sigmoid unit is saturated on {part}."
    if counts:
        sentence = _layers(counts, f"saturated on at least {part}") + "."
    so = f"There their slope is below {100 * FLAT:.0f} % of its greatest, and so is what reaches their weights."
    scaled = _setting("standardise", ("data.standardise", True)) if not seen.experiment.data.standardise else None
    remedy = _start(seen) or (scaled if 0 in counts else None) or _normalise(seen)
    return Measured(max(shares), sentence, {"worst layer": max(shares), "share": tuple(shares)}, so, remedy)


@check("symmetric units", look=1, act=1, source="By the formulas: equal weights with equal gradients stay equal")
def symmetric(seen: Seen) -> Measured | None:
    """Hidden layers all of whose units have the same weights, output and gradient."""
    equal, wide = [], 0
    weights, gradients = seen.weights(seen.parameters), seen.weights(seen.gradient)
    for number, trace in enumerate(seen.traces):
        if len(trace.output) > 1:
            wide += 1
            if all(_equal_rows(rows) for rows in (weights[number], gradients[number], trace.output)):
                equal.append(number)
    if not wide:
        return None
    evidence = {"layers": float(len(equal)), "of": float(wide)}
    if not equal:
        return Measured(0.0, "In every hidden layer the units differ.", evidence)
    which = ", ".join(str(number + 1) for number in equal)
    sentence = f"In layer{'s' if len(equal) > 1 else ''} {which} all units have the same weights and the same gradient:"
    so = "they stay equal, and each layer does no more than one unit would."
    return Measured(float(len(equal)), sentence, evidence, so, _start(seen))


def _equal_rows(rows: Array) -> bool:
    return bool(np.ptp(rows, axis=0).max() <= SAME * np.abs(rows).max())


# -- steps --------------------------------------------------------------------------------------------------------


@check(
    "update size",
    look=30,
    act=300,
    source=f"CS231n, Neural Networks 3: about 1e-3 is usual; 30 and 300 times: {OURS.lower()}",
)
def update(seen: Seen) -> Measured | None:
    """By what factor the next step's |Δw| / |w| is off 1e-3, in the layer where it is off most.

    After the first epoch, since Adam's first steps are all as long as can be; small steps count only while there is
    something left to learn.
    """
    if seen.trainer.epoch < 1 or seen.update is None:
        return None
    sizes = [
        (_rms(step), _rms(now))
        for step, now in zip(seen.weights(seen.update), seen.weights(seen.parameters), strict=True)
    ]
    ratios = tuple(step / now for step, now in sizes if now > 0)
    if not ratios:
        return None
    most, least = max(ratios), min(ratios)
    too_small = USUAL_UPDATE / least if least else math.inf
    if seen.scores.train.loss < LEFT * seen.ln_c:
        too_small = 0.0
    high = most / USUAL_UPDATE >= too_small
    sentence = (
        f"The next step changes the layers' weights by {_short(least)} to {_short(most)} of their own size; "
        f"usual is {USUAL_UPDATE:g}."
    )
    so = "Steps that large may undo what was learned." if high else "At least one layer hardly moves."
    rate = seen.training.learning_rate
    remedy = _rate(seen, rate * USUAL_UPDATE / most) if high or most < USUAL_UPDATE / 30 else None
    return Measured(max(most / USUAL_UPDATE, too_small), sentence, {"ratio": ratios}, so, remedy)


@check(
    "learning rate",
    look=1,
    act=2,
    source="Claim E13: on ½λx² gradient descent converges if and only if α < 2/λ, with momentum α < (2 + 2β)/λ; "
    f"twice that: {OURS.lower()}, since the curvature itself moves",
)
def learning_rate(seen: Seen) -> Measured | None:
    """α against the limit that the curvature along the gradient sets."""
    bend = curvature.curvature_along(seen.layout, seen.parameters, seen.x, seen.y, seen.gradient)
    if math.isnan(bend):
        return None
    rate, name = seen.training.learning_rate, seen.training.optimiser
    momentum = {"sgd": 0.0, "momentum": seen.training.momentum}.get(name)
    limit = curvature.rate_limit(bend, momentum or 0.0)
    evidence = {"curvature": bend, "limit": limit, "rate": rate}
    if math.isinf(limit):
        return Measured(
            math.nan,
            f"Along its gradient the loss curves downwards ({_short(bend)}); that sets no limit to α.",
            evidence,
        )
    formula = "(2 + 2β)/λ" if momentum else "2/λ"
    said = f"Along its gradient the loss has the curvature λ = {_short(bend)}, so {formula} = {_short(limit)}"
    if momentum is None:
        return Measured(math.nan, f"{said}; this optimiser rescales gradients, so that is no limit to its α.", evidence)
    so = "While it stays so, steps along the gradient overshoot ever further."
    return Measured(rate / limit, f"{said}; α is {_short(rate)}.", evidence, so, _rate(seen, limit / 2))


@check(
    "gradient noise",
    look=10,
    act=math.inf,
    source=f"McCandlish et al. 2018, eq. 2.9: noise and signal are alike at the noise scale; ten times: {OURS.lower()}",
)
def noise(seen: Seen) -> Measured | None:
    """The gradient noise scale against the batch size, where it matters.

    Small batches count once the loss no longer falls, large ones after the first epoch: the scale grows while
    training goes on.
    """
    size = min(seen.trainer.batch_size, seen.x.shape[1] // GROUPS)
    if size < 1:
        return None
    batches, _ = Shuffle(0, seen.x.shape[1]).batches(size, Position(), GROUPS)
    found = curvature.gradient_noise(seen.layout, seen.parameters, seen.x, seen.y, batches)
    if math.isnan(found.scale):
        return None
    m = seen.trainer.batch_size
    scale = found.scale
    stuck = seen.trend(SLOW_TREND) > -STILL and seen.scores.train.loss >= LEFT * seen.ln_c
    too_small = scale / m if stuck else 0.0
    too_large = m / scale if seen.trainer.epoch >= 1 and scale > 0 else 0.0
    sentence = (
        f"Noise and signal of the gradient are alike in batches of about {_short(max(1, scale))} (estimated); "
        f"yours have {m}."
    )
    if too_small >= too_large:
        so = "The loss no longer falls, and what is left of the gradient is mostly noise at this size."
        better = min(seen.trainer.training_examples, 4 * m)
    else:
        so = "Smaller batches would learn almost as much in a step."
        better = max(1, 2 ** round(math.log2(max(1, 4 * scale))))
    remedy = _setting(f"batches of {better}", ("training.batch_size", better)) if better != m else None
    return Measured(max(too_small, too_large), sentence, {"scale": scale, "batch size": float(m)}, so, remedy)


@check(
    "tiny batches",
    look=8,
    act=2,
    below=True,
    source="Wu and He 2018, table 2: from 8 examples down batch norm gets worse, with 2 by far",
)
def tiny_batches(seen: Seen) -> Measured | None:
    """The mini-batch size where there is batch norm."""
    if all(layer.batch_norm == "off" for layer in seen.network.layers):
        return None
    m = seen.trainer.batch_size
    so = (
        "From so few they are far from those of the data, which test time uses."
        if m > 1
        else "Of one example there is none."
    )
    sentence = f"Batch norm takes its means and variances over {m} example{'s' if m > 1 else ''} at a time."
    better = min(32, seen.trainer.training_examples)
    remedy = _setting(f"batches of {better}", ("training.batch_size", better)) if better > m else None
    return Measured(float(m), sentence, {"batch size": float(m)}, so, remedy)


# -- data and errors ----------------------------------------------------------------------------------------------


@check(
    "input scales", look=10, act=1000, source=f"{OURS}; the effect: LeCun et al. 1998, Efficient BackProp, section 4.3"
)
def input_scales(seen: Seen) -> Measured | None:
    """The largest standard deviation of an input as the network is fed it against the smallest that is not 0."""
    deviation = seen.trainer.examples.x_train.std(axis=1)
    some = np.flatnonzero(deviation > 1e-12 * deviation.max(initial=0))
    if len(some) < 2:
        return None
    names = seen.trainer.examples.feature_names
    large, small = some[deviation[some].argmax()], some[deviation[some].argmin()]
    ratio = float(deviation[large] / deviation[small])
    sentence = (
        f"Inputs spread from {_short(deviation[small])} ({names[small]}) to {_short(deviation[large])} "
        f"({names[large]}), a ratio of {_short(ratio)}."
    )
    so = "The cost is that much narrower in one direction than in another, and no one rate suits both."
    remedy = None if seen.experiment.data.standardise else _setting("standardise", ("data.standardise", True))
    evidence = {"ratio": ratio, "smallest": float(deviation[small]), "largest": float(deviation[large])}
    return Measured(ratio, sentence, evidence, so, remedy)


ADVICE = {
    "high bias": "Try a bigger network, train longer, or another optimiser.",
    "high variance": "Try more data or regularisation.",
    "high bias and high variance": "First lower the training error: a bigger network, longer training; "
    "then more data or regularisation.",
    "neither": "Neither gap is large.",
}


def verdict(found: metrics.Gaps, large: float = 0.05) -> str:
    """The key of ADVICE for two gaps; a gap counts from `large` on and when chance alone does not explain it."""
    bias = found.bias >= max(large, NOISE * found.bias_noise)
    variance = found.variance >= max(large, NOISE * found.variance_noise)
    return {
        (False, False): "neither",
        (True, False): "high bias",
        (False, True): "high variance",
        (True, True): "high bias and high variance",
    }[bias, variance]


@check(
    "bias and variance",
    look=0.05,
    act=0.15,
    source=f"{OURS}, for the usual table: train less best error is bias, dev less train error variance",
)
def bias_and_variance(seen: Seen) -> Measured | None:
    """The larger of the two gaps that count, after the first epoch; bias counts once the loss no longer falls."""
    train, dev = seen.scores.train, seen.scores.dev
    if seen.trainer.epoch < 1 or not dev.predicted.size:
        return None
    errors = 1 - train.accuracy, 1 - dev.accuracy
    found = metrics.gaps(errors[0], train.predicted.size, errors[1], dev.predicted.size, seen.best_error)
    learning = not seen.trend(SLOW_TREND) > -STILL
    key = verdict(replace(found, bias=min(found.bias, 0.0)) if learning else found)
    value = max([found.bias] * ("bias" in key) + [found.variance] * ("variance" in key) + [0.0])
    sentence = (
        f"The error is {_percent(errors[0])} on the training set, {_percent(errors[1])} on the dev set, and at best "
        f"{_percent(seen.best_error)}: {'neither bias nor variance is high' if key == 'neither' else key}"
        + (", as far as one can say while the loss still falls." if learning else ".")
    )
    evidence = {
        "train": errors[0],
        "dev": errors[1],
        "best": seen.best_error,
        "bias": found.bias,
        "variance": found.variance,
    }
    remedy = BIGGER if "bias" in key else _more_data(seen)
    return Measured(value, sentence, evidence, ADVICE[key], remedy)


@check(
    "data mismatch",
    look=0.5,
    act=0.8,
    source="Cohen 1988: half a standard deviation is a medium shift, 0.8 a large one",
)
def data_mismatch(seen: Seen) -> Measured | None:
    """The largest shift of an input's mean from training to dev set, in standard deviations, beyond chance."""
    data = seen.trainer.examples
    if data.x_dev.shape[1] < 2:
        return None
    deviation = data.x_train.std(axis=1)
    some = deviation > 1e-12 * np.abs(data.x_train).max(initial=0)
    if not some.any():
        return None
    shift = np.abs(data.x_dev.mean(axis=1) - data.x_train.mean(axis=1))[some] / deviation[some]
    chance = SHIFT_NOISE * math.sqrt(1 / data.x_train.shape[1] + 1 / data.x_dev.shape[1])
    most = int(shift.argmax())
    largest, name = float(shift[most]), np.array(data.feature_names)[some][most]
    sentence = (
        f"From training to dev set {name} shifts by {_short(largest)} standard deviations, the most of all inputs."
    )
    so = (
        "They come from different distributions, so part of the gap between their errors may be the data's, not "
        "variance; train on examples like those of the dev set."
    )
    return Measured(largest if largest > chance else 0.0, sentence, {"shift": largest, "chance": chance}, so)


@check(
    "calibration",
    look=0.05,
    act=0.15,
    source=f"{OURS}; Guo et al. 2017, table 1, find 0.02 to 0.16 and after temperature scaling 0.01 to 0.02 as a rule",
)
def calibration(seen: Seen) -> Measured | None:
    """The dev set's expected calibration error beyond what chance explains, once the loss no longer falls."""
    y = seen.trainer.examples.y_dev
    if not (seen.settled and y.size):
        return None
    error, chance = expected_calibration_error(reliability(seen.p_dev, y)), chance_calibration_error(seen.p_dev)
    sure, right = float(metrics.confidence(seen.p_dev).mean()), metrics.accuracy(seen.p_dev, y)
    sentence = (
        f"On the dev set the network is {_percent(sure)} sure on average and right in {_percent(right)}; "
        f"its calibration error is {error:.2f}, of which chance explains about {chance:.2f}."
    )
    so = "It is surer than it should be." if sure > right else "It is less sure than it could be."
    evidence = {"error": error, "chance": chance, "confidence": sure, "accuracy": right}
    return Measured(error - chance, sentence, evidence, so if abs(sure - right) >= 0.02 else "")


# -- the course of training ---------------------------------------------------------------------------------------


@check(
    "nothing learned",
    look=0.95,
    act=0.99,
    source="Claim E5: equal chances cost ln C; within 1 and 5 % of the classes' shares",
)
def nothing_learned(seen: Seen) -> Measured | None:
    """The training loss, once it no longer falls, against that of answering always with the classes' shares."""
    shares = np.bincount(seen.trainer.examples.y_train, minlength=seen.layout.classes) / seen.trainer.training_examples
    ignorant = float(metrics.entropy(shares[:, None])[0])
    if not seen.settled or seen.trainer.epoch < 1 or ignorant == 0:
        return None
    loss = seen.scores.train.loss
    sentence = (
        f"After {seen.trainer.epoch:.0f} epochs the training loss is {loss:.4g}; answering with the classes' shares, "
        f"whatever the input, costs {ignorant:.4g} (equal chances: ln {seen.layout.classes} = {seen.ln_c:.4g})."
    )
    evidence = {"loss": loss, "ignorant": ignorant, "ln C": seen.ln_c}
    so = "The network is hardly better than that." if loss < ignorant else "The network is no better than that."
    return Measured(loss / ignorant, sentence, evidence, so, _start(seen) or (None if seen.network.layers else BIGGER))


@check("diverging loss", look=0.1, act=0.5, source=f"{OURS}, in units of ln C, the loss of equal chances")
def diverging(seen: Seen) -> Measured | None:
    """The training loss now less its lowest of late, as means of TREND rows; infinite after an alarm."""
    remedy = _rate(seen, seen.training.learning_rate / 10)
    if seen.trainer.alarm:
        return Measured(math.inf, seen.trainer.alarm, {"step": float(seen.trainer.step)}, remedy=remedy)
    losses = seen.trainer.history.curves().train_loss[-2 * SLOW_TREND :]
    if len(losses) < 2 * TREND:
        return None
    means = np.convolve(losses, np.full(TREND, 1 / TREND), mode="valid")
    now, lowest = float(means[-1]), float(means.min())
    sentence = (
        f"The training loss is {now:.3g}; at its lowest over the last {len(losses)} rows of the history it was "
        f"{lowest:.3g} (means of {TREND} rows)."
    )
    evidence = {"rise": now - lowest, "loss": now, "lowest": lowest}
    return Measured((now - lowest) / seen.ln_c, sentence, evidence, "Training is losing what it had.", remedy)
