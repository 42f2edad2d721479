"""Reused hidden layers: frozen ones stay, tuned ones start where they were learned, and the same seed is the same."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from hyperscope.lab.jobs.task import Progress, Record, Rest
from hyperscope.lab.sweeps.reuse import (
    SIZES,
    WIDTHS,
    Reuse,
    ReuseTask,
    examples_of,
    experiment,
    second,
    split,
    summary,
    through,
)
from hyperscope.lab.training.trainer import Trainer


@pytest.fixture(scope="module")
def tasks():
    """The two tasks on digits, and a network that was trained on the first."""
    one, pool, held = split("digits", 0)
    source = Trainer(experiment(0, WIDTHS), one)
    source.steps(120)
    return one, pool, held, source


def test_the_two_tasks_have_no_class_in_common_and_no_example_is_both_trained_on_and_held_back(tasks) -> None:
    one, pool, held, _ = tasks
    assert one.class_names == ("0", "1", "2", "3", "4") and pool.names == ("5", "6", "7", "8", "9") == held.names
    assert pool.y.size + held.y.size + one.y.size == 1797


def test_halves_of_a_table_have_the_same_classes() -> None:
    one, pool, held = split("halves", 1)
    assert one.class_names == pool.names == held.names
    assert abs(one.y.size - pool.y.size - held.y.size) <= 1


def test_few_examples_are_of_all_classes_alike(tasks) -> None:
    _, pool, held, _ = tasks
    assert np.bincount(examples_of(pool, held, 20, 3).y_train).tolist() == [4] * 5


def test_frozen_layers_are_what_they_put_out_and_are_not_trained(tasks) -> None:
    _, pool, held, source = tasks
    few, before = examples_of(pool, held, 20, 0), source.weights()
    network = second("frozen", few, source, 0)
    network.steps(20)
    assert network.layout.names == ("output",) or list(network.layout.names) == ["output"]
    assert all(np.array_equal(values, before[name]) for name, values in source.weights().items())
    x = few.x_train.astype(source.dtype)
    a = x
    for number in (1, 2):
        a = np.maximum(0, before[f"layer{number}.weights"] @ a + before[f"layer{number}.bias"][:, None])
    assert np.allclose(through(few, source).x_train, a, rtol=1e-4, atol=1e-5)


def test_tuned_layers_start_where_they_were_learned_and_from_scratch_ones_do_not(tasks) -> None:
    _, pool, held, source = tasks
    few = examples_of(pool, held, 20, 0)
    tuned, scratch = (second(way, few, source, 0).weights() for way in ("tuned", "from scratch"))
    learned = source.weights()
    assert np.array_equal(tuned["layer2.weights"], learned["layer2.weights"])
    assert not np.array_equal(scratch["layer2.weights"], learned["layer2.weights"])
    assert np.array_equal(tuned["output.weights"], scratch["output.weights"])


def results(task: ReuseTask) -> list[Reuse]:
    found = []
    for news in task.run(deque()):
        if isinstance(news, Record):
            found.append(news.value)
        if isinstance(news, Rest):
            return found
        if isinstance(news, Progress):
            assert 0 <= news.share <= 1
    return found


def test_the_same_task_gives_the_same_numbers_and_fills_in_one_by_one() -> None:
    one, other = (results(ReuseTask("halves", 1, 6)) for _ in range(2))
    assert [record.done for record in one] == list(range(16))
    assert np.array_equal(one[-1].right, other[-1].right) and one[-1].sizes == SIZES["halves"]


def test_medians_and_spread_are_over_the_seeds_that_are_there() -> None:
    right = np.full((3, 5, 5), np.nan)
    right[0, 0, :3] = (0.2, 0.4, 0.9)
    found = Reuse(SIZES["digits"], right, np.full(5, np.nan))
    assert (found.middle()[0, 0], found.low()[0, 0], found.high()[0, 0]) == (0.4, 0.2, 0.9)
    assert np.isnan(found.middle()[1, 0]) and summary(found) == ""


def test_what_luck_may_explain_is_not_called_a_difference() -> None:
    right = np.full((3, 5, 5), 0.9)
    right[0] = 0.89
    right[:, :, 0] -= 0.2
    assert "within the spread of the seeds" in summary(Reuse(SIZES["digits"], right, np.ones(5)))


@pytest.mark.parametrize(("bad", "said"), [({"task": "cats"}, "task is 'cats'"), ({"seeds": 0}, "seeds is 0")])
def test_what_cannot_be_is_refused(bad, said) -> None:
    with pytest.raises(ValueError, match=said):
        ReuseTask(**bad)
