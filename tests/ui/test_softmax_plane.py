"""On the plane: what is dragged is one move of the session, drawn at once, and every number is the drawn record's."""

from __future__ import annotations

import csv
import io
import math
from collections import deque

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.export.tables import csv_of
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.softmax.case import Case
from hyperscope.lab.sweeps.rivals import RivalsTask
from hyperscope.ui.labs.softmax.exports import of_plane, of_rivals
from hyperscope.ui.labs.softmax.outputs import rival_rows
from hyperscope.ui.labs.softmax.plane import PlaneView
from hyperscope.ui.labs.softmax.plane_cards import parameter_rows, through_rows
from hyperscope.ui.labs.softmax.plane_map import Handle
from hyperscope.ui.labs.softmax.planing import Planing, as_regression, with_classes
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
FLAT = Experiment(data=Data(source="blobs", points=90, classes=4), network=Network(layers=()))


@pytest.fixture
def no_job(monkeypatch):
    """The four outputs are not trained: their job has tests of its own."""
    monkeypatch.setattr(Planing, "run", lambda self: None)


@pytest.fixture
def opened(standing_still, qtbot, no_job):
    """Shows the plane of an experiment, drawn."""

    def show(experiment: Experiment = FLAT) -> tuple[Window, PlaneView]:
        window = standing_still(experiment)
        window.show_lab("softmax", "plane")
        view: PlaneView = window.lab.page.plane
        qtbot.waitUntil(lambda: view.found is not None and window.up_to_date, timeout=PATIENCE)
        return window, view

    return show


def drag(qtbot, view: PlaneView, start: QPointF, end: QPointF) -> None:
    """Presses, moves in three steps, lets go."""
    qtbot.mousePress(view.map, LEFT, pos=start.toPoint())
    for share in (0.4, 0.8, 1.0):
        way = start + (end - start) * share
        qtbot.mouseMove(view.map, way.toPoint())
    qtbot.mouseRelease(view.map, LEFT, pos=end.toPoint())


def trained(window: Window) -> np.ndarray:
    """The output layer's weights as the worker has them."""
    return window.lab.page.plane.found.w.copy()


def test_a_dragged_arrow_is_one_move_and_is_taken_back_by_one_undo(opened, qtbot) -> None:
    window, view = opened()
    before = trained(window)
    start = view.map.tip(1)
    drag(qtbot, view, start, start + QPointF(60, 40))
    qtbot.waitUntil(lambda: view.map._held is None and not np.allclose(view.found.w[1], before[1]), timeout=PATIENCE)
    assert np.allclose(np.delete(view.found.w, 1, 0), np.delete(before, 1, 0), rtol=1e-6)
    qtbot.waitUntil(lambda: len(window.session.status.moves) > 0, timeout=PATIENCE)
    window.session.undo()
    window.draw_all()
    qtbot.waitUntil(lambda: np.allclose(view.found.w, before, rtol=1e-6), timeout=PATIENCE)


def test_what_is_under_the_hand_is_drawn_before_the_network_has_it(opened, qtbot) -> None:
    _, view = opened()
    start, cost = view.map.tip(0), view.cost.found.cost
    qtbot.mousePress(view.map, LEFT, pos=start.toPoint())
    view.map._drag(start + QPointF(-50, 30))
    shown = (view.cost, view.parameters, view.through, view.dear)
    qtbot.waitUntil(lambda: all(card.found is view.map.found for card in shown), timeout=PATIENCE)
    assert view.cost.found.cost != cost
    qtbot.mouseRelease(view.map, LEFT, pos=start.toPoint())


def test_escape_takes_the_drag_of_an_arrow_back(opened, qtbot) -> None:
    window, view = opened()
    before, start = trained(window), view.map.tip(1)
    qtbot.mousePress(view.map, LEFT, pos=start.toPoint())
    qtbot.mouseMove(view.map, (start + QPointF(40, 30)).toPoint())
    assert not np.array_equal(view.map.found.w, before)
    qtbot.keyClick(view.map, Key.Key_Escape)
    assert np.array_equal(view.map.found.w, before)
    qtbot.mouseRelease(view.map, LEFT, pos=(start + QPointF(40, 30)).toPoint())
    assert not window.session.undo()


def test_a_dragged_border_goes_where_it_is_let_go(opened, qtbot) -> None:
    window, view = opened()
    handle = next(one for one in view.map.handles if one.line is not None)
    line = handle.line
    middle = view.map.picture.pixel((line.start[0] + line.end[0]) / 2, (line.start[1] + line.end[1]) / 2)
    view.map.handle = handle
    before = view.found.b.copy()
    view.map._before = view.map.found
    view.map._drag(middle + QPointF(15, 12))
    view.map._let_go()
    qtbot.waitUntil(lambda: view.map._held is None, timeout=PATIENCE)
    place = np.array(view.map.picture.place(middle + QPointF(15, 12)))[:, None]
    z = view.found.w @ view.found.inputs(place) + view.found.b[:, None]
    assert math.isclose(z[line.one, 0], z[line.other, 0], abs_tol=1e-4)
    assert not np.allclose(view.found.b, before) and len(window.session.status.moves) >= 1


