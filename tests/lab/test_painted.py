"""Painted points as a value: text and back, places that stay, and differences that lead from one to the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.painted import (
    MOST,
    NO_POINTS,
    Painted,
    Points,
    amended,
    differences,
    read,
    refusal,
    scattered_in,
    told,
)


@st.composite
def painted(draw: st.DrawFn) -> Points:
    """Points that came and went."""
    points = NO_POINTS
    for _ in range(draw(st.integers(0, 6))):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        if draw(st.booleans()):
            points = points.added(rng.normal(0, 2, (2, draw(st.integers(0, 9)))), draw(st.integers(0, 5)))
        else:
            points = points.without(rng.random(len(points)) < 0.4)
    return points


@given(painted())
def test_points_are_read_as_they_were_written(points: Points) -> None:
    again = read(points.written())
    assert np.array_equal(again.x, points.x)
    assert np.array_equal(again.y, points.y)
    assert np.array_equal(again.place, points.place)
    assert refusal(points.written()) is None


@given(painted(), painted())
def test_differences_lead_from_one_to_the_other(one: Points, other: Points) -> None:
    old, new = one.written(), other.written()
    assert tuple(amended(old, differences(old, new))) == new


def test_a_point_is_short_and_can_be_read() -> None:
    points = NO_POINTS.added(np.array([[0.5, -1.23456], [1.0, 0.0001]]), 1)
    assert points.written() == ("", "0.5,1 -1.235,0")


def test_an_erased_point_leaves_its_place_to_the_next_one() -> None:
    points = NO_POINTS.added(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]), 0)
    fewer = points.without(points.x[0] == 2)
    assert fewer.written() == ("1,0 . 3,0",)
    assert fewer.added(np.array([[9.0], [9.0]]), 0).written() == ("1,0 9,9 3,0",)


def test_a_full_plane_takes_no_more() -> None:
    rng = np.random.default_rng(1)
    points = NO_POINTS.added(rng.normal(size=(2, MOST - 1)), 0).added(rng.normal(size=(2, 5)), 2)
    assert len(points) == MOST
    assert points.room == 0


def test_spray_stays_within_its_circle() -> None:
    x = scattered_in(1.0, -2.0, 0.5, 500, np.random.default_rng(1))
    distance = np.hypot(x[0] - 1, x[1] + 2)
    assert distance.max() <= 0.5
    assert np.mean(distance < 0.25) == pytest.approx(0.25, abs=0.06)  # a quarter of the area


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("1,2 x,3",), "painted, class 1: 'x,3' is no point; write x,y with numbers within ±100"),
        (("", "1"), "painted, class 2: '1' is no point"),
        (("1,2  3,4",), "painted, class 1: '' is no point"),
        (("120,1",), "painted, class 1: '120,1' is no point"),
        (("1,2 .",), "painted, class 1: '.' is no point"),
        (("1,1",) * 7, "painted has 7 classes; at most 6 are allowed"),
        ((" ".join(["1,1"] * (MOST + 1)),), "painted has 4001 points; at most 4000 are allowed"),
        (["1,1"], "painted is ['1,1']; it must be a line of text for each class"),
    ],
)
def test_what_are_no_points_is_refused_in_a_sentence(wrong: Painted, said: str) -> None:
    with pytest.raises(ValueError, match="painted") as refused:
        Data(painted=wrong)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(("where", "token"), [("x.1", "1,1"), ("0.1", "a"), ("6.0", "1,1"), ("0", "1,1")])
def test_damaged_differences_are_refused(where: str, token: str) -> None:
    with pytest.raises(ValueError, match="painted point"):
        amended((), {where: token})


def test_what_was_done_is_told_in_words() -> None:
    assert told(("1,1 2,2",), ("1,1 2,3 4,4",)) == "points painted and moved"
    assert told(("1,1 2,2 3,3",), (". . 3,3",)) == "points erased"
