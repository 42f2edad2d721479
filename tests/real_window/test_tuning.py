"""The Tuning lab in the real program on a virtual display: its wall fills by itself, and its views are there."""

from __future__ import annotations

import numpy as np

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from patience import PATIENCE

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
WALL = (262, 118, 866, 560)


def test_the_wall_fills_by_itself(start, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+2")

    def coloured() -> bool:
        """Whether a tenth of the wall is in the colours of maps, which no card has."""
        part = np.asarray(program.seen().crop(WALL)).astype(int)
        return float((part.max(axis=-1) - part.min(axis=-1) > 40).mean()) > 0.1

    qtbot.waitUntil(coloured, timeout=PATIENCE)
    program.keys("ctrl+1")
    qtbot.waitUntil(lambda: program.process.poll() is None, timeout=PATIENCE)
