"""Calls joined to one do what they did apart, to the last bit, and only where nothing depends on their order."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import batches, everything, layout, learner
from hyperscope.engine.joining import joined
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.plan import Plan
from hyperscope.engine.program import planned


def plan() -> Plan:
    return Plan((), np.dtype(np.float64))


def parts(*sizes: int) -> list[np.ndarray]:
    """Parts of one vector of 1, 2, 3 …, one behind the other."""
    return np.split(np.arange(1.0, sum(sizes) + 1), np.cumsum(sizes)[:-1])


def test_two_sums_of_neighbours_become_one() -> None:
    of, (a, b), (c, d), (e, f) = plan(), parts(2, 3), parts(2, 3), parts(2, 3)
    of.call("first", np.add, a, c, e)
    of.call("second", np.add, b, d, f)
    (one,) = joined(of).calls
    one.run({})
    assert np.array_equal(np.concatenate([e, f]), np.concatenate([a + c, b + d]))


def test_neighbours_that_lie_the_other_way_round_stay_apart() -> None:
    of, (a, b), (c, d), (e, f) = plan(), parts(2, 3), parts(2, 3), parts(2, 3)
    of.call("second", np.add, b, d, f)
    of.call("first", np.add, a, c, e)
    assert len(joined(of).calls) == 2


def test_other_functions_stay_apart() -> None:
    of, (a, b), (c, d), (e, f) = plan(), parts(2, 3), parts(2, 3), parts(2, 3)
    of.call("first", np.add, a, c, e)
    of.call("second", np.multiply, b, d, f)
    assert len(joined(of).calls) == 2


def test_what_lies_in_different_vectors_stays_apart() -> None:
    of, (a, b), (c, d) = plan(), parts(2, 3), parts(2, 3)
    of.call("first", np.add, a, c, np.zeros(4)[:2])
    of.call("second", np.add, b, d, np.zeros(4)[:3])
    assert len(joined(of).calls) == 2


def test_a_call_that_reads_what_another_writes_stays_behind_it() -> None:
    of, (a, b), (c, d), (e, f) = plan(), parts(2, 3), parts(2, 3), parts(2, 3)
    of.call("first", np.add, a, c, e)
    of.call("what the second reads", np.negative, b.copy(), d)
    of.call("what the first wrote", np.negative, e, np.zeros(2))
    of.call("second", np.add, b, d, f)
    assert len(joined(of).calls) == 4


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("optimiser", optimisers)
def test_a_joined_step_is_the_step_call_by_call_to_the_last_bit(optimiser: str, precision: str) -> None:
    of = learner(layout((6, 5)), precision=precision, optimiser=optimiser)
    of.steps(batches(7))
    batch = batches(1)[0]
    with np.errstate(all="ignore"):
        given, _, state = of.given(batch, np.ones(1))
        for call in planned(of.recipe, state, of.cells, (), batch.size, safe=False).calls:
            call.run(given)
    of.steps([batch])
    assert everything(of)[: len(state.vectors)] == [vector.tobytes() for vector in state.vectors]


def test_adam_and_the_running_averages_are_joined() -> None:
    of = learner(layout((6, 5)), optimiser="adam")
    whole = planned(of.recipe, of.state, of.cells, (), 16, safe=False)
    assert len(joined(whole).calls) == len(whole.calls) - 4
