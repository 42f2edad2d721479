"""Titles of runs: what it is at a glance, and what differs from the starting experiment."""

from __future__ import annotations

import pytest

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import FILE, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.library.run_title import title
from lab.sessions import with_layers

PLAIN = Experiment()


def test_the_starting_experiment_has_a_short_title() -> None:
    assert title(PLAIN) == "spiral · 8-8-8 tanh · Adam α 0.01"


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("training.learning_rate", 0.03, "Adam α 0.03"),
        ("training.optimiser", "sgd", "SGD α 0.01"),
        ("training.batch_size", 64, "batch 64"),
        ("seed", 7, "seed 7"),
        ("data.classes", 5, "C 5"),
    ],
)
def test_what_differs_is_in_the_title(path, value, part) -> None:
    assert part in title(changed(PLAIN, path, value)).split(" · ")


def test_batch_norm_in_all_or_some_layers_is_in_the_title() -> None:
    normed, plain = Layer(8, "tanh", "before"), Layer(4, "relu")
    assert "BN" in title(with_layers(PLAIN, normed, normed)).split(" · ")
    assert title(with_layers(PLAIN, normed, plain)).split(" · ")[1:3] == ["8-4 tanh/ReLU", "BN in 1"]


def test_a_network_without_hidden_layers_says_so() -> None:
    assert "no hidden layer" in title(with_layers(PLAIN))


def test_a_file_is_named_by_its_name() -> None:
    assert title(Experiment(data=Data(source=FILE, file="tables/penguins.csv"))).startswith("penguins · ")


def test_a_table_is_not_called_different_for_being_standardised() -> None:
    assert title(Experiment(data=with_source(Data(), "iris"))) == "iris · 8-8-8 tanh · Adam α 0.01"


def test_of_many_differences_the_first_few_are_named() -> None:
    many = PLAIN
    for path, value in (("data.classes", 5), ("data.noise", 0.2), ("training.batch_size", 64), ("seed", 7)):
        many = changed(many, path, value)
    assert title(many).endswith(" · …") and title(many).count(" · ") == 6
