"""One layer's column of the distributions, laid out: where its pictures and words are and what they read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from hyperscope.ui.panels.common.axes import epoch_text, number_text
from hyperscope.ui.panels.distributions.layer_words import Word
from hyperscope.ui.panels.distributions.lined_up import LETTERS, NAMES, Layers
from hyperscope.ui.panels.distributions.multiples import Bands, Bars, Lines, Norm, Span

Rows = list[tuple[str, str]]  # names and values
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Reading:
    """What lies under the mouse: of one network a sentence, and of any a row of each for a box that begins at y or
    below so as to hide nothing of what is read.
    """

    sentence: str = ""
    rows: Rows = field(default_factory=list)
    y: float = 0.0


@dataclass(slots=True)
class Column:
    """The layers at one place, their pictures, and the words with their place, font and colour.

    `left`, `width` and each unit's `slot` are pixels.
    """

    layers: Layers
    left: float
    width: float
    pictures: list[tuple[str, Bars]] = field(default_factory=list)
    area: QRectF = field(default_factory=QRectF)  # of the rivers, or of the picture per unit
    span: Span = (0.0, 1.0)  # of the area's axis
    time: Span = (0.0, 1.0)  # epochs across the rivers
    bands: Bands | None = None  # the first side's river
    lines: Lines | None = None  # the second's
    norms: tuple[Norm | None, ...] = ()
    slot: float = 0.0
    words: list[Word] = field(default_factory=list)

    @property
    def flows(self) -> bool:
        """Whether there is a river."""
        return self.bands is not None or self.lines is not None

    def reading(self, at: QPointF) -> Reading | None:
        """What lies at pixel `at`, None for nothing."""
        for kind, made in self.pictures:
            if made.area.adjusted(0, -2, 0, 2).contains(at) and (bin_ := made.bin_at(at.x())) is not None:
                return self._of_bin(kind, made, bin_)
        if not self.area.contains(at):
            return None
        if self.flows:
            return self._of_rivers((at.x() - self.area.left()) / self.area.width())
        return self._of_unit(int((at.x() - self.area.left()) / self.slot)) if self.slot else None

    def _of_bin(self, kind: str, made: Bars, bin_: int) -> Reading | None:
        low, high = (number_text(float(edge)) for edge in made.edges[bin_ : bin_ + 2])
        said = [None if share is None else (f"{100 * share:.1f} %",) for share in made.shares_of(bin_)]
        what, reach = f"{self.layers.name}: {NAMES[kind]}", f"{low} to {high}"
        return _told(said, f"{what} from {reach}: {{}}", (what, reach, "{}"), made.area.bottom())

    def _of_rivers(self, share: float) -> Reading | None:
        wanted = self.time[0] + share * (self.time[1] - self.time[0])
        said: list[tuple[str, ...] | None] = [None] * len(self.layers.sides)
        for number, side in enumerate(self.layers.sides):
            if side is not None and side.flows and side.epoch[0] <= wanted <= side.epoch[-1] + 1e-9:
                row = int(np.abs(side.epoch - wanted).argmin())
                low, _, middle, _, high = (number_text(float(value), 2) for value in side.rows[row])
                said[number] = (middle, low, high, epoch_text(float(side.epoch[row])))
        name = f"{self.layers.name}, epoch"
        box = (f"{name} {epoch_text(wanted)}", "median (5–95 %)", "{} ({} to {})")
        return _told(said, name + " {3}: median {0}, 5–95 % {1} to {2}", box)

    def _of_unit(self, unit: int) -> Reading | None:
        said = [spread(norm, unit) if norm is not None and unit < len(norm.batch) else None for norm in self.norms]
        name = f"{self.layers.name}, unit {unit + 1}"
        return _told(said, name + ": batch {}, running {}", (name, "batch, running", "{}, {}"), self.area.top())


def _told(
    said: Sequence[tuple[str, ...] | None], sentence: str, box: tuple[str, str, str], y: float = 0.0
) -> Reading | None:
    """What each side has to say, in the `sentence` of one alone, or below the box's head in its pattern for each."""
    if not any(said):
        return None
    what, of, pattern = box
    if len(said) == 1:
        figures = said[0] or ()
        return Reading(sentence.format(*figures), [(what, ""), (of, pattern.format(*figures))], y)
    each = (pattern.format(*figures) if figures is not None else NOTHING for figures in said)
    return Reading(rows=[(what, of), *zip(LETTERS, each, strict=True)], y=y)


def spread(norm: Norm, unit: int) -> tuple[str, str]:
    """Mean ± σ of a unit, of the last batch and running."""
    parts = ((norm.batch, norm.batch_deviation), (norm.running, norm.running_deviation))
    batch, running = (
        f"{number_text(float(mean[unit]), 2)} ± {number_text(float(deviation[unit]), 2)}" for mean, deviation in parts
    )
    return batch, running
