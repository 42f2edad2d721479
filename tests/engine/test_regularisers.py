"""Every registered regulariser: what it does to weights, and that it leaves everything else alone."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import batches, examples, layout, learner, loss_and_gradient, stirred
from hyperscope.engine.learner import Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.regularisers import regularisers
from hyperscope.engine.settings import Training

STRENGTHS = {"l2": 0.3, "l1": 0.3, "clip_norm": 0.01}
WHOLE = np.arange(40)
every_regulariser = pytest.mark.parametrize("name", regularisers)


def started(norm: str = "after", **training: float | str) -> Learner:
    """A learner by plain gradient descent whose weights, biases, γ and β all differ from 0 and 1."""
    of = learner(layout((6, 5), norm=norm), **{"optimiser": "sgd", "learning_rate": 0.1, **training})
    of.state.parameters[:] = stirred(of.layout, of.state.parameters)
    return of


def stepped(**training: float | str) -> tuple[Learner, np.ndarray]:
    """A learner after one step on everything, and the parameters before it."""
    of = started(**training)
    before = of.state.parameters.copy()
    of.steps([WHOLE])
    return of, before


@every_regulariser
def test_a_strength_of_zero_plans_nothing(name: str) -> None:
    labels = {call.label.partition(": ")[0] for call in started(**{name: 0.0}).program(40).plan.calls}
    assert regularisers[name].label not in labels


@every_regulariser
def test_a_strength_is_planned_and_named(name: str) -> None:
    calls = started(**{name: STRENGTHS[name]}).program(40).plan.calls
    assert regularisers[name].label in {call.label.partition(": ")[0] for call in calls}


@pytest.mark.parametrize("name", [name for name, entry in regularisers.items() if entry.each])
def test_a_penalty_leaves_biases_gamma_and_beta_alone(name: str) -> None:
    (plain, _), (held, _) = stepped(), stepped(**{name: STRENGTHS[name]})
    others = plain.layout.weight_mask() == 0
    assert others.any()
    assert np.array_equal(plain.state.parameters[others], held.state.parameters[others])


@every_regulariser
def test_a_strength_turned_on_and_off_again_leaves_no_trace(name: str) -> None:
    plain, turned = started(), started()
    training = turned.trainings[0]
    turned.change(Training(optimiser="sgd", learning_rate=0.1, precision="float64", **{name: STRENGTHS[name]}))
    turned.change(training)
    for of in (plain, turned):
        of.steps(batches(10))
    assert plain.state.parameters.tobytes() == turned.state.parameters.tobytes()


@every_regulariser
def test_a_strength_turned_on_midway_acts_from_the_next_step(name: str) -> None:
    told, turned = started(**{name: STRENGTHS[name]}), started()
    turned.change(told.trainings[0])
    for of in (told, turned):
        of.steps(batches(10))
    assert told.state.parameters.tobytes() == turned.state.parameters.tobytes()


@every_regulariser
def test_members_of_a_crowd_have_strengths_of_their_own(name: str) -> None:
    """One of them none at all, which must not be taken for a limit of 0."""
    x, y = examples()
    strengths = [0.0, STRENGTHS[name], STRENGTHS[name] / 3]
    trainings = [Training(optimiser="sgd", learning_rate=0.1, precision="float64", **{name: s}) for s in strengths]
    crowd = Learner(layout(), trainings, [3, 4, 5], x, y)
    crowd.steps([np.stack([batch] * 3) for batch in batches(20)])
    for place, training in enumerate(trainings):
        alone = Learner(layout(), training, 3 + place, x, y)
        alone.steps(batches(20))
        assert np.allclose(crowd.state.parameters[place], alone.state.parameters, rtol=1e-9, atol=1e-12)


def test_l2_adds_the_weights_themselves_to_the_gradient() -> None:
    plain, held = started(), started(l2=0.3)
    w = plain.state.parameters.copy()
    _, gradient = loss_and_gradient(plain, w)
    _, with_penalty = loss_and_gradient(held, w)
    assert np.allclose(with_penalty, gradient + 0.3 * w * plain.layout.weight_mask(), atol=1e-15)


def test_the_reported_loss_is_without_the_penalty() -> None:
    assert started(l2=0.5).steps([WHOLE]) == started().steps([WHOLE])


@pytest.mark.parametrize("name", [name for name, entry in optimisers.items() if entry.decoupled])
def test_decoupled_decay_shrinks_weights_by_the_rate_apart_from_the_gradient(name: str) -> None:
    (plain, before), (held, _) = stepped(optimiser=name), stepped(optimiser=name, l2=0.3)
    assert np.array_equal(held.state.gradient, plain.state.gradient)
    pulled = plain.state.parameters - 0.1 * 0.3 * before * plain.layout.weight_mask()
    assert np.allclose(held.state.parameters, pulled, atol=1e-15)


@pytest.mark.parametrize("optimiser", optimisers)
def test_l1_is_the_soft_threshold_after_the_step(optimiser: str) -> None:
    (plain, _), (held, _) = stepped(optimiser=optimiser), stepped(optimiser=optimiser, l1=0.3)
    w, threshold = plain.state.parameters, 0.1 * 0.3 * plain.layout.weight_mask()
    soft = np.sign(w) * np.maximum(np.abs(w) - threshold, 0)
    assert np.allclose(held.state.parameters, soft, atol=1e-15)


def test_l1_leaves_exact_zeros() -> None:
    of = started(l1=0.1)
    of.steps(batches(100))
    weights = of.state.parameters[of.layout.weight_mask() == 1]
    assert 10 < (weights == 0).sum() < len(weights)


@pytest.mark.parametrize("limit", [0.01, 0.1])
def test_clipping_shortens_the_gradient_to_its_limit_and_keeps_its_direction(limit: float) -> None:
    (plain, _), (held, _) = stepped(), stepped(clip_norm=limit)
    norm = np.linalg.norm(plain.state.gradient)
    assert norm > limit
    assert np.allclose(held.state.gradient, plain.state.gradient * limit / norm, rtol=1e-12, atol=1e-16)


def test_clipping_leaves_a_gradient_within_the_limit_as_it_is() -> None:
    (plain, _), (held, _) = stepped(), stepped(clip_norm=100.0)
    assert np.array_equal(held.state.gradient, plain.state.gradient)


def test_a_gradient_of_zero_can_be_clipped() -> None:
    of = learner(layout(initialiser="zero", norm="off"), 39, optimiser="sgd", clip_norm=1.0)
    of.steps([np.arange(39)] * 3)
    assert np.isfinite(of.state.parameters).all()


def test_what_is_clipped_is_the_gradient_with_its_penalty() -> None:
    of, _ = stepped(l2=1.0, clip_norm=0.1)
    assert np.linalg.norm(of.state.gradient) == pytest.approx(0.1)
