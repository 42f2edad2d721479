"""The workbench of the Softmax lab: what is dragged, typed or pressed there, and what it says of that."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLineEdit

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.softmax.case import Case, worked
from hyperscope.ui.labs.softmax.bars import Bars, exponent, first_arrow, heads, span
from hyperscope.ui.labs.softmax.numbers import remark, rows
from hyperscope.ui.labs.softmax.rows import fitting_size
from hyperscope.ui.labs.softmax.words import logit, power, share, signed
from hyperscope.ui.labs.softmax.workbench import FACES, Workbench
from hyperscope.ui.paint import face
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(points=90))


@pytest.fixture
def window(open_window) -> Window:
    """A paused window that shows the workbench."""
    made = open_window(SMALL, playing=False)
    made.show_lab("softmax", "workbench")
    return made


@pytest.fixture
def bench(window, qtbot) -> Workbench:
    """The workbench, drawn."""
    found: Workbench = window.lab.page.workbench
    qtbot.waitUntil(lambda: found.bars.worked is not None, timeout=PATIENCE)
    return found


def shown(bench: Workbench, qtbot, case: Case) -> None:
    """Shows a case, as if it had been set by hand, and waits until it is drawn."""
    bench.moved.emit(case)
    qtbot.waitUntil(lambda: bench.bars.worked.case == case and bench.numbers.worked.case == case, timeout=PATIENCE)


def test_it_opens_with_the_example_of_the_course(bench) -> None:
    cells = rows(bench.numbers.worked)
    assert [row[1] for row in cells[:4]] == ["5", "2", "−1", "3"]
    assert [row[2] for row in cells[:4]] == ["148.41", "7.39", "0.37", "20.09"]
    assert [row[3] for row in cells[:4]] == ["0.8420", "0.0419", "0.0021", "0.1140"]
    assert cells[4][2:4] == ("176.26", "1")
    assert "costs −ln 0.0419 = 3.1719 nats" in bench.sentence.text()


def test_a_bar_is_dragged_and_everything_follows_it(bench, qtbot) -> None:
    grip = bench.bars.grips[1]
    before = bench.bars.worked.shares[1]
    qtbot.mousePress(grip, LEFT, pos=grip.rect().center())
    qtbot.mouseMove(grip, grip.rect().center() - QPoint(0, 40))
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[1] > 3, timeout=PATIENCE)
    qtbot.mouseRelease(grip, LEFT, pos=grip.rect().center())
    assert bench.bars.worked.shares[1] > before
    assert bench.loss.worked is bench.bars.worked is bench.numbers.worked


def test_escape_takes_the_drag_of_a_bar_back(bench, qtbot) -> None:
    grip = bench.bars.grips[1]
    qtbot.mousePress(grip, LEFT, pos=grip.rect().center())
    qtbot.mouseMove(grip, grip.rect().center() - QPoint(0, 40))
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[1] > 3, timeout=PATIENCE)
    qtbot.keyClick(grip, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[1] == 2, timeout=PATIENCE)
    qtbot.mouseMove(grip, grip.rect().center() - QPoint(0, 80))
    assert bench.case.logits[1] == 2


def test_the_scale_stays_while_a_bar_is_dragged(bench, qtbot) -> None:
    grip = bench.bars.grips[0]
    qtbot.mousePress(grip, LEFT, pos=grip.rect().center())
    held = bench.bars.per_pixel
    qtbot.mouseMove(grip, grip.rect().center() - QPoint(0, 300))
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[0] > 8, timeout=PATIENCE)
    assert bench.bars.per_pixel == held
    qtbot.mouseRelease(grip, LEFT, pos=grip.rect().center())
    assert bench.bars.per_pixel > held


def test_arrow_keys_move_a_bar_and_go_from_one_to_the_next(bench, qtbot) -> None:
    first, second = bench.bars.grips[:2]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[0] == 5.1, timeout=PATIENCE)
    qtbot.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[0] == 4.1, timeout=PATIENCE)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert second.hasFocus()


def test_a_logit_is_typed_and_a_wrong_one_is_refused_in_words(bench, window, qtbot) -> None:
    grip = bench.bars.grips[2]
    grip.setFocus()
    qtbot.keyClick(grip, Qt.Key.Key_Return)
    line = bench.bars.findChild(QLineEdit)
    line.setText("1000")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits[2] == 1000, timeout=PATIENCE)
    said: list[str] = []
    bench.refused.connect(said.append)
    grip.type()
    line = next(one for one in bench.bars.findChildren(QLineEdit) if one.isVisible())
    line.setText("many")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert said == ["logit is 'many'; it must lie in [-2000, 2000]"]
    assert bench.bars.worked.case.logits[2] == 1000


def test_escape_takes_back_what_was_typed_for_a_logit(bench, window, qtbot) -> None:
    grip = bench.bars.grips[2]
    before = bench.case
    grip.setFocus()
    qtbot.keyClick(grip, Qt.Key.Key_Return)
    line = bench.bars.findChild(QLineEdit)
    line.setText("1000")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert grip.hasFocus() and not line.isVisible()
    bench.bars.grips[0].setFocus()
    assert bench.case == before
    grip.type()
    assert [one.text() for one in bench.bars.findChildren(QLineEdit) if one.isVisible()] != ["1000"]


def test_digits_choose_the_true_class_as_far_as_there_are_so_many(bench, window, qtbot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: bench.bars.worked.case.truth == 3, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_9)
    assert bench.case.truth == 3


def test_a_press_on_a_class_chooses_it_as_the_true_one(bench, qtbot) -> None:
    bars: Bars = bench.bars
    at = QPoint(round(bars._bar(2, 3).center().x()), round(bars._names_at + 8))
    qtbot.mouseClick(bars, LEFT, pos=at)
    qtbot.waitUntil(lambda: bars.worked.case.truth == 3, timeout=PATIENCE)


def test_controls_move_the_case_and_show_it(bench, qtbot) -> None:
    bench.card.classes.segments.buttons[8].click()
    qtbot.waitUntil(lambda: bench.bars.worked.case.classes == 10, timeout=PATIENCE)
    assert len(bench.bars.grips) == 10
    bench.card.temperature.moved.emit("temperature", 4.0)
    qtbot.waitUntil(lambda: bench.bars.worked.case.temperature == 4.0, timeout=PATIENCE)
    assert bench.card.temperature.value() == pytest.approx(4.0)


def test_overflow_is_shown_in_words_and_the_probabilities_stay(bench, qtbot) -> None:
    bench.card.starts[2].click()
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits == (1000.0, 1001.0), timeout=PATIENCE)
    said, alarm = remark(bench.numbers.worked)
    assert alarm
    assert "inf / inf is not a number" in said
    assert [row[7] for row in rows(bench.numbers.worked)] == ["NaN", "NaN", "NaN"]
    assert [row[3] for row in rows(bench.numbers.worked)[:2]] == ["0.2689", "0.7311"]


def test_the_formulas_say_what_is_added_and_divided_by() -> None:
    assert heads(Case())[1] == "e^{z}"
    assert heads(Case(shift=1000.0))[1] == "e^{z + c}"
    assert heads(Case(temperature=2.0))[2] == r"\hat{y} = \frac{e^{z / T}}{Σ e^{z / T}}"
    assert exponent(Case(shift=-3.0, temperature=2.0)) == "(z − c) / T"
    assert first_arrow(Case(shift=-3.0, temperature=2.0)) == "c = 3, T = 2"


@pytest.mark.parametrize("added", [10.0, 1000.0, -1000.0])
def test_adding_a_thousand_says_why_nothing_changed(added) -> None:
    found = worked(Case(shift=added))
    assert np.allclose(found.shares, worked(Case()).shares, rtol=1e-12)
    said, alarm = remark(found)
    assert "cancels" in said and alarm == (abs(added) == 1000) == ("not a number" in said)


def test_a_point_of_the_map_moves_the_bars_as_the_network_says(bench, window, qtbot) -> None:
    bench.face.choose(FACES[1])
    qtbot.waitUntil(lambda: bench.point.picture.map is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: bench.names != () and bench.bars.worked.case.classes == 3, timeout=PATIENCE)
    box = bench.point.picture.box
    at = QPoint(round(box.left() + 0.8 * box.width()), round(box.top() + 0.2 * box.height()))
    before = bench.bars.worked.case.logits
    qtbot.mousePress(bench.point, LEFT, pos=at)
    qtbot.mouseRelease(bench.point, LEFT, pos=at)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits != before, timeout=PATIENCE)
    place = window.looked_at.focus.point
    expected = bench.point.picture.value_at(*place)
    assert np.allclose(bench.bars.worked.shares, expected, atol=0.02)


def test_the_bars_follow_a_network_that_trains(bench, window, qtbot) -> None:
    bench.face.choose(FACES[1])
    qtbot.waitUntil(lambda: bench.names != (), timeout=PATIENCE)
    before = bench.bars.worked.case.logits
    window.session.train_to(2)
    qtbot.waitUntil(lambda: bench.bars.worked.case.logits != before, timeout=PATIENCE)


def test_a_bar_moved_by_hand_lets_the_point_go(bench, window, qtbot) -> None:
    bench.face.choose(FACES[1])
    qtbot.waitUntil(lambda: bench.names != (), timeout=PATIENCE)
    grip = bench.bars.grips[0]
    grip.setFocus()
    qtbot.keyClick(grip, Qt.Key.Key_Up)
    assert not bench.card.from_map.isChecked()
    bench.point.moved.emit(0.1, 0.1)
    assert bench.card.from_map.isChecked()


def test_the_session_keeps_the_case_and_a_wrong_one_is_refused(bench, window, qtbot) -> None:
    assert window.lab.kept() == {}
    case = Case((1.0, 2.0, 3.0), 2, 0.5, 7.0)
    shown(bench, qtbot, case)
    kept = window.lab.kept()
    shown(bench, qtbot, Case())
    window.lab.restore(kept)
    qtbot.waitUntil(lambda: bench.bars.worked.case == case, timeout=PATIENCE)
    with pytest.raises(ValueError, match="truth"):
        window.lab.restore({"workbench": {"logits": [1, 2], "truth": 5}})


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1000, 700)])
def test_nothing_lies_on_anything_else(bench, window, qtbot, size) -> None:
    window.resize(*size)
    for case in (Case(), Case(tuple([1000.0] * 10), 9, 0.05, 1000.0)):
        shown(bench, qtbot, case)
        window.grab()
        bars = bench.bars
        assert bars._names_at < bars.height()
        assert all(grip.x() >= 0 and grip.geometry().right() <= bars.width() for grip in bars.grips)
        assert bench.face.geometry().right() <= bench.width()


def test_transport_and_keys_are_there_only_where_the_network_is_seen(bench, window, qtbot) -> None:
    assert not window.transport.isVisible() and not window.timeline.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.session.status.playing
    bench.face.choose(FACES[1])
    assert window.transport.isVisible()
    window.show_lab("playground")
    assert window.transport.isVisible()


def test_every_part_has_a_name_for_those_who_listen(bench) -> None:
    assert [grip.accessibleName() for grip in bench.bars.grips] == [f"Logit of class {n}" for n in (1, 2, 3, 4)]
    assert bench.bars.grips[2].accessibleDescription() == "−1"
    assert "0.8420" in bench.numbers.accessibleDescription()


@pytest.mark.parametrize(
    ("exponent", "said"),
    [(5, "148.41"), (-1, "0.37"), (0, "1.00"), (10, "22\u2009026"), (1001, "5.4·10⁴³⁴"), (-20, "2.1·10⁻⁹")],
)
def test_powers_of_any_size_are_written(exponent, said) -> None:
    assert power(exponent) == said


def test_shares_never_say_none_or_all_where_it_is_not_so() -> None:
    assert share(1e-9) == "< 0.0001"
    assert share(1 - 1e-9) == "> 0.9999"
    assert share(1.0) == "1"
    assert share(0.0) == "0"
    assert (signed(0.842), signed(-0.9581), signed(0)) == ("+0.8420", "−0.9581", "0")
    assert logit(-1.0) == "−1"


def test_the_scale_holds_zero_and_every_logit_with_room_above() -> None:
    for logits in ((5.0, 2.0, -1.0, 3.0), (1000.0, 1001.0), (-900.0, -3.0), (0.0, 0.0)):
        low, high = span(logits)
        assert low < min(*logits, 0) and high > max(*logits, 0)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.6, 2.0])
def test_every_cell_is_read_whole_in_larger_type(qapp, scale) -> None:
    made = rows(worked(Case(shift=1000.0)))
    shares, wide = (0.10, 0.13, 0.16, 0.13, 0.13, 0.05, 0.14, 0.16), 430.0
    metrics = QFontMetricsF(face(fitting_size(made, shares, wide, 12.0, scale), 400, scale))
    assert all(metrics.horizontalAdvance(row[k]) <= shares[k] * wide for row in made for k in range(1, 8))
