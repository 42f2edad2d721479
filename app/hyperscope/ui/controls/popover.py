"""A small card over the window, opened from a button: for choices that are made now and then.

It is a child of the window and no window of its own, so it is in its pictures and needs no window manager.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, RADIUS, Theme


class Popover(QWidget):
    """Hidden until `open_at`; closes on Escape, on a press elsewhere and when what it hangs on is resized or hidden."""

    opened = Signal()  # it hangs in the window now and is about to be seen
    closed = Signal()

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._anchor = anchor
        self._ground = LIGHT
        self.hide()

    def open_at(self) -> None:
        """Shows it under its button, as far right as the button and wholly within the window."""
        window = self._anchor.window()
        self.setParent(window)
        self.opened.emit()
        self._place()
        self.show()
        self.raise_()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        stops = (stop for stop in self.findChildren(QWidget) if stop.isVisibleTo(self))
        first = next((stop for stop in stops if stop.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _place(self) -> None:
        """As large as what it holds needs, and within the window."""
        window = self._anchor.window()
        self.adjustSize()
        corner = self._anchor.mapTo(window, QPoint(self._anchor.width(), self._anchor.height() + 4))
        x = min(max(4, corner.x() - self.width()), max(4, window.width() - self.width() - 4))
        y = min(corner.y(), max(4, window.height() - self.height() - 4))
        self.move(x, y)

    def toggle(self) -> None:
        """Opens it, or closes it if it is open."""
        if self.isVisible():
            self.hide()
        else:
            self.open_at()

    def set_ground(self, theme: Theme) -> None:
        """Takes on the colours of `theme` for itself; what it holds has its own `set_theme`."""
        self._ground = theme
        if self.isVisible():
            self._place()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.setParent(self._anchor, Qt.WindowType.Widget)  # goes with its button, should that go
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Closes on a press elsewhere in the window, which then does what it would have done."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            assert isinstance(event, QMouseEvent)
            own = watched is self or self.isAncestorOf(watched) or watched is self._anchor
            if not own and watched.window() is self.window():
                self.hide()
        elif event.type() == QEvent.Type.Resize and watched is self.window():
            self.hide()
        return False

    def event(self, event: QEvent) -> bool:
        """Claims Escape, which the window may use for something else."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._place()  # something in it was unfolded
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._anchor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Nothing under it is pressed."""
        event.accept()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._ground, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.card)
        painter.setPen(QPen(mixed(theme.card, theme.quiet, 0.55), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
