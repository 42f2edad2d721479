"""Augmentation: copies stray as far as asked, each on its own, and nothing else about them changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperscope.engine.augmentation import BLOCK, Augmentation, Augmenter, Floats, augmented, turned

SHAPE = (8, 8)
RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(2, 60))
PICTURES = RNG.random((64, 2 * BLOCK // 64 + 5))  # more than are turned together, and no multiple of it
NOWHERE = np.zeros((2, 1))
EVERYTHING = Augmentation(0.1, 20.0, 0.2, 1.0, 3)
both = pytest.mark.parametrize(("x", "shape"), [(POINTS, None), (PICTURES, SHAPE)], ids=["points", "pictures"])
augmentations = st.builds(
    Augmentation,
    jitter=st.floats(0, 1),
    rotate=st.floats(0, 180),
    scale=st.floats(0, 0.5),
    move=st.floats(0, 3),
    cut=st.integers(0, 6),
)
few = settings(max_examples=25, deadline=None)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def as_pictures(x: Floats) -> Floats:
    """(height, width, m)."""
    return x.reshape(*SHAPE, -1)


@both
@few
@given(augmentation=augmentations)
def test_copies_are_as_many_and_finite(x: Floats, shape: tuple[int, int] | None, augmentation: Augmentation) -> None:
    copies = augmented(x, augmentation, shape, rng())
    assert copies.shape == x.shape
    assert np.isfinite(copies).all()


@both
def test_no_augmentation_is_the_identity(x: Floats, shape: tuple[int, int] | None) -> None:
    assert np.array_equal(augmented(x, Augmentation(), shape, rng()), x)


@both
def test_the_originals_are_left_as_they_are(x: Floats, shape: tuple[int, int] | None) -> None:
    before = x.copy()
    augmented(x, EVERYTHING, shape, rng())
    assert np.array_equal(x, before)


@both
def test_turning_by_nothing_changes_no_bit(x: Floats, shape: tuple[int, int] | None) -> None:
    assert np.array_equal(turned(x, shape, 0.0, 1.0, NOWHERE), x)


@both
def test_the_same_randomness_gives_the_same_copies(x: Floats, shape: tuple[int, int] | None) -> None:
    assert np.array_equal(augmented(x, EVERYTHING, shape, rng()), augmented(x, EVERYTHING, shape, rng()))


def test_points_turn_anticlockwise() -> None:
    east = np.array([[2.0], [0.0]])
    assert turned(east, None, 90.0, 1.0, NOWHERE) == pytest.approx(np.array([[0.0], [2.0]]))


def test_pictures_turn_anticlockwise_by_a_quarter() -> None:
    turns = as_pictures(turned(PICTURES, SHAPE, 90.0, 1.0, NOWHERE))
    assert turns == pytest.approx(np.rot90(as_pictures(PICTURES)))


def test_a_picture_that_is_wider_than_high_turns_by_half() -> None:
    wide = RNG.random((3 * 7, 4))
    turns = turned(wide, (3, 7), 180.0, 1.0, NOWHERE)
    assert turns == pytest.approx(wide[::-1])


def test_pictures_move_right_and_up_by_whole_pixels() -> None:
    moved = as_pictures(turned(PICTURES, SHAPE, 0.0, 1.0, np.array([[2.0], [1.0]])))
    assert np.array_equal(moved[:-1, 2:], as_pictures(PICTURES)[1:, :-2])
    assert not moved[-1].any()
    assert not moved[:, :2].any()


def test_half_a_pixel_is_the_mean_of_neighbours() -> None:
    moved = as_pictures(turned(PICTURES, SHAPE, 0.0, 1.0, np.array([[0.5], [0.0]])))
    given = as_pictures(PICTURES)
    assert moved[:, 1:] == pytest.approx((given[:, 1:] + given[:, :-1]) / 2)


def test_a_picture_of_twice_the_size_is_four_times_as_bright_in_all() -> None:
    spot = np.zeros(SHAPE)
    spot[3:5, 3:5] = 1.0
    flat = spot.reshape(64, 1)
    assert turned(flat, SHAPE, 0.0, 2.0, NOWHERE).sum() == pytest.approx(4 * flat.sum())


def test_each_picture_turns_by_its_own_angle() -> None:
    angles = np.linspace(-90, 90, PICTURES.shape[1])
    together = turned(PICTURES, SHAPE, angles, 1.0, NOWHERE)
    for at in (0, 200, len(angles) - 1):
        alone = turned(PICTURES[:, [at]], SHAPE, float(angles[at]), 1.0, NOWHERE)
        assert together[:, [at]] == pytest.approx(alone)


@few
@given(degrees=st.floats(0, 180))
def test_turned_points_keep_their_distance(degrees: float) -> None:
    turns = augmented(POINTS, Augmentation(rotate=degrees), None, rng())
    assert np.hypot(*turns) == pytest.approx(np.hypot(*POINTS))


def test_points_turn_by_no_more_than_the_angle() -> None:
    turns = augmented(POINTS, Augmentation(rotate=30.0), None, rng())
    angle = np.angle((turns[0] + 1j * turns[1]) / (POINTS[0] + 1j * POINTS[1]), deg=True)
    assert -30 <= angle.min() < -20
    assert 20 < angle.max() <= 30


def test_points_are_scaled_by_no_more_than_the_share() -> None:
    factor = augmented(POINTS, Augmentation(scale=0.25), None, rng()) / POINTS
    assert factor[0] == pytest.approx(factor[1])
    assert 0.75 <= factor.min() < 0.85 < 1.15 < factor.max() <= 1.25


def test_points_move_by_no_more_than_the_distance_along_each_axis() -> None:
    step = augmented(POINTS, Augmentation(move=0.5), None, rng()) - POINTS
    assert (np.abs(step) <= 0.5).all()
    assert np.ptp(step, axis=1) == pytest.approx([1.0, 1.0], abs=0.1)


def test_jitter_has_the_deviation_asked_for_in_its_unit() -> None:
    table = np.zeros((3, 4000))
    copies = augmented(table, Augmentation(jitter=0.5), None, rng(), np.array([1.0, 10.0, 0.0]))
    assert copies.std(axis=1) == pytest.approx([0.5, 5.0, 0.0], rel=0.05)


@few
@given(side=st.integers(1, 6))
def test_a_square_is_cut_from_every_picture(side: int) -> None:
    blank = as_pictures(augmented(PICTURES, Augmentation(cut=side), SHAPE, rng())) == 0
    assert np.array_equal(blank.any(axis=1).sum(axis=0), np.full(PICTURES.shape[1], side))
    assert np.array_equal(blank.any(axis=0).sum(axis=0), np.full(PICTURES.shape[1], side))
    assert np.array_equal(blank.sum(axis=(0, 1)), np.full(PICTURES.shape[1], side**2))


def test_a_square_is_cut_anywhere() -> None:
    blank = as_pictures(augmented(PICTURES, Augmentation(cut=2), SHAPE, rng())) == 0
    assert blank.any(axis=2).all()


def test_points_are_not_cut() -> None:
    assert np.array_equal(augmented(POINTS, Augmentation(cut=2), None, rng()), POINTS)


def augmenter(seed: int = 1) -> Augmenter:
    return Augmenter(PICTURES, EVERYTHING, SHAPE, 1.0, lambda raw: raw / 2, seed)


def test_an_epoch_is_a_function_of_seed_and_number() -> None:
    first, again = augmenter(), augmenter()
    later = again.inputs(7)
    first.inputs(3)
    assert np.array_equal(first.inputs(7), later)


def test_epochs_and_seeds_differ() -> None:
    start = augmenter().inputs(0)
    assert not np.array_equal(start, augmenter().inputs(1))
    assert not np.array_equal(start, augmenter(2).inputs(0))


def test_an_epoch_is_worked_out_once() -> None:
    copies = augmenter()
    assert copies.inputs(4) is copies.inputs(4)


def test_copies_are_handed_out_in_model_units() -> None:
    still = Augmenter(PICTURES, Augmentation(), SHAPE, 1.0, lambda raw: raw / 2, 1)
    assert np.array_equal(still.inputs(0), PICTURES / 2)
