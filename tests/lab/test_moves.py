"""What is said of a change: what moved, from where to where, what was kept or rebuilt, and what to watch."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob
from hyperscope.lab.experiment.moves import caption, moves, sentence
from hyperscope.lab.training.trainer import Trainer
from lab.strategies import experiments

DEFAULT = Experiment()
KEPT = "weights and Adam's memory kept"
few = settings(max_examples=40, deadline=None)


def moved(*changes: tuple[str, Value], start: Experiment = DEFAULT) -> Experiment:
    """`start` with some fields changed."""
    for path, value in changes:
        start = changed(start, path, value)
    return start


def with_layers(count: int, start: Experiment = DEFAULT) -> Experiment:
    """`start` with `count` layers like its first."""
    layers = (start.network.layers[0],) * count
    return msgspec.structs.replace(start, network=msgspec.structs.replace(start.network, layers=layers))


def in_every_layer(field: str, value: Value) -> Experiment:
    return moved(*((f"network.layers.{number}.{field}", value) for number in range(3)))


@few
@given(experiments())
def test_nothing_moved_between_equal_experiments(experiment: Experiment) -> None:
    assert moves(experiment, experiment) == []
    assert caption(experiment, experiment) == sentence(experiment, experiment, KEPT, 3) == ""


@few
@given(experiments(), experiments())
def test_applying_all_moves_leads_to_the_new_experiment(old: Experiment, new: Experiment) -> None:
    after = {path: value for path, _, value in every_knob(old)} | {m.path: m.new for m in moves(old, new)}
    there = {path: value for path, _, value in every_knob(new)}
    assert {path: after[path] for path in there} == there


@few
@given(experiments(), experiments())
def test_two_different_experiments_have_a_caption_and_a_sentence(old: Experiment, new: Experiment) -> None:
    if old == new:
        return
    assert caption(old, new).strip()
    assert f" at epoch 7: {KEPT}." in sentence(old, new, KEPT, 7)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("training.learning_rate", 0.03, "α 0.03"),
        ("training.batch_size", 65536, "batch all"),
        ("training.learning_rate", 1e-6, "α 10⁻⁶"),
        ("training.batch_size", 64, "batch 64"),
        ("training.optimiser", "sgd", "Optimiser SGD"),
        ("training.beta1", 0.99, "β₁ 0.99"),
        ("data.standardise", True, "Standardise inputs on"),
        ("network.layers.1.batch_norm", "before", "layer 2 batch norm before"),
        ("network.layers.0.activation", "relu", "layer 1 activation ReLU"),
        ("network.layers.2.units", 16, "layer 3 units 16"),
    ],
)
def test_a_caption_is_short(path: str, value: Value, words: str) -> None:
    assert caption(DEFAULT, moved((path, value))) == words


def test_a_table_of_one_s_own_is_called_by_its_file() -> None:
    opened = moved(("data.source", "file"), ("data.file", "/home/me/risk.csv"), ("data.missing", "drop rows"))
    assert caption(DEFAULT, opened) == "Data set risk.csv"
    assert sentence(DEFAULT, opened, "new data", 7) == "Data set risk.csv at epoch 7: new data."
    assert caption(opened, moved(("data.file", "other.csv"), start=opened)) == "Data set other.csv"
    assert caption(opened, moved(("data.missing", "refuse"), start=opened)) == "Missing values refuse"


def test_one_change_in_every_layer_is_one_caption() -> None:
    assert caption(DEFAULT, in_every_layer("batch_norm", "before")) == "BN before"


def test_several_changes_show_that_there_are_more() -> None:
    assert caption(DEFAULT, moved(("training.learning_rate", 0.1), ("training.batch_size", 64))).endswith(" …")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(3, 4, "+ 1 layer"), (3, 5, "+ 2 layers"), (3, 2, "− 1 layer"), (3, 0, "− 3 layers")],
)
def test_layers_that_come_and_go_are_counted(before: int, after: int, words: str) -> None:
    assert caption(with_layers(before), with_layers(after)) == words


def test_a_layer_gone_is_one_move() -> None:
    (move,) = moves(with_layers(3), with_layers(2))
    assert (move.path, move.old, move.new) == ("network.layers.2.units", 8, None)


def test_a_sentence_tells_from_where_to_where_when_what_was_kept_and_what_to_watch() -> None:
    assert sentence(DEFAULT, moved(("training.learning_rate", 0.03)), KEPT, 60.3) == (
        "α 0.01 → 0.03 at epoch 60: weights and Adam's memory kept. Watch the loss: too high a rate makes it jump, "
        "too low a one crawl."
    )


def test_a_sentence_begins_with_a_capital_letter() -> None:
    said = sentence(DEFAULT, moved(("network.layers.1.batch_norm", "before")), KEPT, 2)
    assert said.startswith("Layer 2 batch norm off → before at epoch 2: ")


# What the trainer says of what it did.

SMALL = moved(("data.points", 60))


def told(new: Experiment, start: Experiment = SMALL) -> str:
    trainer = Trainer(start)
    trainer.steps(10)
    return trainer.apply(new)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("training.learning_rate", 0.03, "weights and Adam's memory kept"),
        ("training.batch_size", 8, "weights and Adam's memory kept"),
        ("training.beta2", 0.99, "weights and Adam's memory kept"),
        ("network.bn_momentum", 0.99, "weights and Adam's memory kept"),
        ("training.optimiser", "sgd", "weights kept, SGD starts with no memory"),
        ("training.optimiser", "momentum", "weights kept, momentum starts with no memory"),
        ("training.precision", "float64", "the network was rebuilt and starts again"),
        ("seed", 2, "the network was rebuilt and starts again"),
        ("network.initialiser", "xavier", "the network was rebuilt with new weights and starts again"),
        ("data.noise", 0.2, "new data, so the network was rebuilt and starts again"),
        ("data.classes", 4, "new data, so the network was rebuilt and starts again"),
        ("network.layers.0.units", 16, "what the network computes was kept, the optimiser's memory starts again"),
        ("network.layers.0.activation", "relu", "weights and Adam's memory kept"),
        (
            "network.layers.0.batch_norm",
            "before",
            "what the network computes was kept, the optimiser's memory starts again",
        ),
    ],
)
def test_the_trainer_says_what_was_kept_and_what_was_rebuilt(path: str, value: Value, said: str) -> None:
    assert f": {said}." in told(moved((path, value), start=SMALL))


def test_with_no_optimiser_memory_none_is_said_to_be_kept() -> None:
    sgd = moved(("training.optimiser", "sgd"), start=SMALL)
    assert "SGD's memory" not in told(moved(("training.learning_rate", 0.1), start=sgd), sgd)


@pytest.mark.parametrize("path", ["training.learning_rate", "network.bn_epsilon", "network.layers.0.batch_norm"])
def test_what_to_watch_is_said(path: str) -> None:
    value: Value = "after" if path.endswith("norm") else 0.02
    assert " Watch the " in told(moved((path, value), start=SMALL)) or " Watch units" in told(
        moved((path, value), start=SMALL)
    )


@pytest.mark.parametrize(("path", "value"), [("training.learning_rate", 0.03), ("seed", 2), ("data.noise", 0.2)])
def test_a_sentence_names_the_epoch_at_which_the_knob_was_moved(path: str, value: Value) -> None:
    trainer = Trainer(SMALL)
    while trainer.position.epoch < 7:
        trainer.finish_epoch()
    assert " at epoch 7: " in trainer.apply(moved((path, value), start=SMALL))


def test_applying_the_same_experiment_says_nothing() -> None:
    assert told(SMALL) == ""
