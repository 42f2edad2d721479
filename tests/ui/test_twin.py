"""Twins in the window: started by key or button, both shown, marked where they differ, compared, and ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from hyperscope.lab.doctor.checks.remedies import setting
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.twins.comparison import Disagreement
from hyperscope.ui.panels.cards.twin_bar import TwinBar
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import Sides, seen, views
from ui import hand_made

RATE = "training.learning_rate"
SMALL = Experiment(data=Data(points=90))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(standing_still) -> Callable[..., Window]:
    """Opens windows that stand still."""
    return lambda experiment=SMALL: standing_still(msgspec.structs.replace(experiment))


def with_twin(opened, qtbot, experiment: Experiment = SMALL) -> tuple[Window, TwinPart]:
    window = opened(experiment)
    part = window.part(TwinPart)
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: window.up_to_date and bool(part.bar.verdict.lead), timeout=PATIENCE)
    return window, part


def trained(window: Window, qtbot, epochs: int) -> None:
    window.session.train_to(epochs)
    qtbot.waitUntil(lambda: window.session.status.epoch >= epochs, timeout=PATIENCE)


def colour(widget, at: QPointF) -> str:
    return widget.grab().toImage().pixelColor(at.toPoint()).name()


def snapshot(strength: float = 0.0, *, common: bool = True) -> Sides:
    """Twins that agree, or differ everywhere by `strength`; not to be compared without a plane in `common`."""
    extent = hand_made.EXTENT
    p = hand_made.probabilities(*hand_made.plane())
    base = hand_made.snapshot()
    flat = np.full(p.shape[1:], strength, np.float32)
    m = views(base)["examples"].y.size
    found = Disagreement(flat, flat > 0.5, extent, float(strength > 0.5), np.arange(m) < 7)
    status = replace(hand_made.STATUS, dev_loss=0.5)
    return (*base, seen({**views(base), "disagreement": found if common else None}, status))


# -- the maps -----------------------------------------------------------------------------------------------------


@pytest.fixture
def maps(qtbot) -> MapPanel:
    made = MapPanel()
    qtbot.addWidget(made)
    made.resize(366, 420)
    made.show()
    return made


def test_both_maps_show_the_class_regions(maps) -> None:
    maps.draw(snapshot())
    a, b, *_ = maps.arrangement.cells
    corner = QPointF(6, 6)
    assert colour(maps, a.topLeft() + corner) == colour(maps, b.topLeft() + corner) != LIGHT.card.name()


def test_the_map_of_disagreement_is_darker_where_they_disagree(maps) -> None:
    maps.draw(snapshot(0.0))
    corner = maps.arrangement.cells[2].topLeft() + QPointF(12, 12)
    alike = maps.grab().toImage().pixelColor(corner.toPoint()).lightness()
    maps.draw(snapshot(0.9))
    assert maps.grab().toImage().pixelColor(corner.toPoint()).lightness() < alike - 80


def test_the_shares_are_said_in_words(maps) -> None:
    maps.draw(snapshot(0.9))
    m = views(snapshot())["examples"].y.size
    assert maps.accessibleDescription() == f"They disagree on 100.0 % of the plane and on 7 of {m} examples"


def test_twins_without_a_common_plane_are_said_to_have_none(maps) -> None:
    maps.draw(snapshot(common=False))
    assert "no plane in common" in maps.accessibleDescription()
    maps.grab()


@pytest.mark.parametrize("size", [(220, 260), (366, 420), (700, 620)])
@pytest.mark.parametrize("theme", [LIGHT, scaled(DARK, 1.5)], ids=["light", "large and dark"])
def test_the_pictures_lie_within_the_card_and_apart(maps, size, theme) -> None:
    maps.set_theme(theme)
    maps.resize(*size)
    maps.draw(snapshot())
    maps.grab()
    boxes = maps.arrangement.cells
    assert all(box.left() >= 0 and box.right() <= maps.width() for box in boxes)
    assert all(not one.intersects(other) for k, one in enumerate(boxes) for other in boxes[k + 1 :])


def test_pointing_at_one_map_marks_the_place_on_all(maps, qtbot) -> None:
    maps.draw(snapshot())
    before = maps.grab().toImage()
    place = maps.arrangement.cells[0].center().toPoint()
    qtbot.mouseMove(maps, place)
    after = maps.grab().toImage()
    ring = QPoint(5, 0)
    for box in maps.arrangement.cells[:3]:
        at = box.center().toPoint() + ring
        assert after.pixelColor(at) != before.pixelColor(at)


# -- the bar ------------------------------------------------------------------------------------------------------


@pytest.fixture
def bar(qtbot) -> TwinBar:
    made = TwinBar()
    qtbot.addWidget(made)
    made.resize(1280, 40)
    made.show()
    return made


def test_the_bar_says_what_differs(bar) -> None:
    bar.show_difference("Adam", "Momentum")
    assert bar.differs.accessibleName() == "A: Adam · B: Momentum"
    bar.show_difference("", "")
    assert bar.differs.accessibleName() == "A and B: no difference yet"


def test_the_button_of_ten_seeds_cancels_while_they_are_trained(bar, qtbot) -> None:
    with qtbot.waitSignal(bar.seeds_wanted, timeout=PATIENCE):
        qtbot.mouseClick(bar.seeds_button, LEFT)
    bar.show_progress(0.4)
    assert bar.seeds_button.text() == "Cancel · 40 %"
    with qtbot.waitSignal(bar.seeds_unwanted, timeout=PATIENCE):
        qtbot.mouseClick(bar.seeds_button, LEFT)


def test_a_narrow_bar_leaves_out_what_is_said_elsewhere_too(bar, qtbot) -> None:
    bar.show_difference("Adam", "Momentum")
    bar.set_theme(scaled(LIGHT, 1.25))
    bar.resize(1024, 46)
    assert bar.caption.isHidden() or bar.differs.isHidden()
    assert not bar.keep_b.isHidden()
    qtbot.waitUntil(lambda: bar.verdict.width() >= bar.verdict.least(), timeout=PATIENCE)


def test_everything_in_the_bar_has_a_name_and_a_tooltip(bar) -> None:
    for part in (bar.seeds_button, bar.keep_a, bar.keep_b, bar.sides):
        assert part.accessibleName() and part.toolTip()


# -- the window ---------------------------------------------------------------------------------------------------


def test_a_key_starts_a_twin_and_both_maps_stand_in_the_place_of_the_one(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    lab = window.lab.page
    assert part.bar.isVisible() and len(lab.map.shown.pictures) == 2
    assert window.transport.twin_button.isChecked()
    assert part.bar.verdict.lead.startswith("A and B are equal after 0 epochs.")


def test_the_button_ends_it_again(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    qtbot.mouseClick(window.transport.twin_button, LEFT)
    qtbot.waitUntil(lambda: len(window.lab.page.map.shown.pictures) == 1, timeout=PATIENCE)
    assert window.session.twin is None
    assert not part.bar.isVisible() and not window.transport.twin_button.isChecked()


def test_a_control_moves_b_and_is_marked_with_both_values(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    control = window.lab.page.hyperparameters.controls[RATE]
    control.entry.setFocus()
    control.moved.emit(RATE, 0.1)
    assert window.session.experiment == SMALL
    assert control.caption.note == "A 0.01 · B 0.1"
    assert control.value() == 0.1
    assert part.bar.differs.words == ("α 0.01", "α 0.1")


def test_what_does_not_differ_bears_no_mark(opened, qtbot) -> None:
    window, _ = with_twin(opened, qtbot)
    window.move_knob(RATE, 0.1)
    window.move_knob(RATE, 0.01)
    assert window.lab.page.hyperparameters.controls[RATE].caption.note == ""


def test_a_control_that_was_folded_away_is_marked_when_it_is_seen(opened, qtbot) -> None:
    window, _ = with_twin(opened, qtbot)
    window.move_knob("training.l1", 0.01)
    card = window.lab.page.hyperparameters
    assert "training.l1" not in card.controls.made
    card.more.setChecked(True)
    assert card.controls.made["training.l1"].caption.note.startswith("A 0")


def test_a_layer_that_only_b_has_marks_no_control(opened, qtbot) -> None:
    window, _ = with_twin(opened, qtbot)
    window.lab.page.networks.layer_added.emit("B")
    controls = window.lab.page.hyperparameters.controls
    assert len(window.session.twin.network.layers) == len(SMALL.network.layers) + 1
    assert not any(control.caption.note for control in controls.values())


def test_the_switch_says_which_of_them_the_controls_move_and_show(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    window.move_knob(RATE, 0.1)
    control = window.lab.page.hyperparameters.controls[RATE]
    qtbot.mouseClick(part.bar.sides.buttons[0], LEFT)
    assert control.value() == 0.01
    window.move_knob("training.l2", 0.01)
    assert (window.session.experiment.training.l2, window.session.twin.training.l2) == (0.01, 0.0)
    qtbot.mouseClick(part.bar.sides.buttons[2], LEFT)
    window.move_knob("training.batch_size", 16)
    assert window.session.experiment.training.batch_size == window.session.twin.training.batch_size == 16


def test_the_sentence_says_who_leads_after_training(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    window.move_knob(RATE, 1e-5)  # B hardly learns
    trained(window, qtbot, 20)
    qtbot.waitUntil(lambda: "after 20 epochs: dev loss" in part.bar.verdict.lead, timeout=PATIENCE)
    assert part.bar.verdict.lead.startswith("A leads with seed ")
    qtbot.waitUntil(lambda: window.lab.page.map.shown.disagreement.plane > 0, timeout=PATIENCE)


def test_b_kept_goes_on_alone_with_its_settings(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    window.move_knob(RATE, 0.1)
    qtbot.mouseClick(part.bar.keep_b, LEFT)
    assert window.session.twin is None
    assert window.session.experiment == changed(SMALL, RATE, 0.1)
    assert window.lab.page.hyperparameters.controls[RATE].caption.note == ""
    window.do(window.session.undo)
    assert part.bar.isVisible() and window.session.twin == changed(SMALL, RATE, 0.1)


def test_ten_seeds_end_in_a_sentence_and_a_move_takes_it_away(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    window.move_knob(RATE, 1e-5)
    qtbot.mouseClick(part.bar.seeds_button, LEFT)
    qtbot.waitUntil(lambda: "Training ten seeds of each, from the start;" in part.bar.verdict.more, timeout=PATIENCE)
    qtbot.waitUntil(lambda: part.seeds.over, timeout=PATIENCE)
    assert part.bar.verdict.more.startswith("Ten seeds, epoch 20: A is better, in 10 of 10 (9 decide); ")
    dots = part.bar.dots
    assert dots.isVisible() and len(dots.places(0)) == 10
    assert dots.places(0).max() < dots.places(1).min()  # the smaller losses lie on the left
    window.move_knob(RATE, 0.1)
    assert part.seeds is None and part.bar.verdict.more == ""
    assert not dots.isVisible()


def test_twins_that_stand_apart_are_said_to_and_not_compared_on_the_map(maps) -> None:
    sides = snapshot(common=False)
    maps.draw(tuple(replace(side, status=Status(step=step)) for side, step in zip(sides, (300, 4120), strict=True)))
    assert maps.arrangement.says() == (
        "They stand at different steps, A at 300 and B at 4120, so where they disagree is not compared."
    )


def test_ten_seeds_can_be_cancelled(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    qtbot.mouseClick(part.bar.seeds_button, LEFT)
    assert part.bar.seeds_button.text() == "Cancel · 0 %"
    qtbot.waitUntil(lambda: part.seeds is not None, timeout=PATIENCE)
    job = part.seeds
    qtbot.mouseClick(part.bar.seeds_button, LEFT)
    assert part.seeds is None and part.bar.seeds_button.text() == "Ten seeds"
    assert job.over
    assert window.session.twin is not None


def test_ten_seeds_make_a_change_where_it_was_made(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    trained(window, qtbot, 4)
    window.move_knob(RATE, 1e-5)
    qtbot.mouseClick(part.bar.seeds_button, LEFT)
    qtbot.waitUntil(lambda: "every change at its step" in part.bar.verdict.more, timeout=PATIENCE)
    qtbot.waitUntil(lambda: part.seeds.over, timeout=PATIENCE)
    assert "epoch 24" in part.bar.verdict.more
    assert part.bar.verdict.more.endswith("; each change was made at its step.")
    runs = part.seeds.result
    # alike until then, up to rounding, since A's are stacked
    assert np.allclose(runs.a.loss[:, :5], runs.b.loss[:, :5], rtol=1e-4)


def test_ten_seeds_that_are_not_yet_begun_can_be_cancelled(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    part.train_seeds()
    part.cancel_seeds()
    window.draw_all()
    qtbot.waitUntil(lambda: window.up_to_date and "twin scores" not in window.session._wanted, timeout=PATIENCE)
    assert part.seeds is None and part.bar.seeds_button.text() == "Ten seeds"


def test_a_remedy_is_tried_on_b_while_a_stays_as_it_is(opened, qtbot) -> None:
    window = opened()
    part = window.part(TwinPart)
    window.lab.page.note.twin_wanted.emit(setting("α 0.001", (RATE, 0.001)))
    assert window.session.experiment == SMALL
    assert window.session.twin == changed(SMALL, RATE, 0.001)
    qtbot.waitUntil(lambda: part.bar.isVisible() and window.session.playing, timeout=PATIENCE)


def test_a_node_pointed_at_is_shown_of_both_networks(opened, qtbot) -> None:
    window, _ = with_twin(opened, qtbot)
    lab = window.lab.page
    window.draw_all()
    qtbot.waitUntil(lambda: window.up_to_date and len(lab.map.shown.pictures) == 2, timeout=PATIENCE)
    lab.network.node_hovered.emit(1, 0)
    assert all(picture.magnified is not None for picture in lab.map.shown.pictures)
    lab.network.node_hovered.emit(-1, -1)
    assert not lab.map.shown.magnified


def test_a_remedy_that_rebuilds_gives_both_the_same_start(opened, qtbot) -> None:
    window = opened()
    trained(window, qtbot, 3)
    window.lab.page.note.twin_wanted.emit(setting("He initial weights", ("network.initialiser", "xavier")))
    window.session.play(False)
    part = window.part(TwinPart)
    qtbot.waitUntil(lambda: part.bar.isVisible() and bool(part.bar.verdict.lead), timeout=PATIENCE)
    assert "They stand at different steps" not in part.bar.verdict.more


def test_the_doctor_speaks_of_the_twin_that_the_controls_move(opened, qtbot) -> None:
    window, part = with_twin(opened, qtbot)
    note = window.lab.page.note
    window.move_knob("network.initialiser", "zero")
    qtbot.waitUntil(lambda: note.finding is not None, timeout=PATIENCE)
    assert note.finding.name == "symmetric units" and note.text().startswith("B: ")
    qtbot.mouseClick(part.bar.sides.buttons[0], LEFT)
    assert note.letter == "A" and note.finding is None
    qtbot.mouseClick(part.bar.sides.buttons[1], LEFT)
    qtbot.waitUntil(lambda: note.finding is not None, timeout=PATIENCE)
    note.remedy_chosen.emit(note.finding.remedy)
    assert window.session.twin.network.initialiser != "zero" and window.session.experiment == SMALL
