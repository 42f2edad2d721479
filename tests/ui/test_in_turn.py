"""What is painted a part a frame."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from hyperscope.ui.pacing import Ticker, frames
from hyperscope.ui.panels.common.in_turn import InTurn
from patience import PATIENCE


@pytest.fixture
def parent(qapp) -> QObject:
    """What turns belong to."""
    return QObject()


def test_the_first_is_done_at_once_and_the_others_each_in_a_frame_of_its_own(parent, qtbot) -> None:
    done: list[str] = []
    turns = InTurn(parent)
    for name in "abc":
        turns.ask(name, lambda name=name: done.append(name))
    assert done == ["a"]
    qtbot.waitUntil(lambda: len(done) == 2, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(done) == 3, timeout=PATIENCE)
    assert done == ["a", "b", "c"]


def test_what_waits_is_done_once_as_it_was_last_asked_for(parent, qtbot) -> None:
    done: list[str] = []
    turns = InTurn(parent)
    turns.ask("first", lambda: done.append("first"))
    for words in ("old", "new"):
        turns.ask("again", lambda words=words: done.append(words))
    turns.ask("last", lambda: done.append("last"))
    qtbot.waitUntil(lambda: "last" in done, timeout=PATIENCE)
    assert done == ["first", "new", "last"]


def test_after_a_rest_the_next_is_done_at_once_again(parent, qtbot) -> None:
    done: list[int] = []
    turns = InTurn(parent)
    turns.ask(1, lambda: done.append(1))
    qtbot.waitUntil(lambda: not turns.waits, timeout=PATIENCE)
    turns.ask(2, lambda: done.append(2))
    assert done == [1, 2]


@pytest.mark.parametrize(
    ("at_once", "order"),
    [(True, "frame a frame b frame c"), (False, "frame frame frame a frame b frame c")],
    ids=["at once", "apart from asking"],
)
def test_what_is_asked_for_in_a_frame_is_done_one_a_frame(parent, qtbot, at_once, order) -> None:
    done: list[str] = []
    turns = InTurn(parent, at_once=at_once)

    def tick() -> None:
        done.append("frame")
        if len(done) == 1:
            for name in "abc":
                turns.ask(name, lambda name=name: done.append(name))

    ticker = Ticker(tick)
    ticker.start()
    qtbot.waitUntil(lambda: "c" in done, timeout=PATIENCE)
    ticker.stop()
    assert " ".join(done).startswith(order)


def test_a_part_is_done_right_after_a_windows_frame(parent, qtbot) -> None:
    done: list[str] = []
    turns = InTurn(parent)
    ticker = Ticker(lambda: done.append("frame"))
    ticker.start()
    qtbot.waitUntil(lambda: len(done) > 2, timeout=PATIENCE)
    for name in "abcdefgh":
        turns.ask(name, lambda name=name: done.append(name))
    qtbot.waitUntil(lambda: done[-1] == "h", timeout=PATIENCE)
    ticker.stop()
    after_the_first = done[done.index("a") + 1 : done.index("h") + 1]
    assert "".join(after_the_first).count("frame") >= 7
    for name in "bcdefgh":
        assert done[done.index(name) - 1] == "frame"


def test_a_frame_that_takes_long_brings_no_part_before_what_it_made_is_painted(parent, qtbot) -> None:
    """Timers that became due meanwhile come in one round of the event loop, before what is to be painted."""
    done: list[int] = []
    turns = InTurn(parent, at_once=False)
    ticker = Ticker(lambda: None)
    ticker.start()
    qtbot.waitUntil(lambda: frames.count > 2, timeout=PATIENCE)
    asked = frames.count
    turns.ask("late", lambda: done.append(frames.count - asked))
    time.sleep(0.1)  # in which both the beat and the turns' own timer became due
    QApplication.processEvents()
    assert not done
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    ticker.stop()
    assert done[0] >= 2


def test_a_window_of_another_size_is_laid_out_a_part_a_frame(open_window, qtbot, monkeypatch) -> None:
    window = open_window()
    page = window.lab.page
    qtbot.waitUntil(lambda: bool(page.distributions.columns._columns), timeout=PATIENCE)
    window.session.play(False)
    qtbot.waitUntil(lambda: not window.session.status.playing and window.at_rest, timeout=PATIENCE)
    parts = (page.network, page.curves, page.distributions.columns)
    came: dict[str, int] = {}
    for part, name in zip(parts, ("_arrange_scene", "_redraw", "_lay_out"), strict=True):
        do = getattr(part, name)

        def noted(do=do, name=name) -> None:
            came.setdefault(name, frames.count)
            do()

        monkeypatch.setattr(part, name, noted)
    window.resize(window.width() + 160, window.height() + 90)
    assert not came and all(part.late for part in parts) and not window.up_to_date
    qtbot.waitUntil(lambda: not any(part.late for part in parts), timeout=PATIENCE)
    assert len(came) == len(set(came.values())) == 3
    assert window.up_to_date
