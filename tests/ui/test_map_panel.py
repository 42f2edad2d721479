"""The decision map shows what the network answers, where, and to whom it is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from hyperscope.lab.probes.decision_map import Map
from hyperscope.ui import paint
from hyperscope.ui.panels.map.foot import share
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.theme import DARK, LIGHT, THEMES
from probed import Sides, sides, views
from ui import hand_made


@pytest.fixture
def panel(qtbot: QtBot) -> MapPanel:
    made = MapPanel()
    qtbot.addWidget(made)
    made.resize(326, 450)
    made.show()
    return made


def without_points(snapshot: Sides) -> Sides:
    """The same map with no examples on it, so that only the ground is seen."""
    shown, of = views(snapshot)["examples"], views(snapshot)["map"]
    none = replace(shown, x=shown.x[:, :0], y=shown.y[:0], part=shown.part[:0])
    return sides({"examples": none, "map": replace(of, predicted=of.predicted[:0])}, hand_made.STATUS)


def where(panel: MapPanel, x: float, y: float) -> QPoint:
    """The pixel of the panel at a place of the plane."""
    left, right, bottom, top = hand_made.EXTENT
    box = panel.picture
    return QPoint(
        round(box.left() + (x - left) / (right - left) * box.width()),
        round(box.top() + (top - y) / (top - bottom) * box.height()),
    )


def place_at(panel: MapPanel, at: QPoint) -> tuple[float, float]:
    """The place of the plane at a pixel of the panel."""
    left, right, bottom, top = hand_made.EXTENT
    box = panel.picture
    x, y = (at.x() - box.left()) / box.width(), (at.y() - box.top()) / box.height()
    return left + x * (right - left), top - y * (top - bottom)


def colour_at(panel: MapPanel, x: float, y: float) -> QColor:
    shot = panel.grab().toImage()
    at = where(panel, x, y) * shot.devicePixelRatio()
    return shot.pixelColor(at)


def distance(one: QColor, other: QColor) -> float:
    return float(np.abs(paint.rgb(one) - paint.rgb(other)).max())


def point_at(qtbot: QtBot, panel: MapPanel, x: float, y: float) -> None:
    """Moves the pointer to a place of the plane, from elsewhere, as a move to where it is already is none."""
    qtbot.mouseMove(panel, QPoint(3, 3))
    qtbot.mouseMove(panel, where(panel, x, y))


def certain_place(k: int) -> tuple[float, float]:
    """A place where class k is certain: the middle of its arm."""
    angle = 0.55 * 3 + 2 * np.pi * k / 3
    return float(3 * np.cos(angle)), float(3 * np.sin(angle))


def said(panel: MapPanel) -> list[str]:
    """The pieces of text on the panel, read from a drawing of it as SVG."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    panel.render(generator)
    return re.findall(r"<text[^>]*>([^<]*)</text>", bytes(buffer.data().data()).decode())


def button(panel: MapPanel, name: str) -> QAbstractButton:
    return next(b for b in panel.findChildren(QAbstractButton) if b.accessibleName() == name)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("view", ["soft", "hard"])
def test_a_region_has_the_colour_of_its_class(panel: MapPanel, view: str, theme: object) -> None:
    panel.set_theme(theme)  # type: ignore[arg-type]
    panel.set_view(view)
    panel.draw(without_points(hand_made.snapshot("examples", "map")))
    for k in range(3):
        wanted = QColor(*(int(v) for v in np.rint(paint.map_colours(panel._theme, 3)[k])))
        assert distance(colour_at(panel, *certain_place(k)), wanted) <= 4


def test_the_map_stands_upright(panel: MapPanel) -> None:
    p = np.zeros((2, 100, 100), np.float32)
    p[1, 50:], p[0, :50] = 1, 1  # class 2 where y is high
    panel.draw(sides({"map": Map(p, np.zeros(0, int), hand_made.EXTENT)}, hand_made.STATUS))
    wanted = QColor(*(int(v) for v in np.rint(paint.map_colours(LIGHT, 2)[1])))
    assert distance(colour_at(panel, 0, 4), wanted) <= 4


def test_confidence_is_stronger_inside_a_region_than_at_its_border(panel: MapPanel) -> None:
    panel.set_view("confidence")
    panel.draw(without_points(hand_made.snapshot("examples", "map")))
    x, y = certain_place(0)
    inside = distance(colour_at(panel, x, y), LIGHT.map_ground)
    angle = 0.55 * 3 + np.pi / 3 + 0.05  # beside the border between classes 1 and 2, not on its line
    border = distance(colour_at(panel, 3 * np.cos(angle), 3 * np.sin(angle)), LIGHT.map_ground)
    assert inside > 1.5 * border


def test_a_border_runs_between_two_halves() -> None:
    p = np.zeros((2, 10, 10))
    p[0], p[1] = np.linspace(1, 0, 10), np.linspace(0, 1, 10)  # equal between columns 4 and 5
    pieces = paint.borders(p)
    assert len(pieces) == 9
    np.testing.assert_allclose(pieces[:, [0, 2]], 4.5, atol=1e-6)


def test_three_regions_meet_in_one_point() -> None:
    p = hand_made.probabilities(*hand_made.plane(60), 3)
    pieces = paint.borders(p)
    ends = np.rint(np.concatenate([pieces[:, :2], pieces[:, 2:]]) * 1000)
    _, count = np.unique(ends, axis=0, return_counts=True)
    assert count.max() >= 3


def test_a_constant_map_has_no_border() -> None:
    assert len(paint.borders(np.full((3, 10, 10), 1 / 3))) == 0


