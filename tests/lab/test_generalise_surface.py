"""Cost surfaces: gradients and curvatures against differences, paths against what is known of quadratics, and what
normalising does.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from msgspec.structs import replace

from hyperscope.engine.settings import Layer, Network
from hyperscope.engine.softmax import one_hot
from hyperscope.engine.textbook import loss_and_gradient
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.bowl import RULES, Bowl, bowl, outcome, path, paths, two_bowls
from hyperscope.lab.generalise.saddles import DIRECTIONS, MOST, Bends, Run, Slice, second_derivatives, small_enough
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(3, "tanh"),)))
H = 1e-5


def made(seed: int = 0, stretch: float = 1.0) -> tuple[Bowl, Bowl]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 120)
    return two_bowls(rng.normal(size=(2, 120)) + np.where(y == 0, 1.0, -1.0), y, stretch)


@pytest.mark.parametrize("stretch", [1.0, 6.0, 30.0], ids=["long products", "short ones", "beyond floats"])
def test_the_surface_is_made_of_the_cost(stretch):
    plain = made()[0]
    one = Bowl(plain.x * [[1.0], [stretch]], plain.t, plain.b, plain.lowest)
    along = np.linspace(-one.half, one.half, 9)
    there = one.lowest + np.stack(np.meshgrid(along, along), axis=-1)
    np.testing.assert_allclose(one.surface(9), one.cost(there), rtol=1e-12)


def test_the_gradient_is_that_of_the_cost_by_differences():
    one = made()[0]
    w = np.array([0.7, -0.4])
    by_differences = [(one.cost(w + H * e) - one.cost(w - H * e)) / (2 * H) for e in np.eye(2)]
    np.testing.assert_allclose(one.gradient(w), by_differences, rtol=1e-6)


def test_the_curvatures_are_those_of_the_cost_by_differences_at_its_lowest_point():
    one = made()[0]
    assert np.abs(one.gradient(one.lowest)).max() < 1e-9
    rows = [(one.gradient(one.lowest + H * e) - one.gradient(one.lowest - H * e)) / (2 * H) for e in np.eye(2)]
    np.testing.assert_allclose(one.curvature, np.linalg.eigvalsh(np.array(rows)), rtol=1e-6)


def test_the_surface_is_the_cost_around_the_lowest_point():
    one = made()[0]
    cost = one.surface(5)
    assert cost[2, 2] == pytest.approx(float(one.cost(one.lowest))) == cost.min()
    assert cost[0, 4] == pytest.approx(float(one.cost(one.lowest + one.half * np.array([1.0, -1.0]))))


@pytest.mark.parametrize("seed", range(5))
def test_normalising_makes_the_bowl_rounder_and_a_greater_rate_stable(seed):
    plain, normal = made(seed, stretch=10.0)
    assert plain.condition > 10 * normal.condition
    assert normal.limit("sgd", 0.0) > 5 * plain.limit("sgd", 0.0)


def descends(rule: str, alpha: float, beta: float, bend: float) -> bool:
    """Whether steps on ½ bend w² come nearer to 0."""
    walked = path(lambda w: bend * w, np.array([1.0, 1.0]), rule, alpha, beta, 4000)
    return bool(np.abs(walked[-1]).max() < 1)


@pytest.mark.parametrize("bend", [0.5, 2.0, 8.0, 30.0, 100.0])
def test_gradient_descent_converges_below_two_over_the_curvature_and_not_above(bend):
    """E13."""
    assert descends("sgd", 0.99 * 2 / bend, 0.0, bend) and not descends("sgd", 1.01 * 2 / bend, 0.0, bend)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.5, 0.9, 0.98])
def test_momentum_converges_below_two_and_two_beta_over_the_curvature_and_not_above(beta):
    """E13, and that of Nesterov's, which overshoots earlier."""
    assert descends("momentum", 0.99 * (2 + 2 * beta) / 4, beta, 4) and not descends(
        "momentum", 1.01 * (2 + 2 * beta) / 4, beta, 4
    )
    most = (2 + 2 * beta) / (1 + 2 * beta) / 4
    assert descends("nesterov", 0.99 * most, beta, 4) and not descends("nesterov", 1.01 * most, beta, 4)


@pytest.mark.parametrize("seed", range(5))
def test_the_stated_limit_is_where_paths_on_the_real_surface_begin_to_swing_for_ever(seed):
    one = made(seed, stretch=6.0)[0]
    near = one.lowest + 1e-3 * one.half
    for rule in ("sgd", "momentum", "nesterov"):
        limit = one.limit(rule, 0.5)
        settled, swung = (path(one.gradient, near, rule, share * limit, 0.5, 3000)[-1] for share in (0.97, 1.03))
        assert (
            np.linalg.norm(settled - one.lowest)
            < np.linalg.norm(near - one.lowest)
            < np.linalg.norm(swung - one.lowest)
        )


