"""What a lecture lays over the window: a spot that follows the pointer. It takes neither a click nor the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QPainter, QPaintEvent, QRadialGradient
from PySide6.QtWidgets import QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

SPOT = 22  # pixels of the spot's radius at scale 1
FOLLOW = 16  # ms between two looks at where the pointer is
VERMILION = 6  # of the theme's class colours


class Laser(QWidget):
    """A bright spot under the pointer, seen from the last row; it moves only its own small widget."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Laser spot")
        self.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW)
        self._timer.timeout.connect(self.follow)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.update()

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
