"""Presenting and finding in the real program, with keys."""

from __future__ import annotations

from patience import PATIENCE


def test_the_palette_does_what_is_typed(start, qtbot):
    program = start()
    program.keys("ctrl+k")
    program.type("new start")
    program.keys("Return")
    qtbot.waitUntil(lambda: program.experiment is not None and program.experiment.seed == 2, timeout=PATIENCE)


def test_a_preset_is_chosen_by_keys(start, qtbot):
    program = start()
    program.keys("p")
    program.keys("Right", "Return")
    qtbot.waitUntil(lambda: program.experiment is not None, timeout=PATIENCE)
    assert program.experiment.training.learning_rate > 0.1  # "Learning rate too high", the second card


def test_the_laser_spot_is_seen_under_the_pointer(start, at, qtbot):
    program = start("--theme", "light")
    place = at(lambda window: window.lab.page.hyperparameters.title, 0.8)
    program.move(place)
    before = program.seen().getpixel((place.x(), place.y()))
    program.keys("x")
    qtbot.waitUntil(lambda: program.seen().getpixel((place.x(), place.y())) != before, timeout=PATIENCE)
    red, green, blue = program.seen().getpixel((place.x(), place.y()))
    assert red > 180 > green > blue
