"""The map of the real program: pointed at, pinned, stepped through and exchanged for its other faces."""

from __future__ import annotations

import numpy as np

from patience import PATIENCE, settled


def picture(window):
    card = window.lab.page.map
    return card, card.picture.center()


def region(program, at, half: int = 60) -> np.ndarray:
    """The pixels around a place."""
    box = (at.x() - half, at.y() - half, at.x() + half, at.y() + half)
    return np.asarray(program.seen().crop(box)).astype(int)


def unmoved(program, at, qtbot) -> np.ndarray:
    """The few pixels around a place, once they stay as they are."""
    return np.array(settled(qtbot, lambda: region(program, at, 10).tolist()))


def test_the_map_is_worked_with_mouse_and_keys(start, at, qtbot) -> None:
    program = start()
    centre = at(picture)
    program.stand_still()
    first = np.array(settled(qtbot, lambda: region(program, centre).tolist()))
    program.click(at(lambda window: window.lab.page.map.head.modes["warped"]))
    qtbot.waitUntil(lambda: np.abs(region(program, centre) - first).mean() > 5, timeout=PATIENCE)
    before = region(program, centre)
    program.click(at(lambda window: window.lab.page.map.head.modes["map"]))
    qtbot.waitUntil(lambda: np.abs(region(program, centre) - before).mean() > 5, timeout=PATIENCE)
    program.move(at(lambda window: window.lab.page.map.head))
    free = unmoved(program, centre, qtbot)
    program.click(centre)
    qtbot.waitUntil(lambda: np.abs(region(program, centre, 10) - free).max() > 60, timeout=PATIENCE)
    program.keys("Escape")
    program.move(at(lambda window: window.lab.page.map.head))
    qtbot.waitUntil(lambda: np.abs(region(program, centre, 10) - free).mean() < 3, timeout=PATIENCE)
    program.keys("v")
    qtbot.waitUntil(lambda: np.abs(region(program, centre) - before).mean() > 5, timeout=PATIENCE)
    program.keys("ctrl+q")
    assert program.end() == 0
