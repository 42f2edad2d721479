"""The same data under four outputs: their maps side by side, and in numbers where they differ."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.lab.sweeps.rivals import TITLES, Rivals
from hyperscope.ui import paint
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.labs.softmax.rows import Rows
from hyperscope.ui.paint import face, number, write
from hyperscope.ui.panels.fed import Fed
from hyperscope.ui.panels.map.picture import paint_image
from hyperscope.ui.panels.map.views import placed
from hyperscope.ui.theme import INSIDE, Theme

HEADS = ("", "loss", "−ln ŷ", "right", "examples ≠", "plane ≠")
SHARES = (0.24, 0.12, 0.145, 0.15, 0.2, 0.145)


class OutputsPanel(Rows, Fed):
    """Draws what the job came to; `again` trains them anew."""

    rate = 20.0

    def __init__(self) -> None:
        super().__init__("Same data, same start, same mini-batches, four outputs")
        self.setMinimumSize(280, 300)
        self.found: Rivals | None = None
        self.names: tuple[str, ...] = ()
        self._images: list[QImage] = []
        self.again = Button("Train again", "Train the four outputs again", "Of the experiment as it is now")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.again)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE - 4)
        whole.addStretch(1)
        whole.addLayout(row)

    def show_rivals(self, found: Rivals | None, note: str) -> None:
        """Shows what there is, and in a note how far it has come."""
        self.found, self.note = found, note
        self._images = []
        self.setAccessibleDescription("; ".join(" ".join(row) for row in rival_rows(found)[1:]) if found else note)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._images = []
        self.again.set_theme(theme)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            self.words(painter, room, self.note or "The first pictures come within a second.", 12)
            return
        if not self._images:
            self._images = [paint.soft_map(p, theme) for p in found.maps]
        rows, said, small = rival_rows(found), remark(found), face(11, 400, theme.scale)
        lined = int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        words = QFontMetricsF(small).boundingRect(QRectF(0, 0, room.width(), 999), lined, said).height()
        below = self.px(22) * len(rows) + self.px(14) + words + self.px(34)  # the last is the button's row
        gap, caption, free = self.px(10), self.px(18), room.height() - below

        def largest(columns: int) -> float:
            lines = len(self._images) // columns
            return min((room.width() - gap * (columns - 1)) / columns, free / lines - caption)

        columns = max((2, 4), key=largest)
        side = max(40.0, largest(columns))
        most = (room.width() + gap) / columns
        fonts = [face(size, 500, theme.scale) for size in (11, 10)]
        titles = next((one for one in fonts if widest(one) + gap <= most), fonts[-1])
        step = min(max(side, widest(titles)) + gap, most)  # under small maps titles need more
        left = room.left() + (room.width() - columns * step + gap) / 2
        for k, image in enumerate(self._images):
            at = QPointF(left + (k % columns) * step, room.top() + (k // columns) * (side + caption))
            box = QRectF(at.x(), at.y(), side, side)
            borders = placed(paint.borders(found.maps[k]), found.maps[k].shape, box)
            paint_image(painter, box, image, ((borders, 0.42, 1.0),), theme)
            painter.drawPixmap(box.topLeft(), paint.corners(side, theme.card, self.devicePixelRatioF()))
            write(painter, QRectF(box.left(), box.bottom() + 1, step - gap, caption), TITLES[k], titles, theme.text)
        top = room.top() + len(self._images) // columns * (side + caption) + self.px(8)
        table = QRectF(room.left(), top, room.width(), self.px(22) * len(rows))
        end = self.table(painter, table, rows, SHARES, [-1] * len(TITLES), (), 0)
        place = QRectF(room.left(), end + self.px(6), room.width(), room.bottom() - end - self.px(34))
        painter.setFont(small)
        painter.setPen(theme.text)
        painter.drawText(place, lined, said)


def widest(font: QFont) -> float:
    """Of the titles, in pixels."""
    return max(map(QFontMetricsF(font).horizontalAdvance, TITLES))


def rival_rows(found: Rivals) -> list[tuple[str, ...]]:
    """Heads, and of each output its own loss, −ln ŷ, share right, and of how many examples and how much of the plane
    it says another class than softmax.
    """
    apart, plane = found.examples_apart, found.plane_apart
    return [
        HEADS,
        *(
            (
                title,
                number(float(found.loss[k]), 4),
                number(float(found.cross_entropy[k]), 4),
                f"{100 * found.train[k]:.1f} %",
                f"{apart[k]} of {found.predicted.shape[1]}" if k else "",
                f"{100 * plane[k]:.1f} %" if k else "",
            )
            for k, title in enumerate(TITLES)
        ),
    ]


def remark(found: Rivals) -> str:
    """What is worth saying of these numbers."""
    if any(found.stopped):
        which = TITLES[next(k for k, said in enumerate(found.stopped) if said)]
        return f"{which} stopped: {next(filter(None, found.stopped))}"
    return (
        f"At the centre one against all's own answers sum to {found.yes:.2f}; for −ln ŷ they are made to sum to 1, as "
        "softmax's do. A tree starts from other numbers of the same seed."
    )
