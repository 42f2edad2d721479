"""The curves' legend: which line is which, and under the mouse what it reads there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hyperscope.ui import theme as look
from hyperscope.ui.guarded import guarded
from hyperscope.ui.theme import LIGHT, Theme

SAMPLE, GAP_BESIDE = 19.0, 8.0  # pixels at scale 1: a piece of a line, and the space before what stands on its left


class Legend(QWidget):
    """Which line is which, and under the mouse what it reads there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Which line is which")
        self._values: tuple[str, ...] | None = None
        self.brief = False
        self._names: tuple[tuple[str, bool], ...] = (("train", False), ("dev", True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    @property
    def text(self) -> str:
        """What it says, in words."""
        values = self._values or ("",) * len(self._names)
        said = (f"{name} {value}".strip() for (name, _), value in zip(self._names, values, strict=True))
        return " ".join(said)

    def set_names(self, names: tuple[tuple[str, bool], ...]) -> None:
        """Names the lines, and says which are dashed; their values are not known yet."""
        if names != self._names:
            self._names, self._values = names, None
            self.update()

    def set_brief(self, on: bool) -> None:
        """Paints the names alone, where there is no room for values in their place, or all."""
        if on != self.brief:
            self.brief = on
            self.update()

    def read(self, values: tuple[str, ...] | None) -> None:
        """Shows a value for each name, None for the names alone."""
        if values != self._values:
            self._values = values
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._name = look.font(11, 400, theme.scale)
        self._value = look.font(11, 500, theme.scale)
        self.setFixedHeight(round(20 * theme.scale))
        self.update()

    def least(self, names_alone: bool = False) -> float:
        """The width in pixels of the longest that it says where names give way to values, or of the names."""
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        count, scale = len(self._names), self._theme.scale
        plain = sum(names.horizontalAdvance(name) for name, _ in self._names)
        values = count * (figures.horizontalAdvance("100.0 %") + GAP_BESIDE * scale)
        samples = (count * SAMPLE + (count - 1) * GAP_BESIDE) * scale
        return samples + (plain if names_alone else max(plain, values))

    def _with_names(self) -> bool:
        """Whether there is room for names and values."""
        if self._values is None or self.brief:
            return True
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        taken = sum(names.horizontalAdvance(name) for name, _ in self._names)
        taken += sum(figures.horizontalAdvance(value) for value in self._values)
        count = len(self._names)
        return taken + (count * SAMPLE + (2 * count - 1) * GAP_BESIDE) * self._theme.scale <= self.width()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """From the right: dash, value and name of the last line, then of those before; names only where they fit."""
        theme = self._theme
        painter = QPainter(self)
        names, figures = QFontMetricsF(self._name), QFontMetricsF(self._value)
        scale, x = theme.scale, float(self.width())
        base = (self.height() + names.ascent() - names.descent()) / 2
        middle = round(self.height() / 2) + 0.5
        values = None if self.brief else self._values
        values, named = values or ("",) * len(self._names), self._with_names()
        for (name, dashed), value in reversed(list(zip(self._names, values, strict=True))):
            pen = QPen(theme.text if not dashed else theme.quiet, 1.5 * scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if dashed:
                pen.setDashPattern([4 / 1.5, 1.5 / 1.5])
            painter.setPen(pen)
            painter.drawLine(QPointF(x - 15 * scale, middle), QPointF(x, middle))
            x -= SAMPLE * scale
            if value:
                x -= figures.horizontalAdvance(value)
                painter.setFont(self._value)
                painter.setPen(theme.text)
                painter.drawText(QPointF(x, base), value)
                x -= 4 * scale
            if named:
                x -= names.horizontalAdvance(name)
                painter.setFont(self._name)
                painter.setPen(theme.quiet)
                painter.drawText(QPointF(x, base), name)
            x -= GAP_BESIDE * scale
        painter.end()
