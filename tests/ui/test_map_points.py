"""The layer of examples: a great many are drawn over several frames, and in the end none is missing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.decision_map import Map
from hyperscope.ui.pacing import frames
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.map.points import AT_ONCE, PointLayer
from hyperscope.ui.theme import LIGHT
from probed import sides
from ui import hand_made

EXTENT = (-1.0, 1.0, -1.0, 1.0)
PARTS = (True, True, True)
MANY = 100


def crowd(count: int) -> Examples:
    """So many examples apart from each other, so that it does not matter which is drawn last."""
    side = int(np.ceil(np.sqrt(count)))
    across, up = np.divmod(np.arange(count), side)
    x = np.stack([across, up]) / side * 1.8 - 0.9
    return Examples(
        x=x,
        y=np.arange(count) % 3,
        part=np.arange(count) % 3,
        class_names=("a", "b", "c"),
        axes=("x1", "x2"),
        extent=EXTENT,
    )


def drawn(layer: PointLayer, examples: Examples, predicted: np.ndarray, most: int | None) -> QImage:
    layer.update(examples, predicted, EXTENT, 600.0, LIGHT, 1.0, PARTS, most=most)
    return layer.pixmap.toImage()


def whole(examples: Examples, predicted: np.ndarray) -> QImage:
    return drawn(PointLayer(), examples, predicted, None)


def test_many_examples_are_there_after_a_few_frames(qapp):
    examples, layer = crowd(MANY), PointLayer()
    predicted = examples.y
    first = drawn(layer, examples, predicted, 40)
    assert layer.rest and first != whole(examples, predicted)
    drawn(layer, examples, predicted, 40)
    assert layer.rest
    assert drawn(layer, examples, predicted, 40) == whole(examples, predicted)
    assert not layer.rest


def test_what_changes_all_the_time_keeps_nobody_from_being_drawn(qapp):
    examples, layer = crowd(MANY), PointLayer()
    seen = np.zeros(MANY, bool)
    for frame in range(6):
        drawn(layer, examples, np.full(MANY, frame % 3), 30)  # other answers each time, more than are drawn at once
        seen |= layer._drawn >= 0
    assert seen.all()


def test_a_part_that_is_hidden_is_not_waited_for(qapp):
    examples, layer = crowd(MANY), PointLayer()
    layer.update(examples, examples.y, EXTENT, 600.0, LIGHT, 1.0, (True, False, False), most=40)
    assert not layer.rest  # 34 of training


def test_a_map_that_becomes_a_picture_has_all_examples_at_once(qtbot):
    count = 2 * AT_ONCE
    of_plane = Map(np.full((3, 8, 8), 1 / 3, np.float32), np.zeros(count, int), EXTENT)
    made = MapPanel()
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    made.resize(400, 500)
    made.show()
    made.draw(sides({"examples": crowd(count), "map": of_plane}, hand_made.STATUS))
    made.grab()
    layer = made._shown.first.points
    assert len(layer._drawn) == count and (layer._drawn >= 0).all() and not layer.rest


@pytest.mark.parametrize("as_a_picture", [False, True])
def test_the_map_of_a_great_many_examples_comes_a_part_a_frame(standing_still, qtbot, as_a_picture, monkeypatch):
    monkeypatch.setattr(frames, "whole", as_a_picture)
    window = standing_still()
    layer = window.lab.page.map._shown.first.points
    qtbot.waitUntil(lambda: not layer.rest and not layer.pixmap.isNull())
    counted: list[int] = []
    came: list[int] = []
    update = layer.update

    def counting(*given: object, **named: object) -> None:
        before = 0 if layer._drawn is None else int((layer._drawn >= -1).sum())
        update(*given, **named)
        counted.append(int((layer._drawn >= -1).sum()) - before)
        came.extend([frames.count] * (counted[-1] > 500))

    monkeypatch.setattr(layer, "update", counting)
    window.move_knob("data.points", 2 * AT_ONCE + 1000)
    qtbot.waitUntil(lambda: layer._drawn is not None and len(layer._drawn) > 2 * AT_ONCE and not layer.rest)
    assert (layer._drawn >= -1).all()
    assert (max(counted) <= AT_ONCE) is not as_a_picture
    assert len(set(came)) == len(came) and (len(came) >= 3) is not as_a_picture  # each in a frame of its own
