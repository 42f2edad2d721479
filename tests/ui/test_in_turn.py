"""What is painted a part a frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from hyperscope.ui.pacing import Ticker
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
    [(True, "frame a frame b frame c"), (False, "frame frame a frame b frame c")],
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
