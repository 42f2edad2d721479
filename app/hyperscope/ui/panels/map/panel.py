"""The decision map: class probabilities over the plane, the examples on it, and what they are under the pointer.

It draws a picture of each network it is given, one or those of twins, and computes nothing about them. The card's
other faces (the warped plane, samples, the confusion matrix) lie over it, each in a module of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

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
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.twins.comparison import disagreement
from hyperscope.ui import paint
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.map.alone import Alone
from hyperscope.ui.panels.map.axes import Extent
from hyperscope.ui.panels.map.beside import Beside
from hyperscope.ui.panels.map.confusion import ConfusionFace
from hyperscope.ui.panels.map.head import HEAD, MODES, MapHead
from hyperscope.ui.panels.map.options import MapOptions
from hyperscope.ui.panels.map.picture import NEAR, same_data
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.panels.map.samples import SamplesFace
from hyperscope.ui.panels.map.shown import Arrangement, Shown, fresh
from hyperscope.ui.panels.map.views import VIEWS
from hyperscope.ui.panels.map.warp import WarpFace
from hyperscope.ui.panels.map.wrong import WrongCounter, stepped
from hyperscope.ui.theme import LIGHT, Theme

RATE = 22.0  # draws of one map per second
Face = WarpFace | SamplesFace | ConfusionFace


class MapPanel(QWidget):
    """The map as a card. Wants some 326 × 450 pixels and uses any more for the pictures."""

    hovered = Signal(float, float)  # plane coordinates under the pointer
    left = Signal()  # the pointer is over no picture any longer
    arranged = Signal()  # the pictures lie elsewhere, or show another part of the plane
    pinned = Signal(object)  # the Pin that is held now, or None
    mode_chosen = Signal(str)
    layer_chosen = Signal(int)  # whose view of the plane is shown
    plane_chosen = Signal(str, str)
    units_chosen = Signal(object)  # two of that layer, from 0, which are its axes; None: the usual ones

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = Shown()
        self._shown.first.on = self
        self._arrangement: Arrangement = Alone(self._shown)
        self._caption = ""  # of what is magnified
        self._mode = "map"
        self.setAccessibleName("Decision map")
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
        self.options.units_chosen.connect(self.units_chosen)
        self.counter.stepped_by.connect(self.step)
        self.warp.layer_chosen.connect(self.layer_chosen)
        for chooser in (self.samples, self.confusion):
            chooser.example_chosen.connect(lambda example: self.set_pin(Pin(example=example)))
        self._show_faces()
        self.set_theme(theme)

    # what is shown

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What the face that is shown draws."""
        if self._mode != "map":
            return self._faces[self._mode].asks(focus)
        at = focus.in_plane
        return Ask(examples, at), Ask(decision_map, at), Ask(disagreement, at)

    @property
    def rate(self) -> float:
        """Draws per second of the face that is shown; of twins fewer, as each takes longer."""
        one = RATE if self._mode == "map" else self._faces[self._mode].rate
        return float(one / len(self._shown.pictures) ** 0.5)

    @property
    def share(self) -> float:
        """Of the width that map and network have, the map's at most."""
        return self._arrangement.share

    @property
    def view(self) -> str:
        """One of VIEWS: soft, hard, confidence or margin."""
        return self._shown.first.view

    @property
    def mode(self) -> str:
        """The face that is shown: map, warped, samples or confusion."""
        return self._mode

    @property
    def shown(self) -> Shown:
        """The pictures, and what is marked on them."""
        return self._shown

    @property
    def arrangement(self) -> Arrangement:
        """Where the pictures lie."""
        return self._arrangement

    @property
    def picture(self) -> QRect:
        """Where on the panel the square picture lies, in pixels; of twins A's."""
        return self._shown.first.box.toRect()

    @property
    def tools_place(self) -> QRect:
        """Where on the panel there is room for two lines of tools."""
        return self._arrangement.tools

    @property
    def extent(self) -> Extent:
        """The part of the plane in the picture: left, right, bottom, top."""
        return self._shown.first.extent

    @property
    def examples(self) -> Examples | None:
        """The examples that the last snapshot brought, of twins A's."""
        return self._shown.first.examples

    @property
    def own(self) -> Examples | None:
        """The points that are being painted, None while none are."""
        return self._shown.first.own

    def show_own(self, own: Examples | None) -> None:
        """Shows points that are being painted in place of the examples, filled as the map says; None ends that."""
        if own is not None and self.own is None:
            self.set_pin(None)
            self.set_mode("map")
        for picture in self._shown.pictures:
            picture.show_own(own)
        self.update()

    @property
    def pin(self) -> Pin | None:
        """The input that is held."""
        return self._shown.pin

    @property
    def wrong(self) -> Array:
        """The numbers (k,) of the examples among those shown that any of the networks misclassifies."""
        found: Array = reduce(np.union1d, (picture.wrong for picture in self._shown.of_same_data))
        return found

    def value_at(self, x: float, y: float) -> Array | None:
        """(C,) probabilities at a place of the plane, interpolated between cells; None before there is a map."""
        return self._shown.first.value_at(x, y)

    def leave_out_hints(self) -> None:
        """Says nothing of what can be done with it: a picture of it cannot be pointed at."""
        self._shown.hints = False
        self._show_faces()
        self.update()

    def set_view(self, view: str) -> None:
        """Shows probabilities as one of VIEWS. Raises: KeyError for any other word."""
        if view not in VIEWS:
            raise KeyError(view)
        for picture in self._shown.pictures:
            picture.view = view
            picture.forget()
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
        self._show_axes()
        self._show_faces()
        self.update()

    def set_pin(self, pin: Pin | None) -> None:
        """Holds an input, or lets go of it."""
        if pin != self._shown.pin:
            self._shown.pin = pin
            for shown in self._faces.values():
                shown.show_pinned(pin.example if pin is not None else None)
            self._count_wrong()
            self.pinned.emit(pin)
            self.update()

    def step(self, by: int) -> None:
        """Pins the next (1) or previous (−1) misclassified example among those shown."""
        found = stepped(self.wrong, self.pin.example if self.pin is not None else None, by)
        if found is not None:
            self.set_pin(Pin(example=found))

    def show_passing(self, *passing: Passing | None) -> None:
        """Takes what each network makes of the pinned input; one None for all is enough."""
        for number, picture in enumerate(self._shown.pictures):
            picture.passing = passing[number] if number < len(passing) else None
        if self.pin is not None:
            self.update()

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Takes the newest records; they turn into pictures when the panel is next painted."""
        if len(sides) != len(self._shown.pictures):
            self._take_sides(len(sides))
        shown = self._shown
        before, first = self.extent, shown.first.map is None
        ours = shown.first.examples
        others = [picture.take(seen) for picture, seen in zip(shown.pictures, sides, strict=True)]
        if others[0]:
            self._take_examples(ours)
        if any(others):
            self._share_examples()
        if sides[0].records.of(decision_map) is not None:
            shown.disagreement = sides[-1].records.of(disagreement)  # every side has it
            if first or self.extent != before:
                self._arrange()
            self._count_wrong()
            self.setAccessibleDescription(self._arrangement.says())
            if first:
                self._show_faces()
        if self._mode != "map":
            self._faces[self._mode].draw(sides)
            self._show_axes()
        self.update()

    def _show_axes(self) -> None:
        """Has the options offer the axes of the layer that is seen; of twins, of the one with more units."""
        found = [picture.warp for picture in self.warp.pictures if picture.warp is not None]
        warped = max(found, key=lambda warp: warp.units, default=None)
        had = self.options.has_axes
        if warped is not None:
            self.options.show_layer(warped.layer, warped.units, warped.chosen, self._mode == "warped")
        if self.options.has_axes != had:
            self._show_faces()

    def _take_sides(self, count: int) -> None:
        """Is to draw so many networks from now on."""
        shown = self._shown
        shown.pictures, shown.disagreement = fresh(count, shown.first), None
        self._arrangement = Alone(shown) if count == 1 else Beside(shown)
        self.counter.brief = count > 1
        self._share_examples()
        self._arrange()

    def _share_examples(self) -> None:
        """Tells every face what the examples of each network are."""
        for face in self._faces.values():
            face.show_examples(self._shown.examples)

    def _take_examples(self, before: Examples | None) -> None:
        examples, pin = self.examples, self.pin
        assert examples is not None
        other_data = before is not None and not same_data(examples, before)
        other_plane = before is not None and examples.axes != before.axes
        if pin is not None and (other_plane if pin.example is None else other_data):
            self.set_pin(None)  # a place of another plane is none of this one, nor is another example the same
        self.head.show_samples(examples.pictures is not None)
        table = examples.axes != ("x₁", "x₂")
        self.options.show_data(len(examples.class_names), examples.feature_names, table)
        if self._mode == "samples" and examples.pictures is None:
            self.set_mode("map")
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = self._shown.theme = theme
        for picture in self._shown.pictures:
            picture.theme = theme
            picture.forget_all()
        for part in (self.head, self.options, self.counter, self.warp, self.samples, self.confusion):
            part.set_theme(theme)
        self._arrange()
        self.update()

    def magnify(self, pictures: Sequence[Array | None] = (), caption: str = "") -> None:
        """Shows a node's signed values (side, side) of each network in place of its map, row 0 lowest.

        Where there are none of a network its map stays; none at all bring the maps back.
        """
        for number, picture in enumerate(self._shown.pictures):
            picture.magnify(pictures[number] if number < len(pictures) else None)
        self._shown.magnified = any(picture.magnified is not None for picture in self._shown.pictures)
        self._caption = caption
        self._show_faces()
        self.update()

    def best_width(self, height: int) -> int:
        """The width at which the pictures are as large as `height` pixels allow, with no room left beside them."""
        return self._arrangement.best_width(height)

    # where things are

    def _arrange(self) -> None:
        head = round(HEAD * self._theme.scale)
        self._arrangement.arrange(self.size())
        self.head.setGeometry(0, 0, self.width(), head)
        self.head.set_left(self._arrangement.left)
        for shown in self._faces.values():
            shown.setGeometry(0, head, self.width(), self.height() - head)
        self.counter.setGeometry(self._arrangement.counter)
        self.counter.arrange()
        self.arranged.emit()

    def _show_faces(self) -> None:
        magnified = self._shown.magnified
        caption = "" if self._shown.hints else MODES[self._mode][0]
        view = {"map": self.view, "warped": "axes" if self.options.has_axes else "points"}.get(self._mode, "")
        self.head.show_mode(self._mode, view, self._caption if magnified else caption)
        for mode, shown in self._faces.items():
            shown.setVisible(not magnified and mode == self._mode)
        beside = self.counter.brief if magnified else self._mode == "map"  # the figures of twins stay
        self.counter.setVisible(beside and self._shown.first.map is not None)

    # what happens

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _aimed(self, at: QPointF) -> QPointF | None:
        """The pixel of the first map that the pointer at `at` means, if it means one."""
        free = self._mode == "map" and not self._shown.magnified and self._shown.first.map is not None
        return self._arrangement.aimed(at) if free else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (at := self._aimed(event.position())) is not None:
            self._shown.over = self._shown.first.place(at)
            self.hovered.emit(*self._shown.over)
        else:
            self._leave()
        self.update(self._arrangement.reading)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._aimed(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            self._press(at)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()
        self.update(self._arrangement.reading)

    def _press(self, at: QPointF) -> None:
        """Pins the example under the pointer, or else the place; a press on the pin lets go of it."""
        drawn = self._shown.first
        held = self.pin.place(drawn.examples) if self.pin is not None else None
        if held is not None and QLineF(drawn.pixel(*held), at).length() <= NEAR * self._theme.scale:
            self.set_pin(None)
            return
        near = drawn.example_near(at)
        self.set_pin(Pin(example=near) if near is not None else Pin(point=drawn.place(at)))

    def _leave(self) -> None:
        if self._shown.over is not None:
            self._shown.over = None
            self.left.emit()

    def _options_changed(self) -> None:
        for picture in self._shown.pictures:
            picture.parts = self.options.shown_parts
            picture.with_borders, picture.with_contours = self.options.shown_lines
            picture.forget()
        self.warp.show_parts(self.options.shown_parts)
        self._count_wrong()
        self.update()

    def _count_wrong(self) -> None:
        wrong, examples = self.wrong, self.examples
        # of train and dev the accuracy beside it tells; what is wrong in test alone would seem to contradict them
        where = "test" if examples is not None and len(wrong) and (examples.part[wrong] == TEST).all() else ""
        of = len(examples.y) if examples is not None else 0
        self.counter.show_wrong(wrong, self.pin.example if self.pin is not None else None, where, of)

    # how it looks

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.card(painter, QRectF(self.rect()), self._theme)
            if self._mode == "map" or self._shown.magnified:
                self._arrangement.paint(painter, event.rect(), self.devicePixelRatioF())
