"""The recipe: what one does against bias, variance and mismatch, with what applies here lit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.generalise.errors import Verdict
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.chart import wrapped
from hyperscope.ui.panels.common.sheet import Sheet

RECIPE = (
    ("bias", "Bias?", "Wider, deeper, longer, another optimiser."),
    ("variance", "Variance?", "More data, L2, dropout, stopping early, smaller."),
    ("mismatch", "Other data?", "Train-dev fine, dev not."),
)
APART = 18  # pixels between the columns


class RecipeCard(Sheet):
    """Shows a `Verdict` on the three questions."""

    def __init__(self) -> None:
        super().__init__("The recipe")
        self.verdict: Verdict | None = None
        self.moved = False  # whether dev and test come from another place at all
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 104)

    def show_verdict(self, verdict: Verdict | None, moved: bool) -> None:
        """Lights what applies."""
        self.verdict, self.moved = verdict, moved
        self.setAccessibleDescription(" ".join(f"{title} {self.said(key)}." for key, title, _ in RECIPE))
        self.update()

    def said(self, key: str) -> str:
        """Whether a question is to be answered by yes here."""
        if self.verdict is None:
            return "Not known yet"
        if key in self.verdict.high:
            return "Here"
        if key in self.verdict.unsure:
            return "Too few examples to tell"
        return "Both from one place" if key == "mismatch" and not self.moved else "Not here"

    def paint(self, painter: QPainter, room: QRectF) -> None:
        """Three columns of a question, what one does, and whether it applies."""
        theme, scale = self.theme, self.theme.scale
        apart = self.px(APART)
        wide = (room.width() - 2 * apart) / 3
        plain, bold = face(11, 400, scale), face(11, 600, scale)
        metrics = QFontMetricsF(plain)
        line = metrics.height() * 1.12
        for number, (key, title, words) in enumerate(RECIPE):
            lit = self.verdict is not None and key in self.verdict.high
            left, top = room.left() + number * (wide + apart), room.top()
            used = write(painter, QRectF(left, top, wide, line), title, bold, theme.text)
            answer, face_of_it = f"{self.said(key)}.", bold if lit else plain
            lines = wrapped(words, metrics, wide)
            beside = wide - used - self.px(5)
            # the answer comes below what one does, or, where that leaves no room, beside the question
            tight = top + (len(lines) + 2) * line > room.bottom() + 4
            short = tight and QFontMetricsF(face_of_it).horizontalAdvance(answer) <= beside
            colour = theme.accent if lit else theme.quiet
            if short:
                write(painter, QRectF(left + wide - beside, top, beside, line), answer, face_of_it, colour)
            top += line
            for said in lines:
                if top + (1 if short else 2) * line > room.bottom() + 4:
                    break
                write(painter, QRectF(left, top, wide + 4, line), said, plain, theme.text if lit else theme.quiet)
                top += line
            if not short:
                write(painter, QRectF(left, top, wide, line), answer, face_of_it, colour)
