"""What stands below the matrices of a mini-batch: its examples on the map, its cost, and dW built up by columns."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen, QResizeEvent

from hyperscope.lab.softmax.mini_batch import MiniBatch
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.slider import Track
from hyperscope.ui.labs.softmax.matrices import signed_shades
from hyperscope.ui.labs.softmax.words import power, share
from hyperscope.ui.paint import face, number, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.sheet import MapSheet
from hyperscope.ui.theme import INSIDE, Theme

SMALL = 0.6  # of the usual size of the examples
NEAR = 12.0  # pixels


class BatchMap(MapSheet):
    """The map with the mini-batch's examples ringed; `pointed` and `chosen` carry a column, −1 for none."""

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("Where its examples lie", SMALL)
        self.setMinimumSize(220, 180)
        self.setMouseTracking(True)
        self.batch: MiniBatch | None = None
        self.column = -1

    def draw(self, batch: MiniBatch, column: int) -> None:
        """Rings the examples of a batch, one of them more."""
        self.batch, self.column = batch, column
        self.update()

    def column_at(self, at: QPointF) -> int:
        """The batch's example nearest to a pixel, −1 if none is near."""
        if self.batch is None or not self.batch.at.size or self.picture.map is None:
            return -1
        away = [
            math.hypot(at.x() - spot.x(), at.y() - spot.y())
            for spot in (self.picture.pixel(x, y) for x, y in self.batch.at.T.tolist())
        ]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= self.px(NEAR) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.column_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.column_at(event.position()))

    def paint(self, painter: QPainter, room: QRectF) -> None:
        picture, batch, theme = self.picture, self.batch, self.theme
        if picture.map is None:
            picture.paint_empty(painter)
            return
        picture.paint(painter, self.devicePixelRatioF())
        if batch is None or not batch.at.size:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setClipRect(picture.box)
        for x, y in batch.at.T.tolist():
            painter.setPen(QPen(theme.text, self.px(1.2)))
            painter.drawEllipse(picture.pixel(x, y), self.px(4.6), self.px(4.6))
        if 0 <= self.column < batch.at.shape[1]:
            paint_ring(painter, picture.pixel(*batch.at[:, self.column].tolist()), theme, example=True)
        painter.setClipping(False)
        self._tell(painter, self.beside)

    def _tell(self, painter: QPainter, place: QRectF) -> None:
        """What is known of the chosen example, in numbers."""
        batch, theme = self.batch, self.theme
        assert batch is not None
        if place.width() < self.px(90):
            return
        if not 0 <= self.column < batch.z.shape[1]:
            painter.setFont(face(11, 400, theme.scale))
            painter.setPen(theme.quiet)
            words = "Point at a column or at an example: it is one and the same."
            painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)
            return
        k = self.column
        lines = [
            (f"Example {int(batch.number[k])}, true {batch.names[int(batch.true[k])]}", True),
            *(
                (f"{name}: z {number(float(batch.z[c, k]), 2)}, ŷ {share(float(batch.p[c, k]), 3)}", False)
                for c, name in enumerate(batch.names[:10])
            ),
            (f"L = {batch.losses[k]:.3g} nats", True),
        ]
        high = min(self.px(19), place.height() / len(lines))
        size = min(12.0, high / theme.scale * 0.68)
        for at, (words, bold) in enumerate(lines):
            line = QRectF(place.left(), place.top() + at * high, place.width(), high)
            write(painter, line, words, face(size, 600 if bold else 400, theme.scale), theme.text)


class CostCard(Sheet):
    """J as the mean of the losses, and as the logarithm of a product."""

    def __init__(self) -> None:
        super().__init__("One number for the batch", formula="J = \\frac{1}{m} Σ L")
        self.setMinimumSize(200, 180)
        self.batch: MiniBatch | None = None

    def draw(self, batch: MiniBatch) -> None:
        """Shows a mini-batch's cost."""
        self.batch = batch
        self.setAccessibleDescription(" ".join(words for words, _, _ in lines_of(batch)))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.batch is None:
            return
        theme = self.theme
        y = room.top() + self.px(6)
        for words, size, bold in lines_of(self.batch):
            high = self.px(size * 1.55)
            colour = theme.text if bold else theme.quiet
            line = QRectF(room.left(), y, room.width(), high)
            write(painter, line, words, face(size, 600 if bold else 400, theme.scale), colour)
            y += high


def lines_of(batch: MiniBatch) -> list[tuple[str, float, bool]]:
    """What the cost card says: words, their size, and whether they are bold."""
    if not batch.losses.size:
        return [("There is nothing to count.", 12, False)]
    m, product = batch.losses.size, batch.log_likelihood
    plain = bool(np.allclose(batch.cost * m, -product, rtol=1e-9))
    return [
        (f"J = {batch.cost:.4g} nats", 20, True),
        (f"the mean of {m} losses", 11, False),
        (f"Π ŷ = {power(product)}", 15, True),
        (f"the likelihood: {m} true ŷ multiplied", 11, False),
        (f"ln Π ŷ = {number(product, 2)}", 15, True),
        ("= −m J: the same said twice" if plain else "not −m J: labels are smoothed or classes weighted", 11, False),
    ]


