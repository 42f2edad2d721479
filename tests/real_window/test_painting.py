"""Painting in the real program with the mouse: a stroke, undo, the eraser, the hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from hyperscope.lab.experiment.data import PAINTED, Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.painted import Points, read
from patience import PATIENCE

FEW = Experiment(data=Data(source=PAINTED, classes=2, painted=("-2,-2 -2,-1.5 -1.5,-2", "2,2 2,1.5 1.5,2")))


@pytest.fixture
def program(start, tmp_path):
    """The program on six points, painting."""
    (tmp_path / "few.json").write_text(FEW.to_json(), encoding="utf-8")
    made = start("few.json")
    made.keys("d")
    return made


@pytest.fixture
def on_map(at):
    """Where a share of the map's picture lies in the window."""

    def place(x: float, y: float) -> QPoint:
        def find(window):
            box = window.lab.page.map.picture
            return window.lab.page.map, box.topLeft() + QPoint(round(x * box.width()), round(y * box.height()))

        return at(find)

    return place


def points(program) -> Points:
    kept = program.experiment
    return read((kept or FEW).data.painted)


def orange(program, box) -> int:
    """How many pixels in a part of the display are of the second class's full colour."""
    red, _, blue = np.asarray(program.seen().crop(box), int).transpose(2, 0, 1)
    return int(np.sum((red > 190) & (blue < 80)))


def test_a_stroke_is_painted_seen_and_undone(program, on_map, qtbot):
    program.keys("2")
    box = (*on_map(0.15, 0.2).toTuple(), *on_map(0.6, 0.4).toTuple())
    before = orange(program, box)
    program.drag(*(on_map(0.2 + 0.05 * step, 0.3) for step in range(8)))
    qtbot.waitUntil(lambda: points(program).counts[1] > 15, timeout=PATIENCE)
    assert orange(program, box) > before + 200
    assert points(program).counts[0] == 3
    program.keys("ctrl+z")
    qtbot.waitUntil(lambda: program.experiment == FEW, timeout=PATIENCE)


def test_the_right_button_erases(program, on_map, qtbot):
    # class 1 lies round (-1.8, -1.8): a quarter from the left, a quarter from below
    program.drag(*(on_map(0.18 + 0.03 * step, 0.75) for step in range(6)), button=3)
    qtbot.waitUntil(lambda: points(program).counts[0] < 3, timeout=PATIENCE)
    assert points(program).counts[1] == 3


def test_the_hand_drags_a_point(program, on_map, qtbot):
    program.keys("9", "bracketleft", "bracketleft", "bracketleft", "bracketleft")
    half = 3.6
    start = ((2 + half) / (2 * half), (half - 2) / (2 * half))
    program.drag(*(on_map(start[0] - 0.04 * step, start[1] + 0.04 * step) for step in range(7)))
    qtbot.waitUntil(lambda: program.experiment is not None and program.experiment != FEW, timeout=PATIENCE)
    x = points(program).x[:, points(program).y == 1]
    assert np.hypot(x[0] - (2 - 0.24 * 2 * half), x[1] - (2 - 0.24 * 2 * half)).min() < 0.15
    assert points(program).counts.tolist()[:2] == [3, 3]
