"""What a knob's mark and tooltip say is what a trainer then does."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob
from hyperscope.lab.training.effects import Effect, of_knob
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.controls.words import acts_at_once, effect

KNOBS = {path: (knob, value) for path, knob, value in every_knob(Experiment())}
TURNED = [  # every choice there is, and both ends of what is dragged
    (path, other)
    for path, (knob, value) in KNOBS.items()
    if knob.kind != "text" and path not in ("data.source", "data.missing", "data.words")
    for other in (knob.choices if knob.kind == "choice" else [True, False] if knob.kind == "switch" else [knob.at(0.3)])
    if other != value
]


def test_the_knobs_say_of_themselves_what_a_trainer_does() -> None:
    assert {path: knob.live for path, (knob, _) in KNOBS.items()} == {
        path: acts_at_once(knob) for path, (knob, _) in KNOBS.items()
    }


@pytest.mark.parametrize(("path", "value"), TURNED, ids=str)
def test_a_mark_says_whether_training_goes_on(path: str, value: Value) -> None:
    trainer = Trainer(Experiment())
    trainer.steps(12)
    trainer.apply(changed(Experiment(), path, value))
    assert (trainer.step == 12) == acts_at_once(KNOBS[path][0])


@pytest.mark.parametrize(("path", "value"), TURNED, ids=str)
def test_the_optimisers_memory_is_kept_unless_it_is_said_to_start_again(path: str, value: Value) -> None:
    trainer = Trainer(Experiment())
    trainer.steps(12)
    before = [moment.tobytes() for moment in trainer.learner.state.moments]
    trainer.apply(changed(Experiment(), path, value))
    kept = [moment.tobytes() for moment in trainer.learner.state.moments] == before
    said = effect(KNOBS[path][0])
    assert kept == (said == "Acts at once; the weights stay.") or "where they no longer fit" in said or is_scaled(path)


def is_scaled(path: str) -> bool:
    """Adam's averages stay what they are of when their decay moves, so their numbers may be scaled."""
    return path in ("training.beta1", "training.beta2", "training.bias_correction")


@pytest.mark.parametrize("path", ["network.layers.1.batch_norm", "network.bn_output"])
def test_batch_norm_carries_the_weights_over(path: str) -> None:
    assert of_knob(path.split(".")[-1]) == {Effect.CARRIES}
    assert effect(KNOBS[path][0]) == "Acts at once; the weights are carried over, the optimiser's memory starts again."


def test_another_output_keeps_weights_where_their_number_stays() -> None:
    trainer = Trainer(Experiment())
    trainer.steps(12)
    before = trainer.weights()
    trainer.apply(changed(Experiment(), "network.output", "hinge"))
    assert all(np.array_equal(values, before[name]) for name, values in trainer.weights().items())
    trainer.apply(changed(trainer.experiment, "network.output", "hierarchical"))
    assert trainer.step == 12 and np.array_equal(trainer.weights()["layer2.weights"], before["layer2.weights"])
    assert "where they no longer fit" in effect(KNOBS["network.output"][0])


def test_a_knob_of_something_else_says_what_it_declares() -> None:
    assert not acts_at_once(Knob("whole", "Trays", "How many.", live=False, low=1, high=5, name="trays"))
    assert acts_at_once(Knob("number", "Heat", "How hot.", live=True, low=50, high=250, name="heat"))
