"""What the microscope says: the formula above each stage, the numbers below it, and why it is done, in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.microscope import Magnified

G = {"tanh": "\\tanh", "sigmoid": "\\sigmoid", "relu": "\\ReLU", "linear": ""}


@dataclass(frozen=True, slots=True)
class Stage:
    """One column: its formula in TeX, the same in plain text, (name, figure) pairs below it, and why it is done."""

    formula: str
    plain: str
    figures: tuple[tuple[str, str], ...]
    why: str


def figure(value: float) -> str:
    """A number to two or three figures with a true minus sign; what is nothing but rounding is 0."""
    if not math.isfinite(value):
        return "not finite"
    size = abs(value)
    if size < 1e-12:
        return "0"
    said = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    if size < 0.005:
        mantissa, power = f"{value:.1e}".split("e")
        said = f"{mantissa}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return said.replace("-", "−")


def stages(shown: Magnified, backward: bool) -> tuple[Stage, ...]:
    """The five columns, from left to right as the values go forward."""
    if backward:
        return _backward(shown)
    return _after(shown) if shown.norm == "after" else _before(shown)


def _before(shown: Magnified) -> tuple[Stage, ...]:
    m, running = len(shown.true), not shown.training
    z, centred, hat = shown.stages[0], shown.stages[1], shown.stages[2]
    mean = "μ running" if running else "μ"
    whose = (
        "the running averages stand in for μ and σ" if running else f"what the layer computes for these {m} examples"
    )
    applied, plain = _applied(shown, "\\tilde z", "z̃")
    return (
        Stage(
            "z = W x" if shown.first else "z = W a",
            "z = W x" if shown.first else "z = W a",
            ((mean, figure(shown.mean)), ("σ", figure(math.sqrt(max(0.0, shown.variance))))),
            whose,
        ),
        Stage(
            "z − μ",
            "z − μ",
            (("mean", figure(float(centred.mean()))), ("σ", figure(float(z.std())))),
            "their mean goes" if not running else "near 0, as this batch is not all batches",
        ),
        Stage(
            "\\hat z = \\frac{z − μ}{\\sqrt{σ^2 + ε}}",
            "ẑ = (z − μ) / √(σ² + ε)",
            (("mean", _round(float(hat.mean()))), ("variance", _round(float(hat.var())))),
            "and their spread becomes 1" if not running else "about 1",
        ),
        Stage(
            "\\tilde z = γ \\hat z + β",
            "z̃ = γẑ + β",
            (("γ", figure(shown.gamma)), ("β", figure(shown.beta))),
            "the network chooses its own spread and centre" if shown.norm != "off" else "with γ = 1, β = 0 at first",
        ),
        Stage(applied, plain, _flat(shown), "what the next layer sees" if shown.activation else "what the loss sees"),
    )


def _after(shown: Magnified) -> tuple[Stage, ...]:
    m, running = len(shown.true), not shown.training
    applied, plain = _applied(shown, "z", "z")
    mean = "μ running" if running else "μ"
    _, a, centred, hat, _ = shown.stages
    return (
        Stage(
            "z = W x" if shown.first else "z = W a",
            "z = W x" if shown.first else "z = W a",
            (("mean", figure(float(shown.stages[0].mean()))), ("σ", figure(float(shown.stages[0].std())))),
            f"what the layer computes for these {m} examples",
        ),
        Stage(
            applied,
            plain,
            ((mean, figure(shown.mean)), ("σ", figure(math.sqrt(max(0.0, shown.variance))))),
            "the activation comes first",
        ),
        Stage(
            "a − μ",
            "a − μ",
            (("mean", figure(float(centred.mean()))), ("σ", figure(float(a.std())))),
            "their mean goes" if not running else "near 0, as this batch is not all batches",
        ),
        Stage(
            "\\hat a = \\frac{a − μ}{\\sqrt{σ^2 + ε}}",
            "â = (a − μ) / √(σ² + ε)",
            (("mean", _round(float(hat.mean()))), ("variance", _round(float(hat.var())))),
            "and their spread becomes 1" if not running else "about 1",
        ),
        Stage(
            "γ \\hat a + β",
            "γâ + β",
            (("γ", figure(shown.gamma)), ("β", figure(shown.beta))),
            "what the next layer sees",
        ),
    )


def _backward(shown: Magnified) -> tuple[Stage, ...]:
    back = shown.backward
    assert back is not None
    root = figure(shown.deviation)
    sums = (("dβ", figure(back.beta)), ("dγ", figure(back.gamma)))
    if shown.norm == "after":
        return (
            Stage(
                "dz = da · g′(z)", "dz = da · g′(z)", (("Σ dz = db", figure(back.bias)),), "through the activation last"
            ),
            Stage(
                "da = d(a − μ) − \\mean",
                "da = d(a − μ) − mean",
                (("Σ da", figure(_sum(back.stages[1]))),),
                "what would move μ is taken out",
            ),
            Stage(
                "\\frac{d\\hat a − \\hat a · \\mean(d\\hat a · \\hat a)}{\\sqrt{σ^2 + ε}}",
                "d(a − μ) = (dâ − â · mean(dâ · â)) / √(σ² + ε)",
                (("√(σ² + ε)", root),),
                "what would only change σ is taken out",
            ),
            Stage("d\\hat a = γ dy", "dâ = γ dy", (("γ", figure(shown.gamma)),), "scaled as it was on the way here"),
            Stage("dy", "dy", sums, "β learns from their sum Σ dy, γ from Σ dy â"),
        )
    slope = f"{G.get(shown.activation, 'g')}" if shown.activation not in ("", "linear") else ""
    last = (
        Stage("da", "da", (("Σ da", figure(_sum(back.stages[4]))),), "what the next layer asks for")
        if shown.activation
        else Stage("\\hat y − y", "ŷ − y", (("Σ", figure(_sum(back.stages[4]))),), "what the loss asks for, over m")
    )
    through = "d\\tilde z = da · g′(\\tilde z)" if slope else "d\\tilde z"
    return (
        Stage(
            "dz = d(z − μ) − \\mean",
            "dz = d(z − μ) − mean",
            (("Σ dz = db", figure(back.bias)),),
            "and what would only move μ: a bias learns nothing",
        ),
        Stage(
            "\\frac{d\\hat z − \\hat z · \\mean(d\\hat z · \\hat z)}{\\sqrt{σ^2 + ε}}",
            "d(z − μ) = (dẑ − ẑ · mean(dẑ · ẑ)) / √(σ² + ε)",
            (("√(σ² + ε)", root),),
            "what would only change σ is taken out",
        ),
        Stage(
            "d\\hat z = γ d\\tilde z", "dẑ = γ dz̃", (("γ", figure(shown.gamma)),), "scaled as it was on the way here"
        ),
        Stage(through, "dz̃ = da · g′(z̃)", sums, "β learns from their sum Σ dz̃, γ from Σ dz̃ ẑ"),
        last,
    )


def _applied(shown: Magnified, inner: str, plain: str) -> tuple[str, str]:
    if not shown.activation:
        return f"\\hat y = \\softmax {inner}", f"ŷ = softmax({plain})"
    label = G.get(shown.activation, activations[shown.activation].label)
    if not label:
        return f"a = {inner}", f"a = {plain}"
    return f"a = {label} ({inner})", f"a = {activations[shown.activation].label}({plain})"


def _flat(shown: Magnified) -> tuple[tuple[str, str], ...]:
    if shown.flat < 0:
        last = shown.stages[4]
        return (("mean", figure(float(last.mean()))),)
    return (("at 0" if shown.activation == "relu" else "saturated", f"{shown.flat} of {len(shown.true)}"),)


def _sum(values: Values) -> float:
    return float(np.sum(values))


def _round(value: float) -> str:
    said = f"{value:.2f}".replace("-", "−")
    return said.replace("−0.00", "0.00")


def reading(shown: Magnified, place: int, backward: bool, class_name: str) -> str:
    """One example in every column, in a sentence that can be read aloud."""
    values = shown.backward.stages if backward and shown.backward is not None else shown.stages
    parts = [
        f"{stage.plain.split(' = ')[0]} {figure(float(v))}"
        for stage, v in zip(stages(shown, backward), values[:, place], strict=True)
    ]
    return f"Example {int(shown.numbers[place])}, {class_name}: " + "  ".join(parts)
