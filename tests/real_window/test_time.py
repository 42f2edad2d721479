"""Time in the real program on a virtual display: a branch made and gone back to by mouse, slow motion by keys."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint

from patience import PATIENCE

ORANGE = (224, 142, 27)  # of branches, in the light theme
ACCENT = (43, 108, 176)


def alike(
    picture: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int], near: int
) -> list[tuple[int, int]]:
    """The places in a box of the picture that have a colour, from left to right."""
    part = np.asarray(picture.crop(box)).astype(int)
    y, x = np.nonzero((abs(part - np.array(colour)) <= near).all(axis=-1))
    return sorted(zip((x + box[0]).tolist(), (y + box[1]).tolist(), strict=True))


def test_what_was_left_is_drawn_as_a_branch_and_a_click_goes_back_to_it(start, at, qtbot):
    program = start()
    program.stand_still()
    left = at(lambda window: window.timeline, 0.05, 0.3)
    program.keys("e", "e", "e")
    track = at(lambda window: window.timeline, 0.3, 0.3)
    program.drag(track, QPoint((track.x() + left.x()) // 2, track.y()), QPoint(left.x() + 30, left.y()))
    program.keys("n")
    qtbot.waitUntil(lambda: program.experiment is not None, timeout=PATIENCE)
    program.keys("e", "e")
    foot = (0, 730, 1280, 800)
    qtbot.waitUntil(lambda: len(alike(program.seen(), foot, ORANGE, 40)) > 60, timeout=PATIENCE)
    places = alike(program.seen(), foot, ORANGE, 40)
    seed = program.experiment.seed
    program.click(QPoint(*places[2 * len(places) // 3]))
    qtbot.waitUntil(lambda: program.experiment.seed != seed, timeout=PATIENCE)


def test_slow_motion_comes_and_goes_by_keys(start, at, qtbot):
    program = start()
    program.stand_still()
    charts = at(lambda window: window.lab.page.curves, 0.0, 0.0)
    track = (charts.x(), charts.y() + 70, charts.x() + 1000, charts.y() + 84)

    def present() -> int | None:
        """Where the present operation lies on the track, None outside slow motion."""
        places = alike(program.seen(), track, ACCENT, 2)
        return places[0][0] if len(places) > 100 else None

    program.keys("s")
    qtbot.waitUntil(lambda: present() is not None, timeout=PATIENCE)
    first = present()
    program.keys("Right", "Right")
    qtbot.waitUntil(lambda: (present() or 0) > first + 10, timeout=PATIENCE)
    program.keys("Left", "Left")
    qtbot.waitUntil(lambda: present() == first, timeout=PATIENCE)
    program.keys("Escape")
    qtbot.waitUntil(lambda: present() is None, timeout=PATIENCE)
