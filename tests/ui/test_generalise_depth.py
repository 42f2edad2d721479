"""Depth in a window: every network measured, one pair looked at, trained and opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.generalise.deepening import Deepening
from hyperscope.ui.labs.generalise.depth_view import DepthView
from hyperscope.ui.labs.generalise.exports import of_depth
from hyperscope.ui.window import Window
from patience import PATIENCE

TINY = Experiment(data=Data(points=60), network=Network(layers=(Layer(3),)))
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """The view with everything measured and its first pair trained for a moment."""
    made = standing_still(TINY)
    lab = made._made(entry("generalise"))
    lab.page.deep.layers.set_value(3)
    lab.page.deep.units.set_value(4)
    next(part for part in lab.parts if isinstance(part, Deepening)).steps = 30
    made.show_lab("generalise", "depth")
    qtbot.waitUntil(lambda: not made.lab.busy(), timeout=PATIENCE)
    return made


def view_of(window: Window) -> DepthView:
    return window.lab.page.deep


def test_everything_is_measured_and_one_pair_trained_as_soon_as_the_view_is_shown(window):
    view = view_of(window)
    assert len(view.grid.cells) == 2 * 64
    assert view.sentence.text().startswith("sigmoid, Xavier: without batch norm ")
    assert "; with batch norm " in view.sentence.text()
    assert view.losses.text().startswith("Training loss after 30 steps: without batch norm ")
    assert all(values is not None for pair in (view.sizes.start, view.sizes.now) for values in pair)
    assert len(next(iter(of_depth(window.lab.page))).rows) == 2 * 64 * 5
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]


def test_a_press_and_arrows_choose_another_pair_whose_training_has_not_begun(window, qtbot):
    view = view_of(window)
    qtbot.mouseClick(view.grid, LEFT, pos=view.grid.place("he", "relu").center().toPoint())
    assert (view.grid.rule, view.grid.bend) == ("he", "relu") and view.sizes.now == (None, None)
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Key.Key_Right)
    assert view.grid.bend == "tanh" and view.grid.accessibleDescription().startswith("tanh, He: ")
    qtbot.mouseClick(view.again, LEFT)
    qtbot.waitUntil(lambda: view.sizes.now[0] is not None, timeout=PATIENCE)


def test_another_depth_is_measured_by_the_same_process(window, qtbot):
    view, part = view_of(window), window.part(Deepening)
    process = part.grid.pid
    view.layers._enter("5")
    qtbot.waitUntil(lambda: view.sizes.start[1] is not None and len(view.sizes.start[1]) == 6, timeout=PATIENCE)
    assert part.grid.pid == process


def test_the_pair_opens_as_twins_and_closing_ends_its_jobs(window, qtbot):
    jobs = [window.part(Deepening).grid, window.part(Deepening).watch]
    qtbot.mouseClick(view_of(window).twins, LEFT)
    norms = [
        {layer.batch_norm for layer in one.network.layers} for one in (window.session.experiment, window.session.twin)
    ]
    assert norms == [{"off"}, {"before"}] and len(window.session.experiment.network.layers) == 3
    window.close()
    assert all(job.over for job in jobs)
