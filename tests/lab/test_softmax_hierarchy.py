"""Softmax in a tree: the product of a way is the engine's probability, operations are counted, trees are edited."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hyperscope.engine import trees
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.softmax.hierarchy import in_tree, leaves, moved, operations, part_at, places, summed, table, written
from hyperscope.lab.training.trainer import Trainer

BLOBS = Data(source="blobs", points=120, classes=5)
TREE = "((0 1) (2 (3 4)))"


def network(output: str, tree: str = TREE) -> Trainer:
    made = Trainer(Experiment(data=BLOBS, network=Network(layers=(Layer(6),), output=output, tree=tree)))
    made.steps(15)
    return made


@pytest.mark.parametrize("output", ["hierarchical", "softmax"])
def test_the_product_on_the_way_to_a_class_is_its_probability(output) -> None:
    trainer = network(output)
    found = in_tree(trainer, 7)
    for k in range(5):
        product = math.prod(p for _, _, p in found.way(k))
        assert math.isclose(product, found.p[k], rel_tol=1e-5, abs_tol=1e-9)
    assert found.flat == (output == "softmax") and written(found.tree) == TREE and found.number == 7


def test_the_answers_on_a_way_are_those_of_the_engines_code() -> None:
    found = in_tree(network("hierarchical"), None)
    answers, asked = trees.questions(found.tree)
    for k in range(5):
        assert {q for q, _, _ in found.way(k)} == set(np.flatnonzero(asked[k]).tolist())
        assert all(answer == answers[k, q] for q, answer, _ in found.way(k))


def test_a_question_no_class_below_which_is_likely_is_undecided() -> None:
    yes = summed(trees.parsed("((0 1) 2)", 3), np.array([0.0, 0.0, 1.0]))
    assert yes.tolist() == [0.0, 0.5]


@pytest.mark.parametrize("classes", [2, 3, 10, 37, 100])
def test_operations_are_those_counted_over_the_tree(classes) -> None:
    _, asked = trees.questions(trees.balanced(classes))
    depths = asked.sum(axis=1)
    found = operations(classes, 32)
    assert math.isclose(found.mean, depths.mean() * 33, rel_tol=1e-12)
    assert (found.most, found.flat, found.all) == (int(depths.max()) * 33, classes * 33, (classes - 1) * 33)


def test_to_a_hundred_thousand_classes_a_way_asks_seventeen_questions() -> None:
    rows = table(32)
    assert [row.classes for row in rows] == [10, 100, 1_000, 10_000, 100_000]
    assert rows[-1].most == 17 * 33 and rows[-1].flat == 3_300_000


def test_a_class_dropped_on_another_changes_places_with_it() -> None:
    tree = trees.parsed(TREE, 5)
    onto = next(place.path for place in places(tree) if place.leaf == 4)
    assert written(moved(tree, 0, onto)) == "((4 1) (2 (3 0)))"


def test_a_class_dropped_on_a_question_stands_beside_what_was_below_it() -> None:
    tree = trees.parsed(TREE, 5)
    assert written(moved(tree, 4, (0,))) == "((4 (0 1)) (2 3))"
    assert written(moved(tree, 4, (1,))) == "((0 1) (4 (2 3)))"
    assert written(moved(tree, 0, ())) == "(0 (1 (2 (3 4))))"
    assert written(moved(tree, 2, (1,))) == TREE  # it stands there


@given(some.integers(2, 9), some.data())
def test_whatever_is_dropped_where_it_stays_a_tree_of_all_classes(classes, data) -> None:
    tree = trees.balanced(classes)
    for _ in range(4):
        leaf = data.draw(some.integers(0, classes - 1))
        onto = data.draw(some.sampled_from([place.path for place in places(tree)]))
        tree = moved(tree, leaf, onto)
        assert sorted(leaves(tree)) == list(range(classes))
        assert trees.parsed(written(tree), classes) == tree


def test_places_number_questions_as_the_engine_does() -> None:
    tree = trees.parsed(TREE, 5)
    answers, _ = trees.questions(tree)
    for place in places(tree):
        if place.question >= 0:
            part = part_at(tree, place.path)
            assert set(np.flatnonzero(answers[:, place.question]).tolist()) == set(leaves(part[0]))


def test_a_tree_for_other_classes_is_left_aside_where_the_output_is_flat() -> None:
    assert in_tree(network("softmax", "((0 1) 2)"), None).tree == trees.balanced(5)
