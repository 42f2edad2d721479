"""The learner: crowds, chunks, divergence, and going back to a moment."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.networks import NORMS, batches, chosen, covering, everything, examples, layout, learner
from hyperscope.engine import textbook
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.layers import NARROW, SHORT
from hyperscope.engine.learner import CHUNK_STEPS, Diverged, Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.parameters import Layout
from hyperscope.engine.settings import Training
from hyperscope.engine.softmax import SAFE_LOGIT

# With no tiny ε: where a gradient is 0 but for rounding, as of β before another batch norm, dividing by the root of its
# square makes noise of rounding into whole steps, which then grows.
MEMBERS = [
    {"learning_rate": 0.05, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-4},
    {"learning_rate": 0.001, "momentum": 0.0, "beta1": 0.0, "beta2": 0.9, "epsilon": 1e-3},
    {"learning_rate": 0.1, "momentum": 0.5, "beta1": 0.5, "beta2": 0.99, "epsilon": 1e-5},
]
SEEDS = [3, 4, 9]


# -- crowds -----------------------------------------------------------------------------------------------------------


def crowd_and_each_alone(structure: Layout, optimiser: str) -> tuple[Learner, list[Learner]]:
    x, y = examples(40, structure.inputs, structure.classes)
    trainings = [Training(optimiser=optimiser, precision="float64", **member) for member in MEMBERS]
    alone = [Learner(structure, training, seed, x, y) for training, seed in zip(trainings, SEEDS, strict=True)]
    return Learner(structure, trainings, SEEDS, x, y), alone


@chosen(
    optimiser=optimisers,
    norm=NORMS,
    units=[(5, 4), (NARROW + 2, 4)],
    activation=activations,
    output=outputs,
    dropout=[0.0, 0.4],
    bn_jolt=[0.0, 0.3],
    bn_output=[False, True],
    temperature=[1.0, 2.0],
)
def test_a_crowd_equals_each_member_alone(chosen: dict[str, Any]) -> None:
    structure = dict(chosen)
    optimiser = structure.pop("optimiser")
    crowd, alone = crowd_and_each_alone(layout(**structure), optimiser)
    orders = [batches(12, seed=seed) for seed in SEEDS]  # 40 examples in batches of 16: every third holds 8
    losses = crowd.steps([np.stack(together) for together in zip(*orders, strict=True)])
    for place, (member, order) in enumerate(zip(alone, orders, strict=True)):
        assert np.allclose(losses[:, place], member.steps(order), rtol=1e-7)
        assert np.allclose(crowd.state.parameters[place], member.state.parameters, rtol=1e-6, atol=1e-7)
        assert np.allclose(crowd.state.running[place], member.state.running, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("size", [1, 7, SHORT, SHORT + 1])
@pytest.mark.parametrize("norm", NORMS)
def test_a_crowd_equals_each_member_alone_in_batches_of_any_size(norm: str, size: int, precision: str) -> None:
    x, y = examples(150)
    trainings = [Training(precision=precision, **member) for member in MEMBERS]
    structure = layout((5, 4, 3), "relu", norm)
    orders = [batches(6, m=150, size=size, seed=seed) for seed in SEEDS]
    crowd = Learner(structure, trainings, SEEDS, x, y)
    losses = crowd.steps([np.stack(together) for together in zip(*orders, strict=True)])
    near = 1e-4 if precision == "float32" else 1e-9
    for place, (training, seed, order) in enumerate(zip(trainings, SEEDS, orders, strict=True)):
        alone = Learner(structure, training, seed, x, y)
        assert np.allclose(losses[:, place], alone.steps(order), rtol=near)
        assert np.allclose(crowd.state.parameters[place], alone.state.parameters, rtol=near, atol=near)
        assert np.allclose(crowd.state.running[place], alone.state.running, rtol=near, atol=near)


@pytest.mark.parametrize("optimiser", optimisers)
def test_a_crowd_takes_on_new_constants_as_each_member_does(optimiser: str) -> None:
    crowd, alone = crowd_and_each_alone(layout(), optimiser)
    order = batches(30)
    together = [np.stack([batch] * len(SEEDS)) for batch in order]
    crowd.steps(together[:15])
    changed = [msgspec.structs.replace(old, **new) for old, new in zip(crowd.trainings, reversed(MEMBERS), strict=True)]
    crowd.change(changed)
    crowd.steps(together[15:])
    for place, (member, training) in enumerate(zip(alone, changed, strict=True)):
        member.steps(order[:15])
        member.change(training)
        member.steps(order[15:])
        assert np.allclose(crowd.state.parameters[place], member.state.parameters, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("optimiser", optimisers)
def test_a_crowds_members_may_cease_and_begin_again_to_be_alike(optimiser: str) -> None:
    crowd, alone = crowd_and_each_alone(layout(), optimiser)
    order, kinds = batches(40), [MEMBERS[:1] * 3, MEMBERS, MEMBERS[1:2] * 3, MEMBERS[:1] * 3]
    for number, kind in enumerate(kinds):
        coming = order[10 * number :][:10]
        crowd.change([msgspec.structs.replace(old, **new) for old, new in zip(crowd.trainings, kind, strict=True)])
        crowd.steps([np.stack([batch] * 3) for batch in coming])
        for member, new in zip(alone, kind, strict=True):
            member.change(msgspec.structs.replace(member.trainings[0], **new))
            member.steps(coming)
    for place, member in enumerate(alone):
        assert np.allclose(crowd.state.parameters[place], member.state.parameters, rtol=1e-8, atol=1e-10)


def test_a_crowd_whose_logits_leave_the_safe_range_equals_each_member_alone() -> None:
    structure = layout((6, 5), "relu", "off", initialiser="normal", initial_scale=5.0)
    crowd, alone = crowd_and_each_alone(structure, "sgd")
    order = batches(10)
    crowd.steps([np.stack([batch] * len(SEEDS)) for batch in order])
    for place, member in enumerate(alone):
        member.steps(order)
        assert np.allclose(crowd.state.parameters[place], member.state.parameters, rtol=1e-8, atol=1e-10)


def test_a_crowd_of_one_is_the_network_alone() -> None:
    x, y = examples()
    training = Training(precision="float64")
    one, alone = Learner(layout(), [training], [3], x, y), Learner(layout(), training, 3, x, y)
    one.steps([batch[None] for batch in batches(30)])
    alone.steps(batches(30))
    assert np.allclose(one.state.parameters[0], alone.state.parameters, rtol=1e-10)


def test_equal_seeds_start_with_equal_weights() -> None:
    assert everything(learner(layout())) == everything(learner(layout()))


def test_other_seeds_start_with_other_weights() -> None:
    assert everything(learner(layout(), seed=3)) != everything(learner(layout(), seed=4))


# -- chunks -----------------------------------------------------------------------------------------------------------

TAME = layout((6, 5))
# Logits of a few hundred at first, so that steps come to be taken by both the fast and the safe program.
WILD = layout((6, 5), "relu", "off", initialiser="normal", initial_scale=4.0)
STEPS = 2 * CHUNK_STEPS + 9


def run(structure: Layout, optimiser: str, cuts: list[int], rate: float = 0.05) -> tuple[list[bytes], bytes]:
    """Everything after STEPS steps taken in pieces that end at `cuts`, and all losses."""
    of = learner(structure, precision="float32", optimiser=optimiser, learning_rate=rate)
    order = batches(STEPS)
    ends = sorted({0, *cuts, STEPS})
    losses = [of.steps(order[start:end]) for start, end in pairwise(ends)]
    return everything(of), np.concatenate(losses).tobytes()


@pytest.mark.parametrize(
    ("optimiser", "structure", "size"), covering(optimiser=optimisers, structure=[TAME, WILD], size=[1, 7, 64])
)
def test_steps_taken_in_chunks_of_any_size_give_the_same_bytes(optimiser: str, structure: Layout, size: int) -> None:
    assert run(structure, optimiser, list(range(0, STEPS, size))) == run(structure, optimiser, [])


@given(
    st.lists(st.integers(1, STEPS - 1), max_size=12), st.sampled_from(list(optimisers)), st.sampled_from([TAME, WILD])
)
@settings(max_examples=12, deadline=None)
def test_however_steps_are_split_they_give_the_same_bytes(cuts: list[int], optimiser: str, structure: Layout) -> None:
    assert run(structure, optimiser, cuts) == run(structure, optimiser, [])


def peak(structure: Layout, parameters: Array, x: Array) -> float:
    """The greatest size of the largest logit of any example; from SAFE_LOGIT on the safe program is needed."""
    running = structure.initial_running(parameters.dtype)
    logits = textbook.forward(structure, parameters, running, x, training=True)[-1].output
    return float(np.abs(logits.max(axis=0)).max())


def test_the_wild_network_visits_both_sides_of_the_safe_range() -> None:
    of = learner(WILD, precision="float32", optimiser="adam", learning_rate=0.05)
    of.steps(batches(STEPS))
    x, _ = examples()
    start = learner(WILD).state.parameters
    assert peak(WILD, start, x) > SAFE_LOGIT > peak(WILD, of.state.parameters.astype(np.float64), x)


@pytest.mark.parametrize("offset", [-1000.0, 1000.0])
def test_a_step_does_not_depend_on_what_all_logits_have_in_common(offset: float) -> None:
    near, far = (learner(layout((6, 5), norm="off"), optimiser="sgd", learning_rate=0.1) for _ in range(2))
    bias = near.layout.parameters["output.weights"]
    bias.of(far.state.parameters)[:, -1] += offset
    losses = near.steps(batches(20)), far.steps(batches(20))
    bias.of(far.state.parameters)[:, -1] -= offset
    assert np.allclose(*losses, atol=1e-10)
    assert np.allclose(far.state.parameters, near.state.parameters, atol=1e-10)


def test_a_batch_may_be_larger_than_a_chunk_holds() -> None:
    x, y = examples(20_000)
    of = Learner(layout(), Training(batch_size=65536), 3, x, y)
    assert of.steps([np.arange(20_000)] * 3).shape == (3,)


# -- divergence -------------------------------------------------------------------------------------------------------


def poisoned(structure: Layout, block: str, value: float) -> Learner:
    """A learner, some steps old, that has one enormous parameter."""
    of = learner(structure, precision="float32", optimiser="adam")
    of.steps(batches(5))
    structure.parameters[block].of(of.state.parameters)[0, 0] = value
    return of


def explosive() -> Learner:
    """A learner whose weights grow beyond all bounds, though not at its first step."""
    return learner(layout((6, 5), "linear", "off"), precision="float32", optimiser="momentum", learning_rate=10.0)


def test_a_step_that_diverges_leaves_the_learner_as_it_was() -> None:
    of = poisoned(layout((6, 5), "linear", "off"), "layer2.weights", 3e38)
    before = everything(of)
    with pytest.raises(Diverged):
        of.steps(batches(5))
    assert everything(of) == before


def test_the_steps_before_a_divergence_stay() -> None:
    of, again = explosive(), explosive()
    with pytest.raises(Diverged) as stop:
        of.steps(batches(200))
    assert stop.value.done > 0
    losses = again.steps(batches(200)[: stop.value.done])
    assert everything(of) == everything(again)
    assert stop.value.losses.tobytes() == losses.tobytes()


def test_a_divergence_comes_at_the_same_step_however_steps_are_split() -> None:
    def done(size: int) -> int:
        of = explosive()
        order = batches(200)
        for start in range(0, 200, size):
            try:
                of.steps(order[start : start + size])
            except Diverged as stop:
                return start + stop.done
        raise AssertionError("it did not diverge")

    assert done(1) == done(7) == done(200)


@pytest.mark.parametrize(
    ("block", "place"),
    [("layer1.weights", "Layer 1: "), ("layer2.weights", "Layer 2: "), ("output.weights", "Output: ")],
)
def test_a_divergence_names_the_place_where_it_broke(block: str, place: str) -> None:
    of = poisoned(layout((6, 5), "linear", "off"), block, np.inf)
    with pytest.raises(Diverged) as stop:
        of.steps(batches(1))
    assert stop.value.place.startswith(f"{place}z = W a")
    assert str(stop.value) == f"{stop.value.place} is no longer finite"


def test_an_update_that_breaks_is_named_after_the_optimiser() -> None:
    of = learner(layout((6, 5), "linear", "off"), precision="float32", optimiser="sgd", learning_rate=10.0)
    of.layout.parameters["output.weights"].of(of.state.parameters)[:] *= 0
    of.layout.parameters["layer1.weights"].of(of.state.parameters)[:] *= np.float32(1e38)
    with pytest.raises(Diverged) as stop:
        of.steps(batches(20))
    assert "finite" in str(stop.value)
    assert np.isfinite(of.state.parameters).all()


def test_a_running_average_that_overflows_is_a_divergence() -> None:
    x, y = examples()
    of = Learner(layout((6, 5), "tanh", "before"), Training(), 3, x * 1e25, y)
    with pytest.raises(Diverged):
        of.steps(batches(1))


def test_training_goes_on_after_a_divergence_as_if_it_had_not_been_tried() -> None:
    of, calm = learner(layout(), precision="float32"), learner(layout(), precision="float32")
    of.steps(batches(5))
    calm.steps(batches(5))
    kept = of.moment()
    of.state.parameters[0] = np.nan
    with pytest.raises(Diverged):
        of.steps(batches(5))
    of.restore(kept)
    of.steps(batches(5))
    calm.steps(batches(5))
    assert everything(of) == everything(calm)


# -- moments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimiser", "norm", "dropout", "precision"),
    covering(optimiser=optimisers, norm=NORMS, dropout=[0.0, 0.3], precision=["float32", "float64"]),
)
def test_restoring_a_moment_replays_the_steps_bit_for_bit(
    optimiser: str, norm: str, dropout: float, precision: str
) -> None:
    of = learner(layout(norm=norm, dropout=dropout), optimiser=optimiser, precision=precision)
    order = batches(30)
    of.steps(order[:10])
    kept = of.moment()
    losses, after = of.steps(order[10:]), everything(of)
    of.restore(kept)
    assert of.steps(order[10:]).tobytes() == losses.tobytes()
    assert everything(of) == after


@pytest.mark.parametrize("optimiser", optimisers)
def test_a_moment_can_be_restored_into_another_learner(optimiser: str) -> None:
    of, other = (learner(layout(), optimiser=optimiser, seed=seed) for seed in (3, 4))
    of.steps(batches(10))
    other.restore(of.moment())
    of.steps(batches(10))
    other.steps(batches(10))
    assert everything(of) == everything(other)


@pytest.mark.parametrize(("then", "now"), [("adam", "sgd"), ("sgd", "adam"), ("momentum", "nesterov")])
def test_restoring_a_moment_of_another_optimiser_keeps_the_one_in_force(then: str, now: str) -> None:
    """With its memory afresh, as if it had taken over at that moment."""
    of, told = learner(layout(), optimiser=then), learner(layout(), optimiser=then)
    order = batches(30)
    for one in (of, told):
        one.steps(order[:10])
    kept, training = of.moment(), msgspec.structs.replace(of.trainings[0], optimiser=now)
    told.change(training)
    of.steps(order[10:20])
    of.change(training)
    of.steps(order[20:])
    of.restore(kept)
    assert of.steps(order[10:]).tobytes() == told.steps(order[10:]).tobytes()
    assert everything(of) == everything(told)


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop"])
def test_a_moment_restored_under_other_constants_is_carried_over_to_them(optimiser: str) -> None:
    """As if the constants had been changed at that moment."""
    of, told = (learner(layout(), optimiser=optimiser) for _ in range(2))
    order = batches(20)
    for one in (of, told):
        one.steps(order[:10])
    kept, training = of.moment(), msgspec.structs.replace(of.trainings[0], beta1=0.5, beta2=0.9)
    told.change(training)
    of.change(training)
    of.steps(order[10:])
    of.restore(kept)
    of.steps(order[10:])
    told.steps(order[10:])
    assert np.allclose(of.state.parameters, told.state.parameters, rtol=1e-10, atol=1e-12)


def test_a_moment_is_not_moved_by_later_steps() -> None:
    of = learner(layout())
    kept = of.moment()
    before = kept.vectors[0].copy()
    of.steps(batches(5))
    assert np.array_equal(kept.vectors[0], before)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_members_that_are_kept_go_on_as_if_alone(optimiser: str) -> None:
    crowd, alone = crowd_and_each_alone(layout(), optimiser)
    order = batches(20)
    crowd.steps([np.stack([batch] * 3) for batch in order[:10]])
    crowd.keep([2])
    crowd.steps([batch[None] for batch in order[10:]])
    alone[2].steps(order)
    assert np.allclose(crowd.state.parameters[0], alone[2].state.parameters, rtol=1e-8, atol=1e-10)


def test_the_member_of_a_crowd_that_diverged_is_named() -> None:
    x, y = examples()
    trainings = [Training(optimiser="momentum", learning_rate=rate) for rate in (0.01, 10.0, 0.01)]
    crowd = Learner(layout((6, 5), "linear", "off"), trainings, [3, 4, 5], x, y)
    with pytest.raises(Diverged) as stop:
        crowd.steps([np.stack([batch] * 3) for batch in batches(200)])
    assert stop.value.members == (1,)


def test_other_inputs_for_the_same_examples_act_from_the_next_step() -> None:
    x, y = examples()
    seeing, told = learner(layout()), Learner(layout(), learner(layout()).trainings[0], 3, 2 * x, y)
    seeing.see(2 * x)
    assert seeing.steps(batches(5)).tobytes() == told.steps(batches(5)).tobytes()


# -- batch norm's constants -------------------------------------------------------------------------------------------


def whole() -> Indices:
    return np.arange(40)


def test_a_new_batch_norm_epsilon_acts_on_the_next_step() -> None:
    of, told = learner(layout(bn_epsilon=1e-5)), learner(layout(bn_epsilon=0.1))
    of.adapt(layout(bn_epsilon=0.1))
    assert of.steps([whole()]) == told.steps([whole()])


LIVE = {
    "activation": "relu",
    "dropout": 0.3,
    "bn_momentum": 0.7,
    "bn_jolt": 0.2,
    "bn_learned": False,
    "temperature": 3.0,
    "output": "one-vs-all",
}


@pytest.mark.parametrize("field", LIVE)
def test_a_layout_of_the_same_arrays_acts_on_the_next_step(field: str) -> None:
    changed = layout(**{field: LIVE[field]})
    of, told = learner(layout()), learner(changed)
    of.adapt(changed)
    assert of.steps(batches(5)).tobytes() == told.steps(batches(5)).tobytes()


@pytest.mark.parametrize("field", LIVE)
def test_taking_a_layout_on_and_back_leaves_no_trace(field: str) -> None:
    of, still = learner(layout()), learner(layout())
    of.adapt(layout(**{field: LIVE[field]}))
    of.adapt(layout())
    of.steps(batches(5))
    still.steps(batches(5))
    assert everything(of) == everything(still)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_running_averages_keep_the_told_share_of_the_old(share: float) -> None:
    structure = layout((6,), bn_momentum=share)
    of = learner(structure)
    x, _ = examples()
    trace = textbook.forward(structure, of.state.parameters, of.state.running, x, training=True)[0]
    assert trace.mean is not None
    assert trace.variance is not None
    of.steps([whole()])
    mean, variance = (structure.running[f"layer1.{part}"].of(of.state.running) for part in ("mean", "variance"))
    assert np.allclose(mean, (1 - share) * trace.mean)
    assert np.allclose(variance, share + (1 - share) * trace.variance * 40 / 39)
