"""Two curves of the workbench: the loss of the true class by its probability, and the sigmoid of two logits."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from hyperscope.lab.softmax.case import Worked, of_two, sigmoid
from hyperscope.ui.labs.softmax.words import logit, nats, share
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import HEAD, Sheet

POINTS = 160  # of a curve
TOP = 5.0  # nats that the loss reaches at least; more where the case asks for it
REACH = 6.0  # of z₁ − z₂ to both sides, at least


class Curve(Sheet):
    """A curve over two axes, with room for words below."""

    words = 34.0  # pixels

    def __init__(self, title: str, note: str = "", formula: str = "") -> None:
        super().__init__(title, note, formula)
        self.setMinimumSize(240, 180)
        self.worked: Worked | None = None

    def draw(self, worked: Worked) -> None:
        """Shows a case."""
        self.worked = worked
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the curve lies, in pixels."""
        return self.room.adjusted(self.px(26), self.px(8), -self.px(6), -self.px(self.words + 26))

    def grid(self, painter: QPainter, across: list[tuple[float, str]], up: list[tuple[float, str]]) -> None:
        """Ticks at places from 0 to 1."""
        theme, area, font = self.theme, self.area, face(10, 400, self.theme.scale)
        for place, said in up:
            y = round(area.bottom() - place * area.height()) + 0.5
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            label = QRectF(area.left() - self.px(34), y - 8, self.px(28), 16)
            write(painter, label, said, font, theme.quiet, Qt.AlignmentFlag.AlignRight)
        for place, said in across:
            label = QRectF(
                area.left() + place * area.width() - self.px(30), area.bottom() + self.px(4), self.px(60), self.px(16)
            )
            write(painter, label, said, font, theme.quiet, Qt.AlignmentFlag.AlignHCenter)

    def trace(self, painter: QPainter, height: Callable[[float], float], colour: QColor, width: float) -> None:
        """Draws height(x), both from 0 to 1, clipped to the area."""
        area = self.area
        corners = []
        for number in range(POINTS + 1):
            x = (number / POINTS) ** 2 if self.dense else number / POINTS
            corners.append(QPointF(area.left() + x * area.width(), area.bottom() - height(x) * area.height()))
        painter.save()
        painter.setClipRect(area.adjusted(0, -2, 0, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, self.px(width)))
        painter.drawPolyline(QPolygonF(corners))
        painter.restore()

    dense = False  # whether points crowd at the left

    def below(self, painter: QPainter, words: str) -> None:
        """Two lines of quiet text under the axis."""
        room = self.room
        place = QRectF(room.left(), room.bottom() - self.px(self.words), room.width(), self.px(self.words + 4))
        painter.setFont(face(11, 400, self.theme.scale))
        painter.setPen(self.theme.quiet)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), words)


