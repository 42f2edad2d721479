"""Random numbers of training: dropout's masks, batch norm's jolts, and that seed and step alone decide them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.networks import batches, everything, examples, layout, learner
from hyperscope.engine.arrays import Array
from hyperscope.engine.learner import Learner
from hyperscope.engine.noise import STEPS, Noise
from hyperscope.engine.settings import Training

FLOAT = np.dtype(np.float64)
NOISY: dict[str, Any] = {"dropout": 0.4, "bn_jolt": 0.3}


def noise(*seeds: int, purpose: int = 0, shape: tuple[int, ...] = (8, 16), crowd: bool = False) -> Noise:
    return Noise(seeds or (3,), purpose, shape, (len(seeds),) if crowd else (), FLOAT)


# -- dropout's masks --------------------------------------------------------------------------------------------------


def test_inverted_dropout_keeps_the_mean() -> None:
    """E12: keeping .8, mask / keep has mean 1 and variance (1 − keep) / keep = .25."""
    masks = noise(shape=(50, 80)).masks(range(100), 0.8)
    assert masks.mean() == pytest.approx(1, abs=5 * np.sqrt(0.25 / masks.size))
    assert masks.var() == pytest.approx(0.25, rel=0.02)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.8])
def test_a_mask_holds_nothing_but_0_and_1_over_keep(keep: float) -> None:
    assert np.unique(noise().masks(range(10), keep)) == pytest.approx([0, 1 / keep])


def test_units_examples_and_steps_are_dropped_independently() -> None:
    kept = noise(shape=(6, 6)).masks(range(4000), 0.5).reshape(4000, 36) - 1
    assert np.abs(kept.T @ kept / 4000 - np.eye(36)).max() < 5 / np.sqrt(4000)
    assert abs((kept[1:] * kept[:-1]).mean()) < 5 / np.sqrt(kept.size)


def test_what_is_dropped_at_a_lower_rate_is_dropped_at_a_higher_one() -> None:
    """So that moving the knob does not change everything at once."""
    few, many = noise().masks(range(5), 0.8), noise().masks(range(5), 0.4)
    assert (many[few == 0] == 0).all()


@pytest.mark.parametrize("first", [0, 5, STEPS - 1, STEPS, 5 * STEPS + 3])
def test_a_steps_numbers_do_not_depend_on_what_was_asked_before(first: int) -> None:
    asked = noise()
    for earlier in (range(900, 905), range(2), range(first + 1, first + 9)):
        asked.masks(earlier, 0.5)
    assert np.array_equal(asked.masks(range(first, first + 3), 0.5), noise().masks(range(first, first + 3), 0.5))


@pytest.mark.parametrize("kind", ["masks", "normal"])
def test_numbers_for_many_steps_are_those_for_each_step(kind: str) -> None:
    def drawn(of: Noise, steps: range) -> Array:
        return of.masks(steps, 0.5) if kind == "masks" else of.normal(steps)

    together = drawn(noise(), range(2 * STEPS + 5))
    for step in (0, 1, STEPS - 1, STEPS, 2 * STEPS + 4):
        assert np.array_equal(drawn(noise(), range(step, step + 1))[0], together[step])


def test_seeds_purposes_and_steps_have_numbers_of_their_own() -> None:
    drawn = [noise(3), noise(4), noise(3, purpose=1)]
    found = [of.masks(range(STEPS + 1), 0.5) for of in drawn]
    different = {values[step].tobytes() for values in found for step in (0, 1, STEPS)}
    assert len(different) == 9


def test_members_of_a_crowd_have_the_numbers_of_their_seeds() -> None:
    together = noise(3, 4, crowd=True).normal(range(5))
    assert np.array_equal(together, np.stack([noise(seed).normal(range(5)) for seed in (3, 4)], axis=1))


# -- jolts ------------------------------------------------------------------------------------------------------------


def test_jolts_are_normal_with_mean_0_and_variance_1() -> None:
    drawn = noise(shape=(8, 2)).normal(range(2000))
    assert abs(drawn.mean()) < 5 / np.sqrt(drawn.size)
    assert drawn.var() == pytest.approx(1, rel=0.04)
    assert (drawn**4).mean() == pytest.approx(3, rel=0.1)


def test_a_jolt_moves_the_loss_and_a_larger_one_moves_it_further() -> None:
    calm, small, large = (learner(layout(bn_jolt=size)).steps([np.arange(40)])[0] for size in (0.0, 0.01, 0.5))
    assert 0 < abs(small - calm) < abs(large - calm)


def test_without_batch_norm_there_is_nothing_to_jolt() -> None:
    plain, jolted = learner(layout(norm="off")), learner(layout(norm="off", bn_jolt=1.0))
    assert plain.steps(batches(5)).tobytes() == jolted.steps(batches(5)).tobytes()


# -- in a learner -----------------------------------------------------------------------------------------------------


def test_a_dropped_unit_gets_no_gradient_and_a_kept_one_is_made_up_for() -> None:
    """The output's gradient by hand, with the mask the noise says."""
    structure = layout((5,), "linear", "off", dropout=0.4)
    of = learner(structure, optimiser="sgd")
    x, y = examples()
    w = structure.parameters["layer1.weights"].of(of.state.parameters).copy()
    v = structure.parameters["output.weights"].of(of.state.parameters).copy()
    of.steps([np.arange(40)])
    mask = Noise((3,), 0, (5, 40), (), FLOAT).masks(range(1), 0.6)[0]
    rows = np.concatenate([x, np.ones((1, 40))])
    a = np.concatenate([w @ rows * mask, np.ones((1, 40))])
    e = np.exp(v @ a)
    d = (e / e.sum(axis=0) - np.eye(3)[:, y]) / 40
    gradient = of.state.gradient
    assert np.allclose(structure.parameters["output.weights"].of(gradient), d @ a.T, atol=1e-13)
    assert np.allclose(structure.parameters["layer1.weights"].of(gradient), v[:, :5].T @ d * mask @ rows.T, atol=1e-13)


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_steps_taken_in_chunks_of_any_size_give_the_same_bytes(precision: str, size: int) -> None:
    together, apart = (learner(layout(**NOISY), precision=precision) for _ in range(2))
    order = batches(150)
    together.steps(order)
    for start in range(0, 150, size):
        apart.steps(order[start : start + size])
    assert everything(together) == everything(apart)


