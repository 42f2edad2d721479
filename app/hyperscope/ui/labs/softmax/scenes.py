"""States of the Softmax lab worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.softmax.case import Case
from hyperscope.ui.labs.softmax.page import SoftmaxPage
from hyperscope.ui.labs.softmax.workbench import FACES, Workbench
from hyperscope.ui.record.scene import Scene
from hyperscope.ui.window import Window


def bench_of(window: Window) -> Workbench:
    """The workbench, which the window shows now."""
    page = window.lab.page
    assert isinstance(page, SoftmaxPage)
    return page.workbench


def _case(case: Case) -> Callable[[Window], None]:
    return lambda window: bench_of(window).moved.emit(case)


def _point(window: Window) -> None:
    bench = bench_of(window)
    bench.face.choose(FACES[1])
    bench.point_moved.emit(0.6, 0.4)


def _chosen(window: Window) -> None:
    page = window.lab.page
    assert isinstance(page, SoftmaxPage)
    page.batch.matrices.chosen.emit(5)


def scenes() -> Sequence[Scene]:
    """The workbench as it opens, with powers that overflow, with ten classes, and following a point of the map."""
    of_bench = partial(Scene, lab="softmax", view="workbench")
    ten = Case((5.0, 2.0, -1.0, 3.0, 0.0, 1.0, -2.0, 4.0, 2.5, -0.5), 3, 2.0)
    digits = Experiment(data=Data(source="digits"))
    blobs = Data(source="blobs", classes=4, noise=0.45, points=400, standardise=True)
    flat = Experiment(data=blobs, network=Network(layers=()), training=Training(learning_rate=0.1))
    unsure = Experiment(
        data=Data(points=400, noise=0.3), network=Network(layers=(Layer(32), Layer(32))),
        training=Training(learning_rate=0.01, optimiser="adam"),
    )  # fmt: skip
    tree = Experiment(
        data=Data(source="digits", standardise=True),
        network=Network(layers=(Layer(32, "relu"),), output="hierarchical"),
        training=Training(learning_rate=0.01, optimiser="adam"),
    )
    start = Experiment(training=Training(learning_rate=0.03))
    return (
        of_bench("softmax-workbench", Experiment(), 0),
        of_bench("softmax-overflow", Experiment(), 0, _case(Case((1000.0, 1001.0), 1))),
        of_bench("softmax-ten", Experiment(), 0, _case(ten)),
        of_bench("softmax-point", start, 40, _point),
        Scene("softmax-plane", flat, 20, lab="softmax", view="plane"),
        Scene("softmax-plane-hidden", start, 20, lab="softmax", view="plane"),
        Scene("softmax-confidence", unsure, 60, lab="softmax", view="confidence"),
        Scene("softmax-many", tree, 6, lab="softmax", view="many"),
        Scene("softmax-batch", start, 6, last=_chosen, lab="softmax", view="batch"),
        Scene("softmax-batch-digits", digits, 3, lab="softmax", view="batch"),
    )
