"""The microscope in a window: what is dragged, pressed and typed there reaches the network, and is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import PAINTED, Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.batch_norm.exports import of_microscope
from hyperscope.ui.labs.batch_norm.microscope import Microscope
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.window import Window
from patience import PATIENCE

NORMED = Experiment(data=Data(points=150), network=Network(layers=(Layer(5, "tanh", "before"),) * 2))
Key = Qt.Key


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    made = standing_still(NORMED)
    made.session.advance("batch")
    return shown_in(made, qtbot)


def shown_in(window: Window, qtbot) -> Window:
    window.show_lab("batch-norm", "microscope")
    qtbot.waitUntil(lambda: window.up_to_date and page_of(window).microscope.drawn is not None, timeout=PATIENCE)
    return window


def page_of(window: Window) -> BatchNormPage:
    assert isinstance(window.lab.page, BatchNormPage)
    return window.lab.page


def drawn(window: Window):
    return page_of(window).microscope.drawn


def test_the_view_shows_the_last_hidden_layers_first_unit(window):
    assert drawn(window).title == "Layer 2, unit 1"
    assert page_of(window).microscope.title.text().startswith("Layer 2, unit 1")


def test_a_drag_of_gamma_moves_the_last_two_columns_and_is_one_move(window, qtbot):
    before = drawn(window)
    track = page_of(window).card.gamma.track
    track.setSliderDown(True)
    for step in (track.value() + 10, track.value() + 40):
        track.setSliderPosition(step)
    track.setSliderDown(False)
    wanted = page_of(window).card.gamma.value
    qtbot.waitUntil(lambda: drawn(window).gamma == pytest.approx(wanted), timeout=PATIENCE)
    np.testing.assert_allclose(drawn(window).stages[:3], before.stages[:3], rtol=1e-6)
    np.testing.assert_allclose(drawn(window).stages[3], wanted * before.stages[2] + before.beta, rtol=1e-5, atol=1e-6)
    window.do(window.session.undo)
    qtbot.waitUntil(lambda: drawn(window).gamma == pytest.approx(before.gamma), timeout=PATIENCE)
    assert not window.session.undo()


def test_the_numbers_are_those_that_are_drawn(window, qtbot):
    qtbot.waitUntil(lambda: page_of(window).averages.found is not None, timeout=PATIENCE)
    examples, unit, each, noise = of_microscope(page_of(window))
    shown = drawn(window)
    np.testing.assert_array_equal(np.array([row[2:7] for row in examples.rows]), shown.stages.T)
    np.testing.assert_array_equal(np.array([row[7:] for row in examples.rows]), shown.backward.stages.T)
    assert dict(zip(unit.heads, unit.rows[0], strict=True))["gamma"] == shown.gamma
    assert len(each.rows) == len(page_of(window).averages.found.mean) and noise.rows


@pytest.mark.parametrize("whole_layer", [False, True])
def test_undoing_batch_norm_brings_z_back_and_is_one_move(window, qtbot, whole_layer):
    before = drawn(window)
    card = page_of(window).card
    qtbot.mouseClick(card.undo_layer if whole_layer else card.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(window).gamma != before.gamma, timeout=PATIENCE)
    qtbot.waitUntil(lambda: np.allclose(drawn(window).stages[3], drawn(window).stages[0], atol=1e-5), timeout=PATIENCE)
    changed = (np.abs(drawn(window).layer_gamma - before.layer_gamma) > 1e-9).sum()
    assert changed == (5 if whole_layer else 1)
    window.do(window.session.undo)
    qtbot.waitUntil(lambda: np.allclose(drawn(window).layer_gamma, before.layer_gamma), timeout=PATIENCE)
    qtbot.waitUntil(lambda: np.allclose(drawn(window).layer_beta, before.layer_beta), timeout=PATIENCE)


def test_weights_five_times_as_large_move_the_first_columns_alone(window, qtbot):
    before = drawn(window)
    qtbot.mouseClick(page_of(window).card.scale.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: np.allclose(drawn(window).stages[0], 5 * before.stages[0]), timeout=PATIENCE)
    np.testing.assert_allclose(drawn(window).stages[2:], before.stages[2:], atol=1e-3)
    assert "a fifth" in page_of(window).card.of_trial.text()


def test_a_typed_bias_leaves_its_gradient_0(window, qtbot):
    entry = page_of(window).card.bias.entry
    entry.setFocus()
    entry.setText("3")
    qtbot.keyClick(entry, Key.Key_Return)
    qtbot.waitUntil(lambda: "<b>0</b>" in page_of(window).card.of_trial.text(), timeout=PATIENCE)
    assert not window.session.undo()  # it was only looked at


def test_a_bias_that_is_no_number_is_refused_with_a_sentence(window, qtbot):
    entry = page_of(window).card.bias.entry
    entry.setFocus()
    entry.setText("much")
    qtbot.keyClick(entry, Key.Key_Return)
    assert "must be a finite number" in window.words.message.accessibleName()


def test_arrows_go_from_unit_to_unit_and_from_layer_to_layer(window, qtbot):
    units = page_of(window).picker.units
    units.setFocus()
    qtbot.keyClick(units, Key.Key_Down)
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 2, unit 2", timeout=PATIENCE)
    qtbot.keyClick(units, Key.Key_Right)
    qtbot.waitUntil(lambda: drawn(window).title == "Output, unit 2", timeout=PATIENCE)
    assert units.accessibleDescription() == "Output, unit 2 of 3"


def test_a_click_on_a_unit_looks_at_it(window, qtbot):
    units = page_of(window).picker.units
    qtbot.mouseClick(units, Qt.MouseButton.LeftButton, pos=units.place(0, 3).center().toPoint())
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 1, unit 4", timeout=PATIENCE)


def test_the_pointer_on_an_example_picks_it_out_everywhere(window, qtbot):
    columns = page_of(window).microscope.columns
    area, _, _ = columns._parts()
    x = columns._column(area, 0)
    y = float(columns._axes(area).y(columns._scaled()[0, 2]))
    qtbot.mouseMove(columns, QPoint(round(x), round(y)))
    qtbot.waitUntil(lambda: columns.example is not None, timeout=PATIENCE)
    assert page_of(window).picker.place._example == columns.example
    assert f"Example {columns.example}" in columns.accessibleDescription()
    qtbot.waitUntil(lambda: drawn(window).alone.example == columns.example, timeout=PATIENCE)
    assert f"Example {columns.example}" in page_of(window).card.of_alone.text()


def test_arrows_go_from_example_to_example_in_the_order_of_z(window, qtbot):
    columns = page_of(window).microscope.columns
    columns.setFocus()
    order = drawn(window).numbers[np.argsort(drawn(window).stages[0], kind="stable")]
    for expected in order[:3]:
        qtbot.keyClick(columns, Key.Key_Up)
        assert columns.example == expected
    qtbot.keyClick(columns, Key.Key_Escape)
    assert columns.example is None


def test_backward_shows_the_gradient_and_is_not_to_be_had_at_test_time(window, qtbot):
    panel = page_of(window).microscope
    panel.direction.choose("backward")
    qtbot.waitUntil(lambda: panel.columns._backward, timeout=PATIENCE)
    np.testing.assert_array_equal(panel.columns._values, drawn(window).backward.stages)
    panel.statistics.choose("running averages")
    qtbot.waitUntil(lambda: drawn(window).backward is None, timeout=PATIENCE)
    assert panel.direction.value == "forward" and not panel.direction.isEnabled()


def test_without_batch_norm_it_shows_what_it_would_do_and_one_click_adds_it_in_a_twin(standing_still, qtbot):
    window = shown_in(standing_still(Experiment(data=Data(points=150))), qtbot)
    panel = page_of(window).microscope
    assert drawn(window).norm == "off" and panel.lacking.isVisible()
    assert drawn(window).stages[2].std() == pytest.approx(1, abs=1e-3)
    qtbot.mouseClick(panel.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(window).norm == "before", timeout=PATIENCE)
    assert window.session.twin is not None and not panel.lacking.isVisible()


def test_without_hidden_layers_there_is_the_output_to_look_at(standing_still, qtbot):
    window = shown_in(standing_still(Experiment(data=Data(points=150), network=Network(layers=()))), qtbot)
    assert drawn(window).title == "Output, unit 1"
    window.lab.parts[0].add_norm()
    qtbot.waitUntil(lambda: drawn(window).norm == "before", timeout=PATIENCE)


def test_a_wide_layer_has_a_number_for_each_unit(standing_still, qtbot):
    wide = Network(layers=(Layer(40, "relu", "before"),))
    window = shown_in(standing_still(Experiment(data=Data(points=150), network=wide)), qtbot)
    units = page_of(window).picker.units
    assert not units.in_columns
    qtbot.mouseClick(units, Qt.MouseButton.LeftButton, pos=units.place(0, 39).center().toPoint())
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 1, unit 40", timeout=PATIENCE)


def test_the_unit_that_is_looked_at_is_kept_with_the_session(window, qtbot):
    window.part(Microscope).choose(0, 2)
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 1, unit 3", timeout=PATIENCE)
    assert window._looked().kept == {"batch-norm": {"layer": 0, "unit": 2}}
    window.lab.restore({"layer": 1, "unit": 4})
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 2, unit 5", timeout=PATIENCE)
    with pytest.raises(ValueError, match=r"batch-norm: .*unit"):
        window.lab.restore({"unit": "first"})


def test_a_unit_pressed_in_the_playgrounds_distributions_is_shown(window, qtbot):
    window.show_lab("playground")
    panel = window.lab.page.distributions
    panel.view.choose("batch norm")
    qtbot.waitUntil(
        lambda: window.up_to_date and panel.columns.unit_at(place_of(panel, 0, 3)) == (0, 3), timeout=PATIENCE
    )
    qtbot.mouseClick(panel.columns, Qt.MouseButton.LeftButton, pos=place_of(panel, 0, 3).toPoint())
    assert window._name == "batch-norm"
    qtbot.waitUntil(lambda: drawn(window).title == "Layer 1, unit 4", timeout=PATIENCE)


def place_of(panel, column: int, unit: int) -> QPointF:
    shown = panel.columns._columns[column]
    return QPointF(shown.area.left() + (unit + 0.5) * shown.slot, shown.area.center().y())


def test_all_that_can_have_the_keyboard_says_what_it_is(window):
    reached = [one for one in window.lab.page.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]


def test_a_knob_in_the_card_moves_the_experiment(window, qtbot):
    card = page_of(window).card
    card.momentum.track.setFocus()
    qtbot.keyClick(card.momentum.track, Key.Key_Right)
    assert window.session.experiment.network.bn_momentum > 0.9
    qtbot.waitUntil(lambda: page_of(window).averages.found.momentum > 0.9, timeout=PATIENCE)


def test_looking_at_nothing_painted_yet_breaks_nothing(standing_still, qtbot):
    window = standing_still(Experiment(data=Data(source=PAINTED)))
    window.show_lab("batch-norm", "microscope")
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert drawn(window) is None


def test_the_title_leaves_the_choices_beside_it_their_room_in_larger_type(window):
    panel = page_of(window).microscope
    for scale in (1.0, 1.25):
        panel.set_theme(replace(window.theme, scale=scale))
        said, beside = panel.title.text(), (panel.direction, panel.statistics)
        wide = panel.title.fontMetrics().horizontalAdvance(said) + sum(one.sizeHint().width() for one in beside)
        assert said.startswith("Layer 2, unit 1") and wide < panel.width()
