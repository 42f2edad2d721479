"""The row of brushes under the map: one for each class, an eraser, a hand, the brush's size, an empty plane, done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.lab.experiment.painted import MOST, MOST_CLASSES
from hyperscope.ui.controls.control import Caption, draw_focus
from hyperscope.ui.controls.keyboard import PressedByEnter, Ringed
from hyperscope.ui.controls.slider import Track
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import TextButton, luminance
from hyperscope.ui.panels.map.brush import ERASE, LARGEST, MOVE, PAINT, SMALLEST, STEP, BrushSurface
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import LIGHT, Theme, font

SIDE = 24  # pixels of a tool, at scale 1
DISC = 8.5  # radius of a class's colour
GAP = 2


class Tool(Ringed, PressedByEnter, QAbstractButton):
    """One brush to choose: a disc in its class's colour with its number, an eraser, or a hand."""

    def __init__(self, tool: str, c: int, name: str, tip: str) -> None:
        super().__init__()
        self.tool, self.c = tool, c
        self._theme = LIGHT
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFont(font(11, 600, min(theme.scale, 1.25)))
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        side = breadth(self._theme, SIDE)
        return QSize(side, side)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self.width() / SIDE
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse() or self.isChecked():
            painter.setBrush(theme.control)
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self.tool == PAINT:
            colour = theme.class_colour(self.c)
            painter.setBrush(colour)
            painter.drawEllipse(middle, DISC * unit, DISC * unit)
            painter.setPen(QColor("white") if luminance(colour) < 0.3 else QColor("black"))
            painter.setFont(self.font())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self.c + 1))
        else:
            painter.setPen(QPen(theme.text if self.isChecked() or self.underMouse() else theme.quiet, 1.5 * unit))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            (_eraser if self.tool == ERASE else _hand)(painter, middle, unit)
        if self.isChecked():
            draw_focus(painter, QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 6, theme.accent)
        if self.hasFocus() and self.ringed:
            draw_focus(painter, QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5), 4, theme.text)
        painter.end()


def _eraser(painter: QPainter, middle: QPointF, unit: float) -> None:
    turned = QTransform().translate(middle.x(), middle.y() - unit).rotate(-40).scale(unit, unit)
    corners = [QPointF(-6, -3.5), QPointF(6, -3.5), QPointF(6, 3.5), QPointF(-6, 3.5)]
    painter.drawPolygon(turned.map(QPolygonF(corners)))
    painter.drawLine(turned.map(QPointF(-1.5, -3.5)), turned.map(QPointF(-1.5, 3.5)))
    low = middle.y() + 7 * unit
    painter.drawLine(QPointF(middle.x() - 4 * unit, low), QPointF(middle.x() + 7 * unit, low))


def _hand(painter: QPainter, middle: QPointF, unit: float) -> None:
    """Arrows to four sides: what can be dragged."""
    for turn in range(4):
        turned = QTransform().translate(middle.x(), middle.y()).rotate(90 * turn).scale(unit, unit)
        painter.drawLine(middle, turned.map(QPointF(7, 0)))
        painter.drawPolyline(turned.map(QPolygonF([QPointF(4.5, -2.5), QPointF(7, 0), QPointF(4.5, 2.5)])))


class BrushRow(QWidget):
    """Two lines of tools for `surface`."""

    emptied = Signal()
    done = Signal()

    def __init__(self, surface: BrushSurface, parent: QWidget) -> None:
        super().__init__(parent)
        self._surface = surface
        self._theme = LIGHT
        self.setAccessibleName("Brushes")
        self.tools = [
            Tool(PAINT, c, f"Brush for class {c + 1}", f"Paint points of class {c + 1} (key {c + 1})")
            for c in range(MOST_CLASSES)
        ]
        self.tools.append(Tool(ERASE, 0, "Eraser", "Erase points (0, or the right button)"))
        self.tools.append(Tool(MOVE, 0, "Hand", "Drag the points within the circle (9)"))
        self._upper = QHBoxLayout()
        for tool in self.tools:  # in no group of buttons, of which Tab would come to one only
            tool.clicked.connect(
                lambda _=False, tool=tool: surface.choose(tool.tool, tool.c if tool.tool == PAINT else None)
            )
            self._upper.addWidget(tool)
        self._upper.insertStretch(MOST_CLASSES, 1)
        self.size_track = Track()
        self.size_track.setRange(round(SMALLEST / STEP), round(LARGEST / STEP))
        self.size_track.setAccessibleName("Brush size")
        self.size_track.setToolTip(
            "The brush's radius: small for single points, large for a spray ([ and ], or the wheel)"
        )
        self.size_track.valueChanged.connect(lambda value: surface.set_radius(value * STEP))
        self.count = Caption("")
        self.empty = TextButton("Empty", "Empty the plane: erase all points", self)
        self.end = TextButton("Done", "End painting (D, or Esc)", self, accent=True)
        self.empty.clicked.connect(self.emptied)
        self.end.clicked.connect(self.done)
        lower = QHBoxLayout()
        lower.addWidget(self.size_track, 1)
        for widget in (self.count, self.empty, self.end):
            lower.addWidget(widget)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        for layout, gap in ((self._upper, GAP), (lower, 6), (self._whole, 2)):
            layout.setSpacing(gap)
        self._whole.addLayout(self._upper)
        self._whole.addLayout(lower)
        surface.chosen.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Shows the surface's tool, size and number of points."""
        surface = self._surface
        for tool in self.tools:
            tool.setChecked(tool.tool == surface.tool and (tool.tool != PAINT or tool.c == surface.c))
        self.size_track.blockSignals(True)
        self.size_track.setValue(round(surface.radius / STEP))
        self.size_track.blockSignals(False)
        self.size_track.setAccessibleDescription(f"radius {surface.radius:g}")
        self.size_track.update()
        count = len(surface.points)
        self.count.setText(f"{count} points")
        self.count.setToolTip(f"{count} points of at most {MOST}")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for tool in self.tools:
            tool.set_theme(theme)
        self.size_track.set_theme(theme)
        self.count.set_theme(theme, 11, quiet=True)
        self.empty.set_theme(theme, 11)
        self.end.set_theme(theme, 11)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.card)
        painter.end()
