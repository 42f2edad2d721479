"""Lines and polygons: what Qt draws before pyqtgraph is loaded is what pyqtgraph draws then, to the pixel."""

from __future__ import annotations

import sys

import numpy as np
import pyqtgraph
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from hyperscope.ui.panels.common.line import FEW, Line, Scales
from hyperscope.ui.panels.common.plot import Plot
from hyperscope.ui.panels.common.strokes import Floats, pairs, polygon

WIDTH, HEIGHT = 600, 300


def jagged(points: int) -> tuple[Floats, Floats]:
    """A walk with a gap of one point and one of ten."""
    x, y = np.arange(float(points)), np.cumsum(np.random.default_rng(0).normal(size=points))
    y[points // 5], y[points // 2 : points // 2 + 10] = np.nan, np.inf
    return x, y


def picture(line: Line) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    painter = QPainter(image)
    line.paint(painter, Scales(0.0, HEIGHT / 2, WIDTH / max(1, len(line.x)), -HEIGHT / 60))
    painter.end()
    return image


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("pieces", [True, False])
def test_a_line_looks_the_same_before_and_after_pyqtgraph_is_loaded(
    qtbot: object, monkeypatch: pytest.MonkeyPatch, smooth: bool, pieces: bool
) -> None:
    x, y = jagged(FEW // 2)
    line = Line()
    line.look(QColor(20, 80, 200), 1.5, smooth=smooth)
    line.set(*(pairs(x, y) if pieces else (x, y)), pieces=pieces)
    with monkeypatch.context() as without:
        without.delitem(sys.modules, "pyqtgraph")
        before = picture(line)
        assert "pyqtgraph" not in sys.modules
    blank = Line()
    assert picture(line) == before != picture(blank)
    assert "pyqtgraph" in sys.modules


def test_a_long_line_has_pyqtgraph_loaded(qtbot: object, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(pyqtgraph.PlotCurveItem, "paint", lambda *_: made.append("painted"))
    line = Line()
    line.look(QColor(20, 80, 200), 1.5)
    line.set(*jagged(FEW + 1))
    picture(line)
    assert made == ["painted"]


def test_a_plot_paints_its_lines_where_units_are_square(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are not, Qt takes ten times as long."""
    seen: list[tuple[float, float]] = []

    def paint(line: Line, painter: QPainter, scales: Scales) -> None:
        transform = painter.worldTransform()
        seen.append((transform.m11(), transform.m22()))
        placed.append(scales)

    placed: list[Scales] = []
    monkeypatch.setattr(Line, "paint", paint)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(WIDTH, HEIGHT)
    plot.show_curves({"train": (np.array([5.0, 10.0]), np.array([0.0, 2.0]))}, (5.0, 10.0, -2.0, 2.0), ([], []))
    plot.grab()
    area = plot.area()
    assert seen and all(across == down for across, down in seen)
    x0, y0, across, down = placed[-1]
    assert [x0 + across * x for x in (5.0, 10.0)] == pytest.approx([area.left(), area.right()])
    assert [y0 + down * y for y in (-2.0, 2.0)] == pytest.approx([area.bottom(), area.top()])


def test_a_line_that_stays_is_placed_anew_where_its_axes_move(qtbot: QtBot) -> None:
    line = Line()
    line.look(QColor(20, 80, 200), 1.5)
    line.set(np.array([0.0, 50.0]), np.array([0.0, 50.0]))
    images = []
    for factor in (1.0, 2.0, 1.0):
        image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor("white"))
        painter = QPainter(image)
        line.paint(painter, Scales(0.0, 0.0, factor, factor))
        painter.end()
        images.append(image)
    assert images[0] == images[2] != images[1]


@pytest.mark.parametrize("points", [0, 1, 300])
def test_a_polygon_goes_through_its_points(points: int) -> None:
    x, y = np.random.default_rng(1).normal(size=(2, points))
    assert [(point.x(), point.y()) for point in polygon(x, y)] == list(zip(x.tolist(), y.tolist(), strict=True))