def test_paths_taken_together_are_those_of_each_by_the_written_formulas():
    one = made(stretch=4.0)[0]
    start, alpha, beta = one.lowest + 0.4, 0.05, 0.8
    together = paths(one.gradient, start, RULES, alpha, beta, 30)
    w, v = start.copy(), np.zeros(2)
    for step in range(1, 31):
        v = beta * v + one.gradient(w)
        w = w - alpha * v
        np.testing.assert_allclose(together["momentum"][step], w, rtol=1e-12)
    for rule in RULES:
        alone = path(one.gradient, start, rule, alpha, beta, 30)
        np.testing.assert_allclose(together[rule], alone, rtol=1e-9)
    s, w = np.zeros(2), start.copy()
    for step in range(1, 31):
        g = one.gradient(w)
        s = 0.9 * s + 0.1 * g * g
        w = w - alpha * g / (np.sqrt(s) + 1e-8)
        np.testing.assert_allclose(together["rmsprop"][step], w, rtol=1e-12)


def test_adam_s_first_step_is_as_long_as_its_rate_whatever_the_gradient():
    for size in (1e-4, 1.0, 1e4):
        walked = path(lambda w, size=size: np.array([size, -size]), np.zeros(2), "adam", 0.1, 0.9, 1)
        np.testing.assert_allclose(walked[1], [-0.1, 0.1], rtol=1e-3)


def test_what_became_of_a_path_is_said():
    one = made(stretch=6.0)[0]
    start = one.lowest + 0.5 * one.half
    limit = one.limit("sgd", 0.0)
    assert outcome(one, path(one.gradient, start, "sgd", 50 * limit, 0.0))[0] in ("diverges", "swings")
    assert outcome(one, path(one.gradient, start, "sgd", 1e-3 * limit, 0.0))[0] == "on the way"
    assert outcome(one, path(one.gradient, start, "adam", 0.3, 0.9, 3000))[0] == "arrives"
    assert math.isinf(outcome(one, np.array([start, start + 1e9]))[1])


def test_paths_of_all_rules_are_there_and_one_feature_will_do():
    x, y = np.linspace(-1, 1, 40)[None], (np.linspace(-1, 1, 40) > 0).astype(int)
    for one in two_bowls(x, y, 3.0):
        for rule in RULES:
            assert np.isfinite(path(one.gradient, one.lowest + 0.1, rule, 0.01, 0.9, 20)).all()


@pytest.mark.parametrize("stretch", [0.2, 5.0, 25.0])
@pytest.mark.parametrize("dataset", ["iris", "digits", "spiral"])
def test_the_lowest_point_is_found_to_rounding(dataset, stretch):
    examples = load(Data(dataset))
    train = examples.part == 0
    for one in two_bowls(examples.raw[:2, train], examples.y[train], stretch):
        assert np.abs(one.gradient(one.lowest)).max() < 1e-13


def test_inputs_of_one_class_alone_have_a_bowl_too():
    found = bowl(np.random.default_rng(1).normal(size=(2, 30)), np.ones(30))
    assert np.isfinite(found.lowest).all() and np.isfinite(found.curvature).all()


# -- along a run ------------------------------------------------------------------------------------------------------


def drained(work):
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def test_second_derivatives_are_those_of_the_loss_by_differences_of_its_values():
    trainer = Trainer(replace(SMALL, training=replace(SMALL.training, precision="float64")))
    x, y = trainer.examples.x_train.astype(float), one_hot(trainer.examples.y_train, 3)
    here = trainer.learner.state.parameters.astype(float)
    bends = drained(second_derivatives(trainer.layout, here, x, y))
    step, at = 1e-4, (0, 7)

    def loss(a: float, b: float) -> float:
        there = here.copy()
        there[at[0]] += a
        there[at[1]] += b
        return loss_and_gradient(trainer.layout, there, x, y)[0]

    mixed = (loss(step, step) - loss(step, -step) - loss(-step, step) + loss(-step, -step)) / (4 * step**2)
    assert bends[at] == pytest.approx(mixed, abs=1e-5)
    assert bends[0, 0] == pytest.approx((loss(step, 0) - 2 * loss(0, 0) + loss(-step, 0)) / step**2, abs=1e-5)


def test_a_large_network_is_made_small_enough():
    wide = Experiment(network=Network(layers=(Layer(64),) * 6))
    made = small_enough(wide, 64, 10)
    from hyperscope.engine.parameters import Layout

    assert Layout(made.network, 64, 10).size <= max(MOST, 64 * 10 + 10)
    assert small_enough(SMALL, 2, 3).network == SMALL.network


def test_a_run_is_that_of_the_experiment_and_ends_with_three_slices():
    found = [news.value for news in Run(SMALL, 20, 4).run(deque()) if isinstance(news, Record)]
    bends = [one for one in found if isinstance(one, Bends)][-1]
    alone = Trainer(replace(SMALL, training=replace(SMALL.training, precision="float64")))
    alone.steps(20)
    examples = load(SMALL.data)
    x, y = examples.x_train.astype(float), one_hot(examples.y_train, 3)
    loss, slope = loss_and_gradient(alone.layout, alone.learner.state.parameters, x, y)
    assert bends.step[-1] == 20 and not bends.smaller and bends.units == (3,)
    assert bends.loss[-1] == pytest.approx(loss) and bends.slope[-1] == pytest.approx(np.linalg.norm(slope))
    assert ((bends.negative >= 0) & (bends.negative <= 1)).all()
    slices = [one for one in found if isinstance(one, Slice)]
    assert tuple(one.directions for one in slices) == DIRECTIONS
    assert slices[0].curvature[0] == pytest.approx(bends.greatest[-1]) and slices[0].run[-1] == pytest.approx([0, 0])
