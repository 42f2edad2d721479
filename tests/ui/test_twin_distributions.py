"""The distributions of twins: both in every picture, on common axes, lined up by layer, read and counted together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.distributions import Distributions, Histogram
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.panels.distributions.layer_column import Column
from hyperscope.ui.panels.distributions.lined_up import lined_up
from hyperscope.ui.panels.distributions.multiples import bars, bins_of, shares
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.panels.distributions.placing import colours
from hyperscope.ui.theme import DARK, LIGHT, scaled
from probed import Sides, both, probed, seen, views

PLAIN = (Layer(8, "tanh"), Layer(8, "tanh"))
NORMED = (Layer(8, "tanh", "before"), Layer(8, "tanh", "before"))
DEEPER = (Layer(8, "tanh"), Layer(6, "tanh"), Layer(5, "relu"))


def trained(layers: tuple[Layer, ...], steps: int = 40, rate: float = 0.01) -> Trainer:
    training = Training(batch_size=16, learning_rate=rate)
    made = Trainer(Experiment(data=Data(points=120), network=Network(layers=layers), training=training, seed=3))
    made.steps(steps)
    return made


def twins(a: tuple[Layer, ...], b: tuple[Layer, ...], name: str = "distributions", rate: float = 0.1) -> Sides:
    """What a window gets of two networks, of which B is trained faster."""
    return both(trained(a), trained(b, rate=rate), name)


@pytest.fixture
def panel(distributions_panel):
    return distributions_panel


def shown(panel: DistributionsPanel, snapshot: Sides, view: str = "z to a") -> list[Column]:
    panel.draw(snapshot)
    panel.view.choose(view)
    panel.grab()
    return panel.columns._columns


def said(panel: DistributionsPanel) -> list[str]:
    return [text.text() for column in panel.columns._columns for _, text, _, _ in column.words]


def seen_at(panel: DistributionsPanel, at: QPointF) -> str:
    return panel.columns.grab().toImage().pixelColor(at.toPoint()).name()


def pointed(panel: DistributionsPanel, qtbot, at: QPointF) -> list[tuple[str, str]]:
    qtbot.mouseMove(panel.columns, at.toPoint())
    qtbot.waitUntil(lambda: bool(panel.columns.reading.rows))
    return panel.columns.reading.rows


# -- arithmetic ---------------------------------------------------------------------------------------------------


def evenly(low: float, high: float, bins: int = 32) -> Histogram:
    return Histogram(np.ones(bins, int), np.linspace(low, high, bins + 1), 0.0, 1.0)


def test_shares_in_common_bins_are_all_of_the_values() -> None:
    edges = np.linspace(-4, 6, 24)
    assert shares(evenly(-4, 6), edges).sum() == pytest.approx(1)
    narrow = shares(evenly(0, 1), edges)
    assert narrow.sum() == pytest.approx(1) and narrow[edges[1:] < 0].max() == 0


def test_bins_that_fit_are_left_as_they_are() -> None:
    counts = np.random.default_rng(1).integers(0, 90, 32)
    found = shares(Histogram(counts, np.linspace(-2, 2, 33), 0, 1), np.linspace(-2, 2, 33))
    assert np.allclose(found, counts / counts.sum())


def test_common_bins_are_no_finer_than_the_coarser_histogram() -> None:
    assert bins_of((evenly(0, 32), evenly(0, 1)), (0.0, 32.0), 1000) == 32


def test_both_are_measured_by_one_scale() -> None:
    made = bars((evenly(0, 8), evenly(0, 4)), QRectF(0, 0, 200, 100), (0.0, 8.0))
    up, down = made.axis - made.ends[0].min(), made.ends[1].max() - made.axis
    assert up == pytest.approx(down / 2, abs=2)


# -- the panel ----------------------------------------------------------------------------------------------------


def test_one_alone_stands_on_the_foot_of_its_pictures_in_its_own_bins(panel) -> None:
    snapshot = twins(PLAIN, PLAIN)[:1]
    column = shown(panel, snapshot)[0]
    for kind, made in column.pictures:
        assert made.axis == made.area.bottom() and len(made.ends) == 1
        assert np.array_equal(made.edges, getattr(views(snapshot)["distributions"].layers[0], kind).edges)
    assert column.lines is None and panel.key.isHidden()


def test_every_histogram_has_a_above_its_axis_and_b_below(panel) -> None:
    for column in shown(panel, twins(PLAIN, PLAIN)):
        for _, made in column.pictures:
            assert made.ends[0].min() < made.axis < made.ends[1].max()
            assert made.area.top() <= made.ends[0].min() and made.ends[1].max() <= made.area.bottom() + 1


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_halves_bear_the_twins_colours(panel, theme) -> None:
    panel.set_theme(theme)
    made = shown(panel, twins(PLAIN, PLAIN))[0].pictures[0][1]
    ours, theirs = (int(part.argmax()) for part in made.parts)
    above = QPointF((made.at[ours] + made.at[ours + 1]) / 2, made.axis - 3)
    below = QPointF((made.at[theirs] + made.at[theirs + 1]) / 2, made.axis + 4)
    assert (seen_at(panel, above), seen_at(panel, below)) == tuple(colour.name() for colour in colours(theme))


def test_an_axis_reaches_as_far_as_either_twin(panel) -> None:
    snapshot = twins(PLAIN, PLAIN)
    columns = shown(panel, snapshot)
    ours, theirs = views(snapshot)["distributions"], views(snapshot[1])["distributions"]
    for column, a, b in zip(columns, ours.layers, theirs.layers, strict=True):
        made = column.pictures[0][1]
        assert made.edges[0] == min(a.z.edges[0], b.z.edges[0])
        assert made.edges[-1] == max(a.z.edges[-1], b.z.edges[-1])


def test_the_river_reaches_as_far_and_as_long_as_either_twin(panel) -> None:
    ours, theirs = trained(PLAIN, 20), trained(PLAIN, 80, 0.1)
    column = shown(panel, both(ours, theirs, "distributions"))[0]
    one, other = probed(ours, "distributions"), probed(theirs, "distributions")
    assert column.time[1] == other.epoch[-1] > one.epoch[-1]
    assert column.span[1] == max(other.rivers[0].max(), one.rivers[0].max())
    assert column.bands is not None and column.lines is not None


def test_common_axes_are_those_of_all_layers_and_both_twins(panel) -> None:
    panel.axes.click()
    columns = shown(panel, twins(PLAIN, PLAIN))
    assert len({(column.pictures[0][1].edges[0], column.span) for column in columns}) == 1


# -- other structures ---------------------------------------------------------------------------------------------


def record(layers: tuple[Layer, ...]) -> Distributions:
    found: Distributions = probed(trained(layers, 5), "distributions")
    return found


def test_layers_stand_beside_the_layers_of_their_place_and_outputs_beside_outputs() -> None:
    pairs = lined_up("weights", (record(PLAIN), record(DEEPER)))
    assert [pair.name for pair in pairs] == ["Layer 1", "Layer 2", "Layer 3", "Output"]
    assert [[side is not None for side in pair.sides] for pair in pairs] == [
        [True] * 2,
        [True] * 2,
        [False, True],
        [True] * 2,
    ]


def test_a_layer_that_only_b_has_leaves_a_s_half_empty_and_says_so(panel) -> None:
    column = shown(panel, twins(PLAIN, DEEPER))[2]
    assert all(made.ends[0] is None and made.ends[1] is not None for _, made in column.pictures)
    assert column.bands is None and column.lines is not None
    assert "not in A" in said(panel) and any(text.startswith("only in B") for text in said(panel))


def test_a_layer_that_only_a_has_leaves_b_s_half_empty(panel) -> None:
    column = shown(panel, twins(DEEPER, PLAIN))[2]
    assert all(made.ends[1] is None for _, made in column.pictures)
    assert column.bands is not None and column.lines is None
    assert "not in B" in said(panel)


def test_without_hidden_layers_in_a_those_of_b_are_shown(panel) -> None:
    assert len(shown(panel, twins((), PLAIN))) == 2


def test_what_only_b_s_batch_norm_makes_stands_below_an_empty_half(panel) -> None:
    column = shown(panel, twins(PLAIN, NORMED))[0]
    assert [kind for kind, _ in column.pictures] == ["z", "hat", "y", "a"]
    assert [made.ends[0] is None for _, made in column.pictures] == [False, True, True, False]
    assert "no BN" in said(panel)


def test_batch_norms_view_has_both_twins_of_each_unit(panel) -> None:
    column = shown(panel, twins(NORMED, NORMED), "batch norm")[0]
    assert all(norm is not None for norm in column.norms)
    reach = [norm.span for norm in column.norms]
    assert column.span == (min(low for low, _ in reach), max(high for _, high in reach))


def test_batch_norms_view_is_offered_where_only_b_has_it(panel) -> None:
    column = shown(panel, twins(PLAIN, NORMED), "batch norm")[0]
    assert column.norms[0] is None and column.norms[1] is not None
    assert any("A no BN" in text for text in said(panel))


def test_twins_of_other_width_share_the_units_slots(panel) -> None:
    wide = (Layer(12, "tanh", "before"), Layer(8, "tanh", "before"))
    column = shown(panel, twins(NORMED, wide), "batch norm")[0]
    assert column.slot * 12 == pytest.approx(column.area.width())


# -- numbers ------------------------------------------------------------------------------------------------------


def with_dead(snapshot: Sides, a: int, b: int) -> Sides:
    def dead(of: Distributions, count: int) -> Distributions:
        return replace(of, layers=tuple(replace(layer, dead=count) for layer in of.layers))

    return tuple(
        seen({"distributions": dead(views(side)["distributions"], count)})
        for side, count in zip(snapshot, (a, b), strict=True)
    )


@pytest.mark.parametrize("width", [724, 1086])
def test_the_head_counts_dead_units_of_both(panel, qtbot, width) -> None:
    panel.resize(width, 246)
    qtbot.waitUntil(lambda: panel.columns.width() > 0.9 * width)
    shown(panel, with_dead(twins(PLAIN, PLAIN), 3, 0))
    assert any("dead A 3 · B 0" in text for text in said(panel))


def test_the_mouse_reads_the_shares_of_both(panel, qtbot) -> None:
    made = shown(panel, twins(PLAIN, PLAIN))[0].pictures[0][1]
    bin_ = int(made.parts[0].argmax())
    rows = pointed(panel, qtbot, QPointF((made.at[bin_] + made.at[bin_ + 1]) / 2, made.axis))
    assert rows[0][0] == "Layer 1: z"
    assert rows[1:] == [(letter, f"{100 * part[bin_]:.1f} %") for letter, part in zip("AB", made.parts, strict=True)]


def test_the_mouse_reads_a_dash_for_what_a_twin_has_not(panel, qtbot) -> None:
    made = shown(panel, twins(PLAIN, NORMED))[0].pictures[1][1]
    rows = pointed(panel, qtbot, made.area.center())
    assert rows[0][0] == "Layer 1: ẑ" and rows[1] == ("A", "–") and rows[2][1].endswith(" %")


def test_the_mouse_reads_the_medians_of_both_rivers(panel, qtbot) -> None:
    column = shown(panel, twins(PLAIN, PLAIN))[1]
    rows = pointed(panel, qtbot, column.area.center())
    assert rows[0][0].startswith("Layer 2, epoch ") and [name for name, _ in rows[1:]] == ["A", "B"]
    assert all(" to " in value for _, value in rows[1:])


def test_the_mouse_reads_a_unit_s_statistics_of_both(panel, qtbot) -> None:
    column = shown(panel, twins(NORMED, NORMED), "batch norm")[0]
    at = column.area.topLeft() + QPointF(column.slot * 2.5, 40)
    rows = pointed(panel, qtbot, at)
    assert rows[0] == ("Layer 1, unit 3", "batch, running") and all(value.count("±") == 2 for _, value in rows[1:])


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_reading_hides_neither_itself_nor_what_is_read(panel, qtbot, scale) -> None:
    panel.set_theme(scaled(LIGHT, scale))
    made = shown(panel, twins(PLAIN, PLAIN))[0].pictures[0][1]
    before = panel.columns.grab().toImage()
    pointed(panel, qtbot, made.area.center() + QPointF(0, 1))
    after = panel.columns.grab().toImage()
    rows = [
        y
        for y in range(after.height())
        if any(before.pixel(x, y) != after.pixel(x, y) for x in range(round(made.area.right()) + 8, after.width()))
    ]
    assert rows[0] >= made.area.bottom() and rows[-1] < after.height() - 1


def test_beside_the_pictures_it_reads_nothing(panel, qtbot) -> None:
    column = shown(panel, twins(PLAIN, PLAIN))[0]
    pointed(panel, qtbot, column.area.center())
    qtbot.mouseMove(panel.columns, QPoint(3, 3))
    qtbot.waitUntil(lambda: not panel.columns.reading.rows)


# -- the head -----------------------------------------------------------------------------------------------------


def test_a_legend_says_which_is_which_and_goes_with_the_twin(panel) -> None:
    snapshot = twins(PLAIN, PLAIN)
    shown(panel, snapshot)
    assert panel.key.isVisible() and "A above" in panel.key.accessibleName() and "B below" in panel.key.toolTip()
    panel.draw(snapshot[:1])
    assert panel.key.isHidden()


def test_the_legend_stays_in_a_narrow_head_with_large_type(panel, qtbot) -> None:
    panel.set_theme(scaled(LIGHT, 1.5))
    panel.resize(600, 160)
    shown(panel, twins(NORMED, NORMED))
    qtbot.waitUntil(lambda: panel.key.geometry().right() < panel.view.geometry().left())
    assert panel.key.isVisible() and panel.width() == 600


def test_train_mode_shows_both_as_well(panel) -> None:
    panel.mode.choose("train")
    columns = shown(panel, twins(NORMED, NORMED, "distributions in training"))
    assert all(made.ends[0] is not None and made.ends[1] is not None for _, made in columns[0].pictures)


def penalised(l1: float) -> Trainer:
    training = Training(optimiser="sgd", learning_rate=0.1, l1=l1)
    made = Trainer(Experiment(data=Data(points=120), network=Network(layers=PLAIN), training=training))
    made.steps(60)
    return made


def zeros_of(trainer: Trainer) -> int:
    return sum(int((trainer.weights()[f"{name}.weights"] == 0).sum()) for name in trainer.layout.names)


def test_of_weights_the_head_and_each_layer_say_how_many_are_exactly_0(panel) -> None:
    panel.resize(1400, 300)
    trainer = penalised(0.05)
    shown(panel, (seen({"distributions": probed(trainer, "distributions")}),), "weights")
    assert panel.columns.legends[0].startswith(f"{zeros_of(trainer)} of 104 weights are exactly 0")
    assert any("of 64 exactly 0" in text for text in said(panel))


def test_of_weights_none_of_which_is_0_nothing_is_said_of_zeros(panel) -> None:
    panel.resize(1400, 300)
    shown(panel, (seen({"distributions": probed(penalised(0.0), "distributions")}),), "weights")
    assert not any("exactly" in text for text in (*said(panel), *panel.columns.legends))


def test_of_twins_each_says_how_many_weights_are_exactly_0(panel) -> None:
    panel.resize(1400, 300)
    a, b = penalised(0.0), penalised(0.05)
    shown(panel, both(a, b, "distributions"), "weights")
    assert panel.columns.legends[0].startswith(f"exactly 0: A none · B {zeros_of(b)} of 104")
    assert any("exactly 0: A 0 · B" in text for text in said(panel))
