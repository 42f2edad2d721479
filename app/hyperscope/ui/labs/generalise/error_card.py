"""Where the error comes from: a bar for each set with its 95 % interval, the gaps between them, the best possible."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.lab.generalise.errors import Errors, Gap, percent, verdict
from hyperscope.lab.generalise.standing import errors as standing
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, Theme

NAMES = 94  # pixels of the sets' names, at scale 1
SAID = 74  # of the figures at the right
LEAST = 0.1  # error that the bars' scale reaches at least
CAPTIONS = {"train": "Train", "train-dev": "Train-dev", "dev": "Dev", "test": "Test"}


class ErrorCard(Sheet):
    """Asks for the errors of the network as it stands; of twins, of the one that the controls move.

    `moved` carries the best possible error that is set by hand, `judged` the errors after each look.
    """

    rate = 10.0
    moved = Signal(float)
    refused = Signal(str)
    judged = Signal()

    def __init__(self) -> None:
        super().__init__("Where the error comes from", "thin lines: 95 % interval")
        self.errors: Errors | None = None
        self.letter = ""
        self.side = 0
        self.best = KnobSlider("best_error", knob_at("best_error"), ticks=False)
        self.best.caption.setText("Best possible error, or a person’s")
        self.best.moved.connect(lambda path, value: self.moved.emit(float(value)))
        self.best.refused.connect(self.refused)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE - 4)
        self._column.addStretch(1)
        self._column.addWidget(self.best)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 220)

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """The errors, wherever somebody looks."""
        return (Ask(standing, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the errors of the network, of twins of the one that is moved."""
        at = min(self.side, len(sides) - 1)
        self.letter = "AB"[at] if len(sides) > 1 else ""
        found = sides[at].records.of(standing)
        if found is not None:
            self.errors = found
            self.setAccessibleDescription(verdict(found).sentence)
            self.judged.emit()
        self.update()

    def show_experiment(self, experiment: Experiment) -> None:
        """Sets the slider."""
        self.best.set_value(experiment.best_error)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.best.set_theme(theme)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Bars, and the gaps between them."""
        found = self.errors
        if found is None:
            write(painter, room, "Nothing to count yet.", face(12, 400, self.theme.scale), self.theme.quiet)
            return
        room = room.adjusted(0, 0, 0, -self.best.height() - self.px(6))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ends = [min(one.interval[1], one.rate + 0.5) for one in found.sets if one.of]
        most = max(LEAST, found.best, *ends) * 1.02
        left = room.left() + self.px(NAMES)
        wide = room.width() - self.px(NAMES) - self.px(SAID)

        def x(rate: float) -> float:
            return left + wide * max(0.0, min(rate, most)) / most

        gaps: dict[str, Gap] = {"train": found.bias, found.apart.name if found.apart else "dev": found.variance}
        if found.mismatch is not None:
            gaps["dev"] = found.mismatch
        rows = 1 + len(found.sets)
        # a gap stands between the two sets that it is of
        unit = room.height() / (rows + 0.85 * len(gaps))
        top = room.top()
        by = "estimated" if found.estimated else "by hand" if found.best else ""
        self._bar(painter, "Best possible", found.best, None, QRectF(left, top, wide, unit), x, self._grey(), by)
        top += unit
        before = found.best
        for one in found.sets:
            if one.name in gaps:
                self._gap(painter, gaps[one.name], before, one.rate, QRectF(left, top, wide, 0.85 * unit), x)
                top += 0.85 * unit
            colour = self.theme.text if one.name == "train" else self.theme.positive
            if one.name == "test":
                colour = mixed(self.theme.card, self.theme.positive, 0.55)
            row = QRectF(left, top, wide, unit)
            self._bar(painter, CAPTIONS[one.name], one.rate, one.interval, row, x, colour, f"of {one.of}")
            before = one.rate
            top += unit
        dashes = QPen(self.theme.quiet, self.px(1))
        dashes.setDashPattern([3, 3])
        painter.setPen(dashes)
        painter.drawLine(QPointF(x(found.best), room.top()), QPointF(x(found.best), top))

    def _grey(self) -> QColor:
        return mixed(self.theme.card, self.theme.quiet, 0.3)

    def _bar(
        self, painter: QPainter, name: str, rate: float, interval: tuple[float, float] | None, row: QRectF,
        x: object, colour: QColor, of: str,
    ) -> None:  # fmt: skip
        assert callable(x)
        theme, scale = self.theme, self.theme.scale
        high = min(row.height() - 3, self.px(24))
        middle = row.center().y()
        name_font, bold = face(12, 400, scale), face(12, 600, scale)
        room = QRectF(row.left() - self.px(NAMES), row.top(), self.px(NAMES - 10), row.height())
        write(painter, room, name, name_font, theme.text, Qt.AlignmentFlag.AlignRight)
        if math.isnan(rate):
            write(painter, row, "none", name_font, theme.quiet)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        width = x(rate) - row.left()
        if width > 0.5:
            painter.drawRoundedRect(QRectF(row.left(), middle - high / 2, width, high), 3, 3)
        end = x(rate)
        if interval is not None:
            end = max(end, x(interval[1]))
            painter.setPen(QPen(theme.quiet, self.px(1.25)))
            painter.drawLine(QPointF(x(interval[0]), middle), QPointF(x(interval[1]), middle))
            for at in interval:
                painter.drawLine(QPointF(x(at), middle - self.px(3)), QPointF(x(at), middle + self.px(3)))
        said = QRectF(end + self.px(7), row.top(), row.right() + self.px(SAID) - end - self.px(7), row.height())
        taken = write(painter, said, percent(rate), bold, theme.text)
        said.setLeft(said.left() + taken + self.px(5))
        if of and QFontMetricsF(face(10, 400, scale)).horizontalAdvance(of) <= said.width():
            write(painter, said, of, face(10, 400, scale), theme.quiet)

    def _gap(self, painter: QPainter, gap: Gap, before: float, after: float, row: QRectF, x: object) -> None:
        assert callable(x)
        if math.isnan(before) or math.isnan(after):
            return
        theme = self.theme
        low, high = sorted((x(before), x(after)))
        middle = row.center().y()
        bold = gap.amount == "high"
        colour = theme.accent if bold else theme.quiet
        heart = gap.name == "bias" and gap.size < 0
        name = "learned by heart" if heart else gap.name
        said = f"{name} {percent(abs(gap.size) if heart else gap.size)}"
        wordings = [said]
        if gap.amount == "unsure":
            short = (", may be luck", ", luck?") if gap.size > 0.05 else (", too few to tell", ", too few")
            wordings = [*(said + one for one in short), said]
        painter.setPen(QPen(colour, self.px(1.75)))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for at in (low, high):
            painter.drawLine(QPointF(at, middle - self.px(4)), QPointF(at, middle + self.px(4)))
        room = QRectF(high + self.px(7), row.top(), row.right() + self.px(SAID) - high - self.px(7), row.height())
        font = face(11, 600 if bold else 400, theme.scale)
        write(painter, room, fitting(wordings, font, room.width()), font, theme.text if bold else theme.quiet)
