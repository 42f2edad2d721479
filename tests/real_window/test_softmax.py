"""The Softmax lab in the real program on a virtual display: every view by mouse, a border and an arrow by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton

from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import LABS
from hyperscope.ui.labs.softmax.planing import Planing
from patience import PATIENCE, settled

FLAT = Experiment(data=Data(source="blobs", points=150, classes=4), network=Network(layers=()))
ACCENT = (43, 108, 176)
BODY = (20, 150, 1260, 700)
VIEWS = ("On the plane", "A mini-batch", "Confidence", "Many classes and reuse")


@pytest.fixture
def opened() -> Experiment:
    return FLAT


def body(program) -> np.ndarray:
    """The pixels of the page."""
    return np.asarray(program.seen().crop(BODY)).astype(int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that are clearly others."""
    return float((abs(one - other).max(axis=-1) > 30).mean())


def begun(start, at, tmp_path, qtbot):
    """The program with a softmax regression, in the lab, not training."""
    file = tmp_path / "flat.json"
    file.write_text(FLAT.to_json())
    program = start(str(file))
    program.keys("space")
    program.keys(f"ctrl+{[entry.name for entry in LABS].index('softmax') + 1}")

    def tab(window):
        return next(one for one in window.tabs.findChildren(QAbstractButton) if one.text() == "Softmax")

    x = at(tab).x()

    def there() -> bool:
        """Whether the lab's tab is underlined."""
        line: Image.Image = program.seen().crop((x - 15, 40, x + 15, 48))
        return bool((abs(np.asarray(line).astype(int) - np.array(ACCENT)).max(axis=-1) < 12).any())

    qtbot.waitUntil(there, timeout=PATIENCE)
    return program


def test_every_view_of_softmax_is_reached_by_mouse_and_shows_something_else(start, at, tmp_path, qtbot):
    program = begun(start, at, tmp_path, qtbot)
    for title in VIEWS:

        def word(window, title=title):
            window.show_lab("softmax", "workbench")
            return window.views.choice.word(title)

        before = body(program)
        program.click(at(word))
        qtbot.waitUntil(lambda before=before: apart(before, body(program)) > 0.02, timeout=PATIENCE)
    program.keys("ctrl+1")
    qtbot.waitUntil(lambda: program.process.poll() is None, timeout=PATIENCE)


def taken_back(program, qtbot, place: QPoint, by: QPoint, seen: Callable[[], np.ndarray]) -> None:
    """Drags what lies at a place and presses Escape before it is let go: what is `seen` is as it was."""
    before = seen()
    program.move(place)
    program.xdotool("mousedown", 1)
    program.move(place + by / 2)
    program.move(place + by)
    qtbot.waitUntil(lambda: apart(before, seen()) > 0.01, timeout=PATIENCE)
    program.xdotool("key", "Escape")  # cleared of modifiers, as other keys are, it would let the button go first
    qtbot.waitUntil(lambda: apart(before, seen()) < 0.005, timeout=PATIENCE)
    program.xdotool("mouseup", 1)


def dragged(program, qtbot, place: QPoint, by: QPoint, seen: Callable[[], np.ndarray]) -> None:
    """Drags what lies at a place, after which something else is `seen`."""
    before = seen()
    program.drag(place, place + by / 2, place + by)
    qtbot.waitUntil(lambda: apart(before, seen()) > 0.01, timeout=PATIENCE)


def test_a_bar_is_dragged_by_mouse_unless_escape_takes_it_back(start, at, tmp_path, qtbot):
    program = begun(start, at, tmp_path, qtbot)

    windows = []
    at(lambda window: windows.append(window) or window)
    windows[0].show_lab("softmax", "workbench")
    bars = windows[0].lab.page.workbench.bars
    qtbot.waitUntil(lambda: len(bars.grips) > 1, timeout=PATIENCE)
    place = settled(qtbot, lambda: at(lambda _: bars.grips[1]))
    settled(qtbot, lambda: body(program).tobytes())
    taken_back(program, qtbot, place, QPoint(0, -80), lambda: body(program))
    dragged(program, qtbot, place, QPoint(0, -80), lambda: body(program))


def test_an_arrow_and_a_border_are_dragged_by_mouse(start, at, tmp_path, qtbot, monkeypatch):
    monkeypatch.setattr(Planing, "run", lambda self: None)  # of the window here: the program trains them
    program = begun(start, at, tmp_path, qtbot)
    windows = []
    at(lambda window: windows.append(window) or window)
    window = windows[0]
    window.show_lab("softmax", "plane")
    plane = window.lab.page.plane
    qtbot.waitUntil(lambda: plane.found is not None and window.up_to_date, timeout=PATIENCE)
    middle = plane.found.place(np.zeros((2, 1)))[:, 0].tolist()
    origin = settled(qtbot, lambda: at(lambda _: (plane.map, plane.map.picture.pixel(*middle).toPoint())))

    def seen() -> np.ndarray:
        """The map around the origin of W."""
        x, y = origin.x(), origin.y()
        return np.asarray(program.seen().crop((x - 100, y - 100, x + 100, y + 100))).astype(int)

    program.click(at(lambda window: window.views.choice.word("On the plane")))
    program.stand_still()
    settled(qtbot, lambda: seen().tobytes())
    trained = seen()
    program.click(at(lambda _: plane.parameters.zero))
    qtbot.waitUntil(lambda: apart(trained, seen()) > 0.05, timeout=PATIENCE)
    settled(qtbot, lambda: seen().tobytes())
    taken_back(program, qtbot, origin, QPoint(90, 0), seen)
    # all arrows end at the origin; the first is drawn to the right, so that its borders stand upright there
    dragged(program, qtbot, origin, QPoint(90, 0), seen)
    dragged(program, qtbot, origin + QPoint(0, 70), QPoint(50, 0), seen)
