"""What the network panel says in words and formulas, with the numbers of the moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.ui.controls.words import standardised
from hyperscope.ui.paint import SUBSCRIPTS, number

UNIT = 3  # letters; a column's last word as short as this is a unit: cm, mm, kg, pct


def letter(picture: NetworkPicture, layer: int) -> str:
    """x for inputs, a for hidden units, p for outputs."""
    return "x" if layer == 0 else "p" if layer == len(picture.layers) - 1 else "a"


def symbol(picture: NetworkPicture, layer: int, unit: int) -> str:
    """x₁ for an input, a₃ for a hidden unit, p₂ for an output."""
    return letter(picture, layer) + str(unit + 1).translate(SUBSCRIPTS)


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


def node_help(
    picture: NetworkPicture, layer: int, unit: int, name: str, scaling: Sequence[tuple[float, float]] = ()
) -> str:
    """A node's tooltip: what its picture shows and what its colours are scaled to.

    Of an input also the μ and σ of `scaling`, one pair for each feature, that it is standardised with.
    """
    of = picture.layers[layer]
    if of.pictures is None or unit >= len(of.pictures):
        ways = "out of" if layer == 0 else "into"
        return f"{name}. Too many to draw each; the picture shows the weights {ways} them."
    if layer == len(picture.layers) - 1:
        return f"{name}: its probability over the plane, from 0 (ground) to 1 (full colour)."
    most = float(np.abs(np.nan_to_num(of.pictures[unit])).max(initial=0))
    if layer == 0:
        how = "\n" + standardised(*scaling[unit]) if unit < len(scaling) else ""
        return f"{name} over the plane. Full colour is ±{most:.2g}, its greatest distance from the middle.{how}"
    return f"{name}: its output over the plane. Full colour is ±{most:.2g}, its own greatest magnitude."


def edge(picture: NetworkPicture, gap: int, after: int, before: int, weights: Array, summary: bool) -> str:
    """What the foot says of one edge between layer `gap` and the next, of `weights` as drawn."""
    w = float(weights[after, before])
    if summary:
        return f"root mean square of these weights: {amount(w)}"
    ends = symbol(picture, gap, before), symbol(picture, gap + 1, after)
    most = amount(float(np.nanmax(np.abs(weights))))
    name = picture.layers[gap + 1].name
    return f"{name}: weight from {ends[0]} to {ends[1]} = {number(w, 3)} (greatest here ±{most}); click to set it"
