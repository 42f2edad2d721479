"""Does it transfer: each data set is tuned, and its best settings are tried on all from fresh seeds."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.population_task import HandedOver, HandOver
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.transfer import SETS, Case, Transfer, Transferred, changes, data_sets
from lab.tasks import run_here

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space((Range("training.learning_rate", 1e-4, 1.0, "log"),))
CASES = changes(SMALL)[:2]
TASK = Transfer(CASES, SPACE, draws=5, epochs=4, seeds=3)


@pytest.fixture(scope="module")
def found() -> list[Transferred]:
    said, _ = run_here(TASK)
    return [one.value for one in said if isinstance(one, Record) and isinstance(one.value, Transferred)]


def test_each_case_is_tuned_and_its_best_is_tried_on_all(found: list[Transferred]) -> None:
    last = found[-1]
    assert last.done and last.losses.shape == (2, 2) and all(last.values)
    assert [one.doing for one in found[:2]] == ["Tuning on as they are", "Tuning on noisier"]
    assert not found[0].done and "Of 2 transfers" in last.said()


def test_a_loss_is_compared_with_that_of_the_case_s_own_best(found: list[Transferred]) -> None:
    last = found[-1]
    assert np.diag(last.times()).tolist() == [1.0, 1.0]
    assert last.times()[0, 1] == pytest.approx(last.losses[0, 1] / last.losses[1, 1])


def test_the_same_task_comes_to_the_same(found: list[Transferred]) -> None:
    said, _ = run_here(TASK)
    again = [one.value for one in said if isinstance(one, Record)][-1]
    assert np.array_equal(again.losses, found[-1].losses) and again.values == found[-1].values


def test_settings_that_diverge_are_infinitely_worse() -> None:
    values = ({"training.learning_rate": 0.1},) * 2
    found = Transferred(CASES, SPACE, values, np.array([[0.5, np.inf], [1.0, 0.25]]))
    assert found.times().tolist() == [[1.0, np.inf], [2.0, 1.0]]
    assert "those of as they are on noisier diverge" in found.said()


def test_a_network_that_was_tried_can_be_gone_on_with() -> None:
    wishes: deque[object] = deque()
    work = TASK.run(wishes)
    handed = None
    for news in work:
        if isinstance(news, Record) and isinstance(news.value, Transferred) and news.value.done:
            wishes.append(HandOver(1))
        if isinstance(news, Record) and isinstance(news.value, HandedOver):
            handed = news.value
            break
    work.close()
    assert handed is not None and handed.checkpoint.experiment.data == CASES[1].experiment.data


def test_the_data_change_in_ways_that_suit_them() -> None:
    assert [case.name for case in data_sets(SMALL)] == list(SETS)
    assert [case.name for case in changes(SMALL)] == [
        "as they are", "noisier", "a fifth of them", "one class rare", "wrong labels",
    ]  # fmt: skip
    table = data_sets(SMALL)[2].experiment
    assert [case.name for case in changes(table)] == ["as they are", "not standardised", "wrong labels"]


def test_what_cannot_be_tuned_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"draws is 1; it must be a whole number in \[2, 200\]"):
        Transfer(CASES, SPACE, draws=1)
    flat = Case("flat", Experiment(network=Network(layers=())))
    units = Space((Range("network.layers.*.units", 4, 8, "powers-of-two"),))
    with pytest.raises(ValueError, match="needs a hidden layer"):
        Transfer((flat, flat), units)
