"""One layer's column of the distributions, laid out: where its pictures and words are and what they read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from hyperscope.lab.probes.distributions import Distributions, Histogram, LayerDistributions, OutputDistributions
from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.panels.common.small_multiples import Bars, Floats, Norm, River, Span
from hyperscope.ui.panels.distributions.layer_words import Word

NAMES = {"z": "z", "hat": "ẑ", "y": "γẑ + β", "a": "a", "weights": "W", "gradients": "dW"}
VIEWS = {  # what each view shows of a layer now, and the field of `Distributions` with its river
    "z to a": (("z", "hat", "y", "a"), "rivers"),
    "a": (("a",), "activation_rivers"),
    "weights": (("weights",), "weight_rivers"),
    "gradients": (("gradients",), "gradient_rivers"),
}
LEARNED = ("weights", "gradients")  # views that have the output layer too
BATCH_NORM = "batch norm"


@dataclass(slots=True)
class Column:
    """One layer: its pictures, and the words with their place, font and colour.

    `number` counts hidden layers from 0; `left`, `width` and each unit's `slot` are pixels.
    """

    layer: LayerDistributions | OutputDistributions
    number: int
    left: float
    width: float
    bars: list[tuple[str, Histogram, Bars]] = field(default_factory=list)
    river: River | None = None
    rows: Floats = field(default_factory=lambda: np.zeros((0, 5)))  # that the river is made of
    norm: Norm | None = None
    norm_area: QRectF = field(default_factory=QRectF)
    norm_span: Span = (0.0, 1.0)
    slot: float = 0.0
    words: list[Word] = field(default_factory=list)

    @property
    def flows(self) -> bool:
        """Whether there is a river."""
        return self.river is not None

    def reading(self, at: QPointF, data: Distributions) -> str:
        """What lies at pixel `at`, in words; "" for nothing."""
        for kind, histogram, made in self.bars:
            if made.area.adjusted(0, -2, 0, 2).contains(at) and (bin_ := made.bin_at(at.x())) is not None:
                low, high = (number_text(float(edge)) for edge in np.asarray(histogram.edges)[bin_ : bin_ + 2])
                total = float(np.nansum(histogram.counts))
                share = float(histogram.counts[bin_]) / total if total else 0.0
                return f"{self.layer.name}: {NAMES[kind]} from {low} to {high}: {100 * share:.1f} %"
        if self.river is not None and self.river.area.contains(at):
            return self._river_reading(self.river.area, at, data)
        if self.norm is not None and self.norm_area.contains(at):
            return self._norm_reading(self.norm, int((at.x() - self.norm_area.left()) / self.slot))
        return ""

    def _river_reading(self, area: QRectF, at: QPointF, data: Distributions) -> str:
        epoch = np.asarray(data.epoch, float)
        wanted = epoch[0] + (at.x() - area.left()) / area.width() * (epoch[-1] - epoch[0])
        row = int(np.abs(epoch - wanted).argmin())
        low, _, middle, _, high = (number_text(float(value), 2) for value in self.rows[row])
        return f"{self.layer.name}, epoch {epoch_text(float(epoch[row]))}: median {middle}, 5–95 % {low} to {high}"

    def _norm_reading(self, norm: Norm, unit: int) -> str:
        if unit >= len(norm.batch):
            return ""
        batch, running = spread(norm, unit)
        return f"{self.layer.name}, unit {unit + 1}: batch {batch}, running {running}"


def spread(norm: Norm, unit: int) -> tuple[str, str]:
    """Mean ± σ of a unit, of the last batch and running."""
    parts = ((norm.batch, norm.batch_deviation), (norm.running, norm.running_deviation))
    batch, running = (
        f"{number_text(float(mean[unit]), 2)} ± {number_text(float(deviation[unit]), 2)}" for mean, deviation in parts
    )
    return batch, running


def statistics(layer: LayerDistributions | OutputDistributions, view: str) -> tuple[list[str], bool]:
    """What the head says beside the layer's name, from the longest to the shortest; whether it is a warning."""
    if view in LEARNED:
        histogram = getattr(layer, view)
        if histogram is None:
            return [], False
        deviation = f"σ {number_text(histogram.deviation)}"
        return [f"{deviation} · {int(np.nansum(histogram.counts))} weights", deviation], False
    if not isinstance(layer, LayerDistributions):
        return [], False
    deviation = f"σ {number_text((layer.a if view == 'a' else layer.z).deviation)}"
    share = f"sat. {100 * layer.saturated:.0f} %"
    plain = [f"{deviation} · {share}", deviation]
    if not layer.units:
        return plain, False
    counted = f"{layer.dead} dead, {layer.stuck} sat. of {layer.units}"
    found = layer.dead > 0 or layer.stuck > 0
    short = [f"{share} · {counted}", counted, f"{layer.dead} dead, {layer.stuck} sat.", f"{layer.dead} dead"]
    return [f"{deviation} · {share} · {counted}", *(short if found else short[:1]), *plain], found
