"""Every registered optimiser: its formula, its memory under live changes, and that it learns."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from engine.networks import batches, layout, learner

from hyperscope.engine.arrays import Array
from hyperscope.engine.learner import LIVE, Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Training

# A rate at which each learns, and other values for every constant an optimiser may use.
RATES = {"sgd": 0.3, "momentum": 0.05, "adam": 0.02}
OTHER = {"learning_rate": 0.007, "momentum": 0.6, "beta1": 0.5, "beta2": 0.95, "epsilon": 1e-3}


class ByTheBook:
    """An optimiser as its paper writes it, for parameters w (P,): called with a gradient and Training, returns w."""

    def __init__(self, w: Array) -> None:
        self.w = w.copy()
        self.m, self.v = np.zeros_like(w), np.zeros_like(w)
        self.beta1_product = self.beta2_product = 1.0

    def sgd(self, g: Array, t: Training) -> Array:
        """w = w − α g."""
        self.w = self.w - t.learning_rate * g
        return self.w

    def momentum(self, g: Array, t: Training) -> Array:
        """v = β v + g, w = w − α v (Polyak 1964, as PyTorch scales it)."""
        self.v = t.momentum * self.v + g
        self.w = self.w - t.learning_rate * self.v
        return self.w

    def adam(self, g: Array, t: Training) -> Array:
        """Kingma and Ba (2015), algorithm 1, with βᵗ written as the product of the values β had."""
        self.m = t.beta1 * self.m + (1 - t.beta1) * g
        self.v = t.beta2 * self.v + (1 - t.beta2) * g**2
        self.beta1_product *= t.beta1
        self.beta2_product *= t.beta2
        m_hat, v_hat = self.m / (1 - self.beta1_product), self.v / (1 - self.beta2_product)
        self.w = self.w - t.learning_rate * m_hat / (np.sqrt(v_hat) + t.epsilon)
        return self.w


def formula(name: str, w: Array) -> Callable[[Array, Training], Array]:
    rule: Callable[[Array, Training], Array] = getattr(ByTheBook(w), name)
    return rule


def started(name: str, **more: float) -> Learner:
    return learner(layout((6, 5)), optimiser=name, learning_rate=RATES[name], **more)


def follow(of: Learner, name: str, changes: dict[int, dict[str, float]], steps: int = 40) -> float:
    """The greatest relative distance between the engine and the formula on the engine's gradients."""
    rule = formula(name, of.state.parameters)
    furthest = 0.0
    for step, batch in enumerate(batches(steps)):
        if step in changes:
            of.change(msgspec.structs.replace(of.trainings[0], **changes[step]))
        of.steps([batch])
        expected = rule(of.state.gradient, of.trainings[0])
        furthest = max(furthest, float(np.abs(of.state.parameters - expected).max() / np.abs(expected).max()))
    return furthest


@pytest.mark.parametrize("name", optimisers)
def test_every_optimiser_follows_its_formula(name: str) -> None:
    assert follow(started(name), name, {}) < 1e-12


@pytest.mark.parametrize("name", optimisers)
def test_every_optimiser_follows_its_formula_when_all_its_constants_change_midway(name: str) -> None:
    changes = {13: {field: OTHER[field] for field in ("learning_rate", *optimisers[name].uses)}}
    assert follow(started(name), name, changes) < 1e-12


@pytest.mark.parametrize("field", ["learning_rate", *LIVE])
@pytest.mark.parametrize("name", optimisers)
def test_every_optimiser_follows_its_formula_when_one_constant_comes_and_goes(name: str, field: str) -> None:
    of = started(name)
    before = getattr(of.trainings[0], field)
    assert follow(of, name, {7: {field: OTHER[field]}, 21: {field: before}}) < 1e-12


@pytest.mark.parametrize("field", ["beta1", "beta2"])
def test_adam_follows_its_formula_down_to_no_memory_at_all(field: str) -> None:
    assert follow(started("adam"), "adam", {7: {field: 0.0}, 20: {field: 0.9}}) < 1e-12


