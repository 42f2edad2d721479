"""The doctor's note: nothing while all is fine, else the foremost finding and a button that does what it advises."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.doctor.checks import Finding
from hyperscope.lab.doctor.checks.remedies import setting
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.lab.probes.snapshot import Seen, Status
from hyperscope.ui.panels.cards.doctor_note import PAUSED, PLAYING, DoctorNote
from hyperscope.ui.words import Words
from patience import PATIENCE
from probed import Sides, seen, sides, views

LEFT = Qt.MouseButton.LeftButton
SLOWER = setting("α 0.001", ("training.learning_rate", 0.001))


def finding(name: str = "dead units", severity: str = "act", remedy: object = SLOWER) -> Finding:
    return Finding(name, severity, f"All about {name}.", {}, 1.0, 0.5, "A book", remedy)


def snapshot(*findings: Finding) -> Sides:
    return sides({"findings": findings})


def at(step: int = 0, *, playing: bool) -> Seen:
    return seen({}, Status(step=step, playing=playing))


def network(units: int) -> NetworkPicture:
    return NetworkPicture((LayerPicture("Inputs", None, None), LayerPicture("Layer 1", None, np.zeros((units, 2)))))


@pytest.fixture
def note(qtbot) -> DoctorNote:
    """A note in the place of words, nothing found yet."""
    strip = Words()
    qtbot.addWidget(strip)
    made = DoctorNote()
    strip.resize(1280, strip.height())
    strip.stand(made, made.width_in)
    strip.show()
    made.strip = strip  # kept as long as its note
    return made


def test_nothing_is_said_before_a_diagnosis(note):
    assert note.finding is None and not note.button.isVisible()


def test_nothing_is_said_while_all_is_fine(note):
    note.draw(snapshot(finding(severity="fine", remedy=None)))
    assert note.finding is None and not note.toolTip()


def test_what_to_act_on_is_said_before_what_is_worth_a_look(note):
    note.draw(snapshot(finding("saturated units", "look"), finding("calibration", "act")))
    assert note.finding.name == "calibration"


def test_a_cause_is_said_before_its_effect(note):
    note.draw(snapshot(finding("bias and variance"), finding("vanishing gradient"), finding("dead units")))
    assert note.finding.name == "dead units"


def test_the_whole_sentence_is_in_the_tooltip_and_for_screen_readers(note):
    note.draw(snapshot(finding()))
    assert "All about dead units." in note.toolTip()
    assert note.accessibleName() == "Doctor: Dead units: All about dead units."


def test_the_button_has_the_remedys_caption(note):
    note.draw(snapshot(finding()))
    assert note.button.isVisible() and note.button.text() == "α 0.001"


def test_a_finding_without_a_remedy_has_no_button(note):
    note.draw(snapshot(finding(remedy=None)))
    assert note.finding is not None and not note.button.isVisible()


def test_the_button_hands_over_the_remedy_and_is_gone(note, qtbot):
    note.draw(snapshot(finding()))
    with qtbot.waitSignal(note.remedy_chosen) as said:
        qtbot.mouseClick(note.button, LEFT)
    assert said.args == [SLOWER] and not note.button.isVisible()


def test_a_snapshot_without_a_diagnosis_changes_nothing(note):
    note.draw(snapshot(finding()))
    note.draw(sides({}))
    assert note.finding is not None


def test_a_large_network_is_diagnosed_while_it_trains_but_more_seldom(note):
    note.take_note(network(8), at(playing=True))
    assert note.rate == PLAYING
    note.take_note(network(4000), at(playing=True))
    assert 0 < note.rate < PLAYING / 2
    note.take_note(network(4000), at(playing=False))
    assert note.rate == PAUSED


def test_a_network_that_stands_still_is_diagnosed_once(note):
    note.take_note(network(8), at(40, playing=False))
    note.draw(sides({"findings": (finding(),)}, Status(step=40)))
    assert note.rate == 0
    note.take_note(network(8), at(41, playing=False))
    assert note.rate == PAUSED


def test_a_setting_moved_in_a_pause_is_diagnosed_anew(note, qtbot):
    note.take_note(network(8), at(playing=False))
    note.draw(snapshot(finding()))
    note.clear()
    qtbot.waitUntil(lambda: note.rate == PAUSED)


def test_it_says_nothing_in_the_middle_of_a_drag(note, qtbot):
    note.draw(snapshot(finding()))
    note.clear()
    assert note.rate == 0.0
    note.draw(snapshot(finding()))  # of before the move, and only now here
    assert note.finding is None
    qtbot.waitUntil(lambda: note.rate == PLAYING)
    note.draw(snapshot(finding()))
    assert note.finding is not None


def test_a_healthy_network_in_the_window_is_diagnosed_and_nothing_said(open_window, qtbot):
    window = open_window(Experiment())
    diagnosed = []  # the step of each diagnosis drawn; the one of where it stops may come before it is told to
    note = window.lab.page.note
    draw = note.draw

    def drawn(shown: Sides) -> None:
        if "findings" in views(shown):
            diagnosed.append(shown[0].status.step)
        draw(shown)

    note.draw = drawn
    qtbot.waitUntil(lambda: window.session.status.train_accuracy > 0.98, timeout=PATIENCE)
    window.do(lambda: window.session.play(False))
    qtbot.waitUntil(lambda: not window.session.status.playing, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.session.status.step in diagnosed, timeout=PATIENCE)
    del note.draw
    assert note.finding is None


def test_a_window_at_rest_goes_on_asking_until_the_network_is_diagnosed(standing_still, qtbot):
    window = standing_still()
    note, diagnosed = window.lab.page.note, []
    draw = note.draw
    qtbot.waitUntil(lambda: window.at_rest, timeout=PATIENCE)
    note.draw = lambda shown: (diagnosed.append("findings" in views(shown)), draw(shown))
    note.clear()
    assert window.at_rest
    qtbot.waitUntil(lambda: any(diagnosed), timeout=PATIENCE)
    qtbot.wait(1000)
    assert sum(diagnosed) == 1
    del note.draw


def test_a_dying_network_in_the_window_is_noticed_and_the_button_helps(open_window, qtbot):
    dying = next(preset.experiment for preset in presets() if preset.name == "dead-relus")
    window = open_window(dying)
    note = window.lab.page.note
    qtbot.waitUntil(lambda: note.finding is not None and note.finding.name == "dead units", timeout=PATIENCE)
    place = window.lab.page.network.geometry()
    qtbot.mouseClick(note.button, LEFT)
    assert window.session.experiment == changed(dying, "training.learning_rate", 0.1)
    assert note.finding is None and window.lab.page.network.geometry() == place


def test_the_remedy_can_be_undone(open_window, qtbot):
    window = open_window(Experiment(network=Network(layers=(Layer(),), initialiser="zero")))
    before = window.session.experiment
    qtbot.waitUntil(lambda: window.lab.page.note.button.isVisible(), timeout=PATIENCE)
    qtbot.mouseClick(window.lab.page.note.button, LEFT)
    assert window.session.experiment != before
    window.do(window.session.undo)
    assert window.session.experiment == before


def test_moving_a_control_takes_back_what_may_no_longer_hold(open_window, qtbot):
    training = Training(optimiser="sgd", learning_rate=1.0)
    window = open_window(msgspec.structs.replace(Experiment(), training=training, network=Network(initialiser="zero")))
    qtbot.waitUntil(lambda: window.lab.page.note.finding is not None, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.1)
    assert window.lab.page.note.finding is None
