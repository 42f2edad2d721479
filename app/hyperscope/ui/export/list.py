"""The column of things to export: a row each under two headings, one of them chosen, as the registry has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.export.exports import Exporter, exporters
from hyperscope.ui.controls.control import Caption, draw_focus
from hyperscope.ui.controls.keyboard import KeepsArrows, Ringed, one_stop
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

ROW = 28  # pixels
OF_VIEW = "This view"
HEADS = {True: "Pictures and films", False: "Files"}


class Row(Ringed, KeepsArrows, QAbstractButton):
    """One line: what it is, with its endings on the right; the one chosen stands on a ground."""

    def __init__(self, name: str, exporter: Exporter) -> None:
        super().__init__()
        self.name = name
        self._endings = " ".join(suffix.removeprefix(".") for suffix in exporter.all_suffixes)
        self._theme = LIGHT
        self.setText(exporter.label)
        self.setAccessibleName(exporter.label)
        self.setAccessibleDescription(exporter.help)
        self.setToolTip(exporter.help)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedHeight(pixels(theme, ROW))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 220), pixels(self._theme, ROW))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.control if self.isChecked() else mixed(theme.card, theme.control, 0.5))
            painter.drawRoundedRect(whole, 6, 6)
        inner = whole.adjusted(pixels(theme, 8), 0, -pixels(theme, 8), 0)
        painter.setFont(font(12, 600 if self.isChecked() else 400, theme.scale))
        painter.setPen(theme.text)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        painter.setFont(font(10, 400, theme.scale))
        painter.setPen(theme.quiet)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._endings)
        if self.hasFocus() and self.ringed:
            draw_focus(painter, whole.adjusted(1, 1, -1, -1), 6, theme.accent)
        painter.end()


class ExportList(QWidget):
    """Every exporter, after those `of_view` that is shown; `chosen` carries the name of one.

    Tab stops once, the arrows go up and down.
    """

    chosen = Signal(str)

    def __init__(self, of_view: Mapping[str, Exporter] | None = None) -> None:
        super().__init__()
        self.setAccessibleName("What to export")
        self.rows: dict[str, Row] = {}
        self._heads: list[Caption] = []
        self._group = QButtonGroup(self)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if of_view:
            self._add(OF_VIEW, of_view)
        for moving, head in HEADS.items():
            self._add(head, {name: one for name, one in exporters.items() if one.moving is moving})
        column.addStretch(1)

    def _add(self, head: str, those: Mapping[str, Exporter]) -> None:
        caption = Caption(head)
        if self._heads:
            self._column.addSpacing(10)
        self._heads.append(caption)
        self._column.addWidget(caption)
        for name, exporter in those.items():
            row = self.rows[name] = Row(name, exporter)
            self._group.addButton(row)
            self._column.addWidget(row)
            row.toggled.connect(lambda on, name=name: self._toggled(name, on))

    def leave_out(self, names: Collection[str]) -> None:
        """Shows all but these."""
        for name, row in self.rows.items():
            row.setVisible(name not in names)

    def choose(self, name: str) -> None:
        """Chooses `name`, as a click on it does."""
        self.rows[name].setChecked(True)

    def _toggled(self, name: str, on: bool) -> None:
        if on:
            shown = [row for row in self.rows.values() if not row.isHidden()]
            one_stop(shown, shown.index(self.rows[name]))
            self.chosen.emit(name)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        for head in self._heads:
            head.set_theme(theme, 11, 600, quiet=True)
            head.setIndent(pixels(theme, 8))
        for row in self.rows.values():
            row.set_theme(theme)
