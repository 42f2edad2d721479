"""A plan: the calls of one training step on preallocated buffers, in order, each with the label it is known by.

Planned once, run many times: at these sizes NumPy's cost is per call, so nothing is looked up, allocated or decided
inside a step. The labels are what slow motion speaks. A plan knows nothing of layers or optimisers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, zeros


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in a call for what changes with every step: the batch, its labels, where the logits go, the rate."""

    name: str


Operand = Array | Slot


@dataclass(frozen=True, slots=True)
class Call:
    """`function(*operands)`, or `function(*operands, out=out)` where NumPy no longer takes it by position."""

    label: str
    function: Callable[..., Any]
    operands: tuple[Any, ...]
    out: Any = None

    def run(self, given: dict[str, Any]) -> None:
        """Does this one call, with slots filled from `given` by name."""
        operands = [given[o.name] if isinstance(o, Slot) else o for o in self.operands]
        if self.out is None:
            self.function(*operands)
        else:
            self.function(*operands, out=self.out)

    def written(self, given: dict[str, Any]) -> Array:
        """The array that this call writes its result to."""
        places = (self.out,) if self.out is not None else reversed(self.operands)
        found = (given[place.name] if isinstance(place, Slot) else place for place in places)
        # a reduction has flags after its output
        result: Array = next(place for place in found if isinstance(place, np.ndarray))
        return result


class Plan:
    """Calls in the making, for a crowd of shape () (one network) or (K,), in one floating-point type."""

    def __init__(self, crowd: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.crowd = crowd
        self.dtype = dtype
        self.calls: list[Call] = []
        self._columns: dict[int, Array] = {}  # by address, with zeros below
        self._shared: dict[tuple[object, ...], Array] = {}
        self.place = ""  # where the next calls belong, e.g. "Layer 2"; the first half of their labels

    def buffer(self, *shape: int) -> Array:
        """Zeros of crowd + shape."""
        return zeros(self.crowd + shape, self.dtype)

    def units_first(self, n: int, m: int) -> Array:
        """A buffer (n, m) in whose memory a unit's examples lie side by side, those of all members of a crowd."""
        return np.moveaxis(zeros((n, *self.crowd, m), self.dtype), 0, -2)

    def column(self, n: int) -> Array:
        """A buffer (n,) that `spread` may take."""
        above_zeros = zeros((2, *self.crowd, n), self.dtype)
        result: Array = above_zeros[0]
        self._columns[result.ctypes.data] = above_zeros
        return result

    def zeros(self, *shape: int) -> Array:
        """Zeros of crowd + shape that nobody writes to: the same array for all who ask."""
        return self._shared.setdefault(("zeros", *shape), self.buffer(*shape))

    def scratch(self, *shape: int) -> Array:
        """A buffer for what is read again only by the next few calls: shared, since memory out of cache is slow."""
        return self._shared.setdefault(("scratch", *shape), self.buffer(*shape))

    def side_by_side(self) -> Plan:
        """Plans the next calls for arrays (n, K m), in which the members' examples lie side by side.

        For what treats examples alike, whosever they are. For one network it is the plan itself.
        """
        if not self.crowd:
            return self
        result = Plan((), self.dtype)
        result.calls, result.place = self.calls, self.place
        return result

    def constant(self, value: float, *shape: int) -> Array:
        """An array of `shape` filled with `value`; without a shape 0-d, which ufuncs take as fast as a full one."""
        return np.full(shape, value, self.dtype)

    def call(self, label: str, function: Callable[..., Any], *operands: Any, out: Any = None) -> None:
        """Adds `function(*operands)`; the last operand of a ufunc is where its result goes."""
        self.calls.append(Call(f"{self.place}: {label}" if self.place else label, function, operands, out))

    def product(self, label: str, left: Array, right: Operand, into: Operand) -> None:
        """Adds the matrix product left · right: a bound `dot` for one network (a third of `matmul`), else `matmul`."""
        if left.ndim == 2:
            self.call(label, left.dot, right, into)
        else:
            self.call(label, np.matmul, left, right, into)

    def row_sums(self, label: str, values: Array, weights: Array, into: Array) -> None:
        """Adds the sums of the rows of `values` (n, m), weighted by a column (m, 1), into an array (n,).

        In a crowd, whose arrays must be contiguous here, the rows of all members are one matrix.
        """
        rows, sums = values.reshape(-1, values.shape[-1]), into.reshape(-1, 1)
        assert np.shares_memory(rows, values) and np.shares_memory(sums, into)
        self.product(label, rows, weights, sums)

    def spread(self, label: str, column: Array, into: Array) -> None:
        """Adds the writing of each entry of a `column` (n,) all along its row of a contiguous array (n, m).

        It is a product with a row of ones. NumPy has a slow way of its own for an inner length of 1, hence the zeros
        below, which change nothing.
        """
        rows = into.reshape(-1, into.shape[-1])
        assert np.shares_memory(rows, into)
        along = zeros((2, rows.shape[-1]), self.dtype)
        along[0] = 1
        self.call(label, self._columns[column.ctypes.data].reshape(2, -1).T.dot, along, rows)

    def compiled(self, slots: Sequence[str]) -> Callable[..., None]:
        """One function of the slots that makes all calls in a row; straight-line code saves 4 µs a step over a loop."""
        names: dict[str, Any] = {}
        lines = []
        for place, call in enumerate(self.calls):
            words = []
            for number, operand in enumerate(call.operands):
                if isinstance(operand, Slot):
                    words.append(operand.name)
                else:
                    words.append(f"a{place}_{number}")
                    names[words[-1]] = operand
            names[f"f{place}"] = call.function
            if call.out is not None:
                words.append(f"out=o{place}")
                names[f"o{place}"] = call.out
            lines.append(f"        f{place}({', '.join(words)})")
        source = "\n".join(
            [
                f"def bind({', '.join(names)}):",
                f"    def step({', '.join(slots)}):",
                *(lines or ["        pass"]),
                "    return step",
            ]
        )
        scope: dict[str, Any] = {}
        exec(_code(source), scope)
        step: Callable[..., None] = scope["bind"](
            *names.values()
        )  # by name it took 0.3 ms, each being sought among all
        return step


def side_by_side(array: Array) -> Array:
    """The view (n, K m) of what `Plan.units_first` made; for one network the array itself."""
    result = np.moveaxis(array, -2, 0).reshape(array.shape[-2], -1)
    assert np.shares_memory(result, array)
    return result


def copied(values: Array, into: Array) -> None:
    """`np.copyto` with its operands in a plan's order; at most 0.6 of `np.positive` where rows lie apart."""
    np.copyto(into, values)


@lru_cache(maxsize=64)
def _code(source: str) -> CodeType:
    """Compiled once for all plans of the same calls, whatever their sizes: it takes longer than an epoch."""
    return compile(source, "<plan>", "exec")
