"""A small picture is painted once, and again when it is of something else or lies on other pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from hyperscope.ui.controls.stamp import Stamp


class Drawn:
    """A stamp of a disc on a picture `ratio` device pixels fine, and how often the disc was drawn."""

    def __init__(self, ratio: float = 1.0, kept: int = 1) -> None:
        self.times, self.stamp, self.ratio = 0, Stamp(kept), ratio

    def disc(self, painter: QPainter, place: QRectF) -> None:
        self.times += 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("red"))
        painter.drawEllipse(place)

    def on(self, place: QRectF, *of: object, stamped: bool = True) -> np.ndarray:
        """The picture (height, width, 4), the disc stamped or drawn plainly."""
        image = QImage(round(60 * self.ratio), round(60 * self.ratio), QImage.Format.Format_RGBA8888)
        image.setDevicePixelRatio(self.ratio)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if stamped:
            self.stamp.paint(painter, place, of, self.disc)
        else:
            self.disc(painter, place)
        painter.end()
        return np.array(image.constBits()).reshape(image.height(), -1, 4).astype(int)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("left", [4.0, 4.5, 7.25])
def test_a_stamp_looks_like_what_it_is_of(qapp, ratio, left):
    drawn, place = Drawn(ratio), QRectF(left, 6.5, 36, 36)
    assert np.abs(drawn.on(place) - drawn.on(place, stamped=False)).max() <= 2


def test_what_is_the_same_is_drawn_once(qapp):
    drawn, what = Drawn(), object()
    for _ in range(3):
        drawn.on(QRectF(4.5, 2, 36, 36), what)
    drawn.on(QRectF(14.5, 9, 36, 36), what)  # the same pixels, elsewhere
    assert drawn.times == 1


def test_what_is_another_thing_larger_or_on_other_pixels_is_drawn_again(qapp):
    drawn = Drawn()
    what = [1]
    drawn.on(QRectF(4, 2, 36, 36), what)
    drawn.on(QRectF(4, 2, 36, 36), [1])
    drawn.on(QRectF(4.5, 2, 36, 36), what)
    drawn.on(QRectF(4.5, 2, 30, 30), what)
    assert drawn.times == 4


def test_what_takes_a_size_again_that_it_had_is_not_drawn_again_as_far_as_that_is_kept(qapp):
    drawn, what = Drawn(kept=2), object()
    for side in (36, 30, 36, 30):
        drawn.on(QRectF(4, 2, side, side), what)
    assert drawn.times == 2
    drawn.on(QRectF(4, 2, 26, 26), what)
    drawn.on(QRectF(4, 2, 30, 30), what)
    assert drawn.times == 3
    drawn.on(QRectF(4, 2, 36, 36), what)  # it was not wanted for the longest
    assert drawn.times == 4


def test_another_thing_in_a_size_that_was_kept_is_drawn(qapp):
    drawn, large, small = Drawn(kept=2), QRectF(4, 2, 36, 36), QRectF(4, 2, 30, 30)
    before, after = object(), object()
    for place in (large, small):
        drawn.on(place, before)
    for place in (large, small):
        drawn.on(place, after)
    assert drawn.times == 4
