"""Carrying what was learned over to a network of another structure, changing what it computes as little as possible.

Batch norm switched on starts as the identity, γ = √(σ² + ε) and β = μ; switched off it is folded into W and b. New
units start with no say in the next layer; a new layer, wherever it stands, passes on what it gets, as nearly as its
activation allows; a layer that goes leaves straight lines in its place, so that one that was only passed through is not
missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import marks


def can_graft(old: Layout, new: Layout, *, other_classes: bool = False) -> bool:
    """Whether anything of a network carries over: same inputs and classes, and weights that start by the same rule.

    With `other_classes` the first of more or fewer classes count as the same, where each class has a unit.
    """
    same_start = (old.network.initialiser, old.network.initial_scale) == (
        new.network.initialiser,
        new.network.initial_scale,
    )
    if other_classes and not (old.output.masked or new.output.masked):
        return same_start and old.inputs == new.inputs
    return same_start and (old.inputs, old.classes) == (new.inputs, new.classes)


def grafted(
    old: Layout, new: Layout, parameters: Array, running: Array, x: Array, fresh: Array, *, bridge: bool = True
) -> tuple[Array, Array]:
    """Parameters and running statistics for `new` that keep what `old` learned.

    `x` (n, m) are the training inputs, whose statistics a new batch norm starts from; `fresh` (P,) are starting
    parameters for `new`, of which new units and layers keep theirs, and so does what would not be finite. Where only
    batch norm differs, predictions stay the same up to rounding. Layers that go are replaced by the straight line that
    comes nearest to each of their units, or just left out without `bridge`, as sessions of before were recorded.
    """
    with np.errstate(all="ignore"):  # of weights on their way to infinity
        return _grafted(old, new, parameters, running, x, fresh, bridge=bridge)


def _grafted(
    old: Layout, new: Layout, parameters: Array, running: Array, x: Array, fresh: Array, *, bridge: bool
) -> tuple[Array, Array]:
    weights, biases, norms = _loosened(old, new, parameters, running)
    result, result_running = fresh.copy(), new.initial_running(fresh.dtype)
    fresh_running = result_running.copy()
    a = x
    passed = _Passed()  # how the layer before, if it is new, changed what it passes on
    continued = -1  # the layer of `old` that the last one to continue any continues
    for number, name in enumerate(new.names):
        source = _source(old, new, number)
        block = new.parameters[f"{name}.weights"].of(result)
        n_in = new.widths[number]
        bias = np.zeros(block.shape[0], fresh.dtype)
        if source is not None:
            if bridge:
                gone = range(continued + 1, source)
                _bridge(old, gone, source, weights, biases, (a - passed.offset) / passed.slope)
            continued = source
            rows, columns = (min(a, b) for a, b in zip(block[:, :n_in].shape, weights[source].shape, strict=True))
            block[:rows, :columns] = weights[source][:rows, :columns] / passed.slope
            block[:rows, columns:n_in] = 0  # new units before it have no say yet
            bias[:rows] = biases[source][:rows] - block[:rows, :columns].sum(axis=1) * passed.offset
            passed = _Passed()
        else:
            passed = _pass_on(new, number, block[:, :n_in], bias, a, passed)
        if new.bias_at(number):
            block[:, n_in] = bias
        kept = norms.get(source) if source is not None else None
        if new.norm_at(number) != "off" and kept is not None:
            for part, values in kept.items():
                where, flat = (new.parameters, result) if part in ("gamma", "beta") else (new.running, result_running)
                target = where[f"{name}.{part}"].of(flat)
                count = min(len(target), len(values))
                target[:count] = values[:count]
                if part == "mean" and not new.bias_at(number):
                    target[:count] -= bias[:count]  # what it would have normalised away with the mean
        elif new.norm_at(number) != "off":
            _start_norm(new, number, result, result_running, a, bias)
        for values, start in ((result, fresh), (result_running, fresh_running)):
            np.copyto(values, start, where=~np.isfinite(values))  # else there is no sound moment to go back to
        if number < len(new.names) - 1:
            a = textbook.through(new, number, result, result_running, a, training=False).output
    return result, result_running


@dataclass(frozen=True, slots=True)
class _Passed:
    """A new layer's output is slope · a + offset for the a it was to pass on."""

    slope: float = 1.0
    offset: float = 0.0


STRAIGHT = 0.1  # how far from 0 a tanh or σ is used, per unit of its input: close enough to a line
ABOVE = 3.0  # and how far above 0 a softplus or GELU, beyond the least of its inputs


def _pass_on(new: Layout, number: int, weights: Array, bias: Array, a: Array, passed: _Passed) -> _Passed:
    """Sets a new layer's weights (n, n_in) and bias so that its first units pass on their inputs; says how changed."""
    function = activations[new.network.layers[number].activation]
    through = (a - passed.offset) / passed.slope
    small, centre = (1.0, ABOVE - min(0.0, float(through.min()))) if function.straight_above else (STRAIGHT, 0.0)
    count = min(weights.shape)
    weights[:count] = 0
    weights[np.arange(count), np.arange(count)] = small / passed.slope
    bias[:count] = centre - small * passed.offset / passed.slope
    at = np.array([centre], weights.dtype)
    return _Passed(small * float(function.slope(at)[0]), float(function.value(at)[0]))


