"""The Batch norm lab in the real program on a virtual display: each view by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from patience import PATIENCE, settled

NORMED = Experiment(data=Data(points=150), network=Network(layers=(Layer(5, "tanh", "before"),) * 2))
GROUND, ACCENT = (255, 255, 255), (43, 108, 176)
MIDDLE = (300, 180, 1000, 460)  # of the leading picture
CARD = (1028, 120, 1280, 730)
FOOT = (820, 530, 1000, 630)  # of the last chart below it


@pytest.fixture
def opened() -> Experiment:
    return NORMED


def begun(start, tmp_path, qtbot):
    """The program with a small network, in the lab's microscope."""
    file = tmp_path / "normed.json"
    file.write_text(NORMED.to_json())
    program = start(str(file))
    program.stand_still()
    program.keys("ctrl+3")

    def there() -> bool:
        """Whether the lab's tab is underlined and its leading picture drawn."""
        picture = program.seen()
        line = abs(np.asarray(picture.crop((310, 43, 400, 46))).astype(int) - np.array(ACCENT)).max(axis=-1) < 12
        return bool(line.any()) and painted(picture, MIDDLE) > 1500 and painted(picture, FOOT) > 100

    qtbot.waitUntil(there, timeout=PATIENCE)
    settled(qtbot, lambda: program.seen().crop(CARD))  # the card's rows move together once they have all their words
    return program


def painted(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a box are no card's ground."""
    part = np.asarray(picture.crop(box)).astype(int)
    return int((abs(part - np.array(GROUND)).max(axis=-1) > 60).sum())


def in_lab(at, qtbot, find):
    """Where something of the lab lies in the window."""
    at(lambda window: window.show_lab("batch-norm", "microscope") or window)
    return settled(qtbot, lambda: at(lambda window: find(window.lab.page)))


def test_gamma_dragged_by_mouse_is_undone_by_keys(start, at, tmp_path, qtbot):
    program = begun(start, tmp_path, qtbot)
    settled(qtbot, lambda: program.seen().crop(MIDDLE))
    before = np.asarray(program.seen()).astype(int)
    track = in_lab(at, qtbot, lambda page: page.card.gamma.track)
    program.drag(QPoint(track.x() + 40, track.y()), QPoint(track.x() + 20, track.y()), QPoint(track.x() + 5, track.y()))

    def changed(box: tuple[int, int, int, int]) -> int:
        left, top, right, bottom = box
        gap = abs(np.asarray(program.seen()).astype(int) - before).max(axis=-1)
        return int((gap[top:bottom, left:right] > 60).sum())

    qtbot.waitUntil(lambda: changed(MIDDLE) > 800 and changed(CARD) > 300, timeout=PATIENCE)
    program.keys("ctrl+z")
    # where the slider stands, and its words: the picture's axis need not be the one before, as it shrinks with delay
    qtbot.waitUntil(lambda: changed(CARD) < 100, timeout=PATIENCE)


def test_every_view_is_reached_by_mouse_and_shows_something(start, at, tmp_path, qtbot):
    program = begun(start, tmp_path, qtbot)
    for title in ("Why it helps", "Shifting inputs", "When it hurts"):

        def word(window, title=title):
            window.show_lab("batch-norm", "microscope")
            return window.views.choice.word(title)

        program.click(at(word))
        qtbot.waitUntil(lambda: painted(program.seen(), (340, 130, 1000, 430)) > 3000, timeout=PATIENCE)
    program.keys("ctrl+1")
    qtbot.waitUntil(lambda: program.process.poll() is None, timeout=PATIENCE)


def test_the_data_that_move_are_reached_by_mouse_and_left_by_keys(start, at, tmp_path, qtbot):
    program = begun(start, tmp_path, qtbot)

    def word(window):
        window.show_lab("batch-norm", "microscope")
        return window.views.choice.word("Shifting inputs")

    def face(window):
        window.show_lab("batch-norm", "shift")
        return window.lab.page.of_shift.card.faces.buttons[1]

    program.click(at(word))
    button = settled(qtbot, lambda: at(face))

    def pressed() -> np.ndarray:
        """The two buttons that say what shifts."""
        left, top, right, bottom = button.x() - 150, button.y() - 12, button.x() + 50, button.y() + 12
        return np.asarray(program.seen().crop((left, top, right, bottom))).astype(int)

    settled(qtbot, lambda: pressed().tobytes())
    layers = pressed()

    def turned() -> float:
        """The share of the buttons' pixels that look otherwise than while the layers are looked at."""
        return float((abs(pressed() - layers).max(axis=-1) > 12).mean())

    program.click(button)
    program.move(QPoint(700, 700))
    qtbot.waitUntil(lambda: turned() > 0.3, timeout=PATIENCE)
    program.keys("Left")
    qtbot.waitUntil(lambda: turned() < 0.2, timeout=PATIENCE)
