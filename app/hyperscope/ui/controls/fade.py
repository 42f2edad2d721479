"""What scrolls fades out where it goes on, so that no row of it is cut through its middle; it takes no room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import pixels, wear
from hyperscope.ui.theme import LIGHT, Theme

HIGH = 30  # pixels, about a row of controls
CLEAR = 0.25  # of its height, at the very edge, in which nothing is seen


class Fade(QWidget):
    """Lies over the viewport of `area`, whose ground is the card's, or with `on_window` the window's."""

    def __init__(self, area: QAbstractScrollArea, *, on_window: bool = False) -> None:
        super().__init__(area)
        self._area, self._on_window, self._theme = area, on_window, LIGHT
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().installEventFilter(self)
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(self.update)
        bar.rangeChanged.connect(self.update)
        self._place()

    @property
    def ends(self) -> tuple[bool, bool]:
        """Whether there is more above, and below."""
        bar = self._area.verticalScrollBar()
        return bar.value() > bar.minimum(), bar.value() < bar.maximum()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type, and has the area's scroll bars do so."""
        self._theme = theme
        for bar in (self._area.verticalScrollBar(), self._area.horizontalScrollBar()):
            wear(bar, theme)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return False

    def _place(self) -> None:
        self.setGeometry(self._area.viewport().geometry())
        self.raise_()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        high = min(pixels(self._theme, HIGH), self.height() // 4)
        above, below = self.ends
        if above:
            self._paint(painter, high, 0)
        if below:
            self._paint(painter, self.height() - high, self.height())
        painter.end()

    def _paint(self, painter: QPainter, inner: int, edge: int) -> None:
        """Between two heights, from nothing at one to the ground's colour at the other."""
        solid = QColor(self._theme.window if self._on_window else self._theme.card)
        clear = QColor(solid)
        clear.setAlpha(0)
        ramp = QLinearGradient(QPointF(0, inner), QPointF(0, edge))
        for at, colour in ((0.0, clear), (1 - CLEAR, solid), (1.0, solid)):
            ramp.setColorAt(at, colour)
        painter.fillRect(QRect(0, min(inner, edge), self.width(), abs(edge - inner)), ramp)
