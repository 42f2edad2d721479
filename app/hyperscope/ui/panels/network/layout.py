"""Where the network's columns and nodes stand on the panel; arithmetic on rectangles, no painting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.network import NetworkPicture

SMALLEST, LARGEST = 16, 64  # pixels; a node's side, at scale 1
WORDS = 62  # pixels at scale 1; a summary card as wide as that has room for its words
APART = 0.88  # of the pitch that two summary cards beside each other may take at the ends
LOOSE = 1.4  # times the usual step from unit to unit, at most
USUAL = 8  # units that fill the height; fewer are no larger


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture has around its nodes, in pixels at scale 1, and how much of its room a node may take: `dense` of
    the pitch, a card `broad`, and `tall` of a unit's height.

    With a `gutter` at the left the buttons for layers stand there, else in the foot. With four `lines` in its head,
    batch norm and activation have one each. Without `legend` someone else says what is under the pointer.
    """

    head: int = 66
    foot: int = 46
    margin: int = 14
    gutter: int = 0
    lines: int = 3
    dense: float = 0.5
    broad: float = 0.66
    tall: float = 0.84
    smallest: int = SMALLEST
    legend: bool = True


ALONE = Frame()


@dataclass(frozen=True, slots=True)
class UnitColumn:
    """One layer: `units` of it in `nodes`, or all of it in one summary card if it is too wide to draw."""

    units: int
    nodes: tuple[QRectF, ...]
    summary: bool

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return self.nodes[0].center().x()

    @property
    def ys(self) -> Array:
        """(n,) the y of each node's middle."""
        return np.array([node.center().y() for node in self.nodes])


@dataclass(frozen=True, slots=True)
class NetworkLayout:
    """The columns, the `body` they stand in, and the `pitch` between their middles, in pixels."""

    columns: tuple[UnitColumn, ...]
    body: QRectF
    pitch: float
    frame: Frame = ALONE

    def node_at(self, x: float, y: float) -> tuple[int, int] | None:
        """(layer, unit) of the node or summary card at a place, or None."""
        for layer, column in enumerate(self.columns):
            if abs(x - column.centre) < self.pitch / 2:
                for unit, node in enumerate(column.nodes):
                    if node.contains(x, y):
                        return layer, unit
        return None


def sizes(picture: NetworkPicture) -> list[int]:
    """How many units each layer has; inputs without pictures are counted by the weights that leave them."""
    counts = []
    for place, layer in enumerate(picture.layers):
        after = picture.layers[place + 1].weights if place + 1 < len(picture.layers) else None
        if layer.weights is not None:
            counts.append(layer.weights.shape[0])
        elif layer.pictures is not None:
            counts.append(len(layer.pictures))
        else:
            counts.append(after.shape[1] if after is not None else 1)
    return counts


def laid_out(
    picture: NetworkPicture, width: float, height: float, scale: float, ratio: float = 1.0, frame: Frame = ALONE
) -> NetworkLayout:
    """The places of all nodes on a panel of `width` × `height` pixels; grows with the room there is.

    Nodes lie on whole device pixels, `ratio` to a pixel, so that their rims are sharp.
    """

    def sharp(v: float) -> float:
        return round(v * ratio) / ratio

    body = QRectF(0, frame.head * scale, width, max(60.0, height - (frame.head + frame.foot) * scale))
    counts, many = sizes(picture), len(picture.layers)
    margin, gutter, smallest = frame.margin * scale, frame.gutter * scale, frame.smallest * scale
    high = min(max(body.height() / USUAL * frame.tall, smallest), LARGEST * scale)
    usual = min(high, max(frame.dense * (width - gutter - 2 * margin) / max(many - 1, 1), smallest))
    loose = min(high / usual, LOOSE)  # what is small for want of width has height to spare
    first, last = gutter + margin + usual / 2, width - margin - usual / 2
    pitch = (last - first) / max(many - 1, 1)
    columns = []
    for place, (layer, units) in enumerate(zip(picture.layers, counts, strict=True)):
        x, ends = first + place * pitch, place in (0, many - 1)
        room = body.height() / units
        if layer.pictures is None or room < smallest + 2 * scale:
            wide, high = min(max(1.7 * usual, WORDS * scale), frame.broad * pitch), min(body.height(), 8 * usual)
            if ends:  # it reaches only inwards, and may not reach the next
                wide = min(wide, (APART * pitch + 0.5 * usual) / 1.5)
            shift = 0.5 * (wide - usual) * (1 if place == 0 else -1 if ends else 0)
            card = QRectF(x - wide / 2 + shift, body.center().y() - high / 2, wide, high)
            columns.append(UnitColumn(units, (card,), True))
            continue
        # space for names below inputs and outputs, and a looser column where there are few
        size = min(usual, room * frame.tall)
        step = min(room, size * loose * (1.7 if ends and units > 1 else 1.4))
        top = body.center().y() - (step * (units - 1) + size) / 2
        size = sharp(size)
        nodes = tuple(QRectF(sharp(x - size / 2), sharp(top + k * step), size, size) for k in range(units))
        columns.append(UnitColumn(units, nodes, False))
    return NetworkLayout(tuple(columns), body, pitch, frame)
