"""What every drawn data set must hold, by being registered, and what each is drawn for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.engine.datasets import HALF_WIDTH, Floats, Ints, generators

EVERY = [(name, classes) for name, g in generators.items() for classes in range(g.fewest, g.most + 1)]
every = pytest.mark.parametrize(("name", "classes"), EVERY)
SEED = 7


def draw(name: str, classes: int, points: int = 500, noise: float = 0.08, seed: int = SEED) -> tuple[Floats, Ints]:
    return generators[name].draw(points, classes, noise, np.random.default_rng(seed))


def nearest(x: Floats, y: Ints, others: Floats) -> Ints:
    """The classes of the points of x nearest to each of `others`."""
    distances = ((x[:, :, None] - others[:, None, :]) ** 2).sum(axis=0)
    found: Ints = y[distances.argmin(axis=0)]
    return found


@every
@given(points=st.integers(20, 400), noise=st.floats(0, 1), seed=st.integers(0, 999_999))
def test_exactly_the_points_asked_for_are_drawn_with_classes_of_equal_size(
    name: str, classes: int, points: int, noise: float, seed: int
) -> None:
    x, y = draw(name, classes, points, noise, seed)
    sizes = np.bincount(y, minlength=classes)
    assert x.shape == (2, points)
    assert (str(x.dtype), str(y.dtype)) == ("float64", "int64")
    assert np.isfinite(x).all()
    assert len(sizes) == classes
    assert np.ptp(sizes) <= 1


@every
def test_the_same_randomness_gives_the_same_points(name: str, classes: int) -> None:
    first, again = draw(name, classes), draw(name, classes)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])


@every
def test_another_seed_gives_other_points(name: str, classes: int) -> None:
    assert not np.array_equal(draw(name, classes)[0], draw(name, classes, seed=SEED + 1)[0])


@every
def test_ideal_places_lie_within_the_picture(name: str, classes: int) -> None:
    assert np.abs(draw(name, classes, points=2000, noise=0)[0]).max() <= HALF_WIDTH + 0.1


@every
def test_inputs_need_no_scaling(name: str, classes: int) -> None:
    x, _ = draw(name, classes)
    assert np.all(np.abs(x.mean(axis=1)) < 0.35)
    assert np.all((x.std(axis=1) > 0.8) & (x.std(axis=1) < 1.8))


@every
def test_noise_moves_points_by_its_share_of_the_half_width(name: str, classes: int) -> None:
    still, moved = draw(name, classes, 2000, noise=0)[0], draw(name, classes, 2000, noise=0.1)[0]
    assert (moved - still).std() == pytest.approx(0.1 * HALF_WIDTH, rel=0.05)


@every
def test_without_noise_a_point_has_the_class_of_its_nearest_neighbour(name: str, classes: int) -> None:
    x, y = draw(name, classes, 1500, noise=0)
    others, theirs = draw(name, classes, 300, noise=0, seed=SEED + 1)
    assert (nearest(x, y, others) == theirs).mean() > 0.97


@every
def test_with_the_usual_noise_the_classes_can_still_be_told_apart(name: str, classes: int) -> None:
    x, y = draw(name, classes, 1500)
    others, theirs = draw(name, classes, 300, seed=SEED + 1)
    least = 0.6 if name == "circles" and classes > 3 else 0.87  # many narrow rings are hard on purpose
    assert (nearest(x, y, others) == theirs).mean() > least


@every
def test_examples_come_in_no_order(name: str, classes: int) -> None:
    _, y = draw(name, classes)
    assert (y[1:] == y[:-1]).mean() < 1 / classes + 0.1


@pytest.mark.parametrize("name", generators)
def test_a_number_of_classes_it_cannot_have_is_fitted_to_its_range(name: str) -> None:
    g = generators[name]
    assert g.fit_classes(0) == g.fewest
    assert g.fit_classes(99) == g.most
    assert g.fit_classes(g.fewest) == g.fewest


def test_drawing_too_many_classes_is_refused_with_the_range() -> None:
    with pytest.raises(ValueError, match=r"classes is 3; Moons has 2 to 2"):
        draw("moons", 3)


@pytest.mark.parametrize("name", ["spiral", "circles", "xor", "checkerboard"])
def test_a_straight_line_does_not_do(name: str) -> None:
    x, y = draw(name, 2, 1000)
    inputs = np.vstack([x, np.ones(1000)])
    line = np.linalg.lstsq(inputs.T, 2.0 * y - 1, rcond=None)[0]
    assert ((line @ inputs > 0) == y).mean() < 0.75


@pytest.mark.parametrize("classes", range(2, 7))
def test_blobs_are_separated_by_a_linear_softmax(classes: int) -> None:
    x, y = draw("blobs", classes)
    centres = np.stack([x[:, y == c].mean(axis=1) for c in range(classes)])
    # the nearest centre is an argmax of linear functions
    scores = centres @ x - (centres**2).sum(axis=1)[:, None] / 2
    assert (scores.argmax(axis=0) == y).mean() > 0.98


def test_xor_of_two_classes_is_the_sign_of_the_product() -> None:
    x, y = draw("xor", 2, noise=0)
    assert np.array_equal(y == 0, x[0] * x[1] > 0)


def test_circles_lie_at_one_radius_for_each_class() -> None:
    x, y = draw("circles", 4, noise=0)
    radii = [np.hypot(*x[:, y == c]) for c in range(4)]
    assert all(np.ptp(r) < 1e-9 for r in radii)
    assert np.ptp(np.diff([r[0] for r in radii])) < 1e-9
