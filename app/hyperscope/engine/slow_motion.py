"""One training step in slow motion: its plan run call by call on copies, and what each formula changed, in words.

The learner stays as it is; the copies end where the learner does if it takes the same step, to the last bit. It
knows nothing of what is drawn, and nothing of when the next operation is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.learner import Learner
from hyperscope.engine.named import named_views
from hyperscope.engine.narration import ON_THE_WAY, SAME, Words, words
from hyperscope.engine.parameters import Layout
from hyperscope.engine.plan import Call
from hyperscope.engine.program import State, planned

CORNER = 8  # units and examples whose numbers are kept of each array
PHASES = ("forward", "loss", "backward", "update")


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean, standard deviation, least and greatest of all numbers of an array."""

    mean: float
    deviation: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """What an operation wrote: an array of `shape` (units, columns), of which the first units and columns are kept.

    `now` (at most CORNER, CORNER) and `summary` are as it was left, `was` and `earlier` what it was made from, or
    None where that has another shape. `columns` says what a column stands for, "" if there is but one.
    """

    symbol: str
    shape: tuple[int, int]
    columns: str
    now: Array
    summary: Summary
    was_symbol: str = ""
    was: Array | None = None
    earlier: Summary | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One formula of a step. `layer` counts from 1, the output layer last; 0 is the whole network."""

    place: str  # e.g. "Layer 2", "Softmax", "Adam"
    phase: str
    layer: int
    symbol: str
    formula: str
    sentence: str
    numbers: tuple[Numbers, ...]
    calls: tuple[str, ...]  # the labels it is made of


class SlowStep:
    """The step that `learner` would take next with `batch`; `factor` multiplies its learning rate.

    `operations` in order, `state` as the step leaves it, and the mini-batch's `loss` in nats.
    """

    operations: tuple[Operation, ...]
    state: State
    loss: float

    def __init__(self, learner: Learner, batch: Indices, factor: float = 1.0) -> None:
        with np.errstate(all="ignore"):
            fits = self._run(learner, batch, factor, safe=False)
            if not fits:  # as the learner does: then the largest logit is subtracted first
                self._run(learner, batch, factor, safe=True)

    def _run(self, learner: Learner, batch: Indices, factor: float, *, safe: bool) -> bool:
        given, feed, self.state = learner.given(batch, np.array([factor]))
        plan = planned(learner.recipe, self.state, learner.cells, (), batch.size, safe=safe)
        told = _Told(learner, self.state, given, batch.size, factor)
        group: list[Call] = []
        before: dict[int, Array] = {}
        operations: list[Operation] = []
        for number, call in enumerate(plan.calls):
            target = call.written(given)
            before.setdefault(id(target), target.copy())
            call.run(given)
            told.heed(call, target)
            group.append(call)
            after = plan.calls[number + 1].label if number + 1 < len(plan.calls) else ""
            if call.label.partition(": ")[2] in ON_THE_WAY or after == call.label:
                continue
            if told.phase == "loss":
                told.facts["loss"] = f"{float(feed.judged(1)[0][0]):.3g}"
            operations.append(told.operation(group, target, before[id(target)]))
            group, before = [], {}
        losses, fits = feed.judged(1)
        self.operations, self.loss = tuple(operations), float(losses[0])
        return bool(fits.all())


class _Told:
    """Where the telling of a step stands: its phase, what has been shown under which symbol, and the facts."""

    def __init__(self, learner: Learner, state: State, given: dict[str, Any], m: int, factor: float) -> None:
        self.layout, self.state, self.m = learner.layout, state, m
        self.dtype = learner.dtype
        self.phase = PHASES[0]
        self._loss_at = learner.layout.output.label.capitalize()
        self._updates = {learner.optimiser.label, "Running averages"}
        self._shown: dict[str, Array] = {}
        self._written: dict[str, Array] = {}  # what each call of this place has written
        self._place = ""
        training = learner.trainings[0]
        network = learner.layout.network
        self._corrected = training.bias_correction
        self._numbers = {"m": float(m), "1 − beta1": 1 - training.beta1, "1 − beta2": 1 - training.beta2}
        self.facts: dict[str, Any] = {
            "examples": f"{m} examples" if m > 1 else "the one example",
            "alpha": f"{training.learning_rate * factor:.3g}",
            "momentum": f"{training.momentum:.4g}",
            "beta1": f"{training.beta1:.4g}",
            "beta2": f"{training.beta2:.4g}",
            "clip": f"{training.clip_norm:.3g}",
            "rho": f"{network.bn_momentum:.4g}",
            "bn_epsilon": f"{network.bn_epsilon:.3g}".replace("e-0", "e-").replace("e-", "e−"),
            "learned": ", learned like weights," if network.bn_learned else ", which are not learned here,",
            "temperature": f"{network.temperature:.3g}",
            "loss": "",
            "shifted": "",
        }

    def heed(self, call: Call, target: Array) -> None:
        """Takes note of a call just run."""
        place, _, what = call.label.partition(": ")
        if place != self._place:
            self._place, self._written = place, {}
        if what == "the largest logit":
            self.facts["shifted"] = " The largest was subtracted from each example's first, so that none overflows."
        if target.dtype != self.dtype:
            target = target.view(self.dtype)  # some slopes are masks of bits
        self._written[what] = target.copy()
        if place == self._loss_at:
            self.phase = "loss"
        elif self.phase == "loss":
            self.phase = "backward"
        if self.phase == "backward" and not place.startswith(("Layer ", "Output")):
            self.phase = "update"

    def operation(self, group: list[Call], target: Array, before: Array) -> Operation:
        """What a group of calls did, the last of which wrote to `target`, where `before` had stood."""
        place, _, what = group[-1].label.partition(": ")
        layer = self._layer(place)
        if layer and what.endswith((" + b", "dz aᵀ")) and not self.layout.bias_at(layer - 1):
            what = {"z = W a + b": "z = W a", "dW, db = dz aᵀ": "dW = dz aᵀ"}.get(what, what)
        if what == "α m̂ / (√v̂ + ε)" and not self._corrected:
            what = "α m / (√v + ε)"
        said = words(what)
        symbols = _Symbols(self.layout, layer)
        if target.dtype != self.dtype:
            target, before = target.view(self.dtype), before.view(self.dtype)
        if target.shape == (self.layout.size,) or said.now == "running":
            numbers = self._of_network(said, target, before)
        elif what.startswith("dW"):
            numbers = self._of_weights(symbols(said.now), layer, target)
        else:
            numbers = (self._of_layer(said, symbols, target, before),)
        label = self.layout.output.label
        return Operation(
            f"{label[:1].upper()}{label[1:]}" if place == self._loss_at else place,
            self.phase,
            layer,
            WHOLE.get(said.now, symbols(said.now)),
            symbols(said.formula),
            self._sentence(said, what, layer),
            numbers,
            tuple(call.label for call in group),
        )

    def _layer(self, place: str) -> int:
        if place.startswith("Layer "):
            return int(place.removeprefix("Layer "))
        return len(self.layout.names) if place in ("Output", self._loss_at) else 0

    def _sentence(self, said: Words, what: str, layer: int) -> str:
        facts = dict(self.facts)
        layers = self.layout.network.layers
        if layer:
            count = self.layout.widths[layer]
            facts["units"] = f"{count} units" if count > 1 else "one unit"
            facts["layer"] = f"layer {layer}" if layer <= len(layers) else "the output layer"
            facts["before"] = f"what layer {layer - 1} hands on" if layer > 1 else "the inputs"
            facts["earlier"] = f"layer {layer - 1}"
        if 0 < layer <= len(layers):
            drop = round(layers[layer - 1].dropout, 4)
            facts |= {"drop": f"{drop:.3g}", "keep": f"{1 - drop:.3g}"}
            facts["activation"] = activations[layers[layer - 1].activation].label
        sentence = said.sentence.format_map(facts)
        sentence = sentence.replace("Each of the one unit of", "The one unit of")
        if what.startswith(("dγ", "dβ")) and not self.layout.network.bn_learned:
            sentence += " γ and β are not learned here, so it goes nowhere."
        return sentence

    def _of_layer(self, said: Words, symbols: _Symbols, target: Array, before: Array) -> Numbers:
        now, was = target, before if said.was == SAME else None
        if said.factor:
            now = now * self.dtype.type(self._numbers[said.factor])
        if said.over:
            now = self._written[said.over] / now.reshape(-1, 1)
        name, was_name = symbols(said.now), symbols(said.now if said.was == SAME else said.was)
        if was is None and said.was:
            was = self._shown.get(was_name)
        now = _matrix(now)
        was = _matrix(was) if was is not None and _matrix(was).shape == now.shape else None
        self._shown[name] = now.copy()
        return _numbers(name, now, said.columns, was_name, was)

    def _of_weights(self, name: str, layer: int, target: Array) -> tuple[Numbers, ...]:
        n_in = self.layout.widths[layer - 1]
        found = [_numbers(name, target[:, :n_in], "inputs")]
        if target.shape[1] > n_in:
            found.append(_numbers(name.replace("dW", "db"), target[:, n_in:], ""))
        return tuple(found)

    def _of_network(self, said: Words, target: Array, before: Array) -> tuple[Numbers, ...]:
        factor = self.dtype.type(self._numbers[said.factor] if said.factor else 1)
        running = said.now == "running"
        views, earlier = (
            named_views(self.layout, self.state.parameters, flat)
            if running
            else named_views(self.layout, flat * factor, self.state.running)
            for flat in (target, before)
        )
        found = []
        for part, symbol in PARTS.items():
            if ("running" in part) != running:
                continue
            for number, name in enumerate(self.layout.names, 1):
                if (view := views.get(f"{name}.{part}")) is None:
                    continue
                shown = symbol.replace("[l]", f"[{number}]")
                shown = {"w": shown, "running": shown, "g": f"d{shown}"}.get(said.now, f"{said.now}_{{{shown}}}")
                was = earlier[f"{name}.{part}"] if said.was == SAME else None
                columns = "inputs" if part == "weights" else ""
                found.append(_numbers(shown, _matrix(view), columns, shown, None if was is None else _matrix(was)))
        return tuple(found)


WHOLE = {"w": "W", "g": "dW", "running": "\\bar{μ}, \\bar{σ}^{2}"}  # symbols of what is as large as the network
PARTS = {  # of a layer, as `engine.named` calls them, and their symbols
    "weights": "W^{[l]}",
    "bias": "b^{[l]}",
    "gamma": "γ^{[l]}",
    "beta": "β^{[l]}",
    "running_mean": "\\bar{μ}^{[l]}",
    "running_variance": "\\bar{σ}^{2[l]}",
}


class _Symbols:
    """The symbols of one layer's quantities, put in for the names that `narration` uses."""

    def __init__(self, layout: Layout, layer: int) -> None:
        self._layout = layout
        self._layer = layer
        self._names: dict[str, str] = {}
        if layer:
            last = layer == len(layout.names)
            after = layout.norm_at(layer - 1) == "after"
            normed = layout.norm_at(layer - 1) == "before"
            x = "A" if after else "Z"
            z = "\\tilde{Z}^{[l]}" if normed else "Z^{[l]}"
            cooled = last and layout.network.temperature != 1
            self._names = {
                "logits": f"{z} / T" if cooled else z,
                "dout": self._out(layer, "d"),
                "din": self._out(layer - 1, "d"),
                "out": self._out(layer),
                "in": self._out(layer - 1),
                "dx": f"d{x}^{{[l]}}",
                "dy": f"d\\tilde{{{x}}}^{{[l]}}",
                "dz": f"d{z}",
                "x": f"{x}^{{[l]}}",
                "y": f"\\tilde{{{x}}}^{{[l]}}",
                "z": z,
                "X": x,
                "one": x.lower(),
            }

    def _out(self, layer: int, d: str = "") -> str:
        if layer == 0:
            return f"{d}X"
        norm = self._layout.norm_at(layer - 1)
        return f"{d}\\tilde{{A}}^{{[{layer}]}}" if norm == "after" else f"{d}A^{{[{layer}]}}"

    def __call__(self, text: str) -> str:
        for name, symbol in self._names.items():
            text = text.replace(f"@{name}", symbol)
        return text.replace("[l]", f"[{self._layer}]")


def _matrix(array: Array) -> Array:
    """An array as (units, columns)."""
    return array if array.ndim == 2 else array.reshape(-1, 1)


def _numbers(symbol: str, now: Array, columns: str, was_symbol: str = "", was: Array | None = None) -> Numbers:
    rows, across = now.shape
    corner = np.s_[:CORNER, :CORNER]
    return Numbers(
        symbol,
        (rows, across),
        columns if across > 1 else "",
        now[corner].copy(),
        _summary(now),
        was_symbol if was is not None else "",
        None if was is None else was[corner].copy(),
        None if was is None else _summary(was),
    )


def _summary(values: Array) -> Summary:
    wide = values.astype(np.float64)
    return Summary(float(wide.mean()), float(wide.std()), float(wide.min()), float(wide.max()))
