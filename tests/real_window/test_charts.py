"""The charts of the real program, clicked through: every view of curves and distributions shows its own picture."""

from __future__ import annotations

from PIL import Image, ImageChops
from PySide6.QtCore import QPoint

from patience import PATIENCE, settled

BESIDE = QPoint(840, 748)  # where the mouse reads nothing
CURVES = (14, 600, 370, 750)  # left, top, right, bottom of the pictures in the window at its usual size
COLUMNS = (400, 575, 1015, 750)
CLEAR = QPoint(58, 568)  # "clear earlier", which comes with the first earlier run


def part(program, box: tuple[int, int, int, int]) -> Image.Image:
    return program.seen().crop(box).convert("L")


def between(picture: Image.Image, low: int, high: int) -> int:
    """How many pixels are at least this and less than that light."""
    return sum(picture.histogram()[low:high])


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def rested(start, qtbot):
    """The program after it has learned, standing still as it then does by itself."""
    program = start("--theme", "light")
    program.move(BESIDE)
    qtbot.waitUntil(lambda: between(part(program, CURVES), 0, 128) > 300, timeout=PATIENCE)
    settled(qtbot, lambda: part(program, (0, 540, 1020, 800)).tobytes(), apart=300)
    program.stand_still()
    return program


def test_every_view_is_one_click_away_and_read_by_the_mouse(start, at, qtbot):
    program = rested(start, qtbot)

    def click_through(words, box) -> None:
        before = part(program, box)
        for place in words:
            program.click(place)
            qtbot.waitUntil(lambda before=before: differ(part(program, box), before), timeout=PATIENCE)
            before = part(program, box)
            assert between(before, 0, 170) > 200

    def word(panel: str, name: str) -> QPoint:
        return at(lambda window: getattr(window.lab.page, panel).view.word(name))

    click_through([word("curves", name) for name in ("Accuracy", "Rate", "Gradient")], CURVES)
    click_through([word("distributions", name) for name in ("a", "weights", "gradients")], COLUMNS)
    for at_place, box in ((QPoint(150, 690), CURVES), (QPoint(450, 690), COLUMNS)):
        before = part(program, box)
        program.move(at_place)
        qtbot.waitUntil(lambda before=before, box=box: differ(part(program, box), before), timeout=PATIENCE)


def test_a_restart_leaves_a_faint_run_that_a_click_takes_away(start, qtbot):
    program = rested(start, qtbot)
    program.keys("r")

    above = (70, 598, 365, 624)  # where there are no words once the plot is empty

    def dark() -> int:
        return between(part(program, above), 0, 90)

    def faint() -> int:
        return between(part(program, above), 150, 218)

    qtbot.waitUntil(lambda: not dark() and faint() > 15, timeout=PATIENCE)
    program.click(CLEAR)
    qtbot.waitUntil(lambda: not faint(), timeout=PATIENCE)
