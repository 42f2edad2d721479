"""The map's card steps through mistakes, holds an input, and shows the warped plane, samples and confusions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from hyperscope.engine.metrics import confusion, most_confused
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import Answers
from hyperscope.lab.probes.decision_map import Map
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.passing import Passing
from hyperscope.lab.probes.warp import Warp
from hyperscope.ui import paint
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.panels.map.views import SAYS, VIEWS, contours
from hyperscope.ui.panels.map.wrong import misclassified, stepped
from hyperscope.ui.theme import LIGHT
from probed import Sides, asks, sides, views
from ui import hand_made

SEED = 4
WRONG = np.array([3, 40, 77, 300])


@pytest.fixture
def panel(qtbot: QtBot) -> MapPanel:
    made = MapPanel()
    qtbot.addWidget(made)
    made.resize(350, 450)
    made.show()
    return made


def with_mistakes() -> Sides:
    """Examples all predicted rightly, but for those numbered WRONG."""
    shown = hand_made.examples()
    predicted = shown.y.copy()
    predicted[WRONG] = (predicted[WRONG] + 1) % 3
    full = hand_made.class_map(shown)
    return sides({"examples": shown, "map": Map(full.p, predicted, hand_made.EXTENT)}, hand_made.STATUS)


def pictured(m: int = 60) -> Examples:
    """Examples that are pictures of 8 × 8 bytes: 20 train, 20 dev, 20 test."""
    draw = np.random.default_rng(SEED)
    shown = hand_made.examples(m, names=("zero", "one", "two"), axes=("PC 1", "PC 2"))
    part = np.arange(m) * 3 // m
    return replace(shown, part=part, pictures=draw.integers(0, 255, (m, 8, 8)).astype(np.uint8))


def answered(examples: Examples, wrong: tuple[int, ...] = ()) -> Answers:
    """Every example recognised with .8, but those in `wrong` taken for the next class."""
    said = examples.y.copy()
    said[list(wrong)] = (said[list(wrong)] + 1) % 3
    p = np.full((3, len(said)), 0.1, np.float32)
    p[said, np.arange(len(said))] = 0.8
    counts = np.stack([confusion(p[:, examples.part == k], examples.y[examples.part == k]) for k in range(3)])
    return Answers(p, counts, tuple(most_confused(of) for of in counts))


def passing(example: int | None = None, point: tuple[float, float] | None = None) -> Passing:
    p = np.array([0.1, 0.7, 0.2], np.float32)
    return Passing((np.zeros(2), np.zeros(8), p), point, example, 0 if example is not None else -1, 1)


def pixel(panel: MapPanel, x: float, y: float) -> QPoint:
    left, right, bottom, top = hand_made.EXTENT
    box = panel.picture
    return QPoint(
        round(box.left() + (x - left) / (right - left) * box.width()),
        round(box.top() + (top - y) / (top - bottom) * box.height()),
    )


def said(widget: QWidget) -> list[str]:
    """The pieces of text on a widget, read from a drawing of it as SVG."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    widget.render(generator)
    return re.findall(r"<text[^>]*>([^<]*)</text>", bytes(buffer.data().data()).decode())


def button(panel: QWidget, name: str) -> QAbstractButton:
    _ = panel.options.inside  # made when it is first opened
    return next(b for b in panel.findChildren(QAbstractButton) if b.accessibleName() == name)


def distance(one: QColor, other: QColor) -> float:
    return float(np.abs(paint.rgb(one) - paint.rgb(other)).max())


# -- views --------------------------------------------------------------------------------------------------------


