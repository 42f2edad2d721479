"""Time in the real program on a virtual display: a branch made and gone back to by mouse, slow motion by keys."""

from __future__ import annotations

from PIL import Image
from PySide6.QtCore import QPoint

PATIENCE = 45_000  # ms; a busy machine takes seconds to start two Pythons and Qt
ORANGE = (224, 142, 27)  # of branches, in the light theme


def orange(picture: Image.Image, box: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The places in a box of the picture that have the colour of a branch."""
    part = picture.crop(box).load()
    found = []
    for x in range(box[2] - box[0]):
        for y in range(box[3] - box[1]):
            if all(abs(int(one) - two) < 40 for one, two in zip(part[x, y], ORANGE, strict=True)):
                found.append((x + box[0], y + box[1]))
    return found


def test_what_was_left_is_drawn_as_a_branch_and_a_click_goes_back_to_it(start, at, qtbot):
    program = start("--theme", "light") if "theme" in start.__code__.co_varnames else start()
    program.press("space")
    left = at(lambda window: window.timeline, 0.05, 0.3)
    program.press("e", "e", "e")
    track = at(lambda window: window.timeline, 0.3, 0.3)
    program.drag(track, QPoint((track.x() + left.x()) // 2, track.y()), QPoint(left.x() + 30, left.y()))
    before = program.experiment
    program.press("n")
    qtbot.waitUntil(lambda: program.experiment != before, timeout=PATIENCE)
    program.press("e", "e")
    foot = (0, 730, 1280, 800)
    qtbot.waitUntil(lambda: len(orange(program.seen(), foot)) > 60, timeout=PATIENCE)
    places = sorted(orange(program.seen(), foot))
    seed = program.experiment.seed
    program.click(QPoint(*places[2 * len(places) // 3]))
    qtbot.waitUntil(lambda: program.experiment.seed != seed, timeout=PATIENCE)


def test_slow_motion_comes_and_goes_by_keys(start, at, qtbot):
    program = start()
    program.press("space")
    charts = at(lambda window: window.playground.curves, 0.0, 0.0)
    box = (charts.x() + 10, charts.y() + 30, charts.x() + 900, charts.y() + 180)
    without = program.seen().crop(box)
    program.press("s")
    qtbot.waitUntil(lambda: program.seen().crop(box) != without, timeout=PATIENCE)
    first = program.seen().crop(box)
    program.press("Right")
    qtbot.waitUntil(lambda: program.seen().crop(box) not in (first, without), timeout=PATIENCE)
    program.press("Left")
    qtbot.waitUntil(lambda: program.seen().crop(box) == first, timeout=PATIENCE)
    program.press("Escape")
    qtbot.waitUntil(lambda: program.seen().crop(box) not in (first,), timeout=PATIENCE)