@pytest.mark.parametrize(("field", "place", "other"), [("beta1", 0, 0.5), ("beta2", 1, 0.9)])
def test_adams_average_itself_is_kept_when_its_decay_changes(field: str, place: int, other: float) -> None:
    of = started("adam")
    of.steps(batches(10))
    before = of.state.moments[place] * (1 - getattr(of.trainings[0], field))
    of.change(msgspec.structs.replace(of.trainings[0], **{field: other}))
    assert np.allclose(of.state.moments[place] * (1 - other), before, rtol=1e-13)


@pytest.mark.parametrize("name", optimisers)
def test_a_new_learning_rate_keeps_weights_and_moments(name: str) -> None:
    of = started(name)
    of.steps(batches(10))
    before = [vector.copy() for vector in of.state.vectors]
    of.change(msgspec.structs.replace(of.trainings[0], learning_rate=0.5))
    assert all(np.array_equal(old, new) for old, new in zip(before, of.state.vectors, strict=True))


@pytest.mark.parametrize("name", optimisers)
def test_a_new_learning_rate_acts_on_the_next_step(name: str) -> None:
    slow, fast = started(name), started(name)
    order = batches(11)
    for of in (slow, fast):
        of.steps(order[:10])
    before = slow.state.parameters.copy()
    fast.change(msgspec.structs.replace(fast.trainings[0], learning_rate=2 * RATES[name]))
    slow.steps(order[10:])
    fast.steps(order[10:])
    assert np.allclose(fast.state.parameters - before, 2 * (slow.state.parameters - before), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", optimisers)
def test_moving_a_rate_and_moving_it_back_changes_nothing(name: str) -> None:
    moved, still = started(name), started(name)
    order = batches(20)
    for of in (moved, still):
        of.steps(order[:10])
    moved.change(msgspec.structs.replace(moved.trainings[0], learning_rate=3.0))
    moved.change(still.trainings[0])
    for of in (moved, still):
        of.steps(order[10:])
    assert moved.state.parameters.tobytes() == still.state.parameters.tobytes()


@pytest.mark.parametrize("name", optimisers)
def test_a_constant_that_an_optimiser_does_not_use_does_not_matter_to_it(name: str) -> None:
    plain, turned = started(name), started(name)
    unused = {field: OTHER[field] for field in LIVE if field not in optimisers[name].uses}
    turned.change(msgspec.structs.replace(turned.trainings[0], **unused))
    for of in (plain, turned):
        of.steps(batches(10))
    assert plain.state.parameters.tobytes() == turned.state.parameters.tobytes()


@pytest.mark.parametrize("new", optimisers)
@pytest.mark.parametrize("old", optimisers)
def test_another_optimiser_keeps_the_weights_and_the_running_averages(old: str, new: str) -> None:
    of = started(old)
    of.steps(batches(10))
    before = of.state.parameters.copy(), of.state.running.copy()
    of.change(msgspec.structs.replace(of.trainings[0], optimiser=new))
    assert np.array_equal(of.state.parameters, before[0])
    assert np.array_equal(of.state.running, before[1])


@pytest.mark.parametrize(("old", "new"), [(a, b) for a in optimisers for b in optimisers if a != b])
def test_another_optimiser_starts_its_memory_afresh(old: str, new: str) -> None:
    of = started(old)
    order = batches(20)
    of.steps(order[:10])
    of.change(msgspec.structs.replace(of.trainings[0], optimiser=new, learning_rate=RATES[new]))
    rule = formula(new, of.state.parameters)
    for batch in order[10:]:
        of.steps([batch])
        expected = rule(of.state.gradient, of.trainings[0])
    assert np.allclose(of.state.parameters, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", optimisers)
def test_every_optimiser_converges_on_a_small_problem(name: str, precision: str) -> None:
    of = started(name, precision=precision)  # type: ignore[arg-type]
    losses = of.steps(batches(400))
    assert losses[-20:].mean() < 0.5 * losses[:20].mean()


@pytest.mark.parametrize("name", optimisers)
def test_every_optimiser_reads_only_declared_settings(name: str) -> None:
    assert set(optimisers[name].uses) <= set(Training.__struct_fields__)
