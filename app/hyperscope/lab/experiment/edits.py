"""One number of a network set by hand: what it is called, whether it may be set, and setting it.

It knows no trainer and no timeline; those record what is done here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.parameters import Layout
from hyperscope.quoting import named

LETTERS = {"weights": "w", "bias": "b", "gamma": "γ", "beta": "β"}  # what may be set; running averages are measured
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Edit:
    """The number at `index` of the array `name` becomes `value`; names and shapes are those of `engine.named`.

    Raises: ValueError for a value that is not finite.
    """

    name: str  # e.g. layer2.weights
    index: tuple[int, ...]  # (unit, unit before) of weights, (unit,) of the others, from 0
    value: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"{self.letter} is {self.value}; it must be a finite number")

    @property
    def letter(self) -> str:
        """w, b, γ or β."""
        part = self.name.rpartition(".")[2]
        return LETTERS.get(part, part)

    @property
    def symbol(self) -> str:
        """With its place, counted from 1 as the formulas do: w₂₃, or w₁₂,₃ where figures would run together."""
        apart = "," if any(at > 8 for at in self.index) else ""
        return self.letter + apart.join(str(at + 1) for at in self.index).translate(SUBSCRIPTS)

    @property
    def title(self) -> str:
        """E.g. "w₂₃ of layer 2"."""
        layer = self.name.partition(".")[0]
        return f"{self.symbol} of {layer.replace('layer', 'layer ')}"

    @property
    def caption(self) -> str:
        """Short enough to stand beside a line in a chart, e.g. "w₂₃ of layer 2 → 0.5"."""
        return f"{self.title} → {shown(self.value)}"

    def at(self, value: float) -> Edit:
        """The same place, set to another value."""
        return replace(self, value=value)

    def same_place(self, other: object) -> bool:
        """Whether `other` sets the same number."""
        return isinstance(other, Edit) and (self.name, self.index) == (other.name, other.index)


@dataclass(frozen=True, slots=True)
class Done:
    """An edit and the number it replaced, as far as undoing goes."""

    edit: Edit
    before: float

    @property
    def undone(self) -> Done:
        """What takes this back: the same place with the numbers changed about."""
        return Done(self.edit.at(self.before), self.edit.value)


def shown(value: float) -> str:
    """A number in four figures, with a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


def why_not(layout: Layout, name: str) -> str:
    """Why the array `name` of a network cannot be set by hand, in a sentence; "" if it can."""
    layer, _, part = name.rpartition(".")
    if part not in LETTERS:
        return f"{named(name)} cannot be set by hand; weights, bias, gamma and beta can"
    if layer not in layout.names:
        return f"{named(layer)} is no layer of this network; it has {', '.join(layout.names)}"
    number = layout.names.index(layer)
    if layer == "output" and layout.output.masked:
        return "the classes of a tree have no numbers of their own to set: each adds up the questions on its way"
    if part == "bias" and not layout.bias_at(number):
        return f"{layer} has no bias: batch norm before the activation would subtract it again; set β instead"
    if part in ("gamma", "beta") and layout.norm_at(number) == "off":
        return f"{layer} has no {LETTERS[part]}: its batch norm is off"
    return ""


def put(edit: Edit, layout: Layout, views: Mapping[str, Array]) -> float:
    """Sets the number in the `views` of `engine.named` and returns the one it replaces.

    Raises: ValueError, with nothing changed, naming what cannot be set, the place or the value, and what is allowed.
    """
    if said := why_not(layout, edit.name):
        raise ValueError(said)
    view = views[edit.name]
    if len(edit.index) != view.ndim or not all(0 <= at < n for at, n in zip(edit.index, view.shape, strict=True)):
        raise ValueError(f"{edit.name} has no place {list(edit.index)}; its shape is {list(view.shape)}, from 0")
    most = float(np.finfo(view.dtype).max)
    if abs(edit.value) > most:
        raise ValueError(f"{edit.letter} is {edit.value:.4g}; it must lie within ±{most:.3g}")
    before = float(view[edit.index])
    if float(view.dtype.type(edit.value)) != before:  # −0 would change the bits of 0, and nothing would have happened
        view[edit.index] = edit.value
    return before
