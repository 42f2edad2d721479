"""Calls that do the same to arrays that lie one behind the other, joined to one call: at these sizes NumPy's cost is
per call. It knows nothing of what the calls compute; every number stays the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Call, Plan

FUNCTIONS = (np.add, np.multiply)  # entry by entry, and exact to rounding whatever stands beside an entry


def joined(plan: Plan) -> Plan:
    """A plan of fewer calls, if any can be joined; what depends on each other stays in order."""
    result = Plan(plan.crowd, plan.dtype)
    result.calls = _joined(plan.calls)
    return result


def _joined(calls: Sequence[Call]) -> list[Call]:
    done: list[Call] = []
    for call in calls:
        for place in reversed(range(len(done))) if _may_join(call) else ():
            both = _both(done[place], call)
            if both is None:
                continue
            after = done[place + 1 :]
            if not any(_in_order(call, other) for other in after):
                done[place] = both
                break
            if not any(_in_order(done[place], other) for other in after):
                done[place:] = [*after, both]
                break
        else:
            done.append(call)
    return done


def _may_join(call: Call) -> bool:
    """Whether it goes through parts of three vectors, contiguous and of one length and type."""
    if call.function not in FUNCTIONS or call.out is not None:
        return False
    first = call.operands[0]
    return all(
        isinstance(one, np.ndarray)
        and one.base is not None
        and one.shape == first.shape
        and one.ndim == 1
        and one.dtype == first.dtype
        and one.flags.c_contiguous
        for one in call.operands
    )


def _both(one: Call, other: Call) -> Call | None:
    """One call on the arrays of both, if the other's lie right behind the first one's."""
    if one.function is not other.function or not _may_join(one):
        return None
    pairs = list(zip(one.operands, other.operands, strict=True))
    whole = [_behind(a, b) for a, b in pairs]
    if any(array is None for array in whole):
        return None
    return replace(one, label=f"{one.label}; {other.label}", operands=tuple(whole))


def _behind(first: Array, second: Array) -> Array | None:
    """The stretch of memory of both, if they are parts of one vector and the second follows the first."""
    base = first.base
    if not isinstance(base, np.ndarray) or second.base is not base or base.ndim != 1 or not base.flags.c_contiguous:
        return None
    (start, end), (then, last) = byte_bounds(first), byte_bounds(second)
    if then != end or base.dtype != first.dtype:
        return None
    origin = byte_bounds(base)[0]
    stretch: Array = base[(start - origin) // base.itemsize : (last - origin) // base.itemsize]
    return stretch


def _in_order(one: Call, other: Call) -> bool:
    """Whether it matters which of two calls comes first: one writes what the other reads or writes."""
    return _touches(one, other) or _touches(other, one)


def _touches(one: Call, other: Call) -> bool:
    written = one.operands[-1] if one.out is None else one.out
    if not isinstance(written, np.ndarray):
        # a reduction has flags after its output: whatever it touches counts
        return any(np.may_share_memory(a, b) for a in _arrays(one) for b in _arrays(other))
    return any(np.may_share_memory(written, array) for array in _arrays(other))


def _arrays(call: Call) -> Iterator[Any]:
    candidates = (*call.operands, call.out, getattr(call.function, "__self__", None))
    return (one for one in candidates if isinstance(one, np.ndarray))
