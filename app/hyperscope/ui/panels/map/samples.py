"""Samples: the pictures of dev or test set, each with what the network says of it, the wrong ones first.

It draws the record `Answers` of each network for examples that are pictures.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from hyperscope.engine.arrays import Values
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import Answers, answers
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.control import ARROWS, by_keyboard, keep_arrows
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.map.foot import share
from hyperscope.ui.panels.map.pairs import lettered
from hyperscope.ui.panels.map.picture import same_data
from hyperscope.ui.panels.map.pin import grey, named
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

ORDERS = ("wrong first", "wrong only", "as they come")
PARTS = {"dev": 1, "test": 2}
CELL = 54  # pixels at least across a sample
WIDER = 66  # the same for the answers of twins
PICTURE = 40
LINE = 13
SAYS = (
    "frame: true class · below: what it is taken for, and how surely",
    "frame: true class · below: taken for, how surely",
    "frame: true class · below: predicted",
)


class SamplesFace(QWidget):
    """Choices, a grid to scroll, and a line on its marks; `example_chosen` carries an example's number."""

    rate = 3.0
    example_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.setAccessibleName("Samples")
        self.part = Segments(tuple(PARTS), "Set whose samples are shown")
        self.order = Segments(ORDERS, "Order of samples")
        self.part.setToolTip("The set whose samples are shown")
        self.order.setToolTip("Which samples come first, or come at all")
        self.grid = SampleGrid()
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.grid)
        for ground in (self.area.viewport(), self.grid):
            ground.setAutoFillBackground(False)
        self.fade = Fade(self.area)
        for child in (self.part, self.order, self.area):
            child.setParent(self)
        self.part.set_index(0)
        self.order.set_index(0)
        for choice in (self.part, self.order):
            choice.chosen.connect(lambda _: self._choose())
        self.grid.example_chosen.connect(self.example_chosen)
        self.grid.seen.connect(lambda y, high: self.area.ensureVisible(0, y + high // 2, 0, high))
        self.hide()

    def show_examples(self, examples: tuple[Examples | None, ...]) -> None:
        """Takes note of other data sets, one for each network."""
        self.grid.show_examples(examples)

    def show_pinned(self, example: int | None) -> None:
        """Marks the pinned example."""
        self.grid.pinned = example
        self.grid.update()

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        return (Ask(answers, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest answers."""
        if sides[0].records.of(answers) is not None:
            self.grid.show_answers(tuple(seen.records.of(answers) for seen in sides))
            self._choose()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for choice in (self.part, self.order):
            choice.set_theme(theme)
        self.grid.set_theme(theme)
        self.fade.set_theme(theme)
        self._arrange()
        self.update()

    def _choose(self) -> None:
        part = tuple(PARTS.values())[self.part.index() or 0]
        self.grid.show_part(part, ORDERS[self.order.index() or 0])
        self._fit()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()  # only now have the choices found out how high they must be

    def _arrange(self) -> None:
        scale, wide = self._theme.scale, self.width() - 2 * INSIDE
        left = max(self.part.sizeHint().width(), min(round(96 * scale), wide - 8 - self.order.sizeHint().width()))
        beside = left + 8 + self.order.sizeHint().width() <= wide
        self.part.resize(left, self.part.height())
        self.order.resize(wide - left - 8 if beside else wide, self.order.height())  # its height depends on its width
        self.part.setGeometry(INSIDE, 2, left, self.part.minimumHeight())
        x, y = (INSIDE + left + 8, 2) if beside else (INSIDE, 2 + self.part.height() + round(4 * scale))
        self.order.setGeometry(x, y, self.order.width(), self.order.minimumHeight())
        top = self.order.geometry().bottom() + 1 + round(8 * scale)
        foot = round(40 * scale)
        self.area.setGeometry(INSIDE, top, self.width() - INSIDE - 4, max(20, self.height() - top - foot))
        self._fit()

    def _fit(self) -> None:
        self.grid.fit(self.area.viewport().width() - 8)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        scale = theme.scale
        line = QRectF(INSIDE, self.height() - 38 * scale, self.width() - 2 * INSIDE, 16 * scale)
        write(painter, line, self.grid.says(), face(11, 400, scale), theme.text)
        small = face(10, 400, scale)
        write(painter, line.translated(0, 16 * scale), fitting(SAYS, small, line.width()), small, theme.quiet)
        painter.end()


class SampleGrid(QWidget):
    """The samples themselves; arrows go from one to the next, which pins it."""

    example_chosen = Signal(int)
    seen = Signal(int, int)  # y and height of what should come into view

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._examples: Examples | None = None
        self._alike: tuple[bool, ...] = (True,)  # which networks have these examples: twins may differ in their data
        self._answers: tuple[Answers, ...] = ()  # of each network that has them
        self._images: dict[int, QImage] = {}
        self._part, self._order = 1, ORDERS[0]
        self._ring = False
        self.shown: Values = np.zeros(0, np.int64)  # the numbers of the examples, in the order of their cells
        self.pinned: int | None = None
        self._columns, self._cell = 1, float(CELL)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Samples")
        self.setToolTip("Click a sample to send it through the network; arrows go on to the next")

    def show_examples(self, examples: tuple[Examples | None, ...]) -> None:
        """Takes note of other data sets: the first network's are shown."""
        ours = self._examples = examples[0]
        others = (ours is not None and data is not None and same_data(ours, data) for data in examples[1:])
        self._alike, self._answers = (True, *others), ()
        self._images.clear()
        self.shown = self.shown[:0]

    def show_answers(self, answers: tuple[Answers | None, ...]) -> None:
        """Takes the newest answers; `show_part` then orders by them."""
        found = zip(answers, self._alike, strict=True)
        self._answers = tuple(one for one, alike in found if alike and one is not None and self._fits(one))

    def _fits(self, answers: Answers) -> bool:
        return self._examples is not None and answers.p.shape[1] == len(self._examples.y)

    def _wrong(self, own: Values) -> list[Values]:
        """For each network which (m,) of the examples numbered `own` (m,) it takes for another class."""
        assert self._examples is not None
        return [answers.p[:, own].argmax(axis=0) != self._examples.y[own] for answers in self._answers]

    def show_part(self, part: int, order: str) -> None:
        """Shows dev (1) or test (2) in one of ORDERS. Within each kind samples keep the order of the data."""
        self._part, self._order = part, order
        examples = self._examples
        if examples is None or not self._answers or examples.pictures is None:
            self.shown = self.shown[:0]
            return
        own = np.flatnonzero(examples.part == part)
        wrong = np.any(self._wrong(own), axis=0)
        if order == "wrong only":
            own = own[wrong]
        elif order == "wrong first":
            own = np.concatenate([own[wrong], own[~wrong]])
        self.shown = own
        self.setAccessibleDescription(self.says())
        self.update()

    def says(self) -> str:
        """How many there are, and how many of them each network gets wrong."""
        if self._examples is None or not self._answers:
            return ""
        own = np.flatnonzero(self._examples.part == self._part)
        wrong = ", ".join(lettered([str(int(of.sum())) for of in self._wrong(own)]))
        name = next(name for name, part in PARTS.items() if part == self._part)
        return f"{wrong} of {len(own)} {name} samples are misclassified"

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._images.clear()
        self.update()

    def fit(self, width: int) -> None:
        """Takes as many columns as go into `width` pixels, and as much height as the samples need."""
        scale = self._theme.scale
        self._columns = max(1, int(width // ((CELL if len(self._answers) < 2 else WIDER) * scale)))
        self._cell = width / self._columns
        rows = math.ceil(len(self.shown) / self._columns)
        self.resize(width, max(1, round(rows * self._row())))

    def _row(self) -> float:
        return (PICTURE + (len(self._answers or "-") + 1) * LINE + 8) * self._theme.scale

    def place(self, number: int) -> QRectF:
        """Where the sample in cell `number` lies, in pixels."""
        row, column = divmod(number, self._columns)
        return QRectF(column * self._cell, row * self._row(), self._cell, self._row())

    def _cell_at(self, at: QPointF) -> int | None:
        number = int(at.y() // self._row()) * self._columns + int(at.x() // self._cell)
        return number if 0 <= at.x() < self._columns * self._cell and 0 <= number < len(self.shown) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._cell_at(event.position())
        if number is not None:
            self.example_chosen.emit(int(self.shown[number]))

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ARROWS or not len(self.shown):
            super().keyPressEvent(event)
            return
        steps = dict(zip(ARROWS, (-1, 1, -self._columns, self._columns), strict=True))
        now = np.flatnonzero(self.shown == self.pinned)
        number = int(now[0]) + steps[Qt.Key(event.key())] if len(now) else 0
        number = min(max(0, number), len(self.shown) - 1)
        self.example_chosen.emit(int(self.shown[number]))
        place = self.place(number)
        self.seen.emit(round(place.top()), round(place.height()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = by_keyboard(event, self._ring)
        super().focusInEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        if not len(self.shown):
            words = "None is wrong." if self._order == "wrong only" and self._answers else ""
            write(painter, QRectF(0, 0, self.width(), 30 * theme.scale), words, face(12, 400, theme.scale), theme.quiet)
            return
        first = int(event.rect().top() // self._row()) * self._columns
        last = (int(event.rect().bottom() // self._row()) + 1) * self._columns
        for number in range(first, min(last, len(self.shown))):
            self._paint_sample(painter, number)
        if self.hasFocus() and self._ring and self.pinned is None:
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(self.place(0).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_sample(self, painter: QPainter, number: int) -> None:
        examples, theme = self._examples, self._theme
        assert examples is not None
        scale, example, cell = theme.scale, int(self.shown[number]), self.place(number)
        true, names = int(examples.y[example]), examples.class_names
        side = PICTURE * scale
        box = QRectF(round(cell.center().x() - side / 2), round(cell.top() + 4 * scale), round(side), round(side))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(box, self._image(example))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.class_colour(true), 2 * scale))
        painter.drawRoundedRect(box, 2, 2)
        if example == self.pinned:
            painter.setPen(QPen(theme.text, 2 * scale))
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 4, 4)
        line = QRectF(cell.left() + 1, box.bottom() + 3 * scale, cell.width() - 2, LINE * scale)
        centre, wrong = Qt.AlignmentFlag.AlignHCenter, False
        taken = [int(answers.p[:, example].argmax()) for answers in self._answers]
        sure = [share(float(answers.p[:, example].max())) for answers in self._answers]
        said = [f"{named(names, k)}  {p}" for k, p in zip(taken, sure, strict=True)]
        for k, words in zip(taken, lettered(said), strict=True):
            wrong |= k != true
            font = face(10, 600 if k != true else 400, scale)
            write(painter, line, words, font, theme.text if k != true else theme.quiet, centre)
            line.translate(0, LINE * scale)
        if wrong:
            write(painter, line, f"is {named(names, true)}", face(10, 400, scale), theme.quiet, centre)

    def _image(self, example: int) -> QImage:
        if example not in self._images:
            assert self._examples is not None and self._examples.pictures is not None
            self._images[example] = grey(self._examples.pictures[example], self._theme)
        return self._images[example]
