"""Type at any size: words that have no room give way to shorter ones, and none lies on another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFontInfo, QFontMetrics, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.twins.comparison import Disagreement
from hyperscope.resources import asset
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.check_box import SIDE, CheckBox
from hyperscope.ui.paint import contrast, face, fitting
from hyperscope.ui.panels.common.twin_numbers import Numbers
from hyperscope.ui.panels.map.foot import results_width
from hyperscope.ui.panels.map.head import MODES, MapHead
from hyperscope.ui.panels.network.arrangement import BESIDE
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.panels.network.layout import laid_out
from hyperscope.ui.style import PICKED, mixed, stylesheet
from hyperscope.ui.theme import DARK, LIGHT, font, maths, scaled
from probed import sides
from ui import hand_made

SCALES = [1.0, 1.25, 1.5, 2.0]


@pytest.mark.parametrize("view", ["soft", "confidence"])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [240, 260, 300, 400])
def test_no_word_of_the_maps_head_lies_on_another(qtbot, width, scale, view):
    ground = QWidget()
    qtbot.addWidget(ground)
    head = MapHead(ground)
    head.resize(round(width * scale), 40)
    head.set_theme(scaled(LIGHT, scale))
    head.show_samples(True)
    head.show_mode("map", view)
    words = [head.modes[mode] for mode in MODES] + [head.options]
    ends = [word.geometry().right() for word in words]
    assert all(end < word.x() for end, word in zip(ends, words[1:], strict=False))


@pytest.mark.parametrize("scale", SCALES)
def test_the_word_loss_stands_where_the_map_has_its_usual_width(qapp, scale):
    theme = scaled(LIGHT, scale)
    before, after = results_width(theme, 243 * scale)
    plain = QFontMetricsF(face(12, 600, scale)).horizontalAdvance("100.0 %0.000") + 16 * scale
    assert after > plain and 243 * scale - before - after > 70 * scale


class Written(QPainter):
    """Keeps where what is written lies."""

    def __init__(self, on: QImage) -> None:
        super().__init__(on)
        self.places: list[QRectF] = []

    def drawText(self, rect, align, words):  # type: ignore[no-untyped-def, override]
        self.places.append(QFontMetricsF(self.font()).boundingRect(rect, align, words))
        super().drawText(rect, align, words)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("room", [128, 150, 200])
def test_no_figure_of_twins_lies_on_another(qapp, room, scale):
    image = QImage(900, 900, QImage.Format.Format_RGB32)
    painter = Written(image)
    full = Status(train_loss=1.099, dev_loss=1.234, train_accuracy=1.0, dev_accuracy=1.0)
    Numbers(painter, scaled(LIGHT, scale), QRectF(0, 0, room * scale, 400)).results(full, full)
    painter.end()
    places = painter.places
    assert len(places) == 2 + 4 * 3
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])


def test_the_figures_of_twins_are_named_whole_at_the_largest_type_beside_each_other(qapp):
    said: list[str] = []

    class Reading(Written):
        def drawText(self, rect, align, words):  # type: ignore[no-untyped-def, override]
            said.append(words)
            super().drawText(rect, align, words)

    image = QImage(900, 900, QImage.Format.Format_RGB32)
    painter = Reading(image)
    room = 131  # pixels, in projector mode in a window of 1280 x 800
    status = Status(train_loss=0.0, dev_loss=0.002, train_accuracy=1.0, dev_accuracy=1.0)
    numbers = Numbers(painter, scaled(LIGHT, 1.25), QRectF(0, 0, room, 190))
    numbers.results(status, status)
    found = np.arange(500) < 338
    numbers.disagreement(
        Disagreement(np.zeros((2, 2)), np.zeros((2, 2), bool), (-1.0, 1.0, -1.0, 1.0), 0.66, found),
        np.zeros((8, 4), np.uint8),
    )
    painter.end()
    assert [words for words in said if words[0] in "TD"] == ["Train", "Dev", "Train", "Dev", "They disagree on"]
    assert {"66.0 %", "of plane", "338", "of 500"} <= set(said)


def test_of_several_wordings_the_fullest_that_fits_is_taken(qapp):
    font = face(11, 400, 1.0)
    choices = ("frame: true class", "true class", "class")
    width = QFontMetricsF(font).horizontalAdvance
    assert [fitting(choices, font, width(words)) for words in choices] == list(choices)
    assert fitting(choices, font, 1.0) == "class"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_quiet_words_stand_out_from_a_chosen_row(theme):
    assert contrast(theme.quiet, mixed(theme.card, theme.accent, PICKED)) >= 4.5


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_an_empty_field_asks_for_is_written_in_quiet_type(qtbot, theme, kind):
    field = kind()
    qtbot.addWidget(field)
    field.setStyleSheet(stylesheet(theme))
    field.setFont(face(30, 600, 1.0))  # so large that some pixels are of ink alone
    field.setPlaceholderText("Filter")
    field.resize(300, 80)
    picture = field.grab().toImage()
    assert theme.quiet.rgb() in {picture.pixel(x, y) for x in range(300) for y in range(80)}


def test_a_button_keeps_its_type_when_the_keyboard_comes_to_it(qapp, qtbot):
    button = Button("Slow", "Slow motion")
    qtbot.addWidget(button)
    before = qapp.styleSheet()
    theme = scaled(LIGHT, 1.25)
    qapp.setStyleSheet(stylesheet(theme))
    try:
        button.show()
        button.set_theme(theme)
        large = button.font().pixelSize()
        for reason, ring in ((Qt.FocusReason.TabFocusReason, True), (Qt.FocusReason.MouseFocusReason, False)):
            qapp.sendEvent(button, QFocusEvent(QEvent.Type.FocusIn, reason))
            assert bool(button.property("ring")) is ring
            assert button.font().pixelSize() == large
    finally:
        qapp.setStyleSheet(before)


@pytest.mark.parametrize("scale", SCALES)
def test_a_box_to_tick_is_as_large_as_its_name(qtbot, scale):
    box = CheckBox("Decision map")
    qtbot.addWidget(box)
    box.set_theme(scaled(LIGHT, scale))
    box.resize(box.sizeHint())
    assert box.box.height() == round(SIDE * scale) >= 0.9 * box.fontMetrics().height()
    assert box.rect().toRectF().contains(box.box)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    assert box.isChecked()


@pytest.mark.parametrize("scale", SCALES)
def test_summary_cards_of_twins_keep_apart(qapp, scale):
    wide = replace(
        hand_made.network(seed=1),
        layers=tuple(replace(layer, pictures=None) for layer in hand_made.network(seed=1).layers),
    )
    layout = laid_out(wide, 260 * scale, 380 * scale, scale, 1.0, BESIDE)
    cards = [column.nodes[0] for column in layout.columns]
    assert all(a.right() + 3 * scale < b.left() for a, b in pairwise(cards))
    assert cards[0].left() > 0 and cards[-1].right() < 260 * scale


def test_nodes_small_for_want_of_width_use_the_height_there_is(qapp):
    picture = hand_made.network(seed=1)
    narrow = laid_out(picture, 240, 620, 1.0, 1.0, BESIDE)
    wide = laid_out(picture, 900, 620, 1.0, 1.0, BESIDE)
    for slim, broad in zip(narrow.columns, wide.columns, strict=True):
        assert slim.nodes[0].width() < broad.nodes[0].width()
        assert np.all(np.diff(slim.ys) > 0.7 * np.diff(broad.ys))
        assert narrow.body.contains(slim.nodes[0]) and narrow.body.contains(slim.nodes[-1])


@pytest.mark.parametrize("width", [300, 700])
def test_a_head_says_of_its_batch_norm_even_where_it_cannot_show_it(qtbot, width):
    panel = NetworkCanvas()
    qtbot.addWidget(panel)
    panel.resize(width, 500)
    panel.draw(sides({"network": hand_made.network((8,) * 6)})[0])
    panel.show_layers((Layer(8, "tanh", "before", 0.2),) * 6)
    button = next(
        b for b in panel.findChildren(QAbstractButton) if b.accessibleName().startswith("Settings of layer 3")
    )
    assert button.toolTip().startswith("Batch norm, then tanh, dropout 20%.")


@pytest.mark.parametrize("room", [91, 100, 110, 140])
def test_no_name_of_twins_figures_is_cut(qapp, room):
    said: list[str] = []

    class Reading(Written):
        def drawText(self, rect, align, words):  # type: ignore[no-untyped-def, override]
            said.append(words)
            super().drawText(rect, align, words)

    image = QImage(400, 400, QImage.Format.Format_RGB32)
    painter = Reading(image)
    status = Status(train_loss=0.027, dev_loss=0.174, train_accuracy=1.0, dev_accuracy=0.94)
    Numbers(painter, LIGHT, QRectF(0, 0, room, 190)).results(status, status)
    painter.end()
    assert not [words for words in said if "…" in words]


# -- the same faces everywhere ------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [(font, 400), (font, 600), (maths, False), (maths, True)])
def test_every_face_is_one_that_is_shipped(qapp, made):
    kind, how = made
    made = kind(12, how)
    found = QFontInfo(made)
    assert (found.family(), found.italic()) == (made.family(), made.italic())


def test_the_interface_s_face_has_every_sign_that_knobs_are_described_with(qapp):
    signs = QFontMetrics(font(12))
    said = "".join(
        f"{knob.label}{knob.symbol}{knob.help}{knob.usual}{''.join((knob.meanings or {}).values())}"
        for _, knob, _ in every_knob(Experiment())
    )
    assert sorted({sign for sign in said if not signs.inFontUcs4(ord(sign))}) == []


def test_the_licence_of_the_faces_lies_beside_them():
    assert "SIL OPEN FONT LICENSE Version 1.1" in asset("fonts/OFL.txt").read_text(encoding="utf-8")
