"""How the pictures of all sides share a room: beside or above each other, whichever can be read better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QLineF, QRect, QRectF

from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.panels.network.layout import ALONE, WORDS, Frame, laid_out, sizes

BESIDE = Frame(foot=26, margin=7, dense=0.54, broad=0.82, smallest=14, legend=False)
NARROW = replace(BESIDE, head=80, lines=4)
ABOVE = Frame(head=53, foot=4, margin=8, gutter=60, dense=0.56, tall=0.9, smallest=12, legend=False)
GAP = 14  # pixels between the pictures
NODE, BETWEEN, HEAD = 26, 18, 47  # pixels from which on nodes, the gaps between columns, and heads are easy to read
BETTER = 1.1  # times as readable, before pictures lie above each other
LEAST = 0.36  # of the height that a picture with few units has
MOST = 16  # units that are drawn each


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where each picture lies, what frame they have, and how well they can be read: from 1 on, easily."""

    frame: Frame
    places: tuple[QRect, ...]
    readable: float = 1.0

    def between(self, room: QRectF) -> list[QLineF]:
        """The lines that part the pictures in `room`."""
        found = []
        for first, second in pairwise(self.places):
            if self.frame is ABOVE:
                y = (first.bottom() + second.top() + 1) / 2
                found.append(QLineF(room.left() + 8, y, room.right() - 8, y))
            else:
                x = (first.right() + second.left() + 1) / 2
                found.append(QLineF(x, room.top() + 12, x, room.bottom() - 6))
        return found


def best(pictures: Sequence[NetworkPicture | None], room: QRectF, scale: float) -> Arrangement:
    """The way to lay out these networks, None for one that is not known yet, in `room`; one alone has all of it."""
    if len(pictures) == 1:
        return Arrangement(ALONE, (room.toRect(),))
    shapes = [[1, 1] if picture is None else sizes(picture) for picture in pictures]
    gaps = GAP * scale * (len(pictures) - 1)
    # beside each other: as wide as makes columns equally far apart
    columns, edges = [len(shape) - 1 + BESIDE.dense for shape in shapes], 2 * BESIDE.margin * scale
    pitch = (room.width() - gaps - len(pictures) * edges) / sum(columns)
    upright = BESIDE if pitch >= HEAD * scale else NARROW
    across = _parted(room.width(), [edges + of * pitch for of in columns], GAP * scale)
    # above each other: as high as the units of the widest layer need
    outside, most = (ABOVE.head + ABOVE.foot) * scale, [min(max(shape), MOST) for shape in shapes]
    inside = room.height() - gaps - len(pictures) * outside
    shares = [min(max(of / sum(most), LEAST), 1 - LEAST) for of in most]
    down = _parted(room.height(), [outside + of * inside for of in shares], GAP * scale)
    wide, high = round(room.width()), round(room.height())
    ways = (
        (upright, tuple(QRect(at, 0, size, high) for at, size in across)),
        (ABOVE, tuple(QRect(0, at, wide, size) for at, size in down)),
    )
    beside, above = (Arrangement(*way, _readable(pictures, *way, scale)) for way in ways)
    return above if beside.readable < 1 and above.readable > BETTER * beside.readable else beside


def _parted(whole: float, sizes: Sequence[float], gap: float) -> list[tuple[int, int]]:
    """Where each of several parts of a length begins and how long it is, in whole pixels; the last takes the rest."""
    found, at = [], 0.0
    for size in sizes[:-1]:
        found.append((round(at), round(size)))
        at += round(size) + gap
    return [*found, (round(at), round(whole - at))]


def _readable(pictures: Sequence[NetworkPicture | None], frame: Frame, places: Sequence[QRect], scale: float) -> float:
    """How the worst of nodes, gaps, heads and cards compares with what is easy to read, at most 1."""
    found = 1.0
    for picture, place in zip(pictures, places, strict=True):
        if picture is None:
            continue
        layout = laid_out(picture, place.width(), place.height(), scale, 1.0, frame)
        found = min(found, (layout.pitch / (HEAD * scale)) ** 2)  # nothing else suffers as much
        for column, layer in zip(layout.columns, picture.layers, strict=True):
            size = column.nodes[0].width()
            if column.summary:
                found = min(found, size / (WORDS * scale) if layer.pictures is None else 0.1)
            else:
                found = min(found, size / (NODE * scale), (layout.pitch - size) / (BETWEEN * scale))
    return found
