"""The distributions panel's further views: what of a layer is shown, in which mode, and what its head counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.probes.distributions import Distributions, Mode, distributions
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.theme import DARK, LIGHT
from probed import Sides, asks, sides
from ui import hand_made

NORMED = Network(layers=(Layer(8, "tanh", "before", 0.3), Layer(8, "relu", "before")))


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(Experiment(data=Data(points=120), network=NORMED, training=Training(batch_size=16), seed=3))
    made.steps(60)
    return made


@pytest.fixture
def panel(distributions_panel):
    return distributions_panel


def shown(record: Distributions) -> Sides:
    name = "distributions in training" if record.training else "distributions"
    return sides({name: record})


def settled(panel: DistributionsPanel, qtbot) -> list:
    """The columns, once the layout has given the canvas its width."""
    qtbot.waitUntil(lambda: panel.columns.width() > 0.7 * panel.width())
    panel.grab()
    return panel.columns._columns


def said(panel: DistributionsPanel) -> list[str]:
    return [text.text() for column in panel.columns._columns for _, text, _, _ in column.words]


def test_with_batch_norm_z_hat_stands_between_z_and_y(panel, trainer, qtbot):
    panel.draw(shown(distributions(trainer, Mode())))
    assert [kind for kind, _ in settled(panel, qtbot)[0].pictures] == ["z", "hat", "y", "a"]


@pytest.mark.parametrize(("view", "kind", "columns"), [("ẑ", "hat", 2), ("a", "a", 2), ("weights", "weights", 3)])
def test_a_view_of_one_quantity_has_its_histogram_and_river(panel, trainer, qtbot, view, kind, columns):
    panel.draw(shown(distributions(trainer, Mode())))
    panel.view.choose(view)
    drawn = settled(panel, qtbot)
    assert [[name for name, _ in column.pictures] for column in drawn] == [[kind]] * columns
    assert all(column.flows for column in drawn)


def test_normalised_values_are_offered_with_batch_norm_alone(panel, trainer, qtbot):
    panel.draw(shown(distributions(trainer, Mode())))
    assert not panel.view.word("ẑ").isHidden()
    panel.view.choose("ẑ")
    plain = Trainer(Experiment(data=Data(points=120)))
    plain.steps(10)
    panel.draw(shown(distributions(plain, Mode())))
    assert panel.view.word("ẑ").isHidden() and panel.view.value == "z to a"


def test_of_normalised_values_a_layer_without_them_says_so(panel, qtbot):
    some = Trainer(Experiment(data=Data(points=120), network=Network(layers=(Layer(6, "tanh", "before"), Layer(6)))))
    some.steps(10)
    panel.draw(shown(distributions(some, Mode())))
    panel.view.choose("ẑ")
    first, second = settled(panel, qtbot)
    assert first.pictures and first.flows and not second.pictures and not second.flows
    assert "no BN" in said(panel)


def test_weights_and_gradients_have_the_output_layer_too(panel, trainer, qtbot):
    panel.draw(shown(distributions(trainer, Mode())))
    panel.view.choose("gradients")
    assert [column.layers.name for column in settled(panel, qtbot)] == ["Layer 1", "Layer 2", "Output"]


def test_without_hidden_layers_the_output_s_weights_are_shown(panel, qtbot):
    alone = Trainer(Experiment(data=Data(points=120), network=Network(layers=())))
    alone.steps(10)
    panel.draw(shown(distributions(alone, Mode())))
    assert "add one" in panel.columns.empty
    panel.view.choose("weights")
    assert [column.layers.name for column in settled(panel, qtbot)] == ["Output"]


def test_the_mouse_reads_the_river_of_what_is_shown(panel, trainer, qtbot):
    record = distributions(trainer, Mode())
    panel.draw(shown(record))
    panel.view.choose("weights")
    area = settled(panel, qtbot)[0].area
    qtbot.mouseMove(panel.columns, QPoint(round(area.right()) - 1, round(area.center().y())))
    median = record.weight_rivers[0][-1, 2]
    qtbot.waitUntil(lambda: f"{abs(median):#.2g}" in panel.columns.reading.sentence)


def test_before_any_step_there_is_no_river_of_gradients(panel, qtbot):
    fresh = Trainer(Experiment(data=Data(points=120), network=NORMED))
    panel.draw(shown(distributions(fresh, Mode())))
    panel.view.choose("gradients")
    assert all(not column.flows and column.pictures for column in settled(panel, qtbot))


def test_the_train_mode_asks_for_another_probe(panel, qtbot):
    assert panel.asks(Focus()) == asks("distributions")
    with qtbot.waitSignal(panel.asked):
        panel.mode.choose("train")
    assert panel.asks(Focus()) == asks("distributions in training")


def test_what_was_asked_for_in_the_other_mode_is_not_drawn(panel, trainer):
    panel.mode.choose("train")
    panel.draw(shown(distributions(trainer, Mode())))
    assert "Press play" in panel.columns.empty


def test_the_mode_is_said_in_the_head(panel, trainer, qtbot):
    panel.resize(1100, 300)
    panel.draw(shown(distributions(trainer, Mode())))
    settled(panel, qtbot)
    evaluated = panel.line.text
    panel.mode.choose("train")
    panel.draw(shown(distributions(trainer, Mode(training=True))))
    m = len(trainer.last_batch)
    assert evaluated.startswith("evaluation mode")
    assert panel.line.text.startswith(f"train mode, last mini-batch of {m}")


def test_weights_are_the_same_in_either_mode(panel, trainer):
    panel.draw(shown(distributions(trainer, Mode())))
    panel.view.choose("weights")
    assert not panel.mode.isEnabled()
    panel.view.choose("a")
    assert panel.mode.isEnabled()


def test_dead_and_saturated_units_are_counted_in_the_head(panel, trainer, qtbot):
    record = distributions(trainer, Mode())
    sick = replace(record.layers[1], dead=3, stuck=5)
    panel.draw(shown(replace(record, layers=(record.layers[0], sick))))
    settled(panel, qtbot)
    assert any("3 dead, 5 sat. of 8" in text for text in said(panel))


def test_in_a_narrow_column_dead_units_are_said_before_the_deviation(panel, trainer, qtbot):
    record = distributions(trainer, Mode())
    sick = replace(record.layers[1], dead=3, stuck=5)
    panel.resize(330, 246)
    panel.draw(shown(replace(record, layers=(sick,) * 3)))
    settled(panel, qtbot)
    assert any(text.startswith("3 dead") for text in said(panel))
    assert not any("σ" in text for text in said(panel))


def test_a_tooltip_says_what_is_counted(panel, trainer, qtbot):
    panel.draw(shown(distributions(trainer, Mode())))
    settled(panel, qtbot)
    at = QPoint(100, 6)
    panel.columns.event(QHelpEvent(QHelpEvent.Type.ToolTip, at, panel.columns.mapToGlobal(at)))
    try:
        assert "Dead units give 0 for every example" in QToolTip.text()
        assert "more than 95 %" in panel.columns.definition
    finally:
        QToolTip.hideText()
        qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_common_axes_hold_for_weights(panel, trainer, qtbot):
    panel.draw(shown(distributions(trainer, Mode())))
    panel.view.choose("weights")
    panel.axes.click()
    drawn = [column.pictures[0][1] for column in settled(panel, qtbot)]
    wide = [made.at[-1] - made.at[0] for made in drawn]
    spans = [made.edges[-1] - made.edges[0] for made in drawn]
    assert wide[0] / wide[1] == pytest.approx(spans[0] / spans[1], rel=0.03)


@pytest.mark.parametrize("view", ["z to a", "a", "weights", "gradients", "batch norm"])
@pytest.mark.parametrize("theme", [replace(LIGHT, scale=1.5), DARK], ids=["large", "dark"])
def test_every_view_is_drawn_within_the_card(panel, trainer, qtbot, view, theme):
    panel.set_theme(theme)
    panel.draw(shown(distributions(trainer, Mode())))
    panel.view.choose(view)
    columns = settled(panel, qtbot)
    assert columns[-1].left + columns[-1].width <= panel.columns.width()
    assert np.isfinite([column.width for column in columns]).all()


def test_every_word_of_the_views_has_a_name_and_a_tip(panel):
    words = [panel.view.word(name) for name in ("z to a", "a", "weights", "gradients", "batch norm")]
    words += [panel.mode.word("evaluation"), panel.mode.word("train"), panel.axes]
    assert all(word.accessibleName() and word.toolTip() for word in words)


# -- which part of a run is shown ---------------------------------------------------------------------------------


def of_epochs(epochs: float) -> Distributions:
    """Distributions of a run that is so long, whose rivers drift all the while."""
    made = hand_made.distributions()
    t = len(made.epoch)
    drift = np.linspace(0, 1, t)[:, None]
    rivers = tuple(np.asarray(river, float) + 100 * drift for river in made.rivers)
    return replace(made, epoch=np.linspace(0, epochs, t), rivers=rivers, moves=())


def times(panel: DistributionsPanel) -> set[tuple[float, float]]:
    return {column.time for column in panel.columns._columns}


def test_rivers_of_a_long_run_show_its_last_part(panel):
    panel.draw(shown(of_epochs(4000)))
    assert times(panel) == {(3000, 4000)}


def test_a_river_s_axis_fits_what_is_seen_of_it(panel):
    panel.draw(shown(of_epochs(4000)))
    low = panel.columns._columns[0].span[0]
    panel.columns.stretch.show_all()
    assert low > panel.columns._columns[0].span[0] + 50


def test_the_wheel_over_a_river_zooms_all_of_them_and_a_double_click_follows(panel, qtbot):
    panel.draw(shown(of_epochs(100)))
    column = panel.columns._columns[1]
    at = QPointF(column.area.right() - 1, column.area.center().y())
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    angle, button = QPoint(0, 240), Qt.MouseButton.NoButton
    event = QWheelEvent(at, panel.columns.mapToGlobal(at), QPoint(), angle, button, none, phase, False)
    QApplication.sendEvent(panel.columns, event)
    assert [(round(left), round(right)) for left, right in times(panel)] == [(36, 100)]
    qtbot.mouseDClick(panel.columns, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert times(panel) == {(0, 100)}


def test_a_drag_moves_all_rivers(panel, qtbot):
    panel.draw(shown(of_epochs(4000)))
    area = panel.columns._columns[0].area
    at = area.center().toPoint()
    qtbot.mousePress(panel.columns, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(panel.columns, at + QPoint(round(area.width() / 4), 0))
    qtbot.mouseRelease(panel.columns, Qt.MouseButton.LeftButton)
    (seen,) = times(panel)
    assert seen == pytest.approx((2750, 3750), abs=20)
