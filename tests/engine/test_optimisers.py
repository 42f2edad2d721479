"""Every registered optimiser: its formula, its memory under live changes, and that it learns."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from engine.networks import batches, covering, examples, layout, learner
from hyperscope.engine.arrays import Array
from hyperscope.engine.datasets import generators
from hyperscope.engine.learner import CONSTANTS, Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Training

# A rate at which each learns, and other values for every constant an optimiser may use.
RATES = {
    "sgd": 0.3,
    "momentum": 0.05,
    "nesterov": 0.05,
    "adagrad": 0.2,
    "rmsprop": 0.02,
    "adam": 0.02,
    "adamw": 0.02,
}
OTHER = {
    "learning_rate": 0.007,
    "momentum": 0.6,
    "beta1": 0.5,
    "beta2": 0.95,
    "epsilon": 1e-3,
    "bias_correction": False,
}
every_optimiser = pytest.mark.parametrize("name", optimisers)
# each optimiser once as the old and once as the new one
every_change = pytest.mark.parametrize(
    ("old", "new"), list(zip(optimisers, [*list(optimisers)[1:], next(iter(optimisers))], strict=True))
)


class ByTheBook:
    """An optimiser as its paper writes it, for parameters w (P,): called with a gradient and Training, returns w.

    `weights` (P,) is 1 at weights, which alone decay.
    """

    def __init__(self, w: Array, weights: Array) -> None:
        self.w, self.weights = w.copy(), weights
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

    def nesterov(self, g: Array, t: Training) -> Array:
        """v = β v + g, w = w − α (g + β v): Sutskever et al. (2013), eq. 4, at the point looked ahead to."""
        self.v = t.momentum * self.v + g
        self.w = self.w - t.learning_rate * (g + t.momentum * self.v)
        return self.w

    def adagrad(self, g: Array, t: Training) -> Array:
        """w = w − α g / (√Σg² + ε) (Duchi et al. 2011)."""
        self.v = self.v + g**2
        self.w = self.w - t.learning_rate * g / (np.sqrt(self.v) + t.epsilon)
        return self.w

    def rmsprop(self, g: Array, t: Training) -> Array:
        """w = w − α g / (√s + ε) with s the decaying average of g² (Tieleman and Hinton 2012)."""
        self.v = t.beta2 * self.v + (1 - t.beta2) * g**2
        self.w = self.w - t.learning_rate * g / (np.sqrt(self.v) + t.epsilon)
        return self.w

    def adam(self, g: Array, t: Training) -> Array:
        """Kingma and Ba (2015), algorithm 1, with βᵗ written as the product of the values β had."""
        self.m = t.beta1 * self.m + (1 - t.beta1) * g
        self.v = t.beta2 * self.v + (1 - t.beta2) * g**2
        self.beta1_product *= t.beta1
        self.beta2_product *= t.beta2
        m_hat, v_hat = self.m, self.v
        if t.bias_correction:
            m_hat, v_hat = self.m / (1 - self.beta1_product), self.v / (1 - self.beta2_product)
        self.w = self.w - t.learning_rate * m_hat / (np.sqrt(v_hat) + t.epsilon)
        return self.w

    def adamw(self, g: Array, t: Training) -> Array:
        """Loshchilov and Hutter (2019), algorithm 2, the decay times α as in PyTorch."""
        self.w = self.w - t.learning_rate * t.l2 * self.w * self.weights
        return self.adam(g, t)


def formula(name: str, of: Learner) -> Callable[[Array, Training], Array]:
    rule: Callable[[Array, Training], Array] = getattr(ByTheBook(of.state.parameters, of.layout.weight_mask()), name)
    return rule


def started(name: str, **more: float) -> Learner:
    decay = {"l2": 0.1} if optimisers[name].decoupled else {}
    return learner(layout((6, 5)), **{"optimiser": name, "learning_rate": RATES[name], **decay, **more})


def follow(of: Learner, name: str, changes: dict[int, dict[str, float]], steps: int = 40) -> float:
    """The greatest relative distance between the engine and the formula on the engine's gradients."""
    rule = formula(name, of)
    furthest = 0.0
    for step, batch in enumerate(batches(steps)):
        if step in changes:
            of.change(msgspec.structs.replace(of.trainings[0], **changes[step]))
        of.steps([batch])
        expected = rule(of.state.gradient, of.trainings[0])
        furthest = max(furthest, float(np.abs(of.state.parameters - expected).max() / np.abs(expected).max()))
    return furthest


# -- formulas ---------------------------------------------------------------------------------------------------------


@every_optimiser
def test_every_optimiser_follows_its_formula(name: str) -> None:
    assert follow(started(name), name, {}) < 1e-12


@every_optimiser
def test_every_optimiser_follows_its_formula_when_all_its_constants_change_midway(name: str) -> None:
    changes = {13: {field: OTHER[field] for field in ("learning_rate", *optimisers[name].uses)}}
    assert follow(started(name), name, changes) < 1e-12


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, entry in optimisers.items() for field in ("learning_rate", *entry.uses)]
)
def test_every_optimiser_follows_its_formula_when_one_constant_comes_and_goes(name: str, field: str) -> None:
    of = started(name)
    before = getattr(of.trainings[0], field)
    assert follow(of, name, {7: {field: OTHER[field]}, 21: {field: before}}) < 1e-12


@pytest.mark.parametrize("name", [name for name, entry in optimisers.items() if "bias_correction" in entry.uses])
def test_every_optimiser_follows_its_formula_without_bias_correction(name: str) -> None:
    assert follow(started(name, bias_correction=False), name, {}) < 1e-12


