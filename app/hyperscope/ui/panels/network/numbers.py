"""Which numbers of a unit can be set by hand, and the scale a slider for them has; it knows no widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.panels.network.words import symbol

MOST = 16  # weights of a unit that are offered; of more, the largest
STEPS = 200  # of a slider from 0 to either end
BEND = 100  # times smaller than the greatest is where the scale turns from linear to logarithmic
LEAST = 4.0  # a scale reaches at least that far


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a unit: what would set it to what it is, and where it leads from, e.g. "from a₃"."""

    edit: Edit
    role: str

    @property
    def value(self) -> float:
        """What it is now."""
        return self.edit.value


def numbers(picture: NetworkPicture, layer: int, unit: int, before: int | None = None) -> tuple[Number, ...]:
    """The weights into a unit, its bias, γ and β, as far as it has them; layers count from the inputs, 0.

    Of more than MOST weights the largest, in order, and that from unit `before`. Empty for inputs and where nothing
    can be set.
    """
    of = picture.layers[layer]
    if not of.array or of.fixed or of.weights is None:
        return ()
    weights = np.asarray(of.weights)[unit]
    kept = np.argsort(-np.abs(weights), kind="stable")[:MOST].tolist()
    if before is not None and before not in kept:
        kept[-1] = before
    found = [_weight(picture, layer, unit, k) for k in sorted(kept) if math.isfinite(weights[k])]
    for part, values, role in (
        ("bias", of.biases, "the bias, added to the sum"),
        ("gamma", of.gamma, "the scale after batch norm"),
        ("beta", of.beta, "the shift after batch norm"),
    ):
        if values is not None and math.isfinite(values[unit]):
            found.append(Number(Edit(f"{of.array}.{part}", (unit,), float(values[unit])), role))
    return tuple(found)


def _weight(picture: NetworkPicture, layer: int, unit: int, before: int) -> Number:
    of = picture.layers[layer]
    assert of.weights is not None
    value = float(of.weights[unit, before])
    ends = symbol(picture, layer - 1, before), symbol(picture, layer, unit)
    return Number(Edit(f"{of.array}.weights", (unit, before), value), f"from {ends[0]} to {ends[1]}")


def current(picture: NetworkPicture, layer: int, edit: Edit) -> float | None:
    """What the number that `edit` sets is now, None if the picture has no such number."""
    of = picture.layers[layer] if layer < len(picture.layers) else None
    if of is None or not edit.name.startswith(of.array + "."):
        return None
    part = edit.name.rpartition(".")[2]
    values = {"weights": of.weights, "bias": of.biases, "gamma": of.gamma, "beta": of.beta}[part]
    if values is None or any(at >= n for at, n in zip(edit.index, values.shape, strict=True)):
        return None
    return float(values[edit.index])


@dataclass(frozen=True, slots=True)
class Scale:
    """From −`most` to `most` in 2 STEPS steps, linear about 0 and logarithmic further out."""

    most: float

    @classmethod
    def of(cls, greatest: float) -> Scale:
        """A scale with room beyond `greatest`, ending at 1, 2 or 5 times a power of ten."""
        wanted = max(LEAST, 2 * abs(greatest))
        ten = 10.0 ** math.floor(math.log10(wanted))
        return cls(next(k * ten for k in (1, 2, 5, 10) if k * ten >= wanted))

    def value(self, step: int) -> float:
        """The number at a step from 0 to 2 STEPS, in two figures."""
        bend = self.most / BEND
        found = bend * math.sinh((step - STEPS) / STEPS * math.asinh(BEND))
        return float(f"{found:.2g}")

    def step(self, value: float) -> int:
        """The step nearest to a number."""
        bend = self.most / BEND
        share = math.asinh(value / bend) / math.asinh(BEND)
        return STEPS + round(STEPS * min(1.0, max(-1.0, share)))

    def ticks(self) -> list[tuple[float, str]]:
        """(place from 0 to 1, label): the ends, 0, and powers of ten between."""
        ten = 10.0 ** math.floor(math.log10(self.most / 3))
        sizes = [self.most, ten, ten / 10]
        shown = [*(-size for size in sizes), 0.0, *reversed(sizes)]
        return [(self.step(v) / (2 * STEPS), f"{v:g}".replace("-", "−")) for v in shown]