def test_the_margin_is_ground_on_the_boundary_and_colour_inside(panel: MapPanel) -> None:
    p = np.zeros((2, 100, 100), np.float32)
    p[0], p[1] = np.linspace(1, 0, 100), np.linspace(0, 1, 100)  # level in the middle column
    panel.options.inside.borders.lever.click()
    panel.set_view("margin")
    panel.draw(sides({"map": Map(p, np.zeros(0, int), hand_made.EXTENT)}, hand_made.STATUS))
    shot = panel.grab().toImage()
    ratio = shot.devicePixelRatio()
    assert distance(shot.pixelColor(pixel(panel, 0, 0) * ratio), LIGHT.map_ground) < 6
    left = QColor(*(int(v) for v in paint.map_colours(LIGHT, 2)[0]))
    assert distance(shot.pixelColor(pixel(panel, -5.9, 0) * ratio), left) < 8


def test_contours_run_where_the_margin_has_their_level() -> None:
    p = np.stack([np.tile(np.linspace(1, 0, 101), (5, 1)), np.tile(np.linspace(0, 1, 101), (5, 1))])
    columns = np.unique(np.rint(contours(p, "margin")[:, 0] * 100) / 100)
    margins = np.abs(1 - 2 * columns / 100)
    assert sorted(set(np.round(margins, 2))) == [0.25, 0.5, 0.75]


def test_the_contours_of_two_classes_leave_out_a_half(panel: MapPanel) -> None:
    p = np.stack([np.tile(np.linspace(1, 0, 101), (5, 1)), np.tile(np.linspace(0, 1, 101), (5, 1))])
    columns = np.unique(np.rint(contours(p, "soft")[:, 0]))
    assert columns.tolist() == [5, 25, 75, 95]


def test_boundaries_can_be_taken_away(panel: MapPanel) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    before = panel.grab().toImage()
    panel.options.inside.borders.lever.click()
    assert panel.grab().toImage() != before


def test_a_part_that_is_not_shown_is_not_drawn(panel: MapPanel) -> None:
    shown = hand_made.examples()
    one = replace(shown, x=np.zeros((2, 1)), y=np.array([0]), part=np.array([2]))
    of = hand_made.class_map(one)
    panel.draw(sides({"examples": one, "map": of}, hand_made.STATUS))
    with_it = panel.grab().toImage()
    button(panel, "Show test examples").click()
    without = panel.grab().toImage()
    at = pixel(panel, 0, 0) * without.devicePixelRatio()
    assert with_it.pixelColor(at) != without.pixelColor(at)


def test_the_options_close_on_escape(panel: MapPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.head.options.click()
    qtbot.waitUntil(panel.options.isVisible)
    qtbot.keyClick(panel.options, Qt.Key.Key_Escape)
    assert not panel.options.isVisible()


def test_the_options_close_on_a_press_elsewhere(panel: MapPanel, qtbot: QtBot) -> None:
    panel.head.options.click()
    qtbot.waitUntil(panel.options.isVisible)
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=QPoint(10, 440))
    assert not panel.options.isVisible()


# -- mistakes -----------------------------------------------------------------------------------------------------


