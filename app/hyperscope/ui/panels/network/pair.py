"""The place of the network picture: one network, or those of twins beside or above each other with a foot in common.

What is asked for in either picture is passed on with the letter of the twin it was asked of, "A" where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.network import NetworkPicture, network
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.probes.probe import AnyAsk, Ask, Records
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.panels.common.twin_letters import CORNER, Badge, badge
from hyperscope.ui.panels.network.layout import WORDS, Frame, laid_out, sizes
from hyperscope.ui.panels.network.panel import NetworkPanel
from hyperscope.ui.theme import LIGHT, Theme

BESIDE = Frame(foot=26, margin=7, dense=0.54, broad=0.82, smallest=14, legend=False)
NARROW = replace(BESIDE, head=80, lines=4)
ABOVE = Frame(head=53, foot=4, margin=8, gutter=60, dense=0.56, tall=0.9, smallest=12, legend=False)
FOOT, GAP = 24, 14  # pixels; the line at the foot in common, and between the pictures
NODE, BETWEEN, HEAD = 26, 18, 47  # pixels from which on nodes, the gaps between columns, and heads are easy to read
BETTER = 1.1  # times as readable, before pictures lie above each other
SOON = 60.0  # draws per second of B's picture, if it waits
LEAST = 0.36  # of the height that a picture with few units has


class NetworkPair(QWidget):
    """`a` is there always, `b` while there are twins. Signals are those of `NetworkPanel`, "A" or "B" in front.

    As a panel it is B's picture: it has its turn soon after A's, so that no frame has to draw both.
    """

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
        self._waiting: Seen | None = None  # B's, not drawn yet
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
            before = _parts(self.a)[-1]
            for part in _parts(self.b):  # Tab comes to B's picture after all that is A's
                QWidget.setTabOrder(before, part)
                before = part
            self.b.set_reduced_motion(self._reduced)
            self._badges = tuple(Badge(panel, 0, 0) for panel in self.panels)
            for one, which in zip(self._badges, "AB", strict=True):
                one.set_theme(self._theme)
                one.show_letter(which)
            if self.a.picture is not None:  # twins begin alike
                self.b.draw((Seen(records=Records({Ask(network, InPlane()): self.a.picture})),))
            self._arrange()
            self.b.lower()  # below what lies on the pictures
            self.b.show()
        elif not on and self.b is not None:
            for part in (*self._badges, self.b.editor, self.b.layer_editor, self.b):
                part.hide()
                part.deleteLater()
            self.b, self._waiting, self._badges = None, None, ()
            self.a.ring(None)
            self._arrange()

    @property
    def rate(self) -> float:
        """Draws per second at most: many, but none without something new of B."""
        return SOON if self._waiting is not None else 0.0

    def take(self, of_twin: Seen) -> None:
        """Takes what B shows of the moment that A's picture is drawn of."""
        self._waiting = of_twin if self.b is not None else None

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """Nothing: what A's picture is drawn of comes with B's."""
        return ()

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Draws B's newest network, which is of the same moment as A's, whatever is in `sides`."""
        if self.b is not None and self._waiting is not None:
            self.b.draw((self._waiting,))
            self._waiting = None

    def show_layers(self, ours: tuple[Layer, ...], theirs: tuple[Layer, ...] | None) -> None:
        """Takes note of the hidden layers' settings of A and B, and marks those in which they differ."""
        self.a.show_layers(ours)
        self.a.set_twins({} if theirs is None else differing(ours, theirs))
        if self.b is not None and theirs is not None:
            self.b.show_layers(theirs)
            self.b.set_twins(differing(theirs, ours))

    def show_activations(self, *values: tuple[Array, ...] | None, label: str = "") -> None:
        """Lights up one input in A's network, and in B's if there is a second; see `NetworkPanel.show_activations`."""
        for panel, own in zip(self.panels, values, strict=False):
            panel.show_activations(own, label)

    def mark(self, layers: frozenset[int], of: str = "A") -> None:
        """Marks the layers of one of the networks that something is happening in, and none of the other's."""
        for which, panel in zip("AB", self.panels, strict=False):
            panel.mark(layers if which == of else frozenset())

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether nothing moves by itself."""
        self._reduced = reduced
        for panel in self.panels:
            panel.set_reduced_motion(reduced)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type; of A only its place."""
        self._theme = theme
        for one in self._badges:
            one.set_theme(theme)
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
            panel.be_twin(which, way.frame, self.width() - 2 * CORNER * self._theme.scale)
            panel.setGeometry(place)
        for one in self._badges:
            one.lie_at(*((26, 2) if way.frame is ABOVE else (5, 32)))
        first, second = way.places
        if way.frame is ABOVE:
            y = (first.bottom() + second.top() + 1) / 2
            self._line = QLineF(room.left() + 8, y, room.right() - 8, y)
        else:
            x = (first.right() + second.left() + 1) / 2
            self._line = QLineF(x, room.top() + 12, x, room.bottom() - 6)
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
        foot = self._foot().adjusted(14, 0, -14, 0)
        if speaking.pointed:
            size = CORNER * self._theme.scale
            box = QRectF(foot.left(), round(foot.center().y() - size / 2), size, size)
            badge(painter, box, "A" if speaking is self.a else "B", self._theme)
            foot.setLeft(box.right() + 6 * self._theme.scale)
        speaking.paint_foot(painter, foot)
        painter.end()


def _parts(panel: NetworkPanel) -> list[QWidget]:
    """A picture and all that lies on it, in the order of Tab."""
    roots: tuple[QWidget, ...] = (panel, panel.editor, panel.layer_editor)
    found: list[QWidget] = [panel]
    one = panel.nextInFocusChain()
    while one is not None and one is not panel:
        if any(root is one or root.isAncestorOf(one) for root in roots):
            found.append(one)
        one = one.nextInFocusChain()
    return found


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
    upright = BESIDE if pitch >= HEAD * scale else NARROW
    # above each other: as high as the units of the widest layer need
    outside, most = (ABOVE.head + ABOVE.foot) * scale, [min(max(shape), 16) for shape in shapes]
    inside = room.height() - gap - 2 * outside
    share = min(max(most[0] / sum(most), LEAST), 1 - LEAST)
    high = round(outside + share * inside)
    upper = QRect(0, 0, round(room.width()), high)
    lower = QRect(0, round(high + gap), round(room.width()), round(room.height() - high - gap))
    ways = [
        Arrangement(frame, (first, second), _readable(pictures, (first, second), frame, scale))
        for frame, first, second in ((upright, left, right), (ABOVE, upper, lower))
    ]
    beside, above = ways
    return above if beside.readable < 1 and above.readable > BETTER * beside.readable else beside


def _readable(pictures: Sequence[NetworkPicture], places: Sequence[QRect], frame: Frame, scale: float) -> float:
    """How the worst of nodes, gaps, heads and cards compares with what is easy to read, at most 1."""
    found = 1.0
    for picture, place in zip(pictures, places, strict=False):
        layout = laid_out(picture, place.width(), place.height(), scale, 1.0, frame)
        found = min(found, (layout.pitch / (HEAD * scale)) ** 2)  # nothing else suffers as much
        for column, layer in zip(layout.columns, picture.layers, strict=True):
            size = column.nodes[0].width()
            if column.summary:
                found = min(found, size / (WORDS * scale) if layer.pictures is None else 0.1)
            else:
                found = min(found, size / (NODE * scale), (layout.pitch - size) / (BETWEEN * scale))
    return found
