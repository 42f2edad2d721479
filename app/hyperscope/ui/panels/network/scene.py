"""The network as it is drawn: the newest record, where its parts lie, what of it is pointed at, and the painting.

It knows no widget; the panel tells it the size, and what the pointer and the keyboard are on.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui import paint
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.edges import Edges, bundled, widths
from hyperscope.ui.panels.network.foot import Foot
from hyperscope.ui.panels.network.layout import ALONE, NetworkLayout, laid_out, sizes
from hyperscope.ui.panels.network.nodes import Nodes, faces
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT, Theme

NEAR = 4.0  # pixels; an edge this close to a place is meant
DIM = 0.22  # opacity of the other edges while some are lit
FOOT = 22  # pixels
Node = tuple[int, int]  # layer, counted from the inputs, and unit
Edge = tuple[int, int, int]  # gap between layers, unit after, unit before


class Scene:
    """What a network panel shows: `node` and `edge` are pointed at, `chosen` and `lit_edge` are being set, `fellow` is
    pointed at in a twin, and in the layers `marked` something is happening.
    """

    def __init__(self) -> None:
        self.picture: NetworkPicture | None = None
        self.examples: Examples | None = None
        self.layout: NetworkLayout | None = None
        self.gaps: list[Edges] = []
        self.weights: list[Array] = []  # as drawn
        self.node: Node | None = None
        self.edge: Edge | None = None
        self.chosen: Node | None = None
        self.fellow: Node | None = None
        self.lit_edge: Edge | None = None
        self.marked: frozenset[int] = frozenset()
        self.frame = ALONE
        self.foot = Foot()
        self.foot_width = 0.0  # pixels of the line at the foot; 0: as wide as the picture
        self.label = ""  # which input the levels are of
        self.faces: list[list[QImage]] = []
        self._strokes: list[QImage] = []
        self._levels: tuple[Array, ...] | None = None
        self._shape: list[tuple[int, bool]] = []
        self._captions: list[str] = []
        self._stale = True  # the images are older than the record
        self._theme = LIGHT
        self._size = (0, 0, 1.0)  # pixels, and device pixels to a pixel

    # -- what is shown --------------------------------------------------------------------------------------------

    def take(self, picture: NetworkPicture) -> tuple[bool, bool]:
        """Takes the newest record; whether it has other layers or widths, and whether other captions."""
        shape = list(zip(sizes(picture), [layer.pictures is None for layer in picture.layers], strict=True))
        captions = [layer.caption for layer in picture.layers]
        reshaped, renamed = shape != self._shape, captions != self._captions
        self.picture, self._stale = picture, True
        self._shape, self._captions = shape, captions
        return reshaped, renamed

    def light(self, values: tuple[Array, ...] | None, label: str) -> None:
        """Takes the levels to show on the nodes, one array a layer, or none."""
        self._levels = None if values is None else tuple(np.asarray(v, float).ravel() for v in values)
        self.label, self._stale = label if values is not None else "", True

    @property
    def levels(self) -> tuple[Array, ...] | None:
        """The outputs shown on the nodes, None while there are none or they do not fit the network."""
        if self._levels is None or [len(v) for v in self._levels] != self.widths:
            return None
        return self._levels

    @property
    def widths(self) -> list[int]:
        """Units of each layer, inputs first."""
        return [units for units, _ in self._shape]

    @property
    def pointed(self) -> bool:
        """Whether something is pointed at."""
        return self.node is not None or self.edge is not None

    @property
    def foot_room(self) -> QRectF:
        """The line at the foot."""
        width, height, _ = self._size
        scale = self._theme.scale
        return QRectF(14, height - FOOT * scale, (self.foot_width or width) - 28, (FOOT - 2) * scale)

    def said(self) -> str:
        """What the foot says, as rich text: the equation or weight pointed at, or which input is lit."""
        if self.picture is None or self.layout is None:
            return ""
        if self.node is not None:
            layer, unit = self.node
            if self.layout.columns[layer].summary:
                name = self.picture.layers[layer].name
                return f"{name}: {self._shape[layer][0]} units, too many to draw each; edges show root mean squares"
            return self.foot.equation(self.picture, layer, unit, self.foot_room.width(), self._theme)
        if self.edge is not None:
            gap, after, before = self.edge
            return words.edge(self.picture, gap, after, before, self.drawn(gap), self.summed(gap))
        return self.label if self.levels is not None else ""

    # -- where things are -----------------------------------------------------------------------------------------

    def arrange(self, width: int, height: int, theme: Theme, ratio: float) -> None:
        """Lays columns and edges out anew: after a change of structure, size or type."""
        self._strokes, self.faces, self.gaps, self._stale = [], [], [], True
        self._size, self._theme = (width, height, ratio), theme
        self.layout = None
        if self.picture is not None:
            self.layout = laid_out(self.picture, width, height, theme.scale, ratio, self.frame)

    def has(self, node: Node | None) -> bool:
        """Whether the layout has this node; of a layer in one summary card the first."""
        if node is None or self.layout is None:
            return False
        layer, unit = node
        return layer < len(self.layout.columns) and unit < len(self.layout.columns[layer].nodes)

    def _joins(self, edge: Edge | None) -> bool:
        """Whether an edge ends at nodes that there are."""
        return edge is not None and self.has((edge[0] + 1, edge[1])) and self.has((edge[0], edge[2]))

    @property
    def lost(self) -> bool:
        """Whether what is pointed at is not drawn any more: with less room a layer becomes one summary card."""
        return (self.node is not None and not self.has(self.node)) or (
            self.edge is not None and not self._joins(self.edge)
        )

    def summed(self, gap: int) -> bool:
        """Whether each line of a gap stands for many weights."""
        assert self.layout is not None
        return self.layout.columns[gap].summary or self.layout.columns[gap + 1].summary

    def drawn(self, gap: int, by: Array | None = None) -> Array:
        """The weights of a gap as drawn, each times the output `by` (n_before,) that it carries."""
        assert self.picture is not None and self.layout is not None
        weights = self.picture.layers[gap + 1].weights
        columns = self.layout.columns
        if weights is None:
            return np.zeros((len(columns[gap + 1].nodes), len(columns[gap].nodes)))
        weights = np.asarray(weights) if by is None else np.asarray(weights) * by
        return bundled(weights, columns[gap], columns[gap + 1])

    def unit_fixed(self, layer: int) -> str:
        """Why the numbers of a layer's units cannot be set, or ""."""
        assert self.picture is not None and self.layout is not None
        of = self.picture.layers[layer]
        if layer == 0:
            return "inputs come from the data; the weights on the edges that leave them can be set"
        if self.layout.columns[layer].summary:
            return f"{of.name} is too wide to draw each unit; with 16 units or fewer each number can be set"
        return of.fixed

    def weight_fixed(self, gap: int) -> str:
        """Why the weights of a gap cannot be set, or ""."""
        assert self.picture is not None and self.layout is not None
        columns = self.layout.columns
        if self.summed(gap):
            many = columns[gap].units if columns[gap].summary else 1
            many *= columns[gap + 1].units if columns[gap + 1].summary else 1
            return f"this line stands for {many} weights; with 16 units or fewer each can be set"
        return self.picture.layers[gap + 1].fixed

    def edge_at(self, x: float, y: float) -> Edge | None:
        """The edge at a place: of those within NEAR pixels the one whose rim is nearest."""
        for gap, edges in enumerate(self.gaps):
            wide = widths(self.drawn(gap)) * self._theme.scale if edges.spans(x) else None
            if wide is not None and (near := edges.nearest(x, y, wide)) is not None:
                after, before, away = near
                return (gap, after, before) if away <= NEAR * self._theme.scale else None
        return None

    def stepped(self, across: int, down: int) -> Node:
        """The node that lies so many columns and units on from the one pointed at; from none, the first."""
        assert self.layout is not None
        if self.node is None:
            return 0, 0
        layer, unit = self.node
        columns = self.layout.columns
        to = min(max(layer + across, 0), len(columns) - 1)
        if to != layer:  # the one that lies nearest
            unit = int(np.abs(columns[to].ys - columns[layer].ys[unit]).argmin())
        return to, min(max(unit + down, 0), len(columns[to].nodes) - 1)

    def short(self, layer: int, unit: int) -> str:
        """A node's name as it stands below it."""
        assert self.picture is not None
        if self.examples is not None:
            names = self.examples.feature_names if layer == 0 else self.examples.class_names
            if len(names) == self._shape[layer][0]:
                return names[unit]
        return words.symbol(self.picture, layer, unit)

    @property
    def scaling(self) -> tuple[tuple[float, float], ...]:
        """μ and σ of each input, if they are standardised."""
        found = self.examples.scaling if self.examples is not None else ()
        return found if len(found) == self._shape[0][0] else ()  # examples and network may come one after the other

    def name(self, layer: int, unit: int) -> str:
        """A node's name in full."""
        assert self.picture is not None
        name = self.picture.layers[layer].name
        return self.short(layer, unit) if layer in (0, len(self.picture.layers) - 1) else f"{name}, unit {unit + 1}"

    # -- how it looks ---------------------------------------------------------------------------------------------

    def render(self) -> bool:
        """Turns the newest arrays into images where that has not been done; whether it had not."""
        if not self._stale:
            return False
        assert self.picture is not None and self.layout is not None
        theme, ratio, levels = self._theme, self._size[2], self.levels
        if not self.gaps:
            self.gaps = [Edges(before, after, ratio, theme.scale) for before, after in pairwise(self.layout.columns)]
        self.weights = [self.drawn(gap) for gap in range(len(self.gaps))]
        carried = [None if levels is None else self.drawn(gap, levels[gap]) for gap in range(len(self.gaps))]
        self._strokes = [
            edges.picture(w, theme, strength)
            for edges, w, strength in zip(self.gaps, self.weights, carried, strict=True)
        ]
        self.faces = faces(self.picture, self.layout, theme, levels)
        self._stale = False
        return True

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Draws all but the heads; `focused` while the keyboard is on the network."""
        assert self.picture is not None and self.layout is not None
        self._paint_marked(painter)
        self._paint_edges(painter)
        nodes = Nodes(painter, self._theme, self.picture, self.layout, self.faces, self._size[0])
        nodes.paint(self._size[2], self.short, self.levels)
        self._paint_chosen(painter, focused)
        if self.frame.legend:
            self.foot.paint(painter, self.foot_room, self.said(), self._theme)

    def _paint_marked(self, painter: QPainter) -> None:
        assert self.layout is not None
        theme, reach = self._theme, 9 * self._theme.scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.window, theme.accent, 0.16))
        for layer in self.marked:
            if layer < len(self.layout.columns):
                nodes = self.layout.columns[layer].nodes
                around = nodes[0].united(nodes[-1]).adjusted(-reach, -reach, reach, reach)
                painter.drawRoundedRect(around, 8, 8)

    def _paint_edges(self, painter: QPainter) -> None:
        lit, theme = self._lit(), self._theme
        painter.setOpacity(DIM if lit else 1.0)
        for edges, stroke in zip(self.gaps, self._strokes, strict=True):
            painter.drawImage(edges.box.topLeft(), stroke)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for gap, after, before in lit:
            weights = self.weights[gap]
            w, width = float(weights[after, before]), float(widths(weights)[after, before])
            colour = theme.quiet if self.summed(gap) else theme.positive if w >= 0 else theme.negative
            least = 1.5 if len(lit) == 1 else 0.7  # one alone is to be seen however small its weight
            pen = QPen(colour, max(width, least) * theme.scale)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPath(self.gaps[gap].path(after, before))

    def _lit(self) -> list[Edge]:
        """The edges to show alone: those of the node pointed at, or the one edge pointed at or being set."""
        if self.edge is not None:
            return [self.edge]
        if self.node is None or self.layout is None:
            return [self.lit_edge] if self.lit_edge is not None and self._joins(self.lit_edge) else []
        layer, unit = self.node
        columns = self.layout.columns
        into = [(layer - 1, unit, k) for k in range(len(columns[layer - 1].nodes))] if layer else []
        onward = range(len(columns[layer + 1].nodes)) if layer + 1 < len(columns) else ()
        return into + [(layer, k, unit) for k in onward]

    def _paint_chosen(self, painter: QPainter, focused: bool) -> None:
        """A ring around the node pointed at, here or in a twin, or being set; else around all with the keyboard."""
        assert self.layout is not None
        theme, chosen = self._theme, self.node or self.chosen or self.fellow
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen is not None and chosen[0] < len(self.layout.columns):
            nodes = self.layout.columns[chosen[0]].nodes
            painter.setPen(QPen(theme.accent, 2.5 * theme.scale))
            painter.drawRoundedRect(nodes[min(chosen[1], len(nodes) - 1)].adjusted(-1, -1, 1, 1), 4, 4)
        elif focused:
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(self.layout.body.adjusted(2, 0, -2, 0), 6, 6)

    def paint_label(self, painter: QPainter, pointer: QPointF) -> None:
        """The weight pointed at, on a small card above the pointer."""
        if self.edge is None or self.layout is None or self.summed(self.edge[0]):
            return
        gap, after, before = self.edge
        theme, scale = self._theme, self._theme.scale
        w = float(self.drawn(gap)[after, before])
        said = paint.number(w, 3 if abs(w) < 10 else 1)
        font = face(11, 600, scale)
        wide, high = QFontMetricsF(font).horizontalAdvance(said) + 12 * scale, 18 * scale
        x = min(max(pointer.x() - wide / 2, 2.0), self._size[0] - wide - 2)
        card = QRectF(round(x), round(pointer.y() - high - 8 * scale), wide, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.positive if w >= 0 else theme.negative, 1))
        painter.setBrush(theme.card)
        painter.drawRoundedRect(card.translated(0.5, 0.5), 4, 4)
        write(painter, card, said, font, theme.text, Qt.AlignmentFlag.AlignHCenter)
