"""The network as pictures: each node the function it computes, each edge its weight; the structure can be changed.

It draws the record `NetworkPicture` and asks for changes by signals; it changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from hyperscope.lab.snapshot import Array, Examples, NetworkPicture, Snapshot
from hyperscope.ui import paint
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels import network_words as words
from hyperscope.ui.panels.network_edges import Edges, bundled, widths
from hyperscope.ui.panels.network_heads import Heads
from hyperscope.ui.panels.network_layout import HEAD, Layout, laid_out, sizes
from hyperscope.ui.theme import LIGHT, Theme

CENTRE = Qt.AlignmentFlag.AlignHCenter
SCALES = (
    "each picture scaled to its own greatest size, edges to their layer's",
    "each picture scaled to its own greatest size",
    "each picture to its own scale",
)
NEAR = 4.0  # pixels; an edge this close to the pointer is meant


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
    node_hovered = Signal(int, int)  # layer, unit; −1, −1 when none is
    foot_needed = Signal(bool)  # whether the foot says what is under the pointer

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: NetworkPicture | None = None
        self._examples: Examples | None = None
        self._layout: Layout | None = None
        self._gaps: list[Edges] = []
        self._strokes: list[QImage] = []
        self._faces: list[list[QImage]] = []
        self._shape: list[tuple[int, bool]] = []
        self._stale = True  # the pictures are older than the record
        self._node: tuple[int, int] | None = None
        self._edge: tuple[int, int, int] | None = None  # gap, unit after, unit before
        self._marked: frozenset[int] = frozenset()  # layers
        self._theme = theme
        self.setAccessibleName("Network")
        self.setAccessibleDescription("Each unit as a picture of its output over the plane; edges show weights")
        self.setMouseTracking(True)
        self.setMinimumSize(260, 240)
        self._heads = Heads(self)
        self._heads.units_wanted.connect(self.units_changed)
        self._heads.batch_norm_pressed.connect(self.batch_norm_cycled)
        self._heads.layer_wanted.connect(self.layer_added)
        self._heads.layer_unwanted.connect(self.layer_removed)
        self.set_theme(theme)

    def draw(self, snapshot: Snapshot) -> None:
        """Takes the newest network; it turns into pictures when the panel is next painted."""
        self._examples = snapshot.views.get("examples", self._examples)
        found = snapshot.views.get("network")
        if found is None:
            return
        captions = [layer.caption for layer in self._picture.layers] if self._picture else []
        self._picture, self._stale = found, True
        shape = list(zip(sizes(found), [layer.pictures is None for layer in found.layers], strict=True))
        if shape != self._shape or captions != [layer.caption for layer in found.layers]:
            self._shape = shape
            self._hover(None, None)
            self._arrange()
            self.update()
        elif self._layout is not None:
            foot = QRectF(0, self.height() - 22 * self._theme.scale, self.width(), 22 * self._theme.scale)
            self.update(QRegion(self._layout.body.adjusted(0, -3, 0, 3).toRect()) + QRegion(foot.toRect()))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._arrange()
        self.update()

    def mark(self, layers: frozenset[int]) -> None:
        """Marks these layers, counted from the inputs, 0, as those that something is happening in."""
        if layers != self._marked:
            self._marked = layers
            self.update()

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

    def foot_line(self) -> str:
        """The sentence at the foot: the equation or weight under the pointer, or a hint."""
        if self._picture is None:
            return ""
        font = QFontMetricsF(face(11, 400, self._theme.scale))
        room = self.width() - 28 * self._theme.scale
        if self._node is not None:
            layer, unit = self._node
            name = self._picture.layers[layer].name
            if self._layout is not None and self._layout.columns[layer].summary:
                return f"{name}: {self._shape[layer][0]} units, too many to draw each; edges show root mean squares"
            start = f"{name}, unit {unit + 1}:  " if self._picture.layers[layer].weights is not None else ""
            return start + words.formula(
                self._picture, layer, unit, lambda said: font.horizontalAdvance(start + said) <= room
            )
        if self._edge is not None:
            return self._edge_words(*self._edge)
        return ""

    # where things are

    def _arrange(self) -> None:
        """Lays columns, edges and buttons out anew: after a change of structure, size or type."""
        self._strokes, self._faces, self._gaps, self._stale = [], [], [], True
        if self._picture is None:
            self._layout = None
            self._heads.arrange(None, None, self._theme, self.height())
            return
        self._layout = laid_out(self._picture, self.width(), self.height(), self._theme.scale, self.devicePixelRatioF())
        self._heads.arrange(self._picture, self._layout, self._theme, self.height())

    def _drawn_weights(self, gap: int) -> Array:
        assert self._picture is not None and self._layout is not None
        weights = self._picture.layers[gap + 1].weights
        columns = self._layout.columns
        if weights is None:
            return np.zeros((len(columns[gap + 1].nodes), len(columns[gap].nodes)))
        return bundled(np.asarray(weights), columns[gap], columns[gap + 1])

    def _render(self) -> None:
        """Turns the newest arrays into images; nothing of this happens while the panel is hidden."""
        assert self._picture is not None and self._layout is not None
        theme, columns, ratio = self._theme, self._layout.columns, self.devicePixelRatioF()
        if not self._gaps:
            self._gaps = [Edges(before, after, ratio, theme.scale) for before, after in pairwise(columns)]
        self._strokes = [edges.picture(self._drawn_weights(k), theme) for k, edges in enumerate(self._gaps)]
        self._faces = []
        last = len(columns) - 1
        for place, (layer, column) in enumerate(zip(self._picture.layers, columns, strict=True)):
            if column.summary:
                after = self._picture.layers[place + 1].weights if place < last else None
                shown = layer.weights if layer.weights is not None else after.T if after is not None else None
                self._faces.append([paint.sign_picture(np.zeros((1, 1)) if shown is None else shown, theme)])
            elif layer.pictures is None:
                self._faces.append([])
            elif place == last:
                of = enumerate(layer.pictures)
                self._faces.append([paint.share_picture(p, theme.class_colour(k), theme.card) for k, p in of])
            else:
                self._faces.append([paint.sign_picture(values, theme) for values in layer.pictures])
        self._stale = False

    # what happens

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._layout is None:
            return
        x, y = event.position().x(), event.position().y()
        node = self._layout.node_at(x, y)
        self._hover(node, None if node else self._edge_at(x, y))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None, None)

    def _edge_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        for gap, edges in enumerate(self._gaps):
            if (near := edges.nearest(x, y)) is not None:
                after, before, away = near
                return (gap, after, before) if away <= NEAR * self._theme.scale else None
        return None

    def _hover(self, node: tuple[int, int] | None, edge: tuple[int, int, int] | None) -> None:
        if (node, edge) == (self._node, self._edge):
            return
        moved = node != self._node
        self._node, self._edge = node, edge
        self.foot_needed.emit(node is not None or edge is not None)
        if moved:
            # nodes are no widgets: the panel's tooltip is that of the node under the pointer
            help = ""
            if node is not None and self._picture is not None:
                help = words.node_help(self._picture, *node, self._name(*node))
            self.setToolTip(help)
            self.node_hovered.emit(*(node or (-1, -1)))
        self.update()

    # how it looks

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        # at ratios like 1.5 a panel may begin between two device pixels, and every rim would blur
        at, ratio = painter.deviceTransform(), self.devicePixelRatioF()
        painter.translate((round(at.dx()) - at.dx()) / ratio, (round(at.dy()) - at.dy()) / ratio)
        if self._picture is None or self._layout is None:
            said = "No network yet. It appears here with the first data set."
            write(painter, QRectF(self.rect()), said, face(12, 400, theme.scale), theme.quiet, CENTRE)
            return
        if self._gaps and self._gaps[0].ratio != self.devicePixelRatioF():
            self._arrange()  # moved to another screen
        if self._stale:
            self._render()
        if event.rect().top() < HEAD * theme.scale - 4:
            self._heads.paint(painter)
        self._paint_marked(painter)
        self._paint_edges(painter)
        self._paint_nodes(painter)
        room = QRectF(14, self.height() - 22 * theme.scale, self.width() - 28, 20 * theme.scale)
        if said := self.foot_line():
            write(painter, room, said, face(11, 400, theme.scale), theme.text, CENTRE)
        else:
            paint.sign_legend(painter, room, theme, SCALES)

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
        """The edges to show alone: those of the node under the pointer, or the one edge there."""
        if self._edge is not None:
            return [self._edge]
        if self._node is None or self._layout is None:
            return []
        layer, unit = self._node
        columns = self._layout.columns
        into = [(layer - 1, unit, k) for k in range(len(columns[layer - 1].nodes))] if layer else []
        onward = range(len(columns[layer + 1].nodes)) if layer + 1 < len(columns) else ()
        return into + [(layer, k, unit) for k in onward]

    def _paint_nodes(self, painter: QPainter) -> None:
        assert self._picture is not None and self._layout is not None
        theme, last = self._theme, len(self._layout.columns) - 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, column in enumerate(self._layout.columns):
            if column.summary:
                self._paint_summary(painter, place)
                continue
            for node, shown in zip(column.nodes, self._faces[place], strict=True):
                painter.drawImage(node, shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, column in enumerate(self._layout.columns):
            if column.summary:
                continue
            for unit, node in enumerate(column.nodes):
                stamp = paint.frame(
                    node.width(),
                    theme.window,
                    theme.class_colour(unit) if place == last else _rim(theme),
                    2.0 * theme.scale if place == last else 1.0,
                    self.devicePixelRatioF(),
                )
                painter.drawPixmap(node.topLeft() - QPointF(2, 2), stamp)
            if place in (0, last):
                self._paint_names(painter, place)
        if self._node is not None:
            layer, unit = self._node
            node = self._layout.columns[layer].nodes[unit]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 2.5 * theme.scale))
            painter.drawRoundedRect(node.adjusted(-1, -1, 1, 1), 4, 4)

    def _paint_names(self, painter: QPainter, place: int) -> None:
        assert self._layout is not None
        theme, column = self._theme, self._layout.columns[place]
        step = column.nodes[1].top() - column.nodes[0].top() if len(column.nodes) > 1 else 99.0
        if place == 0 and len(column.nodes) <= 2:
            step = 99.0
        high = 12 * theme.scale
        fonts = [face(size, 400, theme.scale) for size in (10, 9)]
        for unit, node in enumerate(column.nodes):
            if step - node.height() < high + 2:
                return  # no room between nodes; the tooltip has the name
            half = min(self._layout.pitch * 0.6, node.center().x() - 2, self.width() - node.center().x() - 2)
            rows = 2 if step - node.height() >= 2 * high + 2 else 1
            named = [words.in_short(self._short(place, unit), _within(2 * half, font), rows) for font in fonts]
            # smaller type before fewer words
            said, font = max(zip(named, fonts, strict=True), key=lambda pair: len(" ".join(pair[0]).rstrip("…")))
            above = place == 0 and unit == 0 and len(column.nodes) == 2
            y = node.top() - len(said) * high - 2 if above else node.bottom() + 2
            for row, line in enumerate(said):
                name = QRectF(node.center().x() - half, y + row * high, 2 * half, high)
                write(painter, name, line, font, theme.quiet, CENTRE)

    def _paint_summary(self, painter: QPainter, place: int) -> None:
        """A layer too wide to draw: its weights as a heat map, one row for each unit, and their size in words."""
        assert self._picture is not None and self._layout is not None
        theme, layer, column = self._theme, self._picture.layers[place], self._layout.columns[place]
        card, scale = column.nodes[0], theme.scale
        paint.card(painter, card, theme)
        font, line = face(10, 400, scale), 14 * scale
        room = int(card.width()) - 4
        said = [f"{column.units} {'inputs' if place == 0 else 'units'}"]
        said += in_lines("a row of weights each", QFontMetrics(font), room, 4)
        if layer.weights is not None:
            said.append(f"|w| {words.amount(float(np.nanmean(np.abs(layer.weights))))}")
        if layer.pictures is not None:
            said.append(f"|a| {words.amount(float(np.nanmean(np.abs(layer.pictures))))}")
        picture = card.adjusted(5, 5, -5, -5 - line * len(said))
        painter.drawImage(picture, self._faces[place][0])
        for row, text in enumerate(said):
            at = QRectF(card.left() + 2, picture.bottom() + 3 + row * line, card.width() - 4, line)
            strong = face(10, 600, scale) if row == 0 else font
            write(painter, at, text, strong, theme.text if row == 0 else theme.quiet, CENTRE)

    # what things are called

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
        weights = self._drawn_weights(gap)
        w = float(weights[after, before])
        if self._layout.columns[gap].summary or self._layout.columns[gap + 1].summary:
            return f"root mean square of these weights: {words.amount(w)}"
        ends = words.symbol(self._picture, gap, before), words.symbol(self._picture, gap + 1, after)
        layer = self._picture.layers[gap + 1].name
        most = words.amount(float(np.nanmax(np.abs(weights))))
        return f"{layer}:  weight from {ends[0]} to {ends[1]} = {paint.number(w, 3)}   (greatest here ±{most})"


def _within(room: float, font: QFont) -> Callable[[str], bool]:
    metrics = QFontMetricsF(font)
    return lambda text: metrics.horizontalAdvance(text) <= room


def _rim(theme: Theme) -> QColor:
    return paint.mixed(theme.quiet, theme.window, 0.45)
