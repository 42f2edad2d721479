"""Twins in the real program, all that is done to B: its rate, a weight in its own picture, branches, slow motion."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from hyperscope.lab.library.library import Library
from hyperscope.lab.places import RUNS
from hyperscope.lab.timeline.score import Score
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.theme import LIGHT
from hyperscope.ui.window import Window
from patience import PATIENCE

RATE = "training.learning_rate"
Box = tuple[int, int, int, int]


def count(seen: Image.Image, box: Box, colour: tuple[int, int, int], near: int) -> int:
    return len(places(seen, box, colour, near))


def places(seen: Image.Image, box: Box, colour: tuple[int, int, int], near: int) -> list[tuple[int, int]]:
    """The places in a box of the picture that have a colour, from left to right."""
    part = np.asarray(seen.crop(box)).astype(int)
    y, x = np.nonzero((abs(part - np.array(colour)) <= near).all(axis=-1))
    return sorted(zip((x + box[0]).tolist(), (y + box[1]).tolist(), strict=True))


def test_what_is_done_to_b_is_seen_branched_told_and_kept_as_b_s_alone(start, at, home, qtbot) -> None:
    def in_twin(find):
        """`find`, after a twin has been started in the window that places are read from."""

        def found(window: Window):
            part = window.part(TwinPart)
            if window.session.twin is None:
                page = window.lab.page
                window.do(part.toggle)
                qtbot.waitUntil(
                    lambda: all(len(one.pictures) == 2 for one in (page.networks, page.map.shown)), timeout=PATIENCE
                )
                qtbot.waitUntil(lambda: not page.networks.waiting, timeout=PATIENCE)
                window.grab()  # two maps are wider than one and leave the networks less room
            return find(window, part)

        return found

    def on_an_edge_of_b(window: Window, part: TwinPart) -> tuple[QWidget, QPoint]:
        picture = window.lab.page.networks.pictures[1]
        return picture, picture.edge_place(0, 0, 0, 0.8).toPoint()

    def box(find) -> Box:
        one, other = at(in_twin(find), 0, 0), at(in_twin(find), 1, 1)
        return one.x(), one.y(), other.x(), other.y()

    button = at(lambda window: window.transport.twin_button)
    rate = in_twin(lambda window, part: window.lab.page.hyperparameters.controls[RATE].track)
    edge, from_here, to = at(in_twin(on_an_edge_of_b)), at(rate, 0.5), at(rate, 0.8)
    bar, maps = (box(find) for find in (lambda window, part: part.bar, lambda window, part: window.lab.page.map))
    figures = (maps[0] + 150, maps[1] + 190, maps[2], maps[3])  # of both: losses, and where they disagree
    keep_a = at(in_twin(lambda window, part: part.bar.keep_a))
    track = at(lambda window: window.timeline, 0.05, 0.3)
    charts = at(in_twin(lambda window, part: window.lab.page.curves), 0.0, 0.0)

    program = start("--theme", "light")

    def changes(where: Box, before: Image.Image) -> None:
        qtbot.waitUntil(
            lambda: ImageChops.difference(program.seen().crop(where), before.crop(where)).getbbox() is not None,
            timeout=PATIENCE,
        )

    def stands_still(where: Box) -> Image.Image:
        stood = [program.seen()]

        def still() -> bool:
            stood.append(program.seen())
            crops = [one.crop(where).tobytes() for one in stood[-10:]]
            return len(crops) == 10 and len(set(crops)) == 1

        qtbot.waitUntil(still, timeout=PATIENCE)
        return stood[-1]

    program.stand_still()
    stands_still(maps)
    program.keys("e", "e", "e")  # so that there is a time before the drag, to go back to
    stands_still(maps)
    program.click(button)
    qtbot.waitUntil(lambda: program.holds(button), timeout=PATIENCE)  # before there are two, a drag would be A's
    alike = stands_still(bar)
    program.drag(from_here, to)
    changes(bar, alike)  # it says in what they differ
    program.keys("e", "e")
    before = stands_still((0, 50, 1280, 800))  # the networks, too, whose room the maps decide over
    beside = (edge.x() - 60, edge.y() + 20, edge.x() + 60, edge.y() + 100)
    card = tuple(LIGHT.card.getRgb()[:3])

    def card_lies() -> bool:
        program.click(edge)  # again, where it came before the networks had taken their places
        return count(program.seen(), beside, card, 1) > 120 * 80 / 2

    qtbot.waitUntil(card_lies, timeout=PATIENCE)
    program.type("40")
    program.keys("Return")
    changes(figures, before)
    program.keys("Escape", "e")
    stands_still(figures)

    program.drag(QPoint(640, track.y()), QPoint(track.x(), track.y()), track)  # back to soon after the start
    foot = (0, 730, 1280, 800)
    program.keys("shift+b", "e")
    orange = tuple(LIGHT.negative.getRgb()[:3])
    qtbot.waitUntil(lambda: count(program.seen(), foot, orange, 40) > 60, timeout=PATIENCE)
    before = stands_still((0, 50, 1280, 800))
    branch = places(before, foot, orange, 40)
    program.click(QPoint(*branch[2 * len(branch) // 3]))
    changes(bar, before)  # α differs again

    accent = tuple(LIGHT.accent.getRgb()[:3])
    operations = (charts.x(), charts.y() + 62, charts.x() + 1000, charts.y() + 74)  # with a branch below

    def present() -> int | None:
        """Where the present operation lies on the track, None outside slow motion."""
        found = places(program.seen(), operations, accent, 2)
        return found[0][0] if len(found) > 100 else None

    program.keys("s")
    qtbot.waitUntil(lambda: present() is not None, timeout=PATIENCE)
    first = present()
    program.keys("Right")
    qtbot.waitUntil(lambda: (present() or 0) > first + 10, timeout=PATIENCE)
    program.keys("Escape")
    qtbot.waitUntil(lambda: present() is None, timeout=PATIENCE)

    program.click(keep_a)
    qtbot.waitUntil(
        lambda: program.seen().getpixel((keep_a.x(), keep_a.y())) != alike.getpixel((keep_a.x(), keep_a.y())),
        timeout=PATIENCE,
    )
    program.keys("ctrl+q")
    assert (program.end(), program.process.stderr.read()) == (0, "")

    library = Library(home / RUNS)
    scores: list[Score] = [library.details(run.id).score for run in library.runs()]
    of_b = [score for score in scores if any(event.edit for event in score.events)]
    of_a = [score for score in scores if score not in of_b]
    assert of_a and len(of_b) == 1  # though it was left for a branch and come back to
    assert all([event.edit.value for event in score.events if event.edit] == [40.0] for score in of_b)
    assert all(score.experiment.training.learning_rate > 0.02 for score in of_b)
    assert [(score.experiment.training.learning_rate, score.events) for score in of_a] == [(0.01, ())] * len(of_a)
