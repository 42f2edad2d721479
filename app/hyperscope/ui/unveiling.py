"""What is painted anew over a few frames, since all of it at once takes three of them, or more: a page that comes into
sight, takes on other colours, or is laid out anew.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from hyperscope.ui.pacing import frames, on_screen

FRAMES = 3  # in which all of a page is painted
SPENT = 0.008  # s of a frame in which it is changed
KEPT = Qt.WidgetAttribute.WA_OpaquePaintEvent  # nothing is painted below it, so that its pixels stay


class Unveiling(QObject):
    """Has a share of what is on a page painted in each frame, from the left to the right.

    What is drawn or moved there meanwhile is not painted twice.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] = iter(())  # what is to be done before any of it
        self._at_step = False
        self._veiled: list[list[QWidget]] = []  # shares that are still to be seen, the next one first
        self._kept: list[QWidget] = []
        self._changing: QWidget | None = None  # a page of whose change nothing is seen yet
        self._laid_out_first = False  # whether the next frame goes by without any of it
        frames.drawn.connect(self._next)

    @property
    def waits(self) -> bool:
        """Whether something is still to be seen."""
        return bool(self._veiled)

    def begin(self, page: QWidget, steps: Iterable[None] = ()) -> None:
        """Has `page`, which is being shown, painted so, once it is changed by `steps`, a few a frame.

        Until then the ground is seen there. All of it is done now if it is not on screen.
        """
        self.finish()
        self._steps = iter(steps)
        if not on_screen(page):
            self.finish()
            return
        self._veiled = _shares(page)
        self._veil()
        self._next()

    def change(self, page: QWidget, steps: Iterator[None]) -> None:
        """Changes `page`, which is on screen, by `steps`, a few a frame, and has it painted so then.

        Until then its pixels stay where they are, so it is for what keeps its place. A change of it of which nothing is
        seen yet is dropped: `steps` are there instead.
        """
        if page is self._changing:
            self._steps = steps
            return
        self.finish()
        QCoreApplication.sendPostedEvents(page.window(), QEvent.Type.UpdateRequest.value)  # or part of it came too late
        self._steps, self._veiled, self._changing = steps, _shares(page), page
        self._veil()
        self._kept = [one for share in self._veiled for one in share if not one.testAttribute(KEPT)]
        for one in self._kept:
            one.setAttribute(KEPT)

    def keep(self, page: QWidget) -> None:
        """The same for `page` when it is about to be laid out anew, which takes the first frame.

        What takes another place is seen there a little later than what was there goes.
        """
        self.change(page, iter(()))
        self._laid_out_first = True

    def finish(self) -> None:
        """Does what is left, and shows it, at once; not from within a step."""
        if self._at_step:
            return
        self._laid_out_first = False
        self._step()
        while self._veiled:
            self._unveil()

    def _veil(self) -> None:
        for one in (one for share in self._veiled for one in share):
            one.setUpdatesEnabled(False)

    def _next(self) -> None:
        if self._laid_out_first:
            self._laid_out_first = False
            return
        if self._veiled and not self._at_step and self._step(time.perf_counter() + SPENT):
            self._unveil()

    def _step(self, ends: float = math.inf) -> bool:
        """Does what is to be done before, until some time; whether that is all of it."""
        self._at_step = True
        try:
            for _ in self._steps:
                if time.perf_counter() > ends:
                    return False
        finally:
            self._at_step = False
        return True

    def _unveil(self) -> None:
        self._changing = None
        share = [one for one in self._veiled.pop(0) if isValid(one)]  # some may be gone by now
        for one in share:
            if one in self._kept:
                one.setAttribute(KEPT, False)
            one.setUpdatesEnabled(True)
        if not self._veiled:
            self._kept = []


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