class LossCurve(Curve):
    """−ln ŷ over ŷ, with the true class on it and what the others would cost."""

    dense = True

    def __init__(self) -> None:
        super().__init__("Loss", formula="L = −Σ y_{c} \\log \\hat{y}_{c}")

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.worked
        if found is None:
            return
        theme, area, truth = self.theme, self.area, found.case.truth
        top = max(TOP, 1.15 * found.loss) if found.loss < 12 else found.loss * 1.1
        self.standing(painter, top, lambda kept: self._paint_curve(kept, top))

        def place(p: float) -> QPointF:
            loss = -math.log(p) if p > 0 else top
            return QPointF(area.left() + p * area.width(), area.bottom() - min(1.0, loss / top) * area.height())

        for number, p in enumerate(found.shares.tolist()):
            if number != truth:
                painter.setBrush(theme.card)
                painter.setPen(QPen(theme.class_colour(number), self.px(1.5)))
                painter.drawEllipse(place(p), self.px(3), self.px(3))
        p = float(found.shares[truth])
        at = QPointF(area.left() + p * area.width(), area.bottom() - min(1.0, found.loss / top) * area.height())
        colour = theme.class_colour(truth)
        dotted = QPen(colour, self.px(1.3))
        dotted.setDashPattern([2, 2])
        painter.setPen(dotted)
        painter.drawLine(at, QPointF(at.x(), area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(at, self.px(6), self.px(6))
        said = f"L = {nats(found.loss)}"
        right = at.x() < area.center().x()
        label = QRectF(
            at.x() + self.px(10) if right else at.x() - self.px(120),
            at.y() - self.px(22 if not right else 9),
            self.px(110),
            self.px(18),
        )
        where = Qt.AlignmentFlag.AlignLeft if right else Qt.AlignmentFlag.AlignRight
        write(painter, label, said, face(13, 600, theme.scale), theme.text, where)
        self.below(
            painter,
            f"Likelihood of what happened: {share(p)}. Towards 0 the loss grows without bound.",
        )

    def _paint_curve(self, painter: QPainter, top: float) -> None:
        theme, area = self.theme, self.area
        self.grid(
            painter,
            [(0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1, "1")],
            [(value / top, f"{value:g}") for value in (0.0, *tick_values(top))],
        )
        self.trace(painter, lambda p: min(1.2, -math.log(p) / top) if p > 0 else 1.2, theme.text, 1.8)
        caption = QRectF(area.left(), self.px(HEAD), area.width(), self.px(16))
        font = face(11, 400, theme.scale)
        write(painter, caption, "by ŷ of the true class", font, theme.quiet, Qt.AlignmentFlag.AlignRight)


class TwoClasses(Curve):
    """The sigmoid over the difference of two logits: those of C = 2, else of the first two."""

    words = 50.0

    def __init__(self) -> None:
        super().__init__("Two classes: logistic regression")

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.worked
        if found is None:
            return
        theme, area = self.theme, self.area
        difference, first = of_two(found.case, 0, 1)
        reach = max(REACH, abs(difference) * 1.2)
        by_t = "" if found.case.temperature == 1 else " / T"
        self.standing(painter, (reach, by_t), lambda kept: self._paint_curve(kept, reach, by_t))
        at = QPointF(
            area.left() + (difference + reach) / (2 * reach) * area.width(), area.bottom() - first * area.height()
        )
        painter.setPen(QPen(theme.card, self.px(2)))
        painter.setBrush(theme.class_colour(0))
        painter.drawEllipse(at, self.px(6), self.px(6))
        one, other = (logit(value) for value in found.case.logits[:2])
        said = (
            f"sigmoid({one} − {other}) = {share(first)}".replace("− −", "+ ")
            if not by_t
            else f"sigmoid({difference:.4g}) = {share(first)}"
        )
        font = face(12, 600, theme.scale)
        wide = QFontMetricsF(font).horizontalAdvance(said)
        if difference >= 0:  # where the curve is not
            label = QRectF(min(at.x(), area.right() - wide), at.y() + self.px(8), wide, self.px(18))
        else:
            label = QRectF(max(area.left(), at.x() - wide), at.y() - self.px(26), wide, self.px(18))
        write(painter, label, said, font, theme.text)
        if found.case.classes == 2:
            words = (
                "With C = 2 only the difference of the logits counts: softmax is its sigmoid, "
                "and one output says the same as two."
            )
        else:
            words = (
                f"Of classes 1 and 2 alone: if it is one of them, it is class 1 with probability {share(first)}. "
                "The other logits have no say in that."
            )
        self.below(painter, words)

    def _paint_curve(self, painter: QPainter, reach: float, by_t: str) -> None:
        theme, area = self.theme, self.area
        marks = (-reach, 0.0, reach) if reach > REACH else (-6.0, -3.0, 0.0, 3.0, 6.0)
        across = [((value + reach) / (2 * reach), f"{value:g}".replace("-", "−")) for value in marks]
        self.grid(painter, across, [(0, "0"), (0.5, "0.5"), (1, "1")])
        self.trace(painter, lambda x: sigmoid((2 * x - 1) * reach), theme.accent, 2.0)
        axis = QRectF(area.left(), area.bottom() - self.px(18), area.width(), self.px(16))
        said, font = f"(z₁ − z₂){by_t}" if by_t else "z₁ − z₂", face(10, 400, theme.scale)
        write(painter, axis, said, font, theme.quiet, Qt.AlignmentFlag.AlignRight)


def tick_values(top: float) -> list[float]:
    """Round numbers up to `top`, four or five of them."""
    raw = top / 5
    ten = 10.0 ** math.floor(math.log10(raw))
    step = next(one * ten for one in (1, 2, 5, 10) if one * ten >= raw * 0.99)
    return [step * number for number in range(1, int(top / step) + 1)]