def test_restoring_a_moment_repeats_the_noise_as_well() -> None:
    of = learner(layout(**NOISY))
    of.steps(batches(10))
    kept = of.moment()
    losses = of.steps(batches(20))
    of.restore(kept)
    assert of.steps(batches(20)).tobytes() == losses.tobytes()


def test_a_crowd_with_noise_equals_each_member_alone() -> None:
    x, y = examples()
    training, seeds = Training(precision="float64"), [3, 4, 9]
    crowd = Learner(layout(**NOISY), [training] * 3, seeds, x, y)
    crowd.steps([np.stack([batch] * 3) for batch in batches(30)])
    for place, seed in enumerate(seeds):
        alone = Learner(layout(**NOISY), training, seed, x, y)
        alone.steps(batches(30))
        assert np.allclose(crowd.state.parameters[place], alone.state.parameters, rtol=1e-8, atol=1e-10)


def test_members_that_go_on_alone_keep_their_noise() -> None:
    x, y = examples()
    training = Training(precision="float64")
    crowd = Learner(layout(**NOISY), [training] * 3, [3, 4, 9], x, y)
    crowd.steps([np.stack([batch] * 3) for batch in batches(10)])
    crowd.keep([0, 2])
    crowd.steps([np.stack([batch] * 2) for batch in batches(20)[10:]])
    alone = Learner(layout(**NOISY), training, 9, x, y)
    alone.steps(batches(20))
    assert np.allclose(crowd.state.parameters[1], alone.state.parameters, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("field", NOISY)
def test_noise_turned_on_midway_is_that_of_its_step(field: str) -> None:
    """Whoever turned it on at step 0 with no rate to learn by sees the same from there on."""
    late, early = learner(layout(), optimiser="sgd"), learner(layout(**{field: NOISY[field]}), optimiser="sgd")
    order = batches(20)
    late.steps(order[:10])
    early.steps(order[:10])
    early.state.parameters[:] = late.state.parameters
    late.adapt(early.layout)
    assert late.steps(order[10:]).tobytes() == early.steps(order[10:]).tobytes()


def test_dropout_of_zero_is_no_dropout() -> None:
    plain, none = learner(layout()), learner(layout(dropout=0.0, bn_jolt=0.0))
    assert plain.steps(batches(5)).tobytes() == none.steps(batches(5)).tobytes()
