"""Cost surfaces in a window: paths that follow what is dragged, and a run measured beside them."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.bowl import two_bowls
from hyperscope.lab.generalise.two_inputs import TwoInputs
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.generalise.bending import Bending
from hyperscope.ui.labs.generalise.exports import of_surface
from hyperscope.ui.labs.generalise.surface_view import STRETCH, SurfaceView
from hyperscope.ui.window import Window
from patience import PATIENCE

TINY = Experiment(data=Data(source="blobs", classes=2, points=60, noise=0.3), network=Network(layers=(Layer(2),)))
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """The view with a short run measured."""
    made = standing_still(TINY)
    lab = made._made(entry("generalise"))
    part = next(part for part in lab.parts if isinstance(part, Bending))
    part.steps, part.points = 10, 3
    made.show_lab("generalise", "surface")
    qtbot.waitUntil(lambda: made.up_to_date and not made.lab.busy(), timeout=PATIENCE)
    return made


def view_of(window: Window) -> SurfaceView:
    return window.lab.page.surface


@pytest.fixture
def in_turn(window, qtbot):
    """Waits until both cards have had their turn."""
    return lambda: qtbot.waitUntil(lambda: not view_of(window).turns.waits, timeout=PATIENCE)


def test_both_surfaces_and_the_run_are_shown(window):
    view = view_of(window)
    assert view.sentence.text().startswith("Condition number ") and len(view.plain.paths) == 5
    assert "step 10" in view.share.accessibleDescription() and len(view.slice.slices) == 3
    assert [table.name for table in of_surface(window.lab.page)] == ["paths", "run"]
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]


def test_a_drag_moves_the_start_of_all_paths_on_both(window, qtbot, in_turn):
    view = view_of(window)
    qtbot.mouseClick(view.normal, LEFT, pos=view.normal.place(0.5, -0.5).toPoint())
    in_turn()
    for card in (view.plain, view.normal):
        assert card.start == pytest.approx((0.5, -0.5), abs=0.02)
        begun = (card.paths["sgd"][0] - card.bowl.lowest) / card.bowl.half
        assert begun == pytest.approx(card.start)
    view.normal.setFocus()
    for _ in range(3):  # each goes on from the last, though the paths have their turn later
        qtbot.keyClick(view.normal, Key.Key_Up)
    in_turn()
    assert view.normal.start[1] == view.plain.start[1] == pytest.approx(-0.35, abs=0.03)


def test_rate_and_momentum_act_on_the_paths_of_one_card_a_frame(window, in_turn):
    view = view_of(window)
    before = view.plain.paths["momentum"].copy(), view.normal.paths["momentum"].copy()
    view.card.beta._enter("0.5")
    assert not np.array_equal(before[0], view.plain.paths["momentum"])
    assert np.array_equal(before[1], view.normal.paths["momentum"]) and view.normal.beta != 0.5  # all of one moment
    in_turn()
    assert not np.array_equal(before[1], view.normal.paths["momentum"])
    view.card.alpha._enter("100")
    in_turn()
    assert view.plain.ends["sgd"][0] in ("diverges", "swings") and "At α = 100 gradient descent" in view.sentence.text()


def test_the_sentence_does_without_ends_that_only_one_surface_has(window, in_turn):
    view = view_of(window)
    in_turn()
    assert "gradient descent" in view.said()
    del view.normal.ends["sgd"]
    assert view.said() and "gradient descent" not in view.said()


def test_paths_are_walked_anew_only_where_something_is_another(window, in_turn):
    view = view_of(window)
    walked = view.plain.paths
    view.set_start(*view.plain.start)
    in_turn()
    assert view.plain.paths is walked


def test_a_stretched_input_narrows_the_valley_of_inputs_as_they_are_alone(window):
    view = view_of(window)
    before, kept = (view.plain.bowl.condition, view.normal.bowl.condition), view.normal.bowl
    view.card.stretch._enter("30")
    assert view.plain.bowl.condition > 4 * before[0]
    assert view.normal.bowl is kept and kept.condition == before[1]  # what is the same is not worked out anew


def test_height_and_fewer_optimisers_are_drawn(window, qtbot, in_turn):
    view = view_of(window)
    view.show_height(True)
    assert view.plain.height_shown and not view.normal.height_shown and window.lab.busy()  # one a frame
    qtbot.waitUntil(lambda: view.normal.height_shown and not window.lab.busy(), timeout=PATIENCE)
    qtbot.mouseClick(view.card.rules["adam"], LEFT)
    in_turn()
    assert "adam" not in view.plain.paths and not view.plain.grab().isNull() and not view.slice.grab().isNull()


def test_new_data_have_surfaces_of_their_own_and_closing_ends_the_run(window, qtbot):
    view, job = view_of(window), window.part(Bending).job
    before = [view.plain.bowl, view.normal.bowl]
    window.move_knob("data.noise", 0.6)
    assert view.share.note == "of an earlier experiment"
    qtbot.waitUntil(lambda: view.plain.bowl is not before[0] and view.normal.bowl is not before[1], timeout=PATIENCE)
    window.close()
    assert job.over


def test_the_surfaces_are_of_the_training_examples_as_they_are(window):
    examples = load(TINY.data)
    train = examples.part == 0
    for card, bowl in zip(
        (view_of(window).plain, view_of(window).normal),
        two_bowls(examples.raw[:, train], examples.y[train], STRETCH),
        strict=True,
    ):
        assert np.array_equal(card.bowl.x, bowl.x) and np.array_equal(card.bowl.lowest, bowl.lowest)


def test_other_surfaces_are_shown_one_a_frame_and_the_lab_is_busy_until_both_are_there(window, qtbot):
    view = view_of(window)
    rng = np.random.default_rng(0)
    before = view.normal.bowl
    view.show_examples(TwoInputs(rng.normal(size=(2, 50)), np.arange(50) % 2))
    assert view.plain.bowl.t.size == 50 and view.normal.bowl is before and window.lab.busy()
    assert view.normal.ends and not view.normal.awaited  # what was there stays until then
    qtbot.waitUntil(lambda: not window.lab.busy(), timeout=PATIENCE)
    assert view.normal.bowl.t.size == 50
    said = view.sentence.text()
    view.show_examples(TwoInputs(np.empty((2, 0)), np.empty(0, int)))
    assert view.normal.bowl.t.size == 50 and view.sentence.text() == said


def test_of_twins_the_surfaces_are_of_the_one_that_is_moved(window, qtbot):
    view = view_of(window)
    of_a = view.plain.bowl.x
    window.do(lambda: window.session.start_twin(replace(TINY, data=replace(TINY.data, noise=0.7))))
    qtbot.waitUntil(lambda: not np.array_equal(view.plain.bowl.x, of_a), timeout=PATIENCE)
    window.session.side = "A"
    window.follow()
    qtbot.waitUntil(lambda: np.array_equal(view.plain.bowl.x, of_a), timeout=PATIENCE)


def test_a_surface_is_coarser_while_it_is_dragged_and_fine_when_let_go(window, qtbot):
    view = view_of(window)
    slider = view.card.stretch
    slider.track.setSliderDown(True)
    slider.track.setValue(slider.track.maximum() // 3)
    assert len(view.plain.relief.cost) == 32 and len(view.normal.relief.cost) == 64
    paths = dict(view.plain.paths)
    slider.track.setSliderDown(False)
    qtbot.waitUntil(lambda: len(view.plain.relief.cost) == 64, timeout=PATIENCE)
    assert all(np.array_equal(view.plain.paths[rule], walked) for rule, walked in paths.items())
