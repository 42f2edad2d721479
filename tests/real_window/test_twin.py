"""Twins in the real program: started with T, one control moved, both seen, and B kept."""

from __future__ import annotations

from PIL import ImageChops

from hyperscope.ui.parts.twin import TwinPart
from patience import PATIENCE

RATE = "training.learning_rate"


def test_a_twin_with_another_rate_is_seen_beside_and_can_be_kept(start, at, qtbot) -> None:
    program = start("--theme", "light")
    button = at(lambda window: window.transport.twin_button)

    def in_twin(find):
        """`find`, after a twin has been started in the window that places are read from."""

        def found(window):
            part = window.part(TwinPart)
            if window.session.twin is None:
                window.do(part.toggle)
            return find(window, part)

        return found

    def region(find) -> tuple[int, int, int, int]:
        one, other = at(in_twin(find), 0, 0), at(in_twin(find), 1, 1)
        return one.x(), one.y(), other.x(), other.y()

    rate = in_twin(lambda window, part: window.lab.page.hyperparameters.controls[RATE].track)
    from_here, to = at(rate, 0.5), at(rate, 0.95)
    bar = region(lambda window, part: part.bar)
    maps = region(lambda window, part: window.lab.page.map)
    keep = at(in_twin(lambda window, part: part.bar.keep_b))

    program.keys("t")
    qtbot.waitUntil(lambda: program.holds(button), timeout=PATIENCE)  # before there are two, a drag would be A's
    program.drag(from_here, to)

    def differ() -> bool:
        """Whether the two maps, left and right in the upper half of the card, look different."""
        card = program.seen().crop(maps)
        wide, high = card.size
        upper = card.crop((0, 40, wide, high // 2))
        one, other = upper.crop((0, 0, wide // 2, upper.height)), upper.crop((wide - wide // 2, 0, wide, upper.height))
        return sum(ImageChops.difference(one, other).convert("L").histogram()[24:]) > 0.1 * one.width * one.height

    qtbot.waitUntil(differ, timeout=PATIENCE)
    assert len(program.seen().crop(bar).getcolors(1 << 16)) > 20  # the sentence and the buttons
    program.click(keep)
    qtbot.waitUntil(
        lambda: (kept := program.experiment) is not None and kept.training.learning_rate > 0.02, timeout=PATIENCE
    )