def test_the_misclassified_are_those_whose_prediction_is_another_class(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    assert panel.wrong.tolist() == WRONG.tolist()
    assert "4 misclassified" in said(panel)


@pytest.mark.parametrize(
    ("where", "of", "words"),
    [("test", 500, "4 misclassified in test"), ("", 500, "4 misclassified")],
)
def test_mistakes_in_test_alone_are_said_to_be_there(panel: MapPanel, where: str, of: int, words: str) -> None:
    panel.counter.show_wrong(WRONG, None, where, of)
    assert panel.counter.accessibleName() == words


def test_without_examples_nothing_is_said_to_be_right(panel: MapPanel) -> None:
    panel.counter.show_wrong(np.zeros(0, int), None, of=0)
    assert panel.counter.accessibleName() == ""


def test_a_picture_of_it_says_nothing_of_pointing(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    panel.leave_out_hints()
    assert panel.head.modes["warped"].isHidden() and panel.head.options.isHidden()


def test_only_parts_that_are_shown_are_counted() -> None:
    shown, of = views(with_mistakes())["examples"], views(with_mistakes())["map"]
    found = misclassified(shown, of.predicted, (False, True, True))
    assert found.tolist() == [k for k in WRONG if shown.part[k] != 0]


@pytest.mark.parametrize(
    ("now", "by", "expected"),
    [(None, 1, 3), (None, -1, 300), (3, 1, 40), (300, 1, 3), (3, -1, 300), (50, 1, 77), (50, -1, 40)],
)
def test_steps_go_round_the_misclassified(now: int | None, by: int, expected: int) -> None:
    assert stepped(WRONG, now, by) == expected


def test_there_is_no_step_when_all_are_right() -> None:
    assert stepped(np.zeros(0, int), 3, 1) is None


def test_the_buttons_step_through_the_mistakes(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    button(panel, "Next misclassified example").click()
    button(panel, "Next misclassified example").click()
    assert panel.pin == Pin(example=40)
    assert "2 of 4" in said(panel)
    button(panel, "Previous misclassified example").click()
    assert panel.pin == Pin(example=3)


def test_the_pinned_example_is_read_out(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    panel.set_pin(Pin(example=3))
    panel.show_passing(passing(example=3))
    assert {"dev example 3", "true", "predicted", ".10", ".70", ".20"} <= set(said(panel))


def test_what_is_known_of_another_input_is_not_read_out(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    panel.set_pin(Pin(example=3))
    panel.show_passing(passing(example=40))
    assert "predicted" not in said(panel)


def test_a_press_beside_all_examples_pins_the_place(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(with_mistakes())
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=pixel(panel, -5.5, 5.5))
    assert panel.pin is not None and panel.pin.point is not None
    assert panel.pin.point == pytest.approx((-5.5, 5.5), abs=0.05)


def test_a_press_on_an_example_pins_it_and_another_lets_go(panel: MapPanel, qtbot: QtBot) -> None:
    snapshot = with_mistakes()
    panel.draw(snapshot)
    at = pixel(panel, *views(snapshot)["examples"].x[:, 40].tolist())
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=at)
    assert panel.pin is not None and panel.pin.example is not None
    qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=at)
    assert panel.pin is None


def test_other_data_let_go_of_the_pin(panel: MapPanel) -> None:
    panel.draw(with_mistakes())
    panel.set_pin(Pin(example=3))
    panel.draw(hand_made.snapshot("examples", "map", classes=2))
    assert panel.pin is None


def test_training_on_keeps_the_pin(panel: MapPanel) -> None:
    snapshot = with_mistakes()
    panel.draw(snapshot)
    panel.set_pin(Pin(point=(1.0, 2.0)))
    panel.draw(snapshot)
    assert panel.pin == Pin(point=(1.0, 2.0))


# -- the warped plane ---------------------------------------------------------------------------------------------


def warped(side: int = 13, **changed: Any) -> Warp:
    """The plane as a layer of two units that changes nothing would put it."""
    shown = hand_made.examples()
    across, up = np.meshgrid(np.linspace(-6, 6, side), np.linspace(-6, 6, side))
    p = hand_made.probabilities(across, up)
    made = Warp(
        layer=0,
        layers=3,
        units=8,
        sheet=np.stack([across, up]),
        said=p.argmax(0),
        x=shown.x,
        at=np.arange(len(shown.y)),
        predicted=shown.y,
        axes=("component 1", "component 2"),
        share=0.84,
        extent=hand_made.EXTENT,
    )
    return replace(made, **changed)


def bent(panel: MapPanel, warp: Warp) -> MapPanel:
    shown = hand_made.examples()
    panel.draw(sides({"examples": shown}, hand_made.STATUS))
    panel.set_mode("warped")
    panel.draw(sides({"warp": warp}, hand_made.STATUS))
    return panel


def test_the_share_of_variance_is_said(panel: MapPanel) -> None:
    bent(panel, warped())
    first, second = panel.warp.says()
    assert "principal components" in first and "8 units" in first
    assert "84\u00a0%" in second


def test_two_units_are_said_to_be_themselves(panel: MapPanel) -> None:
    bent(panel, warped(units=2, axes=("unit 1", "unit 2"), share=1.0))
    assert panel.warp.says()[0] == "The two units of layer 1, as they are"


def test_an_example_is_drawn_where_the_layer_puts_it(panel: MapPanel) -> None:
    one = warped(x=np.array([[3.0], [2.0]]), at=np.array([0]), predicted=hand_made.examples().y[:1])
    bent(panel, one)
    face, box = panel.warp, panel.warp.picture
    shot = face.grab().toImage()
    at = QPointF(box.left() + 9 / 12 * box.width(), box.top() + 4 / 12 * box.height()).toPoint()
    colour = LIGHT.class_colour(int(hand_made.examples().y[0]))
    assert distance(shot.pixelColor(at * shot.devicePixelRatio()), colour) < 12


def test_the_last_layer_s_ground_shows_the_regions(panel: MapPanel) -> None:
    p = np.zeros((3, 40, 40), np.float32)
    p[0, :, :20], p[1, :, 20:] = 1, 1
    far = np.full((2, 3, 3), 100.0)
    none = warped(layer=2, units=2, p=p, sheet=far, said=np.zeros((3, 3), int), x=np.zeros((2, 0)), at=np.zeros(0, int))
    bent(panel, replace(none, predicted=np.zeros(0, int)))
    face, box = panel.warp, panel.warp.picture
    shot = face.grab().toImage()
    ratio = shot.devicePixelRatio()
    for share, k in ((0.25, 0), (0.75, 1)):
        at = QPointF(box.left() + share * box.width(), box.center().y()).toPoint() * ratio
        nearest = min(range(3), key=lambda c: distance(shot.pixelColor(at), LIGHT.class_colour(c)))
        assert nearest == k


def test_a_layer_is_chosen_by_its_button(panel: MapPanel, qtbot: QtBot) -> None:
    bent(panel, warped())
    with qtbot.waitSignal(panel.layer_chosen) as told:
        qtbot.mouseClick(panel.warp.layers.buttons[1], Qt.MouseButton.LeftButton)
    assert told.args == [1]


def test_the_axes_are_chosen_among_the_layer_s_units(panel: MapPanel, qtbot: QtBot) -> None:
    bent(panel, warped())
    axes = panel.options.inside.axes
    assert panel.head.options.text().startswith("axes") and not axes.isHidden()
    with qtbot.waitSignal(panel.units_chosen) as told:
        axes.kind.buttons[1].click()
    assert told.args == [(0, 1)]
    axes.up.setCurrentIndex(6)
    with qtbot.waitSignal(panel.units_chosen) as told:
        axes.up.activated.emit(6)
    assert told.args == [(0, 6)]
    with qtbot.waitSignal(panel.units_chosen) as told:
        axes.kind.buttons[0].click()
    assert told.args == [None]


def test_options_show_when_opened_what_was_chosen_before(panel: MapPanel, qtbot: QtBot) -> None:
    panel.set_view("margin")
    panel.options.show_data(4, ("long", "wide", "high"), table=True)
    panel.options.show_plane("high", "long")
    panel.show()
    panel.options.open_at()
    inside = panel.options.inside
    assert inside.view.index() == tuple(VIEWS).index("margin") and inside.says.text() == SAYS["margin"]
    assert inside.plane.isVisible() and inside.plane.kind.index() == 1
    assert (inside.plane.across.currentText(), inside.plane.up.currentText()) == ("high", "long")


def test_chosen_units_are_said(panel: MapPanel) -> None:
    bent(panel, warped(axes=("unit 3", "unit 7"), chosen=(2, 6), share=0.31))
    first, second = panel.warp.says()
    assert first == "Units 3 and 7 of layer 1's 8 units, as they are"
    assert "31\u00a0%" in second


@pytest.mark.parametrize("mode", ["map", "samples", "confusion"])
def test_axes_are_offered_only_for_the_warped_plane(panel: MapPanel, mode: str) -> None:
    bent(panel, warped())
    panel.set_mode(mode)
    assert not panel.options.has_axes and panel.options.inside.axes.isHidden()


def test_of_two_units_there_are_no_axes_to_choose(panel: MapPanel) -> None:
    bent(panel, warped(units=2, axes=("unit 1", "unit 2"), share=1.0))
    assert not panel.options.has_axes and panel.head.options.text().startswith("points")


def test_an_answer_to_the_last_choice_leaves_the_new_one_as_it_is(panel: MapPanel) -> None:
    bent(panel, warped())
    axes = panel.options.inside.axes
    axes.kind.buttons[1].click()
    panel.draw(sides({"warp": warped()}, hand_made.STATUS))
    assert axes.kind.index() == 1 and not axes.across.isHidden()


def test_another_choice_of_layers_takes_the_place_of_the_last_at_once(panel: MapPanel) -> None:
    bent(panel, warped())
    panel.show()
    before = panel.warp.layers
    panel.draw(sides({"warp": warped(layers=2)}, hand_made.STATUS))
    assert before.isHidden() and len(panel.warp.layers.buttons) == 2


def test_without_hidden_layers_the_warped_plane_says_so(panel: MapPanel) -> None:
    bent(panel, Warp())
    assert any("no hidden layer" in words for words in said(panel.warp))


def test_only_the_face_that_is_shown_is_asked_for(panel: MapPanel) -> None:
    asked = {}
    for mode in ("map", "warped", "samples", "confusion"):
        panel.set_mode(mode)
        asked[mode] = panel.asks(Focus())
    assert asked == {
        "map": asks("examples", "map", "disagreement"),
        "warped": asks("warp"),
        "samples": asks("answers"),
        "confusion": asks("answers"),
    }


# -- samples ------------------------------------------------------------------------------------------------------


def sampled(panel: MapPanel, wrong: tuple[int, ...] = ()) -> Examples:
    shown = pictured()
    panel.draw(sides({"examples": shown}, hand_made.STATUS))
    panel.set_mode("samples")
    panel.draw(sides({"answers": answered(shown, wrong)}, hand_made.STATUS))
    return shown


def test_samples_are_offered_for_pictures_alone(panel: MapPanel) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    assert not button(panel, "Show: Samples").isVisible()
    panel.draw(sides({"examples": pictured()}, hand_made.STATUS))
    assert button(panel, "Show: Samples").isVisible()


def test_wrong_samples_come_first(panel: MapPanel) -> None:
    sampled(panel, wrong=(30, 35, 0))  # 30 and 35 are of the dev set, 0 is not
    assert panel.samples.grid.shown[:3].tolist() == [30, 35, 20]
    assert panel.samples.grid.says() == "2 of 20 dev samples are misclassified"


def test_wrong_samples_can_be_shown_alone(panel: MapPanel, qtbot: QtBot) -> None:
    sampled(panel, wrong=(30, 35, 45))
    qtbot.mouseClick(panel.samples.order.buttons[1], Qt.MouseButton.LeftButton)
    assert panel.samples.grid.shown.tolist() == [30, 35]
    qtbot.mouseClick(panel.samples.part.buttons[1], Qt.MouseButton.LeftButton)
    assert panel.samples.grid.shown.tolist() == [45]


def test_a_sample_says_what_it_is_taken_for_and_what_it_is(panel: MapPanel) -> None:
    shown = sampled(panel, wrong=(30,))
    names = shown.class_names
    words = said(panel.samples.grid)
    assert f"{names[(shown.y[30] + 1) % 3]}  .80" in words
    assert f"is {names[shown.y[30]]}" in words


def test_a_press_on_a_sample_pins_it(panel: MapPanel, qtbot: QtBot) -> None:
    sampled(panel, wrong=(30, 35))
    grid = panel.samples.grid
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.place(1).center().toPoint())
    assert panel.pin == Pin(example=35)


def test_arrows_go_from_sample_to_sample(panel: MapPanel, qtbot: QtBot) -> None:
    sampled(panel, wrong=(30, 35))
    grid = panel.samples.grid
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(grid, key)
    assert panel.pin == Pin(example=35)


# -- confusion ----------------------------------------------------------------------------------------------------


def confused(panel: MapPanel, wrong: tuple[int, ...]) -> Examples:
    shown = pictured()
    panel.draw(sides({"examples": shown}, hand_made.STATUS))
    panel.set_mode("confusion")
    panel.draw(sides({"answers": answered(shown, wrong)}, hand_made.STATUS))
    return shown


def test_the_most_confused_pair_is_named_with_its_count(panel: MapPanel) -> None:
    shown = confused(panel, (30, 35, 33))
    y = shown.y[[30, 35, 33]]
    counts = np.bincount(y, minlength=3)
    worst = int(counts.argmax())
    row = panel.confusion.rows[0]
    named = f"{shown.class_names[worst]} taken for {shown.class_names[(worst + 1) % 3]}: {counts.max()}"
    assert row.says().startswith(named)


def test_a_pair_pins_its_examples_one_after_the_other(panel: MapPanel) -> None:
    shown = pictured()
    same = [k for k in range(60) if shown.part[k] == 1 and shown.y[k] == 0][:2]
    confused(panel, tuple(same))
    for expected in (same[0], same[1], same[0]):
        panel.confusion.rows[0].click()
        assert panel.pin == Pin(example=expected)


def test_a_cell_is_its_true_class_s_row_and_its_predicted_class_s_column(panel: MapPanel) -> None:
    shown = confused(panel, (30,))
    true = int(shown.y[30])
    box = panel.confusion.picture
    side = box.width() / 3
    at = QPointF(box.left() + ((true + 1) % 3 + 0.5) * side, box.top() + (true + 0.5) * side)
    assert panel.confusion.cell_at(at) == (true, (true + 1) % 3)
    assert panel.confusion.says(true, (true + 1) % 3).endswith(f"1 of {(shown.y[shown.part == 1] == true).sum()}")


def test_a_press_on_a_cell_pins_one_of_its_examples(panel: MapPanel, qtbot: QtBot) -> None:
    shown = confused(panel, (30,))
    true = int(shown.y[30])
    box = panel.confusion.picture
    side = box.width() / 3
    at = QPointF(box.left() + ((true + 1) % 3 + 0.5) * side, box.top() + (true + 0.5) * side)
    qtbot.mouseClick(panel.confusion, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert panel.pin == Pin(example=30)


def test_a_set_without_mistakes_says_so(panel: MapPanel) -> None:
    confused(panel, ())
    assert "No mistakes in this set" in said(panel.confusion)


# -- the plane of a table -----------------------------------------------------------------------------------------


def test_a_table_s_plane_is_chosen_from_the_map_s_head(panel: MapPanel, qtbot: QtBot) -> None:
    names = ("length", "width", "height")
    shown = replace(hand_made.examples(axes=("PC 1", "PC 2")), feature_names=names)
    panel.draw(sides({"examples": shown, "map": hand_made.class_map(shown)}, hand_made.STATUS))
    panel.resize(500, 700)
    panel.head.options.click()
    before = panel.options.height()
    with qtbot.waitSignal(panel.plane_chosen) as told:
        qtbot.mouseClick(panel.options.inside.plane.kind.buttons[1], Qt.MouseButton.LeftButton)
    assert told.args == ["length", "width"]
    qtbot.waitUntil(lambda: panel.options.height() > before)


def test_points_drawn_on_the_plane_have_no_other_plane(panel: MapPanel) -> None:
    panel.draw(hand_made.snapshot("examples", "map"))
    panel.head.options.click()
    assert not panel.options.inside.plane.isVisible()
