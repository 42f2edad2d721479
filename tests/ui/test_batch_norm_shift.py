"""Shifting inputs in a window: three networks that train while they are looked at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.batch_norm.exports import of_shift
from hyperscope.ui.labs.batch_norm.shifting import Shifting
from hyperscope.ui.window import Window
from patience import PATIENCE

TINY = Experiment(data=Data(points=60), network=Network(layers=(Layer(3, "tanh"),) * 2))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    made = standing_still(TINY)
    made.show_lab("batch-norm", "microscope")
    card = made.lab.page.of_shift.card
    card.network.set_index(1)
    card.epochs.set_value(10)
    made.show_lab("batch-norm", "shift")
    finish(made, qtbot)
    return made


def finish(window: Window, qtbot) -> None:
    part = window.part(Shifting)

    def done() -> bool:
        return part.newest is not None and part.newest.courses[2].epoch[-1] == 10

    qtbot.waitUntil(done, timeout=PATIENCE)


def test_three_networks_train_as_soon_as_the_view_is_shown(window, qtbot):
    view = window.lab.page.of_shift
    assert len(window.part(Shifting).newest.courses) == 3
    qtbot.waitUntil(lambda: "layer 2" in view.rivers.accessibleDescription(), timeout=PATIENCE)
    assert "against" in view.card.told.figures[0][0].text()
    assert not window.transport.isVisible()


def test_the_numbers_are_those_that_are_drawn(window):
    rivers, drift, along = of_shift(window.lab.page)
    courses = window.part(Shifting).newest.courses
    assert [row[2] for row in rivers.rows if row[0] == "plain"] == pytest.approx(courses[0].train_loss.tolist())
    assert len(drift.rows) == sum(len(one.rivers) for one in courses)
    assert [row[4] for row in along.rows if row[0] == "with jolts"] == courses[2].change.tolist()


def test_of_an_earlier_experiment_it_says_so_until_it_is_run_again(window, qtbot):
    view = window.lab.page.of_shift
    window.move_knob("data.noise", 0.2)
    assert view.rivers._note.startswith("of an earlier experiment")
    qtbot.mouseClick(view.card.again, LEFT)
    assert not view.rivers._note.startswith("of an earlier experiment")
    finish(window, qtbot)


@pytest.mark.parametrize("elsewhere", [("batch-norm", "microscope"), ("playground", "")], ids=["view", "lab"])
def test_it_stands_still_while_another_is_shown(window, qtbot, elsewhere):
    part, card = window.part(Shifting), window.lab.page.of_shift.card
    card.epochs.set_value(400)
    part.run()
    qtbot.mouseClick(card.pause, LEFT)
    assert part.job.paused and card.pause.text() == "Go on"
    qtbot.mouseClick(card.pause, LEFT)
    assert not part.job.paused
    window.show_lab(*elsewhere)
    assert part.job.paused
    window.show_lab("batch-norm", "shift")
    assert not part.job.paused


def test_it_is_busy_until_its_end_is_drawn(window, qtbot):
    qtbot.waitUntil(lambda: not window.lab.busy(), timeout=PATIENCE)
    assert window.lab.page.of_shift.rivers._note == "three networks"
    window.part(Shifting).run()
    assert window.lab.busy()
    qtbot.waitUntil(lambda: not window.lab.busy(), timeout=PATIENCE)


def test_closing_the_window_ends_it(window):
    job = window.part(Shifting).job
    window.close()
    assert job.over


def test_all_that_can_have_the_keyboard_says_what_it_is(window):
    view = window.lab.page.of_shift
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]
