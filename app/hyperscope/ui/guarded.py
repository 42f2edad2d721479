"""Painting that survives any value: what fails is told to whoever hears of faults, and a placeholder stands there.

An exception that leaves a paint event leaves its painter open too, and Qt ends the process for that without a word.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

UNDRAWN = "could not be drawn"

Paint = TypeVar("Paint", bound=Callable[..., None])


def guarded(paint: Paint) -> Paint:
    """A `paintEvent` that cannot fail."""

    @functools.wraps(paint)
    def safely(self: QWidget, *args: Any) -> None:
        if not _succeeds(paint, self, *args):
            surface = self.viewport() if isinstance(self, QAbstractScrollArea) else self
            painter = QPainter(surface)
            _placeholder(painter, surface.rect(), surface.palette())
            painter.end()

    return safely  # type: ignore[return-value]


def guarded_part(paint: Paint) -> Paint:
    """The same for what is handed an open painter: a delegate's `paint`, a header's section, a view's ground.

    The painter comes out as it went in, unless `paint` failed between a `save` and its `restore`.
    """

    @functools.wraps(paint)
    def safely(self: Any, painter: QPainter, *args: Any) -> None:
        painter.save()
        succeeded = _succeeds(paint, self, painter, *args, ended=False)
        painter.restore()
        if not succeeded:
            place = getattr(args[0], "rect", args[0])  # of a delegate's option, or the rectangle itself
            if isinstance(place, QRect):
                _placeholder(painter, place, QPalette())

    return safely  # type: ignore[return-value]


def _succeeds(paint: Callable[..., None], *args: Any, ended: bool = True) -> bool:
    try:
        paint(*args)
    except Exception as problem:
        if ended:
            _end_painters(problem.__traceback__)
        # not raised: Qt called us. The hook prints it, says it in the window, and fails the test that saw it
        sys.excepthook(type(problem), problem, problem.__traceback__)
        return False
    return True


def _end_painters(trace: TracebackType | None) -> None:
    """Ends the painters that the failed functions left open, which would keep any other from painting there."""
    while trace is not None:
        for value in list(trace.tb_frame.f_locals.values()):
            if isinstance(value, QPainter) and value.isActive():
                value.end()
        trace = trace.tb_next


def _placeholder(painter: QPainter, place: QRect, palette: QPalette) -> None:
    painter.fillRect(place, palette.window())
    painter.setPen(palette.placeholderText().color())
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), UNDRAWN)
