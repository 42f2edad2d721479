"""What a framework writes: the step in NumPy, folded line by line into what the framework has for its parts."""

from __future__ import annotations

import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.frameworks.folding import TAKES, TOOLS, step_of
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.start import start_of
from hyperscope.lab.timeline.score import Score
from hyperscope.ui.labs.frameworks.writes_view import WritesView
from hyperscope.ui.window import Window
from patience import PATIENCE

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4, batch_norm="before"), Layer(3))))
SCRIPT = Script(start_of(Score(SMALL), 2, 3), 2, 3, 54)


def opened(open_window, qtbot) -> tuple[Window, WritesView]:
    """A paused window that shows the view."""
    window = open_window(SMALL, playing=False)
    window.show_lab("frameworks", "writes")
    view: WritesView = window.lab.page.writes
    qtbot.waitUntil(lambda: view.step is not None and view.script.examples > 0, timeout=PATIENCE)
    return window, view


@pytest.mark.parametrize("framework", TAKES)
def test_every_line_of_the_step_is_of_one_tool_and_counted_once(framework):
    step = step_of(SCRIPT, framework)
    assert sum(step.count(tool) for tool in TOOLS) == sum(line.counts for line, _ in step.lines)
    assert all(step.count(tool) > 0 for tool in TOOLS)


@pytest.mark.parametrize("framework", TAKES)
def test_what_stands_for_a_tool_is_in_the_frameworks_own_file(framework):
    step = step_of(SCRIPT, framework)
    text = frameworks[framework].code(SCRIPT).text
    for tool in TAKES[framework]:
        assert step.stands[tool], tool
        assert all(line.strip() in text for line in step.stands[tool])


def test_folded_all_the_way_the_frameworks_lines_stand_in_their_place():
    step = step_of(SCRIPT, "pytorch")
    some = step.folded({"autograd": 3}).lines
    assert len(some) == len(step.lines) - 3
    whole = step.folded({"autograd": len(step.lines)}).lines
    assert [text.strip().partition("  ")[0] for text, tool in whole if not tool] == [
        "optimiser.zero_grad()",
        "loss.backward()",
    ]
    assert not any(tool == "autograd" for _, tool in whole)


def test_lines_fold_one_by_one_and_come_back(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    before = view.text.toPlainText()
    view.fold.click()
    qtbot.waitUntil(lambda: not view._ticking.isActive(), timeout=PATIENCE)
    assert "loss.backward()" in view.text.toPlainText()
    assert "dz3" not in view.text.toPlainText()
    view.unfold.click()
    qtbot.waitUntil(lambda: view.text.toPlainText() == before, timeout=PATIENCE)


def test_with_reduced_motion_lines_fold_at_once(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    view._calm = lambda: True
    view.tools.pressed.emit("autograd")
    assert "loss.backward()" in view.text.toPlainText()


def test_jax_leaves_the_layers_where_they_are(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    view._calm = lambda: True
    view.fold_all(True)
    view.choice.chosen.emit(list(TAKES).index("jax"))
    assert view.folded["layers"] == 0 < view.folded["autograd"]
    assert "value_and_grad" in view.text.toPlainText()


def test_the_one_call_of_keras_stands_for_all_its_tools_and_is_one_line():
    step = step_of(SCRIPT, "keras")
    assert step.stands["layers"] == step.stands["autograd"] == step.stands["optimiser"]
    whole = step.folded(dict.fromkeys(TAKES["keras"], 1000)).lines
    assert [tool for _, tool in whole].count("") == len(step.stands["layers"]) == 1
    assert step.written == 1 + step.count("loop")
