"""The network's nodes drawn: a picture each with its rim and name, a card for a layer too wide, and lit levels.

It knows where nodes are and what they show, and nothing of pointers, edges or buttons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QImage, QPainter

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.ui import paint
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.paint import face, fitting, write
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.layout import NetworkLayout, UnitColumn
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import Theme

CENTRE = Qt.AlignmentFlag.AlignHCenter
BRIGHT = 0.98  # quantile of |w| that has the full colour on a heat map; the few above would make the rest pale
TILES, ROWS = 3, 10  # columns and rows of small pictures of weights on a card
PICTURE = 0.4  # of a summary card that its picture has at least
WELL = "none dead"
FADED = 0.3  # opacity of a node's picture under its number
Named = Callable[[int, int], str]


def faces(
    picture: NetworkPicture, layout: NetworkLayout, theme: Theme, levels: tuple[Array, ...] | None
) -> list[list[QImage]]:
    """The image of each node of each layer; of a layer in one card a heat map of its weights, or of its `levels`."""
    made: list[list[QImage]] = []
    last = len(layout.columns) - 1
    for place, (layer, column) in enumerate(zip(picture.layers, layout.columns, strict=True)):
        if column.summary:
            lit = None if levels is None else grid(levels[place])[::-1]
            made.append([heat_map(picture, place, theme) if lit is None else paint.sign_picture(lit, theme)])
        elif layer.pictures is None:
            made.append([])
        elif place == last:
            of = enumerate(layer.pictures)
            made.append([paint.share_picture(p, theme.class_colour(k), theme.card) for k, p in of])
        else:
            made.append(paint.sign_pictures(layer.pictures, theme))
    return made


def heat_map(picture: NetworkPicture, place: int, theme: Theme) -> QImage:
    """The weights of a whole layer: a row for each unit, or small square pictures where they come from pixels."""
    layer = picture.layers[place]
    after = picture.layers[place + 1].weights if place + 1 < len(picture.layers) else None
    shown = layer.weights if layer.weights is not None else after.T if after is not None else None
    if shown is None:
        return paint.sign_picture(np.zeros((1, 1)), theme)
    side = pixels_side(picture, place)
    if side and layer.weights is not None:
        return paint.sign_picture(tiles(layer.weights, side)[::-1], theme, 1.0)
    if side:
        strength = np.sqrt(np.mean(np.square(np.nan_to_num(shown)), axis=1)).reshape(side, side)
        return paint.sign_picture(strength[::-1], theme)
    return paint.sign_picture(shown, theme, _bright(shown))


def pixels_side(picture: NetworkPicture, place: int) -> int:
    """The side of the square image that a layer looks at, or that the inputs are; 0 where there is none.

    Inputs too wide to draw whose number is a square are taken for pixels, row by row.
    """
    if place > 1 or picture.layers[0].pictures is not None or len(picture.layers) < 2:
        return 0
    weights = picture.layers[1].weights
    n = 0 if weights is None else weights.shape[1]
    side = round(n**0.5)
    return side if side * side == n and side > 3 else 0


def tiles(weights: Array, side: int, most: int = ROWS * TILES) -> Array:
    """The incoming weights of the strongest units as squares of `side`, TILES in a row, each to its own greatest.

    Top row first, blank lines between.
    """
    weights = np.nan_to_num(np.asarray(weights, np.float32))
    chosen = np.sort(np.argsort(-np.square(weights).sum(axis=1), kind="stable")[:most])
    rows = -(-len(chosen) // TILES)
    canvas = np.zeros((rows * (side + 1) - 1, TILES * (side + 1) - 1), np.float32)
    for place, unit in enumerate(chosen.tolist()):
        top, left = place // TILES * (side + 1), place % TILES * (side + 1)
        own = weights[unit].reshape(side, side)
        canvas[top : top + side, left : left + side] = own / max(float(np.abs(own).max()), 1e-30)
    return canvas


def grid(values: Array) -> Array:
    """Outputs (n,) as a picture as square as can be, row by row from the top; pixels come out as their image."""
    wide = math.ceil(len(values) ** 0.5)
    canvas = np.zeros((-(-len(values) // wide), wide), np.float32)
    canvas.ravel()[: len(values)] = values
    return canvas


def _bright(values: Array) -> float:
    found = np.abs(np.nan_to_num(values))
    return float(np.quantile(found, BRIGHT)) if found.size else 0.0


class Nodes:
    """Paints the nodes of one picture; `levels` holds the outputs to show on them, one array a layer, or None."""

    def __init__(
        self,
        painter: QPainter,
        theme: Theme,
        picture: NetworkPicture,
        layout: NetworkLayout,
        images: Sequence[Sequence[QImage]],
        width: float,
    ) -> None:
        self._painter, self._theme, self._picture, self._layout = painter, theme, picture, layout
        self._images, self._width = images, width

    def paint(self, ratio: float, named: Named, levels: tuple[Array, ...] | None) -> None:
        """Draws all of them, at `ratio` device pixels to a pixel; `named(layer, unit)` is what stands below."""
        painter, theme, last = self._painter, self._theme, len(self._layout.columns) - 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, column in enumerate(self._layout.columns):
            if column.summary:
                self._summary(place, None if levels is None else levels[place])
                continue
            if levels is not None:
                painter.setOpacity(FADED)
            for node, shown in zip(column.nodes, self._images[place], strict=True):
                painter.drawImage(node, shown)
            painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, column in enumerate(self._layout.columns):
            if column.summary:
                continue
            for unit, node in enumerate(column.nodes):
                rim = theme.class_colour(unit) if place == last else _rim(theme)
                wide = 2.0 * theme.scale if place == last else 1.0
                stamp = paint.frame(node.width(), theme.window, rim, wide, ratio)
                painter.drawPixmap(node.topLeft() - QPointF(2, 2), stamp)
            if place in (0, last):
                self._names(place, column, named)
            if levels is not None:
                self._levels(place, column, levels[place])

    def _levels(self, place: int, column: UnitColumn, values: Array) -> None:
        """Each output as a number, and as a bar from the node's middle to the right or left; shares from the left."""
        painter, theme, scale = self._painter, self._theme, self._theme.scale
        most = float(np.abs(np.nan_to_num(values)).max(initial=0)) or 1.0
        share = place == len(self._layout.columns) - 1
        for unit, node in enumerate(column.nodes):
            value = float(values[unit]) if unit < len(values) else 0.0
            if not np.isfinite(value):
                continue
            high = max(2.0, 3 * scale)
            bar = QRectF(node.left() + 2, node.bottom() - high - 2, node.width() - 4, high)
            painter.fillRect(bar, theme.control)
            if share:
                bar.setWidth(bar.width() * min(1.0, max(0.0, value)))
                colour = theme.class_colour(unit)
            else:
                reach = bar.width() / 2 * value / most
                bar = QRectF(bar.center().x(), bar.top(), reach, high).normalized()
                colour = theme.positive if value >= 0 else theme.negative
            painter.fillRect(bar, colour)
            font = face(10 if node.width() >= 30 * scale else 8, 600, scale)
            said = f"{value:.2f}".removeprefix("0") if share else level(value)
            at = QRectF(node.left() - 4, node.top(), node.width() + 8, node.height() - high - 2)
            write(painter, at, said, font, theme.text, CENTRE)

    def _names(self, place: int, column: UnitColumn, named: Named) -> None:
        theme = self._theme
        step = column.nodes[1].top() - column.nodes[0].top() if len(column.nodes) > 1 else 99.0
        if place == 0 and len(column.nodes) <= 2:
            step = 99.0
        high = 12 * theme.scale
        fonts = [face(size, 400, theme.scale) for size in (10, 9, 8)]
        if step - column.nodes[0].height() < high + 2:
            return  # no room between nodes; the tooltip has the name
        full = [named(place, unit) for unit in range(len(column.nodes))]
        halves = [
            min(self._layout.pitch * 0.6, node.center().x() - 2, self._width - node.center().x() - 2)
            for node in column.nodes
        ]
        room = _within(2 * min(halves), fonts[1])
        if len({tuple(words.in_short(name, room, 1)) for name in full}) < len(set(full)):
            full = [name.split()[-1] for name in full]  # "class 1" and "class 2" would both be "class"
        rows = 2 if step - column.nodes[0].height() >= 2 * high + 2 else 1
        tried = [
            [words.in_short(name, _within(2 * half, font), rows) for name, half in zip(full, halves, strict=True)]
            for font in fonts
        ]
        # smaller type, of the whole column, before fewer words
        names, font = max(zip(tried, fonts, strict=True), key=lambda pair: _length(pair[0]))
        metrics = QFontMetricsF(font)
        for unit, (node, half, said) in enumerate(zip(column.nodes, halves, names, strict=True)):
            above = place == 0 and unit == 0 and len(column.nodes) == 2
            y = node.top() - len(said) * high - 2 if above else node.bottom() + 2
            for row, line in enumerate(said):
                name = QRectF(node.center().x() - half, y + row * high, 2 * half, high)
                self._ground(name, metrics.horizontalAdvance(line))
                write(self._painter, name, line, font, theme.quiet, CENTRE)

    def _ground(self, room: QRectF, wide: float) -> None:
        """Has the edges under `wide` pixels of text in the middle of `room` recede, so that it can be read."""
        ground = QColor(self._theme.window)
        ground.setAlphaF(0.72)
        self._painter.fillRect(QRectF(room.center().x() - wide / 2 - 1, room.top(), wide + 2, room.height()), ground)

    def _summary(self, place: int, values: Array | None) -> None:
        """A layer too wide to draw: its weights or the outputs shown as a heat map, and what they come to in words."""
        painter, theme, scale = self._painter, self._theme, self._theme.scale
        layer, column = self._picture.layers[place], self._layout.columns[place]
        card = column.nodes[0]
        paint.card(painter, card, theme)
        font, strong_font, line = face(10, 400, scale), face(10, 600, scale), 14 * scale
        room = int(card.width()) - 4
        side = pixels_side(self._picture, place)
        strong, quiet = summary_words(layer, column.units, place, side)
        if values is not None:
            most = float(np.abs(np.nan_to_num(values)).max(initial=0))
            quiet = ["this input" if place == 0 else "what each answers", f"up to ±{words.amount(most)}"]
        most_lines = int((1 - PICTURE) * card.height() / line)
        said = [
            paint.fitting((strong, strong.split()[0]), strong_font, room),
            *summary_lines(quiet, QFontMetrics(font), room, most_lines - 1),
        ]
        picture = card.adjusted(5, 5, -5, -5 - line * len(said))
        shown = self._images[place][0]
        if side or values is not None:  # pixels stay square
            tall = min(picture.height(), picture.width() * shown.height() / shown.width())
            wide = tall * shown.width() / shown.height()
            picture = QRectF(picture.center().x() - wide / 2, picture.top() + (picture.height() - tall) / 2, wide, tall)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(picture, shown)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        top = card.bottom() - 2 - line * len(said)
        for row, text in enumerate(said):
            at = QRectF(card.left() + 2, top + row * line, card.width() - 4, line)
            bold = strong_font if row == 0 else font
            if row == 0:
                text = fitting((text, text.replace("inputs", "in"), str(column.units)), bold, at.width())
            write(painter, at, text, bold, theme.text if row == 0 else theme.quiet, CENTRE)


