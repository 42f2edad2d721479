"""What each tool of a framework takes away of a step, as bars of lines: in NumPy, and what of them is left to write."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter

from hyperscope.lab.frameworks.folding import TAKES, TOOLS, WORDS, Step
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

ROW = 128  # pixels at most
SHADES = {"layers": 0, "autograd": 1, "optimiser": 2, "loop": 3}  # of the colours of classes


def shade(theme: Theme, tool: str) -> QColor:
    """The colour of a tool."""
    return theme.class_colour(SHADES[tool])


class ToolsSheet(Sheet):
    """A row for each tool; `pressed` carries the one that was clicked."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__("What takes which lines away")
        self._step: Step | None = None
        self._folded: frozenset[str] = frozenset()
        self._rows: dict[str, QRectF] = {}
        self.setMouseTracking(True)

    def show_step(self, step: Step, folded: frozenset[str]) -> None:
        """Takes a step, and which tools' lines are folded."""
        self._step, self._folded = step, folded
        words = WORDS[step.framework]
        said = [f"{title}: {step.count(tool)} lines in NumPy, {words[tool]}" for tool, title in TOOLS.items()]
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        step, theme = self._step, self.theme
        if step is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(step.count(tool) for tool in TOOLS)
        row = min(self.px(ROW), room.height() / len(TOOLS))
        self._rows = {}
        for number, (tool, title) in enumerate(TOOLS.items()):
            place = QRectF(room.left(), room.top() + number * row, room.width(), row)
            self._rows[tool] = place
            count, left, taken = step.count(tool), step.left(tool), tool in TAKES[step.framework]
            head = QRectF(place.left(), place.top() + self.px(4), place.width(), self.px(20))
            write(painter, head, title, face(13, 600, theme.scale), theme.text)
            said = f"{count} lines → {left}" if taken else f"{count} lines, yours"
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            write(painter, head, said, face(12, 600 if tool in self._folded else 400, theme.scale), theme.text, right)
            bar = QRectF(place.left(), head.bottom() + self.px(5), place.width() * count / most, self.px(10))
            painter.setPen(Qt.PenStyle.NoPen)
            colour = shade(theme, tool)
            painter.setBrush(mixed(theme.card, colour, 0.3 if taken else 0.85))
            painter.drawRoundedRect(bar, 3, 3)
            if taken:
                painter.setBrush(colour)
                kept = QRectF(bar.left(), bar.top(), max(bar.width() * left / max(1, count), self.px(3)), bar.height())
                painter.drawRoundedRect(kept, 3, 3)
            foot = QRectF(place.left(), bar.bottom() + self.px(4), place.width(), self.px(18))
            write(painter, foot, WORDS[step.framework][tool], face(12, 400, theme.scale), theme.quiet)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for tool, place in self._rows.items():
            if place.contains(event.position()):
                self.pressed.emit(tool)
