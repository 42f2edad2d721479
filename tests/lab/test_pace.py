"""The pace: what there is time for is learned from what is trained, and from nothing else."""

from __future__ import annotations

from hyperscope.lab.worker.pace import BURST, Pace
from hyperscope.lab.worker.tempo import Tempo

LIGHT, HEAVY = object(), object()


def practised() -> Pace:
    """One that has come to long bursts of a light network."""
    pace = Pace()
    while pace.burst(LIGHT) < 500:
        pace.took(pace.burst(LIGHT), pace.burst(LIGHT) * BURST / 1000)
    return pace


def test_the_first_burst_of_another_network_is_one_step() -> None:
    assert practised().burst(HEAVY) == 1


def test_a_twin_beside_the_same_network_is_learned_anew() -> None:
    assert practised().burst(LIGHT, HEAVY) == 1


def test_a_step_longer_than_a_burst_stays_alone() -> None:
    pace = Pace()
    for _ in range(5):
        pace.took(pace.burst(HEAVY), 3.0)
    assert pace.burst(HEAVY) == 1 and pace.usual == 3.0


def test_one_burst_that_was_held_up_makes_the_next_shorter() -> None:
    pace = practised()
    pace.took(pace.burst(LIGHT), 10 * BURST)
    assert pace.burst(LIGHT) < 100


def test_a_speed_that_was_chosen_takes_no_more_than_there_is_time_for() -> None:
    pace = Pace()
    pace.begin(Tempo(60.0), 0)
    assert pace.steps(10.0, pace.burst(HEAVY), 10) == 1


def test_a_speed_that_was_chosen_is_kept() -> None:
    pace = practised()
    pace.begin(Tempo(60.0), 0)
    assert sum(pace.steps(0.01, pace.burst(LIGHT), 10) for _ in range(500)) in (299, 300, 301)
