"""Cost surfaces in a window: paths that follow what is dragged, and a run measured beside them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.generalise.bending import Bending
from hyperscope.ui.labs.generalise.exports import of_surface
from hyperscope.ui.labs.generalise.surface_view import SurfaceView
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
    qtbot.waitUntil(lambda: not made.lab.busy(), timeout=PATIENCE)
    return made


def view_of(window: Window) -> SurfaceView:
    return window.lab.page.surface


def test_both_surfaces_and_the_run_are_shown(window):
    view = view_of(window)
    assert view.sentence.text().startswith("Condition number ") and len(view.plain.paths) == 5
    assert "step 10" in view.share.accessibleDescription() and len(view.slice.slices) == 3
    assert [table.name for table in of_surface(window.lab.page)] == ["paths", "run"]
    reached = [one for one in view.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reached and not [one for one in reached if one.isVisible() and not one.accessibleName()]


def test_a_drag_moves_the_start_of_all_paths_on_both(window, qtbot):
    view = view_of(window)
    qtbot.mouseClick(view.normal, LEFT, pos=view.normal.place(0.5, -0.5).toPoint())
    for card in (view.plain, view.normal):
        assert card.start == pytest.approx((0.5, -0.5), abs=0.02)
        begun = (card.paths["sgd"][0] - card.bowl.lowest) / card.bowl.half
        assert begun == pytest.approx(card.start)
    view.plain.setFocus()
    qtbot.keyClick(view.plain, Key.Key_Up)
    assert view.normal.start[1] == pytest.approx(-0.45, abs=0.03)


def test_rate_and_momentum_act_on_the_paths_at_once(window):
    view = view_of(window)
    before = view.normal.paths["momentum"].copy()
    view.card.beta._enter("0.5")
    assert not np.array_equal(before, view.normal.paths["momentum"])
    view.card.alpha._enter("100")
    assert view.plain.ends["sgd"][0] in ("diverges", "swings") and "At α = 100 gradient descent" in view.sentence.text()


def test_a_stretched_input_narrows_the_valley_of_inputs_as_they_are_alone(window):
    view = view_of(window)
    before, kept = (view.plain.bowl.condition, view.normal.bowl.condition), view.normal.bowl
    view.card.stretch._enter("30")
    assert view.plain.bowl.condition > 4 * before[0]
    assert view.normal.bowl is kept and kept.condition == before[1]  # what is the same is not worked out anew


def test_height_and_fewer_optimisers_are_drawn(window, qtbot):
    view = view_of(window)
    view.show_height(True)
    qtbot.mouseClick(view.card.rules["adam"], LEFT)
    assert "adam" not in view.plain.paths and not view.plain.grab().isNull() and not view.slice.grab().isNull()


def test_new_data_have_surfaces_of_their_own_at_once_and_closing_ends_the_run(window):
    view, job = view_of(window), window.part(Bending).job
    before = view.plain.bowl
    window.move_knob("data.noise", 0.6)
    assert view.plain.bowl is not before and view.share.note == "of an earlier experiment"
    window.close()
    assert job.over


def test_a_surface_is_coarser_while_it_is_dragged_and_fine_when_let_go(window):
    view = view_of(window)
    slider = view.card.stretch
    slider.track.setSliderDown(True)
    slider.track.setValue(slider.track.maximum() // 3)
    assert len(view.plain.relief.cost) == 32 and len(view.normal.relief.cost) == 64
    paths = dict(view.plain.paths)
    slider.track.setSliderDown(False)
    assert len(view.plain.relief.cost) == 64
    assert all(np.array_equal(view.plain.paths[rule], walked) for rule, walked in paths.items())
