"""The Softmax lab in the real program on a virtual display: every view by mouse, a border and an arrow by hand."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QAbstractButton

from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import LABS
from patience import PATIENCE

FLAT = Experiment(data=Data(source="blobs", points=150, classes=4), network=Network(layers=()))
ACCENT = (43, 108, 176)
BODY = (20, 150, 1260, 700)
VIEWS = ("On the plane", "A mini-batch", "Confidence", "Many classes and reuse")


def body(program) -> np.ndarray:
    """The pixels of the page."""
    return np.asarray(program.seen().crop(BODY)).astype(int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that are clearly others."""
    return float((abs(one - other).max(axis=-1) > 60).mean())


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
