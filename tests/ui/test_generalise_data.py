"""The data in a window: copies, labels and places moved by hand, and the errors that follow."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.generalise.data_view import COPIES, DataView, unused
from hyperscope.ui.labs.generalise.exports import of_data
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(source="moons", classes=2, points=120, noise=0.3), network=Network(layers=(Layer(5),)))


@pytest.fixture
def opened(standing_still, qtbot):
    """Shows the view, drawn."""

    def show(experiment: Experiment = SMALL) -> tuple[Window, DataView]:
        window = standing_still(experiment)
        window.show_lab("generalise", "data")
        view: DataView = window.lab.page.data
        qtbot.waitUntil(
            lambda: window.up_to_date and view.copies.found is not None and view.errors.errors is not None,
            timeout=PATIENCE,
        )
        return window, view

    return show


def test_every_card_shows_the_data_and_can_be_read_and_reached(opened):
    window, view = opened()
    assert "Nothing is augmented" in view.copies.accessibleDescription() and view.copies.twin.isVisible()
    assert view.map.picture.examples is not None and window.lab.page.trains
    assert [table.name for table in of_data(window.lab.page)] == ["copies", "errors"]
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]
    assert not view.grab().isNull()


def test_dev_from_elsewhere_brings_train_dev_and_is_said(opened, qtbot):
    window, view = opened()
    view.card.controls["data.shift_move"]._enter("1.5")
    qtbot.waitUntil(
        lambda: "train-dev" in [one.name for one in view.errors.errors.sets] and "moved by 1.5" in view.sentence.text(),
        timeout=PATIENCE,
    )
    assert window.session.experiment.data.shift_move == 1.5


def test_jitter_moves_copies_and_augmentation_is_offered_in_a_twin(opened, qtbot):
    window, view = opened()
    qtbot.mouseClick(view.copies.twin, LEFT)
    qtbot.waitUntil(lambda: not view.copies.found.idle, timeout=PATIENCE)
    assert window.session.twin.data.augment_jitter > 0 == window.session.experiment.data.augment_jitter
    assert view.copies.found.moved > 0 and not view.copies.twin.isVisible()


def test_copies_moved_while_the_network_is_trained_keep_it(opened, qtbot):
    window, view = opened()
    window.session.train_to(3)
    qtbot.waitUntil(lambda: window.session.status.epoch == 3, timeout=PATIENCE)
    step = window.session.status.step
    view.card.controls["data.augment_jitter"]._enter("0.3")
    qtbot.waitUntil(lambda: not view.copies.found.idle, timeout=PATIENCE)
    assert window.session.status.step == step > 0


@pytest.mark.parametrize(
    ("source", "hidden"), [("digits", {"data.points"}), ("iris", {"data.points", *COPIES[1:]}), ("xor", {COPIES[4]})]
)
def test_only_what_acts_on_the_data_is_offered(source, hidden):
    assert unused(replace(SMALL.data, source=source)) == hidden
