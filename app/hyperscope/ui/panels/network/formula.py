"""A unit's equation with the numbers of the moment, typeset as rich text, and the same as plain text."""

from __future__ import annotations

import re
from html import escape, unescape

import numpy as np

from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.paint import SUBSCRIPTS
from hyperscope.ui.panels.network import words

MOST = 4  # terms of a sum that are written out


def formula(picture: NetworkPicture, layer: int, unit: int, most: int = MOST) -> str:
    """E.g. a₁ = tanh(1.20 ẑ + 0.10), z = 0.82 x₁ − 1.31 x₂ + 0.05, as HTML of letters in italics and subscripts.

    Of a sum of more than `most` terms the largest stay, in order, and the rest are counted: "+ 5 smaller". Layers
    count from the inputs, 0.
    """
    of = picture.layers[layer]
    name = _name(words.letter(picture, layer), unit)
    if of.weights is None:
        return f"{name} is input {unit + 1}, as the network receives it"
    weights = np.nan_to_num(np.asarray(of.weights)[unit])
    bias = float(of.biases[unit]) if of.biases is not None else 0.0
    before = words.letter(picture, layer - 1)
    kept = sorted(np.argsort(-np.abs(weights), kind="stable")[:most].tolist())
    total = _sum([(float(weights[k]), _name(before, k)) for k in kept], len(weights) - len(kept), bias)
    gamma = float(of.gamma[unit]) if of.gamma is not None else None
    beta = float(of.beta[unit]) if of.beta is not None else 0.0
    last = layer == len(picture.layers) - 1
    if last:
        return _output(name, of.name, bool(of.fixed), unit, total, gamma, beta)
    function, where = escape(words.activation(of)), words.normalised(of)
    apply = "{}" if function == "linear" else function + "({})"
    if where == "off":
        return f"{name} = {apply.format(total)}"
    shift = _sum([(1.0 if gamma is None else gamma, "{}")], 0, beta)
    if where == "before":
        return f"{name} = {apply.format(shift.format('<i>ẑ</i>'))}, <i>z</i> = {total}"
    normed = "<i>ẑ</i>" if function == "linear" else f"norm({apply.format('<i>z</i>')})"
    return f"{name} = {shift.format(normed)}, <i>z</i> = {total}"


def plain(rich: str) -> str:
    """The rich text of `formula` as plain text, with Unicode's subscripts."""
    rich = re.sub(r"<sub>(\d+)</sub>", lambda found: found[1].translate(SUBSCRIPTS), rich)
    rich = rich.replace("<sup><i>z</i>", "ᶻ").replace("</sup>", "")
    return unescape(re.sub(r"<[^>]*>", "", rich))


def figure(value: float) -> str:
    """A magnitude to two decimals, to one figure below a hundredth: 0.82, 1.31, 13.0, 0.003."""
    size = abs(value)
    return f"{size:.0f}" if size >= 100 else f"{size:.2f}" if size >= 0.01 or size < 5e-5 else f"{size:.1g}"


def _output(name: str, kind: str, tree: bool, unit: int, total: str, gamma: float | None, beta: float) -> str:
    own = _name("z", unit)
    if gamma is not None:
        total = _sum([(gamma, f"norm({total})")], 0, beta)
    if tree:
        return f"{name}: its answers to the questions on its way, {own} = {total}"
    if kind == "Sigmoids":
        return f"{name} = sigmoid({own}) / Σ sigmoid(<i>z</i>), {own} = {total}"
    power = f"<i>e</i><sup><i>z</i><sub>{unit + 1}</sub></sup>"
    return f"{name} = {power} / Σ <i>e</i><sup><i>z</i></sup>, {own} = {total}"


def _name(letter: str, unit: int) -> str:
    return f"<i>{letter}</i><sub>{unit + 1}</sub>"


def _sum(terms: list[tuple[float, str]], smaller: int, bias: float) -> str:
    said = "".join(f"{' − ' if value < 0 else ' + '}{figure(value)} {name}" for value, name in terms)
    if smaller:
        said += f" + {smaller} smaller"
    if bias:
        said += f"{' − ' if bias < 0 else ' + '}{figure(bias)}"
    return ("−" + said[3:] if said.startswith(" − ") else said[3:]) or "0"
