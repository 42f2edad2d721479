"""The network as pictures: each node the function it computes, each edge its weight; structure and weights can be
changed.

It draws the record `NetworkPicture` and asks for changes by signals; it changes nothing itself.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer
from hyperscope.lab.snapshot import Array, Examples, NetworkPicture, Snapshot
from hyperscope.ui import paint
from hyperscope.ui.controls.control import ARROWS, keep_arrows
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels import network_words as words
from hyperscope.ui.panels.network_edges import Edges, bundled, widths
from hyperscope.ui.panels.network_edit import NumberEditor
from hyperscope.ui.panels.network_flow import Flow
from hyperscope.ui.panels.network_foot import Foot
from hyperscope.ui.panels.network_heads import Heads
from hyperscope.ui.panels.network_layer import LayerEditor
from hyperscope.ui.panels.network_layout import HEAD, Layout, laid_out, sizes
from hyperscope.ui.panels.network_nodes import Nodes, faces
from hyperscope.ui.panels.network_popover import around
from hyperscope.ui.theme import LIGHT, Theme

CENTRE = Qt.AlignmentFlag.AlignHCenter
NEAR = 4.0  # pixels; an edge this close to the pointer is meant
FOOT = 22  # pixels


class NetworkPanel(QWidget):
    """The network, directly on the window's ground. Layers in `node_hovered` count from the inputs, 0; those in the
    other signals count the hidden layers from 0, as the experiment does.
    """

    probes = ("network",)
    rate = 10.0
    units_changed = Signal(int, int)  # hidden layer, units wanted
    batch_norm_cycled = Signal(int)  # hidden layer: off, before, after, off
    layer_added = Signal()
    layer_removed = Signal(int)  # hidden layer
    moved = Signal(str, object)  # path of a layer's knob, value
    edited = Signal(object, float, str)  # Edit, what the number was, a word that is the same throughout one drag
    refused = Signal(str)  # why something cannot be set
    node_hovered = Signal(int, int)  # layer, unit; −1, −1 when none is
    foot_needed = Signal(bool)  # whether the foot says what is under the pointer

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: NetworkPicture | None = None
        self._examples: Examples | None = None
        self._layers: tuple[Layer, ...] = ()
        self._layout: Layout | None = None
        self._gaps: list[Edges] = []
        self._strokes: list[QImage] = []
        self._faces: list[list[QImage]] = []
        self._shape: list[tuple[int, bool]] = []
        self._stale = True  # the pictures are older than the record
        self._backing = QPixmap()  # everything but what moves by itself
        self._dirty = QRegion()  # of the backing
        self._node: tuple[int, int] | None = None
        self._edge: tuple[int, int, int] | None = None  # gap, unit after, unit before
        self._marked: frozenset[int] = frozenset()  # layers
        self._pointer = QPointF()
        self._levels: tuple[Array, ...] | None = None
        self._label = ""
        self._theme = theme
        self.setAccessibleName("Network")
        self._describe()
        self.setMouseTracking(True)
        self.setMinimumSize(260, 240)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._heads = Heads(self)
        self._heads.units_wanted.connect(self.units_changed)
        self._heads.batch_norm_pressed.connect(self.batch_norm_cycled)
        self._heads.settings_pressed.connect(self.open_layer)
        self._heads.layer_wanted.connect(self.layer_added)
        self._heads.layer_unwanted.connect(self.layer_removed)
        self._foot = Foot()
        self.flow = Flow(self)
        self.flow.moved.connect(self._update_body)
        self.editor = NumberEditor(self)
        self.editor.edited.connect(self.edited)
        self.editor.refused.connect(self.refused)
        self.editor.chosen.connect(lambda: self._renew())
        self.layer_editor = LayerEditor(self)
        self.layer_editor.moved.connect(self.moved)
        self.layer_editor.refused.connect(self.refused)
        self.editor.left.connect(self._take_keyboard_back)
        self.layer_editor.left.connect(self._heads.focus_settings)
        self.set_theme(theme)

    # -- what is shown --------------------------------------------------------------------------------------------

    def draw(self, snapshot: Snapshot) -> None:
        """Takes the newest network; it turns into pictures when the panel is next painted."""
        self._examples = snapshot.views.get("examples", self._examples)
        self.flow.heed(training=snapshot.status.playing)
        found = snapshot.views.get("network")
        if found is None:
            return
        captions = [layer.caption for layer in self._picture.layers] if self._picture else []
        self._picture, self._stale = found, True
        shape = list(zip(sizes(found), [layer.pictures is None for layer in found.layers], strict=True))
        if shape != self._shape or captions != [layer.caption for layer in found.layers]:
            if shape != self._shape:
                self.editor.hide()
                self._hover(None, None)
            self._shape = shape
            self._arrange()
            self._renew()
        elif self._layout is not None:
            self._renew(QRegion(self._body()) + QRegion(self._foot_room().toAlignedRect()))
        self.editor.heed(found)

    def show_layers(self, layers: tuple[Layer, ...]) -> None:
        """Takes note of the hidden layers' settings, which their heads show."""
        self._layers = layers
        self._heads.show_layers(layers)
        if self.layer_editor.isVisible():
            if self.layer_editor.number < len(layers):
                self.layer_editor.show_layer(layers[self.layer_editor.number])
            else:
                self.layer_editor.hide()

    def show_activations(self, values: tuple[Array, ...] | None, label: str = "") -> None:
        """Lights up what one input makes of the network: a number and a level on each node, edges by |w·a|.

        `values` are the inputs (n,) as the network receives them, each hidden layer's outputs, and the class
        probabilities; None shows the network alone again. `label` says in the foot which input it is. Values that do
        not fit the network that is shown are left out.
        """
        before = self._levels
        self._levels = None if values is None else tuple(np.asarray(v, float).ravel() for v in values)
        self._label = label if values is not None else ""
        if values is None and before is None:
            return
        if (values is None) != (before is None):
            self.foot_needed.emit(values is not None or self._hovered)
        self._stale = True
        self._renew()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether nothing moves by itself."""
        self.flow.heed(reduced=reduced)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.editor.set_theme(theme)
        self.layer_editor.set_theme(theme)
        self._arrange()
        self._renew()

    def mark(self, layers: frozenset[int]) -> None:
        """Marks these layers, counted from the inputs, 0, as those that something is happening in."""
        if layers != self._marked:
            self._marked = layers
            self._renew()

    def _paint_marked(self, painter: QPainter) -> None:
        assert self._layout is not None
        theme, reach = self._theme, 9 * self._theme.scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.mixed(theme.accent, theme.window, 0.16))
        for layer in self._marked:
            if layer < len(self._layout.columns):
                nodes = self._layout.columns[layer].nodes
                around = nodes[0].united(nodes[-1]).adjusted(-reach, -reach, reach, reach)
                painter.drawRoundedRect(around, 8, 8)

    @property
    def layout_now(self) -> Layout | None:
        """Where the nodes are, or None before there is a network."""
        return self._layout

    @property
    def levels(self) -> tuple[Array, ...] | None:
        """The outputs shown on the nodes, None while there are none or they do not fit the network."""
        if self._levels is None or [len(v) for v in self._levels] != [units for units, _ in self._shape]:
            return None
        return self._levels

    def foot_line(self) -> str:
        """The sentence at the foot: the equation or weight under the pointer, or a hint."""
        return self._foot.plain(self._said())

    def _said(self) -> str:
        """What the foot says, as rich text."""
        if self._picture is None:
            return ""
        if self._node is not None:
            layer, unit = self._node
            if self._layout is not None and self._layout.columns[layer].summary:
                name = self._picture.layers[layer].name
                return f"{name}: {self._shape[layer][0]} units, too many to draw each; edges show root mean squares"
            return self._foot.equation(self._picture, layer, unit, self._foot_room().width(), self._theme)
        if self._edge is not None:
            return self._edge_words(*self._edge)
        return self._label if self.levels is not None else ""

    # -- where things are -----------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Lays columns, edges and buttons out anew: after a change of structure, size or type."""
        self._strokes, self._faces, self._gaps, self._stale = [], [], [], True
        if self._picture is None:
            self._layout = None
            self._heads.arrange(None, None, self._theme, self.height())
            return
        self._layout = laid_out(self._picture, self.width(), self.height(), self._theme.scale, self.devicePixelRatioF())
        self._heads.arrange(self._picture, self._layout, self._theme, self.height())

    def _body(self) -> QRect:
        return self._layout.body.adjusted(0, -3, 0, 3).toRect() if self._layout is not None else self.rect()

    def _foot_room(self) -> QRectF:
        scale = self._theme.scale
        return QRectF(14, self.height() - FOOT * scale, self.width() - 28, (FOOT - 2) * scale)

    def _drawn_weights(self, gap: int, by: Array | None = None) -> Array:
        """The weights of a gap as drawn, each times the output `by` (n_before,) that it carries."""
        assert self._picture is not None and self._layout is not None
        weights = self._picture.layers[gap + 1].weights
        columns = self._layout.columns
        if weights is None:
            return np.zeros((len(columns[gap + 1].nodes), len(columns[gap].nodes)))
        weights = np.asarray(weights) if by is None else np.asarray(weights) * by
        return bundled(weights, columns[gap], columns[gap + 1])

    def _render(self) -> None:
        """Turns the newest arrays into images; nothing of this happens while the panel is hidden."""
        assert self._picture is not None and self._layout is not None
        theme, columns, ratio, levels = self._theme, self._layout.columns, self.devicePixelRatioF(), self.levels
        if not self._gaps:
            self._gaps = [Edges(before, after, ratio, theme.scale) for before, after in pairwise(columns)]
        drawn = [self._drawn_weights(gap) for gap in range(len(self._gaps))]
        carried = [None if levels is None else self._drawn_weights(gap, levels[gap]) for gap in range(len(drawn))]
        self._strokes = [
            edges.picture(w, theme, strength) for edges, w, strength in zip(self._gaps, drawn, carried, strict=True)
        ]
        self._faces = faces(self._picture, self._layout, theme)
        self.flow.follow(self._gaps, drawn)
        self._stale = False

    # -- what happens ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.editor.hide()
        self.layer_editor.hide()
        self._arrange()
        self._renew()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.flow.heed(seen=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flow.heed(seen=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._layout is None:
            return
        self._pointer = event.position()
        x, y = self._pointer.x(), self._pointer.y()
        node = self._layout.node_at(x, y)
        edge = None if node else self._edge_at(x, y)
        self.setCursor(Qt.CursorShape.PointingHandCursor if node or edge else Qt.CursorShape.ArrowCursor)
        self._hover(node, edge)
        if edge:
            self._update_body()  # its label goes along with the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._layout is None:
            event.ignore()
            return
        self.layer_editor.hide()
        at = event.position()
        if (node := self._layout.node_at(at.x(), at.y())) is not None:
            self.edit_unit(*node)
        elif (edge := self._edge_at(at.x(), at.y())) is not None:
            self._edit_weight(*edge, at)
        else:
            self.editor.hide()
        self._renew()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None, None)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from node to node, Enter sets the numbers of the one they stand on."""
        if self._layout is not None and event.key() in ARROWS:
            self._hover(self._stepped(event.key()), None)
            self._describe()
        elif self._node is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_unit(*self._node)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._renew()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hover(None, None)
        self._describe()
        self._renew()

    def _stepped(self, key: int) -> tuple[int, int]:
        """The node that an arrow leads to; from none, the first."""
        assert self._layout is not None
        if self._node is None:
            return 0, 0
        layer, unit = self._node
        columns = self._layout.columns
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        down = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        to = min(max(layer + across, 0), len(columns) - 1)
        if to != layer:  # the one that lies nearest
            unit = int(np.abs(columns[to].ys - columns[layer].ys[unit]).argmin())
        return to, min(max(unit + down, 0), len(columns[to].nodes) - 1)

    def _describe(self) -> None:
        said = self.foot_line() if self._node is not None else ""
        usual = "Each unit as a picture of its output over the plane; edges show weights. Arrows go from unit to unit, "
        self.setAccessibleDescription(said or usual + "Enter sets a unit's numbers.")

    def _take_keyboard_back(self) -> None:
        layer, unit = self.editor.unit
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if layer < len(self._shape) and unit < self._shape[layer][0]:
            self._hover((layer, unit), None)
        self._renew()

    def _edge_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        for gap, edges in enumerate(self._gaps):
            wide = widths(self._drawn_weights(gap)) * self._theme.scale if edges.spans(x) else None
            if wide is not None and (near := edges.nearest(x, y, wide)) is not None:
                after, before, away = near
                return (gap, after, before) if away <= NEAR * self._theme.scale else None
        return None

    @property
    def _hovered(self) -> bool:
        return self._node is not None or self._edge is not None

    def _hover(self, node: tuple[int, int] | None, edge: tuple[int, int, int] | None) -> None:
        if (node, edge) == (self._node, self._edge):
            return
        moved = node != self._node
        self._node, self._edge = node, edge
        self.foot_needed.emit(self._hovered or self.levels is not None)
        if moved:
            # nodes are no widgets: the panel's tooltip is that of the node under the pointer
            help = ""
            if node is not None and self._picture is not None:
                help = words.node_help(self._picture, *node, self._name(*node))
            self.setToolTip(help)
            self.node_hovered.emit(*(node or (-1, -1)))
        self._renew()

    # -- setting numbers ------------------------------------------------------------------------------------------

    def edit_unit(self, layer: int, unit: int) -> None:
        """Offers the numbers of a unit to be set, or says why there are none; layers count from the inputs, 0."""
        assert self._picture is not None and self._layout is not None
        column = self._layout.columns[layer]
        of = self._picture.layers[layer]
        said = of.fixed
        if layer == 0:
            said = "inputs come from the data; the weights on the edges that leave them can be set"
        elif column.summary:
            said = f"{of.name} is too wide to draw each unit; with 16 units or fewer each number can be set"
        if said or not self.editor.open(self._picture, layer, unit, column.nodes[unit]):
            self.editor.hide()
            self.refused.emit(said[:1].upper() + said[1:] + "." if said else "This unit has no number that can be set.")

    def _edit_weight(self, gap: int, after: int, before: int, at: QPointF) -> None:
        assert self._picture is not None and self._layout is not None
        said = self._picture.layers[gap + 1].fixed
        columns = self._layout.columns
        if columns[gap].summary or columns[gap + 1].summary:
            many = columns[gap].units if columns[gap].summary else 1
            many *= columns[gap + 1].units if columns[gap + 1].summary else 1
            said = f"this line stands for {many} weights; with 16 units or fewer each can be set"
        if said:
            self.editor.hide()
            self.refused.emit(said[:1].upper() + said[1:] + ".")
        elif not self.editor.open(self._picture, gap + 1, after, around(at), before):
            self.refused.emit("This weight is not finite and cannot be set.")

    def open_layer(self, number: int) -> None:
        """Offers the settings of hidden layer `number`, counted from 0."""
        if self._layout is None or number >= len(self._layers):
            return
        self.editor.hide()
        head = self._heads.settings_place(number)
        self.layer_editor.open(number, self._layers[number], QRectF(head))

    # -- how it looks ---------------------------------------------------------------------------------------------

    def _renew(self, region: QRegion | None = None) -> None:
        """Has a region, or everything, painted anew; `update` alone shows what was painted before."""
        region = QRegion(self.rect()) if region is None else region
        self._dirty += region
        self.update(region)

    def _update_body(self) -> None:
        self.update(self._body())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # at ratios like 1.5 a panel may begin between two device pixels, and every rim would blur
        at, ratio = painter.deviceTransform(), self.devicePixelRatioF()
        painter.translate((round(at.dx()) - at.dx()) / ratio, (round(at.dy()) - at.dy()) / ratio)
        self._bring_up_to_date(ratio)
        painter.drawPixmap(0, 0, self._backing)
        if self._picture is not None:
            if not self._hovered and self.levels is None:
                self.flow.paint(painter, self._theme)
            self._paint_label(painter)

    def _bring_up_to_date(self, ratio: float) -> None:
        """Paints what has changed of the backing."""
        theme, size = self._theme, self.size() * ratio
        if self._backing.size() != size or self._backing.devicePixelRatioF() != ratio:
            self._backing = QPixmap(size)
            self._backing.setDevicePixelRatio(ratio)
            self._dirty = QRegion(self.rect())
        if self._gaps and self._gaps[0].ratio != ratio:
            self._arrange()  # moved to another screen
            self._dirty = QRegion(self.rect())
        if self._dirty.isEmpty():
            return
        dirty, self._dirty = self._dirty, QRegion()
        painter = QPainter(self._backing)
        painter.setClipRegion(dirty)
        painter.fillRect(self.rect(), theme.window)
        if self._picture is None or self._layout is None:
            said = "No network yet. It appears here with the first data set."
            write(painter, QRectF(self.rect()), said, face(12, 400, theme.scale), theme.quiet, CENTRE)
            painter.end()
            return
        if self._stale:
            self._render()
        if dirty.boundingRect().top() < HEAD * theme.scale - 4:
            self._heads.paint(painter)
        self._paint_marked(painter)
        self._paint_edges(painter)
        Nodes(painter, theme, self._picture, self._layout, self._faces, self.width()).paint(
            ratio, self._short, self.levels
        )
        self._paint_chosen(painter)
        self._foot.paint(painter, self._foot_room(), self._said(), theme)
        painter.end()

    def _paint_edges(self, painter: QPainter) -> None:
        lit = self._lit()
        painter.setOpacity(0.22 if lit else 1.0)
        for edges, stroke in zip(self._gaps, self._strokes, strict=True):
            painter.drawImage(edges.box.topLeft(), stroke)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for gap, after, before in lit:
            weights = self._drawn_weights(gap)
            w, width = float(weights[after, before]), float(widths(weights)[after, before])
            summary = self._gaps[gap].before.summary or self._gaps[gap].after.summary
            colour = self._theme.quiet if summary else self._theme.positive if w >= 0 else self._theme.negative
            pen = QPen(colour, max(width, 0.7) * self._theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPath(self._gaps[gap].path(after, before))

    def _lit(self) -> list[tuple[int, int, int]]:
        """The edges to show alone: those of the node under the pointer, or the one edge there or being set."""
        if self._edge is not None:
            return [self._edge]
        if self._node is None and (place := self.editor.place) is not None:
            gap = self.editor.unit[0] - 1
            if len(place.index) == 2 and gap < len(self._gaps):
                return [(gap, *place.index)]
        if self._node is None or self._layout is None:
            return []
        layer, unit = self._node
        columns = self._layout.columns
        into = [(layer - 1, unit, k) for k in range(len(columns[layer - 1].nodes))] if layer else []
        onward = range(len(columns[layer + 1].nodes)) if layer + 1 < len(columns) else ()
        return into + [(layer, k, unit) for k in onward]

    def _paint_chosen(self, painter: QPainter) -> None:
        """A ring around the node under the pointer or keyboard; around everything while the keyboard is on none."""
        assert self._layout is not None
        theme = self._theme
        chosen = self._node or (self.editor.unit if self.editor.isVisible() and self._edge is None else None)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen is not None and chosen[0] < len(self._layout.columns):
            painter.setPen(QPen(theme.accent, 2.5 * theme.scale))
            node = self._layout.columns[chosen[0]].nodes[min(chosen[1], len(self._layout.columns[chosen[0]].nodes) - 1)]
            painter.drawRoundedRect(node.adjusted(-1, -1, 1, 1), 4, 4)
        elif self.hasFocus():
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(self._layout.body.adjusted(2, 0, -2, 0), 6, 6)

    def _paint_label(self, painter: QPainter) -> None:
        """The weight under the pointer, on a small card beside it."""
        if self._edge is None or self._layout is None:
            return
        gap, after, before = self._edge
        if self._layout.columns[gap].summary or self._layout.columns[gap + 1].summary:
            return
        theme, scale = self._theme, self._theme.scale
        w = float(self._drawn_weights(gap)[after, before])
        said = paint.number(w, 3 if abs(w) < 10 else 1)
        font = face(11, 600, scale)
        wide, high = QFontMetricsF(font).horizontalAdvance(said) + 12 * scale, 18 * scale
        x = min(max(self._pointer.x() - wide / 2, 2.0), self.width() - wide - 2)
        card = QRectF(round(x), round(self._pointer.y() - high - 8 * scale), wide, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.positive if w >= 0 else theme.negative, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(card.translated(0.5, 0.5), 4, 4)
        write(painter, card, said, font, theme.text, CENTRE)

    # -- what things are called -----------------------------------------------------------------------------------

    def _short(self, layer: int, unit: int) -> str:
        assert self._picture is not None
        if self._examples is not None:
            names = self._examples.feature_names if layer == 0 else self._examples.class_names
            if len(names) == self._shape[layer][0]:
                return names[unit]
        return words.symbol(self._picture, layer, unit)

    def _name(self, layer: int, unit: int) -> str:
        assert self._picture is not None
        name = self._picture.layers[layer].name
        return self._short(layer, unit) if layer in (0, len(self._picture.layers) - 1) else f"{name}, unit {unit + 1}"

    def _edge_words(self, gap: int, after: int, before: int) -> str:
        assert self._picture is not None and self._layout is not None
        summary = self._layout.columns[gap].summary or self._layout.columns[gap + 1].summary
        return words.edge(self._picture, gap, after, before, self._drawn_weights(gap), summary)
