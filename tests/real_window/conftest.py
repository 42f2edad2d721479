"""The real program on a virtual display, and what a person does to it with mouse and keys."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageGrab
from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import hyperscope
from hyperscope.lab.experiment.experiment import Experiment, from_json
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import LIGHT
from hyperscope.ui.window import Window
from patience import PATIENCE, SECONDS

SOURCE = str(Path(hyperscope.__file__).parents[1])
Where = Callable[..., QPoint]
BETWEEN = 100  # ms between two looks at the program


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two colours look the same."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 2


@dataclass
class Program:
    """The running program, its window's number, and what a person does to it."""

    process: subprocess.Popen[str]
    display: str
    home: Path
    window: str = ""

    def xdotool(self, *words: object) -> str:
        done = self._xdotool(*words)
        assert not done.returncode, f"xdotool {' '.join(map(str, words))}: {done.stderr}{self._whether_it_runs()}"
        return done.stdout.strip()

    def _xdotool(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["xdotool", *map(str, words)],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=PATIENCE / 1000,
        )

    def _whether_it_runs(self) -> str:
        code = self.process.poll()
        return "the program runs" if code is None else f"the program ended with {code}"

    def focus(self, number: str = "") -> None:
        """Gives the window, or that of this number, the keyboard, which a busy display may refuse for a moment."""
        ends = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < ends:
            if not self._xdotool("windowfocus", "--sync", number or self.window).returncode:
                return
            time.sleep(BETWEEN / 1000)
        pytest.fail(f"the window takes no keyboard; {self._whether_it_runs()}", pytrace=False)

    def has_ended_or_window(self) -> bool:
        """Whether there is a window to be seen, whose number is noted, or never will be one."""
        command = ["xdotool", "search", "--onlyvisible", "--name", "^Hyperscope$"]
        found = subprocess.run(command, env={**os.environ, "DISPLAY": self.display}, capture_output=True, text=True)
        self.window = (found.stdout.split() or [""])[0]
        return bool(self.window) or self.process.poll() is not None

    def keys(self, *keys: str) -> None:
        """Presses keys in the window, named as xdotool names them, e.g. "ctrl+z"."""
        self.focus()
        self.xdotool("key", "--clearmodifiers", *keys)

    def stand_still(self) -> None:
        """Ends training with one mini-batch more; the key for a pause would begin it anew where it already rests."""
        self.keys("b")

    def answer(self, qtbot: QtBot, title: str, key: str) -> None:
        """Presses a key in the dialog of this title, once it has come."""
        search = ("search", "--onlyvisible", "--name", f"^{title}$")
        environment = {**os.environ, "DISPLAY": self.display}

        def come() -> bool:
            found = subprocess.run(["xdotool", *search], env=environment, capture_output=True, text=True)
            return bool(found.stdout.strip())

        def gone() -> bool:
            if not come():
                return True
            # again: what it asks for may not have been ready yet; and it may be gone before it has the keyboard
            words = ["xdotool", *search, "windowfocus", "key", "--clearmodifiers", key]
            subprocess.run(words, env=environment, capture_output=True)
            qtbot.wait(500)
            return False

        qtbot.waitUntil(come, timeout=PATIENCE)
        qtbot.waitUntil(gone, timeout=PATIENCE)

    def type(self, words: str) -> None:
        self.focus()
        self.xdotool("type", words)

    def move(self, at: QPoint) -> None:
        """Moves the pointer to a place in the window."""
        self.xdotool("mousemove", "--window", self.window, at.x(), at.y())

    def click(self, at: QPoint, button: int = 1) -> None:
        self.move(at)
        self.xdotool("click", button)

    def drag(self, *places: QPoint, button: int = 1) -> None:
        """Presses at the first place, moves over the others and lets go at the last."""
        self.move(places[0])
        self.xdotool("mousedown", button)
        for place in places[1:]:
            self.move(place)
        self.xdotool("mouseup", button)

    def seen(self) -> Image.Image:
        """What is on the display."""
        return ImageGrab.grab(xdisplay=self.display).convert("RGB")

    def holds(self, button: QPoint) -> bool:
        """Whether the button around a place is drawn as held down, in the light theme."""
        held = mixed(LIGHT.control, LIGHT.accent, 0.16).getRgb()[:3]
        box = self.seen().crop((button.x() - 8, button.y() - 8, button.x() + 8, button.y() + 8))
        return any(count > 20 and near(colour, held) for count, colour in box.getcolors(1 << 16))

    @property
    def experiment(self) -> Experiment | None:
        """What the program has kept for its next start."""
        try:
            return from_json((self.home / "last-experiment.json").read_bytes())
        except OSError:
            return None

    @property
    def worker(self) -> psutil.Process:
        """The training process."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if "spawn_main" in " ".join(child.cmdline()))

    def end(self) -> int:
        """Waits until the program has ended; returns its exit code."""
        return self.process.wait(PATIENCE / 1000)


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Qt's robot, which looks ten times a second here: looking at a display takes time from who draws on it."""
    wait_until = qtbot.waitUntil

    def seldom(callback: Callable[[], bool | None], **named: int) -> None:
        def look() -> bool | None:
            try:
                found = callback()
            except AssertionError:
                qtbot.wait(BETWEEN)
                raise
            if found is False:
                qtbot.wait(BETWEEN)
            return found

        wait_until(look, **named)

    qtbot.waitUntil = seldom
    return qtbot


@pytest.fixture
def start(xvfb, home, tmp_path, qtbot) -> Iterator:
    """Starts the program with some words and waits for its window and its first picture; ends it after the test."""
    programs: list[Program] = []

    def start_one(*words: str) -> Program:
        process = subprocess.Popen(
            [sys.executable, "-m", "hyperscope", *words],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": SOURCE,
                "PYTHONUTF8": "1",
                "DISPLAY": xvfb,
                "WAYLAND_DISPLAY": "",
                "QT_QPA_PLATFORM": "xcb",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        program = Program(process, xvfb, home)
        programs.append(program)
        qtbot.waitUntil(program.has_ended_or_window, timeout=PATIENCE)
        if process.poll() is not None:
            pytest.fail(f"the program ended with {process.returncode}: {process.stderr.read()}", pytrace=False)
        qtbot.waitUntil(lambda: len(program.seen().getcolors(1 << 24)) > 2000, timeout=PATIENCE)
        return program

    yield start_one
    for program in programs:
        with program.process as process:
            if process.poll() is None:
                process.terminate()


@pytest.fixture
def opened() -> Experiment:
    """The experiment that `at` has open; for a test whose program opens another one, that one."""
    return Experiment()


@pytest.fixture
def at(qapp, opened) -> Iterator[Where]:
    """Says where things lie in the window at its usual size: `at(find, x, y)`, x and y being shares of a widget.

    `find` gets a window of the experiment `opened` and gives the widget, or the widget and a QPoint in it.
    """
    palette = QPalette(qapp.palette())
    window = Window(Session(opened, playing=False, link=InProcess), "light", Remembered(forgetful=True))
    window.resize(1280, 800)
    window.show()
    QCoreApplication.processEvents()

    def where(find: Callable[[Window], QWidget | tuple[QWidget, QPoint]], x: float = 0.5, y: float = 0.5) -> QPoint:
        found = find(window)
        if isinstance(found, tuple):
            return found[0].mapTo(window, found[1])
        return found.mapTo(window, QPoint(round(x * found.width()), round(y * found.height())))

    yield where
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
