"""Numbers of a network set by hand: what may be set, and that a session with edits is played back to the last bit."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Event, Score, from_code, from_json, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import START, bits, future, moved

bounded = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
W23 = Edit("layer2.weights", (1, 2), 0.5)
PLACES = {
    "a weight": W23,
    "a bias": Edit("layer3.bias", (4,), -1.25),
    "a gamma": Edit("layer1.gamma", (0,), 0.0),
    "a beta": Edit("layer2.beta", (5,), 3.0),
    "a weight of the output": Edit("output.weights", (2, 4), 0.1),
}


def live(*things: Any, start: Experiment = START) -> Timeline:
    """A session: numbers are steps taken, edits are made, experiments are taken on."""
    timeline = Timeline(Trainer(start))
    for thing in things:
        if isinstance(thing, int):
            timeline.trainer.go_on()
            timeline.steps(thing)
        elif isinstance(thing, Edit):
            timeline.edit(thing)
        else:
            timeline.apply(thing)
    return timeline


# -- setting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edit", PLACES.values(), ids=PLACES.keys())
def test_an_edit_sets_that_number(edit: Edit) -> None:
    trainer = live(20, edit).trainer
    assert trainer.weights()[edit.name][edit.index] == np.float32(edit.value)


@pytest.mark.parametrize("edit", PLACES.values(), ids=PLACES.keys())
def test_an_edit_leaves_everything_else(edit: Edit) -> None:
    before, after = live(20).trainer.checkpoint().moment.vectors, live(20, edit).trainer.checkpoint().moment.vectors
    assert sum(int((one != other).sum()) for one, other in zip(before, after, strict=True)) == 1


def test_an_edit_keeps_the_optimiser_s_memory() -> None:
    before, after = live(20).trainer.checkpoint().moment, live(20, W23).trainer.checkpoint().moment
    assert [moment.tobytes() for moment in before.vectors[2:]] == [moment.tobytes() for moment in after.vectors[2:]]
    assert before.products.keys() == after.products.keys()


def test_the_scores_are_those_of_the_edited_network() -> None:
    timeline = live(20)
    before = timeline.trainer.scores().train.loss
    timeline.edit(Edit("output.weights", (0, 0), 30.0))
    assert timeline.trainer.scores().train.loss != before


def test_an_edit_is_marked_in_the_curves() -> None:
    assert live(20, W23).trainer.marks[-1][2] == "w₂₃ of layer 2 → 0.5"


def test_an_edit_says_what_it_did() -> None:
    timeline = live(20)
    before = float(timeline.trainer.weights()["layer2.weights"][1, 2])
    said = timeline.edit(Edit("layer2.weights", (1, 2), -0.5))
    assert said == f"w₂₃ of layer 2 {before:.4g} → −0.5 at epoch 5: all else kept. Watch the map.".replace("-", "−")


def test_the_same_number_again_is_nothing_done() -> None:
    timeline = live(20, W23)
    assert timeline.edit(W23) == ""
    assert len(timeline.score.events) == 1


def test_zero_with_another_sign_is_nothing_done() -> None:
    timeline = live(Edit("layer3.bias", (0,), -0.0))
    assert timeline.score == Score(START) and bits(timeline.trainer) == bits(Trainer(START))


def test_figures_that_would_run_together_are_kept_apart() -> None:
    assert Edit("layer1.weights", (11, 2), 0.0).symbol == "w₁₂,₃"


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=rf"^w is {value}; it must be a finite number$"):
        Edit("layer2.weights", (1, 2), value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit("layer9.weights", (0, 0), 1.0), "'layer9' is no layer of this network; it has layer1, layer2, layer3"),
        (Edit("layer2.running_mean", (0,), 1.0), "cannot be set by hand; weights, bias, gamma and beta can"),
        (Edit("layer1.bias", (0,), 1.0), "layer1 has no bias: batch norm before the activation would subtract it"),
        (Edit("layer3.gamma", (0,), 1.0), "layer3 has no γ: its batch norm is off"),
        (Edit("layer2.weights", (6, 0), 1.0), r"layer2.weights has no place \[6, 0\]; its shape is \[6, 8\], from 0"),
        (Edit("layer2.weights", (-1, 0), 1.0), r"has no place \[-1, 0\]"),
        (Edit("layer2.weights", (1,), 1.0), r"has no place \[1\]"),
        (Edit("layer2.weights", (1, 2), 1e39), r"w is 1e\+39; it must lie within ±3.4e\+38"),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(edit: Edit, said: str) -> None:
    timeline = live(20)
    before = bits(timeline.trainer)
    with pytest.raises(ValueError, match=said):
        timeline.edit(edit)
    assert bits(timeline.trainer) == before
    assert timeline.score.events == ()


def test_a_class_of_a_tree_has_no_weight_to_set() -> None:
    timeline = live(start=moved(("network.output", "hierarchical")))
    with pytest.raises(ValueError, match="the classes of a tree have no numbers of their own to set"):
        timeline.edit(Edit("output.weights", (0, 0), 1.0))


# -- played back --------------------------------------------------------------------------------------------------

SESSIONS: dict[str, tuple[Any, ...]] = {
    "an edit before the first step": (W23, 21),
    "an edit after the last step": (21, W23),
    "an edit, and it trains on": (21, W23, 30),
    "every kind": (13, *PLACES.values(), 13),
    "a drag while paused": (13, *(W23.at(k / 7) for k in range(12)), 13),
    "a number that float32 rounds": (13, W23.at(0.1 + 0.2), 13),
    "an edit between moves": (
        13,
        moved(("training.learning_rate", 0.1)),
        W23,
        moved(("network.layers.2.dropout", 0.5)),
        9,
    ),
    "an edit, and a unit less": (13, W23, 3, moved(("network.layers.0.units", 7)), 13),
    "an edit that blows training up": (13, Edit("output.weights", (0, 0), 3e38), 40, W23, 13),
    "early stopping": (moved(("training.patience", 1), ("training.learning_rate", 1.0)), 40, W23, 200, 9),
}


@pytest.mark.parametrize("things", SESSIONS.values(), ids=SESSIONS.keys())
def test_a_session_with_edits_is_played_back_to_the_last_bit(things: tuple[Any, ...]) -> None:
    timeline = live(*things)
    for score in (timeline.score, from_json(timeline.score.to_json()), from_code(timeline.score.to_code())):
        assert bits(replay(score)) == bits(timeline.trainer)
    assert future(replay(timeline.score)) == future(timeline.trainer)


@bounded
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(list(PLACES.values())), st.floats(-9, 9)), max_size=8))
def test_any_edits_are_played_back_to_the_last_bit(drawn: list[tuple[int, Edit, float]]) -> None:
    timeline = live(*(thing for steps, edit, value in drawn for thing in (steps, edit.at(value))))
    assert bits(replay(from_code(timeline.score.to_code()))) == bits(timeline.trainer)


def test_going_back_before_an_edit_and_forward_again_gives_the_same_bits() -> None:
    timeline = live(20, W23, 15)
    there = bits(timeline.trainer)
    timeline.restore(20, before=True)
    assert bits(timeline.trainer) == bits(live(20).trainer)
    timeline.restore(35)
    assert bits(timeline.trainer) == there


def test_an_edit_after_going_back_forgets_what_lay_ahead() -> None:
    timeline = live(20, W23, 15)
    timeline.restore(10)
    timeline.edit(W23.at(2.0))
    assert timeline.score == Score(START, (Event(10, START, edit=W23.at(2.0)),), 10)


def test_the_timeline_names_an_edit() -> None:
    assert live(20, W23, 15).moves == ((20, "w₂₃ of layer 2 → 0.5"),)


def test_training_that_an_edit_blew_up_goes_back_to_before_it() -> None:
    timeline = live(40, Edit("output.weights", (0, 0), 3e38), 40)
    assert timeline.trainer.alarm
    assert abs(timeline.trainer.weights()["output.weights"]).max() < 100


# -- written ------------------------------------------------------------------------------------------------------


def test_an_edit_is_small_in_json() -> None:
    events = msgspec.json.decode(Score(START, (Event(5, START, edit=W23),), 9).to_json())["events"]
    assert events == [{"beat": 5, "edit": {"name": "layer2.weights", "index": [1, 2], "value": 0.5}}]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"name": "layer2.weights", "index": [1, 2]}, "event 1, edit: .*value"),
        ({"name": "layer2.weights", "index": "12", "value": 0.5}, "event 1, edit: .*index"),
        ({"name": "layer2.weights", "index": [1, 2], "value": "much"}, "event 1, edit: .*value"),
    ],
)
def test_an_edit_that_cannot_be_read_is_refused_with_the_place(edit: dict[str, Any], said: str) -> None:
    whole = msgspec.json.decode(Score(START, (Event(5, START, edit=W23),), 9).to_json())
    whole["events"][0]["edit"] = edit
    with pytest.raises(ValueError, match=said):
        from_json(msgspec.json.encode(whole))
