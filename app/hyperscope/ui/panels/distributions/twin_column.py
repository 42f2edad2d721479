"""One layer's column of both twins' distributions, laid out: the layers that stand side by side and what they read.

Twins may differ in depth, width and batch norm; a layer that only one of them has leaves the other's half empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from hyperscope.lab.probes.distributions import Distributions, Histogram, LayerDistributions, OutputDistributions
from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.panels.common.small_multiples import Floats, Norm, River, Span
from hyperscope.ui.panels.distributions.layer_column import BATCH_NORM, LEARNED, NAMES, VIEWS, spread, statistics
from hyperscope.ui.panels.distributions.layer_words import Word
from hyperscope.ui.panels.distributions.twin_multiples import Lines, Mirrored

Rows = list[tuple[str, str]]  # names and values
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Half:
    """A twin's layer, and the quantiles `rows` (t, 5) of what is viewed of it at `epoch` (t,)."""

    layer: LayerDistributions | OutputDistributions
    epoch: Floats
    rows: Floats

    @property
    def flows(self) -> bool:
        """Whether there are rows to draw a river of."""
        return len(self.rows) > 0 and len(self.rows) == len(self.epoch)


@dataclass(frozen=True, slots=True)
class Pair:
    """The layers of A and of B at one place; None for one that has none there."""

    name: str
    a: Half | None
    b: Half | None

    @property
    def both(self) -> tuple[tuple[str, Half | None], ...]:
        """Each with its letter."""
        return (("A", self.a), ("B", self.b))

    def parts(self, kind: str) -> tuple[Histogram | None, Histogram | None]:
        """The histogram of this kind of each, None where there is none."""
        found: list[Histogram | None] = [
            getattr(half.layer, kind, None) if half is not None else None for half in (self.a, self.b)
        ]
        return found[0], found[1]


def lined_up(view: str, a: Distributions, b: Distributions) -> list[Pair]:
    """The layers of both by their place; of views that have the output layer, outputs beside each other at the end."""
    ours, theirs = (_halves(view, data) for data in (a, b))
    hidden = zip_longest(ours[: len(a.layers)], theirs[: len(b.layers)])
    outputs = zip_longest(ours[len(a.layers) :], theirs[len(b.layers) :])
    return [Pair((one or other).layer.name, one, other) for one, other in (*hidden, *outputs)]


def _halves(view: str, data: Distributions) -> list[Half]:
    layers: tuple[LayerDistributions | OutputDistributions, ...] = data.layers
    if view in LEARNED and data.output is not None:
        layers = (*layers, data.output)
    rivers = getattr(data, VIEWS[view][1]) if view != BATCH_NORM else ()
    epoch, none = np.asarray(data.epoch, float), np.zeros((0, 5))
    return [
        Half(layer, epoch, np.asarray(rivers[at], float).reshape(-1, 5) if at < len(rivers) else none)
        for at, layer in enumerate(layers)
    ]


