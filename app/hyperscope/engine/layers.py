"""The pieces a network is made of. Each plans its forward calls in the order of the formula, and beside them returns
what plans its backward calls.

Signals are (n, m), with a leading crowd axis where there is a crowd. A signal that feeds a weight matrix has a last
row of ones, so that one product gives W a + b and another both dW and db.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.activations import Activation
from hyperscope.engine.arrays import Array
from hyperscope.engine.plan import Operand, Plan, Slot, copied

NARROW = 24  # units; up to here batch norm by small products with diagonal blocks beats broadcasting columns
FEW = 64  # examples; up to here, for one network, a product with I − 11ᵀ/m centres faster than a broadcast
# Examples; up to here, in a crowd, columns are spread along the rows by a product, to arrays of the same shape: with 64
# members of 8 units and 32 examples 3.5 µs, and 1.7 when used again, where a broadcast takes 5.2 for its short rows.
# With 128 examples a sixth is left of it.
SHORT = 64

Backward = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Signal:
    """What flows between pieces: `values` (n, m), or (n + 1, m) with a row of `ones`, and the `gradient` (n, m)."""

    values: Array
    gradient: Array
    ones: bool = True

    @property
    def units(self) -> Array:
        """The values without the row of ones."""
        return self.values[..., :-1, :] if self.ones else self.values

    def operands(self, bias: bool) -> tuple[Operand, Operand]:
        """The values, with ones just when `bias`, and their transpose."""
        values = self.values if bias else self.units
        return values, transposed(values)


@dataclass(frozen=True, slots=True)
class Input:
    """The batch, as slots: `x` (n, m), with the row of ones if the first layer has a bias, and its transpose."""

    x: Slot = Slot("x")
    x_transposed: Slot = Slot("x_t")
    gradient: None = None

    def operands(self, bias: bool) -> tuple[Operand, Operand]:
        """The slots; who fills them knows whether the first layer has a bias."""
        return self.x, self.x_transposed


def signal(plan: Plan, n: int, m: int, *, ones: bool = True) -> Signal:
    """A fresh signal of n units for m examples.

    In a crowd the row of ones parts each member's units from the next one's, and what is done to them then takes up
    to four times as long; so there it belongs only to what a bias is added to.
    """
    values = plan.buffer(n + ones, m)
    if ones:
        values[..., -1, :] = 1
    return Signal(values, plan.buffer(n, m), ones)


def transposed(array: Array) -> Array:
    """The view with the last two axes swapped."""
    return array.swapaxes(-1, -2)


def diagonal(matrix: Array, first: int = 0) -> Array:
    """A writable view (n,) of the entries (i, first + i) of a contiguous matrix (n, more than n)."""
    rows, columns = matrix.shape
    return matrix.reshape(-1)[first :: columns + 1][:rows]


def dense(
    plan: Plan,
    weights: Array,
    gradient: Array,
    before: Signal | Input,
    m: int,
    logits: Slot | None = None,
    *,
    ones: bool = True,
) -> tuple[Signal, Backward]:
    """z = W a + b, with [W | b] (n, n_in + 1) as `weights`; z goes to the slot `logits` if one is given."""
    n = weights.shape[-2]
    n_in = before.gradient.shape[-2] if before.gradient is not None else None
    bias = n_in is None or weights.shape[-1] > n_in
    a, a_transposed = before.operands(bias)
    # the loss goes through the logits' gradient unit by unit
    after = signal(plan, n, m, ones=ones) if logits is None else Signal(*(plan.units_first(n, m),) * 2, ones=False)
    plan.product("z = W a + b" if bias else "z = W a", weights, a, after.units if logits is None else logits)

    def backward() -> None:
        plan.product("dW, db = dz aᵀ" if bias else "dW = dz aᵀ", after.gradient, a_transposed, gradient)
        if before.gradient is not None:
            plan.product("da = Wᵀ dz", transposed(weights[..., :n_in]), after.gradient, before.gradient)

    return after, backward


def activate(plan: Plan, function: Activation, before: Signal, *, ones: bool = True) -> tuple[Signal, Backward]:
    """a = g(z), in place: no other piece looks at z again, and the slope follows from a.

    Where `ones` are wanted that z is without, a is copied to them: beside them a and its slope would take longer.
    """
    shape = before.gradient.shape[-2:]
    spare = (plan.buffer if function.keeps_slope else plan.scratch)(*shape)
    function.forward(plan, before.units, before.units, spare)
    after = before
    if ones and not before.ones:
        after = Signal(signal(plan, *shape).values, before.gradient)
        plan.call("a above a row of ones", copied, before.units, after.units)

    def backward() -> None:
        function.backward(plan, before.units, before.gradient, spare)

    return after, backward


def scaled(plan: Plan, label: str, signal: Signal, factor: Slot, shift: Slot, into: Slot | None = None) -> Backward:
    """Multiplies a signal by a slot and adds another, in place or `into` a slot: a jolt after batch norm."""
    target: Operand = signal.units if into is None else into
    plan.call(label, np.multiply, signal.units, factor, target)
    plan.call(label, np.add, target, shift, target)

    def backward() -> None:
        plan.call(f"gradient of {label}", np.multiply, signal.gradient, factor, signal.gradient)

    return backward


def dropped(plan: Plan, before: Signal, mask: Slot, *, ones: bool = True) -> tuple[Signal, Backward]:
    """a times dropout's mask, in values of its own: the activation's slope follows from a as it was."""
    after = Signal(signal(plan, *before.gradient.shape[-2:], ones=ones).values, before.gradient, ones)
    plan.call("a dropped out", np.multiply, before.units, mask, after.units)

    def backward() -> None:
        plan.call("gradient of a dropped out", np.multiply, before.gradient, mask, before.gradient)

    return after, backward


@dataclass(frozen=True, slots=True)
class Norm:
    """The arrays (n,) of one batch norm: γ, β, their gradients, where the batch's μ and σ² go; and ε, a cell."""

    gamma: Array
    beta: Array
    d_gamma: Array
    d_beta: Array
    mean: Array
    variance: Array
    epsilon: Array


