"""The formulas as a textbook writes them: forward with everything in between, and the gradient by the chain rule.

It is the oracle of the compiled plan, and what probes use to look inside a layer. Speed is no concern here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import Layout


@dataclass(frozen=True)
class Trace:
    """One layer's values (n, m): `z` = W a + b, `normalised` ẑ and `y` = γ ẑ + β (None without batch norm), `output`.

    `mean`, `variance` (n,) are those batch norm used: the batch's when training, else the running ones.
    """

    z: Array
    activated: Array
    output: Array
    normalised: Array | None = None
    y: Array | None = None
    mean: Array | None = None
    variance: Array | None = None


@dataclass(frozen=True)
class Slopes:
    """The gradient of the mean loss by one layer's values (n, m): `output`, `activated`, `y` (None without batch norm)
    and `z`, as they are named in Trace; `output` is what comes back from the layer above, before any dropout mask.
    """

    output: Array
    activated: Array
    z: Array
    y: Array | None = None


def forward(
    layout: Layout,
    parameters: Array,
    running: Array,
    x: Array,
    *,
    training: bool,
    masks: Mapping[int, Array] | None = None,
) -> list[Trace]:
    """The traces of all layers for inputs x (n, m), the output layer's `output` being the logits (C, m).

    `masks` (n, m) by hidden layer, counted from 0, multiply what these layers put out, as dropout does.
    """
    traces: list[Trace] = []
    a = x
    for number in range(len(layout.names)):
        trace = through(layout, number, parameters, running, a, training=training)
        if masks and number in masks:
            trace = replace(trace, output=trace.output * masks[number])
        traces.append(trace)
        a = trace.output
    return traces


def through(layout: Layout, number: int, parameters: Array, running: Array, a: Array, *, training: bool) -> Trace:
    """The trace of one layer, counted from 0, for its inputs a (n, m)."""
    return from_sums(layout, number, parameters, running, sums(layout, number, parameters, a), training=training)


def sums(layout: Layout, number: int, parameters: Array, a: Array) -> Array:
    """z = W a + b (n, m) of one layer, counted from 0, for its inputs a (n, m)."""
    weights = layout.parameters[f"{layout.names[number]}.weights"].of(parameters)
    z: Array = weights[:, : a.shape[0]] @ a + (weights[:, a.shape[0] :] if layout.bias_at(number) else 0)
    return z


def from_sums(layout: Layout, number: int, parameters: Array, running: Array, z: Array, *, training: bool) -> Trace:
    """The trace of one layer, counted from 0, from its z (n, m) on."""
    name = layout.names[number]
    last = number == len(layout.network.layers)
    function = activations["linear" if last else layout.network.layers[number].activation].value
    norm = layout.norm_at(number)
    if norm == "off":
        a = function(z)
        return Trace(z, a, a)
    if norm == "before":
        hat, y, mean, variance = _normalised(layout, name, parameters, running, z, training)
        a = function(y)
        return Trace(z, a, a, hat, y, mean, variance)
    activated = function(z)
    hat, a, mean, variance = _normalised(layout, name, parameters, running, activated, training)
    return Trace(z, activated, a, hat, a, mean, variance)


def _normalised(
    layout: Layout, name: str, parameters: Array, running: Array, z: Array, training: bool
) -> tuple[Array, Array, Array, Array]:
    if training:
        mean, variance = z.mean(axis=1), z.var(axis=1)
    else:
        mean, variance = (layout.running[f"{name}.{part}"].of(running) for part in ("mean", "variance"))
    gamma, beta = (layout.parameters[f"{name}.{part}"].of(parameters) for part in ("gamma", "beta"))
    hat = (z - mean[:, None]) / np.sqrt(variance + layout.network.bn_epsilon)[:, None]
    return hat, gamma[:, None] * hat + beta[:, None], mean, variance


def loss_and_gradient(
    layout: Layout, parameters: Array, x: Array, y: Array, by_class: Array | None = None
) -> tuple[float, Array]:
    """The mean loss of inputs x (n, m) with one-hot y (C, m) in training mode, and its gradient (P,).

    With weights `by_class` (C,) it is Σ w L / Σ w, each example's w being that of its class. Dropout, jolts and
    penalties are left out.
    """
    traces = forward(layout, parameters, layout.initial_running(parameters.dtype), x, training=True)
    loss, gradient, _ = backward(layout, parameters, traces, x, y, by_class=by_class)
    return loss, gradient


def backward(
    layout: Layout,
    parameters: Array,
    traces: list[Trace],
    x: Array,
    y: Array,
    *,
    masks: Mapping[int, Array] | None = None,
    by_class: Array | None = None,
) -> tuple[float, Array, list[Slopes]]:
    """The mean loss of a forward pass in training mode, its gradient (P,), and that by every layer's values.

    `traces` are those of `forward` for inputs x (n, m), under the same dropout `masks`; y (C, m) is one-hot.
    Weights `by_class` (C,) are those of `loss_and_gradient`.
    """
    dropped = masks or {}
    each = np.ones(x.shape[1]) if by_class is None else by_class @ y
    each = each * (x.shape[1] / each.sum())
    codes, kept = layout.output.codes(layout.classes, layout.network.tree)
    z, t, mask = traces[-1].output / layout.network.temperature, codes.T @ y, kept.T @ y
    loss = (each * layout.output.losses(z, t, mask)).mean()
    d = each * layout.output.slope(z, t, mask) / (x.shape[1] * layout.network.temperature)
    gradient = np.zeros_like(parameters)

    def norm_backward(name: str, trace: Trace, dy: Array) -> Array:
        assert trace.normalised is not None and trace.variance is not None
        gamma = layout.parameters[f"{name}.gamma"].of(parameters)
        if layout.network.bn_learned:
            layout.parameters[f"{name}.gamma"].of(gradient)[:] = (dy * trace.normalised).sum(axis=1)
            layout.parameters[f"{name}.beta"].of(gradient)[:] = dy.sum(axis=1)
        root = np.sqrt(trace.variance + layout.network.bn_epsilon)
        centred = dy - dy.mean(axis=1, keepdims=True)
        along = trace.normalised * (dy * trace.normalised).mean(axis=1, keepdims=True)
        result: Array = (gamma / root)[:, None] * (centred - along)
        return result

    slopes: list[Slopes] = []
    for number in reversed(range(len(layout.names))):
        name, trace = layout.names[number], traces[number]
        by_output = by_activated = d
        by_y: Array | None = None
        if number in dropped:
            d = by_activated = d * dropped[number]
        before = traces[number - 1].output if number else x
        hidden = number < len(layout.network.layers)
        slope = activations[layout.network.layers[number].activation if hidden else "linear"].slope
        match layout.norm_at(number):
            case "off":
                d = d * slope(trace.z)
            case "before":
                assert trace.y is not None
                by_y = d * slope(trace.y)
                d = norm_backward(name, trace, by_y)
            case "after":
                by_y, by_activated = d, norm_backward(name, trace, d)
                d = by_activated * slope(trace.z)
        slopes.append(Slopes(by_output, by_activated, d, by_y))
        weights = layout.parameters[f"{name}.weights"]
        d_weights = weights.of(gradient)
        d_weights[:, : before.shape[0]] = d @ before.T
        if layout.bias_at(number):
            d_weights[:, -1] = d.sum(axis=1)
        d = weights.of(parameters)[:, : before.shape[0]].T @ d
    return float(loss), gradient, slopes[::-1]
