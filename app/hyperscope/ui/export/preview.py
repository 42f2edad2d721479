"""The preview of an export: the very picture, made as small as the room is, or the first lines of a text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontDatabase, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import INSIDE, LIGHT, Theme, font

WAITING = "The picture comes with the next moment of the training."


class Preview(QWidget):
    """Shows one thing at a time: an image, lines of text, or a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.image: QImage | None = None
        self.lines: list[str] = []
        self.setAccessibleName("Preview")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage | None) -> None:
        """Shows a picture; None says that it is coming."""
        self.image, self.lines = image, []
        self.update()

    def show_lines(self, lines: list[str]) -> None:
        """Shows the beginning of a text."""
        self.image, self.lines = None, lines
        self.setAccessibleDescription("\n".join(lines[:8]))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 480), pixels(self._theme, 320))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), theme)
        edge = pixels(theme, INSIDE)
        room = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        if self.image is not None:
            self._paint_image(painter, self.image, room)
        elif self.lines:
            self._paint_lines(painter, room)
        else:
            painter.setFont(font(12, 400, theme.scale))
            painter.setPen(theme.quiet)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), WAITING)
        painter.end()

    def _paint_image(self, painter: QPainter, image: QImage, room: QRectF) -> None:
        size = image.deviceIndependentSize()
        share = min(1.0, room.width() / size.width(), room.height() / size.height())
        size *= share
        at = QRectF(room.center().x() - size.width() / 2, room.center().y() - size.height() / 2, 0, 0)
        at.setSize(size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if share < 1:  # Qt's own reduction to less than half leaves pixels out
            pixels = (size * self.devicePixelRatioF()).toSize()
            mode = Qt.TransformationMode.SmoothTransformation
            image = image.scaled(pixels, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        painter.drawImage(at, image)
        painter.setPen(self._theme.hairline)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(at.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_lines(self, painter: QPainter, room: QRectF) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(pixels(self._theme, 11))
        painter.setFont(fixed)
        painter.setPen(self._theme.text)
        painter.setClipRect(room)
        step = painter.fontMetrics().height() * 1.15
        for number, line in enumerate(self.lines[: int(room.height() / step)]):
            cut = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(QRectF(room.left(), room.top() + number * step, room.width(), step), cut)
