"""Networks that differ in their start alone: the map of each, that of their mean, and whether the mean is better."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from hyperscope.lab.sweeps.ensemble import Ensemble
from hyperscope.ui import paint
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.labs.softmax.trained import Trained
from hyperscope.ui.paint import face, write
from hyperscope.ui.theme import Theme

COUNTS = (4, 8, 16)  # networks
MEAN = "their mean"


class EnsemblePanel(Trained):
    """Draws what the job came to; `again` trains anew, as many as are chosen."""

    def __init__(self) -> None:
        count = Segments([f"{count}" for count in COUNTS], "Networks of the ensemble")
        title = "An ensemble of networks from other starts"
        super().__init__(title, count, "the ensemble", "Of the experiment as it is now")
        self.choice.set_index(1)
        self.setMinimumSize(260, 190)
        self.found: Ensemble | None = None
        self._images: list[QImage] = []
        self._mean: QImage | None = None

    @property
    def networks(self) -> int:
        """How many are wanted."""
        return COUNTS[self.chosen]

    def show_ensemble(self, found: Ensemble | None, note: str) -> None:
        """Shows what there is, and in a note how far it has come."""
        self.found, self.note = found, note
        self._images, self._mean = [], None
        self.setAccessibleDescription(" ".join(verdict(found)) if found is not None else note)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._images, self._mean = [], None

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            self.words(painter, room, self.note or "The first pictures come within a second.", 12)
            return
        if self._mean is None:
            self._images = [paint.soft_map(p, theme) for p in found.maps]
            self._mean = paint.soft_map(found.mean, theme)
        lines = verdict(found)
        below = self.px(17) * len(lines) + self.px(4)
        big = min(room.height() - below - self.px(16), room.width() * 0.34)
        box = QRectF(room.left(), room.top(), big, big)
        painter.drawImage(box, self._mean)
        bold = face(11, 600, theme.scale)
        named = max(big, QFontMetricsF(bold).horizontalAdvance(MEAN) + 1)  # of a small map the name is wider
        write(painter, QRectF(box.left(), box.bottom() + 1, named, self.px(15)), MEAN, bold, theme.text)
        left, gap = box.left() + named + self.px(12), self.px(5)
        wide = room.right() - left
        rows = max(1, min((r for r in range(1, 5)), key=lambda r: -self._side(len(self._images), r, wide, big, gap)))
        side = self._side(len(self._images), rows, wide, big, gap)
        columns = -(-len(self._images) // rows)
        for k, image in enumerate(self._images):
            x, y = left + (k % columns) * (side + gap), room.top() + (k // columns) * (side + self.px(15))
            painter.drawImage(QRectF(x, y, side, side), image)
            best = k == found.best
            said = f"{found.loss[0, k]:.3f}"
            place = QRectF(x, y + side, side + gap, self.px(14))
            colour = theme.text if best else theme.quiet
            write(painter, place, said, face(10, 600 if best else 400, theme.scale), colour)
        for line, said in enumerate(lines):
            place = QRectF(room.left(), room.bottom() - self.px(17) * (len(lines) - line), room.width(), self.px(16))
            write(painter, place, said, face(11, 500 if line == 0 else 400, theme.scale), theme.text)

    def _side(self, count: int, rows: int, wide: float, high: float, gap: float) -> float:
        columns = -(-count // rows)
        return max(8.0, min((wide - gap * (columns - 1)) / columns, (high + self.px(15)) / rows - self.px(15)))


def verdict(found: Ensemble) -> list[str]:
    """Whether the mean beats the best of them, in figures of dev and of test."""
    best, count = found.best, found.loss.shape[1]
    better = found.mean_loss[0] < found.loss[0, best]
    said = "beats the best of them" if better else f"beats {found.beaten} of {count}, not the best"
    return [
        f"Dev: the mean {said}: {found.mean_loss[0]:.3f} against {found.loss[0, best]:.3f}",
        f"Test: {found.mean_loss[1]:.3f} against {found.loss[1, best]:.3f}; "
        f"right {100 * found.mean_right[1]:.1f} % against {100 * found.right[1, best]:.1f} %",
    ]