def batch_norm(
    plan: Plan, norm: Norm, before: Signal, m: int, into: Slot | None = None, *, ones: bool = True
) -> tuple[Signal, Backward]:
    """ẑ = (z − μ) / √(σ² + ε), y = γ ẑ + β, over the mini-batch (Ioffe and Szegedy 2015, algorithm 1).

    y goes to the slot `into` if one is given.
    """
    # in a crowd a product takes its time for each member, whereas a broadcast goes through all of them at once
    narrow = norm.gamma.shape[-1] <= NARROW and not plan.crowd
    return (_narrow_batch_norm if narrow else _wide_batch_norm)(plan, norm, before, m, into, ones=ones)


def _statistics(plan: Plan, norm: Norm, z: Array, centred: Array, m: int) -> Array:
    """Plans μ, z − μ and σ²; returns √(σ² + ε) (n,)."""
    averaging = plan.constant(1 / m, m, 1)
    plan.row_sums("μ = Σ z / m", z, averaging, norm.mean)
    if m <= FEW and not plan.crowd:
        plan.product("z − μ", z, (np.eye(m) - 1 / m).astype(plan.dtype), centred)
    else:
        plan.call("z − μ", np.subtract, z, _along(plan, "μ", norm.mean, m, centred), centred)
    squares = plan.scratch(*centred.shape[-2:])
    plan.call("(z − μ)²", np.multiply, centred, centred, squares)
    plan.row_sums("σ² = Σ (z − μ)² / m", squares, averaging, norm.variance)
    root = plan.buffer(norm.gamma.shape[-1])
    plan.call("σ² + ε", np.add, norm.variance, norm.epsilon, root)
    plan.call("√(σ² + ε)", np.sqrt, root, root)
    return root


def _along(plan: Plan, label: str, column: Array, m: int, into: Array | None = None) -> Array:
    """A plan's column (n,) as what meets arrays (n, m), in the memory `into` or in its own."""
    if not plan.crowd or m > SHORT:
        return column[..., None]
    into = plan.buffer(column.shape[-1], m) if into is None else into
    plan.spread(f"{label} for each example", column, into)
    return into


