"""Distributions by layer: z, γẑ + β and a as histograms now, the activation's input as a river over epochs.

It draws `Distributions` records; how each small picture is drawn is `small_multiples`' business.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.snapshot import Distributions, Snapshot
from hyperscope.ui import theme as look
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.text_choice import TextChoice, TextPager
from hyperscope.ui.panels.layer_columns import LayerColumns
from hyperscope.ui.panels.small_multiples import has_batch_norm
from hyperscope.ui.theme import LIGHT, Theme

TITLES = ("Distributions by layer", "Distributions")


class DistributionsPanel(QWidget):
    """A column per hidden layer; words in the head choose histograms or batch norm, own or common axes."""

    probes: tuple[str, ...] = ("distributions",)
    rate: float = 15.0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Distributions by layer")
        self.setMinimumSize(240, 150)  # less than the head's words ask for: they make way
        self.title = QLabel(TITLES[0])
        self.line = HeadLine()
        self.pager = TextPager("Layers")
        self.view = TextChoice(("histograms", "batch norm"), "View")
        self.axes = TextChoice(("own axes", "common axes"), "Axes")
        self.axes.setToolTip("Own axes fill each picture; common axes let the layers be compared.")
        self.line.setToolTip("The river shows what enters each layer's activation, over the training set.")
        self.view.setToolTip("Batch norm: mean ± σ of each unit over the last mini-batch and running.")
        self.columns = LayerColumns()
        self._head = QHBoxLayout()
        for part in (self.title, self.line, self.pager, self.view, self.axes):
            self._head.addWidget(part)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._body = QHBoxLayout()
        self._body.addWidget(self.columns)
        self._column.addLayout(self._body, 1)
        self.view.chosen.connect(lambda name: self.columns.set_view(name == "batch norm"))
        self.axes.chosen.connect(lambda name: self.columns.set_common(name == "common axes"))
        self.pager.turned.connect(self.columns.set_page)
        self.columns.read.connect(self._read)
        self.columns.paged.connect(self.pager.set_pages)
        self.pager.hide()
        self.view.hide()
        self.set_theme(LIGHT)
        self._read("")

    def draw(self, snapshot: Snapshot) -> None:
        """Shows the snapshot's distributions, if it has any."""
        distributions: Distributions | None = snapshot.views.get("distributions")
        if distributions is None:
            return
        batch_norm = any(has_batch_norm(layer) for layer in distributions.layers)
        self.view.setVisible(batch_norm)
        if not batch_norm:
            self.view.choose("histograms")
        self.columns.set_distributions(distributions)
        self._make_room()
        self._read(self.columns.reading)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        inside = round(look.INSIDE * theme.scale)
        self._column.setContentsMargins(inside + 2, inside - 4, inside - 4, inside - 4)
        self._body.setContentsMargins(0, 0, 6, 0)  # words in the head carry room for their focus ring
        self._column.setSpacing(round(2 * theme.scale))
        self._head.setSpacing(round(8 * theme.scale))
        self.title.setFont(look.font(11, 600, theme.scale))
        paint_text(self.title, theme.quiet)
        for part in (self.line, self.pager, self.view, self.axes, self.columns):
            part.set_theme(theme)
        self._make_room()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Finds out anew what fits into the head."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves out of the head what does not fit: the legend first, then the title's end, the axes, the title."""
        margins, gap = self._column.contentsMargins(), self._head.spacing()
        room = self.width() - margins.left() - margins.right()
        metrics = QFontMetricsF(self.title.font())
        for part in (self.pager, self.view):
            room -= 0 if part.isHidden() else part.sizeHint().width() + gap
        axes = self.axes.sizeHint().width() + gap
        said = next(
            (words for words in TITLES if metrics.horizontalAdvance(words) + axes + 3 * gap <= room), TITLES[-1]
        )
        self.title.setText(said)
        title = metrics.horizontalAdvance(said) + gap
        self.axes.setVisible(title + axes <= room)
        self.title.setVisible(title <= room)

    def sizeHint(self) -> QSize:
        """The size at which the Playground shows it at 1280 × 800."""
        return QSize(724, 246)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.card)
        painter.drawRoundedRect(QRectF(self.rect()), look.RADIUS, look.RADIUS)
        painter.end()

    def _read(self, text: str) -> None:
        legend = "" if self.columns.empty else self.columns.legend
        self.line.say(text or legend, bool(text))


class HeadLine(QWidget):
    """One line at the right of the head: the legend, or in text colour what lies under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self._reading = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def say(self, text: str, reading: bool) -> None:
        """Shows `text`; a reading stands out."""
        if (text, reading) != (self.text, self._reading):
            self.text, self._reading = text, reading
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._font = look.font(11, 400, theme.scale)
        self.setFixedHeight(round(20 * theme.scale))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, cut short with … where a reading does not fit; a legend is whole or not there."""
        if not self._reading and QFontMetricsF(self._font).horizontalAdvance(self.text) > self.width():
            return
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(self._theme.text if self._reading else self._theme.quiet)
        text = QFontMetricsF(self._font).elidedText(self.text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
