"""The networks of all sides: one alone, or several beside or above each other with a foot in common.

What is asked for in a picture is passed on with the letter of the side it was asked of, "A" where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.network import network
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import TextButton
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.common.twin_letters import CORNER, Badge, badge
from hyperscope.ui.panels.network.arrangement import ABOVE, best
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

LETTERS = "AB"
CLOSER = 20  # pixels; what closes a twin
FOOT = 24  # pixels; the line at the foot in common
SOON = 60.0  # draws per second of a picture that waits


class NetworkPanel(QWidget):
    """As many pictures as there were sides when it last drew. Signals are those of `NetworkCanvas`, "A" or "B" in
    front.

    Only the first picture is drawn when it is the panel's turn; the others have theirs, `rest`, soon after, so that
    no frame has to draw two, and all show the same moment.
    """

    rate = 12.0
    units_changed = Signal(str, int, int)
    batch_norm_cycled = Signal(str, int)
    layer_added = Signal(str)
    layer_inserted = Signal(str, int)
    layer_removed = Signal(str, int)
    moved = Signal(str, str, object)
    edited = Signal(str, object, float, str)
    refused = Signal(str)  # whichever it was
    node_hovered = Signal(int, int)
    foot_needed = Signal(bool)
    closed = Signal(str)  # the twin that is to go

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Network")
        self._theme = LIGHT
        self._reduced = False
        self._layers: tuple[tuple[Layer, ...], ...] = ()  # of each side
        self._made: list[NetworkCanvas] = []  # every picture that there ever was: a twin comes and goes
        self._badges: list[Badge] = []
        self._closers: list[TextButton] = []
        self._lines: list[QLineF] = []  # between the pictures
        self._one_a_turn = False
        self.turns = InTurn(self, at_once=False)  # in which its pictures are laid out for another size
        self.waiting: list[tuple[NetworkCanvas, Seen]] = []  # not drawn yet
        self.rest = Rest(self)
        self.setMinimumSize(260, 240)
        self.pictures: tuple[NetworkCanvas, ...] = ()
        self._have(1)

    @property
    def first(self) -> NetworkCanvas:
        """The first side's picture, which is there always."""
        return self.pictures[0]

    @property
    def one_a_turn(self) -> bool:
        """Whether one is drawn a frame, and none in that in which all changes its size: in a window, where a frame is
        too short for more. Pictures and films wait for all.
        """
        return self._one_a_turn

    @one_a_turn.setter
    def one_a_turn(self, on: bool) -> None:
        self._one_a_turn = on
        for picture in self._made:
            picture.turns = self.turns if on else None

    @property
    def late(self) -> bool:
        """Whether one of them has another size than it is laid out for."""
        return any(picture.late for picture in self.pictures)

    # -- what is shown --------------------------------------------------------------------------------------------

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, for somebody who looks there."""
        return (Ask(network, focus.in_plane),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Draws every side's network; at `one_a_turn` those after the first wait if they have been drawn before."""
        came = self._have(len(sides))
        self.first.draw(sides[0])
        self.waiting = list(zip(self.pictures[1:], sides[1:], strict=True))
        while self.waiting and (came or not self.one_a_turn):
            self.draw_next()

    def draw_next(self) -> None:
        """Draws one of those that wait."""
        if self.waiting:
            picture, seen = self.waiting.pop(0)
            picture.draw(seen)

    def _have(self, count: int) -> bool:
        """Has so many pictures; whether some came."""
        before = len(self.pictures)
        if count == before:
            return False
        while len(self._made) < count:
            self._made.append(self._new(LETTERS[len(self._made)]))
        for gone in self._made[count:before]:
            gone.show_activations(None)
            gone.mark(frozenset())
            for part in (gone.editor, gone.layer_editor, gone):
                part.hide()
        self.pictures = tuple(self._made[:count])
        several = count > 1
        for picture, which in zip(self.pictures[len(self._closers) :], LETTERS[len(self._closers) :], strict=False):
            if several:
                self._closers.append(self._closer(picture, which))
                self._badges.append(Badge(picture, 0, 0))
                self._badges[-1].set_theme(self._theme)
        for closer, mark, which in zip(self._closers, self._badges, LETTERS, strict=False):
            closer.setVisible(several)
            mark.show_letter(which if several else "")
        for picture in self.pictures:
            picture.ring(None)
        self._show_layers()
        self._arrange()
        for picture in self.pictures[before:]:
            picture.show()
        return count > before

    def _new(self, which: str) -> NetworkCanvas:
        """A side's picture, which Tab comes to after all that is of the one before."""
        made = NetworkCanvas(self._theme, self)
        made.setMinimumSize(0, 0)
        made.turns = self.turns if self._one_a_turn else None
        made.set_reduced_motion(self._reduced)
        for card in (made.editor, made.layer_editor):
            card.lie_on(self)
            card.came.connect(lambda: self._put_away_beside(made))
        made.units_changed.connect(lambda layer, units: self.units_changed.emit(which, layer, units))
        made.batch_norm_cycled.connect(lambda layer: self.batch_norm_cycled.emit(which, layer))
        made.layer_added.connect(lambda: self.layer_added.emit(which))
        made.layer_inserted.connect(lambda layer: self.layer_inserted.emit(which, layer))
        made.layer_removed.connect(lambda layer: self.layer_removed.emit(which, layer))
        made.moved.connect(lambda path, value: self.moved.emit(which, path, value))
        made.edited.connect(lambda edit, before, gesture: self.edited.emit(which, edit, before, gesture))
        made.refused.connect(self.refused)
        made.node_hovered.connect(lambda layer, unit: self._hover(made, layer, unit))
        made.foot_needed.connect(lambda _: self.foot_needed.emit(any(one.needs_foot for one in self.pictures)))
        made.reshaped.connect(self._arrange)
        made.renewed.connect(self._renew_foot)
        if self._made:
            made.lower()  # below what lies on the pictures
            before = _parts(self._made[-1])[-1]
            for part in _parts(made):
                QWidget.setTabOrder(before, part)
                before = part
        return made

    def _closer(self, picture: NetworkCanvas, which: str) -> TextButton:
        """What closes a twin, beside its letter."""
        made = TextButton("×", f"{which}: Close this twin", picture)
        made.setToolTip(f"Closes twin {which}; the other goes on alone, and undo brings both back")
        made.clicked.connect(lambda: self.closed.emit(which))
        QWidget.setTabOrder(picture, made)
        return made

    def show_layers(self, *layers: tuple[Layer, ...]) -> None:
        """Takes note of the hidden layers' settings of each side, and marks those in which they differ."""
        self._layers = layers
        self._show_layers()

    def _show_layers(self) -> None:
        for number, (picture, own) in enumerate(zip(self.pictures, self._layers, strict=False)):
            picture.show_layers(own)
            others = (*self._layers[:number], *self._layers[number + 1 :])
            picture.set_twins({} if not others else differing(own, others[0]))

    def show_activations(self, *values: tuple[Array, ...] | None, label: str = "") -> None:
        """Lights up one input in each network there is; see `NetworkCanvas.show_activations`."""
        for picture, own in zip(self.pictures, values, strict=False):
            picture.show_activations(own, label)

    def mark(self, layers: frozenset[int], of: str = "A") -> None:
        """Marks the layers of one of the networks that something is happening in, and none of the others'."""
        for which, picture in zip(LETTERS, self.pictures, strict=False):
            picture.mark(layers if which == of else frozenset())

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether nothing moves by itself."""
        self._reduced = reduced
        for picture in self._made:
            picture.set_reduced_motion(reduced)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for picture in self._made:
            picture.set_theme(theme)
        for one in self._badges:
            one.set_theme(theme)
        self._arrange()

    # -- what happens ---------------------------------------------------------------------------------------------

    def _hover(self, over: NetworkCanvas, layer: int, unit: int) -> None:
        for picture in self.pictures:
            if picture is not over:
                picture.ring((layer, unit) if layer >= 0 else None)
        self.node_hovered.emit(layer, unit)

    def _put_away_beside(self, picture: NetworkCanvas) -> None:
        """One card at a time."""
        for other in self.pictures:
            if other is not picture:
                other.editor.hide()
                other.layer_editor.hide()

    # -- where things are -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @property
    def _several(self) -> bool:
        return len(self.pictures) > 1

    def _arrange(self) -> None:
        """Lays the pictures out; several have letters and a foot in common."""
        scale = self._theme.scale
        room = QRectF(self.rect()).adjusted(0, 0, 0, -FOOT * scale if self._several else 0)
        way = best([picture.picture for picture in self.pictures], room, scale)
        for which, picture, place in zip(LETTERS, self.pictures, way.places, strict=False):
            if self._several:
                picture.be_twin(which, way.frame, self.width() - 2 * CORNER * scale)
            else:
                picture.be_twin("")
            picture.setGeometry(place)
        x, y = (16, 2) if way.frame is ABOVE else (5, 32)
        for badge_of, closer in zip(self._badges, self._closers, strict=True) if self._several else ():
            badge_of.lie_at(x, y)
            side = pixels(self._theme, CLOSER)
            closer.set_theme(self._theme, 13)
            top = max(0, round((y + CORNER / 2) * scale - side / 2))
            closer.setGeometry(pixels(self._theme, x + CORNER), top, side, side)
        self._lines = way.between(room)
        self.update()

    # -- how it looks ---------------------------------------------------------------------------------------------

    def _foot(self) -> QRectF:
        high = FOOT * self._theme.scale
        return QRectF(0, self.height() - high, self.width(), high - 2 * self._theme.scale)

    def _renew_foot(self) -> None:
        if self._several:
            self.update(self._foot().toAlignedRect())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._several:
            return  # the one picture covers all, and has a foot of its own
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        painter.setPen(QPen(self._theme.hairline, 1))
        painter.drawLines(self._lines)
        speaking = next((one for one in self.pictures if one.pointed), None)
        speaking = speaking or next((one for one in self.pictures if one.needs_foot), self.first)
        foot = self._foot().adjusted(14, 0, -14, 0)
        if speaking.pointed:
            size = CORNER * self._theme.scale
            box = QRectF(foot.left(), round(foot.center().y() - size / 2), size, size)
            badge(painter, box, LETTERS[self.pictures.index(speaking)], self._theme)
            foot.setLeft(box.right() + 6 * self._theme.scale)
        speaking.paint_foot(painter, foot)
        painter.end()


class Rest:
    """As a panel, the pictures after the first: one a turn, of the moment that the first was drawn of."""

    def __init__(self, panel: NetworkPanel) -> None:
        self._panel = panel

    @property
    def rate(self) -> float:
        """Draws per second at most: many, but none with nothing to draw."""
        return SOON if self._panel.waiting else 0.0

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """Nothing: what these are drawn of came with the first's."""
        return ()

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Draws one that waits, whatever is in `sides`."""
        self._panel.draw_next()

    def set_theme(self, theme: Theme) -> None:
        """Nothing: the panel does."""

    def isVisible(self) -> bool:
        """Whether they would be seen."""
        return self._panel.isVisible()


def _parts(picture: NetworkCanvas) -> list[QWidget]:
    """A picture and all that lies on it, in the order of Tab."""
    roots: tuple[QWidget, ...] = (picture, picture.editor, picture.layer_editor)
    own = {part for root in roots for part in (root, *root.findChildren(QWidget))}
    found: list[QWidget] = [picture]
    one = picture.nextInFocusChain()
    while one is not None and one is not picture and len(found) < len(own):
        if one in own:
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
