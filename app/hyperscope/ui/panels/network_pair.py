"""The place of the network picture: one network, or those of twins beside or above each other with a foot in common.

What is asked for in either picture is passed on with the letter of the twin it was asked of, "A" where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer
from hyperscope.lab.snapshot import Array, NetworkPicture, Snapshot, Status
from hyperscope.ui.panels.network import NetworkPanel
from hyperscope.ui.panels.network_layout import ALONE, WORDS, Frame, laid_out, sizes
from hyperscope.ui.panels.twin_letters import Badge
from hyperscope.ui.theme import LIGHT, Theme

BESIDE = Frame(head=66, foot=26, margin=7, dense=0.54, smallest=14, legend=False)
ABOVE = Frame(head=56, foot=24, margin=14, dense=0.56, smallest=11, legend=False)
FOOT, GAP = 24, 14  # pixels; the line at the foot in common, and between the pictures
NODE, BETWEEN, HEAD = 26, 18, 48  # pixels from which on nodes, the gaps between columns, and heads are easy to read
BETTER = 1.1  # times as readable, before pictures lie above each other
LEAST = 0.36  # of the height that a picture with few units has


class NetworkPair(QWidget):
    """`a` is there always, `b` while there are twins. Signals are those of `NetworkPanel`, "A" or "B" in front."""

    units_changed = Signal(str, int, int)
    batch_norm_cycled = Signal(str, int)
    layer_added = Signal(str)
    layer_removed = Signal(str, int)
    moved = Signal(str, str, object)
    edited = Signal(str, object, float, str)
    refused = Signal(str)  # whichever it was
    node_hovered = Signal(int, int)
    foot_needed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._reduced = False
        self._line: QLineF | None = None  # between the pictures
        self.setMinimumSize(260, 240)
        self.a = NetworkPanel(LIGHT, self)
        self.b: NetworkPanel | None = None
        self._badges: tuple[Badge, ...] = ()
        self._connect("A", self.a)

    def _connect(self, which: str, panel: NetworkPanel) -> None:
        panel.setMinimumSize(0, 0)
        for card in (panel.editor, panel.layer_editor):
            card.lie_on(self)
            card.came.connect(lambda: self._put_away_beside(panel))
        panel.units_changed.connect(lambda layer, units: self.units_changed.emit(which, layer, units))
        panel.batch_norm_cycled.connect(lambda layer: self.batch_norm_cycled.emit(which, layer))
        panel.layer_added.connect(lambda: self.layer_added.emit(which))
        panel.layer_removed.connect(lambda layer: self.layer_removed.emit(which, layer))
        panel.moved.connect(lambda path, value: self.moved.emit(which, path, value))
        panel.edited.connect(lambda edit, before, gesture: self.edited.emit(which, edit, before, gesture))
        panel.refused.connect(self.refused)
        panel.node_hovered.connect(lambda layer, unit: self._hover(panel, layer, unit))
        panel.foot_needed.connect(lambda _: self.foot_needed.emit(any(one.needs_foot for one in self.panels)))
        panel.reshaped.connect(self._arrange)
        panel.renewed.connect(self._renew_foot)

    @property
    def panels(self) -> tuple[NetworkPanel, ...]:
        """A's, and B's where there are twins."""
        return (self.a,) if self.b is None else (self.a, self.b)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_twins(self, on: bool) -> None:
        """Makes room for B's network, or gives all of it to A's again."""
        if on and self.b is None:
            self.b = NetworkPanel(self._theme, self)
            self._connect("B", self.b)
            self._follow_with_tab(self.b)
            self.b.set_reduced_motion(self._reduced)
            self._badges = tuple(Badge(panel, 0, 0) for panel in self.panels)
            for badge, which in zip(self._badges, "AB", strict=True):
                badge.set_theme(self._theme)
                badge.show_letter(which)
            if self.a.picture is not None:  # twins begin alike
                self.draw_twin(Snapshot(Status(), views={"network": self.a.picture}))
            self._arrange()
            self.b.lower()  # below what lies on the pictures
            self.b.show()
        elif not on and self.b is not None:
            for part in (*self._badges, self.b.editor, self.b.layer_editor, self.b):
                part.hide()
                part.deleteLater()
            self.b, self._badges = None, ()
            self.a.ring(None)
            self._arrange()

    def draw_twin(self, snapshot: Snapshot) -> None:
        """Takes B's newest network."""
        if self.b is not None:
            self.b.draw(snapshot)

    def show_layers(self, ours: tuple[Layer, ...], theirs: tuple[Layer, ...] | None) -> None:
        """Takes note of the hidden layers' settings of A and B, and marks those in which they differ."""
        self.a.show_layers(ours)
        self.a.set_twins({} if theirs is None else differing(ours, theirs))
        if self.b is not None and theirs is not None:
            self.b.show_layers(theirs)
            self.b.set_twins(differing(theirs, ours))

    def show_activations(self, *lit: tuple[tuple[Array, ...] | None, str]) -> None:
        """Lights up one input in A's network, and in B's if there is a second; see `NetworkPanel.show_activations`."""
        for panel, (values, label) in zip(self.panels, lit, strict=False):
            panel.show_activations(values, label)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether nothing moves by itself."""
        self._reduced = reduced
        for panel in self.panels:
            panel.set_reduced_motion(reduced)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type; of A only its place."""
        self._theme = theme
        for badge in self._badges:
            badge.set_theme(theme)
        if self.b is not None:
            self.b.set_theme(theme)
        self._arrange()

    # -- what happens ---------------------------------------------------------------------------------------------

    def _hover(self, over: NetworkPanel, layer: int, unit: int) -> None:
        for panel in self.panels:
            if panel is not over:
                panel.ring((layer, unit) if layer >= 0 else None)
        self.node_hovered.emit(layer, unit)

    def _put_away_beside(self, panel: NetworkPanel) -> None:
        """One card at a time."""
        for other in self.panels:
            if other is not panel:
                other.editor.hide()
                other.layer_editor.hide()

    def _follow_with_tab(self, panel: NetworkPanel) -> None:
        """Has Tab come to B's picture after all that is A's."""
        chain, one = [panel], panel.nextInFocusChain()
        while one is not panel and len(chain) < 200:
            if self.b is not None and any(
                part.isAncestorOf(one) or part is one for part in (panel, panel.editor, panel.layer_editor)
            ):
                chain.append(one)
            one = one.nextInFocusChain()
        mine = [self.a, self.a.editor, self.a.layer_editor]
        last, one = self.a, self.a.nextInFocusChain()
        while one is not self.a and any(part is one or part.isAncestorOf(one) for part in mine):
            last, one = one, one.nextInFocusChain()
        for one in chain:
            QWidget.setTabOrder(last, one)
            last = one

    # -- where things are -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Lays the pictures beside or above each other, whichever can be read better."""
        self._line = None
        if self.b is None:
            self.a.be_twin("")
            self.a.setGeometry(self.rect())
            return
        room = QRectF(self.rect()).adjusted(0, 0, 0, -FOOT * self._theme.scale)
        pictures = [panel.picture for panel in self.panels if panel.picture is not None]
        way = best(pictures, room, self._theme.scale)
        for which, panel, place in zip("AB", self.panels, way.places, strict=True):
            panel.be_twin(which, way.frame, self.width())
            panel.setGeometry(place)
        for badge in self._badges:
            badge.lie_at(5, 32 + way.frame.head - ALONE.head)
        ends = way.places[0], way.places[1]
        if way.frame is BESIDE:
            x = (ends[0].right() + ends[1].left() + 1) / 2
            self._line = QLineF(x, room.top() + 12, x, room.bottom() - 6)
        else:
            y = (ends[0].bottom() + ends[1].top() + 1) / 2
            self._line = QLineF(room.left() + 8, y, room.right() - 8, y)
        self.update()

    # -- how it looks ---------------------------------------------------------------------------------------------

    def _foot(self) -> QRectF:
        high = FOOT * self._theme.scale
        return QRectF(0, self.height() - high, self.width(), high - 2 * self._theme.scale)

    def _renew_foot(self) -> None:
        if self.b is not None:
            self.update(self._foot().toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.b is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        if self._line is not None:
            painter.setPen(QPen(self._theme.hairline, 1))
            painter.drawLine(self._line)
        speaking = next((panel for panel in self.panels if panel.pointed), None)
        speaking = speaking or next((panel for panel in self.panels if panel.needs_foot), self.a)
        speaking.paint_foot(painter, self._foot().adjusted(14, 0, -14, 0))
        painter.end()


def differing(layers: Sequence[Layer], others: Sequence[Layer]) -> dict[int, bool]:
    """The numbers of the layers that are not as the `others` are, and whether they have other numbers of units."""
    found = {}
    for number, layer in enumerate(layers):
        other = others[number] if number < len(others) else None
        if layer != other:
            found[number] = other is None or layer.units != other.units
    return found


# -- the arrangements ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where A's and B's picture lie, what frame they have, and how well they can be read: from 1 on, easily."""

    frame: Frame
    places: tuple[QRect, QRect]
    readable: float


def best(pictures: Sequence[NetworkPicture], room: QRectF, scale: float) -> Arrangement:
    """The way to lay out the networks of A and B, if they are known yet, in `room`."""
    shapes = [sizes(picture) for picture in pictures] if len(pictures) == 2 else [[1, 1], [1, 1]]
    gap = GAP * scale
    # beside each other: as wide as makes columns equally far apart
    columns, edges = [len(shape) - 1 + BESIDE.dense for shape in shapes], 2 * BESIDE.margin * scale
    pitch = (room.width() - gap - 2 * edges) / sum(columns)
    wide = round(edges + columns[0] * pitch)
    left = QRect(0, 0, wide, round(room.height()))
    right = QRect(round(wide + gap), 0, round(room.width() - wide - gap), round(room.height()))
    # above each other: as high as the units of the widest layer need
    outside, most = (ABOVE.head + ABOVE.foot) * scale, [min(max(shape), 16) for shape in shapes]
    inside = room.height() - gap - 2 * outside
    share = min(max(most[0] / sum(most), LEAST), 1 - LEAST)
    high = round(outside + share * inside)
    upper = QRect(0, 0, round(room.width()), high)
    lower = QRect(0, round(high + gap), round(room.width()), round(room.height() - high - gap))
    ways = [
        Arrangement(frame, (first, second), _readable(pictures, (first, second), frame, scale))
        for frame, first, second in ((BESIDE, left, right), (ABOVE, upper, lower))
    ]
    beside, above = ways
    return above if beside.readable < 1 and above.readable > BETTER * beside.readable else beside


def _readable(pictures: Sequence[NetworkPicture], places: Sequence[QRect], frame: Frame, scale: float) -> float:
    """How the worst of nodes, gaps, heads and cards compares with what is easy to read, at most 1."""
    found = 1.0
    for picture, place in zip(pictures, places, strict=False):
        layout = laid_out(picture, place.width(), place.height(), scale, 1.0, frame)
        found = min(found, layout.pitch / (HEAD * scale))
        for column, layer in zip(layout.columns, picture.layers, strict=True):
            size = column.nodes[0].width()
            if column.summary:
                found = min(found, size / (WORDS * scale) if layer.pictures is None else 0.1)
            else:
                found = min(found, size / (NODE * scale), (layout.pitch - size) / (BETWEEN * scale))
    return found