@dataclass(slots=True)
class TwinColumn:
    """A pair of layers, its pictures, and its words; `left`, `width` and each unit's `slot` are pixels."""

    pair: Pair
    left: float
    width: float
    pictures: list[tuple[str, Mirrored]] = field(default_factory=list)
    area: QRectF = field(default_factory=QRectF)  # of the river, or of the picture per unit
    span: Span = (0.0, 1.0)  # of the area's axis
    time: Span = (0.0, 1.0)  # epochs across the river
    river: River | None = None  # A's
    lines: Lines | None = None  # B's
    norms: tuple[Norm | None, Norm | None] = (None, None)
    slot: float = 0.0
    words: list[Word] = field(default_factory=list)

    @property
    def flows(self) -> bool:
        """Whether there is a river."""
        return self.river is not None or self.lines is not None

    def reading(self, at: QPointF) -> tuple[Rows, float]:
        """What lies at pixel `at` of both twins, and the y from which on a box hides nothing of that; no rows for
        nothing.
        """
        for kind, made in self.pictures:
            if made.area.adjusted(0, -2, 0, 2).contains(at) and (bin_ := made.bin_at(at.x())) is not None:
                return self._histogram_rows(kind, made, bin_), made.area.bottom()
        if not self.area.contains(at):
            return [], 0.0
        if self.flows:
            return self._river_rows(at), 0.0
        if any(norm is not None for norm in self.norms):
            return self._norm_rows(int((at.x() - self.area.left()) / self.slot)), self.area.top()
        return [], 0.0

    def _histogram_rows(self, kind: str, made: Mirrored, bin_: int) -> Rows:
        low, high = (number_text(float(edge)) for edge in made.edges[bin_ : bin_ + 2])
        said = [f"{100 * of[bin_]:.1f} %" if of is not None else NOTHING for of in made.shares]
        return [(f"{self.pair.name}: {NAMES[kind]}", f"{low} to {high}"), *zip("AB", said, strict=True)]

    def _river_rows(self, at: QPointF) -> Rows:
        wanted = self.time[0] + (at.x() - self.area.left()) / self.area.width() * (self.time[1] - self.time[0])
        rows = [(f"{self.pair.name}, epoch {epoch_text(wanted)}", "median (5–95 %)")]
        for letter, half in self.pair.both:
            said = NOTHING
            if half is not None and half.flows and half.epoch[0] <= wanted <= half.epoch[-1]:
                row = half.rows[int(np.abs(half.epoch - wanted).argmin())]
                low, _, middle, _, high = (number_text(float(value), 2) for value in row)
                said = f"{middle} ({low} to {high})"
            rows.append((letter, said))
        return rows

    def _norm_rows(self, unit: int) -> Rows:
        known = [norm is not None and unit < len(norm.batch) for norm in self.norms]
        if not any(known):
            return []
        rows = [(f"{self.pair.name}, unit {unit + 1}", "batch, running")]
        for letter, norm, there in zip("AB", self.norms, known, strict=True):
            rows.append((letter, ", ".join(spread(norm, unit)) if norm is not None and there else NOTHING))
        return rows

    def statistics(self, view: str) -> tuple[list[str], bool]:
        """What the head says beside the layer's name, from the longest to the shortest; whether it is a warning."""
        a, b = (half.layer if half is not None else None for half in (self.pair.a, self.pair.b))
        if a is None or b is None:
            which, one = ("A", a) if a is not None else ("B", b)
            said, found = statistics(one, view) if one is not None else ([], False)
            return [*(f"only in {which} · {text}" for text in said), f"only in {which}"], found
        if not (isinstance(a, LayerDistributions) and isinstance(b, LayerDistributions)) or view in LEARNED:
            return _learned((a, b), view), False
        deviation = _each("σ {}", [number_text((one.a if view == "a" else one.z).deviation) for one in (a, b)])
        share = f"sat. A {100 * a.saturated:.0f} · B {100 * b.saturated:.0f} %"
        plain = [f"{deviation} · {share}", share, deviation]
        if not (a.units and b.units):
            return plain, False
        dead, stuck = f"dead A {a.dead} · B {b.dead}", f"sat. units A {a.stuck} · B {b.stuck}"
        counted = f"{dead}, {stuck}"
        found = any(count > 0 for one in (a, b) for count in (one.dead, one.stuck))
        if not found:
            return [f"{deviation} · {share} · {counted}", f"{share} · {dead}", f"{share} · 0 dead", *plain], False
        short = [dead, stuck] if a.dead or b.dead else [stuck]
        return [f"{deviation} · {share} · {counted}", f"{share} · {counted}", counted, *short, *plain], True


def _learned(layers: Sequence[object], view: str) -> list[str]:
    parts = [getattr(layer, view, None) for layer in layers]
    if any(part is None for part in parts):
        return []
    deviation = _each("σ {}", [number_text(part.deviation) for part in parts if part is not None])
    counts = [int(np.nansum(part.counts)) for part in parts if part is not None]
    weights = f"{counts[0]} weights" if counts[0] == counts[1] else f"{counts[0]} and {counts[1]} weights"
    return [f"{deviation} · {weights}", deviation]


def _each(pattern: str, values: list[str]) -> str:
    return pattern.format(f"A {values[0]} · B {values[1]}")
