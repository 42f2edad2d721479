"""Kills in every state that the window has: after that of a worker or a job it goes on, of its own nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

import hyperscope
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.library.library import Library
from hyperscope.lab.places import RUNS, home
from hyperscope.lab.worker.runner import Runner
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.window import Window
from patience import SECONDS
from soak import states
from soak.states import states as states_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a process is not stopped or killed there as it is here"),
]
GONE = 10.0  # s in which processes end that know themselves alone; one that is stopped does not
PARTS = 3  # that all states are tried in, each with a window and all its labs
TOGETHER = 3  # states in one run of the window's own kills, spread over all of them: each takes seconds


@pytest.mark.parametrize("part", range(PARTS))
def test_of_a_killed_worker_and_killed_jobs_the_window_goes_on_from_every_state(part: int, open_window, qtbot) -> None:
    window: Window = open_window(link=Runner, library=home() / RUNS, playing=True)
    session = window.session
    first, _ = window.shown_view
    for name, enter in list(states_of(window).items())[part::PARTS]:
        window.show_lab(first)
        enter()
        qtbot.wait(50)
        worker = session.worker_pid
        for child in psutil.Process().children():
            if "spawn_main" in words_of(child):  # the worker, and every job
                child.kill()
        qtbot.waitUntil(lambda worker=worker: session.worker_pid != worker and session._heard)
        assert session.worker_pid is not None, name
        close_what_is_over(window, qtbot)
    if session.twin is not None:
        session.end_twin("A")
    session.apply(Experiment())  # one of the states is a plane that was emptied, with nothing to train on
    session.play(True)
    before = session.status.step
    qtbot.waitUntil(lambda: session.status.step != before)


def test_a_job_that_was_killed_leaves_the_page_that_it_worked_for(open_window, qtbot) -> None:
    window: Window = open_window(link=Runner, playing=False)
    part = window.part(Presets)
    part.toggle()
    qtbot.waitUntil(lambda: part.gallery is not None and len(part.gallery.records) > 0)
    psutil.Process(part.gallery.pid).kill()
    qtbot.waitUntil(lambda: part.gallery is None or part.gallery.over)
    assert part.page is not None and part.page.isVisible()
    part.toggle()
    part.toggle()
    qtbot.waitUntil(lambda: part.gallery is not None and len(part.gallery.records) > 0)
    part.toggle()


def close_what_is_over(window: Window, qtbot) -> None:
    """Closes dialogs and pages, so that the next state is entered from the window."""
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible():
            widget.close()
    part = window.part(Presets)
    if part.page is not None and part.page.isVisible():
        part.toggle()
    qtbot.wait(10)


@contextmanager
def in_state(number: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The window in a process of its own, in one of its states, and what it says of that."""
    folders = [str(Path(hyperscope.__file__).parents[1]), str(Path(states.__file__).parents[1])]
    process = subprocess.Popen(
        [sys.executable, str(states.__file__), str(number)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders), "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            before: list[str] = []  # what Qt has to say of a platform without a screen
            for said in process.stdout:
                if said[:1].isdigit():
                    break
                before.append(said)
            else:
                pytest.fail("".join(before))
            yield process, said.strip()
        finally:
            process.kill()


def killed(process: subprocess.Popen[str], number: signal.Signals) -> list[psutil.Process]:
    """Ends it, and gives those of its family that stay."""
    every = psutil.Process(process.pid).children(recursive=True)
    family = [one for one in every if "resource_tracker" not in words_of(one)]  # which ends when all others have
    assert family, "there is at least the worker"
    process.send_signal(number)
    process.wait(SECONDS)
    return psutil.wait_procs(family, GONE)[1]


def words_of(process: psutil.Process) -> str:
    """Its command line, "" of one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_killed_window_leaves_no_process_and_a_library_that_can_be_read_in_every_state() -> None:
    number = step = 0
    whole = 1
    while number < whole:
        with in_state(number) as (process, said):
            whole = int(said.split()[0])
            assert killed(process, signal.SIGKILL) == [], said
        Library(home() / RUNS).runs()
        step = step or -(-whole // TOGETHER)
        number += step


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_window_whose_worker_is_gone_or_stopped_ends_with_its_process(number: signal.Signals) -> None:
    with in_state(0) as (process, _):
        children = psutil.Process(process.pid).children()
        spawned = [child for child in children if "spawn_main" in words_of(child)]
        worker = min(spawned, key=psutil.Process.create_time)  # the others are jobs of labs
        os.kill(worker.pid, number)
        family = killed(process, signal.SIGKILL)
        for one in family:  # one that is stopped cannot know that it is alone, until it goes on
            one.send_signal(signal.SIGCONT)
        assert psutil.wait_procs(family, SECONDS)[1] == []


def test_a_clock_that_is_set_back_stops_nothing_and_loses_no_run(
    open_window, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window: Window = open_window(library=home() / RUNS, playing=True)
    session = window.session
    now = time.time

    def a_run_is_kept(count: int) -> Callable[[], bool]:
        return lambda: len(Library(home() / RUNS).runs()) >= count

    qtbot.waitUntil(lambda: session.status.epoch > 3)
    qtbot.waitUntil(a_run_is_kept(1))
    monkeypatch.setattr(time, "time", lambda: now() - 40 * 24 * 3600)
    before = session.status.step
    window.do(session.restart)
    qtbot.waitUntil(lambda: session.status.step < before)
    session.play(True)
    qtbot.waitUntil(lambda: session.status.epoch > 3)
    qtbot.waitUntil(a_run_is_kept(2))
    assert len({one.id for one in Library(home() / RUNS).runs()}) == 2
