"""The real program on a virtual display, worked with mouse and keys as a person does, and looked at from outside."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PIL import ImageGrab
from PySide6.QtCore import QPoint

import hyperscope
from hyperscope.lab.experiment.data import FILE
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.resources import asset
from patience import PATIENCE

SOON = 3.0  # s; what should take one, on a busy machine
RATE = "training.learning_rate"
SOURCE = str(Path(hyperscope.__file__).parents[1])


def ask_to_close(display: str, window: str) -> None:
    """What a window manager sends when a window's cross is pressed; here no window manager runs."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]

    class ClientMessage(ctypes.Structure):
        _fields_ = (
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5),
            ("room", ctypes.c_long * 24),  # XEvent is a union; the library reads all of it
        )

    to = x11.XOpenDisplay(display.encode())
    assert to, f"the display {display} does not answer"
    event = ClientMessage(type=33, window=int(window), format=32)
    event.message_type = x11.XInternAtom(to, b"WM_PROTOCOLS", 0)
    event.data[0] = x11.XInternAtom(to, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(to, int(window), 0, 0, ctypes.byref(event))
    x11.XCloseDisplay(to)


def busy(process: psutil.Process) -> float:
    """Seconds of the processor that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


# -- seen and worked --------------------------------------------------------------------------------------------------


def test_a_window_appears_and_a_network_trains_in_it(start, qtbot):
    program = start()
    used = busy(program.worker)
    qtbot.waitUntil(lambda: busy(program.worker) > used + 0.2, timeout=PATIENCE)


def test_the_window_has_its_usual_size(start):
    program = start()
    assert "1280x800" in program.xdotool("getwindowgeometry", program.window)


def test_dragging_the_slider_changes_the_learning_rate(start, at, qtbot):
    program = start()

    def on_track(share: float) -> QPoint:
        def place(window):
            track = window.lab.page.hyperparameters.controls[RATE].track
            return track, QPoint(round(track.x_at(share)), 8)

        return at(place)

    program.drag(*map(on_track, (0.57, 0.6, 0.65, 0.7, 0.75)))
    let_go = pytest.approx(10 ** (-6 + 7 * 0.75), rel=0.15)  # what is kept on the way is where the drag was then
    qtbot.waitUntil(
        lambda: program.experiment is not None and program.experiment.training.learning_rate == let_go,
        timeout=PATIENCE,
    )


def test_a_typed_learning_rate_is_taken(start, at, qtbot):
    program = start()
    program.click(at(lambda window: window.lab.page.hyperparameters.controls[RATE].entry, 0.9))
    program.type("0.25")
    program.keys("Return")
    qtbot.waitUntil(lambda: program.experiment is not None, timeout=PATIENCE)
    assert program.experiment.training.learning_rate == 0.25


def test_n_and_control_z_start_anew_and_take_it_back(start, qtbot):
    program = start()
    program.keys("n", "n")
    qtbot.waitUntil(lambda: program.experiment is not None and program.experiment.seed == 3, timeout=PATIENCE)
    program.keys("ctrl+z")
    qtbot.waitUntil(lambda: program.experiment.seed == 2, timeout=PATIENCE)


def test_space_stops_the_training(start, tmp_path, qtbot):
    slow = tmp_path / "slow.json"  # too slow to have learned, and to rest, before the key is pressed
    slow.write_text(changed(Experiment(), RATE, 1e-6).to_json(), encoding="utf-8")
    program = start(str(slow))
    program.keys("space")
    used: list[float] = []

    def calm() -> bool:
        qtbot.wait(300)
        used.append(busy(program.worker))
        return len(used) > 1 and used[-1] - used[-2] < 0.1

    qtbot.waitUntil(calm, timeout=PATIENCE)


def test_a_key_changes_the_theme(start, qtbot, xvfb):
    program = start("--theme", "light")
    light = ImageGrab.grab(xdisplay=xvfb).getpixel((2, 400))
    program.keys("ctrl+t")
    qtbot.waitUntil(lambda: sum(ImageGrab.grab(xdisplay=xvfb).getpixel((2, 400))) < sum(light) / 4, timeout=PATIENCE)


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_table_on_the_command_line_is_opened(start, qtbot):
    iris = str(asset("datasets/iris.csv"))
    program = start(iris)
    program.answer(qtbot, "Open a table", "Return")
    program.keys("ctrl+q")
    assert program.end() == 0
    assert (program.experiment.data.source, program.experiment.data.file) == (FILE, iris)


def test_a_table_that_cannot_be_trained_on_opens_the_window_all_the_same(start, qtbot, tmp_path):
    (tmp_path / "gaps.csv").write_text("a,b,class\n1,NA,x\n2,3,y\n" * 20, encoding="utf-8")
    program = start("gaps.csv")
    program.answer(qtbot, "Open a table", "Escape")
    program.keys("ctrl+q")
    assert program.end() == 0
    assert program.experiment == Experiment()


def test_an_experiment_on_the_command_line_is_opened(start, tmp_path):
    (tmp_path / "mine.json").write_text(Experiment(seed=42).to_json(), encoding="utf-8")
    program = start("mine.json")
    program.keys("ctrl+q")
    assert program.end() == 0
    assert program.experiment.seed == 42


# -- the end ----------------------------------------------------------------------------------------------------------


def test_closing_the_window_leaves_no_process(start, xvfb):
    program = start()
    family = psutil.Process(program.process.pid).children(recursive=True)
    ask_to_close(xvfb, program.window)
    assert program.end() == 0
    assert psutil.wait_procs(family, SOON)[1] == []
    assert program.process.stderr.read() == ""


def test_a_killed_window_takes_its_worker_with_it(start):
    program = start()
    family = psutil.Process(program.process.pid).children(recursive=True)
    program.process.kill()
    assert psutil.wait_procs(family, SOON)[1] == []


def test_an_interrupt_from_the_terminal_closes_the_window(start):
    program = start()
    family = psutil.Process(program.process.pid).children(recursive=True)
    program.process.send_signal(signal.SIGINT)
    program.end()
    assert psutil.wait_procs(family, SOON)[1] == []
    assert "Traceback" not in program.process.stderr.read()


def test_a_killed_worker_is_replaced(start, qtbot):
    program = start()
    lost = program.worker
    lost.kill()

    def another_is_there() -> bool:
        try:
            children = psutil.Process(program.process.pid).children()
            commands = {child.pid: " ".join(child.cmdline()) for child in children}
        except psutil.NoSuchProcess:  # one ended while it was looked at
            return False
        return any("spawn_main" in command and pid != lost.pid for pid, command in commands.items())

    qtbot.waitUntil(another_is_there, timeout=PATIENCE)


# -- without a display ------------------------------------------------------------------------------------------------


def without(display: str, folder: Path) -> subprocess.Popen[str]:
    """The program, told of this display."""
    return subprocess.Popen(
        [sys.executable, "-m", "hyperscope"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": SOURCE,
            "PYTHONUTF8": "1",
            "DISPLAY": display,
            "WAYLAND_DISPLAY": "",
            "QT_QPA_PLATFORM": "",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_without_a_display_pictures_are_written_instead(tmp_path):
    with without(":98765", tmp_path) as program:
        said, complaint = program.communicate(timeout=600)
    assert (program.returncode, complaint) == (0, "")
    assert "display" in said.splitlines()[0] and "hyperscope-pictures" in said.splitlines()[0]
    written = tmp_path / "hyperscope-pictures"
    assert (written / "training.gif").stat().st_size > 10_000
    assert list((written / "screens").glob("*.png"))


@pytest.mark.slow
def test_without_any_display_it_says_so_and_begins_to_write(tmp_path):
    with without("", tmp_path) as program:
        assert program.stdout is not None
        said = program.stdout.readline()
        program.kill()
    assert "display" in said and "hyperscope-pictures" in said
