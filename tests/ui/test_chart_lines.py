"""The lines of the labs' charts: drawn piece by piece they look like the one path that they are in a vector file."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from hyperscope.ui.panels.common.chart import polyline
from hyperscope.ui.panels.common.overlays import Crowd

WIDE, HIGH = 300, 120


def drawn(draw) -> np.ndarray:
    image = QImage(WIDE, HIGH, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(HIGH, -1)[:, :WIDE].astype(float)


@pytest.mark.parametrize("width", [1.2, 1.8, 4.0])
@pytest.mark.parametrize("rough", [0.0, 12.0])
def test_a_line_by_pieces_looks_like_one_path(qapp, width, rough):
    x = np.linspace(8, WIDE - 8, 40)
    y = HIGH / 2 + 30 * np.sin(x / 40) + np.random.default_rng(3).normal(scale=rough + 1e-9, size=x.size)
    points = [QPointF(*at) for at in zip(x.tolist(), y.tolist(), strict=True)]

    def path(painter: QPainter) -> None:
        pen = QPen(QColor("black"), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(points)

    expected, found = drawn(path), drawn(lambda painter: polyline(painter, points, QColor("black"), width))
    ink = 255 - expected
    assert ink.sum() > 255 * 300
    assert np.abs(found - expected).sum() < 0.08 * ink.sum()
    assert np.mean(found[ink > 200] > 128) == 0  # no gap where pieces meet


@pytest.mark.parametrize("points", [[], [QPointF(5, 5)]])
def test_next_to_no_points_are_no_line(qapp, points):
    assert drawn(lambda painter: polyline(painter, points, QColor("black"), 1.8)).min() > 250


def test_a_label_finds_its_place_beside_lines_that_leave_every_scale(qapp):
    area = QRectF(0, 0, 200, 100)
    x = np.array([10.0, 60.0, 110.0, np.inf, np.nan, 160.0])
    y = np.array([50.0, 50.0, np.inf, 50.0, 50.0, np.nan])
    place = Crowd(area, (x, y)).clear(QPointF(60, 50), QSizeF(30, 12))
    assert area.contains(place)
    assert place == Crowd(area, (x[:2], y[:2])).clear(QPointF(60, 50), QSizeF(30, 12))
