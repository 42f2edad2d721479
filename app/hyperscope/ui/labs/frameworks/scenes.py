"""States of the Frameworks lab worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.frameworks.page import FrameworksPage
from hyperscope.ui.record.scene import Scene
from hyperscope.ui.window import Window


def _at(framework: str, mark: str) -> Callable[[Window], None]:
    def arrange(window: Window) -> None:
        page = window.lab.page
        assert isinstance(page, FrameworksPage)
        page.code.show_framework(framework)
        lines = page.code.code.lines
        page.code.text.point(next(number for number, line in enumerate(lines) if mark in line.marks))

    return arrange


def _folded(window: Window) -> None:
    page = window.lab.page
    assert isinstance(page, FrameworksPage)
    page.writes._calm = lambda: True
    page.writes.tools.pressed.emit("autograd")


def scenes() -> Sequence[Scene]:
    """A layer in PyTorch, the backward pass in NumPy and folded, and Optax."""
    of_code = partial(Scene, lab="frameworks", view="code")
    normed = Experiment(network=Network(layers=(Layer(batch_norm="before"), Layer(batch_norm="before"), Layer())))
    return (
        of_code("frameworks-code", normed, 2, last=_at("pytorch", "layer2")),
        of_code("frameworks-numpy", normed, 2, last=_at("numpy", "backward")),
        Scene("frameworks-writes", normed, 0, lab="frameworks", view="writes"),
        Scene("frameworks-folded", normed, 0, last=_folded, lab="frameworks", view="writes"),
        of_code("frameworks-optax", Experiment(), 0, last=_at("optax", "update")),
    )
