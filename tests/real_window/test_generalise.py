"""The Generalise lab in the real program on a virtual display, by mouse and keys."""

from __future__ import annotations

import numpy as np
from PIL import Image

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from patience import PATIENCE

SMALL = Experiment(data=Data(source="moons", classes=2, points=60, noise=0.3), network=Network(layers=(Layer(4),)))
BLUE = (51, 115, 184)  # of bars of what helps, and of the dev error


def coloured(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a box are neither grey nor white."""
    part = np.asarray(picture.crop(box)).astype(int)
    return int((part.max(axis=-1) - part.min(axis=-1) > 25).sum())


def test_errors_and_remedies_come_up_by_themselves_and_each_view_by_mouse(start, at, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+5")

    def blue(box: tuple[int, int, int, int]) -> int:
        part = np.asarray(program.seen().crop(box)).astype(int)
        return int((abs(part - np.array(BLUE)).max(axis=-1) < 40).sum())

    qtbot.waitUntil(lambda: blue((20, 130, 420, 450)) > 300 and blue((560, 130, 1000, 450)) > 300, timeout=PATIENCE)
    for title, box, least in (
        ("Regularise", (240, 190, 560, 420), 3000),
        ("Data", (240, 190, 760, 460), 500),  # the rims of the points and of their copies
        ("Depth", (100, 180, 700, 700), 10_000),
        ("Cost surface", (30, 150, 360, 470), 10_000),
    ):

        def word(window, title=title):
            window.show_lab("generalise", "bias-and-variance")
            return window.views.choice.word(title)

        before = program.seen().crop(box).tobytes()
        program.click(at(word))
        qtbot.waitUntil(lambda box=box, before=before: program.seen().crop(box).tobytes() != before, timeout=PATIENCE)
        qtbot.waitUntil(lambda box=box, least=least: coloured(program.seen(), box) > least, timeout=PATIENCE)
    program.keys("ctrl+1")
    qtbot.waitUntil(lambda: program.process.poll() is None, timeout=PATIENCE)
