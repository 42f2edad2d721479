"""The distributions panel: its columns and pages, what the mouse reads, odd histograms and batch norm's view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest

from hyperscope.lab.probes.distributions import Distributions, Histogram, LayerDistributions
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.distributions.multiples import bands, bars, condensed, norm_of
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.theme import DARK, LIGHT
from patience import PATIENCE
from probed import Sides, sides


def histogram(low: float = -2.0, high: float = 2.0, bins: int = 20) -> Histogram:
    return Histogram(np.arange(1, bins + 1), np.linspace(low, high, bins + 1), 0.0, 1.0)


def layer(number: int, batch_norm: bool = True, units: int = 8) -> LayerDistributions:
    statistics = [np.zeros(units), np.ones(units), np.full(units, 0.5), np.full(units, 4.0)] if batch_norm else []
    y = histogram() if batch_norm else None
    return LayerDistributions(f"Layer {number}", histogram(-number, number), y, histogram(-1, 1), 0.04, *statistics)


def distributions(layers: int = 3, batch_norm: bool = True, times: int = 50) -> Distributions:
    rows = np.tile(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), (times, 1))
    shown = tuple(layer(number, batch_norm) for number in range(1, layers + 1))
    return Distributions(shown, np.linspace(0, 140, times), (rows,) * layers, ((1, 60.0, "α 0.03"),))


def snapshot(shown: Distributions) -> Sides:
    return sides({"distributions": shown})


@pytest.fixture
def panel(distributions_panel):
    return distributions_panel


def settled(panel: DistributionsPanel, qtbot) -> list:
    """The columns, once the layout has given the canvas its width."""
    qtbot.waitUntil(lambda: panel.columns.width() > 0.7 * panel.width())
    panel.grab()
    return panel.columns._columns


def said(panel: DistributionsPanel) -> list[str]:
    return [text.text() for column in panel.columns._columns for _, text, _, _ in column.words]


def test_each_hidden_layer_has_a_column(panel, qtbot):
    panel.draw(snapshot(distributions(3)))
    assert len(settled(panel, qtbot)) == 3


def test_six_layers_fit_at_the_playgrounds_width(panel, qtbot):
    panel.draw(snapshot(distributions(6)))
    assert len(settled(panel, qtbot)) == 6 and not panel.pager.isVisible()


def test_more_layers_are_turned_over_like_pages(panel, qtbot):
    panel.draw(snapshot(distributions(9)))
    settled(panel, qtbot)
    panel.pager.on.click()
    assert [column.layers.name for column in panel.columns._columns] == ["Layer 7", "Layer 8", "Layer 9"]


def test_fewer_layers_bring_back_the_first_page(panel, qtbot):
    panel.draw(snapshot(distributions(9)))
    settled(panel, qtbot)
    panel.pager.on.click()
    panel.draw(snapshot(distributions(2)))
    assert [column.layers.name for column in panel.columns._columns] == ["Layer 1", "Layer 2"]


def test_with_batch_norm_there_are_three_histograms(panel, qtbot):
    panel.draw(snapshot(distributions(2)))
    assert [kind for kind, _ in settled(panel, qtbot)[0].pictures] == ["z", "y", "a"]


def test_without_batch_norm_two_wider_ones(panel, qtbot):
    panel.draw(snapshot(distributions(2)))
    narrow = settled(panel, qtbot)[0].pictures[0][1].area.width()
    panel.draw(snapshot(distributions(2, batch_norm=False)))
    columns = settled(panel, qtbot)
    assert len(columns[0].pictures) == 2 and columns[0].pictures[0][1].area.width() > narrow


def test_a_column_tells_deviation_and_saturation(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    assert "σ 1.00 · sat. 4 %" in said(panel)


def test_narrow_columns_leave_the_saturation_out(panel, qtbot):
    panel.draw(snapshot(distributions(6)))
    settled(panel, qtbot)
    assert not any("sat." in text for text in said(panel))


def test_own_axes_say_their_own_ends(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    assert {"−1.0", "−2.0", "−3.0"} <= set(said(panel))


def test_common_axes_share_their_ends(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    panel.axes.click()
    z = [column.pictures[0][1] for column in panel.columns._columns]
    widths = [made.at[-1] - made.at[0] for made in z]
    assert widths[0] == pytest.approx(widths[2] / 3, abs=2)


def test_the_mouse_reads_bin_and_share(panel, qtbot):
    panel.draw(snapshot(distributions(2)))
    made = settled(panel, qtbot)[0].pictures[0][1]
    at = QPoint(round((made.at[19] + made.at[20]) / 2), round(made.area.center().y()))
    qtbot.mouseMove(panel.columns, at)
    qtbot.waitUntil(lambda: panel.columns.reading.sentence == "Layer 1: z from 0.900 to 1.00: 9.5 %")


def test_the_mouse_reads_the_quantiles_of_the_river(panel, qtbot):
    panel.draw(snapshot(distributions(1)))
    area = settled(panel, qtbot)[0].area
    qtbot.mouseMove(panel.columns, area.center().toPoint())
    qtbot.waitUntil(lambda: "median 0, 5–95 % −2.0 to 2.0" in panel.columns.reading.sentence)


def test_batch_norms_view_is_offered_only_with_batch_norm(panel):
    panel.draw(snapshot(distributions(2, batch_norm=False)))
    word = panel.view.word("batch norm")
    before = word.isVisible()
    panel.draw(snapshot(distributions(2)))
    assert (before, word.isVisible()) == (False, True)


def test_batch_norms_view_tells_how_far_batch_and_running_means_are_apart(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    panel.view.choose("batch norm")
    panel.grab()
    assert "μ differs by 0.25 σ" in said(panel)


def test_the_mouse_reads_the_statistics_of_a_unit(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    panel.view.choose("batch norm")
    column = panel.columns._columns[0]
    at = column.area.topLeft().toPoint() + QPoint(round(column.slot * 2.5), 40)
    qtbot.mouseMove(panel.columns, at)
    qtbot.waitUntil(lambda: panel.columns.reading.sentence == "Layer 1, unit 3: batch 0 ± 1.0, running 0.50 ± 2.0")
    assert panel.columns.reading.rows == [("Layer 1, unit 3", ""), ("batch, running", "0 ± 1.0, 0.50 ± 2.0")]


def test_without_batch_norm_the_view_goes_back_to_the_first(panel, qtbot):
    panel.draw(snapshot(distributions()))
    panel.view.choose("batch norm")
    panel.draw(snapshot(distributions(batch_norm=False)))
    assert settled(panel, qtbot)[0].pictures


def test_without_hidden_layers_it_says_what_to_do(panel):
    panel.draw(snapshot(Distributions((), np.zeros(0), ())))
    assert "add one" in panel.columns.empty


def test_before_any_data_it_says_what_to_do(panel):
    panel.grab()
    assert "Press play" in panel.columns.empty


def test_histograms_that_are_no_numbers_are_left_out(panel, qtbot):
    broken = replace(layer(1), z=Histogram(np.ones(4), np.full(5, np.nan), np.nan, np.nan))
    panel.draw(snapshot(replace(distributions(1), layers=(broken,))))
    assert [kind for kind, _ in settled(panel, qtbot)[0].pictures] == ["y", "a"]


def test_a_constant_layer_still_draws(panel, qtbot):
    still = replace(layer(1), z=Histogram(np.array([9.0]), np.array([0.0, 0.0]), 0.0, 0.0))
    panel.draw(snapshot(replace(distributions(1), layers=(still,))))
    assert len(settled(panel, qtbot)[0].pictures) == 3


def test_the_views_are_reached_by_key(panel):
    panel.draw(snapshot(distributions()))
    word = panel.view.word("z to a")
    word.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(word, Qt.Key.Key_Right)
    assert panel.view.value == "ẑ"
    QTest.keyClick(panel.view.word("ẑ"), Qt.Key.Key_Right)
    assert panel.view.value == "a"


def test_a_theme_changes_the_ground(panel, qtbot):
    panel.draw(snapshot(distributions()))
    settled(panel, qtbot)
    panel.set_theme(DARK)
    assert panel.grab().toImage().pixelColor(5, 120).lightness() < 80


def test_a_projector_leaves_nothing_out_of_the_card(panel, qtbot):
    panel.resize(1448, 492)
    panel.set_theme(replace(LIGHT, scale=1.5))
    panel.draw(snapshot(distributions()))
    columns = settled(panel, qtbot)
    assert columns[-1].left + columns[-1].width <= panel.columns.width()


def test_the_fullest_bin_is_as_high_as_its_area():
    made = bars((histogram(),), QRectF(0, 0, 100, 50), (-2.0, 2.0))
    assert made.ends[0].min() == 0


def test_the_smallest_share_still_shows():
    tail = Histogram(np.array([1, 100000]), np.array([0.0, 1.0, 2.0]), 1.0, 1.0)
    assert bars((tail,), QRectF(0, 0, 100, 50), (0.0, 2.0)).ends[0][0] == 49


def test_a_river_breaks_where_rows_are_not_known():
    rows = np.tile(np.arange(5.0), (9, 1))
    rows[4] = np.nan
    assert len(bands(np.arange(9.0), rows, QRectF(0, 0, 100, 50), (0, 8), (0, 4)).outer) == 2


def test_means_differ_in_units_of_the_running_deviation():
    assert norm_of(layer(1)).off == 0.25


def test_whole_epochs_have_no_decimals(panel, qtbot):
    long = replace(distributions(), epoch=np.linspace(0, 60, 50))
    panel.draw(snapshot(long))
    assert "60" in said(panel)


def test_a_long_river_takes_the_mean_of_many_rows(panel):
    epoch, rows = condensed(np.arange(1000.0), np.repeat(np.tile([0.0, 2.0], 500)[:, None], 5, axis=1), 100)
    assert np.array_equal(rows, np.ones((100, 5)))
    assert (epoch[0], epoch[-1]) == (0, 999)


def test_a_narrow_head_leaves_the_axes_out_before_the_view(panel, qtbot):
    panel.draw(snapshot(distributions()))
    panel.resize(330, 246)
    qtbot.waitUntil(panel.axes.isHidden)
    assert panel.view.isVisible()


def test_another_size_is_laid_out_a_frame_later_in_a_window(panel, qtbot):
    columns = panel.columns
    panel.draw(snapshot(distributions()))
    columns.turns = InTurn(panel, at_once=False)
    before = columns._columns
    panel.resize(panel.width() - 120, panel.height())
    assert panel.late and columns._columns is before  # and what was there is still painted
    qtbot.waitUntil(lambda: not panel.late, timeout=PATIENCE)
    last = columns._columns[-1]
    assert last.left + last.width <= columns.width()
    shown = panel.grab().toImage()
    columns.turns = None
    panel.resize(panel.width() + 1, panel.height())
    panel.resize(panel.width() - 1, panel.height())
    assert panel.grab().toImage() == shown
