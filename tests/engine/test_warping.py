"""Many units are seen along two directions that say what they are and do not jump from look to look."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.warping import aligned, outlook

SEED = 5


def values(units: int = 6, m: int = 200) -> np.ndarray:
    """Activations whose variance lies mostly in two directions that are no unit's own."""
    draw = np.random.default_rng(SEED)
    spread = np.diag([3.0, 2.0, *[0.2] * (units - 2)])
    turn, _ = np.linalg.qr(draw.normal(size=(units, units)))
    return turn @ spread @ draw.normal(size=(units, m)) + draw.normal(size=(units, 1))


def test_two_units_are_seen_as_they_are() -> None:
    a = values(2)
    assert outlook(a).seen(a) == pytest.approx(a)


def test_one_unit_is_seen_along_a_line() -> None:
    a = values(2)[:1]
    assert outlook(a).seen(a) == pytest.approx(np.stack([a[0], np.zeros(200)]))


def test_many_units_are_seen_along_their_principal_components() -> None:
    a = values()
    centred = a - a.mean(axis=1, keepdims=True)
    strengths = np.linalg.svd(centred, compute_uv=False) ** 2
    look = outlook(a)
    assert look.seen(a).var(axis=1) * a.shape[1] == pytest.approx(strengths[:2])
    assert look.share == pytest.approx(strengths[:2].sum() / strengths.sum())


def test_a_mirrored_look_is_turned_back() -> None:
    look = outlook(values())
    mirrored = look.basis[:, ::-1] * [-1, 1]
    assert aligned(mirrored, look.basis) == pytest.approx(look.basis)


def test_a_small_change_moves_points_by_little() -> None:
    a, last = values(), outlook(values())
    draw = np.random.default_rng(SEED)
    for _ in range(30):
        a = a + 0.01 * draw.normal(size=a.shape)
        look = outlook(a, last)
        assert np.abs(look.seen(a) - last.seen(a)).max() < 0.2
        last = look


def test_components_of_nearly_equal_strength_do_not_change_places() -> None:
    draw = np.random.default_rng(SEED)
    a = np.concatenate([2 * draw.normal(size=(2, 300)), 0.1 * draw.normal(size=(3, 300))])
    last = outlook(a)
    stretched = a * np.array([0.97, 1.03, 1, 1, 1])[:, None]
    assert np.abs(outlook(stretched, last).basis - last.basis).max() < 0.02


def test_the_extent_holds_every_example() -> None:
    a = values()
    look = outlook(a)
    left, right, bottom, top = look.extent
    across, up = look.seen(a)
    assert left < across.min() and across.max() < right
    assert bottom < up.min() and up.max() < top


def test_the_extent_stays_while_it_fits() -> None:
    a = values()
    first = outlook(a)
    assert outlook(0.95 * a, first).extent == first.extent
    assert outlook(1.5 * a, first).extent != first.extent
    assert outlook(0.3 * a, first).extent != first.extent


def test_units_that_all_stand_still_can_be_looked_at() -> None:
    look = outlook(np.ones((4, 10)))
    assert look.share == 1.0
    assert np.isfinite(look.extent).all()


def test_values_on_their_way_to_infinity_can_be_looked_at() -> None:
    a = values()
    a[0, 0], a[1, 1] = np.inf, np.nan
    assert np.isfinite(outlook(a).seen(a)).all()


def test_a_last_look_at_other_units_is_refused() -> None:
    with pytest.raises(ValueError, match="the last look was at 5 units, this one is at 6"):
        outlook(values(6), outlook(values(5)))


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e200, 1e300])
def test_the_share_is_that_of_the_singular_values_however_large_they_are(size: float) -> None:
    a = np.random.default_rng(0).normal(0, [[3], [2], [1], [0.5]], (4, 300))
    squares = np.linalg.svd(a - a.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    looked = outlook(a * size)
    assert looked.share == pytest.approx(squares[:2].sum() / squares.sum())
    assert np.isfinite(looked.extent).all() and np.isfinite(looked.seen(a * size)).all()
