"""The layers of all sides lined up: which stand in one column, and what the head says beside their name.

Sides may differ in depth, width and batch norm; whoever has no layer where another has one leaves its place empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from hyperscope.lab.probes.distributions import Distributions, Histogram, LayerDistributions, OutputDistributions
from hyperscope.ui.panels.common.axes import number_text
from hyperscope.ui.panels.common.strokes import Floats
from hyperscope.ui.panels.distributions.multiples import Norm, has_batch_norm, norm_of

NAMES = {"z": "z", "hat": "ẑ", "y": "γẑ + β", "a": "a", "weights": "W", "gradients": "dW"}
NORMALISED = "ẑ"
VIEWS = {  # what each view shows of a layer now, and the field of `Distributions` with its river
    "z to a": (("z", "hat", "y", "a"), "rivers"),
    NORMALISED: (("hat",), "normalised_rivers"),
    "a": (("a",), "activation_rivers"),
    "weights": (("weights",), "weight_rivers"),
    "gradients": (("gradients",), "gradient_rivers"),
}
LEARNED = ("weights", "gradients")  # views that have the output layer too
BATCH_NORM = "batch norm"
NORMED = (NORMALISED, BATCH_NORM)  # views that there are with batch norm alone
LETTERS = "AB"

Layer = LayerDistributions | OutputDistributions


@dataclass(frozen=True, slots=True)
class OfSide:
    """A side's layer, and the quantiles `rows` (t, 5) of what is viewed of it at `epoch` (t,)."""

    layer: Layer
    epoch: Floats
    rows: Floats

    @property
    def flows(self) -> bool:
        """Whether there are rows to draw a river of."""
        return len(self.rows) > 0 and len(self.rows) == len(self.epoch)

    def between(self, left: float, right: float) -> OfSide:
        """The same with the rows of these epochs alone; what held at the left end begins there."""
        begin = max(0, int(np.searchsorted(self.epoch, left, side="right")) - 1)
        end = int(np.searchsorted(self.epoch, right, side="right"))
        epoch = self.epoch[begin:end]
        return OfSide(self.layer, np.maximum(epoch, left) if len(epoch) else epoch, self.rows[begin:end])

    @property
    def norm(self) -> Norm | None:
        """Batch norm's statistics, None without."""
        layer = self.layer
        return norm_of(layer) if isinstance(layer, LayerDistributions) and has_batch_norm(layer) else None


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of all sides at one place; None for one that has none there."""

    sides: tuple[OfSide | None, ...]

    @property
    def known(self) -> tuple[OfSide, ...]:
        """Those that there are."""
        return tuple(side for side in self.sides if side is not None)

    @property
    def flowing(self) -> tuple[OfSide, ...]:
        """Those with a river."""
        return tuple(side for side in self.known if side.flows)

    def between(self, left: float, right: float) -> Layers:
        """The same with the rows of these epochs alone."""
        return Layers(
            tuple(side.between(left, right) if side is not None and side.flows else side for side in self.sides)
        )

    @property
    def name(self) -> str:
        """The layer's."""
        return self.known[0].layer.name

    def parts(self, kind: str) -> tuple[Histogram | None, ...]:
        """The histogram of this kind of each, None where there is none."""
        return tuple(getattr(side.layer, kind, None) if side is not None else None for side in self.sides)

    def norms(self) -> tuple[Norm | None, ...]:
        """Batch norm's statistics of each, None where there are none."""
        return tuple(side.norm if side is not None else None for side in self.sides)

    def statistics(self, view: str) -> tuple[list[str], bool]:
        """What the head says beside the layer's name, from the longest to the shortest; whether it is a warning."""
        if len(self.known) > 1:
            return _of_two([side.layer for side in self.known], view)
        said, found = _of_one(self.known[0].layer, view)
        if len(self.sides) > 1:
            only = f"only in {LETTERS[self.sides.index(self.known[0])]}"
            said = [*(f"{only} · {text}" for text in said), only]
        return said, found


def lined_up(view: str, sides: Sequence[Distributions]) -> list[Layers]:
    """The layers of all by their place; of views that have the output layer, outputs beside each other at the end."""
    found = [_layers(view, data) for data in sides]
    hidden = zip_longest(*(layers[: len(data.layers)] for layers, data in zip(found, sides, strict=True)))
    outputs = zip_longest(*(layers[len(data.layers) :] for layers, data in zip(found, sides, strict=True)))
    return [Layers(of) for of in (*hidden, *outputs)]


