"""The painting surface and its row of brushes: what pointer and keys leave on the plane, and what they say."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hyperscope.lab.experiment.painted import MOST, NO_POINTS, Points
from hyperscope.ui.panels.map.brush import ERASE, FINE, MOVE, PAINT, BrushSurface
from hyperscope.ui.panels.map.brush_row import BrushRow
from hyperscope.ui.theme import DARK, LIGHT, scaled

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SIDE = 300
HALF = 3.0


@pytest.fixture
def surface(qtbot: QtBot) -> BrushSurface:
    made = BrushSurface(None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(SIDE, SIDE)
    made.set_extent((-HALF, HALF, -HALF, HALF))
    made.show()
    made.setFocus()
    return made


def pixel(x: float, y: float) -> QPoint:
    return QPoint(round((x + HALF) / (2 * HALF) * SIDE), round((HALF - y) / (2 * HALF) * SIDE))


def stroke(qtbot: QtBot, surface: BrushSurface, *places: tuple[float, float], button=LEFT) -> None:
    qtbot.mousePress(surface, button, pos=pixel(*places[0]))
    for place in places[1:]:
        qtbot.mouseMove(surface, pixel(*place))
    qtbot.mouseRelease(surface, button, pos=pixel(*places[-1]))


def on_a_line(count: int) -> Points:
    return NO_POINTS.added(np.stack([np.linspace(-2, 2, count), np.zeros(count)]), 0)


def test_a_click_with_a_fine_brush_leaves_one_point_there(surface, qtbot):
    surface.set_radius(FINE)
    surface.choose(PAINT, 2)
    stroke(qtbot, surface, (1.0, -2.0))
    assert surface.points.y.tolist() == [2]
    assert surface.points.x[:, 0] == pytest.approx([1.0, -2.0], abs=0.02)


def test_a_stroke_leaves_points_all_along_however_few_moves_there_were(surface, qtbot):
    stroke(qtbot, surface, (-2.0, 1.0), (2.0, 1.0))
    x = np.sort(surface.points.x[0])
    assert len(x) > 30
    assert np.diff(x).max() < 0.4
    assert np.abs(surface.points.x[1] - 1.0).max() <= surface.radius + 0.02


def test_a_larger_brush_sprays_more_points_farther(surface, qtbot):
    surface.set_radius(0.2)
    stroke(qtbot, surface, (0.0, 0.0))
    few = len(surface.points)
    surface.set_points(NO_POINTS)
    surface.set_radius(0.9)
    stroke(qtbot, surface, (0.0, 0.0))
    assert len(surface.points) > 5 * few
    assert np.hypot(*surface.points.x).max() > 0.5


def test_nothing_is_painted_outside_the_picture(surface, qtbot):
    surface.set_radius(1.0)
    stroke(qtbot, surface, (2.9, 2.9), (4.0, 4.0))
    assert np.abs(surface.points.x).max() <= HALF


def test_the_right_button_erases_whatever_the_tool(surface, qtbot):
    surface.set_points(on_a_line(41))
    stroke(qtbot, surface, (-1.0, 0.0), (1.0, 0.0), button=RIGHT)
    assert 0 < len(surface.points) < 41
    assert not surface.points.near(0.0, 0.0, 1.2).any()
    assert surface.tool == PAINT


def test_the_hand_drags_the_nearest_point(surface, qtbot):
    surface.set_points(on_a_line(5))
    surface.set_radius(0.05)
    surface.choose(MOVE)
    stroke(qtbot, surface, (1.06, 0.02), (1.5, 1.0), (2.06, 2.02))
    assert surface.points.x[:, 3] == pytest.approx([2.0, 2.0], abs=0.03)
    assert surface.points.x[:, 2] == pytest.approx([0.0, 0.0])


def test_the_hand_drags_all_points_in_its_circle(surface, qtbot):
    surface.set_points(on_a_line(41))
    surface.set_radius(0.5)
    surface.choose(MOVE)
    stroke(qtbot, surface, (0.0, 0.0), (0.0, 2.0))
    assert np.sum(surface.points.x[1] > 1.9) == 11


def test_each_stroke_has_a_number_of_its_own(surface, qtbot):
    numbers = []
    surface.painted.connect(lambda _: numbers.append(surface.stroke))
    stroke(qtbot, surface, (-2.0, 0.0), (0.0, 0.0))
    stroke(qtbot, surface, (-2.0, 1.0), (0.0, 1.0))
    assert sorted(set(numbers)) == [1, 2]


def test_a_full_plane_is_said_once_a_stroke(surface, qtbot):
    surface.set_points(NO_POINTS.added(np.random.default_rng(1).normal(size=(2, MOST)), 0))
    said = []
    surface.refused.connect(said.append)
    stroke(qtbot, surface, (-2.0, 0.0), (2.0, 0.0))
    assert said == ["4000 points are the most there can be. Erase some to paint others."]
    assert len(surface.points) == MOST


def test_points_from_elsewhere_do_not_disturb_a_stroke(surface, qtbot):
    qtbot.mousePress(surface, LEFT, pos=pixel(0.0, 0.0))
    under_way = len(surface.points)
    surface.set_points(NO_POINTS)
    assert len(surface.points) == under_way > 0
    qtbot.mouseRelease(surface, LEFT, pos=pixel(0.0, 0.0))


def test_keys_choose_a_brush_move_the_crosshair_and_paint(surface, qtbot):
    surface.set_radius(FINE)
    for key in (Qt.Key.Key_5, *[Qt.Key.Key_Right] * 12, *[Qt.Key.Key_Up] * 6, Qt.Key.Key_Return):
        qtbot.keyClick(surface, key)
    assert surface.points.y.tolist() == [4]
    assert surface.points.x[:, 0] == pytest.approx([1.0, 0.5])
    assert "Painting class 5 at (1.00, 0.50)" in surface.accessibleDescription()


def test_keys_erase_and_drag(surface, qtbot):
    surface.set_points(on_a_line(5))
    qtbot.keyClick(surface, Qt.Key.Key_9)
    qtbot.keyClick(surface, Qt.Key.Key_Return)
    for _ in range(12):
        qtbot.keyClick(surface, Qt.Key.Key_Up)
    assert surface.busy
    qtbot.keyClick(surface, Qt.Key.Key_Return)
    assert not surface.busy
    assert surface.points.x[:, 2] == pytest.approx([0.0, 1.0])
    qtbot.keyClick(surface, Qt.Key.Key_Delete)
    assert len(surface.points) == 4


def test_brackets_and_the_wheel_change_the_size(surface, qtbot):
    before = surface.radius
    qtbot.keyClick(surface, Qt.Key.Key_BracketRight)
    assert surface.radius > before
    down = QWheelEvent(
        QPointF(9, 9), QPointF(9, 9), QPoint(), QPoint(0, -120), LEFT.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(surface, down)
    assert surface.radius == pytest.approx(before)


@pytest.fixture
def row(surface, qtbot) -> BrushRow:
    made = BrushRow(surface, None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.set_theme(LIGHT)
    made.resize(280, 48)
    made.show()
    return made


def test_every_tool_has_a_name_and_shows_when_it_is_chosen(surface, row, qtbot):
    names = [tool.accessibleName() for tool in row.tools]
    assert names == [*(f"Brush for class {c}" for c in range(1, 7)), "Eraser", "Hand"]
    for tool in row.tools:
        tool.click()
        assert [one for one in row.tools if one.isChecked()] == [tool]
        assert (surface.tool, surface.tool != PAINT or surface.c == tool.c) == (tool.tool, True)


def test_the_row_follows_the_keys(surface, row, qtbot):
    qtbot.keyClick(surface, Qt.Key.Key_0)
    assert surface.tool == ERASE
    assert row.tools[6].isChecked()


def test_the_slider_sizes_the_brush(surface, row):
    row.size_track.setValue(row.size_track.maximum())
    assert surface.radius == 1.0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_tools_fit_beside_each_other_in_large_type(surface, row, theme):
    row.set_theme(scaled(theme, 1.5))
    assert row.sizeHint().width() <= 330
    assert len({tool.geometry().top() for tool in row.tools}) == 1
