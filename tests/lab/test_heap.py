"""What a process holds that has freed memory, and what asking for less of it does where that cannot be asked."""

import subprocess
import sys

import pytest

from hyperscope.lab.machine import heap
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.commands import Advance, Restore
from hyperscope.lab.worker.controller import Controller
from lab.live import SMALL

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks the GNU C library")
HOLDS = """
import re, sys, threading
from hyperscope.lab.machine import heap
if sys.argv[1] == "one":
    heap.use_one_arena()
kept, gate = [], threading.Barrier(5)
def work():
    gate.wait()
    kept.append([bytes(600 + number) for number in range(2000)])  # larger than what Python takes from its own pools
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
for one in threads: one.start()
gate.wait(); gate.wait()
arenas = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw-p .* 0 *$", open("/proc/self/maps").read(), re.MULTILINE)
print(sum(int(begin, 16) % 2**26 == 0 for begin, end in arenas))  # each begins at a multiple of 64 MB
"""


def arenas(how: str) -> int:
    """Of how many places a process's four threads have taken memory, the main one left out."""
    return int(subprocess.check_output([sys.executable, "-c", HOLDS, how]))


@LINUX
def test_threads_take_memory_from_one_place():
    assert arenas("one") == 0 < arenas("many")


def test_where_it_cannot_be_asked_nothing_happens(monkeypatch):
    def other(name: None) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(heap.ctypes, "CDLL", other)
    heap.use_one_arena()
    heap.give_back()


FREES = """
import numpy as np, psutil
from hyperscope.lab.machine.heap import LATER, Slack
slack, resident = Slack(), lambda: psutil.Process().memory_info().rss
kept = [np.ones(12_500) for _ in range(600)]  # 60 MB, in pieces that are not given back one by one
beyond = np.ones(12_500)
slack.look(60e6, 0.0)
kept = None
before = resident()
slack.look(0.0, 1.0)
slack.look(0.0, 1.0 + LATER)
print((before - resident()) // 1_000_000)
"""


@LINUX
def test_what_was_let_go_of_is_given_back():
    assert int(subprocess.check_output([sys.executable, "-c", FREES])) > 50


@pytest.fixture
def given(monkeypatch) -> list[None]:
    """What is given back, each time."""
    given: list[None] = []
    monkeypatch.setattr(heap, "give_back", lambda: given.append(None))
    return given


def test_memory_is_given_back_once_and_a_while_after_much_less_is_held(given):
    slack = heap.Slack()
    for second, held in enumerate((0.0, 30e6, 60e6, 50e6)):
        slack.look(held, second)  # grows, and wanders a little
    slack.look(10e6, 10.0)
    slack.look(12e6, 10.0 + heap.LATER / 2)
    assert not given
    slack.look(12e6, 10.0 + heap.LATER)
    slack.look(13e6, 100.0)
    assert len(given) == 1


def test_a_controller_gives_back_what_its_timeline_held(given, monkeypatch):
    monkeypatch.setattr(heap, "EASED", 1e5)
    monkeypatch.setattr(heap, "LATER", 0.0)
    controller = Controller(SMALL)
    controller.do(Advance("epoch"))
    while controller.busy or controller.trained.held < 2e5:
        if not controller.busy:
            controller.do(Advance("epoch"))
        controller.go_on(0.0)
    controller.look()
    assert not given
    controller.do(Restore(Trainer(SMALL).checkpoint()))
    controller.look()
    assert len(given) == 1
