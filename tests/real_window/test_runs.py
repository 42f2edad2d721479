"""The run library in the real program: what was trained is there, is starred, and comes back."""

from __future__ import annotations

from pathlib import Path

from hyperscope.lab.library.library import KeptRun, Library
from hyperscope.lab.library.store import Store
from hyperscope.lab.places import RUNS
from hyperscope.ui.style import PICKED, mixed
from hyperscope.ui.theme import LIGHT
from patience import PATIENCE

FOOT_OF_FIRST = (300, 181)  # a place in the first row of the list without words
WHITE = (255, 255, 255)


def runs(home: Path) -> list[KeptRun]:
    return Library(home / RUNS).runs()


def test_what_was_trained_before_a_restart_is_starred_and_reopened(start, at, home, qtbot):
    program = start("--theme", "light")
    qtbot.waitUntil(lambda: len(runs(home)) == 1, timeout=PATIENCE)
    program.keys("r")
    qtbot.waitUntil(lambda: len(runs(home)) == 2, timeout=PATIENCE)
    program.stand_still()
    first = runs(home)[1]
    program.click(at(lambda window: window.tabs.runs))
    chosen = mixed(LIGHT.card, LIGHT.accent, PICKED).getRgb()[:3]  # the ground of a row
    qtbot.waitUntil(lambda: program.seen().getpixel(FOOT_OF_FIRST) == chosen, timeout=PATIENCE)
    program.keys("Down", "s")
    qtbot.waitUntil(lambda: [run.star for run in runs(home)] == [0, 1], timeout=PATIENCE)
    program.keys("Return")
    qtbot.waitUntil(lambda: program.seen().getpixel(FOOT_OF_FIRST) not in (chosen, WHITE), timeout=PATIENCE)
    program.keys("e")  # an epoch more is a run of its own, which begins with all of the first
    qtbot.waitUntil(lambda: len(runs(home)) == 3, timeout=PATIENCE)
    assert first.steps < runs(home)[0].steps <= first.steps + 150
    program.keys("ctrl+q")
    assert program.end() == 0
    assert program.process.stderr.read() == ""


def test_a_program_that_is_killed_leaves_its_run_and_a_sound_file(start, home, qtbot):
    program = start()
    qtbot.waitUntil(lambda: len(runs(home)) == 1, timeout=PATIENCE)
    program.process.kill()
    program.end()
    store = Store(home / RUNS)
    store.check()
    assert len(runs(home)) == 1 and store.notice == ""
