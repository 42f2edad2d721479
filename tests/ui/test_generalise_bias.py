"""Bias and variance in a window: errors judged, remedies tried and taken over, strengths looked along."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.generalise.strengths import STRENGTHS
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.generalise.bias_view import BiasView
from hyperscope.ui.labs.generalise.exports import of_bias
from hyperscope.ui.labs.generalise.trying import TRIALS, Trying
from hyperscope.ui.window import Window
from patience import PATIENCE

TINY = Experiment(
    data=Data(source="moons", classes=2, points=60, noise=0.3, shift_move=0.5), network=Network(layers=(Layer(3),))
)
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """The view with its remedies tried for a moment."""
    made = standing_still(TINY)
    made._made(entry("generalise"))
    lab = made._labs["generalise"]
    lab.parts[0].only = ("Dropout", "Label smoothing")
    view = lab.page.bias
    view.steps.set_value(100)
    view.seeds.set_value(1)
    made.show_lab("generalise", "bias-and-variance")
    qtbot.waitUntil(lambda: view.table.done and view.errors.errors is not None, timeout=PATIENCE)
    return made


def view_of(window: Window) -> BiasView:
    return window.lab.page.bias


def all_done(window: Window, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.lab.busy(), timeout=PATIENCE)


def test_the_first_remedy_trains_alone_until_it_is_there(standing_still, qtbot):
    made = standing_still(TINY)
    made._made(entry("generalise"))
    part, view = made._labs["generalise"].parts[0], made._labs["generalise"].page.bias
    part.only = ("Dropout",)
    view.steps.set_value(100)
    made.show_lab("generalise", "bias-and-variance")
    assert list(part._runs) == [TRIALS]
    qtbot.waitUntil(lambda: len(part._runs) > 1, timeout=PATIENCE)
    assert part._runs[TRIALS].job.records


def test_everything_is_tried_as_soon_as_the_view_is_shown(window, qtbot):
    view = view_of(window)
    assert len(view.table.rows) == 3 and not window.transport.isVisible()
    assert view.table.accessibleDescription().count("dev loss") == 3
    all_done(window, qtbot)
    assert "λ" in view.strength.accessibleDescription() and "examples" in view.learning.accessibleDescription()
    tables = {table.name: len(table.rows) for table in of_bias(window.lab.page)}
    assert tables == {"errors": 5, "remedies": 3, "strengths": 9, "learning curve": len(view.learning.curve.examples)}


def test_the_sentence_judges_the_network_and_names_what_helped(window):
    view = view_of(window)
    assert view.sentence.text().startswith("Error: train ") and "train-dev" in view.sentence.text()
    assert "remedies" in view.sentence.text()
    assert "Other data?" in view.recipe.accessibleDescription()


def test_the_best_possible_error_is_the_experiment_s_and_moves_the_verdict(window, qtbot):
    view = view_of(window)
    view.errors.best.track.setFocus()
    view.errors.best._enter("0.4")
    assert window.session.experiment.best_error == 0.4
    qtbot.waitUntil(lambda: view.errors.errors.best == 0.4, timeout=PATIENCE)
    assert "at best 40" in view.sentence.text()
    assert not view.table.note.startswith("of an earlier experiment")


def test_that_what_was_tried_is_of_an_earlier_experiment_is_said_where_it_is_seen(window):
    table = view_of(window).table
    before = table.note
    window.show_lab("generalise", "regularise")
    window.move_knob("training.l2", 0.02)
    assert table.note == before  # nothing is drawn that is not seen
    window.show_lab("generalise", "bias-and-variance")
    assert table.note.startswith("of an earlier experiment")


def test_a_remedy_opens_as_a_twin_of_the_network_as_it_is(window, qtbot):
    qtbot.mouseClick(view_of(window).table.button("Dropout", "twin"), LEFT)
    assert window._name == "playground"
    assert window.session.experiment == TINY
    assert window.session.twin.network.layers[0].dropout > 0


def test_a_remedy_that_is_kept_is_the_experiment_from_then_on(window, qtbot):
    table = view_of(window).table
    qtbot.mouseClick(table.button("Label smoothing", "keep"), LEFT)
    assert window.session.twin is None and window.session.experiment.training.label_smoothing > 0
    qtbot.waitUntil(lambda: table.note.startswith("of an earlier experiment"), timeout=PATIENCE)


def test_a_remedy_that_is_kept_for_both_twins_leaves_what_they_differ_in(window, qtbot):
    session = window.session
    window.do(lambda: session.start_twin(changed(TINY, "training.l2", 0.01)))
    window.do(lambda: session.set_side("both"))
    window.part(Trying)._keep(next(row for row in view_of(window).table.rows if row.name == "Label smoothing"))
    a, b, _ = session.in_force
    assert (a.training.l2, b.training.l2) == (0.0, 0.01)
    assert a.training.label_smoothing == b.training.label_smoothing > 0


def test_pointer_and_arrows_go_along_the_strengths_and_enter_opens_one(window, qtbot):
    all_done(window, qtbot)
    card = view_of(window).strength
    qtbot.mouseClick(card, LEFT, pos=card.place(0).toPoint())
    assert card.value == 0
    card.setFocus()
    for _ in range(3):
        qtbot.keyClick(card, Key.Key_Right)
    assert card.value == 3 and card.accessibleDescription().startswith("λ 0.001")
    qtbot.keyClick(card, Key.Key_Return)
    assert window.session.twin.training.l2 == 0.001


def test_another_strength_is_looked_at_and_kept_in_the_file(window):
    view_of(window).strength.kinds.buttons[2].click()
    assert window.lab.kept() == {"strength": "generalise/dropout"}
    assert STRENGTHS[2].name in window.part(Trying)._order


def test_pause_lets_all_stand_and_go_on(window, qtbot):
    view, part = view_of(window), window.part(Trying)
    view.steps.set_value(5000)
    qtbot.mouseClick(view.again, LEFT)
    qtbot.mouseClick(view.pause, LEFT)
    assert part._runs[TRIALS].job.paused and view.pause.text() == "Go on"
    qtbot.mouseClick(view.pause, LEFT)
    assert not part._runs[TRIALS].job.paused and view.pause.text() == "Pause"


def test_a_kept_strength_that_there_is_not_is_refused_and_closing_ends_all_jobs(window):
    with pytest.raises(ValueError, match="generalise: strength is 'x'; there are generalise/l2"):
        window.lab.restore({"strength": "x"})
    runs = list(window.part(Trying)._runs.values())
    window.close()
    assert runs and all(run.job.over for run in runs)


def test_all_that_can_have_the_keyboard_says_what_it_is(window):
    reached = [one for one in view_of(window).findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]
