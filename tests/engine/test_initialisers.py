"""Initial weights: their spread, their shape, and that they follow the seed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.networks import NORMS, layout
from hyperscope.engine.arrays import Array
from hyperscope.engine.initialisers import initialisers

UNITS, INPUTS, SCALE = 200, 120, 0.3
# What each rule promises of W (UNITS, INPUTS): mean, variance, and the kurtosis that tells its shape.
NORMAL, EVEN = 3.0, 1.8
PROMISED = {
    "zero": (0.0, 0.0, None),
    "constant": (SCALE, 0.0, None),
    "normal": (0.0, SCALE**2, NORMAL),
    "xavier": (0.0, 1 / INPUTS, NORMAL),
    "he": (0.0, 2 / INPUTS, NORMAL),
    "uniform": (0.0, SCALE**2 / 3, EVEN),
    "glorot": (0.0, 2 / (INPUTS + UNITS), NORMAL),
    "orthogonal": (0.0, 1 / UNITS, NORMAL),
}
every_initialiser = pytest.mark.parametrize("name", initialisers)


def weights(name: str, units: int = UNITS, inputs: int = INPUTS, scale: float = SCALE, seed: int = 1) -> Array:
    return initialisers[name](units, inputs, scale, np.random.default_rng(seed))


@every_initialiser
@pytest.mark.parametrize(("units", "inputs"), [(5, 3), (3, 5), (1, 4), (4, 1)])
def test_weights_have_a_row_per_unit_and_a_column_per_input(units: int, inputs: int, name: str) -> None:
    assert weights(name, units, inputs).shape == (units, inputs)


@every_initialiser
def test_equal_seeds_give_equal_weights(name: str) -> None:
    assert np.array_equal(weights(name), weights(name))


@pytest.mark.parametrize("name", [name for name, (_, variance, _) in PROMISED.items() if variance])
def test_other_seeds_give_other_weights(name: str) -> None:
    assert not np.array_equal(weights(name), weights(name, seed=2))


@every_initialiser
def test_weights_have_the_variance_their_rule_says(name: str) -> None:
    assert weights(name).var() == pytest.approx(PROMISED[name][1], rel=0.03, abs=1e-20)


@every_initialiser
def test_weights_have_the_mean_their_rule_says(name: str) -> None:
    mean, variance, _ = PROMISED[name]
    assert weights(name).mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / (UNITS * INPUTS)) + 1e-15)


@pytest.mark.parametrize("name", [name for name, (*_, kurtosis) in PROMISED.items() if kurtosis])
def test_weights_have_the_shape_their_rule_says(name: str) -> None:
    drawn = weights(name)
    assert (drawn**4).mean() / drawn.var() ** 2 == pytest.approx(PROMISED[name][2], rel=0.05)


@pytest.mark.parametrize(("units", "inputs"), [(30, 20), (20, 30), (20, 20)])
def test_orthogonal_weights_are_orthonormal_in_rows_or_columns(units: int, inputs: int) -> None:
    drawn = weights("orthogonal", units, inputs)
    product = drawn.T @ drawn if units >= inputs else drawn @ drawn.T
    assert np.allclose(product, np.eye(min(units, inputs)), atol=1e-13)


def test_orthogonal_weights_favour_no_direction() -> None:
    """QR alone would make the sign of the diagonal all but certain; drawn evenly, a determinant is ±1 half the time."""
    signs = [np.sign(np.linalg.det(weights("orthogonal", 4, 4, seed=seed))) for seed in range(200)]
    assert abs(sum(signs)) < 71  # five standard deviations of 200 fair throws
    assert abs(np.mean([weights("orthogonal", 4, 4, seed=seed)[0, 0] for seed in range(200)])) < 0.18


@pytest.mark.parametrize(
    ("name", "activation"), [("xavier", "linear"), ("glorot", "linear"), ("orthogonal", "linear"), ("he", "relu")]
)
def test_signals_keep_their_size_through_many_layers(name: str, activation: str) -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=(128, 200))
    for _ in range(10):
        z = initialisers[name](128, 128, 1.0, rng) @ a
        a = np.maximum(z, 0) if activation == "relu" else z
    assert 0.3 < (z**2).mean() / (2 if activation == "relu" else 1) < 3


@pytest.mark.parametrize("norm", NORMS)
@every_initialiser
def test_biases_and_beta_start_at_zero_and_gamma_at_one(name: str, norm: str) -> None:
    structure = layout((4, 3), norm=norm, initialiser=name, bn_output=norm == "before")
    flat = structure.initial(np.random.default_rng(1), np.dtype(np.float64))
    for number, layer in enumerate(structure.names):
        if structure.bias_at(number):
            assert not structure.parameters[f"{layer}.weights"].of(flat)[:, -1].any()
        if structure.norm_at(number) != "off":
            assert (structure.parameters[f"{layer}.gamma"].of(flat) == 1).all()
            assert not structure.parameters[f"{layer}.beta"].of(flat).any()


@pytest.mark.parametrize("bn_output", [False, True])
@pytest.mark.parametrize("norm", NORMS)
def test_the_blocks_fill_the_flat_vector_without_gap_or_overlap(norm: str, bn_output: bool) -> None:
    structure = layout((4, 3), norm=norm, bn_output=bn_output)
    covered = np.zeros(structure.size, int)
    for block in structure.parameters.values():
        block.of(covered)[...] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("bn_output", [False, True])
@pytest.mark.parametrize("norm", NORMS)
def test_a_bias_is_left_out_only_where_batch_norm_would_cancel_it(norm: str, bn_output: bool) -> None:
    structure = layout((4, 3), norm=norm, bn_output=bn_output)
    assert [structure.bias_at(number) for number in range(3)] == [norm != "before", norm != "before", not bn_output]
