"""The Tuning lab in the real program on a virtual display: its wall fills by itself, and its views are there."""

from __future__ import annotations

import numpy as np

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from patience import PATIENCE

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
WALL = (262, 118, 866, 560)
CAVIAR = (770, 115, 1260, 480)
SETTINGS = (360, 560, 1260, 750)
LUCK = (300, 260, 1260, 400)  # where B's networks lie
MANY = (600, 630, 1260, 750)


def test_the_wall_fills_by_itself_and_each_view_by_mouse(start, at, tmp_path, qtbot):
    file = tmp_path / "small.json"
    file.write_text(SMALL.to_json())
    program = start(str(file))
    program.keys("ctrl+2")

    def coloured(box: tuple[int, int, int, int], share: float) -> bool:
        """Whether so much of it is in the colours of maps and charts, which no card has."""
        part = np.asarray(program.seen().crop(box)).astype(int)
        return float((part.max(axis=-1) - part.min(axis=-1) > 40).mean()) > share

    qtbot.waitUntil(lambda: coloured(WALL, 0.1), timeout=PATIENCE)
    qtbot.waitUntil(lambda: coloured(MANY, 0.01), timeout=PATIENCE)  # the best trials' lines

    def table(window):
        window.show_lab("tuning", "wall")
        return window.lab.page.wall.many.faces.word("table")

    program.click(at(table))
    qtbot.waitUntil(lambda: not coloured(MANY, 0.01), timeout=PATIENCE)
    rows = np.asarray(program.seen().crop(MANY).convert("L")) < 120
    assert rows.any(axis=1).sum() > 30  # pixels high, of figures
    views = (("Panda or caviar", CAVIAR, 0.1), ("Does it transfer?", SETTINGS, 0.001), ("Luck", LUCK, 0.001))
    for title, box, share in views:

        def word(window, title=title):
            window.show_lab("tuning", "grid-or-random")
            return window.views.choice.word(title)

        program.click(at(word))
        qtbot.waitUntil(lambda box=box, share=share: coloured(box, share), timeout=PATIENCE)
    program.keys("ctrl+1")
    qtbot.waitUntil(lambda: program.process.poll() is None, timeout=PATIENCE)
