"""Logits set by hand, and all that follows from them: powers, probabilities, loss, gradient, and what float32 makes
of the same formulas. Pure functions of a frozen value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.softmax import losses_per_example, one_hot, softmax
from hyperscope.knob import Knob, Settings, number, whole

LOGIT = Knob("number", "Logit", "The score of a class; any number.", True, "z", low=-2000, high=2000, name="logit")
LEAST, MOST = 2, 10  # classes
CLASSES = Knob("whole", "Classes", "How many classes are told apart.", True, "C", low=LEAST, high=MOST, name="classes")
OPENING = (5.0, 2.0, -1.0, 3.0)  # the example of Ng's course
MORE = (0.0, 1.0, -2.0, 4.0, 2.5, -0.5)  # of classes that come


class Case(Settings, frozen=True):
    """One example's logits, and what is done with them. Raises: ValueError naming what lies outside its range."""

    logits: tuple[float, ...] = OPENING
    truth: Annotated[int, whole("True class", 0, MOST - 1, "The class that it really is, from 0.", live=True)] = 1
    temperature: Annotated[
        float,
        number(
            "Temperature",
            0.05,
            20,
            "Logits are divided by it: towards 0 the largest takes all, far above 1 all classes become alike.",
            live=True,
            symbol="T",
            scale="log",
        ),
    ] = 1.0
    shift: Annotated[
        float,
        number(
            "Add to every logit",
            -1000,
            1000,
            "The same number for all. It cancels: only differences of logits count.",
            live=True,
            symbol="c",
        ),
    ] = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if said := CLASSES.refusal(len(self.logits)):
            raise ValueError(said)
        for value in self.logits:
            if said := LOGIT.refusal(value):
                raise ValueError(said)
        if self.truth >= len(self.logits):
            raise ValueError(f"truth is {self.truth}; it must lie in [0, {len(self.logits) - 1}]")

    @property
    def classes(self) -> int:
        """How many there are, C."""
        return len(self.logits)


def with_classes(case: Case, count: int) -> Case:
    """The case with so many classes: the last ones go, new ones come with logits of their own."""
    extra = tuple(MORE[number % len(MORE)] for number in range(count - case.classes))
    return Case((*case.logits[:count], *extra), min(case.truth, count - 1), case.temperature, case.shift)


@dataclass(frozen=True, eq=False)
class InSingle:
    """The same by float32: `powers` and `shares` (C,) as the formula stands, `safe` with the largest logit
    subtracted first. Powers overflow to inf, and inf / inf is not a number.
    """

    powers: Array
    shares: Array
    safe: Array

    @property
    def breaks(self) -> bool:
        """Whether the formula as it stands gives no probabilities."""
        return not bool(np.isfinite(self.shares).all() and abs(float(self.shares.sum()) - 1) < 1e-3)


@dataclass(frozen=True, eq=False)
class Worked:
    """All that follows from a case, in float64, each (C,) where nothing else is said.

    `exponents` are (z + c) / T and `logarithm` that of Σ e^exponent, so powers too large for any float can be written;
    `relative` are the powers as shares of the largest. `gradient` is dL/dz = (ŷ − y) / T; `loss` is in nats.
    """

    case: Case
    exponents: Array
    relative: Array
    logarithm: float
    shares: Array
    hardmax: Array
    targets: Array
    errors: Array
    gradient: Array
    loss: float
    single: InSingle


def worked(case: Case) -> Worked:
    """Softmax and its loss, by the formulas."""
    z = np.asarray(case.logits, np.float64)
    exponents = (z + case.shift) / case.temperature
    top = float(exponents.max())
    relative = np.exp(exponents - top)
    shares = softmax(exponents[:, None])[:, 0]
    most = z == z.max()
    targets = one_hot(np.array([case.truth]), case.classes)[:, 0]
    errors = shares - targets
    return Worked(
        case,
        exponents,
        relative,
        top + math.log(relative.sum()),
        shares,
        most / most.sum(),  # ties share, as they do in the limit of T towards 0
        targets,
        errors,
        errors / case.temperature,
        float(losses_per_example(exponents[:, None], targets[:, None])[0]),
        in_single(case),
    )


def in_single(case: Case) -> InSingle:
    """What float32 makes of e^((z + c) / T) / Σ, and of the same with the largest exponent subtracted."""
    exponents = (np.asarray(case.logits, np.float32) + np.float32(case.shift)) / np.float32(case.temperature)
    with np.errstate(all="ignore"):  # what overflows is what is to be seen
        powers = np.exp(exponents)
        shares = powers / powers.sum()
        safe = np.exp(exponents - exponents.max())
        return InSingle(powers, shares, safe / safe.sum())


def sigmoid(difference: float) -> float:
    """σ(d) = 1 / (1 + e^−d), without overflow."""
    power = math.exp(-abs(difference))
    return 1 / (1 + power) if difference >= 0 else power / (1 + power)


def of_two(case: Case, one: int, other: int) -> tuple[float, float]:
    """(z₁ − z₂) / T of two classes, and the probability of the first if it is one of the two: the sigmoid of it."""
    difference = (case.logits[one] - case.logits[other]) / case.temperature
    return difference, sigmoid(difference)
