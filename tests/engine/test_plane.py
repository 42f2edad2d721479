"""Planes through input space: there and back again, where the examples lie, and which way is up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.plane import MARGIN, Floats, Plane, extent_of, of_components, of_features, of_two

SEED = 3


def cloud(features: int = 5, examples: int = 60, seed: int = SEED) -> Floats:
    """Inputs with units from 1 to 10 000, so that scales matter."""
    rng = np.random.default_rng(seed)
    units = np.logspace(0, 4, features)[:, None]
    return units * (rng.normal(size=(features, features)) @ rng.normal(size=(features, examples)) + 3)


def planes() -> dict[str, tuple[Plane, Floats]]:
    x, two = cloud(), cloud(2)
    return {
        "two inputs": (of_two(two, ("a", "b")), two),
        "two features": (of_features(x, x, 1, 3, ("b", "d")), x),
        "components": (of_components(x, x, x.std(axis=1)), x),
    }


every = pytest.mark.parametrize("kind", planes())


@every
@given(u=st.floats(-1e3, 1e3), v=st.floats(-1e3, 1e3))
def test_projecting_what_was_lifted_gives_the_point_back(kind: str, u: float, v: float) -> None:
    plane, _ = planes()[kind]
    point = np.array([[u], [v]])
    assert plane.project(plane.lift(point)) == pytest.approx(point, abs=1e-6)


@every
def test_every_example_lies_inside_the_extent(kind: str) -> None:
    plane, x = planes()[kind]
    (u, v), (left, right, bottom, top) = plane.project(x), plane.extent
    assert left < u.min()
    assert u.max() < right
    assert bottom < v.min()
    assert v.max() < top


def test_two_inputs_are_their_own_plane() -> None:
    x = cloud(2)
    plane = of_two(x, ("a", "b"))
    assert np.array_equal(plane.project(x), x)
    assert np.array_equal(plane.lift(x), x)
    assert plane.axes == ("a", "b")


def test_like_units_get_a_square_extent_with_a_margin() -> None:
    x = np.array([[0.0, 10.0], [0.0, 4.0]])
    assert extent_of(x, equal=True) == pytest.approx((-10 * MARGIN, 10 + 10 * MARGIN, -4.0, 8.0))


def test_unlike_units_each_fill_the_picture() -> None:
    x = np.array([[0.0, 10.0], [0.0, 4000.0]])
    assert extent_of(x, equal=False) == pytest.approx((-1, 11, -400, 4400))


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("value", [0.0, 5.0, -1e9])
def test_examples_that_do_not_vary_still_get_an_extent(equal: bool, value: float) -> None:
    left, right, bottom, top = extent_of(np.full((2, 4), value), equal=equal)
    assert left < value < right
    assert bottom < value < top


def test_chosen_features_keep_their_values_and_units() -> None:
    x = cloud()
    assert of_features(x, x, 1, 3, ("b", "d")).project(x) == pytest.approx(x[[1, 3]])


def test_features_not_chosen_stay_at_the_mean_of_the_training_set() -> None:
    x = cloud()
    lifted = of_features(x, x[:, :40], 1, 3, ("b", "d")).lift(np.array([[7.0], [8.0]]))[:, 0]
    assert lifted[[1, 3]] == pytest.approx([7, 8])
    assert lifted[[0, 2, 4]] == pytest.approx(x[[0, 2, 4], :40].mean(axis=1))


def test_a_single_feature_lies_flat_on_its_plane() -> None:
    x = cloud(1)
    plane = of_features(x, x, 0, 0, ("a", ""))
    assert plane.project(x) == pytest.approx(np.vstack([x, np.zeros_like(x)]))
    assert plane.lift(np.array([[2.0], [9.0]])) == pytest.approx(np.array([[2.0]]))


def test_principal_components_are_the_eigenvectors_of_the_covariance() -> None:
    x = cloud()
    scale = x.std(axis=1)
    plane = of_components(x, x, scale)
    values, vectors = np.linalg.eigh(np.cov((x - x.mean(axis=1)[:, None]) / scale[:, None]))
    assert abs(vectors[:, -1] @ plane.across) == pytest.approx(1)
    assert abs(vectors[:, -2] @ plane.up) == pytest.approx(1)
    assert plane.axes[0] == f"PC 1 ({values[-1] / values.sum():.0%} of variance)"


def test_principal_components_come_from_the_training_set_alone() -> None:
    x = cloud()
    training = x[:, :30]
    alone, beside = of_components(training, training, np.ones(5)), of_components(x, training, np.ones(5))
    assert np.array_equal(alone.across, beside.across)


@pytest.mark.parametrize("seed", range(8))
def test_a_component_points_where_its_largest_weight_is_positive(seed: int) -> None:
    x = cloud(seed=seed)
    plane = of_components(x, x, x.std(axis=1))
    for direction in (plane.across, plane.up):
        assert direction[np.abs(direction).argmax()] > 0


def test_turning_all_inputs_round_does_not_flip_the_components() -> None:
    x = cloud()
    assert of_components(-x, -x, np.ones(5)).across == pytest.approx(of_components(x, x, np.ones(5)).across)


def test_a_training_set_on_one_line_still_spans_a_plane() -> None:
    x = np.outer(np.arange(1.0, 5), np.linspace(-1, 1, 9))
    plane = of_components(x, x, np.ones(4))
    assert plane.across @ plane.up == pytest.approx(0, abs=1e-9)
    assert np.isfinite(plane.project(x)).all()
