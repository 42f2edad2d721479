"""The Frameworks lab in the real program on a virtual display: a line lights its layer, code is run and measured."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from patience import PATIENCE

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(8), Layer(8))))
ACCENT = (43, 108, 176)
SKETCH = (590, 180, 1020, 400)
CODE = 200, range(300, 560, 12)  # a column of the window, and the heights that code is pointed at

SIDE_BY_SIDE = QPoint(90, 61)  # the word below the tabs
LOSSES = (60, 220, 510, 480)
CHOOSING = QPoint(300, 61)
STEPS = (640, 200, 1015, 270)  # the bars of our own step and NumPy's
BLUE = (51, 115, 184)  # of the first framework


def test_a_line_of_code_lights_its_layer_in_the_network(start, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+6")
    heights = iter(list(CODE[1]) * 1000)

    def lit() -> bool:
        program.move(QPoint(CODE[0], next(heights)))
        part = np.asarray(program.seen().crop(SKETCH)).astype(int)
        return int((abs(part - np.array(ACCENT)).max(axis=-1) < 12).sum()) > 400

    qtbot.waitUntil(lit, timeout=PATIENCE)


def test_the_code_of_numpy_is_run_by_side_by_side_and_its_step_is_a_bar_in_choosing(start, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+6")
    program.click(SIDE_BY_SIDE)

    def blue(room: tuple[int, int, int, int]) -> int:
        part = np.asarray(program.seen().crop(room)).astype(int)
        return int((abs(part - np.array(BLUE)).max(axis=-1) < 24).sum())

    qtbot.waitUntil(lambda: blue(LOSSES) > 300, timeout=PATIENCE)
    program.click(CHOOSING)
    qtbot.waitUntil(lambda: blue(STEPS) > 300, timeout=PATIENCE)
