"""Presets open the view of the lab that shows what they are about; so does the doctor's link."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.doctor.diagnosis import findings
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui import labs
from hyperscope.ui.labs.batch_norm.page import BatchNormPage
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(standing_still) -> Window:
    return standing_still()


def preset_in(lab: str, view: str = ""):
    return next(preset for preset in presets() if (preset.place.lab, preset.place.view) == (lab, view))


def take(window: Window, lab: str, view: str = "") -> None:
    window.part(Presets).take(preset_in(lab, view))


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_a_preset_names_a_lab_and_a_view_that_there_are(preset):
    assert labs.checked_view(labs.entry(preset.place.lab), preset.place.view) == preset.place.view


@pytest.mark.parametrize("name", [lab.name for lab in labs.LABS])
def test_every_view_of_the_lab_has_a_preset(name):
    places = {preset.place.view for preset in presets() if preset.place.lab == name}
    assert {view for view, _ in labs.entry(name).views or (("", ""),)} <= places


@pytest.mark.parametrize("name", [lab.name for lab in labs.LABS])
def test_what_a_preset_has_a_lab_keep_is_what_the_lab_takes(standing_still, name):
    window = standing_still()
    lab = window._made(labs.entry(name))
    for preset in presets():
        if preset.place.lab == name:
            lab.restore(preset.place.kept)


def test_a_preset_opens_its_view_and_trains_there(window, qtbot):
    take(window, "batch-norm", "microscope")
    assert window.shown_view == ("batch-norm", "microscope")
    qtbot.waitUntil(lambda: window.session.status.playing, timeout=PATIENCE)


def test_a_preset_shows_what_its_lab_keeps(window):
    window.show_lab("softmax", "workbench")
    page = window.lab.page
    assert isinstance(page, SoftmaxPage)
    page.workbench.set_truth(2)
    take(window, "softmax", "workbench")
    assert page.workbench.case.truth == 1 and not window.session.status.playing


def test_a_preset_of_the_playground_goes_there(window):
    window.show_lab("softmax", "workbench")
    window.part(Presets).take(presets()[0])
    assert window.shown_view[0] == "playground"


def test_a_preset_of_a_sweep_runs_it_of_its_own_experiment(window):
    take(window, "batch-norm", "hurts")
    page = window.lab.page
    assert isinstance(page, BatchNormPage)
    view = page.of_sweeps["hurts"]
    assert view.sweep.name == "batch-norm/tiny-batches" and "earlier" not in view.grid._note
    assert not window.session.status.playing


def test_a_sweep_that_is_chosen_comes_back_with_the_session(window):
    window.visit(LabView("batch-norm", "why", {"sweeps": {"why": "batch-norm/depth"}}))
    assert window.lab.kept()["sweeps"] == {"why": "batch-norm/depth"}


def test_a_view_that_is_visited_first_is_spoken_of_by_its_lab(window):
    window.visit(LabView("batch-norm", "shift", {"shifting": "data"}))
    assert window.words.said == labs.entry("batch-norm").tasks["shift"]


def test_a_sweep_that_there_is_not_is_refused_in_words(window):
    window.visit(LabView("batch-norm", "microscope", {"sweeps": {"why": "batch-norm/magic"}}))
    assert window.words.message.accessibleName() == "Alarm: batch-norm: view 'why' has no sweep 'batch-norm/magic'"


def test_presets_are_shown_by_lab_and_only_those_in_sight_train(window, qtbot):
    part = window.part(Presets)
    part.toggle()
    assert part.page.isVisible() and {card.preset.place.lab for card in part.page.cards} == {"playground"}
    part.page.labs.buttons[list(part.page.groups).index("softmax")].click()
    shown = [card for cards in part.page.groups.values() for card in cards if card.isVisible()]
    assert shown == part.page.cards == part.page.groups["softmax"]
    trains = [card for card in shown if card.preset.picture is None]
    assert 0 < len(trains) < len(shown)
    qtbot.waitUntil(lambda: all(card.live is not None for card in trains), timeout=PATIENCE)


def test_the_page_opens_with_the_presets_of_the_lab_that_is_shown(window):
    window.show_lab("batch-norm", "microscope")
    window.part(Presets).toggle()
    page = window.part(Presets).page
    assert page.cards == page.groups["batch-norm"] and page.cards[0].hasFocus()


def test_the_next_preset_is_one_of_the_same_lab(window):
    part = window.part(Presets)
    of_lab = [preset for preset in presets() if preset.place.lab == "softmax"]
    part.take(of_lab[-1])
    part._take_next()
    assert part.chosen is of_lab[0]


def test_the_doctor_leads_to_the_sweep_that_shows_what_it_found(open_window, qtbot):
    tiny = Experiment(network=Network(layers=(Layer(4, "tanh", batch_norm="before"),)), training=Training(batch_size=2))
    window = open_window(tiny)
    note = window.lab.page.note
    qtbot.waitUntil(lambda: note.finding is not None and note.finding.name == "tiny batches", timeout=PATIENCE)
    assert note.place_button.text() == "Look in the Batch norm lab" and note.place_button.isVisible()
    qtbot.mouseClick(note.place_button, LEFT)
    assert window.shown_view == ("batch-norm", "hurts")
    assert window.lab.page.of_sweeps["hurts"].sweep.name == "batch-norm/tiny-batches"


def test_the_doctor_leads_from_a_gap_between_the_errors_to_where_every_remedy_is_tried():
    overfits = next(preset.experiment for preset in presets() if preset.name == "which-remedy")
    trainer = Trainer(overfits)
    trainer.steps(300)
    found = next(one for one in findings(trainer) if one.name == "bias and variance")
    assert found.severity != "fine" and found.place == LabView("generalise", "bias-and-variance")
