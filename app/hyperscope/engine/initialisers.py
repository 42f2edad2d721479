"""Initial weights: each rule declared once. Biases always start at 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.registry import Registry

# (units, inputs, scale, random generator) -> weights (units, inputs) in float64
Initialiser = Callable[[int, int, float, np.random.Generator], Array]
initialisers: Registry[Initialiser] = Registry("initialiser")


@initialisers.add("zero")
def zero(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """All weights 0: no unit ever learns, the loss stays at ln C."""
    return np.zeros((units, inputs))


@initialisers.add("constant")
def constant(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """All weights `scale`: the units of a layer stay equal for ever."""
    return np.full((units, inputs), scale)


@initialisers.add("normal")
def normal(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Weights of N(0, scale²), whatever the layer's width."""
    return rng.normal(0.0, scale, (units, inputs))


@initialisers.add("xavier")
def xavier(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Weights of variance 1 / fan-in, which keeps the variance of signals (LeCun 1998; Glorot and Bengio 2010)."""
    return rng.normal(0.0, np.sqrt(1 / inputs), (units, inputs))


@initialisers.add("he")
def he(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Weights of variance 2 / fan-in, since ReLU halves it again (He et al. 2015, eq. 10)."""
    return rng.normal(0.0, np.sqrt(2 / inputs), (units, inputs))


@initialisers.add("uniform")
def uniform(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Weights drawn evenly from [-scale, scale], whatever the layer's width."""
    return rng.uniform(-scale, scale, (units, inputs))


@initialisers.add("glorot")
def glorot(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Weights of variance 2 / (fan-in + fan-out), for signals both ways (Glorot and Bengio 2010, eq. 12)."""
    return rng.normal(0.0, np.sqrt(2 / (inputs + units)), (units, inputs))


@initialisers.add("orthogonal")
def orthogonal(units: int, inputs: int, scale: float, rng: np.random.Generator) -> Array:
    """Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014)."""
    drawn = rng.normal(0.0, 1.0, (max(units, inputs), min(units, inputs)))
    q, r = np.linalg.qr(drawn)
    q *= np.sign(np.diag(r))  # else the directions are not drawn evenly
    return np.ascontiguousarray(q if units >= inputs else q.T)


MEANINGS = {
    "zero": "W = 0: no unit ever learns, the loss stays at ln C.",
    "constant": "W = σ, all alike: the units of a layer stay equal for ever.",
    "normal": "W ~ N(0, σ²), whatever the layer's width.",
    "xavier": "W ~ N(0, 1/n), n the inputs of the layer: keeps the variance of signals (LeCun 1998).",
    "he": "W ~ N(0, 2/n), n the inputs of the layer, since ReLU halves the variance (He et al. 2015, eq. 10).",
    "uniform": "W ~ U(−σ, σ), whatever the layer's width.",
    "glorot": "W ~ N(0, 2/(n + n′)), n the inputs and n′ the units of the layer: for signals forward and gradients "
    "back (Glorot and Bengio 2010, eq. 12).",
    "orthogonal": "W Wᵀ = I, or Wᵀ W = I where there are more units than inputs (Saxe et al. 2014).",
}
