"""Signals through deep networks: against the formulas written out, and what is known of initialisers."""

from __future__ import annotations

from collections import deque
from itertools import islice

import numpy as np
import pytest
from msgspec.structs import replace

from hyperscope.engine.activations import activations
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Training
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.depth import (
    Cell,
    Course,
    Deep,
    Grid,
    Signals,
    Watch,
    at_start,
    deep,
    said,
    signals,
    some,
)
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.training.trainer import Trainer

SPIRAL = Experiment(data=Data(points=200))


def started(rule: str, bend: str, normed: bool = False, *, seed: int = 1) -> Signals:
    experiment = deep(replace(SPIRAL, seed=seed), 10, 100, rule, bend, normed)
    return at_start(experiment, load(experiment.data))


def test_signals_are_those_of_the_formulas_written_out():
    examples = load(SPIRAL.data)
    x, y = some(examples)
    experiment = deep(SPIRAL, 2, 5, "xavier", "tanh", False)
    layout = Layout(experiment.network, 2, 3)
    parameters = layout.initial(np.random.default_rng(3), np.dtype(np.float64))
    found = signals(layout, parameters, x, y)
    w1, w2, w3 = (layout.parameters[f"{name}.weights"].of(parameters) for name in layout.names)
    a1 = np.tanh(w1[:, :-1] @ x + w1[:, -1:])
    a2 = np.tanh(w2[:, :-1] @ a1 + w2[:, -1:])
    z = w3[:, :-1] @ a2 + w3[:, -1:]
    p = np.exp(z) / np.exp(z).sum(axis=0)
    d3 = (p - np.eye(3)[:, y]) / y.size
    d2 = (w3[:, :-1].T @ d3) * (1 - a2**2)
    d1 = (w2[:, :-1].T @ d2) * (1 - a1**2)
    np.testing.assert_allclose(found.size, [abs(x).mean(), abs(a1).mean(), abs(a2).mean()])
    np.testing.assert_allclose(found.spread, [x.std(axis=1).mean(), a1.std(axis=1).mean(), a2.std(axis=1).mean()])
    for value, d, a in zip(found.gradient, (d1, d2, d3), (x, a1, a2), strict=True):
        whole = np.hstack([d @ a.T, d.sum(axis=1, keepdims=True)])
        assert value == pytest.approx(np.sqrt((whole**2).mean()))


@pytest.mark.parametrize("seed", range(5))
def test_he_keeps_the_size_of_relu_signals_and_xavier_shrinks_it_to_a_few_per_cent(seed):
    kept, shrunk = (started(rule, "relu", seed=seed) for rule in ("he", "xavier"))
    assert 0.4 < kept.size[10] / kept.size[1] < 2.5
    assert shrunk.size[10] / shrunk.size[1] < 0.09


@pytest.mark.parametrize("seed", range(5))
def test_a_deep_sigmoid_s_gradient_vanishes_and_batch_norm_brings_it_back(seed):
    without, normed = (started("xavier", "sigmoid", on, seed=seed) for on in (False, True))
    assert without.backward is not None and without.gradient[0] < 1e-4 * without.gradient[-1]
    assert normed.forward is None and normed.gradient[0] > 100 * without.gradient[0]


def test_large_weights_explode_and_zero_weights_carry_nothing():
    assert started("normal", "relu").grown is not None
    assert said(started("normal", "relu")).startswith("the signal explodes by layer ")
    assert started("zero", "relu").forward == 1 and said(started("zero", "relu")) == "the signal is gone by layer 1"


def test_where_a_signal_is_gone_follows_the_stated_rule():
    made = Signals(np.array([1.0, 0.5, 0.1]), np.array([1.0, 0.02, 0.009]), np.array([1e-5, 0.002, 0.5]))
    assert (made.forward, made.backward, made.grown) == (2, 2, None)


def test_the_grid_measures_every_initialiser_with_every_activation_and_rests():
    news = list(islice(Grid(SPIRAL, 2, 4).run(deque()), 2 * 2 * len(initialisers) * len(activations) + 1))
    cells = [one.value for one in news if isinstance(one, Record)]
    assert len({(one.initialiser, one.activation, one.normed) for one in cells}) == len(cells) == 2 * 64
    assert isinstance(news[-1], Rest) and all(isinstance(one, Cell) and len(one.signals.size) == 3 for one in cells)


def test_a_wish_for_another_depth_is_answered_from_the_start():
    wishes = deque([Deep(5, 3)])
    first = next(one.value for one in Grid(SPIRAL, 2, 4).run(wishes) if isinstance(one, Record))
    assert len(first.signals.size) == 6


def test_a_watched_pair_ends_where_each_trained_alone_ends():
    fast = replace(SPIRAL, training=Training(learning_rate=0.01))
    pair = deep(fast, 3, 8, "xavier", "tanh", False), deep(fast, 3, 8, "xavier", "tanh", True)
    course = [one.value for one in Watch(pair, 60).run(deque()) if isinstance(one, Record)][-1]
    assert isinstance(course, Course)
    for number, experiment in enumerate(pair):
        alone = Trainer(experiment)
        alone.steps(60)
        expected = signals(alone.layout, alone.learner.state.parameters, *some(alone.examples))
        np.testing.assert_allclose(course.signals[number].gradient, expected.gradient, rtol=1e-6)
        assert course.step[number][-1] == 60 and not course.stopped[number]


@pytest.mark.parametrize(("layers", "units"), [(13, 8), (2, 500)])
def test_sizes_out_of_range_are_refused_with_the_range(layers, units):
    with pytest.raises(ValueError, match=r"it must be a whole number in \[1, "):
        Grid(SPIRAL, layers, units)