def _bridge(old: Layout, gone: range, source: int, weights: list[Array], biases: list[Array], a: Array) -> None:
    """Has layer `source` do what it did without the layers `gone` before it, whose inputs are a (n, m), as a line can.

    Each unit g(z) becomes the line that is nearest to it over the examples, by least squares.
    """
    if not gone:
        return
    width = weights[gone[0]].shape[1]
    signal: Array = np.zeros((width, a.shape[1]), np.float64)
    count = min(width, len(a))
    signal[:count] = a[:count]
    through: Array = np.eye(width)
    offset: Array = np.zeros(width)
    for number in gone:
        w, b = weights[number].astype(np.float64), biases[number].astype(np.float64)
        function = activations[old.network.layers[number].activation]
        z = w @ signal + b[:, None]
        signal = function.value(z)
        middle, spread = z.mean(axis=1), z.var(axis=1)
        moves = spread > FLAT * (1 + middle**2)
        rise = ((z - middle[:, None]) * signal).mean(axis=1)
        slope = np.where(moves, rise / np.where(moves, spread, 1), function.slope(middle))
        through, offset = slope[:, None] * (w @ through), slope * (w @ offset + b - middle) + signal.mean(axis=1)
    biases[source] = (biases[source] + weights[source] @ offset).astype(biases[source].dtype)
    weights[source] = (weights[source] @ through).astype(weights[source].dtype)


FLAT = 1e-12  # of a unit's square, a variance in which no slope can be seen


def _norm_continued(old: Layout, new: Layout, number: int) -> str:
    """Where batch norm stands in the layer of `new` that continues layer `number` of `old`; "" if none does."""
    if number == len(old.names) - 1:
        return new.norm_at(len(new.names) - 1)
    mark, there = marks(old.network.layers)[number], marks(new.network.layers)
    return new.norm_at(there.index(mark)) if mark in there else ""


def _source(old: Layout, new: Layout, number: int) -> int | None:
    """Which layer of `old` the layer `number` of `new` continues; the output always continues the output."""
    if number == len(new.names) - 1:
        return len(old.names) - 1
    mark, there = marks(new.network.layers)[number], marks(old.network.layers)
    return there.index(mark) if mark in there else None


def _loosened(
    old: Layout, new: Layout, parameters: Array, running: Array
) -> tuple[list[Array], list[Array], dict[int | None, dict[str, Array]]]:
    """Per old layer W (n, n_in) and b (n,), with every batch norm folded in that `new` does not have in its place."""
    weights, biases = [], []
    norms: dict[int | None, dict[str, Array]] = {}
    scale = shift = None
    for number, name in enumerate(old.names):
        block = old.parameters[f"{name}.weights"].of(parameters).copy()
        n_in = old.widths[number]
        w, b = block[:, :n_in], (block[:, n_in] if old.bias_at(number) else np.zeros(len(block), block.dtype))
        if scale is not None and shift is not None:
            b = b + w @ shift
            w = w * scale
        scale = shift = None
        norm = old.norm_at(number)
        if norm != "off":
            parts = {part: old.parameters[f"{name}.{part}"].of(parameters) for part in ("gamma", "beta")}
            parts |= {part: old.running[f"{name}.{part}"].of(running) for part in ("mean", "variance")}
            if norm == _norm_continued(old, new, number):
                norms[number] = parts
            else:
                slope = parts["gamma"] / np.sqrt(parts["variance"] + old.network.bn_epsilon)
                offset = parts["beta"] - slope * parts["mean"]
                if norm == "before":
                    w, b = w * slope[:, None], b * slope + offset
                else:
                    scale, shift = slope.astype(block.dtype), offset.astype(block.dtype)
        weights.append(w.astype(block.dtype))
        biases.append(b.astype(block.dtype))
    return weights, biases, norms


def _start_norm(new: Layout, number: int, result: Array, running: Array, a: Array, bias: Array) -> None:
    """γ = √(σ² + ε), β = μ (plus the bias it takes over), so that the layer computes what it did without."""
    name = new.names[number]
    weights = new.parameters[f"{name}.weights"].of(result)
    z: Array = weights[:, : new.widths[number]] @ a
    if new.norm_at(number) == "after":
        z = activations[new.network.layers[number].activation].value(z + bias[:, None])
    mean, variance = z.mean(axis=1), z.var(axis=1)
    new.running[f"{name}.mean"].of(running)[:] = mean
    new.running[f"{name}.variance"].of(running)[:] = variance
    new.parameters[f"{name}.gamma"].of(result)[:] = np.sqrt(variance + new.network.bn_epsilon)
    new.parameters[f"{name}.beta"].of(result)[:] = mean + (bias if new.norm_at(number) == "before" else 0)
