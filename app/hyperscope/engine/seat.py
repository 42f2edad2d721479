"""A member's seat in a crowd's learner: that one network's numbers, to be looked at, taken out, or taken over."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.constants import Constants
from hyperscope.engine.learner import Learner
from hyperscope.engine.moment import Moment
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.program import State
from hyperscope.engine.settings import Training


class Seat:
    """Number `row` of the crowd that `learner` trains; the row may change as others leave it.

    Who has left holds numbers of its own and takes no steps, but can be put back to an earlier moment.
    """

    def __init__(self, learner: Learner, row: int) -> None:
        self.row = row
        self._learner: Learner | None = learner
        self._training = learner.trainings[row]
        self._state = learner.state  # of its own, once it has left
        self._taken = 0

    @property
    def training(self) -> Training:
        """The settings in force."""
        return self._learner.trainings[self.row] if self._learner is not None else self._training

    @property
    def dtype(self) -> np.dtype[Any]:
        """The kind of number."""
        return np.dtype(self.training.precision)

    @property
    def taken(self) -> int:
        """Steps."""
        return self._learner.taken if self._learner is not None else self._taken

    @property
    def state(self) -> State:
        """Its arrays (P,) and (R,): views of the crowd's, or its own."""
        return self._state if self._learner is None else of_row(self._learner.state, self.row)

    def moment(self) -> Moment:
        """A copy of everything that its next step depends on, besides the settings."""
        state = self.state
        products = {name: value.copy() for name, value in state.products.items()}
        return Moment(tuple(vector.copy() for vector in state.vectors), products, (self.training,), self.taken)

    def leave(self) -> None:
        """Takes its numbers out of the crowd, which is not asked again."""
        if self._learner is not None:
            self._training, self._taken = self.training, self.taken
            state, self._learner = self.state, None
            moments = tuple(moment.copy() for moment in state.moments)
            products = {name: value.copy() for name, value in state.products.items()}
            self._state = State(state.parameters.copy(), state.gradient.copy(), state.running.copy(), moments, products)

    def restore(self, moment: Moment) -> None:
        """Goes back to a moment of a network of the same structure, as `Learner.restore` does; first leaves."""
        self.leave()
        parameters, running, *_ = moment.vectors
        moments, products = memory(moment, self._training)
        gradient = np.zeros_like(parameters)
        self._state = State(parameters.copy(), gradient, running.copy(), moments, products)
        self._taken = moment.taken


def of_row(state: State, row: int) -> State:
    """One member's part of a crowd's arrays, as views."""
    moments = tuple(moment[row] for moment in state.moments)
    products = {name: value[row, ...] for name, value in state.products.items()}
    return State(state.parameters[row], state.gradient[row], state.running[row], moments, products)


def moment_of(moment: Moment, row: int) -> Moment:
    """One member's part of a crowd's moment, copied."""
    products = {name: value[row, ...].copy() for name, value in moment.products.items()}
    vectors = tuple(vector[row].copy() for vector in moment.vectors)
    return Moment(vectors, products, (moment.trainings[row],), moment.taken)


def seated(learner: Learner, row: int, state: State) -> Seat:
    """The seat `row`, taken by a network that comes from elsewhere with these numbers, which are copied."""
    there = of_row(learner.state, row)
    there.gradient[...] = state.gradient
    for vector, value in zip(there.vectors, state.vectors, strict=True):
        vector[...] = value
    for name, value in state.products.items():
        there.products[name][...] = value
    return Seat(learner, row)


def memory(moment: Moment, training: Training) -> tuple[tuple[Array, ...], dict[str, Array]]:
    """What the optimiser of `training` remembers at a moment, copied: nothing yet, if that was another optimiser's;
    else what is left of it when its constants change.
    """
    (old,), optimiser = moment.trainings, optimisers[training.optimiser]
    parameters, _, *moments = moment.vectors
    if old.optimiser != training.optimiser:
        fresh = tuple(np.zeros_like(parameters) for _ in range(optimiser.moments))
        return fresh, {name: np.ones(()) for name in optimiser.decays}
    before, after = (Constants((one,), (), parameters.dtype).lists() for one in (old, training))
    kept = tuple(vector.copy() for vector in moments)
    if before != after:
        arrays = ({name: np.array(value) for name, value in lists.items()} for lists in (before, after))
        for vector, factor in zip(kept, optimiser.kept(*arrays), strict=False):
            vector *= np.asarray(factor, vector.dtype).reshape(())
    return kept, {name: value.copy() for name, value in moment.products.items()}
