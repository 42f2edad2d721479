"""The mini-batch in the Softmax lab: a column is the same example in the matrices, on the map and everywhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.softmax.batch import BatchView
from hyperscope.ui.labs.softmax.batch_cards import lines_of
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(points=90))


def opened(open_window, qtbot, experiment: Experiment = SMALL) -> tuple[Window, BatchView]:
    """A paused window that shows the mini-batch, drawn."""
    window = open_window(experiment, playing=False)
    window.show_lab("softmax", "batch")
    view: BatchView = window.lab.page.batch
    qtbot.waitUntil(lambda: view.batch is not None and view.map.picture.map is not None, timeout=PATIENCE)
    return window, view


def middle(view: BatchView, column: int) -> QPoint:
    wide, _ = view.matrices.cell
    place = view.matrices.place(0)
    return QPoint(round(place.left() + (column + 0.5) * wide), round(place.center().y()))


def test_a_column_pointed_at_is_framed_and_told_on_the_map(open_window, qtbot) -> None:
    _, view = opened(open_window, qtbot)
    qtbot.mouseMove(view.matrices, middle(view, 3))
    qtbot.waitUntil(lambda: view.matrices.column == 3, timeout=PATIENCE)
    assert view.map.column == 3
    qtbot.mouseMove(view.matrices, QPoint(2, 2))
    qtbot.waitUntil(lambda: view.matrices.column == -1, timeout=PATIENCE)


def test_an_example_pressed_is_looked_at_everywhere_and_let_go_by_another_press(open_window, qtbot) -> None:
    window, view = opened(open_window, qtbot)
    qtbot.mouseClick(view.matrices, LEFT, pos=middle(view, 2))
    assert window.looked_at.focus.example == int(view.batch.number[2])
    qtbot.mouseClick(view.matrices, LEFT, pos=middle(view, 2))
    assert window.looked_at.focus.example is None


def test_a_point_of_the_map_is_the_column_of_its_example(open_window, qtbot) -> None:
    _, view = opened(open_window, qtbot)
    spot: QPointF = view.map.picture.pixel(*view.batch.at[:, 4].tolist())
    found = view.map.column_at(spot)
    assert np.allclose(view.batch.at[:, found], view.batch.at[:, 4], atol=0.05)
    qtbot.mouseClick(view.map, LEFT, pos=spot.toPoint())
    assert view.matrices.column == found


def test_arrows_go_from_column_to_column(open_window, qtbot) -> None:
    window, view = opened(open_window, qtbot)
    view.matrices.setFocus()
    qtbot.keyClick(view.matrices, Qt.Key.Key_Right)
    assert view.matrices.column == 0
    qtbot.keyClick(view.matrices, Qt.Key.Key_Right)
    assert view.matrices.column == 1
    qtbot.keyClick(view.matrices, Qt.Key.Key_Left)
    assert view.matrices.column == 0
    assert window.session.status.step == 0


def test_columns_are_added_one_by_one_and_all_stay_added_while_it_trains(open_window, qtbot) -> None:
    window, view = opened(open_window, qtbot)
    card, m = view.gradient, view.batch.z.shape[1]
    assert card.columns == m
    card.add.click()
    assert card.columns == 0
    card.add.click()
    assert card.columns == 1
    card.track.setValue(m)
    window.session.train_to(1)
    qtbot.waitUntil(lambda: view.batch.z.shape[1] != m, timeout=PATIENCE)  # the last batch of an epoch is shorter
    assert card.columns == view.batch.z.shape[1]


def test_the_cost_is_said_as_mean_and_as_likelihood(open_window, qtbot) -> None:
    _, view = opened(open_window, qtbot)
    words = [said for said, _, _ in lines_of(view.batch)]
    assert words[0] == f"J = {view.batch.cost:.4g} nats"
    assert words[-1] == "= −m J: the same said twice"


def test_another_output_is_said_and_one_press_takes_softmax_in_a_twin(open_window, qtbot) -> None:
    experiment = Experiment(data=Data(points=90), network=Network(output="one-vs-all"))
    window, view = opened(open_window, qtbot, experiment)
    assert view.sentence.text().startswith("The output is one-vs-all, not softmax.")
    assert view.mend.isVisible()
    view.mend.click()
    qtbot.waitUntil(lambda: not view.batch.refused, timeout=PATIENCE)
    assert window.session.twin.network.output == "softmax"
    assert window.session.experiment.network.output == "one-vs-all"
    assert "of B" in view.sentence.text()


@pytest.mark.parametrize("source", ["digits", "wine"])
def test_ten_classes_are_scrolled_and_their_numbers_stay_readable(open_window, qtbot, source) -> None:
    _, view = opened(open_window, qtbot, Experiment(data=Data(source=source)))
    wide, high = view.matrices.cell
    assert wide >= 29
    assert high >= 16
    assert view.matrices.height() >= view.matrices.place(4).bottom()