def summary_words(layer: LayerPicture, units: int, place: int, side: int) -> tuple[str, list[str]]:
    """What stands below the heat map of a layer too wide to draw: how many units, then what is shown and measured."""
    if place == 0:
        return f"{units} inputs", ["|w| of each pixel" if side else "a row each"]
    shown = min(units, ROWS * TILES)
    said = [f"{shown} shown" if side else "a row each"]
    if layer.summary is not None:
        said += [f"‖W‖ {words.amount(layer.summary.norm)}", f"|a| {words.amount(layer.summary.activity)}"]
        said += [f"{layer.summary.dead} dead"] if layer.summary.dead else [WELL]
    elif layer.weights is not None:
        said += [f"|w| {words.amount(float(np.nanmean(np.abs(layer.weights))))}"]
    return f"{units} units", said


def summary_lines(quiet: list[str], metrics: QFontMetrics, room: int, most: int) -> list[str]:
    """As much of what is said below a heat map as `most` lines of `room` pixels hold: how to read the map goes first,
    then that all is well, then the measures."""
    fewer = [[said for said in quiet[begin:] if said != WELL] for begin in range(1, len(quiet) + 1)]
    for choice in (quiet, quiet[1:], *fewer):
        lines = [part for said in choice for part in in_lines(said, metrics, room, 4)]
        if len(lines) <= most:
            return lines
    return []


def level(value: float) -> str:
    """An output in at most four characters and a sign."""
    size = abs(value)
    said = f"{size:.0f}" if size >= 10 else f"{size:.1f}" if size >= 1 else f"{size:.2f}".removeprefix("0")
    said = "0" if said == ".00" else said
    return said if value >= 0 or said == "0" else "−" + said


def _length(names: list[list[str]]) -> int:
    """How many letters there are in all."""
    return sum(len(" ".join(lines).rstrip("…")) for lines in names)


def _within(room: float, font: QFont) -> Callable[[str], bool]:
    metrics = QFontMetricsF(font)
    return lambda text: metrics.horizontalAdvance(text) <= room


def _rim(theme: Theme) -> QColor:
    return mixed(theme.window, theme.quiet, 0.45)
