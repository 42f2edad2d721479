"""The curves panel's further views: rate and gradient, both axes, other runs and bands, and its head at large type."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from hyperscope.lab.training.curves import Band, Curves, Ghost
from hyperscope.ui import theme as look
from hyperscope.ui.panels.common.overlays import place_labels
from hyperscope.ui.panels.common.strokes import pairs
from hyperscope.ui.panels.curves.panel import CurvesPanel
from hyperscope.ui.theme import DARK, LIGHT
from probed import Sides, sides

AREA = QRectF(40, 20, 300, 150)


def curves(points: int = 200, epochs: float = 100.0, level: float = 0.02) -> Curves:
    epoch = np.linspace(0, epochs, points)
    loss = level + np.exp(-epoch / 20)
    return Curves(
        np.rint(10 * epoch).astype(int),
        epoch,
        loss * 1.1,
        loss,
        loss * 1.3,
        1 - loss / 3,
        1 - loss / 2.5,
        ((640, 60.0, "α 0.03"),),
        learning_rate=np.concatenate(([np.nan], 0.01 * np.cos(epoch[1:] / 100))),
        gradient_norm=np.concatenate(([np.nan], 2 * loss[1:])),
    )


def snapshot(*shown: Curves) -> Sides:
    """What is seen of one network, or of twins."""
    return tuple(side for one in shown for side in sides({"curves": one}))


@pytest.fixture
def panel(qtbot):
    made = CurvesPanel()
    qtbot.addWidget(made)
    made.resize(380, 246)
    with qtbot.waitExposed(made):
        made.show()
    made.draw(snapshot(curves()))
    return made


def drawn(panel: CurvesPanel, role: str = "train") -> tuple[np.ndarray, np.ndarray]:
    line = panel.plot._curves[role]
    return line.x, line.y


def point_at(panel: CurvesPanel, x: float, qtbot) -> dict[str, str]:
    """Moves the mouse to `x`; returns the reading beside the line."""
    panel.plot.pointed.emit(x)
    return dict(panel.plot._reading)


def coloured(panel: CurvesPanel, colour) -> int:
    """How many pixels of the plot have this colour, about."""
    image = panel.grab().toImage()
    ratio = panel.devicePixelRatioF()
    found = 0
    for x in range(int(60 * ratio), int(200 * ratio)):
        for y in range(int(60 * ratio), int(220 * ratio)):
            seen = image.pixelColor(x, y)
            apart = [abs(a - b) for a, b in zip(seen.getRgb()[:3], colour.getRgb()[:3], strict=True)]
            found += max(apart) < 30
    return found


# -- rate and gradient --------------------------------------------------------------------------------------------


def test_the_rate_is_drawn_as_it_was_used(panel):
    panel.view.choose("Rate")
    assert drawn(panel)[1][1:] == pytest.approx(curves().learning_rate[1:])


def test_rate_and_gradient_have_one_line(panel):
    for name in ("Rate", "Gradient"):
        panel.view.choose(name)
        assert not len(drawn(panel, "dev")[0]) and not len(drawn(panel, "batch")[0])


def test_the_gradient_s_axis_is_logarithmic_at_first(panel):
    panel.view.choose("Gradient")
    assert np.nanmax(drawn(panel)[1]) == pytest.approx(math.log10(np.nanmax(curves().gradient_norm)))


def test_each_view_keeps_its_own_kind_of_axis(panel):
    panel.view.choose("Rate")
    panel.log.click()
    panel.view.choose("Loss")
    panel.log.click()
    panel.view.choose("Rate")
    assert panel.log.isChecked()
    panel.view.choose("Loss")
    assert not panel.log.isChecked()


def test_a_rate_that_rounding_leaves_of_0_does_not_stretch_the_axis(panel):
    shown = curves()
    shown.learning_rate[-1] = 1e-19
    panel.draw(snapshot(shown))
    panel.view.choose("Rate")
    panel.log.click()
    assert panel.plot._ranges[2] > -5


def test_runs_that_recorded_neither_still_draw(panel):
    panel.draw(snapshot(replace(curves(), learning_rate=np.zeros(0), gradient_norm=np.zeros(0))))
    for name in ("Rate", "Gradient"):
        panel.view.choose(name)
        panel.grab()
        assert all(math.isfinite(end) for end in panel.plot._ranges)


def test_small_rates_have_ticks_that_fit_beside_the_axis(panel):
    shown = curves()
    panel.draw(snapshot(replace(shown, learning_rate=shown.learning_rate * 1e-4)))
    panel.view.choose("Rate")
    room = panel.plot.gutter().width() + 2
    metrics = QFontMetricsF(panel.plot._font)
    assert max(metrics.horizontalAdvance(text) for _, text in panel.plot._ticks[1]) <= room


def test_the_mouse_reads_the_rate(panel, qtbot):
    panel.view.choose("Rate")
    area = panel.plot.area()
    at = QPointF(panel.plot.x_to_pixel(0.0) + 2, area.center().y()).toPoint()
    qtbot.mouseMove(panel.plot, QPointF(area.right() - 1, area.center().y()).toPoint())
    qtbot.mouseMove(panel.plot, at)
    qtbot.waitUntil(lambda: panel.legend.text.startswith("α used 0.0"))


def test_each_word_of_the_views_says_what_it_means(panel):
    assert "schedule" in panel.view.word("Rate").toolTip()
    assert "mini-batch" in panel.view.word("Gradient").toolTip()


# -- axes ---------------------------------------------------------------------------------------------------------


def test_a_logarithmic_time_axis_leaves_the_start_out(panel):
    panel.log_x.click()
    x, _ = drawn(panel)
    assert len(x) == 199 and x[-1] == pytest.approx(2.0)


def test_time_can_be_counted_in_steps(panel):
    panel.unit.click()
    assert (panel.unit.text(), drawn(panel)[0][-1]) == ("step", 1000)


def test_moves_stand_where_they_were_made_on_any_axis(panel):
    panel.unit.click()
    panel.log_x.click()
    assert panel.plot.marks() == [pytest.approx(panel.plot.x_to_pixel(math.log10(640)))]


def test_changing_the_axis_takes_the_reading_away(panel, qtbot):
    point_at(panel, 50.0, qtbot)
    panel.unit.click()
    assert math.isnan(panel.plot._marked)


def test_the_foot_reads_epochs_on_a_logarithmic_axis_too(panel, qtbot):
    panel.log_x.click()
    point_at(panel, 1.0, qtbot)
    assert float(panel.plot._marked_text) == pytest.approx(10, abs=0.5)


def test_every_switch_is_reached_by_key(panel):
    panel.log_x.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.log_x, Qt.Key.Key_Space)
    panel.unit.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.unit, Qt.Key.Key_Space)
    assert (panel.log_x.isChecked(), panel.unit.text()) == (True, "step")


def test_marks_stay_apart_at_large_type(panel):
    panel.set_theme(replace(LIGHT, scale=1.5))
    moves = tuple((step, step / 2, f"α 0.{step}") for step in range(1, 190, 3))
    panel.draw(snapshot(replace(curves(), moves=moves)))
    placed = sorted((left, text) for left, _, text in panel.plot.captions())
    metrics = QFontMetricsF(panel.plot._small)
    for (left, text), (other, _) in pairwise(placed):
        assert left + metrics.horizontalAdvance(text) < other


# -- other runs ---------------------------------------------------------------------------------------------------


def test_a_twin_is_drawn_in_its_colour_and_named_at_its_end(panel):
    assert not coloured(panel, LIGHT.other)
    panel.draw(snapshot(curves(), curves(level=0.2)))
    assert [text for _, text, _ in panel.plot.labels()] == ["B"]
    assert coloured(panel, LIGHT.other) > 50


def test_a_twin_s_dev_curve_is_dashed(panel):
    panel.draw(snapshot(curves(), curves(level=0.2)))
    assert [extra.dashed for extra in panel.plot._extras] == [False, True]


def test_a_branch_is_named_at_its_end(panel):
    panel.set_ghosts([Ghost("left behind", curves(level=0.2), "branch")])
    assert [text for _, text, _ in panel.plot.labels()] == ["left behind"]


def test_earlier_runs_lie_faintly_behind(panel):
    panel.set_ghosts([Ghost("run 1", curves(level=0.2))])
    ghost = panel.plot._extra_curves[0]
    assert ghost.level < panel.plot._curves["batch"].level
    assert ghost.colour.lightness() > 150


def test_earlier_runs_are_named_under_the_mouse(panel, qtbot):
    panel.set_ghosts([Ghost("run 1: Adam, α 0.01", curves(level=0.2))])
    rows = point_at(panel, 100.0, qtbot)
    loss = 0.2 + math.exp(-5)
    assert rows["run 1: Adam, α 0.01"] == f"{loss:.3f} / {1.3 * loss:.3f}"


def test_a_run_is_not_read_where_it_never_came(panel, qtbot):
    panel.set_ghosts([Ghost("run 1", curves(epochs=30.0))])
    assert "run 1" not in point_at(panel, 50.0, qtbot)


def test_a_longer_run_is_read_beyond_this_one_s_end(panel, qtbot):
    panel.set_ghosts([Ghost("future", curves(epochs=140.0), "branch")])
    assert "future" in point_at(panel, 130.0, qtbot)
    assert panel.legend.text == "train – dev –"


def test_the_mouse_reads_the_mini_batches_too(panel, qtbot):
    assert point_at(panel, 0.0, qtbot)["mini-batches"] == "1.12"


@pytest.mark.parametrize("view", ["Accuracy", "Rate", "Gradient"])
def test_other_runs_are_drawn_in_every_view(panel, view: str):
    panel.draw(snapshot(curves(), curves(level=0.2)))
    panel.view.choose(view)
    assert len(panel.plot._extra_curves[0].x)


def test_ghosts_of_one_giver_leave_those_of_another(panel):
    panel.set_ghosts([Ghost("run 1", curves())], "runs")
    panel.set_ghosts([Ghost("left behind", curves(), "branch")], "branches")
    panel.set_ghosts([], "branches")
    assert [ghost.name for ghost in panel.others.ghosts] == ["run 1"]


def test_without_a_giver_ghosts_replace_those_of_their_role(panel):
    panel.set_ghosts([Ghost("branch", curves(), "branch")])
    panel.set_ghosts([Ghost("run 1", curves())])
    panel.set_ghosts([Ghost("run 2", curves())])
    assert [ghost.name for ghost in panel.others.ghosts] == ["branch", "run 2"]
    panel.set_ghosts([])
    assert not panel.others.ghosts


def test_earlier_runs_are_seen_as_far_as_this_one_has_come(panel):
    panel.set_ghosts([Ghost("run 1", curves(epochs=5000.0))])
    assert panel.plot._ranges[:2] == (0, 100)


def test_all_is_shown_on_request_earlier_runs_included(panel, qtbot):
    panel.set_ghosts([Ghost("run 1", curves(epochs=5000.0))])
    panel.stretch.show_all()
    assert panel.plot._ranges[:2] == (0, 5000)


# -- which part of a run is shown ---------------------------------------------------------------------------------


@pytest.fixture
def long(panel) -> CurvesPanel:
    """Of a run of 4000 epochs, that learns all it learns in the first 100."""
    panel.draw(snapshot(curves(2000, epochs=4000.0)))
    return panel


def test_of_a_long_run_the_last_part_is_shown_and_goes_on_with_it(long):
    seen = [long.plot._ranges[:2]]
    long.draw(snapshot(curves(2000, epochs=8000.0)))
    assert [*seen, long.plot._ranges[:2]] == [(3000, 4000), (6000, 8000)]


def test_the_value_axis_fits_what_is_seen(long):
    low = long.plot._ranges[3]
    long.stretch.show_all()
    assert low < long.plot._ranges[3]


def test_a_word_over_the_chart_shows_all_and_follows_again(long, qtbot):
    words = []
    for _ in range(2):
        words.append(long.reach.text())
        qtbot.mouseClick(long.reach, Qt.MouseButton.LeftButton)
    assert (words, long.plot._ranges[:2]) == (["show all", "follow"], (3000, 4000))


def test_a_short_run_has_no_such_word(panel):
    assert panel.reach.isHidden()


def wheel(panel: CurvesPanel, x: float, notches: float) -> None:
    """Turns the wheel over an epoch."""
    at = QPointF(panel.plot.x_to_pixel(x), panel.plot.area().center().y())
    angle = QPoint(0, round(120 * notches))
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, panel.plot.mapToGlobal(at), QPoint(), angle, Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(panel.plot, event)


def test_the_wheel_zooms_around_the_pointer(long):
    before = long.plot.x_to_pixel(3500)
    wheel(long, 3500, 3)
    left, right, _, _ = long.plot._ranges
    assert right - left == pytest.approx(1000 / 1.25**3)
    assert long.plot.x_to_pixel(3500) == pytest.approx(before, abs=1)


def test_zoomed_in_more_points_are_drawn_of_what_is_seen(long):
    for _ in range(12):
        wheel(long, 3500, 1)
    x, _ = drawn(long)
    left, right, _, _ = long.plot._ranges
    recorded = np.linspace(0, 4000, 2000)
    assert np.sum((x >= left) & (x <= right)) == np.sum((recorded >= left) & (recorded <= right))


def test_a_drag_moves_what_is_seen_with_the_pointer(long, qtbot):
    view, area = long.plot, long.plot.area()
    at = area.center().toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(view, at + QPoint(round(area.width() / 2), 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at)
    assert long.plot._ranges[0] == pytest.approx(2500, abs=10)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert long.plot._ranges[:2] == (3000, 4000)


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        (Qt.Key.Key_Left, (2800, 3800)),
        (Qt.Key.Key_Up, (3200, 4000)),
        (Qt.Key.Key_Down, (2750, 4000)),
        (Qt.Key.Key_Home, (0, 4000)),
    ],
)
def test_keys_move_and_zoom_the_chart_that_has_the_keyboard(long, qtbot, key, seen):
    long.plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(long.plot, key)
    assert long.plot._ranges[:2] == pytest.approx(seen)
    qtbot.keyClick(long.plot, Qt.Key.Key_End)
    assert long.plot._ranges[:2] == (3000, 4000)


def test_a_zoomed_part_that_reaches_the_present_goes_on_with_it(long):
    wheel(long, 4000, 2)
    long.draw(snapshot(curves(2000, epochs=5000.0)))
    assert long.plot._ranges[:2] == pytest.approx((5000 - 640, 5000))


def test_steps_zoom_as_epochs_do(long, qtbot):
    qtbot.mouseClick(long.unit, Qt.MouseButton.LeftButton)
    left, right, _, _ = long.plot._ranges
    wheel(long, right, 3)
    assert long.plot._ranges[1] == right
    assert right - long.plot._ranges[0] == pytest.approx((right - left) / 1.25**3, abs=2)


def test_a_logarithmic_time_axis_shows_long_runs_whole(long, qtbot):
    qtbot.mouseClick(long.log_x, Qt.MouseButton.LeftButton)
    assert long.plot._ranges[1] == pytest.approx(math.log10(4000))


def test_an_earlier_run_is_drawn_along_its_curve_however_long_it_was(panel):
    long = curves(points=6000, epochs=30_000.0)
    panel.draw(snapshot(curves(epochs=200.0)))
    panel.set_ghosts((Ghost("run 1", long),))
    right = panel.plot._ranges[1]
    line = panel.plot._extras[0]
    shown = line.x <= right
    assert shown.sum() > 10
    true = np.log10(0.02 + np.exp(-line.x[shown] / 20))
    assert np.allclose(line.y[shown], true, atol=0.02)
    assert line.x.max() < 2 * right  # no point is spent on what is not seen


def test_equal_sides_lie_on_each_other(panel):
    one = curves(points=600)
    panel.draw(snapshot(one, replace(one)))
    other = panel.plot._extras[0]
    assert np.array_equal(np.column_stack((other.x, other.y)), np.column_stack(drawn(panel)))


def test_before_the_first_step_earlier_runs_are_there_already(panel, qtbot):
    panel.draw(snapshot(curves(0)))
    panel.set_ghosts([Ghost("run 1", curves(level=0.2))])
    assert (panel.plot._empty, panel.plot._ranges[:2]) == ("", (0, 100))
    assert "run 1" in point_at(panel, 50.0, qtbot)


def test_a_twin_is_gone_with_its_side_and_ghosts_stay(panel):
    panel.set_ghosts([Ghost("left behind", curves(), "branch")])
    panel.draw(snapshot(curves(), curves(level=0.2)))
    panel.draw(snapshot(curves()))
    assert [text for _, text, _ in panel.plot.labels()] == ["left behind"]


def test_a_side_without_a_point_is_left_out(panel):
    panel.draw(snapshot(curves(), curves(0)))
    panel.grab()
    assert not panel.plot.labels()


def test_clearing_is_offered_only_with_earlier_runs(panel, qtbot):
    assert panel.clear.isHidden()
    panel.set_ghosts([Ghost("run 1", curves())])
    assert not panel.clear.isHidden()
    with qtbot.waitSignal(panel.cleared):
        panel.clear.click()


def test_other_runs_take_on_a_theme(panel):
    panel.set_ghosts([Ghost("run 1", curves(level=0.2))])
    panel.set_theme(DARK)
    assert panel.plot._extra_curves[0].colour.lightness() < 120


def test_two_bands_are_drawn_and_named(panel):
    epoch = np.linspace(0, 100, 40)
    low = np.exp(-epoch / 30)
    panel.set_band([Band(name, epoch, low, 1.2 * low, 1.5 * low) for name in ("with BN", "without")])
    assert sorted(text for _, text, _ in panel.plot.labels()) == ["with BN", "without"]
    panel.set_band(None)
    assert not panel.plot.labels()


def test_a_band_fills_what_lies_between_its_ends(panel):
    epoch = np.linspace(0, 100, 40)
    before = panel.grab().toImage()
    panel.set_band(Band("ten seeds", epoch, np.full(40, 0.3), np.full(40, 0.4), np.full(40, 0.9)))
    area, plot = panel.plot.area(), panel.plot
    y = plot._to_pixels(np.array([90.0]), np.log10(np.array([0.6])))[1][0]
    at = panel.plot.mapTo(panel, QPointF(area.right() - 60, y).toPoint())
    assert panel.grab().toImage().pixelColor(at) != before.pixelColor(at)


def test_a_band_is_read_by_median_and_ends(panel, qtbot):
    epoch = np.linspace(0, 100, 41)
    panel.set_band(Band("ten seeds", epoch, np.full(41, 0.3), np.full(41, 0.4), np.full(41, 0.9)))
    assert point_at(panel, 50.0, qtbot)["ten seeds"] == "0.400 (0.300–0.900)"


def test_bands_are_of_the_loss_alone(panel):
    epoch = np.linspace(0, 100, 41)
    panel.set_band(Band("ten seeds", epoch, np.full(41, 0.3), np.full(41, 0.4), np.full(41, 0.9)))
    panel.view.choose("Accuracy")
    assert not panel.plot.labels()


def test_labels_at_one_place_do_not_cover_each_other(qapp):
    metrics = QFontMetricsF(look.font(10))
    placed = place_labels([(200.0, 90.0, f"run {n}") for n in range(5)], metrics, AREA)
    assert not any(a.intersects(b) for n, a in enumerate(placed) for b in placed[:n])
    assert all(AREA.adjusted(0, -1, 0, 1).contains(place) for place in placed)


def test_names_of_growing_lines_stand_beside_the_plot_and_apart(panel, qtbot):
    panel.set_theme(replace(LIGHT, scale=1.25))
    panel.resize(350, 166)
    panel.draw(snapshot(curves(), curves(level=0.2)))
    qtbot.waitUntil(panel.legend.isHidden)
    qtbot.waitUntil(lambda: all(place.right() <= panel.plot.width() for place, _, _ in panel.plot.labels()))
    labels = panel.plot.labels()
    assert sorted(text for _, text, _ in labels) == ["B", "dev", "train"]
    assert all(place.left() > panel.plot.area().right() for place, _, _ in labels)
    assert not any(a.intersects(b) for n, (a, _, _) in enumerate(labels) for b, _, _ in labels[:n])


def test_lines_are_as_thick_whatever_the_pixels_to_a_unit(panel):
    def dark(ratio: int) -> int:
        image = QImage(panel.plot.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        QWidget.render(panel.plot, image)
        inside = panel.plot.area().toRect()
        return sum(
            image.pixelColor(x, y).lightness() < 100
            for x in range(inside.left() * ratio, inside.right() * ratio)
            for y in range(inside.top() * ratio, inside.bottom() * ratio)
        )

    assert 3.2 < dark(2) / dark(1) < 5


def test_a_label_keeps_off_lines_where_there_is_room(qapp):
    x = np.linspace(100.0, 200.0, 50)
    place = place_labels([(200.0, 90.0, "run")], QFontMetricsF(look.font(10)), AREA, (x, np.full(50, 83.0)))[0]
    assert not place.top() < 83.0 < place.bottom()


def test_the_first_band_has_this_run_s_colour(panel):
    epoch = np.linspace(0, 100, 40)
    panel.set_band([Band(name, epoch, epoch + 1, epoch + 2, epoch + 3) for name in "AB"])
    assert [spread.colour for spread in panel.plot._spreads] == [LIGHT.text, LIGHT.other]


def test_a_line_s_pieces_leave_out_what_is_not_known():
    x, _ = pairs(np.array([0.0, 1.0, np.nan, 3.0, 4.0]), np.zeros(5))
    assert x.tolist() == [0, 1, 3, 4]


# -- the head -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(363, 208), (350, 170), (260, 180), (900, 400)])
@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_the_plot_keeps_its_room_at_any_size(panel, qtbot, size: tuple[int, int], scale: float):
    panel.set_ghosts([Ghost("run 1", curves())])
    panel.set_theme(replace(LIGHT, scale=scale))
    panel.resize(*size)
    qtbot.waitUntil(lambda: panel.plot.width() > 0.7 * panel.width())
    assert panel.plot.height() >= min(100 * scale, 0.6 * size[1])


def test_where_the_head_has_no_room_a_menu_has_the_switches(panel, qtbot):
    panel.set_theme(replace(LIGHT, scale=1.25))
    panel.resize(350, 166)
    qtbot.waitUntil(panel.smooth.isHidden)
    panel.more.click()
    menu = panel.findChild(QMenu)
    next(action for action in menu.actions() if action.text() == "smooth").trigger()
    menu.close()
    assert panel.smooth.isChecked()


def test_without_a_legend_the_lines_say_their_names(panel, qtbot):
    panel.set_theme(replace(LIGHT, scale=1.25))
    panel.resize(350, 166)
    qtbot.waitUntil(panel.legend.isHidden)
    assert [text for _, text, _ in panel.plot.labels()] == ["train", "dev"]


def test_the_unit_stands_beside_the_time_axis(panel):
    foot = panel.plot.mapTo(panel, panel.plot.gutter().center().toPoint())
    assert panel.unit.geometry().contains(foot)


def test_every_new_control_has_a_name_and_a_tip(panel):
    for part in (panel.log_x, panel.unit, panel.clear, panel.more, panel.log, panel.smooth):
        assert part.accessibleName() and part.toolTip()
