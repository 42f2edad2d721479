"""What is said of a network that has come to rest, and where."""

from __future__ import annotations

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.worker.tempo import USUAL, Rest
from patience import PATIENCE

EASY = Experiment(data=Data(source="blobs", points=60), network=Network(layers=(Layer(4),)))


def test_that_a_network_has_learned_is_said_where_it_is_looked_at(open_window, qtbot):
    window = open_window(EASY, rest=Rest(learned=True), tempo=USUAL, playing=False)
    window.show_lab("softmax", "workbench")
    window.say("Drag a bar.")
    window.session.play(True)
    qtbot.waitUntil(lambda: window.session.rested, timeout=PATIENCE)
    qtbot.wait(100)
    assert window.words.said == "Drag a bar."
    window.show_lab("playground")
    qtbot.waitUntil(lambda: "Drag α up to 1 and watch" in window.words.said, timeout=PATIENCE)
    assert window.words.said.startswith("Learned in")