def test_a_mistake_shows_the_true_class_around_the_predicted(panel: MapPanel) -> None:
    full = hand_made.snapshot("examples", "map")
    shown = views(full)["examples"]
    one = replace(shown, x=np.array([[0.0], [0.0]]), y=np.array([0]), part=np.array([0]), class_names=shown.class_names)
    panel.draw(sides({"examples": one, "map": replace(views(full)["map"], predicted=np.array([1]))}))
    shot = panel.grab().toImage()
    at, ratio = where(panel, 0, 0), shot.devicePixelRatio()
    around = [shot.pixelColor((at + QPoint(dx, dy)) * ratio) for dx in range(-5, 6) for dy in range(-5, 6)]
    assert distance(shot.pixelColor(at * ratio), LIGHT.class_colour(1)) < 12
    assert min(distance(colour, LIGHT.class_colour(0)) for colour in around) < 12


def test_a_changed_prediction_changes_the_point(panel: MapPanel) -> None:
    first = hand_made.snapshot("examples", "map")
    panel.draw(first)
    before = panel.grab().toImage()
    of = views(first)["map"]
    panel.draw(sides({"map": replace(of, predicted=(of.predicted + 1) % 3)}))
    assert panel.grab().toImage() != before


def test_the_reading_is_the_probability_at_that_place(panel: MapPanel) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    x, y = 1.8, -2.4
    found = panel.value_at(x, y)
    assert found is not None
    np.testing.assert_allclose(found, hand_made.probabilities(np.array(x), np.array(y)), atol=0.01)


def test_hovering_tells_the_place(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    with qtbot.waitSignal(panel.hovered) as told:
        qtbot.mouseMove(panel, where(panel, 1.8, -2.4))
    np.testing.assert_allclose(told.args, [1.8, -2.4], atol=0.05)


def test_hovering_writes_the_probabilities(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    qtbot.mouseMove(panel, where(panel, *certain_place(1)))
    assert "1.00" in said(panel) and any(words.startswith("at (") for words in said(panel))


@pytest.mark.parametrize("classes", [6, 10])
def test_the_probabilities_of_many_classes_are_all_read_out(panel: MapPanel, qtbot: QtBot, classes: int) -> None:
    panel.draw(hand_made.snapshot("examples", "map", classes=classes))
    point_at(qtbot, panel, 3, 1)
    p = panel.value_at(*place_at(panel, where(panel, 3, 1)))
    assert p is not None
    read = [words for words in said(panel) if re.fullmatch(r"\.\d\d|1\.00", words)]
    assert read == [share(float(one)) for one in p]


def test_with_too_little_room_the_likeliest_three_are_read_out(panel: MapPanel, qtbot: QtBot) -> None:
    panel.resize(200, 300)
    panel.draw(hand_made.snapshot("examples", "map", classes=10))
    point_at(qtbot, panel, 3, 1)
    assert len([words for words in said(panel) if re.fullmatch(r"\.\d\d|1\.00", words)]) == 3


def test_leaving_the_picture_is_told(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    qtbot.mouseMove(panel, where(panel, 0, 0))
    with qtbot.waitSignal(panel.left):
        qtbot.mouseMove(panel, QPoint(5, 445))


def test_accuracy_and_loss_are_written(panel: MapPanel) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    assert {"99.7 %", "0.019", "99.3 %", "0.023"} <= set(said(panel))


def test_class_names_are_written_unless_generic(panel: MapPanel) -> None:
    full = hand_made.snapshot("examples", "map")
    panel.draw(full)
    assert "class 1" not in said(panel)
    named = replace(views(full)["examples"], class_names=("setosa", "versicolor", "virginica"))
    panel.draw(sides({"examples": named}))
    assert {"setosa", "versicolor", "virginica"} <= set(said(panel))


def test_a_view_is_chosen_with_the_keyboard(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    panel.activateWindow()
    panel.head.options.click()
    qtbot.waitUntil(lambda: button(panel, "Map view: soft").hasFocus())
    qtbot.keyClick(button(panel, "Map view: soft"), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: panel.view == "hard")


def test_a_magnified_node_takes_the_place_of_the_map(panel: MapPanel) -> None:
    panel.draw(without_points(hand_made.snapshot("examples", "map")))
    signs = np.ones((20, 20))
    signs[:, :10] = -1
    panel.magnify((signs,), "Layer 1, unit 1")
    assert distance(colour_at(panel, 3, 0), LIGHT.positive) <= 4
    assert distance(colour_at(panel, -3, 0), LIGHT.negative) <= 4
    panel.magnify()
    assert distance(colour_at(panel, 3, 3), LIGHT.positive) > 4


def test_before_the_first_map_nothing_is_said_of_a_lack_of_data(panel: MapPanel) -> None:
    assert not any("data" in words for words in said(panel))


def test_a_hidden_map_makes_no_picture(qtbot: QtBot) -> None:
    panel = MapPanel(DARK)
    qtbot.addWidget(panel)
    panel.draw(hand_made.snapshot("examples", "map"))
    assert panel.shown.first.image is None and panel.shown.first.points.pixmap.isNull()


@pytest.mark.parametrize("colour", range(10))
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_class_colours_can_be_read_as_text(colour: int, theme: object) -> None:
    of = theme  # type: ignore[assignment]
    ink = paint.readable(of.class_colour(colour), of.card)  # type: ignore[attr-defined]
    assert paint.contrast(ink, of.card) >= 4.5  # type: ignore[attr-defined]


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.4])
def test_the_count_of_mistakes_has_its_room_beside_a_small_picture(panel, scale):
    panel.resize(round(323 * scale / 1.25), round(350 * scale / 1.25))  # wider than its picture is high
    panel.set_theme(replace(LIGHT, scale=scale))
    panel.draw(hand_made.snapshot())
    assert panel.counter.width() >= 76 * scale
