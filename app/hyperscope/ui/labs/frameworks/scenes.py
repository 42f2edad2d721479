"""States of the Frameworks lab worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.frameworks.page import FrameworksPage
from hyperscope.ui.labs.frameworks.trials import SideBySide
from hyperscope.ui.record.scene import Scene, wait
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


def _run(window: Window) -> None:
    """NumPy's code, run to its end on the session as it stands."""
    side = window.part(SideBySide)
    wait(lambda: not side.busy, "the end of the run that began with the view")
    side.run("numpy")
    wait(lambda: not side.busy, "the end of NumPy's run")


def _measured(window: Window) -> None:
    side = window.part(SideBySide)
    side.run("numpy")
    wait(lambda: side.job is None and "numpy" in side.measured, "the end of NumPy's run")


def _missing(window: Window) -> None:
    side = window.part(SideBySide)
    side.view.show_framework("pytorch")
    wait(lambda: not side.busy, "the end of NumPy's run")


def scenes() -> Sequence[Scene]:
    """A layer in PyTorch, the backward pass in NumPy and folded, Optax, and what was run here."""
    of_code = partial(Scene, lab="frameworks", view="code")
    normed = Experiment(network=Network(layers=(Layer(batch_norm="before"), Layer(batch_norm="before"), Layer())))
    return (
        of_code("frameworks-code", normed, 2, last=_at("pytorch", "layer2")),
        of_code("frameworks-numpy", normed, 2, last=_at("numpy", "backward")),
        Scene("frameworks-side", normed, 12, last=_run, lab="frameworks", view="side-by-side"),
        Scene("frameworks-choosing", normed, 2, last=_measured, lab="frameworks", view="choosing"),
        Scene("frameworks-missing", Experiment(), 0, last=_missing, lab="frameworks", view="side-by-side"),
        Scene("frameworks-writes", normed, 0, lab="frameworks", view="writes"),
        Scene("frameworks-folded", normed, 0, last=_folded, lab="frameworks", view="writes"),
        of_code("frameworks-optax", Experiment(), 0, last=_at("optax", "update")),
    )
