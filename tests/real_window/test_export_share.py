"""Exporting and sharing in the real program, by keyboard and mouse alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QPalette

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.ui.export.dialog import ExportDialog
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE


def named(program, name: str) -> str:
    """The number of the program's window of this name that can be seen, "" if there is none."""
    command = ["xdotool", "search", "--onlyvisible", "--name", f"^{name}$"]
    found = subprocess.run(command, env={**os.environ, "DISPLAY": program.display}, capture_output=True, text=True)
    return (found.stdout.split() or [""])[0]


def focused(program, qtbot, name: str) -> str:
    """Waits for a dialog and gives it the keyboard, as a window manager would."""
    qtbot.waitUntil(lambda: bool(named(program, name)), timeout=PATIENCE)
    number = named(program, name)
    program.focus(number)
    return number


@pytest.fixture
def field(qapp) -> Iterator[QPoint]:
    """Where the file's name stands in the dialog."""
    palette = QPalette(qapp.palette())
    window = Window(Session(playing=False, link=InProcess), "light", Remembered(forgetful=True))
    dialog = ExportDialog(window, window.theme, Path("."))
    dialog.show()
    QCoreApplication.processEvents()
    yield dialog.path.mapTo(dialog, QPoint(dialog.path.width() - 12, dialog.path.height() // 2))
    dialog.close()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)


def test_a_picture_is_saved_where_it_was_typed_to(start, field, qtbot, tmp_path):
    program = start()
    program.keys("ctrl+e")
    dialog = focused(program, qtbot, "Export")
    program.xdotool("mousemove", "--window", dialog, field.x(), field.y(), "click", "1")
    program.xdotool("key", "--clearmodifiers", "ctrl+a")
    program.xdotool("type", str(tmp_path / "mine.png"))
    program.xdotool("key", "Return")
    qtbot.waitUntil((tmp_path / "mine.png").exists, timeout=PATIENCE)
    with Image.open(tmp_path / "mine.png") as picture:
        assert picture.size == (840, 1020) and len(picture.convert("RGB").getcolors(1 << 24)) > 500


def test_a_session_is_copied_pasted_and_opened(start, at, qtbot):
    corners = (at(lambda window: window.words.message, x, y) for x, y in ((0.05, 0.1), (0.95, 0.9)))
    message = tuple(value for corner in corners for value in (corner.x(), corner.y()))
    program = start()
    program.keys("n", "n")
    qtbot.waitUntil(lambda: program.experiment is not None and program.experiment.seed == 3, timeout=PATIENCE)
    before = program.seen().crop(message)
    program.keys("ctrl+shift+c")
    qtbot.waitUntil(lambda: program.seen().crop(message) != before, timeout=PATIENCE)  # it says that it is copied
    program.keys("n")
    qtbot.waitUntil(lambda: program.experiment.seed == 4, timeout=PATIENCE)
    program.keys("ctrl+v")
    focused(program, qtbot, "Share")
    program.xdotool("key", "--clearmodifiers", "ctrl+Return")

    def opened() -> bool:
        if named(program, "Share"):
            program.xdotool("key", "--clearmodifiers", "ctrl+Return")  # until what was pasted is understood
        return program.experiment.seed == 3

    qtbot.waitUntil(opened, timeout=PATIENCE)
    program.keys("ctrl+q")
    assert (program.end(), program.process.stderr.read()) == (0, "")
    assert program.experiment == Experiment(seed=3)