def zeros_in_all(data: Distributions) -> tuple[int, int] | None:
    """How many of how many weights are exactly 0, over all layers; None where that is not worth a word."""
    layers: tuple[Layer, ...] = data.layers if data.output is None else (*data.layers, data.output)
    counted = [(layer.zeros, layer.weights) for layer in layers]
    known = [(zeros, int(np.nansum(of.counts))) for zeros, of in counted if zeros is not None and of is not None]
    return (sum(zeros for zeros, _ in known), sum(weights for _, weights in known)) if known else None


def _layers(view: str, data: Distributions) -> list[OfSide]:
    layers: tuple[Layer, ...] = data.layers
    if view in LEARNED and data.output is not None:
        layers = (*layers, data.output)
    rivers = getattr(data, VIEWS[view][1]) if view != BATCH_NORM else ()
    epoch, none = np.asarray(data.epoch, float), np.zeros((0, 5))
    rows = [np.asarray(river, float).reshape(-1, 5) for river in rivers]
    rows = [river if np.isfinite(river).any() else none for river in rows]  # of ẑ there may be none in a layer
    return [OfSide(layer, epoch, rows[at] if at < len(rows) else none) for at, layer in enumerate(layers)]


def _of_one(layer: Layer, view: str) -> tuple[list[str], bool]:
    if view in LEARNED:
        histogram = getattr(layer, view)
        if histogram is None:
            return [], False
        deviation, count = f"σ {number_text(histogram.deviation)}", int(np.nansum(histogram.counts))
        if view == "weights" and layer.zeros is not None:
            exact = f"{layer.zeros} of {count} exactly 0"
            return [f"{deviation} · {exact}", exact, f"{layer.zeros} exactly 0", deviation], False
        return [f"{deviation} · {count} weights", deviation], False
    if not isinstance(layer, LayerDistributions):
        return [], False
    deviation = f"σ {number_text(_shown(layer, view).deviation)}"
    share = f"sat. {100 * layer.saturated:.0f} %"
    plain = [f"{deviation} · {share}", deviation]
    if not layer.units:
        return plain, False
    counted = f"{layer.dead} dead, {layer.stuck} sat. of {layer.units}"
    found = layer.dead > 0 or layer.stuck > 0
    short = [f"{share} · {counted}", counted, f"{layer.dead} dead, {layer.stuck} sat.", f"{layer.dead} dead"]
    return [f"{deviation} · {share} · {counted}", *(short if found else short[:1]), *plain], found


def _of_two(layers: list[Layer], view: str) -> tuple[list[str], bool]:
    a, b = layers
    if not (isinstance(a, LayerDistributions) and isinstance(b, LayerDistributions)) or view in LEARNED:
        return _learned_of_two(layers, view), False
    deviation = "σ A {} · B {}".format(*(number_text(_shown(one, view).deviation) for one in (a, b)))
    share = f"sat. A {100 * a.saturated:.0f} · B {100 * b.saturated:.0f} %"
    plain = [f"{deviation} · {share}", share, deviation]
    if not (a.units and b.units):
        return plain, False
    dead, stuck = f"dead A {a.dead} · B {b.dead}", f"sat. units A {a.stuck} · B {b.stuck}"
    counted = f"{dead}, {stuck}"
    if not any((a.dead, b.dead, a.stuck, b.stuck)):
        return [f"{deviation} · {share} · {counted}", f"{share} · {dead}", f"{share} · 0 dead", *plain], False
    short = [dead, stuck] if a.dead or b.dead else [stuck]
    return [f"{deviation} · {share} · {counted}", f"{share} · {counted}", counted, *short, *plain], True


def _learned_of_two(layers: list[Layer], view: str) -> list[str]:
    parts = [part for layer in layers if (part := getattr(layer, view, None)) is not None]
    if len(parts) < len(layers):
        return []
    deviation = "σ A {} · B {}".format(*(number_text(part.deviation) for part in parts))
    one, other = (int(np.nansum(part.counts)) for part in parts)
    zeros = [layer.zeros for layer in layers]
    if view == "weights" and any(found is not None for found in zeros):
        exact = "exactly 0: A {} · B {}".format(*(found or 0 for found in zeros))
        return [f"{deviation} · {exact}", exact, deviation]
    return [f"{deviation} · {one if one == other else f'{one} and {other}'} weights", deviation]


def _shown(layer: LayerDistributions, view: str) -> Histogram:
    if view == NORMALISED and layer.hat is not None:
        return layer.hat
    return layer.a if view == "a" else layer.z
