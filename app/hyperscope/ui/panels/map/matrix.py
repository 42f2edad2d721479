"""The confusion matrix of one network on one set, as a square picture with the classes' names beside it."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from hyperscope.engine.arrays import Values
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import Answers
from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map.picture import same_data
from hyperscope.ui.panels.map.pin import named
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT

LEAST = 15  # pixels of a cell whose count is written into it
CENTRE, RIGHT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight


class ConfusionMatrix:
    """What is drawn of one network in `box`; names of rows stand in `beside` pixels left of it, none without room."""

    def __init__(self) -> None:
        self.box = QRectF()
        self.beside = 0.0
        self.theme = LIGHT
        self.part = 1  # train, dev or test set
        self.examples: Examples | None = None
        self.answers: Answers | None = None
        self.chosen: tuple[int, int] | None = None  # a cell that is marked

    def show_examples(self, examples: Examples | None) -> None:
        """Takes note of another data set."""
        self.examples, self.answers, self.chosen = examples, None, None

    @property
    def known(self) -> bool:
        """Whether there are answers to the examples shown."""
        answers, examples = self.answers, self.examples
        return answers is not None and examples is not None and answers.p.shape[1] == len(examples.y)

    def counts_as(self, other: ConfusionMatrix) -> bool:
        """Whether both are of the same examples."""
        ours, theirs = self.examples, other.examples
        same = ours is not None and theirs is not None and same_data(ours, theirs)
        return same and self.known and other.known

    @property
    def counts(self) -> Values:
        """(C, C): how often a true class (row) was taken for which (column)."""
        assert self.answers is not None
        found: Values = self.answers.counts[self.part]
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called."""
        return self.examples.class_names if self.examples is not None else ()

    def count(self, true: int, predicted: int) -> tuple[int, float]:
        """How often a class was taken for another, and the share of that class; none of classes there are not."""
        if not self.known or max(true, predicted) >= len(self.counts):
            return 0, 0.0
        count = int(self.counts[true, predicted])
        return count, count / max(1, int(self.counts[true].sum()))

    def confused(self, true: int, predicted: int) -> Values:
        """The numbers (k,) of the examples of a class that are taken for another."""
        if not self.known:
            return np.zeros(0, np.int64)
        assert self.examples is not None and self.answers is not None
        of = (self.examples.part == self.part) & (self.examples.y == true)
        found: Values = np.flatnonzero(of & (self.answers.p.argmax(axis=0) == predicted))
        return found

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """True and predicted class at a pixel."""
        if self.answers is None or not self.box.contains(at):
            return None
        classes = self.answers.counts.shape[1]
        side = self.box.width() / classes
        row, column = int((at.y() - self.box.top()) / side), int((at.x() - self.box.left()) / side)
        return min(row, classes - 1), min(column, classes - 1)

    def says(self, true: int, predicted: int) -> str:
        """A cell in words."""
        count, whole = int(self.counts[true, predicted]), int(self.counts[true].sum())
        taken = "recognised" if true == predicted else f"taken for {named(self.names, predicted)}"
        return f"{named(self.names, true)} {taken}: {count} of {whole}"

    # how it looks

    def paint(self, painter: QPainter) -> None:
        """Draws the matrix and the names around it, once there are answers."""
        if self.answers is None:
            return
        theme, counts, box = self.theme, self.counts, self.box
        classes, scale = len(counts), theme.scale
        cell = box.width() / classes
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        mistakes = shares * (1 - np.eye(classes))
        most = max(float(mistakes.max()), 1e-9)
        painter.setPen(Qt.PenStyle.NoPen)
        for true in range(classes):
            for taken in range(classes):
                at = QRectF(box.left() + taken * cell, box.top() + true * cell, cell - 1, cell - 1)
                ground = self._colour(true, taken, float(shares[true, taken]), most)
                painter.fillRect(at, ground)
                if counts[true, taken] and cell >= LEAST * scale:
                    ink = max((theme.text, theme.card), key=partial(paint.contrast, ground))
                    strong = face(10, 600 if true != taken else 400, scale)
                    write(painter, at, str(counts[true, taken]), strong, ink, CENTRE)
        self._paint_names(painter, cell)
        if self.chosen is not None:
            true, taken = self.chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.text, 2 * scale))
            painter.drawRect(QRectF(box.left() + taken * cell, box.top() + true * cell, cell - 1, cell - 1))

    def _paint_names(self, painter: QPainter, cell: float) -> None:
        theme, box, scale = self.theme, self.box, self.theme.scale
        small = face(10, 400, scale)
        for k in range(len(self.counts)):
            line = QRectF(box.left() - self.beside, box.top() + k * cell, self.beside - 5 * scale, cell)
            if cell > 9 * scale and line.width() > 0:
                write(painter, line, named(self.names, k), small, theme.text, RIGHT)
            below = QRectF(box.left() + k * cell, box.bottom() + 1, cell, 13 * scale)
            if cell > 12 * scale:
                write(painter, below, named(self.names, k), small, theme.text, CENTRE)

    def _colour(self, true: int, taken: int, share: float, most: float) -> QColor:
        """The class's own colour where it is recognised, else ink by the share of its examples, up to the worst."""
        theme = self.theme
        if true == taken:
            return mixed(theme.card, theme.class_colour(true), 0.12 + 0.5 * share)
        return mixed(theme.control, theme.text, 0.75 * share / most)
