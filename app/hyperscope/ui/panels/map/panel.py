"""The decision map: class probabilities over the plane, the examples on it, and what they are under the pointer.

It draws the records `Examples`, `Map` and `Passing` and computes nothing about the network. The card's other faces
(the warped plane, samples, the confusion matrix) lie over it, each in a module of its own.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.examples.examples import TEST
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.passing import Passing
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen, Status
from hyperscope.ui import paint
from hyperscope.ui.panels.map.axes import AXIS, Extent, gutter, paint_axes
from hyperscope.ui.panels.map.confusion import ConfusionFace
from hyperscope.ui.panels.map.foot import Foot, results_width
from hyperscope.ui.panels.map.head import HEAD, MODES, MapHead
from hyperscope.ui.panels.map.options import MapOptions
from hyperscope.ui.panels.map.picture import NEAR, MapPicture, same_data, same_examples
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.panels.map.samples import SamplesFace
from hyperscope.ui.panels.map.views import VIEWS
from hyperscope.ui.panels.map.warp import WarpFace
from hyperscope.ui.panels.map.wrong import WrongCounter, misclassified, stepped
from hyperscope.ui.theme import GRID, INSIDE, LIGHT, Theme

ROW = 18  # pixels; one line under the picture
FOOT = 2 * AXIS + 10 + 4 * ROW + 8  # below the picture: ticks, the axis's name, and four lines
Face = WarpFace | SamplesFace | ConfusionFace


class MapPanel(QWidget):
    """The map as a card. Wants some 326 × 450 pixels and uses any more for the picture."""

    hovered = Signal(float, float)  # plane coordinates under the pointer
    left = Signal()  # the pointer is over the picture no longer
    arranged = Signal()  # the picture lies elsewhere, or shows another part of the plane
    pinned = Signal(object)  # the Pin that is held now, or None
    mode_chosen = Signal(str)
    layer_chosen = Signal(int)  # whose view of the plane is shown
    plane_chosen = Signal(str, str)

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawn = MapPicture()
        self._passing: Passing | None = None
        self._status = Status()
        self._over: tuple[float, float] | None = None
        self._pin: Pin | None = None
        self._magnified: tuple[Array, str] | None = None
        self._hints = True
        self._mode = "map"
        self.setAccessibleName("Decision map")
        self.setAccessibleDescription("What the network answers at each place of the plane, and the examples on it")
        self.setMouseTracking(True)
        self.setMinimumSize(200, 260)
        self.head = MapHead(self)
        self.options = MapOptions(self.head.options)
        self.counter = WrongCounter(self)
        self.warp, self.samples, self.confusion = WarpFace(self), SamplesFace(self), ConfusionFace(self)
        self._faces: dict[str, Face] = {
            "warped": self.warp,
            "samples": self.samples,
            "confusion": self.confusion,
        }
        self.head.chosen.connect(self.set_mode)
        self.head.options_wanted.connect(self.options.toggle)
        self.options.view_chosen.connect(self.set_view)
        self.options.changed.connect(self._options_changed)
        self.options.plane_chosen.connect(self.plane_chosen)
        self.counter.stepped_by.connect(self.step)
        self.warp.layer_chosen.connect(self.layer_chosen)
        for chooser in (self.samples, self.confusion):
            chooser.example_chosen.connect(lambda example: self.set_pin(Pin(example=example)))
        self._show_faces()
        self.set_theme(theme)

    # what is shown

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What the face that is shown draws."""
        if self._mode == "map":
            return Ask(examples, focus.in_plane), Ask(decision_map, focus.in_plane)
        return self._faces[self._mode].asks(focus)

    @property
    def rate(self) -> float:
        """Draws per second of the face that is shown."""
        return 22.0 if self._mode == "map" else self._faces[self._mode].rate

    @property
    def view(self) -> str:
        """One of VIEWS: soft, hard, confidence or margin."""
        return self._drawn.view

    @property
    def mode(self) -> str:
        """The face that is shown: map, warped, samples or confusion."""
        return self._mode

    @property
    def picture(self) -> QRect:
        """Where on the panel the square picture lies, in pixels."""
        return self._drawn.box.toRect()

    @property
    def tools_place(self) -> QRect:
        """Where on the panel there is room for two lines of tools, in place of the legend."""
        line = self._line(2)
        return QRectF(line.left(), line.top(), line.width(), self.height() - line.top() - GRID).toAlignedRect()

    @property
    def extent(self) -> Extent:
        """The part of the plane in the picture: left, right, bottom, top."""
        return self._drawn.extent

    @property
    def examples(self) -> Examples | None:
        """The examples that the last snapshot brought."""
        return self._drawn.examples

    @property
    def own(self) -> Examples | None:
        """The points that are being painted, None while none are."""
        return self._drawn.own

    def show_own(self, own: Examples | None) -> None:
        """Shows points that are being painted in place of the examples, filled as the map says; None ends that."""
        if own is not None and self._drawn.own is None:
            self.set_pin(None)
            self.set_mode("map")
        self._drawn.own = own
        self._drawn.points.forget()
        self.update()

    @property
    def pin(self) -> Pin | None:
        """The input that is held."""
        return self._pin

    @property
    def wrong(self) -> Array:
        """The numbers (k,) of the misclassified examples among those shown."""
        drawn = self._drawn
        predicted = drawn.map.predicted if drawn.map is not None else np.zeros(0, np.int64)
        return misclassified(drawn.examples, predicted, drawn.parts)

    def value_at(self, x: float, y: float) -> Array | None:
        """(C,) probabilities at a place of the plane, interpolated between cells; None before there is a map."""
        return self._drawn.value_at(x, y)

    def leave_out_hints(self) -> None:
        """Says nothing of what can be done with it: a picture of it cannot be pointed at."""
        self._hints = False
        self._show_faces()
        self.update()

    def set_view(self, view: str) -> None:
        """Shows probabilities as one of VIEWS. Raises: KeyError for any other word."""
        if view not in VIEWS:
            raise KeyError(view)
        self._drawn.view = view
        self._drawn.forget()
        self.options.show_view(view)
        self._show_faces()
        self.update()

    def set_mode(self, mode: str) -> None:
        """Shows the map, or one of the card's other faces. Raises: KeyError for any other word."""
        if mode != "map" and mode not in self._faces:
            raise KeyError(mode)
        if mode != self._mode:
            self._mode = mode
            self._leave()
            self.mode_chosen.emit(mode)
        self._show_faces()
        self.update()

    def set_pin(self, pin: Pin | None) -> None:
        """Holds an input, or lets go of it."""
        if pin != self._pin:
            self._pin = pin
            for shown in self._faces.values():
                shown.show_pinned(pin.example if pin is not None else None)
            self._count_wrong()
            self.pinned.emit(pin)
            self.update()

    def step(self, by: int) -> None:
        """Pins the next (1) or previous (−1) misclassified example among those shown."""
        found = stepped(self.wrong, self._pin.example if self._pin is not None else None, by)
        if found is not None:
            self.set_pin(Pin(example=found))

    def show_passing(self, passing: Passing | None) -> None:
        """Takes what the network makes of the pinned input."""
        self._passing = passing
        if self._pin is not None:
            self.update(self._drawn.box.toAlignedRect())

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest records; they turn into a picture when the panel is next painted."""
        self._status, records = sides[0].status, sides[0].records
        data = records.of(examples)
        if data is not None and not same_examples(data, self._drawn.examples):
            self._take_examples(data)
        if (found := records.of(decision_map)) is not None:
            first = self._drawn.map is None
            moved = first or self._drawn.extent != found.extent
            self._drawn.map = found
            self._drawn.forget()
            if moved:
                self._drawn.points.forget()
                self.arranged.emit()
            self._count_wrong()
            if first:
                self._show_faces()
        if self._mode != "map":
            self._faces[self._mode].draw(sides)
        self.update()

    def _take_examples(self, examples: Examples) -> None:
        before = self._drawn.examples
        other_data = before is not None and not same_data(examples, before)
        other_plane = before is not None and examples.axes != before.axes
        if self._pin is not None and (other_plane if self._pin.example is None else other_data):
            self.set_pin(None)  # a place of another plane is none of this one, nor is another example the same
        self._drawn.examples = examples
        self._drawn.points.forget()
        self.head.show_samples(examples.pictures is not None)
        table = examples.axes != ("x₁", "x₂")
        self.options.show_data(len(examples.class_names), examples.feature_names, table)
        for shown in self._faces.values():
            shown.show_examples(examples)
        if self._mode == "samples" and examples.pictures is None:
            self.set_mode("map")
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = self._drawn.theme = theme
        self._drawn.forget()
        self._drawn.points.forget()
        for part in (self.head, self.options, self.counter, self.warp, self.samples, self.confusion):
            part.set_theme(theme)
        self._arrange()
        self.update()

    def magnify(self, picture: Array | None, caption: str = "") -> None:
        """Shows a node's signed values (side, side), row 0 lowest, in place of the map; None brings the map back."""
        self._magnified = None if picture is None else (np.asarray(picture), caption)
        self._drawn.magnified = None if picture is None else np.asarray(picture)
        self._drawn.forget()
        self._show_faces()
        self.update()

    def best_width(self, height: int) -> int:
        """The width at which the picture is as large as `height` pixels allow, with no room left beside it."""
        margin = gutter(self._drawn.extent, self._theme)
        return math.ceil(height - (HEAD + FOOT) * self._theme.scale + margin + INSIDE)

    # where things are

    def _arrange(self) -> None:
        scale, margin = self._theme.scale, gutter(self._drawn.extent, self._theme)
        head, foot = HEAD * scale, FOOT * scale
        side = max(40.0, min(self.width() - margin - INSIDE, self.height() - head - foot))
        x = margin + (self.width() - margin - INSIDE - side) / 2
        box = QRectF(round(x), round(head), int(side), int(side))
        if box != self._drawn.box:
            self._drawn.box = box
            self._drawn.forget()
            self._drawn.points.forget()
        self.head.setGeometry(0, 0, self.width(), round(head))
        self.head.set_left(self._left())
        for shown in self._faces.values():
            shown.setGeometry(0, round(head), self.width(), self.height() - round(head))
        two = self._line(0).united(self._line(1))
        before, after = results_width(self._theme, two.width())
        self.counter.setGeometry(two.adjusted(before, 0, -after, 0).toRect())
        self.counter.arrange()
        self.arranged.emit()

    def _show_faces(self) -> None:
        free = self._magnified is None
        caption = "" if self._hints else MODES[self._mode][0]
        if self._magnified is not None:
            caption = self._magnified[1]
        self.head.show_mode(self._mode, {"map": self.view, "warped": "points"}.get(self._mode, ""), caption)
        for mode, shown in self._faces.items():
            shown.setVisible(free and mode == self._mode)
        self.counter.setVisible(free and self._mode == "map" and self._drawn.map is not None)

    def _left(self) -> float:
        """Where the card's lines of text begin, at the margin, or nearer to the picture where that stands alone."""
        return INSIDE + max(0.0, self._drawn.box.left() - gutter(self._drawn.extent, self._theme))

    def _line(self, row: int) -> QRectF:
        scale, box = self._theme.scale, self._drawn.box
        top = box.bottom() + (2 * AXIS + 8 + row * ROW) * scale
        return QRectF(self._left(), top, box.right() - self._left(), ROW * scale)

    # what happens

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _reads(self, at: QPointF) -> bool:
        """Whether the pointer at `at` means a place of the map."""
        free = self._mode == "map" and self._magnified is None and self._drawn.map is not None
        return free and self._drawn.box.contains(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._reads(event.position()):
            self._over = self._drawn.place(event.position())
            self.hovered.emit(*self._over)
        else:
            self._leave()
        self._update_foot()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._reads(event.position()):
            self._press(event.position())
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()
        self._update_foot()

    def _press(self, at: QPointF) -> None:
        """Pins the example under the pointer, or else the place; a press on the pin lets go of it."""
        drawn = self._drawn
        held = self._pin.place(drawn.examples) if self._pin is not None else None
        if held is not None and QLineF(drawn.pixel(*held), at).length() <= NEAR * self._theme.scale:
            self.set_pin(None)
            return
        near = drawn.example_near(at)
        self.set_pin(Pin(example=near) if near is not None else Pin(point=drawn.place(at)))

    def _leave(self) -> None:
        if self._over is not None:
            self._over = None
            self.left.emit()

    def _options_changed(self) -> None:
        drawn = self._drawn
        drawn.parts = self.options.shown_parts
        drawn.with_borders, drawn.with_contours = self.options.shown_lines
        drawn.forget()
        self.warp.show_parts(drawn.parts)
        self._count_wrong()
        self.update()

    def _count_wrong(self) -> None:
        wrong, examples = self.wrong, self._drawn.examples
        # of train and dev the accuracy beside it tells; what is wrong in test alone would seem to contradict them
        where = "test" if examples is not None and len(wrong) and (examples.part[wrong] == TEST).all() else ""
        of = len(examples.y) if examples is not None else 0
        self.counter.show_wrong(wrong, self._pin.example if self._pin is not None else None, where, of)

    def _update_foot(self) -> None:
        top = int(self._line(0).top())
        self.update(0, top, self.width(), self.height() - top)

    # how it looks

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter, event.rect())

    def _paint(self, painter: QPainter, asked: QRect) -> None:
        theme, drawn = self._theme, self._drawn
        paint.card(painter, QRectF(self.rect()), theme)
        if self._mode != "map" and self._magnified is None:
            return
        if drawn.map is None and self._magnified is None:
            drawn.paint_empty(painter)
            return
        examples = drawn.examples
        if asked.top() < drawn.box.bottom():
            drawn.paint(painter, self.devicePixelRatioF())
            paint_axes(painter, drawn.box, drawn.extent, examples.axes if examples is not None else ("", ""), theme)
            if self._pin is not None and self._magnified is None:
                drawn.paint_pin(painter, self._pin, self._passing)
        names = examples.class_names if examples is not None else ()
        foot = Foot(painter, theme, self._line(0), ROW * theme.scale)
        foot.results(self._status)
        if self._magnified is not None:
            foot.sign_scale(self._magnified[0])
        elif drawn.map is not None and self._over is not None:
            p = self.value_at(*self._over)
            assert p is not None
            foot.probabilities(*self._over, p, names)
        elif drawn.map is not None:
            foot.legend(names, self.view, len(drawn.map.p), None if self._hints else self._status)
