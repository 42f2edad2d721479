"""What is done to the gradient before an update and to the weights after it: each declared once.

They act on weights alone, never on biases, γ or β; a strength of 0 plans nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hyperscope.engine.optimisers import ALPHA, Memory
from hyperscope.engine.plan import Plan
from hyperscope.registry import Registry


@dataclass(frozen=True)
class Regulariser:
    """One penalty or limit. Its strength is the field of Training of the same name as its entry.

    `before` plans what comes before the optimiser's update, `after` what comes after. `each` says that its cell is
    a vector (P,) holding the strength at weights and 0 elsewhere; otherwise it is one number. `needs_alpha` asks for
    the plain learning rate as a slot.
    """

    label: str
    before: Callable[[Plan, Memory], None] | None = None
    after: Callable[[Plan, Memory], None] | None = None
    each: bool = True
    needs_alpha: bool = False


regularisers: Registry[Regulariser] = Registry("regulariser")


def _l2(plan: Plan, memory: Memory) -> None:
    pull = plan.buffer(memory.parameters.shape[-1])
    plan.call("λ w", np.multiply, memory.parameters, memory.cells["l2"], pull)
    plan.call("g = g + λ w", np.add, memory.gradient, pull, memory.gradient)


def _l1(plan: Plan, memory: Memory) -> None:
    # the soft threshold, which, unlike a step along the sign, leaves exact zeros (Parikh and Boyd 2014, section 6.5.2)
    size = memory.parameters.shape[-1]
    threshold, least, kept = plan.buffer(size), plan.buffer(size), plan.buffer(size)
    plan.call("α λ₁", np.multiply, memory.cells["l1"], ALPHA, threshold)
    plan.call("−α λ₁", np.negative, threshold, least)
    plan.call("max(w, −α λ₁)", np.maximum, memory.parameters, least, out=kept)
    plan.call("w cut to ±α λ₁", np.minimum, kept, threshold, out=kept)
    plan.call("w moves α λ₁ towards 0", np.subtract, memory.parameters, kept, memory.parameters)


def _clip(plan: Plan, memory: Memory) -> None:
    squares, norm = plan.buffer(memory.gradient.shape[-1]), plan.buffer(1)
    plan.call("g²", np.multiply, memory.gradient, memory.gradient, squares)
    plan.call("Σ g²", np.add.reduce, squares, -1, None, norm, True)
    plan.call("|g|", np.sqrt, norm, norm)
    plan.call("|g| / limit", np.divide, norm, memory.cells["clip_norm"], norm)
    plan.call("at least 1", np.maximum, norm, plan.constant(1), out=norm)
    plan.call("g, no longer than the limit", np.divide, memory.gradient, norm, memory.gradient)


regularisers["l2"] = Regulariser("L2", before=_l2)
regularisers["clip_norm"] = Regulariser("clipping", before=_clip, each=False)
regularisers["l1"] = Regulariser("L1", after=_l1, needs_alpha=True)
