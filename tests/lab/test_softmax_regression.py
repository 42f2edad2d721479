"""Softmax regression in the plane: its numbers agree with the engine and the formulas, and so does what is moved."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest

from hyperscope.engine import textbook
from hyperscope.engine.settings import Network, Training
from hyperscope.engine.softmax import one_hot, softmax
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.softmax import regression as softmax_regression
from hyperscope.lab.softmax.regression import (
    Regression,
    crossing,
    dearest,
    guessing,
    lines,
    moved_arrow,
    moved_line,
    over_plane,
    regression,
    why_none,
    with_weights,
)
from hyperscope.lab.sweeps.rivals import OUTPUTS, Rivals, RivalsTask
from hyperscope.lab.training.trainer import Trainer

BLOBS = Data(source="blobs", points=120, classes=4, standardise=True)
FLAT = Experiment(data=BLOBS, network=Network(layers=()), training=Training(precision="float64"))
PLANE = ("", "")


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(FLAT)
    made.steps(20)
    return made


@pytest.fixture(scope="module")
def found(trainer) -> Regression:
    return regression(trainer, PLANE)


def test_its_gradient_and_cost_are_the_textbooks(trainer, found) -> None:
    data = trainer.examples
    loss, gradient = textbook.loss_and_gradient(
        trainer.layout, trainer.learner.state.parameters, data.x_train, one_hot(data.y_train, 4)
    )
    dw, db = found.gradient
    assert math.isclose(found.cost, loss, rel_tol=1e-9)
    np.testing.assert_allclose(np.column_stack([dw, db]).ravel(), gradient, rtol=1e-6, atol=1e-12)


def test_class_weights_count_in_cost_and_gradient() -> None:
    heavy = Training(precision="float64", class_weights="by hand", weights_by_class=(5.0, 1.0, 1.0, 0.5))
    trainer = Trainer(Experiment(data=BLOBS, network=Network(layers=()), training=heavy))
    trainer.steps(5)
    data, found = trainer.examples, regression(trainer, PLANE)
    loss, gradient = textbook.loss_and_gradient(
        trainer.layout,
        trainer.learner.state.parameters,
        data.x_train,
        one_hot(data.y_train, 4),
        np.array([5.0, 1.0, 1.0, 0.5]),
    )
    assert math.isclose(found.cost, loss, rel_tol=1e-9)
    np.testing.assert_allclose(np.column_stack(found.gradient).ravel()[[0, 1]], gradient[[0, 1]], rtol=1e-6)


def test_the_gradient_is_that_of_central_differences(found) -> None:
    dw, _ = found.gradient
    step = 1e-6
    for k in range(4):
        ends = []
        for sign in (1, -1):
            w = found.w.copy()
            w[k, 1] += sign * step
            ends.append(with_weights(found, w, found.b).cost)
        assert math.isclose((ends[0] - ends[1]) / (2 * step), dw[k, 1], rel_tol=1e-5, abs_tol=1e-9)


def test_the_map_is_softmax_of_the_formula_at_every_place(found) -> None:
    p = over_plane(found, 20)
    left, right, bottom, top = found.extent
    at = np.array([[left + 4.5 / 20 * (right - left)], [bottom + 7.5 / 20 * (top - bottom)]])
    assert np.allclose(p[:, 7, 4], softmax(found.w @ found.inputs(at) + found.b[:, None])[:, 0], rtol=1e-12)
    assert np.allclose(p.sum(axis=0), 1)


def test_on_a_border_two_classes_have_the_same_score_and_on_a_zero_line_one_has_none(found) -> None:
    for borders in (True, False):
        made = lines(found, borders=borders)
        assert made
        for line in made:
            x = found.inputs(np.array([line.start, line.end]).T)
            z = found.w @ x + found.b[:, None]
            assert np.allclose(z[line.one], z[line.other] if borders else 0, atol=1e-9)


def test_a_line_that_does_not_cross_the_plane_is_not_drawn() -> None:
    assert crossing(np.array([1.0, 0.0]), 5.0, (-1, 1, -1, 1)) is None
    assert crossing(np.array([1.0, 0.0]), 0.0, (-1, 1, -1, 1)) == ((0.0, -1.0), (0.0, 1.0))


def test_a_border_that_is_dragged_goes_through_the_place_and_keeps_the_sum_of_biases(found) -> None:
    line = lines(found, borders=True)[0]
    at = (0.3, -0.2)
    moved = moved_line(found, line, at)
    z = moved.w @ moved.inputs(np.array(at)[:, None]) + moved.b[:, None]
    assert math.isclose(z[line.one, 0], z[line.other, 0], abs_tol=1e-9)
    assert math.isclose(moved.b.sum(), found.b.sum(), abs_tol=1e-12)
    zero = lines(found, borders=False)[0]
    moved = moved_line(found, zero, at)
    assert abs((moved.w @ moved.inputs(np.array(at)[:, None]))[zero.one, 0] + moved.b[zero.one]) < 1e-9


def test_an_arrow_that_is_dragged_changes_its_own_class_alone(found) -> None:
    moved = moved_arrow(found, 2, (1.0, -3.0))
    assert moved.w[2].tolist() == [1.0, -3.0]
    assert np.array_equal(np.delete(moved.w, 2, 0), np.delete(found.w, 2, 0))


def test_with_all_weights_zero_every_example_costs_the_logarithm_of_the_number_of_classes(found) -> None:
    nothing = with_weights(found, np.zeros((4, 2)), np.zeros(4))
    assert f"{nothing.cost:.4f}" == f"{guessing(nothing):.4f}" == "1.3863"
    assert np.allclose(nothing.losses, math.log(4))


def test_the_dearest_examples_are_of_the_training_set_and_in_order(found) -> None:
    numbers = dearest(found, 10)
    losses = found.losses[numbers]
    assert found.training[numbers].all() and (np.diff(losses) <= 0).all()
    assert losses[0] == found.losses[found.training].max()


@pytest.mark.parametrize(
    ("experiment", "why"),
    [
        (Experiment(), "hidden"),
        (Experiment(data=Data(source="iris"), network=Network(layers=())), "more than two inputs"),
        (Experiment(network=Network(layers=(), output="one-vs-all")), "one-vs-all"),
        (Experiment(network=Network(layers=()), data=Data(features=("x1", "x2", "x1^2"))), "other features"),
    ],
)
def test_what_is_no_regression_on_the_plane_is_said_and_every_example_still_has_its_loss(experiment, why) -> None:
    assert why in why_none(experiment)
    found = regression(Trainer(experiment), PLANE)
    assert found.refused and found.w.size == 0
    assert np.isfinite(found.losses).all() and np.allclose(found.p.sum(axis=0), 1, atol=1e-5)


# -- the same with other outputs --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rivals() -> Rivals:
    found = None
    for news in RivalsTask(FLAT, 12).run(deque()):
        if isinstance(news, Record):
            found = news.value
        if isinstance(news, Rest):
            break
    return found


def test_each_output_is_trained_as_it_is_alone(rivals) -> None:
    for number, output in enumerate(OUTPUTS):
        alone = Trainer(Experiment(data=BLOBS, network=Network(layers=(), output=output), training=FLAT.training))
        while alone.position.epoch < 12:
            alone.finish_epoch()
        assert np.array_equal(rivals.predicted[number], alone.scores().train.predicted), output
        assert math.isclose(rivals.loss[number], alone.scores().train.loss, rel_tol=1e-12)
    assert rivals.epoch == 12


def test_outputs_with_as_many_units_begin_with_the_same_weights(rivals) -> None:
    assert rivals.alike == (True, True, False, True)  # a tree asks one question less than there are classes


def test_where_they_differ_is_counted(rivals) -> None:
    assert rivals.examples_apart[0] == 0 and rivals.plane_apart[0] == 0
    said = rivals.maps.argmax(axis=1)
    assert rivals.plane_apart[1] == float((said[1] != said[0]).mean()) > 0
    assert math.isclose(rivals.loss[0], rivals.cross_entropy[0], rel_tol=1e-6)
    assert rivals.loss[1] != pytest.approx(rivals.cross_entropy[1])


def test_the_plane_is_made_for_three_to_six_classes() -> None:
    assert (softmax_regression.FEWEST, softmax_regression.MOST) == (3, 6)
