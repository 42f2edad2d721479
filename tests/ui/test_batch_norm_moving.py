"""Data that move, in a window: the view turns from layers to data, runs by itself, and hears of a drag."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.moved import Change
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.ui.labs.batch_norm.exports import of_shift
from hyperscope.ui.labs.batch_norm.moving import Moving
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.batch_norm.shifting import Shifting
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
TINY = Experiment(data=Data(points=60), network=Network(layers=(Layer(3, "tanh"),)))


def page_of(window: Window) -> BatchNormPage:
    assert isinstance(window.lab.page, BatchNormPage)
    return window.lab.page


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    made = standing_still(TINY)
    made.show_lab("batch-norm", "microscope")
    page_of(made).of_moving.card.epochs.set_value(10)
    made.visit(LabView("batch-norm", "shift", {"shifting": "data"}))
    job = made.part(Moving)
    qtbot.waitUntil(lambda: job.newest is not None and job.job.resting and not job.busy, timeout=PATIENCE)
    return made


def test_it_runs_by_itself_and_the_three_networks_do_not(window):
    assert window.part(Moving).newest.changed == 5
    assert window.part(Shifting).job is None
    assert "by running averages" in page_of(window).of_moving.trials.accessibleDescription()


def test_the_buttons_turn_from_data_to_layers_and_back(window, qtbot):
    page = page_of(window)
    qtbot.mouseClick(page.of_moving.card.faces.buttons[0], LEFT)
    assert page.of_shift.isVisible() and window.part(Shifting).job is not None
    assert window.lab.kept() == {}
    qtbot.mouseClick(page.of_shift.card.faces.buttons[1], LEFT)
    assert page.of_moving.isVisible() and window.lab.kept() == {"shifting": "data"}


def test_the_numbers_are_those_that_are_drawn(window):
    rivers, drift, right, tried = of_shift(page_of(window))
    newest = window.part(Moving).newest
    assert [row[1] for row in rivers.rows if row[0] == "with batch norm"] == newest.courses[1].epoch.tolist()
    assert len(drift.rows) == 2 and right.rows[-1][2] == newest.courses[1].dev_accuracy[-1]
    assert [row[3] for row in tried.rows if row[0] == "move"] == newest.trials[0].accuracy[1].tolist()


def test_another_kind_of_change_and_a_drag_are_tried_at_once(window, qtbot):
    card, job = page_of(window).of_moving.card, window.part(Moving)
    qtbot.mouseClick(card.kind.buttons[2], LEFT)
    qtbot.waitUntil(lambda: job.version() >= 0 and job.newest.change == Change("scale", 2.0), timeout=PATIENCE)
    qtbot.keyClick(card.amounts["scale"].track, Qt.Key.Key_Right)
    wanted = Change("scale", card.amounts["scale"].value())
    qtbot.waitUntil(lambda: job.version() >= 0 and job.newest.change == wanted, timeout=PATIENCE)


def test_all_that_can_have_the_keyboard_says_what_it_is(window):
    parts = page_of(window).of_moving.findChildren(QWidget)
    reached = [one for one in parts if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]
