"""Settings of several runs beside each other: what differs comes first, and layers that are alike stand there once."""

from __future__ import annotations

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.library.run_compare import NONE, compared
from lab.sessions import with_layers

PLAIN = Experiment()
NORMED = with_layers(PLAIN, *(Layer(8, "tanh", "before"),) * 3)


def differing(*experiments: Experiment) -> dict[str, tuple[str, ...]]:
    return {setting.name: setting.values for setting in compared(experiments) if setting.differs}


def test_what_differs_comes_first() -> None:
    found = compared((PLAIN, changed(PLAIN, "training.learning_rate", 0.3)))
    assert [setting.differs for setting in found] == [True, *[False] * (len(found) - 1)]
    assert (found[0].name, found[0].values) == ("Learning rate", ("0.01", "0.3"))


def test_equal_experiments_differ_in_nothing() -> None:
    assert differing(PLAIN, PLAIN) == {}


def test_what_every_layer_has_alike_is_named_once() -> None:
    assert differing(PLAIN, NORMED) == {"Batch norm, each layer": ("off", "before")}


def test_a_layer_that_is_not_there_has_no_value() -> None:
    assert differing(PLAIN, with_layers(PLAIN, *PLAIN.network.layers[:2]))["Layer 3 units"] == ("8", NONE)


def test_other_inputs_differ() -> None:
    assert differing(PLAIN, changed(PLAIN, "data.features", ("x1",))) == {"Inputs": ("x1, x2", "x1")}
