"""The display tick keeps to its grid without bursts, and panels take turns by how long they have waited."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hyperscope.ui.pacing import FRAME, REMEMBERED, Ticker, Turns, collecting, frames, settle
from patience import PATIENCE

STEP = FRAME / 1000  # s


@dataclass(eq=False)
class Waiting:
    """A panel as far as turns know it."""

    rate: float
    visible: bool = True

    def isVisible(self) -> bool:
        return self.visible


def turns_taken(panels: list[Waiting], seconds: float, step: float = STEP) -> list[int]:
    """How often each panel's turn came, asked once per `step`."""
    turns = Turns(panels)
    counts = [0] * len(panels)
    for frame in range(1, round(seconds / step) + 1):
        panel = turns.next(1000 + frame * step)
        if panel is not None:
            counts[panels.index(panel)] += 1
    return counts


@pytest.fixture
def ticker(qapp):
    """A ticker with the list of the times of its ticks."""
    times: list[float] = []
    made = Ticker(lambda: times.append(time.perf_counter()))
    yield made, times
    made.stop()


def test_a_started_ticker_ticks(ticker, qtbot):
    made, times = ticker
    made.start()
    qtbot.waitUntil(lambda: len(times) >= 10, timeout=PATIENCE)


def test_ticks_come_no_faster_than_the_frames(ticker, qtbot):
    made, times = ticker
    made.start()
    qtbot.waitUntil(lambda: len(times) >= 30, timeout=PATIENCE)
    assert times[-1] - times[0] >= (len(times) - 3) * STEP


def test_a_stopped_ticker_is_still(ticker, qtbot):
    made, times = ticker
    made.start()
    qtbot.waitUntil(lambda: len(times) >= 3, timeout=PATIENCE)
    made.stop()
    count = len(times)
    qtbot.wait(100)
    assert len(times) == count


def test_frames_that_were_missed_are_not_made_up_for(qtbot, qapp):
    times: list[float] = []

    def tick() -> None:
        times.append(time.perf_counter())
        while len(times) == 3 and time.perf_counter() < times[2] + 20 * STEP:
            pass  # as a slow drawing does

    made = Ticker(tick)
    made.start()
    qtbot.waitUntil(lambda: len(times) >= 14, timeout=PATIENCE)
    made.stop()
    assert times[13] - times[3] >= 8 * STEP


def test_the_gaps_between_ticks_are_kept(ticker, qtbot):
    made, times = ticker
    made.start()
    qtbot.waitUntil(lambda: len(times) >= 10, timeout=PATIENCE)
    made.stop()
    assert len(made.gaps) == len(times)
    assert sum(list(made.gaps)[1:]) == pytest.approx(times[-1] - times[0], abs=0.05)


def test_only_so_many_gaps_are_kept(ticker):
    made, _ = ticker
    made.gaps.extend([STEP] * (REMEMBERED + 50))
    assert len(made.gaps) == REMEMBERED


def test_frames_per_second_are_those_of_the_last_sixty_gaps(ticker):
    made, _ = ticker
    made.gaps.extend([1.0] * 60 + [0.02] * 60)
    assert made.frames_per_second == pytest.approx(50)


def test_before_the_first_tick_there_are_no_frames_per_second(ticker):
    assert ticker[0].frames_per_second == 0


def test_at_most_one_panel_has_its_turn_in_a_frame_and_all_come_to_it():
    assert min(turns_taken([Waiting(20.0), Waiting(10.0), Waiting(15.0), Waiting(15.0)], 2.0)) > 0


def test_a_panel_is_not_drawn_much_more_often_than_its_rate():
    (count,) = turns_taken([Waiting(10.0)], 10.0)
    assert 90 <= count <= 125


def test_panels_that_fit_into_the_frames_keep_their_rates():
    rates = [20.0, 10.0, 15.0, 15.0]
    counts = turns_taken([Waiting(rate) for rate in rates], 10.0)
    assert all(count >= 8 * rate for count, rate in zip(counts, rates, strict=True))


def test_too_many_panels_share_the_frames_by_their_rates():
    slow, fast = turns_taken([Waiting(60.0), Waiting(120.0)], 10.0)
    assert slow + fast == 625 and fast == pytest.approx(2 * slow, rel=0.05)


def test_a_hidden_panel_never_has_a_turn():
    assert turns_taken([Waiting(20.0, visible=False), Waiting(20.0)], 2.0)[0] == 0


def test_a_panel_that_is_shown_has_its_turn_at_once():
    hidden, busy = Waiting(1.0, visible=False), Waiting(60.0)
    turns = Turns([hidden, busy])
    turns.next(1000.0)
    hidden.visible = True
    assert turns.next(1000.0 + STEP) is hidden


def test_with_nothing_to_show_no_one_has_a_turn():
    assert Turns([]).next(1000.0) is None


def test_what_exists_at_the_start_is_out_of_the_collectors_way(qtbot, monkeypatch):
    monkeypatch.setattr("hyperscope.ui.pacing.SETTLING", 1)
    gc.unfreeze()  # what a window of an earlier test has left there
    try:
        settle()
        qtbot.waitUntil(lambda: gc.get_freeze_count() > 10_000, timeout=PATIENCE)
        assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        collecting.end()
        gc.unfreeze()
    assert gc.get_freeze_count() == 0


class Ring:
    """Refers to itself, and says on which thread it is deleted."""

    def __init__(self, deleted: list[threading.Thread]) -> None:
        self.itself, self.deleted = self, deleted

    def __del__(self) -> None:
        self.deleted.append(threading.current_thread())


def lists(count: int) -> list[list[None]]:
    """So much that the garbage collector would look at."""
    return [[] for _ in range(count)]


@pytest.fixture
def between_frames() -> Iterator[None]:
    """Garbage is collected as in a window that has just begun."""
    collecting.end()  # should a window of an earlier test still have it
    gc.collect()
    collecting.begin()
    yield
    collecting.end()


def test_garbage_is_collected_between_frames_and_on_the_windows_thread_alone(between_frames):
    deleted: list[threading.Thread] = []
    Ring(deleted)
    thread = threading.Thread(target=lists, args=(100_000,))
    thread.start()
    thread.join()
    kept = lists(100_000)
    assert not deleted
    frames.drawn.emit()
    assert deleted == [threading.main_thread()]
    assert len(kept) == 100_000


def test_what_has_been_there_for_long_is_looked_at_now_and_then(between_frames):
    deleted: list[threading.Thread] = []
    ring = Ring(deleted)
    gc.collect()  # which makes it old
    del ring
    kept = []
    for _ in range(30):
        kept.append(lists(1000))
        frames.drawn.emit()
    assert not deleted
    collecting.due = 0.0
    for _ in range(30):
        kept.append(lists(1000))
        frames.drawn.emit()
    assert deleted == [threading.main_thread()]


def test_garbage_collected_between_frames_is_once_more_left_to_python(between_frames):
    assert not gc.isenabled()
    collecting.begin()  # of another window
    collecting.end()
    assert gc.isenabled()
    deleted: list[threading.Thread] = []
    Ring(deleted)
    kept = lists(5000)
    assert deleted
    assert len(kept) == 5000
