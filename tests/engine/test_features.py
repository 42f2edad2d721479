"""Features of points: each is the formula its caption shows, and choosing the coordinates changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.features import COORDINATES, captions, computed, features

POINTS = np.random.default_rng(0).normal(size=(2, 50))
X1, X2 = POINTS
FORMULAS = {
    "x₁": X1,
    "x₂": X2,
    "x₁²": X1**2,
    "x₂²": X2**2,
    "x₁·x₂": X1 * X2,
    "sin x₁": np.sin(X1),
    "sin x₂": np.sin(X2),
}


@pytest.mark.parametrize("name", features)
def test_a_feature_is_what_its_caption_says(name: str) -> None:
    assert computed(POINTS, (name,))[0] == pytest.approx(FORMULAS[captions((name,))[0]])


def test_no_two_features_share_a_caption() -> None:
    assert len(set(captions(features))) == len(features)


def test_the_coordinates_alone_are_the_points_themselves() -> None:
    assert np.array_equal(computed(POINTS, COORDINATES), POINTS)


def test_features_come_in_the_order_asked_for() -> None:
    assert np.array_equal(computed(POINTS, ("x2", "x1")), POINTS[::-1])


def test_an_unknown_feature_lists_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"feature is 'x3'; it must be one of x1, x2, x1\^2"):
        computed(POINTS, ("x3",))
