"""What the network panel says in words and formulas, with the numbers of the moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hyperscope.lab.snapshot import LayerPicture, NetworkPicture
from hyperscope.ui.paint import SUBSCRIPTS

UNIT = 3  # letters; a column's last word as short as this is a unit: cm, mm, kg, pct


def symbol(picture: NetworkPicture, layer: int, unit: int) -> str:
    """x₁ for an input, a₃ for a hidden unit, p₂ for an output."""
    letter = "x" if layer == 0 else "p" if layer == len(picture.layers) - 1 else "a"
    return letter + str(unit + 1).translate(SUBSCRIPTS)


def in_short(name: str, fits: Callable[[str], bool], lines: int) -> list[str]:
    """A column's name such as sepal_length_cm on at most `lines` lines, without its last words where they do not fit.

    The last line ends with … where something longer than a unit of measurement had to go.
    """
    parts = name.replace("_", " ").split()
    for keep in range(len(parts), 0, -1):
        kept = parts[:keep]
        end = "" if all(len(part) <= UNIT for part in parts[keep:]) else "…"
        for split in range(keep, 0 if lines > 1 else keep - 1, -1):
            found = [" ".join(kept[:split]), " ".join(kept[split:])]
            found = [line for line in found if line]
            found[-1] += end
            if all(fits(line) for line in found):
                return found
    return [name]


def activation(layer: LayerPicture) -> str:
    """tanh of "BN · tanh" and of "tanh · BN"."""
    parts = [part.strip() for part in layer.caption.split("·")]
    return next((part for part in parts if part and part != "BN"), "g")


def normalised(layer: LayerPicture) -> str:
    """off, before or after: where batch norm stands, as the caption has it."""
    parts = [part.strip() for part in layer.caption.split("·")]
    if "BN" not in parts and layer.gamma is None:
        return "off"
    return "after" if parts[-1] == "BN" and len(parts) > 1 else "before"


def amount(value: float) -> str:
    """A weight's magnitude in two figures, 0.42, 13, 0.0031."""
    size = abs(value)
    return (
        f"{size:.0f}" if size >= 10 else f"{size:.1f}" if size >= 1 else f"{size:.2f}" if size >= 0.1 else f"{size:.1g}"
    )


def _sum(terms: list[tuple[float, str]], left_out: bool, bias: float) -> str:
    said = ""
    for value, name in [*terms, *([(0.0, "…")] if left_out else []), *([(bias, "")] if bias else [])]:
        sign = " − " if value < 0 else " + "
        said += sign + (name if name == "…" else f"{amount(value)}·{name}" if name else amount(value))
    return (said[3:] if said.startswith(" + ") else "−" + said[3:]) if said else "0"


def formula(picture: NetworkPicture, layer: int, unit: int, fits: Callable[[str], bool]) -> str:
    """A unit's equation with its present weights; of more terms than `fits` allows the largest stay, in order."""
    of = picture.layers[layer]
    if of.weights is None:
        return f"{symbol(picture, layer, unit)} is input {unit + 1}, as the network receives it"
    weights = np.asarray(of.weights)[unit]
    bias = float(of.biases[unit]) if of.biases is not None else 0.0
    by_size = np.argsort(-np.abs(weights))
    for keep in range(len(weights), -1, -1):
        if keep > 40:
            continue
        kept = sorted(by_size[:keep].tolist())
        terms = [(float(weights[k]), symbol(picture, layer - 1, k)) for k in kept]
        said = _equation(picture, layer, unit, _sum(terms, keep < len(weights), bias))
        if fits(said):
            break
    return said


def _equation(picture: NetworkPicture, layer: int, unit: int, z: str) -> str:
    of, name = picture.layers[layer], symbol(picture, layer, unit)
    if layer == len(picture.layers) - 1:
        under = str(unit + 1).translate(SUBSCRIPTS)
        return f"{name} = eᶻ{under} / Σ eᶻ,  z{under} = {z}"
    function, where = activation(of), normalised(of)
    before, after = ("(", ")") if function != "linear" else ("", "")
    function = "" if function == "linear" else function
    if where == "off":
        return f"{name} = {function}{before}{z}{after}"
    gamma = float(of.gamma[unit]) if of.gamma is not None else 1.0
    beta = float(of.beta[unit]) if of.beta is not None else 0.0
    shift = _sum([(gamma, "ẑ")], False, beta)
    if where == "before":
        return f"{name} = {function}{before}{shift}{after},  z = {z}"
    return f"{name} = {shift.replace('ẑ', f'norm({function}(z))' if function else 'ẑ')},  z = {z}"


def node_help(picture: NetworkPicture, layer: int, unit: int, name: str) -> str:
    """A node's tooltip: what its picture shows and what its colours are scaled to."""
    of = picture.layers[layer]
    if of.pictures is None or unit >= len(of.pictures):
        ways = "out of" if layer == 0 else "into"
        return f"{name}. Too many to draw each; the picture shows the weights {ways} them."
    if layer == len(picture.layers) - 1:
        return f"{name}: its probability over the plane, from 0 (ground) to 1 (full colour)."
    most = float(np.abs(np.nan_to_num(of.pictures[unit])).max(initial=0))
    return f"{name}: its output over the plane. Full colour is ±{most:.2g}, its own greatest magnitude."
