"""What every test stands on: files and settings of its own, and a check that it leaves nothing running behind."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything imports Qt, which reads them when the application starts.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if sys.platform.startswith("linux") and not os.environ.get("XDG_RUNTIME_DIR"):
    _runtime = tempfile.TemporaryDirectory(prefix="hyperscope-runtime-")  # Qt warns where there is none
    os.environ["XDG_RUNTIME_DIR"] = _runtime.name

import numpy  # noqa: F401 - so that its threads can be limited
import psutil
import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from patience import PATIENCE, SECONDS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


# How long an example takes says how busy the machine is; half as many as usual, where a test does not say how many,
# since there are some hundreds of such tests. What CI says is to follow from what it is given: there the examples are
# the same each time, elsewhere new ones are drawn.
settings.register_profile(
    "patient",
    deadline=None,
    max_examples=50,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Takes what all tests share out of the garbage collector's way, which else goes through it after every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Lets NumPy's products run on one thread: more of them only make each wait for the others, and for other tests."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder in which this test's settings, runs and other files are kept."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HYPERSCOPE_HOME", str(folder))
    # Should something pass HYPERSCOPE_HOME by, then at least it does not reach the person's own files.
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / name.lower()))
    if core := sys.modules.get("PySide6.QtCore"):
        for kind in (core.QSettings.Format.NativeFormat, core.QSettings.Format.IniFormat):
            core.QSettings.setPath(kind, core.QSettings.Scope.UserScope, str(folder / "qt"))
    return folder


@pytest.fixture(autouse=True)
def leaves_nothing_behind() -> Iterator[None]:
    """Fails a test that leaves a process, a thread that is no daemon, or a top-level widget; ends such processes."""
    processes, threads, widgets = _processes(), _threads(), _widgets()
    yield
    left = [f"thread {thread.name}" for thread in _ended_threads(threads)]
    left += [f"process {command}" for command in _ended_processes(processes)]
    left += [f"widget {description}" for description in _closed_widgets(widgets)]
    if left:
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Qt's robot, as patient as all that waits here unless it is told otherwise."""
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture(scope="session")
def xvfb() -> Iterator[str]:
    """The $DISPLAY of an X server of its own that no person sees, as large as a usual window with its title bar."""
    if not sys.platform.startswith("linux"):
        pytest.skip("X11 is what windows are shown on only on Linux")
    # a number of our own: left to choose, two servers that start at once may take the same one
    display = f":{random.randrange(100, 60000)}"
    # without -noreset it starts anew whenever its last window closes, and refuses whoever comes meanwhile
    command = ["Xvfb", display, "-displayfd", "1", "-screen", "0", "1280x836x24", "-nolisten", "tcp", "-noreset"]
    try:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        pytest.fail("Xvfb is missing; packaging/check.py installs it", pytrace=False)
    with server:
        assert server.stdout is not None
        try:
            number = server.stdout.readline().strip()  # written once the server takes connections
            assert number, "Xvfb ended at once"
            yield f":{number}"
        finally:
            server.terminate()


def _processes() -> set[psutil.Process]:
    listed = Path("/proc/self/task", str(threading.main_thread().native_id), "children")
    if not listed.exists():  # where a system keeps no such list, all its processes are looked through
        return set(psutil.Process().children(recursive=True))
    found, unseen = set(), [os.getpid()]
    while unseen:
        for children in Path(f"/proc/{unseen.pop()}/task").glob("*/children"):
            with suppress(OSError, psutil.Error):  # one that ends meanwhile is none
                numbers = [int(number) for number in children.read_text().split()]
                found |= {psutil.Process(number) for number in numbers}
                unseen += numbers
    return found


def _ended_processes(before: set[psutil.Process]) -> list[str]:
    """The command lines of the processes not in `before` that would not end in time; they are ended now."""
    new = [process for process in _processes() - before if not _is_tracker(process)]
    _, left = psutil.wait_procs(new, timeout=SECONDS)
    left = [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    commands = [_command(process) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=SECONDS)
    return commands


def _is_tracker(process: psutil.Process) -> bool:
    # multiprocessing starts one for all later children and keeps it as long as Python runs.
    return "resource_tracker" in _command(process)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return str(process.pid)


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def _ended_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    new = [thread for thread in _threads() - before if not thread.daemon]
    for thread in new:
        thread.join(SECONDS)
    return [thread for thread in new if thread.is_alive()]


def _widgets() -> set[int]:
    """The addresses of the top-level widgets; empty while there is no Qt application."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    application = widgets and widgets.QApplication.instance()
    return {_address(widget) for widget in application.topLevelWidgets()} if application else set()


def _closed_widgets(before: set[int]) -> list[str]:
    """Descriptions of the top-level widgets that are not in `before`, once Qt and Python have cleared up."""
    widgets, core = sys.modules.get("PySide6.QtWidgets"), sys.modules.get("PySide6.QtCore")
    if widgets is None or core is None or not _widgets() - before:
        return []
    for clear_up in (lambda: None, gc.collect, gc.collect):  # going through all that Python holds takes longest
        clear_up()
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        if not _widgets() - before:
            return []
    found = [widget for widget in widgets.QApplication.topLevelWidgets() if _address(widget) not in before]
    described = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in found]
    for widget in found:
        widget.close()
        widget.deleteLater()
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    return described


def _address(widget: object) -> int:
    import shiboken6

    return int(shiboken6.getCppPointer(widget)[0])
