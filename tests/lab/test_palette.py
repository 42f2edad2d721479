"""The class colours are told apart, also by those who lack the cones for red, green or blue."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from hyperscope.engine.arrays import Array
from hyperscope.lab.palette import CLASS_COLOURS

# What linear RGB becomes: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
# Vision Deficiency", IEEE TVCG 15 (2009), severity 1.0.
SEEN = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # IEC 61966-2-1
D65 = np.array([0.9505, 1.0, 1.089])
APART = {"usual": 25.0, "protanopia": 15.0, "deuteranopia": 15.0, "tritanopia": 15.0}  # of which some 2 are just seen


def linear(colour: str) -> Array:
    """Linear RGB (3,) of a colour written #RRGGBB."""
    coded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(light: Array) -> Array:
    """CIE L*a*b* (3,) of linear RGB (3,)."""
    of_white = XYZ @ np.clip(light, 0, 1) / D65
    x, y, z = np.where(of_white > 216 / 24389, np.cbrt(of_white), (24389 / 27 * of_white + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", SEEN)
def test_any_two_classes_are_told_apart(vision: str) -> None:
    seen = {colour: lab(np.asarray(SEEN[vision]) @ linear(colour)) for colour in CLASS_COLOURS}
    assert len(seen) == 10
    close = [
        pair for pair in combinations(seen, 2) if np.linalg.norm(np.subtract(*map(seen.get, pair))) < APART[vision]
    ]
    assert close == []


def test_the_measure_is_that_of_the_standard() -> None:
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.05)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
