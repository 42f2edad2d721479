"""The plan itself: labels on every call, one order of calls, slots filled per step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.networks import NORMS, chosen, examples, layout, learner, planned_gradient
from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import LINE
from hyperscope.engine.layers import FEW, NARROW
from hyperscope.engine.learner import Learner
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.plan import Plan, Slot, side_by_side
from hyperscope.engine.settings import Training

FLOAT = np.dtype(np.float64)


@chosen(
    activation=activations,
    norm=NORMS,
    optimiser=optimisers,
    output=outputs,
    units=[4, NARROW + 1],
    m=[12, FEW + 1],
    more=[{}, {"dropout": 0.5}, {"bn_jolt": 0.5}, {"bn_output": True, "temperature": 2.0}],
    training=[{}, {"class_weights": "balanced", "clip_norm": 1.0}, {"l1": 0.1, "l2": 0.1}],
)
def test_every_call_has_a_label_that_says_where_and_what(chosen: dict[str, Any]) -> None:
    n, m, optimiser = (chosen[name] for name in ("units", "m", "optimiser"))
    structure = layout((n, n), chosen["activation"], chosen["norm"], output=chosen["output"], **chosen["more"])
    plan = learner(structure, optimiser=optimiser, **chosen["training"]).program(m).plan
    assert plan.calls
    for call in plan.calls:
        place, _, what = call.label.partition(": ")
        assert place
        assert what


@pytest.mark.parametrize("optimiser", optimisers)
def test_the_calls_run_forward_then_backward_then_update(optimiser: str) -> None:
    calls = learner(layout((4, 4)), optimiser=optimiser).program(12).plan.calls
    places = list(dict.fromkeys(call.label.partition(": ")[0] for call in calls))
    assert places == ["Layer 1", "Layer 2", "Output", "Softmax", "Running averages", optimisers[optimiser].label]


@pytest.mark.parametrize("output", outputs)
def test_the_loss_is_named_after_the_output(output: str) -> None:
    places = [call.label.partition(": ")[0] for call in learner(layout(output=output)).program(12).plan.calls]
    assert outputs[output].label.capitalize() in places


def test_regularisers_stand_before_or_after_the_update_they_belong_to() -> None:
    calls = learner(layout(), l2=0.1, l1=0.1, clip_norm=1.0).program(12).plan.calls
    places = list(dict.fromkeys(call.label.partition(": ")[0] for call in calls))
    assert places[-4:] == ["L2", "clipping", "Adam", "L1"]


def test_the_layers_are_undone_in_reverse_order() -> None:
    calls = learner(layout((4, 4), norm="off"), optimiser="sgd").program(12).plan.calls
    products = [call.label for call in calls if "dW" in call.label]
    assert products == [f"{place}: dW, db = dz aᵀ" for place in ("Output", "Layer 2", "Layer 1")]


def test_compiled_calls_do_what_they_do_one_by_one() -> None:
    of = learner(layout((5, 4)), optimiser="sgd")
    x, y = examples(12)
    logits, gradient = planned_gradient(of, x, y, safe=True)
    rows = np.concatenate([x, np.ones((int(of.layout.bias_at(0)), 12))]).T
    again = np.empty_like(logits)
    given = {"x": rows.T, "x_t": rows, "y": np.eye(3)[:, y] / 12, "logits": again, "z": again, "rate": 0.0}
    of.state.gradient[:] = np.nan
    for call in of.program(12).plan.calls:
        call.run(given)
    assert np.array_equal(again, logits)
    assert np.array_equal(of.state.gradient, gradient)


def test_a_slot_is_filled_anew_with_each_step() -> None:
    plan = Plan((), FLOAT)
    result = plan.buffer(3)
    plan.call("twice", np.multiply, Slot("given"), plan.constant(2), result)
    step = plan.compiled(["given"])
    step(np.ones(3))
    step(np.full(3, 5.0))
    assert result.tolist() == [10, 10, 10]


def test_a_plan_without_calls_compiles_to_nothing() -> None:
    assert Plan((), FLOAT).compiled(["given"])(1) is None


def test_buffers_have_the_crowd_in_front() -> None:
    assert Plan((7,), FLOAT).buffer(3, 2).shape == (7, 3, 2)


@pytest.mark.parametrize("crowd", [(), (4,)])
def test_a_units_examples_lie_side_by_side(crowd: tuple[int, ...]) -> None:
    values = Plan(crowd, FLOAT).units_first(3, 5)
    assert values.shape == (*crowd, 3, 5)
    values[...] = np.random.default_rng(1).normal(size=values.shape)
    expected = values if not crowd else np.concatenate(list(values), axis=-1)
    assert np.array_equal(side_by_side(values), expected)
    assert side_by_side(values).flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_buffers_and_a_learners_vectors_begin_at_a_cache_line(dtype: type) -> None:
    plan = Plan((5,), np.dtype(dtype))
    crowd = Learner(layout(), [Training(precision=np.dtype(dtype).name)] * 5, range(5), *examples())
    crowd.keep([1, 2, 4])
    for array in (plan.buffer(3, 7), plan.units_first(3, 7), plan.zeros(2), plan.scratch(9), *crowd.state.vectors):
        assert array.ctypes.data % LINE == 0


@pytest.mark.parametrize("crowd", [(), (3,)])
def test_a_product_is_the_matrix_product_alone_and_in_a_crowd(crowd: tuple[int, ...]) -> None:
    plan = Plan(crowd, FLOAT)
    rng = np.random.default_rng(1)
    left, right = rng.normal(size=(*crowd, 2, 4)), rng.normal(size=(*crowd, 4, 3))
    into = plan.buffer(2, 3)
    plan.product("left · right", left, right, into)
    plan.compiled([])()
    assert np.allclose(into, left @ right, rtol=1e-14)


@pytest.mark.parametrize("crowd", [(), (3,)])
@pytest.mark.parametrize("m", [1, 7, 64])
def test_a_column_is_spread_to_the_last_bit(crowd: tuple[int, ...], m: int) -> None:
    plan = Plan(crowd, np.dtype(np.float32))
    column, other, into = plan.column(5), plan.column(5), plan.buffer(5, m)
    rng = np.random.default_rng(1)
    column[...], other[...] = rng.normal(size=column.shape), np.inf
    column[..., 2] = np.inf
    plan.spread("each m times", column, into)
    with np.errstate(all="ignore"):
        plan.compiled([])()
    assert np.array_equal(into, np.broadcast_to(column[..., None], into.shape))
