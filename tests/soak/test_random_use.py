"""A short piece of random use: no error, no warning, nothing left behind. How long frames took is printed only."""

from __future__ import annotations

import gc

import pytest

from soak import yardstick
from soak.random_use import Found, Gap, random_use


@pytest.mark.slow
def test_forty_random_things_leave_no_fault(qapp, capsys) -> None:
    found = random_use(120.0, 1, most=40)
    with capsys.disabled():
        print(f"\n{found.words()}")
    assert found.faults == []
    assert gc.isenabled()  # it is left as it was for the tests that follow


def test_a_frame_is_long_by_what_it_takes_at_the_usual_speed() -> None:
    slow, long = Gap(0.12, 1.5, "undo"), Gap(0.12, 1.0, "redo")
    assert not slow.long and long.long
    said = Found(gaps=[slow, long]).words()
    assert "2 frames over 100 ms, 1 of them at the usual speed, too" in said
    assert "120 ms, the machine 1.5 times as slow as usual, after undo" in said and "120 ms after redo" in said


def test_how_slow_the_machine_is_follows_from_what_the_same_work_takes(qapp, monkeypatch) -> None:
    speed, clock = [1.0], [0.0]

    def thread_time() -> float:
        clock[0] += speed[0]
        return clock[0]

    monkeypatch.setattr(yardstick.time, "thread_time", thread_time)
    stick = yardstick.Yardstick()
    assert stick.slowness() == 1.0  # nothing is known yet
    for _ in range(20):
        stick.look()
    speed[0] = 3.0
    assert stick.slowness() == 3.0
    speed[0] = 0.5
    assert stick.slowness() == 1.0
