"""A page that comes into sight, painted over a few frames: all of it at once takes three of them, or more."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from hyperscope.ui.pacing import frames, on_screen

FRAMES = 3  # in which all of a page is painted


class Unveiling(QObject):
    """Has a share of what is on a page painted in each frame, from its top left; until then the ground is seen there.

    What is drawn or moved meanwhile is not painted twice.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._veiled: list[list[QWidget]] = []  # shares that are still to be seen, the next one first
        frames.drawn.connect(self._next)

    @property
    def waits(self) -> bool:
        """Whether something is still to be seen."""
        return bool(self._veiled)

    def begin(self, page: QWidget) -> None:
        """Has `page`, which is being shown, painted so, if it is on screen."""
        self.finish()
        if not on_screen(page):
            return
        _, *self._veiled = _shares(page)
        for widget in (one for share in self._veiled for one in share):
            widget.setUpdatesEnabled(False)

    def finish(self) -> None:
        """Shows what is left at once."""
        while self._veiled:
            self._next()

    def _next(self) -> None:
        for widget in self._veiled.pop(0) if self._veiled else ():
            if isValid(widget):  # it may be gone by now
                widget.setUpdatesEnabled(True)


def _shares(page: QWidget) -> list[list[QWidget]]:
    """What is on `page` in shares that take about the same time to paint."""
    inside = _inside(page)
    area = inside[page] / max(1, page.width() * page.height())  # a widget's worth of each pixel
    weights = {page: _weight(page, inside, area)}
    whole = weights[page]
    while True:
        heaviest = max(weights, key=weights.__getitem__)
        parts = _parts(heaviest)
        if weights[heaviest] <= whole / FRAMES or not parts:
            break
        del weights[heaviest]
        weights |= {one: _weight(one, inside, area) for one in parts}
    shares: list[list[QWidget]] = [[]]
    so_far = 0.0
    for one in sorted(weights, key=lambda one: _place(one, page)):
        if so_far >= whole * len(shares) / FRAMES:
            shares.append([])
        shares[-1].append(one)
        so_far += weights[one]
    return shares


def _inside(page: QWidget) -> dict[QWidget, int]:
    """How many widgets are seen in each that is seen on `page`, itself with them."""
    counts: dict[QWidget, int] = {}

    def count(widget: QWidget) -> int:
        counts[widget] = 1 + sum(map(count, _parts(widget)))
        return counts[widget]

    count(page)
    return counts


def _weight(widget: QWidget, inside: dict[QWidget, int], area: float) -> float:
    """How long it takes to paint: the longer, the more widgets are in it and the larger it is."""
    return inside[widget] + area * widget.width() * widget.height()


def _parts(widget: QWidget) -> list[QWidget]:
    return [one for one in widget.children() if isinstance(one, QWidget) and one.isVisible() and not one.isWindow()]


def _place(widget: QWidget, page: QWidget) -> tuple[int, int]:
    at = widget.mapTo(page, widget.rect().topLeft())
    return at.x(), at.y()
