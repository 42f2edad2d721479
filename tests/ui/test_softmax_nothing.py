"""The Softmax lab where there are no examples yet, one feature, two classes or many: each view says so and stands."""

from __future__ import annotations

import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.softmax.behind import Behind
from patience import PATIENCE

EXPERIMENTS = {
    "nothing painted": Experiment(data=Data(source="painted")),
    "nothing painted, no hidden layer": Experiment(data=Data(source="painted"), network=Network(layers=())),
    "two classes": Experiment(data=Data(source="moons", classes=2, points=60), network=Network(layers=())),
    "one feature": Experiment(data=Data(points=60, features=("x1",)), network=Network(layers=(Layer(4),))),
    "ten classes": Experiment(data=Data(source="digits", standardise=True), network=Network(layers=())),
}


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_every_view_is_drawn_of_any_experiment(standing_still, qtbot, monkeypatch, experiment) -> None:
    monkeypatch.setattr(Behind, "begin", lambda self, experiment, of=None: None)
    window = standing_still(experiment)
    for name, _ in entry("softmax").views:
        window.show_lab("softmax", name)
        qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
        window.grab()
        assert "fault" not in window.words.message.accessibleName().lower()
