"""The place of words: each sentence is read whole at every size of window and type, whatever else stands there."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel

from hyperscope.lab.doctor.checks import Finding
from hyperscope.lab.doctor.checks.remedies import setting
from hyperscope.ui.controls.lines import beginning, whole_lines, width_in
from hyperscope.ui.panels.cards.doctor_note import DoctorNote
from hyperscope.ui.theme import DARK, LIGHT, font
from hyperscope.ui.words import Message, Words
from patience import PATIENCE
from probed import sides

LONG = "The weights of layer 2 became infinite, because the learning rate is too large for them. " * 4
FIGURES = (
    "The training loss has fallen from 1.0986 to 0.0123 within 240 epochs, while the dev loss has risen from 0.45 to "
    "1.23 since epoch 60: the gap of 1.22 is larger than luck with 40 examples explains."
)
FINDING = Finding(
    "bias and variance", "act", FIGURES, {}, 1.0, 0.5, "A book", setting("L2 0.01", ("training.l2", 0.01))
)


@pytest.fixture
def strip(qtbot) -> Words:
    """A strip as wide as a window of 1280 pixels, with nothing in it."""
    made = Words()
    qtbot.addWidget(made)
    made.resize(1280, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("width", [1000, 1280, 1920])
@pytest.mark.parametrize("scale", [1.0, 1.4, 2.0])
def test_a_long_sentence_is_read_whole_at_every_width_and_size_of_type(strip, width, scale):
    strip.set_theme(replace(LIGHT, scale=scale))
    strip.resize(width, strip.height())
    strip.say(LONG)
    assert strip.message.text() == LONG.strip()
    assert len(strip.message.lines) * strip.message.fontMetrics().height() <= strip.height() + 4


@pytest.mark.parametrize("width", [1000, 1280, 1920])
@pytest.mark.parametrize("scale", [1.0, 1.4, 2.0])
def test_a_long_caption_is_read_whole_at_every_width_and_size_of_type(strip, width, scale):
    strip.switch_captions()
    strip.set_theme(replace(LIGHT, scale=scale))
    strip.resize(width, strip.height())
    strip.say(LONG)
    assert strip.message.text() == LONG.strip()
    assert len(strip.message.lines) * strip.message.fontMetrics().height() <= strip.message.height()
    assert strip.message.geometry().bottom() < strip.height()


def test_a_caption_stands_below_what_else_is_said(strip):
    strip.switch_captions()
    note = QLabel("x")
    strip.stand(note, lambda lines: 300)
    strip.say("Weights kept.")
    assert note.geometry().bottom() < strip.message.geometry().top()


def test_captions_of_usual_length_leave_the_strip_as_high_as_it_is(strip):
    strip.switch_captions()
    heights = set()
    for sentence in ("Weights kept.", FIGURES[:110], LONG, "Weights kept."):
        strip.say(sentence)
        heights.add((sentence == LONG, strip.height()))
    assert len({high for long, high in heights if not long}) == 2  # it never falls back once a long one stood there


@pytest.mark.parametrize("width", [1000, 1280, 1920])
def test_a_doctors_note_is_read_whole_with_its_figures_beside_a_sentence(strip, qtbot, width):
    strip.resize(width, strip.height())
    note = DoctorNote()
    strip.stand(note, note.width_in)
    note.draw(sides({"findings": (FINDING,)}))
    strip.say("α 0.01 → 0.03 at epoch 60: weights and Adam's memory kept. Watch the loss.")
    qtbot.waitUntil(lambda: note.text() == f"Bias and variance {FIGURES}", timeout=PATIENCE)
    assert strip.message.text().endswith("Watch the loss.")
    assert note.geometry().right() < strip.width() and strip.message.geometry().right() < note.geometry().left()


def test_a_short_sentence_takes_one_line(strip):
    before = strip.height()
    strip.say("Weights kept.")
    assert (strip.message.text(), strip.height(), strip.growth) == ("Weights kept.", before, 0)


def test_the_strip_stays_high_until_something_else_is_said(strip, qtbot):
    label = QLabel("x")
    wide = [3000]
    strip.stand(label, lambda lines: wide[0] // lines)
    high = strip.height()
    wide[0] = 0
    label.updateGeometry()
    QApplication.processEvents()
    assert strip.height() == high and strip.growth > 0
    strip.say("Weights kept.")
    assert strip.growth == 0


def test_what_has_nothing_to_say_takes_no_room(strip):
    strip.say("Weights kept.")
    before = strip.message.geometry()
    strip.stand(QLabel("silent"), lambda lines: 0)
    assert strip.message.geometry() == before


def test_an_alarm_is_told_by_more_than_colour(strip):
    strip.say("Diverged.")
    calm = strip.message.font().weight()
    strip.say("Diverged.", alarm=True)
    assert strip.message.font().weight() > calm
    assert strip.message.accessibleName() == "Alarm: Diverged."


def test_a_theme_change_reaches_the_message(strip):
    strip.say("Weights kept.")
    strip.set_theme(DARK)
    image = strip.findChild(Message).grab().toImage()
    found = {image.pixelColor(x, image.height() // 2).name() for x in range(4, 12)}
    assert DARK.accent.name() in found


def test_words_in_several_lines_take_from_the_charts_and_move_nothing_above(standing_still, qtbot):
    window = standing_still()
    page = window.lab.page
    network, charts = page.network.height(), page.curves.height()
    window.say(LONG)

    def only_the_charts_gave() -> bool:
        return (page.network.height(), page.curves.height()) == (network, charts - window.words.growth)

    qtbot.waitUntil(only_the_charts_gave, timeout=PATIENCE)
    assert window.words.growth > 0


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (99, "Stopped at step 9: layer 2: z is 4.5. Lower α; go on."),
        (49, "Stopped at step 9: layer 2: z is 4.5. Lower α."),
        (40, "Stopped at step 9: layer 2: z is 4.5."),
        (30, "Stopped at step 9."),
        (9, ""),
    ],
)
def test_a_beginning_ends_with_a_sentence_or_a_clause(room, said):
    assert beginning("Stopped at step 9: layer 2: z is 4.5. Lower α; go on.", lambda text: len(text) <= room) == said


def test_lines_are_broken_where_one_word_more_would_not_fit(qapp):
    text = "After 1240 steps α 0.01 learns\u00a0what 0.001 does not: dev loss 0.034 and 0.21, iiii WWWW, fi ffl."
    metrics = QFontMetrics(font(12, 400, 1.0))
    for room in range(1, 700, 7):
        lines = whole_lines(text, metrics, room)
        assert " ".join(lines) == text
        assert all(metrics.horizontalAdvance(line) <= room or " " not in line for line in lines)
        for line, after in itertools.pairwise(lines):
            assert metrics.horizontalAdvance(f"{line} {after.split(' ')[0]}") > room


def test_the_width_for_so_many_lines_is_the_least(qapp):
    text = "Every control acts while the network trains, and none of them waits for another."
    metrics = QFontMetrics(font(12, 400, 1.0))
    for most in (1, 2, 3, 5):
        wide = width_in(text, metrics, most)
        assert len(whole_lines(text, metrics, wide)) <= most
        longest = max(map(metrics.horizontalAdvance, text.split(" ")))
        assert wide == longest or len(whole_lines(text, metrics, wide - 1)) > most


def test_a_twin_s_letter_is_no_beginning():
    said = "B: BN before at epoch 90: the four layers rebuilt. Watch ẑ."
    assert beginning(said, lambda text: len(text) <= 30) == "B: BN before at epoch 90."
    assert beginning(said, lambda text: len(text) <= 20) == ""
    assert beginning("It is of A. And B: more of it is said.", lambda text: len(text) <= 20) == "It is of A."


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_the_width_for_so_many_lines_is_the_least_in_which_they_are_enough(strip, lines):
    metrics = strip.message.fontMetrics()
    for text in (LONG.strip(), FIGURES, "short", "a much_too_long_word_for_that b"):
        wide = width_in(text, metrics, lines)
        longest = max(map(metrics.horizontalAdvance, text.split(" ")))
        assert len(whole_lines(text, metrics, wide)) <= lines
        assert wide == longest or len(whole_lines(text, metrics, wide - 1)) > lines
