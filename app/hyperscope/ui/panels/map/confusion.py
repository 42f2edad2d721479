"""The confusion matrix of train, dev or test set, and the pairs of classes that are confused most often.

It draws the record `Answers` of each network; rows are true classes, columns what they are taken for.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import answers
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.common.twin_letters import letter
from hyperscope.ui.panels.map.matrix import ConfusionMatrix
from hyperscope.ui.panels.map.pairs import SHOWN, ConfusedPair, PairRow, lettered
from hyperscope.ui.panels.map.pin import grey, named
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

PARTS = ("train", "dev", "test")
ROWS = 5  # pairs at most
KEY = 22  # pixels above the matrices for what rows and columns are
LETTERS, GAP = 20, 10  # pixels above and between the matrices of twins
SAYS = ("rows: true class · columns: taken for", "rows true · columns taken for")


class ConfusionFace(QWidget):
    """A choice of set, the matrices, and rows of pairs; `example_chosen` carries an example's number."""

    rate = 3.0
    example_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.matrices: tuple[ConfusionMatrix, ...] = (ConfusionMatrix(),)
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
        """Where the matrix lies, in pixels; of twins A's."""
        return self.matrices[0].box

    def show_examples(self, examples: tuple[Examples | None, ...]) -> None:
        """Takes note of other data sets, one for each network."""
        self._chosen = None
        if len(examples) != len(self.matrices):
            self.matrices = (self.matrices[0], *(ConfusionMatrix() for _ in examples[1:]))
        for matrix, data in zip(self.matrices, examples, strict=True):
            matrix.theme = self._theme
            matrix.show_examples(data)
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
        for matrix, seen in zip(self.matrices, sides, strict=True):
            matrix.answers = seen.records.of(answers) or matrix.answers
        self._show_pairs()
        self._arrange()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.part.set_theme(theme)
        for row in self.rows:
            row.set_theme(theme)
        for matrix in self.matrices:
            matrix.theme = theme
        self._show_pairs()
        self._arrange()
        self.update()

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """True and predicted class at a place of the panel, in pixels."""
        return next((cell for matrix in self._alike if (cell := matrix.cell_at(at)) is not None), None)

    def says(self, true: int, predicted: int) -> str:
        """A cell in words, of twins those of both."""
        said = [matrix.says(true, predicted) for matrix in self._alike]
        return "\n".join(lettered(said))

    # what is where

    @property
    def _alike(self) -> tuple[ConfusionMatrix, ...]:
        """Those that count the examples that the first counts: twins may differ in their data."""
        first = self.matrices[0]
        return (first, *(other for other in self.matrices[1:] if other.counts_as(first)))

    def _choose(self, cell: tuple[int, int] | None) -> None:
        self._chosen = cell
        self._show_pairs()
        self._arrange()
        self.update()

    def _show_pairs(self) -> None:
        """The pairs that are confused most often, by any network, after those of the cell that was pressed."""
        index = self.part.index()
        part = 1 if index is None else index
        for matrix in self.matrices:
            matrix.part, matrix.chosen = part, None
        alike = self._alike
        for matrix in alike:
            matrix.chosen = self._chosen
        found: list[tuple[int, int]] = []
        if alike[0].known:
            listed = [(one.true, one.predicted) for m in alike if m.answers for one in m.answers.pairs[part]]
            found = sorted(dict.fromkeys(listed), key=lambda cell: -sum(m.count(*cell)[0] for m in alike))
            chosen = self._chosen
            if chosen is not None:
                found = [cell for cell in found if cell != chosen]
                if chosen[0] != chosen[1] and any(m.count(*chosen)[0] for m in alike):
                    found.insert(0, chosen)
        for row, cell in zip(self.rows, [*found[:ROWS], *[None] * ROWS], strict=False):
            row.show_pair(self._pair(cell) if cell is not None else None)
            row.show_pinned(self._pinned)
        said = "; ".join(row.says() for row in self.rows if not row.isHidden())
        self.setAccessibleDescription(said or "No mistakes")

    def _pair(self, cell: tuple[int, int]) -> ConfusedPair:
        alike, examples = self._alike, self.matrices[0].examples
        assert examples is not None
        numbers = tuple(np.unique(np.concatenate([matrix.confused(*cell) for matrix in alike])).tolist())
        images: tuple[QImage, ...] = ()
        if examples.pictures is not None:
            images = tuple(grey(examples.pictures[k], self._theme) for k in numbers[:SHOWN])
        names = examples.class_names
        counts = tuple(matrix.count(*cell) for matrix in alike)
        return ConfusedPair(*cell, named(names, cell[0]), named(names, cell[1]), counts, numbers, images)

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _label(self, matrix: ConfusionMatrix) -> float:
        """Pixels for the names of the true classes, left of a matrix."""
        metrics = QFontMetricsF(face(10, 400, self._theme.scale))
        widest = max((metrics.horizontalAdvance(name) for name in matrix.names), default=0.0)
        return min(widest + 16 * self._theme.scale, 0.3 * self.width() / len(self.matrices) ** 0.5)

    def _arrange(self) -> None:
        scale, wide, count = self._theme.scale, self.width() - 2 * INSIDE, len(self.matrices)
        self.part.setGeometry(INSIDE, 2, min(wide, round(200 * scale)), self.part.minimumHeight())
        top = self.part.minimumHeight() + (KEY + (0 if count == 1 else LETTERS)) * scale
        shown = [row for row in self.rows if not row.isHidden()]
        tall = shown[0].sizeHint().height() if shown else round(20 * scale)
        first = self._label(self.matrices[0])
        named_anew = [matrix.names != self.matrices[0].names for matrix in self.matrices[1:]]
        others = [self._label(of) * anew for of, anew in zip(self.matrices[1:], named_anew, strict=True)]
        labels = [first + (14 * scale if count == 1 else 0), *others]
        gap, below = GAP * scale * (count - 1), 35 * scale
        room = self.height() - top - below - 12
        side = max(40.0, min((wide - sum(labels) - gap) / count, room - tall * min(3, max(1, len(shown)))))
        x = INSIDE + (wide - sum(labels) - gap - count * side) / 2
        for matrix, label in zip(self.matrices, labels, strict=True):
            x += label
            matrix.box = QRectF(round(x), round(top), int(side), int(side))
            matrix.beside = label if count > 1 else matrix.box.left() - INSIDE
            x += side + GAP * scale
        y = self.matrices[0].box.bottom() + below
        for row in shown:
            fits = y + tall <= self.height() - 8
            row.setGeometry(INSIDE, round(y), wide, tall if fits else 0)
            y += tall

    # what happens

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        self.setToolTip(as_written(self.says(*cell)) if cell is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._choose(cell if cell != self._chosen else None)
        if self._chosen is not None and cell[0] != cell[1]:
            self.rows[0].click()

    # how it looks

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.matrices[0].answers is None:
            return
        theme, box = self._theme, self.matrices[0].box
        scale, wide = theme.scale, self.width() - 2 * INSIDE
        with QPainter(self) as painter:
            for matrix in self.matrices:
                matrix.paint(painter)
            if len(self.matrices) > 1:
                for matrix, which in zip(self.matrices, "AB", strict=True):
                    letter(painter, matrix.box, which, theme)
            small = face(10, 400, scale)
            up = KEY - 5 + (0 if len(self.matrices) == 1 else LETTERS)
            above = QRectF(INSIDE, box.top() - up * scale, wide, 14 * scale)
            write(painter, above, fitting(SAYS, small, wide), small, theme.quiet)
            below = QRectF(INSIDE, box.bottom() + 17 * scale, wide, 15 * scale)
            none = all(row.isHidden() for row in self.rows)
            write(
                painter,
                below,
                "No mistakes in this set" if none else "Most confused",
                face(11, 600, scale),
                theme.quiet,
            )
