"""Many classes in the Softmax lab: a way through a tree, trees that are dragged, operations, and reused layers."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.export.tables import csv_of
from hyperscope.lab.softmax.hierarchy import places, written
from hyperscope.lab.sweeps.reuse import SIZES, Reuse
from hyperscope.ui.labs.softmax.exports import of_many
from hyperscope.ui.labs.softmax.many import ManyView
from hyperscope.ui.labs.softmax.many_cards import operation_rows
from hyperscope.ui.labs.softmax.reusing import Reusing, with_tree
from hyperscope.ui.labs.softmax.tree_card import product
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
BLOBS = Data(source="blobs", points=120, classes=5)
TREE = Experiment(data=BLOBS, network=Network(layers=(Layer(6),), output="hierarchical"))


@pytest.fixture
def opened(standing_still, qtbot, monkeypatch):
    """Shows the view of an experiment, drawn; the job of the curves has tests of its own."""
    monkeypatch.setattr(Reusing, "run", lambda self: None)

    def show(experiment: Experiment = TREE) -> tuple[Window, ManyView]:
        window = standing_still(experiment)
        window.show_lab("softmax", "many")
        view: ManyView = window.lab.page.many
        qtbot.waitUntil(lambda: view.found is not None and window.up_to_date, timeout=PATIENCE)
        return window, view

    return show


def spot(view: ManyView, leaf: int):
    return view.tree.spots()[next(place.path for place in places(view.tree.tree) if place.leaf == leaf)].toPoint()


def test_the_product_that_is_written_is_the_networks_probability(opened) -> None:
    _, view = opened()
    said = product(view.found, 2)
    factors = [float(word) for word in said.partition(" = ")[2].rpartition(" = ")[0].split(" × ")]
    assert math.isclose(math.prod(factors), view.found.p[2], rel_tol=5e-3)
    assert said.endswith(f"{view.found.p[2]:.4f}")


def test_a_class_dragged_onto_another_is_a_move_of_the_session_and_is_taken_back(opened, qtbot) -> None:
    window, view = opened()
    before = written(view.tree.tree)
    qtbot.mousePress(view.tree, LEFT, pos=spot(view, 0))
    qtbot.mouseMove(view.tree, spot(view, 4))
    qtbot.mouseRelease(view.tree, LEFT, pos=spot(view, 4))
    assert window.session.experiment.network.tree == "(((4 1) 2) (3 0))"
    qtbot.waitUntil(lambda: written(view.found.tree) == "(((4 1) 2) (3 0))", timeout=PATIENCE)
    window.session.undo()
    window.draw_all()
    qtbot.waitUntil(lambda: written(view.tree.tree) == before, timeout=PATIENCE)


def test_the_arrow_keys_go_from_class_to_class_and_with_shift_change_places(opened, qtbot) -> None:
    window, view = opened()
    view.tree.setFocus()
    view.tree.set_leaf(0)
    qtbot.keyClick(view.tree, Key.Key_Right)
    assert view.tree.shown_leaf == 1 and "class 2" in view.tree.accessibleDescription()
    qtbot.keyClick(view.tree, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.experiment.network.tree == "(((0 2) 1) (3 4))"
    qtbot.keyClick(view.tree, Key.Key_Up)
    assert window.session.experiment.network.tree != "(((0 2) 1) (3 4))"


def test_a_flat_output_is_shown_as_sums_and_one_press_trains_a_tree_over_the_digits(opened, qtbot) -> None:
    window, view = opened(Experiment(data=BLOBS, network=Network(layers=(Layer(6),))))
    assert view.found.flat and view.mend.isVisible() and "flat" in view.sentence.text()
    qtbot.mouseClick(view.mend, LEFT)
    qtbot.waitUntil(lambda: not view.found.flat, timeout=PATIENCE)
    twin = window.session.twin
    assert (
        (twin.network.output, twin.data.source)
        == ("hierarchical", "digits")
        == (
            with_tree(TREE).network.output,
            with_tree(TREE).data.source,
        )
    )
    assert view.found.pictures is not None and not view.mend.isVisible()


def test_the_next_example_is_looked_at_everywhere(opened, qtbot) -> None:
    window, view = opened()
    before = view.found.number
    qtbot.mouseClick(view.later, LEFT)
    assert window.looked_at.focus.example == before + 1
    qtbot.waitUntil(lambda: view.found.number == before + 1, timeout=PATIENCE)


def test_operations_are_those_of_the_networks_own_last_layer(opened) -> None:
    _, view = opened()
    rows = operation_rows(view.operations.rows)
    assert rows[1][:2] == ("10", "70") and view.operations.note == "6 inputs and a bias"
    assert rows[-1][0] == "100\u2009000" and rows[-1][3] == str(17 * 7)


def test_its_numbers_are_those_that_are_drawn(opened) -> None:
    window, view = opened()
    right = np.full((3, 5, 5), np.nan)
    right[0, 0, 0] = 0.5
    view.reuse.show_reuse(Reuse(SIZES["digits"], right, np.full(5, 0.9)), "")
    rows = list(csv.DictReader(io.StringIO(csv_of(of_many(window.lab.page)))))
    ways = [row for row in rows if row["table"] == "ways" and row["class"] == "class 1"]
    assert math.isclose(math.prod(float(row["probability"]) for row in ways), float(ways[0]["product"]), rel_tol=1e-5)
    assert [row["right"] for row in rows if row["table"] == "reuse"] == ["0.5"]