def _narrow_batch_norm(
    plan: Plan, norm: Norm, before: Signal, m: int, into: Slot | None, *, ones: bool
) -> tuple[Signal, Backward]:
    # γẑ + β is one product with [diag s | β], s = γ/√(σ²+ε); its gradient one with three blocks beside each other
    n = norm.gamma.shape[-1]
    stacked = plan.buffer(2 * n + 1, m)  # dy, z − μ and a row of ones
    stacked[..., -1, :] = 1
    dy, centred, centred_with_ones = stacked[..., :n, :], stacked[..., n:-1, :], stacked[..., n:, :]
    root = _statistics(plan, norm, before.units, centred, m)
    after = Signal(signal(plan, n, m, ones=ones).values, dy, ones)
    affine = plan.buffer(n, n + 1)
    slope = diagonal(affine)
    plan.call("γ / √(σ² + ε)", np.divide, norm.gamma, root, slope)
    plan.call("β", np.positive, norm.beta, affine[..., n])
    plan.product("y = γ ẑ + β", affine, centred_with_ones, after.units if into is None else into)

    def backward() -> None:
        sums = plan.buffer(n, n + 1)  # Σ dy (z − μ) on the diagonal, Σ dy in the last column
        plan.product("Σ dy ẑ, Σ dy", dy, transposed(centred_with_ones), sums)
        plan.call("dβ = Σ dy", np.positive, sums[..., n], norm.d_beta)
        plan.call("dγ = Σ dy ẑ", np.divide, diagonal(sums), root, norm.d_gamma)
        back = plan.buffer(n, 2 * n + 1)
        spare = plan.buffer(n)
        plan.call("γ / √(σ² + ε)", np.positive, slope, diagonal(back))
        plan.call("−γ / (m √(σ² + ε))", np.multiply, slope, plan.constant(-1 / m), spare)
        plan.call("mean of dy", np.multiply, spare, norm.d_beta, back[..., 2 * n])
        plan.call("ẑ by way of z − μ", np.divide, spare, root, spare)
        plan.call("mean of dy ẑ", np.multiply, spare, norm.d_gamma, diagonal(back, n))
        plan.product("dz = γ/√(σ²+ε) · (dy − mean dy − ẑ · mean(dy ẑ))", back, stacked, before.gradient)

    return after, backward


def _wide_batch_norm(
    plan: Plan, norm: Norm, before: Signal, m: int, into: Slot | None, *, ones: bool
) -> tuple[Signal, Backward]:
    n = norm.gamma.shape[-1]
    centred = plan.buffer(n, m)
    root = _statistics(plan, norm, before.units, centred, m)
    after = signal(plan, n, m, ones=ones)
    dy = after.gradient
    slope = plan.column(n)
    plan.call("γ / √(σ² + ε)", np.divide, norm.gamma, root, slope)
    slopes = _along(plan, "γ / √(σ² + ε)", slope, m)
    plan.call("γ ẑ", np.multiply, centred, slopes, after.units)
    plan.call("y = γ ẑ + β", np.add, after.units, norm.beta[..., None], after.units if into is None else into)

    def backward() -> None:
        summing = plan.constant(1, m, 1)
        spare, minus, share = plan.scratch(n, m), plan.column(n), plan.column(n)
        # a crowd's sums lie side by side, whereas its members' dγ and dβ lie apart, each in its own vector
        d_gamma, d_beta = (plan.buffer(n), plan.buffer(n)) if plan.crowd else (norm.d_gamma, norm.d_beta)
        plan.call("dy (z − μ)", np.multiply, dy, centred, spare)
        plan.row_sums("Σ dy (z − μ)", spare, summing, d_gamma)
        plan.call("dγ = Σ dy ẑ", np.divide, d_gamma, root, d_gamma)
        plan.row_sums("dβ = Σ dy", dy, summing, d_beta)
        if plan.crowd:
            plan.call("dγ = Σ dy ẑ", copied, d_gamma, norm.d_gamma)
            plan.call("dβ = Σ dy", copied, d_beta, norm.d_beta)
        plan.call("−γ / (m √(σ² + ε))", np.multiply, slope, plan.constant(-1 / m), minus)
        plan.call("mean of dy", np.multiply, minus, d_beta, share)
        plan.call("ẑ by way of z − μ", np.divide, minus, root, minus)
        plan.call("mean of dy ẑ", np.multiply, minus, d_gamma, minus)
        plan.call("dy γ / √(σ² + ε)", np.multiply, dy, slopes, before.gradient)
        plan.call("ẑ · mean(dy ẑ)", np.multiply, centred, _along(plan, "mean of dy ẑ", minus, m, spare), spare)
        plan.call("less ẑ · mean(dy ẑ)", np.add, before.gradient, spare, before.gradient)
        shares = _along(plan, "mean of dy", share, m, spare)
        plan.call("dz: less mean dy", np.add, before.gradient, shares, before.gradient)

    return after, backward
