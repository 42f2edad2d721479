"""Slow motion in the window: its keys, the card, the track, the numbers and formulas."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.networks import batches, layout, learner
from hyperscope.engine.narration import narration
from hyperscope.engine.slow_motion import SlowStep
from hyperscope.lab.timeline.slow_motion import SlowMotion
from hyperscope.ui import formula
from hyperscope.ui.labs.playground.slow_motion import SlowMotionPart
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.panels.slow_motion.matrix import figure
from hyperscope.ui.panels.slow_motion.panel import SlowMotionPanel
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.window import Window
from lab.sessions import START
from patience import PATIENCE


def record(at: int = 0, depth: int = 2) -> SlowMotion:
    """A step of a network with batch norm."""
    step = SlowStep(learner(layout((6,) * depth), optimiser="adam"), batches(1)[0])
    return SlowMotion(6, 2, 4, step.loss, step.operations, at)


@pytest.fixture
def panel(qtbot, qapp):
    made = SlowMotionPanel(None)
    qtbot.addWidget(made)
    made.resize(1000, 208)
    made.show_record(record())
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """A window with a small batch-norm network that stands still after an epoch."""
    made = standing_still(START)
    made.resize(1280, 800)
    made.session.advance("epoch")
    qtbot.waitUntil(lambda: made.up_to_date and made.session.status.step == 4, timeout=PATIENCE)
    return made


def at(window: Window) -> int | None:
    """The operation shown, None outside slow motion."""
    part = window.part(SlowMotionPart)
    return part.panel.record.at if part.on and part.panel.record is not None else None


def press(window: Window, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


def test_keys_begin_go_on_and_back_and_leave(window, qtbot):
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    for key, there in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        press(window, key)
        qtbot.waitUntil(lambda there=there: at(window) == there, timeout=PATIENCE)
    press(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: at(window) is None, timeout=PATIENCE)
    assert window.session.status.step == 4


def test_escape_leaves_slow_motion_and_lets_go_of_a_pinned_input_one_after_the_other(window, qtbot):
    window.lab.page.map.set_pin(Pin(point=(0.5, 0.5)))
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    for left in (1, 0):
        press(window, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda left=left: (at(window) is not None) + (window.lab.page.map.pin is not None) == left)


def test_the_arrows_are_slow_motion_s_after_a_click_on_a_control(window, qtbot):
    segments = window.lab.page.hyperparameters.controls["network.layers.*.batch_norm"].segments
    segments.buttons[0].setFocus()
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: at(window) == 1, timeout=PATIENCE)


def test_the_arrows_are_slow_motion_s_after_a_click_on_the_timeline(window, qtbot):
    window.timeline.setFocus()
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: at(window) == 1, timeout=PATIENCE)


def test_the_last_operation_completes_the_batch(window, qtbot):
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    last = len(window.session.slow_motion.operations) - 1
    window.part(SlowMotionPart).panel.track.chosen.emit(last)
    qtbot.waitUntil(lambda: at(window) == last, timeout=PATIENCE)
    press(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: at(window) == 0 and window.session.status.tick == 5, timeout=PATIENCE)


def test_space_plays_the_operations_and_not_the_training(window, qtbot):
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: at(window) == 1, timeout=PATIENCE)
    press(window, Qt.Key.Key_Space)
    assert (window.session.status.step, window.session.playing) == (4, False)


def test_the_card_covers_the_charts_and_the_layer_is_marked(window, qtbot):
    window.transport.slow_button.click()
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    panel, lab = window.part(SlowMotionPart).panel, window.lab.page
    assert panel.geometry().contains(lab.curves.geometry().center())
    assert lab.network._scene.marked == {1}


def test_moving_a_knob_leaves_slow_motion(window, qtbot):
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: at(window) == 0, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.03)
    qtbot.waitUntil(lambda: at(window) is None, timeout=PATIENCE)
    assert window.lab.page.network._scene.marked == frozenset()


def test_every_operation_can_be_drawn(panel, qtbot):
    steps = record(depth=6)
    for number in range(len(steps.operations)):
        panel.show_record(SlowMotion(6, 2, 4, steps.loss, steps.operations, number))
        assert not panel.grab().isNull()


@pytest.mark.parametrize("theme", [LIGHT, DARK, scaled(LIGHT, 1.5)], ids=["light", "dark", "large"])
def test_something_is_written_in_every_theme(panel, theme):
    panel.set_theme(theme)
    picture = panel.told.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    assert len(colours) > 5


def test_a_click_on_the_track_asks_for_its_operation(panel, qtbot):
    with qtbot.waitSignal(panel.chosen) as asked:
        QTest.mouseClick(panel.track, Qt.MouseButton.LeftButton, pos=panel.track.field(9).center().toPoint())
    assert asked.args == [9]


def test_a_narrow_track_follows_the_present_operation(panel):
    panel.resize(300, 208)
    steps = record(depth=6)
    last = len(steps.operations) - 1
    panel.show_record(SlowMotion(6, 2, 4, steps.loss, steps.operations, last))
    QApplication.processEvents()
    assert panel.track.field(0).left() < 0
    assert panel.track.field(last).right() <= panel.track.width() + 1


def test_an_update_s_arrays_are_turned_over_and_kept_in_view(panel):
    steps = record()
    updates = [number for number, one in enumerate(steps.operations) if one.place == "Adam"]
    panel.show_record(SlowMotion(6, 2, 4, steps.loss, steps.operations, updates[0]))
    panel.pager.turn(1)
    assert panel.pager.text.startswith("m_W[2]")
    panel.show_record(SlowMotion(6, 2, 4, steps.loss, steps.operations, updates[-1]))
    assert panel.pager.text.startswith("W[2], 2 of")


def test_it_says_in_words_what_it_shows(panel):
    assert panel.told.accessibleDescription().startswith("Layer 1: Z[1] = W[1] X. Each of the 6 units of layer 1")
    assert panel.track.accessibleDescription() == "1 of 36: Layer 1, Z[1]"
    assert "mean" in panel.matrices.accessibleDescription()


def test_all_of_it_is_reached_by_tab(panel):
    reached = {panel.back, panel.play, panel.on, panel.leave, panel.track}
    assert all(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in reached)


# -- numbers and formulas -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (-0.0206, "−0.0206"), (0.00123, "1.2e−3"), (123456.0, "1.2e5"), (12.345, "12.3"), (4321.0, "4321")],
)
def test_numbers_are_short(value, said):
    assert figure(value) == said


def test_numbers_that_are_none_are_told():
    assert [figure(value) for value in (np.inf, -np.inf, np.nan)] == ["∞", "−∞", "NaN"]


def drawn(words: str) -> QImage:
    """A formula in black on white."""
    picture = QImage(300, 60, QImage.Format.Format_Grayscale8)
    picture.fill(255)
    painter = QPainter(picture)
    formula.write(painter, picture.rect().toRectF(), words, 20, Qt.GlobalColor.black)
    painter.end()
    return picture


def ink(picture: QImage) -> np.ndarray:
    """(60, 300) whether a pixel is dark."""
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    return rows[:, : picture.width()] < 128


def test_a_fraction_stands_above_and_below_its_bar(qapp):
    dark = ink(drawn("\\frac{1}{m}"))
    rows = np.flatnonzero(dark.any(axis=1))
    bar = int(dark.sum(axis=1).argmax())
    assert rows[0] < bar - 5
    assert rows[-1] > bar + 5


def test_what_stands_high_is_smaller_and_higher(qapp):
    assert formula.boxed("A^{[1]}", 20).up > formula.boxed("A", 20).up
    assert formula.boxed("A^{1}", 20).wide < formula.boxed("A1", 20).wide


def test_a_long_formula_shrinks_to_its_room(qapp):
    dark = ink(drawn("A = max(0, Z) + max(0, Z) + max(0, Z) + max(0, Z) + max(0, Z) + max(0, Z)"))
    assert not dark[:, -1].any()
    assert dark.any()


def test_every_formula_can_be_set_and_said(qapp):
    for words in narration.values():
        bare = words.formula.replace("@", "")
        assert formula.boxed(bare, 19).wide > 0
        assert "\\" not in formula.plain(bare)


def test_formulas_are_said_on_one_line():
    said = formula.plain("\\hat{Z}^{[1]} = \\frac{Z^{[1]} − μ}{\\sqrt{σ^{2} + ε}}")
    assert said == "\u1e90[1] = (Z[1] − μ) / (√(σ² + ε))"


@pytest.mark.parametrize("broken", ["\\frac{1}{", "a}", "x^"])
def test_a_broken_formula_is_refused(broken):
    with pytest.raises(ValueError, match="formula"):
        formula.parsed(broken)


def test_the_pointer_on_the_numbers_is_told_what_they_are(panel):
    assert "Blue is above 0" in panel.matrices.toolTip()


def test_the_pointer_is_told_what_a_low_window_has_no_room_for(panel):
    said = panel.matrices.accessibleDescription()
    assert "mean" in said and said in panel.matrices.toolTip()
    assert panel.told._operation.sentence in panel.told.toolTip()


def test_large_type_takes_its_room_from_the_computation_and_hides_none_of_it(window, qtbot):
    lab = window.lab.page
    before = lab.network.height()
    window.part(Looks).enlarge(1.25)
    window.do(window.session.slow)
    panel = window.part(SlowMotionPart).panel
    qtbot.waitUntil(lambda: panel.isVisible() and lab.network.height() < before, timeout=PATIENCE)
    qtbot.waitUntil(lambda: panel.y() > lab.network.geometry().bottom(), timeout=PATIENCE)
    window.do(window.session.leave_slow_motion)
    qtbot.waitUntil(lambda: panel.isHidden() and lab.network.height() > panel.y(), timeout=PATIENCE)
