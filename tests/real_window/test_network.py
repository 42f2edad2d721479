"""Setting a weight in the real program: a click on an edge, a number typed, and its effect on the display."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from hyperscope.ui.window import Window
from patience import PATIENCE, settled
from ui import hand_made


def on_an_edge(window: Window) -> tuple[QWidget, QPoint]:
    """A place on the uppermost edge of the first layer."""
    network = window.lab.page.network
    network.draw(hand_made.snapshot("network")[0])  # of the same shape as the starting experiment's
    network.grab()
    return network, network.edge_place(0, 0, 0, 0.8).toPoint()


def part(seen: Image.Image, corner: QPoint, size: QPoint) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(seen.crop((corner.x(), corner.y(), corner.x() + size.x(), corner.y() + size.y())), float)


def test_a_weight_is_clicked_typed_and_seen(start, at, qtbot):
    program = start("--theme", "light")
    edge = at(on_an_edge)
    corner = at(lambda window: window.lab.page.map, 0.15, 0.1)
    size = at(lambda window: window.lab.page.map, 0.85, 0.6) - corner
    program.stand_still()
    program.keys("r")
    before = np.array(settled(qtbot, lambda: part(program.seen(), corner, size).tolist(), apart=300))
    program.click(edge)
    card = edge + QPoint(0, 60)  # it lies below what was clicked

    def has_opened() -> bool:
        lie = part(program.seen(), card - QPoint(40, 20), QPoint(80, 40))
        return bool((lie > 250).all(axis=2).mean() > 0.5)

    qtbot.waitUntil(has_opened, timeout=PATIENCE)
    program.type("40")
    program.keys("Return")
    qtbot.waitUntil(lambda: np.abs(part(program.seen(), corner, size) - before).mean() > 3, timeout=PATIENCE)
    program.keys("Escape", "ctrl+z")
    qtbot.waitUntil(lambda: np.abs(part(program.seen(), corner, size) - before).mean() < 0.5, timeout=PATIENCE)