class GradientCard(Sheet):
    """dW = (Ŷ − Y) Aᵀ / m, as far as so many columns were added."""

    def __init__(self) -> None:
        super().__init__("The output layer's gradient", formula="dW = \\frac{1}{m} (\\hat{Y} − Y) A^{T}")
        self.setMinimumSize(260, 180)
        self.batch: MiniBatch | None = None
        self.track = Track()
        self.track.setParent(self)
        self.track.setRange(0, 0)
        self.track.setAccessibleName("Columns added")
        self.add = Button("+ column", "Add one column", "Adds the next example's part")
        self.add.setParent(self)
        self.track.valueChanged.connect(self._turned)
        self.add.clicked.connect(self._one_more)

    @property
    def columns(self) -> int:
        """How many columns were added."""
        return self.track.value()

    def draw(self, batch: MiniBatch) -> None:
        """Shows a mini-batch; all columns stay added if all were."""
        m = batch.z.shape[1]
        all_before = self.track.value() == self.track.maximum()
        self.batch = batch
        self.track.blockSignals(True)
        self.track.setRange(0, m)
        self.track.setPageStep(max(1, m // 8))
        if all_before or self.track.value() > m:
            self.track.setValue(m)
        self.track.blockSignals(False)
        self._turned()

    def _turned(self) -> None:
        self.track.setAccessibleDescription(f"{self.columns} of {self.track.maximum()}")
        self.track.update()
        self.update()

    def _one_more(self) -> None:
        self.track.setValue(self.columns + 1 if self.columns < self.track.maximum() else 0)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.track.set_theme(theme)
        self.add.set_theme(theme)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        foot = round(self.height() - INSIDE - self.px(28))
        wide = self.add.sizeHint().width()
        self.add.setGeometry(self.width() - INSIDE - wide, foot, wide, self.add.height())
        high = self.track.sizeHint().height()
        self.track.setGeometry(
            INSIDE, round(foot + (self.add.height() - high) / 2), self.width() - 2 * INSIDE - wide - 12, high
        )

    def paint(self, painter: QPainter, room: QRectF) -> None:
        batch, theme = self.batch, self.theme
        if batch is None:
            return
        room = room.adjusted(0, self.px(12), 0, -self.px(34))
        said = f"{self.columns} of {batch.z.shape[1]} columns added, each (ŷ − y) aᵀ / m"
        if batch.normed or not batch.z.size:
            painter.setFont(face(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            words = batch.refused or "Batch norm stands before softmax here: the gradient passes that first."
            painter.drawText(room, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)
            return
        write(
            painter,
            QRectF(room.left(), room.bottom() - self.px(16), room.width(), self.px(16)),
            said,
            face(11, 400, theme.scale),
            theme.quiet,
        )
        d_weights, d_bias = batch.gradient(self.columns)
        whole, whole_bias = batch.gradient(batch.z.shape[1])
        values = np.column_stack([d_weights, d_bias]) if batch.bias else d_weights
        most = np.column_stack([whole, whole_bias]) if batch.bias else whole
        rows, count = values.shape
        top = max(float(np.abs(most).max()), float(np.abs(values).max()), 1e-12)
        grid = QRectF(
            room.left() + self.px(18), room.top() + self.px(16), room.width() - self.px(18), room.height() - self.px(40)
        )
        wide, high = min(self.px(52), grid.width() / count), min(self.px(20), grid.height() / rows)
        size = min(11.0, high / theme.scale * 0.7)
        broad = QFontMetricsF(face(size, 400, theme.scale)).horizontalAdvance("−0.000") / (wide - self.px(4))
        font = face(max(8.0 / theme.scale, size / max(1.0, broad)), 400, theme.scale)
        shades = signed_shades(np.column_stack([values, np.full(rows, top)]), theme)
        for column in range(count):
            head = "b" if batch.bias and column == count - 1 else f"w{column + 1}"
            if wide >= self.px(16):
                place = QRectF(grid.left() + column * wide, room.top() - self.px(2), wide, self.px(16))
                write(painter, place, head, face(10, 400, theme.scale), theme.quiet, Qt.AlignmentFlag.AlignHCenter)
        for row in range(rows):
            y = grid.top() + row * high
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_colour(row))
            painter.drawEllipse(QPointF(room.left() + self.px(6), y + high / 2), self.px(3.5), self.px(3.5))
            for column in range(count):
                cell = QRectF(grid.left() + column * wide, y, wide, high)
                painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), shades[row][column])
                if wide >= self.px(34) and high >= self.px(12):
                    value = float(values[row, column])
                    write(painter, cell, number(value, 3), font, theme.text, Qt.AlignmentFlag.AlignHCenter)
