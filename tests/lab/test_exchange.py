"""What is said to a process beside: nothing there waits for it, whatever it does or fails to do."""

from __future__ import annotations

import multiprocessing
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import pytest

from hyperscope.lab.jobs.exchange import Exchange, Gone
from patience import SECONDS

BIG = bytes(1 << 20)  # more than any pipe holds


@pytest.fixture
def ends() -> Iterator[tuple[Exchange, Connection]]:
    """Both ends of a pipe; at the second is nobody but the test."""
    ours, theirs = multiprocessing.Pipe()
    exchange = Exchange(ours, lambda message, earlier: type(message) is type(earlier) is int)
    yield exchange, theirs
    theirs.close()
    exchange.close()


def comes_to_be(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if true():
            return True
    return False


def test_messages_arrive_in_their_order(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    for message in ("one", BIG, "three"):
        exchange.send(message)
    assert [theirs.recv() for _ in range(3)] == ["one", BIG, "three"]


def test_sending_more_than_a_pipe_holds_does_not_wait_for_a_reader(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    for number in range(20):
        exchange.send((number, BIG))
    assert [theirs.recv()[0] for _ in range(20)] == list(range(20))


def test_of_values_that_replace_each_other_the_newest_waits_alone(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    exchange.send(BIG)
    assert comes_to_be(lambda: not exchange._unsent)  # it is on its way, and fills the pipe
    assert [exchange.send(number) for number in range(1000)] == [False] + [True] * 999
    assert theirs.recv() == BIG and theirs.recv() == 999


def test_a_message_cut_in_two_is_not_waited_for(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    os.write(theirs.fileno(), struct.pack("!i", 1000) + b"the beginning of a message of 1000 bytes")
    exchange.wait(0.05)
    assert exchange.take() is None


def test_what_came_before_the_end_is_still_taken(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    theirs.send("last words")
    theirs.close()
    exchange.wait(SECONDS)
    assert exchange.take() == "last words"
    exchange.wait(SECONDS)
    assert comes_to_be(lambda: exchange._gone)
    with pytest.raises(Gone):
        exchange.take()
    with pytest.raises(Gone):
        exchange.send("to nobody")


def test_its_threads_end_with_the_other_side(ends: tuple[Exchange, Connection]) -> None:
    exchange, theirs = ends
    exchange.send(BIG)  # one of them is in the middle of sending
    theirs.close()
    exchange.close()
    assert "hyperscope-exchange" not in {thread.name for thread in threading.enumerate()}
