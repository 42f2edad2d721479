"""States of the Generalise lab worth a picture."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.generalise.two_weights import TwoWeights
from hyperscope.ui.labs.generalise.page import GeneralisePage
from hyperscope.ui.record.scene import JOBS, Scene, wait
from hyperscope.ui.window import Window


def page_of(window: Window) -> GeneralisePage:
    """The lab's page, which the window shows now."""
    page = window.lab.page
    assert isinstance(page, GeneralisePage)
    return page


def overfitting() -> Experiment:
    """Forty noisy points and a network that learns them by heart, where even the best would err."""
    return replace(preset("overfitting"), best_error=0.1)


def _strength(number: int, window: Window) -> None:
    """Looks at another restraint, and waits until it is trained."""
    page = page_of(window)
    page.bias.strength.kinds.chosen.emit(number)
    page.bias.strength.kinds.set_index(number)
    wait(lambda: not window.lab.busy(), "the end of the jobs", JOBS)


def _height(window: Window) -> None:
    page_of(window).surface.show_height(True)
    wait(lambda: not window.lab.busy(), "both surfaces")


def preset(name: str) -> Experiment:
    """The experiment of a preset."""
    return next(one for one in presets() if one.name == name).experiment


def _two(window: Window) -> None:
    """Looks at a weight that is exactly 0 beside one that is not."""
    view = page_of(window).regularise
    view.weights.show_two(two := TwoWeights((0, 1, 2), (0, 1, 0)))
    view.weights.chosen.emit(two)
    card = view.geometry_card
    wait(lambda: card.settled and card.found is not None and card.found.first == two.first, "the two weights")


def scenes() -> tuple[Scene, ...]:
    """Bias and variance with a network that overfits, and its dropout; L1 and dropout at work; depth; surfaces."""
    of_bias = partial(Scene, lab="generalise", view="bias-and-variance")
    return (
        of_bias("generalise-bias", overfitting(), 200),
        Scene("generalise-regularise", preset("exact-zeros"), 150, last=_two, lab="generalise", view="regularise"),
        Scene("generalise-thinned", preset("thinned-networks"), 60, lab="generalise", view="regularise"),
        Scene("generalise-data", preset("copies-of-digits"), 5, lab="generalise", view="data"),
        Scene("generalise-elsewhere", preset("dev-from-elsewhere"), 40, lab="generalise", view="data"),
        Scene("generalise-depth", Experiment(), 0, lab="generalise", view="depth"),
        Scene("generalise-surface", Experiment(), 0, lab="generalise", view="surface"),
        Scene("generalise-height", Experiment(), 0, last=_height, lab="generalise", view="surface"),
        of_bias("generalise-dropout", overfitting(), 200, last=partial(_strength, 2)),
    )
