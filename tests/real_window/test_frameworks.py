"""The Frameworks lab in the real program on a virtual display: a line pointed at lights its layer, and code is run."""

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


def test_the_code_of_numpy_is_run_when_side_by_side_is_shown(start, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+6")
    program.click(SIDE_BY_SIDE)

    def drawn() -> bool:
        part = np.asarray(program.seen().crop(LOSSES)).astype(int)
        return int((abs(part - np.array(BLUE)).max(axis=-1) < 24).sum()) > 300

    qtbot.waitUntil(drawn, timeout=PATIENCE)
