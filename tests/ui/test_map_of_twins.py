"""Every face of the map shows both of twins: pin, mistakes, warped planes, samples and confusions."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPoint, Qt
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hyperscope.engine.metrics import confusion, most_confused
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.probes.answers import Answers
from hyperscope.lab.probes.decision_map import Map
from hyperscope.lab.probes.passing import Passing
from hyperscope.lab.probes.warp import Warp
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.theme import DARK, LIGHT, scaled
from probed import Sides, seen
from ui import hand_made

OF_A, OF_B = (3, 40), (40, 77, 300)  # the examples that each of them misclassifies
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> MapPanel:
    made = MapPanel()
    qtbot.addWidget(made)
    made.resize(366, 420)
    made.show()
    return made


def taken(examples: Examples, wrong: tuple[int, ...]) -> np.ndarray:
    """The predicted classes: the true ones, but for those in `wrong` the next."""
    said = examples.y.copy()
    said[list(wrong)] = (said[list(wrong)] + 1) % 3
    return said


def mapped(*wrong: tuple[int, ...]) -> Sides:
    shown = hand_made.examples()
    full = hand_made.class_map(shown)
    return tuple(
        seen(
            {"examples": shown, "map": Map(full.p, taken(shown, of), hand_made.EXTENT), "disagreement": None},
            hand_made.STATUS,
        )
        for of in wrong
    )


def pictured(m: int = 60) -> Examples:
    """Examples that are pictures of 8 × 8 bytes: 20 train, 20 dev, 20 test."""
    shown = hand_made.examples(m, names=("zero", "one", "two"), axes=("PC 1", "PC 2"))
    pictures = np.random.default_rng(4).integers(0, 255, (m, 8, 8)).astype(np.uint8)
    return replace(shown, part=np.arange(m) * 3 // m, pictures=pictures)


def answered(examples: Examples, wrong: tuple[int, ...]) -> Answers:
    said = taken(examples, wrong)
    p = np.full((3, len(said)), 0.1, np.float32)
    p[said, np.arange(len(said))] = 0.8
    counts = np.stack([confusion(p[:, examples.part == k], examples.y[examples.part == k]) for k in range(3)])
    return Answers(p, counts, tuple(most_confused(of) for of in counts))


def answering(panel: MapPanel, mode: str, *wrong: tuple[int, ...], examples: Examples | None = None) -> Examples:
    """Has twins answer in the face `mode`; B has other `examples` if they are given."""
    shown = pictured()
    panel.draw(tuple(seen({"examples": of}) for of in (shown, examples or shown)))
    panel.set_mode(mode)
    of_both = ((shown, wrong[0]), (examples or shown, wrong[1]))
    panel.draw(tuple(seen({"answers": answered(of, taken_wrong)}) for of, taken_wrong in of_both))
    return shown


def said(widget: QWidget) -> list[str]:
    """The pieces of text on a widget, read from a drawing of it as SVG."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    widget.render(generator)
    return re.findall(r"<text[^>]*>([^<]*)</text>", bytes(buffer.data().data()).decode())


def passing(p: tuple[float, ...], example: int = 40) -> Passing:
    return Passing((np.zeros(2), np.zeros(8), np.array(p, np.float32)), None, example, 1, 1)


def bent(units: int, layer: int = 0) -> Warp:
    sheet = np.stack(np.meshgrid(np.linspace(-1, 1, 37), np.linspace(-1, 1, 37)))
    return Warp(layer, layer + 1, units, sheet, np.zeros((37, 37), np.int64), axes=("unit 1", "unit 2"), share=0.87)


# -- the maps -----------------------------------------------------------------------------------------------------


def test_a_twin_that_ends_leaves_one_map(panel: MapPanel) -> None:
    both = mapped(OF_A, OF_B)
    panel.draw(both)
    side = panel.picture.width()
    panel.draw(both[:1])
    assert len(panel.shown.pictures) == 1 and panel.picture.width() > 1.5 * side