def test_the_arrow_keys_move_what_page_down_chose(opened, qtbot) -> None:
    _, view = opened()
    view.map.setFocus()
    qtbot.keyClick(view.map, Key.Key_PageDown)
    assert view.map.handle.same(Handle(0)) and "w of class 1" in view.map.accessibleDescription()
    before = view.found.w.copy()
    qtbot.keyClick(view.map, Key.Key_Right)
    qtbot.waitUntil(lambda: view.map._held is None and view.found.w[0, 0] > before[0, 0], timeout=PATIENCE)
    assert np.allclose(view.found.w[1:], before[1:], rtol=1e-6)


def test_zero_lines_are_handles_only_while_they_are_drawn(opened) -> None:
    _, view = opened()
    view.map.pairs.setChecked(False)
    assert [one for one in view.map.handles if one.line is not None] == []
    view.map.zero.setChecked(True)
    assert {one.line.other for one in view.map.handles if one.line is not None} == {-1}


def test_a_network_with_hidden_layers_is_shown_and_one_press_takes_a_regression_in_a_twin(opened, qtbot) -> None:
    window, view = opened(Experiment(data=Data(points=90)))
    assert view.mend.isVisible() and "hidden layer" in view.sentence.text() and parameter_rows(view.found) == []
    assert view.through.found is view.found
    qtbot.mouseClick(view.mend, LEFT)
    qtbot.waitUntil(lambda: not view.found.refused, timeout=PATIENCE)
    assert window.session.twin.network.layers == () and not view.mend.isVisible() and view.side == 1


def test_a_hidden_layer_comes_and_goes_by_the_button(opened, qtbot) -> None:
    window, view = opened()
    qtbot.mouseClick(view.map.layer, LEFT)
    qtbot.waitUntil(lambda: view.found.hidden == 1, timeout=PATIENCE)
    qtbot.mouseClick(view.map.layer, LEFT)
    qtbot.waitUntil(lambda: view.found.hidden == 0 and not view.found.refused, timeout=PATIENCE)
    assert window.session.experiment.network.layers == ()


def test_the_number_of_classes_is_chosen_below_the_map(opened, qtbot) -> None:
    _, view = opened()
    qtbot.mouseClick(view.map.classes.buttons[2], LEFT)
    qtbot.waitUntil(lambda: len(view.found.names) == 5, timeout=PATIENCE)
    assert len(parameter_rows(view.found)) == 6


def test_data_that_cannot_have_so_many_classes_give_way_to_blobs() -> None:
    moons = Experiment(data=Data(source="moons", classes=2))
    assert (with_classes(moons, 5).data.source, with_classes(moons, 5).data.classes) == ("blobs", 5)
    assert with_classes(FLAT, 3).data.source == "blobs"
    assert as_regression(Experiment(data=Data(source="iris"))).data.source == "blobs"


def test_a_dear_example_that_is_pressed_is_taken_through_and_ringed(opened, qtbot) -> None:
    window, view = opened()
    number = view.dear.numbers[2]
    y = view.dear.room.top() + 3.5 * 22
    qtbot.mouseClick(view.dear, LEFT, pos=QPoint(60, round(y)))
    assert window.looked_at.focus.example == number
    assert view.through.example == number == view.map.example
    rows = through_rows(view.found, number)
    assert [row[2] for row in rows] == [
        f"{p:.4f}" if 5e-5 <= p <= 1 - 5e-5 else row[2] for p, row in zip(view.found.p[:, number], rows, strict=True)
    ]


def test_with_zero_weights_the_cost_reads_as_the_logarithm_of_the_number_of_classes(opened, qtbot) -> None:
    _, view = opened()
    qtbot.mouseClick(view.parameters.zero, LEFT)
    qtbot.waitUntil(lambda: view.map._held is None and not view.found.w.any(), timeout=PATIENCE)
    assert view.cost.accessibleDescription() == "J is 1.3863; guessing costs ln C = 1.3863"


def test_its_numbers_are_those_that_are_drawn(opened) -> None:
    window, view = opened()
    rows = list(csv.DictReader(io.StringIO(csv_of(of_plane(window.lab.page)))))
    weights = [row for row in rows if row["table"] == "weights"]
    assert [float(row["w1"]) for row in weights] == view.found.w[:, 0].tolist()
    assert sum(row["table"] == "examples" for row in rows) == view.found.y.size


def test_the_four_outputs_are_told_in_rows() -> None:
    news = next(one for one in RivalsTask(FLAT, 1).run(deque()) if isinstance(one, Record))
    rows = rival_rows(news.value)
    assert [row[0] for row in rows[1:]] == ["softmax", "one against all", "tree", "hinge"]
    assert rows[1][1] == rows[1][2] == f"{news.value.loss[0]:.4f}"
    assert len(of_rivals(news.value).rows) == 4


# -- the workbench's own undo -----------------------------------------------------------------------------------------


def test_the_workbench_takes_its_moves_back_one_by_one_and_makes_them_again(standing_still, qtbot) -> None:
    window = standing_still(FLAT)
    window.show_lab("softmax", "workbench")
    bench = window.lab.page.workbench
    qtbot.waitUntil(lambda: bench.bars.worked is not None, timeout=PATIENCE)
    for value in (1.0, 2.0, 3.0):  # one drag
        bench.bars.moved.emit(0, value)
    bench.set_truth(3)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Key.Key_Z, control)
    assert (bench.case.truth, bench.case.logits[0]) == (1, 3.0)
    qtbot.keyClick(window, Key.Key_Z, control)
    assert bench.case == Case()
    qtbot.keyClick(window, Key.Key_Y, control)
    assert bench.case.logits[0] == 3.0
    assert window.session.experiment == FLAT
