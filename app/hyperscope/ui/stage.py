"""What a lecture lays over the window: a spot that follows the pointer, and the last sentence in large type.

Neither takes a click or the keyboard.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QCursor, QPainter, QPaintEvent, QRadialGradient
from PySide6.QtWidgets import QWidget

from hyperscope.ui import paint
from hyperscope.ui.controls.lines import balanced
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import GRID, LIGHT, Theme, font

SPOT = 22  # pixels of the spot's radius at scale 1
FOLLOW = 16  # ms between two looks at where the pointer is
READ = 7000  # ms for which a caption stays
TYPE = 22  # pixels of a caption's type at scale 1
WIDEST = 900  # pixels of a caption at scale 1
VERMILION = 6  # of the theme's class colours


class _Over(QWidget):
    """Lies over all of its parent and lets everything through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.place()
        self.update()

    def place(self) -> None:
        """Takes its place over the parent."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False


class Laser(_Over):
    """A bright spot under the pointer, seen from the last row; it moves only its own small widget."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Laser spot")
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW)
        self._timer.timeout.connect(self.follow)

    def switch(self) -> bool:
        """On or off; whether it is on now."""
        on = not self.isVisible()
        self.setVisible(on)
        if on:
            self.raise_()
            self.follow()
            self._timer.start()
        else:
            self._timer.stop()
        return on

    def follow(self) -> None:
        """Goes to where the pointer is."""
        parent, side = self.parentWidget(), pixels(self._theme, 2 * SPOT)
        if parent is not None:
            at = parent.mapFromGlobal(QCursor.pos())
            self.setGeometry(at.x() - side // 2, at.y() - side // 2, side, side)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        radius = self.width() / 2
        middle = QPointF(radius, radius)
        colour = self._theme.class_colour(VERMILION)
        glow = QRadialGradient(middle, radius)
        for place, alpha in ((0.0, 255), (0.28, 235), (0.36, 90), (1.0, 0)):
            shade = colour.lighter(115)
            shade.setAlpha(alpha)
            glow.setColorAt(place, shade)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(middle, radius, radius)
        painter.end()


class Captions(_Over):
    """The last sentence said, at the foot of the window, for READ ms; while it is off it says nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.on = False
        self.sentence = ""
        self.setAccessibleName("Caption")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(READ)
        self._timer.timeout.connect(self.hide)

    def switch(self) -> bool:
        """On or off; whether it is on now."""
        self.on = not self.on
        if self.on:
            self.say(self.sentence)
        else:
            self.hide()
        return self.on

    def say(self, sentence: str) -> None:
        """Shows a sentence if captions are on; keeps it in mind if they are not."""
        self.sentence = sentence
        if not self.on or not sentence:
            self.hide()
            return
        self.setAccessibleDescription(sentence)
        self.place()
        self.show()
        self.raise_()
        self.update()
        self._timer.start()

    def place(self) -> None:
        parent, theme = self.parentWidget(), self._theme
        if parent is None or not self.sentence:
            return
        self.setFont(font(TYPE, 500, theme.scale))
        inner = min(pixels(theme, WIDEST), parent.width() - 8 * GRID) - 4 * GRID
        self._lines = balanced(self.sentence, self.fontMetrics(), inner, 3)
        wide = max(self.fontMetrics().horizontalAdvance(line) for line in self._lines) + 4 * GRID
        high = len(self._lines) * self._step + 2 * GRID
        left = (parent.width() - wide) // 2
        self.setGeometry(left, parent.height() - high - pixels(theme, 56), wide, high)

    @property
    def _step(self) -> int:
        return self.fontMetrics().height() + 4

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        ground = mixed(theme.text, theme.window, 0.06)
        ground.setAlpha(242)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), GRID, GRID)
        for number, line in enumerate(self._lines):
            at = QRectF(0, GRID + number * self._step, self.width(), self._step)
            paint.write(painter, at, line, self.font(), theme.window, Qt.AlignmentFlag.AlignHCenter)
        painter.end()