def test_a_view_is_that_of_both(panel: MapPanel) -> None:
    panel.set_view("margin")
    panel.draw(mapped(OF_A, OF_B))
    assert [picture.view for picture in panel.shown.pictures] == ["margin"] * 2
    panel.set_view("hard")
    assert [picture.view for picture in panel.shown.pictures] == ["hard"] * 2


def test_lines_and_parts_are_chosen_for_both(panel: MapPanel) -> None:
    panel.draw(mapped(OF_A, OF_B))
    panel.options.inside.parts[2].click()
    panel.options.inside.contours.lever.click()
    assert all(picture.parts == (True, True, False) for picture in panel.shown.pictures)
    assert all(picture.with_contours for picture in panel.shown.pictures)


def test_steps_go_through_the_mistakes_of_either(panel: MapPanel) -> None:
    panel.draw(mapped(OF_A, OF_B))
    pinned = []
    for _ in range(4):
        panel.step(1)
        assert panel.pin is not None
        pinned.append(panel.pin.example)
    assert pinned == [3, 40, 77, 300]


def test_the_mistakes_of_each_are_counted(panel: MapPanel) -> None:
    panel.draw(mapped((3,) * 1, tuple(range(100, 137))))
    assert {"1", "37"} <= set(said(panel))


def test_a_press_on_any_of_the_maps_pins_the_same_place(panel: MapPanel, qtbot: QtBot) -> None:
    panel.draw(mapped(OF_A, OF_B))
    pins = []
    for box in panel.arrangement.cells[:3]:  # type: ignore[attr-defined]
        qtbot.mouseClick(panel, LEFT, pos=box.topLeft().toPoint() + QPoint(4, 4))
        pins.append(panel.pin)
        panel.set_pin(None)
    assert pins[0] is not None and pins[0] == pins[1] == pins[2]


def test_the_pinned_input_is_ringed_on_all_three(panel: MapPanel) -> None:
    panel.draw(mapped(OF_A, OF_B))
    before = panel.grab().toImage()
    panel.set_pin(Pin(point=(0.0, 5.5)))
    after = panel.grab().toImage()
    drawn = panel.shown.first
    at = drawn.pixel(0.0, 5.5) - drawn.box.topLeft()
    for box in panel.arrangement.cells[:2]:  # type: ignore[attr-defined]
        ring = (box.topLeft() + at).toPoint() + QPoint(9, 0)
        assert after.pixelColor(ring) != before.pixelColor(ring)


def test_the_pinned_example_is_read_out_of_both(panel: MapPanel) -> None:
    panel.draw(mapped(OF_A, OF_B))
    panel.set_pin(Pin(example=40))
    panel.show_passing(passing((0.1, 0.72, 0.18)), passing((0.61, 0.3, 0.09)))
    words = said(panel)
    assert {"0.72", "0.61", "0.30"} <= set(words)
    assert any(word.startswith("dev") and "40" in word for word in words)


def test_an_example_of_other_data_is_not_marked_on_them(panel: MapPanel) -> None:
    a, _ = mapped(OF_A, OF_B)
    others = hand_made.examples(90)
    other = seen({"examples": others, "map": hand_made.class_map(others), "disagreement": None})
    panel.draw((a, other))
    assert panel.wrong.tolist() == list(OF_A)
    panel.set_pin(Pin(example=400))
    panel.show_passing(passing((0.1, 0.72, 0.18), 400), passing((0.61, 0.3, 0.09), 400))
    words = said(panel)
    assert "0.72" in words and "0.61" not in words


# -- the warped planes --------------------------------------------------------------------------------------------


