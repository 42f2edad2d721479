"""Distributions by layer: z, ẑ, γẑ + β, a, weights and gradients as histograms now and as rivers over epochs.

It draws `Distributions` records; how each small picture is drawn is `multiples`' business.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.probes.distributions import Distributions, Mode, distributions
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import theme as look
from hyperscope.ui.controls.control import paint_text
from hyperscope.ui.controls.text_choice import TextChoice, TextPager, TextSwitch
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import card
from hyperscope.ui.panels.distributions.key import SidesKey
from hyperscope.ui.panels.distributions.layer_columns import LayerColumns
from hyperscope.ui.panels.distributions.lined_up import BATCH_NORM, LEARNED, NORMALISED, NORMED, VIEWS
from hyperscope.ui.panels.distributions.multiples import has_batch_norm
from hyperscope.ui.theme import LIGHT, Theme

TITLES = ("Distributions by layer", "Distributions")
LEGEND = 100  # px at scale 1 that a short legend needs; the title gives up its end for it
TIPS = {
    "z to a": "z = Wa + b, ẑ and y = γẑ + β of batch norm, a = g(·); the river is what enters the activation.",
    NORMALISED: "z as batch norm makes it, mean 0 and variance 1 by the running averages, now and over time.",
    "a": "The activations' output, now and over time.",
    "weights": "Each layer's weights W without biases, now and over time.",
    "gradients": "The gradient dW of each layer's weights, from the last mini-batch, now and over time.",
    BATCH_NORM: "Mean ± σ of each unit over the last mini-batch, and running. Press one for the microscope.",
}


class DistributionsPanel(QWidget):
    """A column per layer; words in the head choose what of it, the mode it is seen in, own or common axes.

    `asked` tells that it needs another probe than the one it had.
    """

    rate: float = 8.0

    asked = Signal()
    unit_chosen = Signal(int, int)  # layer, from 0, and unit whose batch norm is to be looked at closely

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Distributions by layer")
        self.setMinimumSize(240, 150)  # less than the head's words ask for: they make way
        self.title = QLabel(TITLES[0])
        self.line = HeadLine()
        self.pager = TextPager("Layers")
        self.view = TextChoice((*VIEWS, BATCH_NORM), "Show")
        for name, tip in TIPS.items():
            self.view.word(name).setToolTip(tip)
        self.mode = TextChoice(("evaluation", "train"), "Mode")
        self.mode.word("evaluation").setToolTip("Running statistics, no dropout, over a part of the training set.")
        self.mode.word("train").setToolTip(
            "The last mini-batch as training saw it: its own μ and σ², and the units that dropout left out. "
            "Rivers stay those of evaluation mode."
        )
        self.axes = TextSwitch("common axes", "Common axes")
        self.axes.setToolTip("Own axes fill each picture; common axes let the layers be compared.")
        self.line.setToolTip("Rivers show quantiles over time: 5 and 95 %, 25 and 75 %, and the median as a line.")
        self.columns = LayerColumns()
        self.key = SidesKey()
        self.key.hide()
        self._head = QHBoxLayout()
        for part in (self.title, self.key, self.line, self.pager, self.view, self.mode, self.axes):
            self._head.addWidget(part)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._body = QHBoxLayout()
        self._body.addWidget(self.columns)
        self._column.addLayout(self._body, 1)
        self.view.chosen.connect(self._view_chosen)
        self.mode.chosen.connect(lambda _: self.asked.emit())
        self.axes.toggled.connect(self.columns.set_common)
        self.pager.turned.connect(self.columns.set_page)
        self.columns.read.connect(self._read)
        self.columns.unit_chosen.connect(self.unit_chosen)
        self.columns.paged.connect(self.pager.set_pages)
        self.pager.hide()
        for name in NORMED:
            self.view.word(name).hide()
        self.set_theme(LIGHT)
        self._read("")

    @property
    def late(self) -> bool:
        """Whether it has another size than it is laid out for."""
        return self.columns.late

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, wherever somebody looks."""
        return (self._ask,)

    @property
    def _ask(self) -> Ask[Mode, Distributions]:
        return Ask(distributions, Mode(self.mode.value == "train"))

    def _view_chosen(self, name: str) -> None:
        self.mode.setEnabled(name not in (*LEARNED, BATCH_NORM))  # these are the same in either mode
        self.columns.set_view(name)
        self._read(self.columns.reading.sentence)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the distributions of all sides, if there are any."""
        shown = [found for side in sides if (found := side.records.get(self._ask)) is not None]
        if not shown:
            return  # there was none, or it was asked for in the other mode
        batch_norm = any(has_batch_norm(layer) for data in shown for layer in data.layers)
        for name in NORMED:
            self.view.word(name).setVisible(batch_norm)
        if not batch_norm and self.view.value in NORMED:
            self.view.choose(next(iter(VIEWS)))
        self.columns.set_distributions(*shown)
        self.key.setVisible(len(shown) > 1)
        self._make_room()
        self._read(self.columns.reading.sentence)

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
        for part in (self.key, self.line, self.pager, self.view, self.mode, self.axes, self.columns):
            part.set_theme(theme)
        self._make_room()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Finds out anew what fits into the head."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves out of the head what does not fit: the legend first, then the title's end, axes, title and mode."""
        margins, gap = self._column.contentsMargins(), self._head.spacing()
        room = self.width() - margins.left() - margins.right()
        metrics = QFontMetricsF(self.title.font())
        for part in (self.key, self.pager, self.view):
            room -= 0 if part.isHidden() else part.sizeHint().width() + gap
        axes = self.axes.sizeHint().width() + gap
        mode = self.mode.sizeHint().width() + gap
        others = axes + mode + LEGEND * self._theme.scale
        said = next((words for words in TITLES if metrics.horizontalAdvance(words) + others <= room), TITLES[-1])
        self.title.setText(said)
        title = metrics.horizontalAdvance(said) + gap
        mode = self.mode.sizeHint().width() + gap
        self.mode.setVisible(mode <= room)
        room -= mode if mode <= room else 0
        self.axes.setVisible(axes <= room)
        room -= axes if axes <= room else 0
        self.title.setVisible(title + gap <= room)

    def sizeHint(self) -> QSize:
        """The size at which the Playground shows it at 1280 × 800."""
        return QSize(724, 246)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The card."""
        painter = QPainter(self)
        card(painter, QRectF(self.rect()), self._theme)
        painter.end()

    def _read(self, text: str) -> None:
        legends = () if self.columns.empty else self.columns.legends
        self.line.say(legends, text)


class HeadLine(QWidget):
    """One line beside the title: the mode and legend, or in text colour what lies under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend, and what is under the pointer")
        self._texts: tuple[str, ...] = ()
        self._reading = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    @property
    def text(self) -> str:
        """What it says: the first of the reading and the legends, from long to short, that is whole in it."""
        metrics = QFontMetricsF(self._font)
        texts = (self._reading, *self._texts)
        return next((text for text in texts if text and metrics.horizontalAdvance(text) <= self.width()), "")

    def say(self, legends: tuple[str, ...], reading: str = "") -> None:
        """Shows one of `legends`, or where there is one and room for it what is read, which stands out."""
        if (legends, reading) != (self._texts, self._reading):
            self._texts, self._reading = legends, reading
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._font = look.font(11, 400, theme.scale)
        self.setFixedHeight(round(20 * theme.scale))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, whole or not there."""
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(self._theme.text if self.text == self._reading else self._theme.quiet)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text)
        painter.end()
