"""The curves panel: what it draws for losses and accuracies, moves, odd values, and how it is worked by key."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from hyperscope.lab.training.curves import Curves
from hyperscope.ui.panels.common.axes import linear_ticks, log_ticks, number_text
from hyperscope.ui.panels.common.strokes import dashes
from hyperscope.ui.panels.curves.lines import linear_range
from hyperscope.ui.panels.curves.panel import CurvesPanel, smoothed, thinned
from hyperscope.ui.theme import DARK, LIGHT
from probed import Sides, sides


def curves(points: int = 200, epochs: float = 140.0) -> Curves:
    epoch = np.linspace(0, epochs, points)
    loss = 0.02 + np.exp(-epoch / 20)
    return Curves(
        np.arange(points),
        epoch,
        loss * 1.1,
        loss,
        loss * 1.3,
        1 - loss / 3,
        1 - loss / 2.5,
        ((640, 60.0, "α 0.03"),),
    )


def snapshot(shown: Curves) -> Sides:
    return sides({"curves": shown})


@pytest.fixture
def panel(qtbot):
    made = CurvesPanel()
    qtbot.addWidget(made)
    made.resize(380, 246)
    with qtbot.waitExposed(made):
        made.show()
    return made


def drawn(panel: CurvesPanel, role: str) -> tuple[np.ndarray, np.ndarray]:
    line = panel.plot._curves[role]
    return line.x, line.y


def test_the_loss_is_drawn_at_its_logarithm(panel):
    panel.draw(snapshot(curves()))
    assert drawn(panel, "train")[1].max() == pytest.approx(math.log10(1.02))


def test_without_log_the_loss_is_drawn_as_it_is(panel):
    panel.draw(snapshot(curves()))
    panel.log.click()
    assert drawn(panel, "train")[1].max() == pytest.approx(1.02)


def test_a_linear_loss_axis_starts_at_zero(panel):
    panel.draw(snapshot(curves()))
    panel.log.click()
    assert panel.plot._ranges[2] == 0


def test_choosing_accuracy_draws_accuracies(panel):
    panel.draw(snapshot(curves()))
    panel.view.choose("Accuracy")
    assert drawn(panel, "train")[1].max() == pytest.approx(float(curves().train_accuracy.max()))


def test_accuracy_has_no_mini_batch_line(panel):
    panel.draw(snapshot(curves()))
    panel.view.choose("Accuracy")
    assert not len(drawn(panel, "batch")[0])


def test_smoothing_keeps_the_raw_curve_behind(panel):
    panel.draw(snapshot(curves()))
    raw = drawn(panel, "train")[1].copy()
    panel.smooth.click()
    assert np.allclose(drawn(panel, "raw train")[1], raw)


def test_a_loss_of_zero_lies_on_the_floor_of_a_log_axis(panel):
    shown = curves(50)
    shown.train_loss[20] = 0.0
    panel.draw(snapshot(shown))
    assert drawn(panel, "train")[1][20] == panel.plot._ranges[2]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_losses_that_are_no_numbers_do_not_move_the_axis(panel, bad: float):
    panel.draw(snapshot(curves()))
    before = panel.plot._ranges
    shown = curves()
    shown.train_loss[100] = shown.dev_loss[50] = bad
    panel.draw(snapshot(shown))
    panel.grab()
    assert panel.plot._ranges == before


def test_curves_without_any_number_still_draw(panel):
    nothing = np.full(5, np.nan)
    panel.draw(snapshot(Curves(np.arange(5), np.arange(5.0), *[nothing] * 5)))
    panel.grab()
    assert all(math.isfinite(end) for end in panel.plot._ranges)


def test_one_point_still_has_a_range(panel):
    panel.draw(snapshot(curves(1)))
    panel.grab()
    left, right, bottom, top = panel.plot._ranges
    assert left < right and bottom < top


def test_before_any_data_it_says_what_to_do(panel):
    panel.grab()
    assert "Press play" in panel.plot._empty


def test_a_snapshot_without_curves_changes_nothing(panel):
    panel.draw(snapshot(curves()))
    panel.draw(sides({}))
    assert len(drawn(panel, "train")[0])


def test_a_move_has_its_caption(panel):
    panel.draw(snapshot(curves()))
    assert [text for _, _, text in panel.plot.captions()] == ["α 0.03"]


def test_of_crowded_captions_the_newest_stays(panel):
    moves = tuple((step, 60 + step / 4, f"α 0.0{step}") for step in range(1, 6))
    panel.draw(snapshot(replace(curves(), moves=moves)))
    assert panel.plot.captions()[0][2] == "α 0.05"


def test_captions_do_not_overlap(panel):
    moves = tuple((step, 3.0 * step, f"α {step}.25") for step in range(40))
    panel.draw(snapshot(replace(curves(), moves=moves)))
    placed = panel.plot.captions()
    lefts = sorted(left for left, _, _ in placed)
    assert len(placed) > 2 and all(b - a > 20 for a, b in pairwise(lefts))


def test_a_caption_at_the_right_edge_stays_inside(panel):
    panel.draw(snapshot(replace(curves(), moves=((1, 139.9, "β₁ 0.95"),))))
    (left, at, _), *_ = panel.plot.captions()
    assert left < at


def test_the_mouse_reads_the_values_of_that_epoch(panel, qtbot):
    panel.draw(snapshot(curves(141)))
    area = panel.plot.area()
    middle = QPointF(panel.plot.x_to_pixel(70.0), area.center().y()).toPoint()
    qtbot.mouseMove(panel.plot, middle)
    loss = 0.02 + math.exp(-70 / 20)
    qtbot.waitUntil(lambda: panel.legend.text == f"train {number_text(loss)} dev {number_text(loss * 1.3)}")


def test_there_is_no_context_menu(panel):
    middle = panel.plot.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, panel.plot.mapToGlobal(middle))
    panel.plot.contextMenuEvent(event)
    assert not event.isAccepted()


def test_the_switches_work_by_key(panel):
    panel.draw(snapshot(curves()))
    panel.smooth.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.smooth, Qt.Key.Key_Space)
    assert panel.smooth.isChecked()


def test_the_arrow_keys_choose_accuracy(panel):
    panel.view.word("Loss").setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.view.word("Loss"), Qt.Key.Key_Right)
    assert panel.view.value == "Accuracy"


def test_every_control_has_an_accessible_name(panel):
    parts = (panel, panel.view, panel.view.word("Accuracy"), panel.smooth, panel.log, panel.plot)
    assert all(part.accessibleName() for part in parts)


def test_a_theme_changes_the_ground(panel):
    panel.draw(snapshot(curves()))
    panel.set_theme(DARK)
    assert panel.grab().toImage().pixelColor(190, 120).lightness() < 80


def test_a_projector_has_larger_words(panel):
    before = panel.log.sizeHint()
    panel.set_theme(replace(LIGHT, scale=1.5))
    assert panel.log.sizeHint().width() > before.width()


def test_smoothing_a_constant_gives_the_constant():
    assert smoothed(np.full(7, 3.0)) == pytest.approx(np.full(7, 3.0))


def test_smoothing_is_the_bias_corrected_average():
    assert smoothed(np.array([1.0, 3.0]), 0.9)[1] == pytest.approx((0.9 * 0.1 + 0.1 * 3) / (1 - 0.9**2))


def test_smoothing_passes_over_what_is_no_number():
    assert np.isnan(smoothed(np.array([1.0, np.nan, 1.0]))).tolist() == [False, True, False]


def test_thinning_keeps_every_spike():
    y = np.zeros(5000)
    y[1234], y[4321] = 9.0, -9.0
    _, kept = thinned(np.arange(5000.0), y, 100)
    assert (kept.max(), kept.min(), len(kept) <= 250) == (9.0, -9.0, True)


def test_thinned_points_stay_in_order():
    x, _ = thinned(np.arange(5003.0), np.random.default_rng(1).normal(size=5003), 100)
    assert (np.diff(x) >= 0).all()


def test_dashes_cover_four_sevenths_of_a_line():
    x, y = dashes(np.array([0.0, 30.0, 30.0]), np.array([0.0, 0.0, 40.0]))
    assert np.hypot(np.diff(x)[::2], np.diff(y)[::2]).sum() == pytest.approx(40.0)


def test_dashes_leave_out_what_is_not_known():
    x, _ = dashes(np.array([0.0, 10.0, np.nan, 50.0, 60.0]), np.array([0.0, 0.0, np.nan, 0.0, 0.0]))
    assert not ((x > 10) & (x < 50)).any()


def test_dashes_leave_out_the_logarithms_of_nothing():
    x, _ = dashes(np.array([0.0, 10.0, 20.0, 30.0, 50.0, 60.0]), np.array([0.0, 0.0, np.inf, np.inf, 0.0, 0.0]))
    assert len(x) and np.all((x <= 10) | (x >= 50))


def test_log_ticks_are_powers_of_ten():
    assert [text for _, text in log_ticks(-2.3, 0.1)] == ["0.01", "0.1", "1"]


def test_a_log_axis_within_one_power_has_finer_ticks():
    assert [text for _, text in log_ticks(-0.75, -0.1)] == ["0.2", "0.5"]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99, 1.0])
def test_an_axis_of_shares_has_room_below_the_least(share: float):
    """Where all that is seen is right, every value is 1."""
    bottom, top, ticks = linear_range(np.full(3, share), share=True)
    assert 0 <= bottom <= share <= top == 1 and bottom < top
    assert len(ticks) > 1


def test_curves_of_which_every_example_is_right_are_drawn(qtbot):
    panel = CurvesPanel()
    qtbot.addWidget(panel)
    panel.resize(600, 300)
    panel.view.choose("Accuracy")
    right = np.ones(200)
    panel.draw(snapshot(replace(curves(), train_accuracy=right, dev_accuracy=right)))
    assert panel.plot.ranges[2:] == (pytest.approx(0.98), 1.0)
    panel.grab()


def test_linear_ticks_of_shares_are_in_per_cent():
    assert [text for _, text in linear_ticks(0.8, 1.0, 3, unit="%")] == ["80 %", "90 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.01234, "0.0123"), (-2.5, "−2.50"), (12345.0, "12345"), (1e-7, "1.00·10⁻⁷"), (math.nan, "–")],
)
def test_numbers_are_short(value: float, text: str):
    assert number_text(value) == text