def test_each_has_its_own_view_of_a_layer(panel: MapPanel) -> None:
    panel.set_mode("warped")
    shown = hand_made.examples()
    panel.draw(tuple(seen({"examples": shown, "warp": bent(units)}) for units in (2, 8)))
    words = [picture.says()[0][0] for picture in panel.warp.pictures]
    assert words == ["The two units of layer 1, as they are", "First 2 principal components of layer 1's 8 units"]


def test_a_layer_that_only_b_has_can_be_chosen(panel: MapPanel) -> None:
    panel.set_mode("warped")
    panel.draw(tuple(seen({"examples": hand_made.examples(), "warp": bent(2, layer)}) for layer in (1, 2)))
    assert len(panel.warp.layers.buttons) == 3


@pytest.mark.parametrize("size", [(220, 260), (366, 420), (700, 420), (560, 620)])
@pytest.mark.parametrize("theme", [LIGHT, scaled(DARK, 1.5)], ids=["light", "large and dark"])
def test_pictures_and_words_lie_within_the_card_and_apart(panel: MapPanel, size, theme) -> None:
    panel.set_theme(theme)
    panel.resize(*size)
    panel.set_mode("warped")
    panel.draw(tuple(seen({"examples": hand_made.examples(), "warp": bent(8, 2)}) for _ in range(2)))
    panel.grab()
    boxes = [picture.box for picture in panel.warp.pictures]
    assert all(box.left() >= 0 and box.right() <= panel.warp.width() for box in boxes)
    assert all(box.top() >= panel.warp.layers.geometry().bottom() for box in boxes)
    assert not boxes[0].intersects(boxes[1])


# -- samples ------------------------------------------------------------------------------------------------------


def test_a_sample_says_what_both_take_it_for(panel: MapPanel) -> None:
    answering(panel, "samples", (), (25,))
    words = said(panel.samples.grid)
    assert any(word.startswith("A ") for word in words) and any(word.startswith("B ") for word in words)


def test_samples_that_either_gets_wrong_come_first(panel: MapPanel) -> None:
    answering(panel, "samples", (30,), (25, 30))
    assert panel.samples.grid.shown[:3].tolist() == [25, 30, 20]
    assert panel.samples.grid.says() == "A 1, B 2 of 20 dev samples are misclassified"


def test_samples_of_a_twin_with_other_data_are_of_a_alone(panel: MapPanel) -> None:
    answering(panel, "samples", (30,), (2,), examples=pictured(30))
    assert panel.samples.grid.says() == "1 of 20 dev samples are misclassified"


# -- confusions ---------------------------------------------------------------------------------------------------


def test_a_confused_pair_is_counted_for_both(panel: MapPanel) -> None:
    shown = answering(panel, "confusion", (25,), (25, 28, 31))
    names = shown.class_names
    true, other = names[shown.y[25]], names[(shown.y[25] + 1) % 3]
    assert panel.confusion.rows[0].says().startswith(f"{true} taken for {other}: A 1, ")
    assert "; B 3, " in panel.confusion.rows[0].says()


def test_a_press_on_b_s_matrix_chooses_the_cell_of_both(panel: MapPanel, qtbot: QtBot) -> None:
    shown = answering(panel, "confusion", (), (25,))
    _, matrix = panel.confusion.matrices
    true, side = int(shown.y[25]), matrix.box.width() / 3
    at = matrix.box.topLeft().toPoint() + QPoint(round(((true + 1) % 3 + 0.5) * side), round((true + 0.5) * side))
    qtbot.mouseClick(panel.confusion, LEFT, pos=at)
    assert [one.chosen for one in panel.confusion.matrices] == [(true, (true + 1) % 3)] * 2
    assert panel.pin == Pin(example=25)


def test_matrices_of_other_data_are_shown_and_not_compared(panel: MapPanel) -> None:
    answering(panel, "confusion", (25,), (12, 13), examples=pictured(30))
    panel.grab()
    assert all(matrix.answers is not None for matrix in panel.confusion.matrices)
    assert "A " not in panel.confusion.rows[0].says()