def test_without_bias_correction_adams_first_step_is_too_long() -> None:
    """(1 − β₁) / √(1 − β₂) = 3.16 times α instead of α."""
    of = started("adam", bias_correction=False, epsilon=1e-10)
    before = of.state.parameters.copy()
    of.steps(batches(1))
    assert np.abs(of.state.parameters - before).max() == pytest.approx(0.02 * 0.1 / np.sqrt(0.001), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (name, field)
        for name, entry in optimisers.items()
        for field in ("momentum", "beta1", "beta2")
        if field in entry.uses
    ],
)
def test_every_optimiser_follows_its_formula_down_to_no_memory_at_all(name: str, field: str) -> None:
    assert follow(started(name), name, {7: {field: 0.0}, 20: {field: 0.9}}) < 1e-12


def test_a_decay_of_adamws_that_changes_acts_at_once() -> None:
    assert follow(started("adamw"), "adamw", {7: {"l2": 0.0}, 20: {"l2": 0.5}}) < 1e-12


@every_optimiser
def test_every_optimisers_constants_are_settings_of_training(name: str) -> None:
    assert set(optimisers[name].uses) <= set(Training.__struct_fields__) & set(CONSTANTS)


@every_optimiser
def test_a_constant_that_an_optimiser_does_not_use_does_not_matter_to_it(name: str) -> None:
    plain, turned = started(name), started(name)
    unused = {field: OTHER[field] for field in CONSTANTS if field not in optimisers[name].uses}
    turned.change(msgspec.structs.replace(turned.trainings[0], **unused))
    for of in (plain, turned):
        of.steps(batches(10))
    assert plain.state.parameters.tobytes() == turned.state.parameters.tobytes()


@pytest.mark.parametrize(("name", "precision"), covering(name=optimisers, precision=["float32", "float64"]))
def test_every_optimiser_converges_on_a_small_problem(name: str, precision: str) -> None:
    x, y = generators["blobs"].draw(60, 3, 0.02, np.random.default_rng(1))
    training = Training(optimiser=name, learning_rate=RATES[name], precision=precision)
    losses = Learner(layout((6, 5)), training, 3, x, y).steps(batches(300, 60))
    assert losses[-10:].mean() < 0.1 < 0.5 < losses[0]


# -- live changes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "field", "place", "other"),
    [("adam", "beta1", 0, 0.5), ("adam", "beta2", 1, 0.9), ("adamw", "beta1", 0, 0.0), ("rmsprop", "beta2", 0, 0.9)],
)
def test_an_average_itself_is_kept_when_its_decay_changes(name: str, field: str, place: int, other: float) -> None:
    of = started(name)
    of.steps(batches(10))
    before = of.state.moments[place] * (1 - getattr(of.trainings[0], field))
    of.change(msgspec.structs.replace(of.trainings[0], **{field: other}))
    assert np.allclose(of.state.moments[place] * (1 - other), before, rtol=1e-13)


@every_optimiser
def test_a_new_learning_rate_keeps_weights_and_moments(name: str) -> None:
    of = started(name)
    of.steps(batches(10))
    before = [vector.copy() for vector in of.state.vectors]
    of.change(msgspec.structs.replace(of.trainings[0], learning_rate=0.5))
    assert all(np.array_equal(old, new) for old, new in zip(before, of.state.vectors, strict=True))


@every_optimiser
def test_a_new_learning_rate_acts_on_the_next_step(name: str) -> None:
    slow, fast = started(name, l2=0.0), started(name, l2=0.0)
    order = batches(11)
    for of in (slow, fast):
        of.steps(order[:10])
    before = slow.state.parameters.copy()
    fast.change(msgspec.structs.replace(fast.trainings[0], learning_rate=2 * RATES[name]))
    slow.steps(order[10:])
    fast.steps(order[10:])
    assert np.allclose(fast.state.parameters - before, 2 * (slow.state.parameters - before), rtol=1e-9, atol=1e-14)


@every_optimiser
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


@every_change
def test_another_optimiser_keeps_the_weights_and_the_running_averages(old: str, new: str) -> None:
    of = started(old)
    of.steps(batches(10))
    before = of.state.parameters.copy(), of.state.running.copy()
    of.change(msgspec.structs.replace(of.trainings[0], optimiser=new))
    assert np.array_equal(of.state.parameters, before[0])
    assert np.array_equal(of.state.running, before[1])


@every_change
def test_another_optimiser_starts_its_memory_afresh(old: str, new: str) -> None:
    of = started(old)
    order = batches(20)
    of.steps(order[:10])
    of.change(msgspec.structs.replace(of.trainings[0], optimiser=new, learning_rate=RATES[new]))
    rule = formula(new, of)
    for batch in order[10:]:
        of.steps([batch])
        expected = rule(of.state.gradient, of.trainings[0])
    assert np.allclose(of.state.parameters, expected, rtol=1e-11, atol=1e-13)


# -- crowds -----------------------------------------------------------------------------------------------------------


@every_optimiser
def test_members_of_a_crowd_have_constants_of_their_own(name: str) -> None:
    x, y = examples()
    one = started(name).trainings[0]
    trainings = [one, msgspec.structs.replace(one, **OTHER), msgspec.structs.replace(one, l2=0.0, beta2=0.9)]
    crowd = Learner(layout(), trainings, [3, 4, 5], x, y)
    crowd.steps([np.stack([batch] * 3) for batch in batches(20)])
    for place, training in enumerate(trainings):
        alone = Learner(layout(), training, 3 + place, x, y)
        alone.steps(batches(20))
        assert np.allclose(crowd.state.parameters[place], alone.state.parameters, rtol=1e-8, atol=1e-10)
