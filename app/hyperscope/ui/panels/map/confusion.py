"""The confusion matrix of train, dev or test set, and the pairs of classes that are confused most often.

It draws the record `Answers`; rows are true classes, columns what they are taken for.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from hyperscope.engine.metrics import Confused
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import Answers, answers
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import paint
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map.pairs import SHOWN, Pair, PairRow
from hyperscope.ui.panels.map.pin import grey, named
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

PARTS = ("train", "dev", "test")
ROWS = 5  # pairs at most
LEAST = 15  # pixels of a cell whose count is written into it
CENTRE, RIGHT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight


class ConfusionFace(QWidget):
    """A choice of set, the matrix, and rows of pairs; `example_chosen` carries an example's number."""

    rate = 3.0
    example_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._examples: Examples | None = None
        self._answers: Answers | None = None
        self._box = QRectF()
        self._pinned: int | None = None
        self._chosen: tuple[int, int] | None = None  # a cell that was pressed: its examples are shown first
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        self.part = Segments(PARTS, "Set whose mistakes are counted")
        self.part.setToolTip("The set whose mistakes are counted")
        self.part.setParent(self)
        self.part.set_index(1)
        self.part.chosen.connect(lambda _: self._choose(None))
        self.rows = [PairRow(self) for _ in range(ROWS)]
        for row in self.rows:
            row.example_chosen.connect(self.example_chosen)
            row.hide()
        self.hide()

    @property
    def picture(self) -> QRectF:
        """Where the matrix lies, in pixels."""
        return self._box

    def show_examples(self, examples: Examples) -> None:
        """Takes note of another data set."""
        self._examples, self._answers, self._chosen = examples, None, None
        self._show_pairs()

    def show_pinned(self, example: int | None) -> None:
        """Marks the pinned example."""
        self._pinned = example
        for row in self.rows:
            row.show_pinned(example)
        self.update()

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        return (Ask(answers, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest answers."""
        if (found := sides[0].records.of(answers)) is not None:
            self._answers = found
            self._show_pairs()
            self._arrange()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.part.set_theme(theme)
        for row in self.rows:
            row.set_theme(theme)
        self._show_pairs()
        self._arrange()
        self.update()

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """True and predicted class at a place of the panel, in pixels."""
        if self._answers is None or not self._box.contains(at):
            return None
        classes = self._answers.counts.shape[1]
        side = self._box.width() / classes
        row, column = int((at.y() - self._box.top()) / side), int((at.x() - self._box.left()) / side)
        return min(row, classes - 1), min(column, classes - 1)

    def says(self, true: int, predicted: int) -> str:
        """A cell in words."""
        assert self._answers is not None
        counts, names = self._answers.counts[self._part()], self._names()
        count, whole = int(counts[true, predicted]), int(counts[true].sum())
        taken = "recognised" if true == predicted else f"taken for {named(names, predicted)}"
        return f"{named(names, true)} {taken}: {count} of {whole}"

    # what is where

    def _part(self) -> int:
        index = self.part.index()
        return 1 if index is None else index

    def _names(self) -> tuple[str, ...]:
        return self._examples.class_names if self._examples is not None else ()

    def _choose(self, cell: tuple[int, int] | None) -> None:
        self._chosen = cell
        self._show_pairs()
        self._arrange()
        self.update()

    def _show_pairs(self) -> None:
        answers, examples = self._answers, self._examples
        part = self._part()
        found: list[Confused] = []
        if answers is not None and examples is not None and answers.p.shape[1] == len(examples.y):
            found = list(answers.pairs[part])
            if self._chosen is not None:
                counts = answers.counts[part]
                true, predicted = self._chosen
                count, whole = int(counts[true, predicted]), int(counts[true].sum())
                found = [pair for pair in found if (pair.true, pair.predicted) != self._chosen]
                if count and true != predicted:
                    found.insert(0, Confused(true, predicted, count, count / whole))
        for row, pair in zip(self.rows, [*found[:ROWS], *[None] * ROWS], strict=False):
            row.show_pair(self._pair(pair) if pair is not None else None)
            row.show_pinned(self._pinned)
        said = "; ".join(row.says() for row in self.rows if not row.isHidden())
        self.setAccessibleDescription(said or "No mistakes")

    def _pair(self, confused: Confused) -> Pair:
        assert self._answers is not None and self._examples is not None
        examples, taken = self._examples, self._answers.p.argmax(axis=0)
        own = (examples.part == self._part()) & (examples.y == confused.true) & (taken == confused.predicted)
        numbers = tuple(np.flatnonzero(own).tolist())
        images: tuple[QImage, ...] = ()
        if examples.pictures is not None:
            images = tuple(grey(examples.pictures[k], self._theme) for k in numbers[:SHOWN])
        names = examples.class_names
        return Pair(confused, named(names, confused.true), named(names, confused.predicted), numbers, images)

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _label(self) -> float:
        """Pixels for the names of the true classes, left of the matrix."""
        metrics = QFontMetricsF(face(10, 400, self._theme.scale))
        widest = max((metrics.horizontalAdvance(name) for name in self._names()), default=0.0)
        return min(widest + 16 * self._theme.scale, 0.3 * self.width())

    def _arrange(self) -> None:
        scale, wide = self._theme.scale, self.width() - 2 * INSIDE
        self.part.setGeometry(INSIDE, 2, min(wide, round(200 * scale)), self.part.minimumHeight())
        top = self.part.minimumHeight() + 22 * scale
        shown = [row for row in self.rows if not row.isHidden()]
        tall = shown[0].sizeHint().height() if shown else round(20 * scale)
        label, gap = self._label() + 14 * scale, 35 * scale
        room = self.height() - top - gap - 12
        side = max(40.0, min(wide - label, room - tall * min(3, max(1, len(shown)))))
        self._box = QRectF(round(INSIDE + label + (wide - label - side) / 2), round(top), int(side), int(side))
        y = self._box.bottom() + gap
        for row in shown:
            fits = y + tall <= self.height() - 8
            row.setGeometry(INSIDE, round(y), wide, tall if fits else 0)
            y += tall

    # what happens

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        self.setToolTip(self.says(*cell) if cell is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._choose(cell if cell != self._chosen else None)
        if self._chosen is not None and cell[0] != cell[1]:
            self.rows[0].click()

    # how it looks

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._answers is None:
            return
        painter, theme = QPainter(self), self._theme
        counts, names, box = self._answers.counts[self._part()], self._names(), self._box
        classes, scale = len(counts), theme.scale
        cell = box.width() / classes
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        mistakes = shares * (1 - np.eye(classes))
        most = max(float(mistakes.max()), 1e-9)
        painter.setPen(Qt.PenStyle.NoPen)
        small, quiet = face(10, 400, scale), theme.quiet
        for true in range(classes):
            for taken in range(classes):
                at = QRectF(box.left() + taken * cell, box.top() + true * cell, cell - 1, cell - 1)
                ground = self._colour(true, taken, float(shares[true, taken]), most)
                painter.fillRect(at, ground)
                if counts[true, taken] and cell >= LEAST * scale:
                    ink = max((theme.text, theme.card), key=partial(paint.contrast, ground))
                    strong = face(10, 600 if true != taken else 400, scale)
                    write(painter, at, str(counts[true, taken]), strong, ink, CENTRE)
        for k in range(classes):
            line = QRectF(INSIDE, box.top() + k * cell, box.left() - INSIDE - 5 * scale, cell)
            if cell > 9 * scale:
                write(painter, line, named(names, k), small, theme.text, RIGHT)
            below = QRectF(box.left() + k * cell, box.bottom() + 1, cell, 13 * scale)
            if cell > 12 * scale:
                write(painter, below, named(names, k), small, theme.text, CENTRE)
        above = QRectF(INSIDE, box.top() - 17 * scale, self.width() - 2 * INSIDE, 14 * scale)
        write(painter, above, "rows: true class · columns: taken for", small, quiet)
        if self._chosen is not None:
            true, taken = self._chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.text, 2 * scale))
            painter.drawRect(QRectF(box.left() + taken * cell, box.top() + true * cell, cell - 1, cell - 1))
        below = QRectF(INSIDE, box.bottom() + 17 * scale, self.width() - 2 * INSIDE, 15 * scale)
        none = all(row.isHidden() for row in self.rows)
        said = "No mistakes in this set" if none else "Most confused"
        write(painter, below, said, face(11, 600, scale), quiet)
        painter.end()

    def _colour(self, true: int, taken: int, share: float, most: float) -> QColor:
        """The class's own colour where it is recognised, else ink by the share of its examples, up to the worst."""
        theme = self._theme
        if true == taken:
            return mixed(theme.card, theme.class_colour(true), 0.12 + 0.5 * share)
        return mixed(theme.control, theme.text, 0.75 * share / most)
