"""A pair of classes that are confused, as a row that can be pressed: names, how often, and some of the examples."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import draw_focus
from hyperscope.ui.controls.keyboard import PressedByEnter, Ringed
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

HIGH, HIGH_PICTURED = 20, 32  # pixels
SHOWN = 4  # pictures at most


@dataclass(frozen=True)
class ConfusedPair:
    """What a row shows: two classes and their names, how often (and in what share of the class) each network takes one
    for the other, and the numbers and pictures of these examples.
    """

    true: int
    predicted: int
    true_name: str
    predicted_name: str
    counts: tuple[tuple[int, float], ...]
    examples: tuple[int, ...]
    images: tuple[QImage, ...] = ()


class PairRow(Ringed, PressedByEnter, QAbstractButton):
    """Pressed, it chooses the first of its examples, and the next at each further press."""

    example_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._pair: ConfusedPair | None = None
        self._pinned: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._next)

    def show_pair(self, pair: ConfusedPair | None) -> None:
        """Shows a pair, or with None nothing."""
        self._pair = pair
        self.setVisible(pair is not None)
        if pair is not None:
            self.setAccessibleName(self.says())
            self.setToolTip(
                f"{as_written(self.says())}. Click to send these examples through the network, one after the other."
            )
        self.update()

    def show_pinned(self, example: int | None) -> None:
        """Marks the picture of the pinned example."""
        self._pinned = example
        self.update()

    def says(self) -> str:
        """The pair in words."""
        if self._pair is None:
            return ""
        pair = self._pair
        often = [f"{count}, {share:.0%} of that class" for count, share in pair.counts]
        return f"{pair.true_name} taken for {pair.predicted_name}: {'; '.join(lettered(often))}"

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        pictured = self._pair is not None and bool(self._pair.images)
        return QSize(160, pixels(self._theme, HIGH_PICTURED if pictured else HIGH))

    def _next(self) -> None:
        if self._pair is not None and self._pair.examples:
            of = self._pair.examples
            self.example_chosen.emit(of[(of.index(self._pinned) + 1) % len(of)] if self._pinned in of else of[0])

    def _pictures(self) -> list[QRectF]:
        """Where the pictures lie, at the right."""
        count = min(SHOWN, len(self._pair.images)) if self._pair is not None else 0
        side = self.height() - 6.0
        return [QRectF(self.width() - (count - k) * (side + 4), 3, side, side) for k in range(count)]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, box in enumerate(self._pictures()):
            if box.contains(event.position()) and self._pair is not None:
                self.example_chosen.emit(self._pair.examples[number])
                return
        super().mousePressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pair is None:
            return
        painter, theme, pair = QPainter(self), self._theme, self._pair
        scale = theme.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.control)
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        boxes = self._pictures()
        line = QRectF(3 * scale, 0, (boxes[0].left() if boxes else self.width()) - 6 * scale, self.height())
        for k, name, word in (
            (pair.true, pair.true_name, " taken for "),
            (pair.predicted, pair.predicted_name, ""),
        ):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_colour(k))
            painter.drawEllipse(QPointF(line.left() + 3.5 * scale, line.center().y()), 3.2 * scale, 3.2 * scale)
            line.setLeft(line.left() + 10 * scale)
            line.setLeft(line.left() + write(painter, line, name, face(11, 600, scale), theme.text))
            line.setLeft(line.left() + write(painter, line, word, face(11, 400, scale), theme.quiet))
        line.setLeft(line.left() + 8 * scale)
        often = [f"{count}× · {share:.0%}" for count, share in pair.counts]
        if len(often) > 1 and pair.images:  # no room for shares
            often = [f"{count}×" for count, _ in pair.counts]
        said, plain = " · ".join(lettered(often)), face(11, 400, scale)
        write(painter, line, said, plain, theme.quiet)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for example, image, box in zip(pair.examples, pair.images, boxes, strict=False):
            painter.drawImage(box, image)
            if example == self._pinned:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.text, 2 * scale))
                painter.drawRoundedRect(box, 2, 2)
        if self.hasFocus() and self.ringed:
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, theme.accent)
        painter.end()


def lettered(said: list[str]) -> list[str]:
    """What is said of each network, of twins after their letters."""
    return said if len(said) == 1 else [f"{which} {words}" for which, words in zip("AB", said, strict=True)]
