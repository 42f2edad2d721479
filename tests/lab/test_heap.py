"""What a process holds that has freed memory, and what asking for less of it does where that cannot be asked."""

import subprocess
import sys

import pytest

from hyperscope.lab.machine import heap

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
