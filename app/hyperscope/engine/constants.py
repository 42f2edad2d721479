"""The constants of training as the arrays that compiled steps read: one number each, or one for each of a crowd."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.optimisers import ALPHA, Optimiser
from hyperscope.engine.regularisers import regularisers
from hyperscope.engine.training_settings import Training

CONSTANTS = ("momentum", "beta1", "beta2", "epsilon", "bias_correction")  # of optimisers


@dataclass(frozen=True)
class Constants:
    """What `trainings` set: of one network, where `crowd` is (), else of each of its members (K,)."""

    trainings: tuple[Training, ...]
    crowd: tuple[int, ...]
    dtype: np.dtype[Any]
    _vectors: dict[str, Array] = field(default_factory=dict, compare=False, repr=False)

    def vector(self, name: str) -> Array:
        """One of them as float64 () or (K,)."""
        if name not in self._vectors:
            values = [float(getattr(training, name)) for training in self.trainings]
            self._vectors[name] = np.array(values if self.crowd else values[0])
        return self._vectors[name]

    def alike(self, *names: str) -> bool:
        """Whether all members of a crowd have the same of these."""
        return all((self.vector(name) == self.vector(name)[0]).all() for name in names)

    def lists(self) -> dict[str, list[float]]:
        """Those of CONSTANTS, each as a list of one number for each training."""
        return {name: [float(getattr(training, name)) for training in self.trainings] for name in CONSTANTS}

    def coming(
        self, optimiser: Optimiser, products: dict[str, Array], factors: Array, slots: Container[str]
    ) -> dict[str, Array]:
        """What the optimiser's `slots` hold in the coming steps: (S,), or (S, K, 1) where a crowd's members differ.

        Advances the running `products` in place. `factors` (steps,) or (steps, K) multiply the learning rate, step by
        step.
        """
        steps = len(factors)
        before = [products[name] for name in optimiser.decays]
        constants = {name: self.vector(name) for name in CONSTANTS}
        if self.crowd and self.alike(*CONSTANTS) and all((product == product[0]).all() for product in before):
            # one number of each does for all members, here and in each step
            before = [product[:1] for product in before]
            constants = {name: vector[:1] for name, vector in constants.items()}
        running = {}
        for name, product in zip(optimiser.decays, before, strict=True):
            shares = np.broadcast_to(constants[name], (steps, *product.shape))
            running[name] = np.multiply.accumulate(np.concatenate([product[None], shares]))[1:]
            products[name][...] = running[name][-1]
        alpha = self.vector("learning_rate") * factors
        rates = dict(zip(optimiser.slots, optimiser.rates(alpha, constants, running), strict=True))
        rates.setdefault(ALPHA.name, alpha)
        return {name: self._by_step(rate) for name, rate in rates.items() if name in slots}

    def _by_step(self, rate: Array) -> Array:
        if not self.crowd:
            return rate
        return rate[:, 0] if rate.shape[1] == 1 else rate[..., None]

    def write(self, cells: dict[str, Array], weights: Array) -> None:
        """Writes them into the arrays that plans read; `weights` (P,) is 1 at weights.

        Where there are some they are kept, unless a crowd's members have begun or ceased to be alike.
        """
        ends = (1,) * len(self.crowd)
        for name in (*CONSTANTS, *regularisers):
            value = self.vector(name).reshape(self.crowd + ends)
            if self.crowd and name in CONSTANTS and self.alike(name):
                value = value[0, 0]  # in half the time of one each, which NumPy takes member by member
            if name == "clip_norm":
                value = np.where(value > 0, value, np.inf)  # a member without a limit beside others with one
            if name in regularisers and regularisers[name].each:
                value = value * weights  # (P,), or (K, P)
            if name not in cells or (self.crowd and cells[name].shape != value.shape):
                cells[name] = np.zeros(value.shape, self.dtype)
            cells[name][...] = value
