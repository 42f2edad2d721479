"""A dozen really trained runs, for pictures of the page that shows them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.recorder import Recorder
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.parts.runs import Runs

if TYPE_CHECKING:
    from hyperscope.ui.window import Window

EPOCHS = 60
PATIENCE = 60  # s
NOTES = {
    2: "Jumps about; α is too large.",
    5: "Batch norm: the same α no longer hurts.",
    8: "Wide, and it learns the noise by heart.",
}


def show_runs(window: Window, chosen: int) -> None:
    """Opens the page on a dozen runs, so many of them chosen; on an empty library if none. Waits until all is drawn."""
    folder = tempfile.TemporaryDirectory(prefix="hyperscope-")
    window.destroyed.connect(lambda: folder.cleanup())  # a bound method would not keep the folder that long
    library = Library(Path(folder.name) / "runs.sqlite")
    if chosen:
        train_runs(library)
    part = window.part(Runs)
    window.session.library = library.store.path
    part.toggle()
    page = part.page
    assert page is not None
    _wait(lambda: page.loaded and page.idle)
    if chosen > 1:
        page.choose([run.id for run in page.model.runs if run.source == "spiral"][-5 : chosen - 5])
        _wait(lambda: page.idle)


def _wait(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    for _ in range(3):  # what comes in may ask for more
        while not reached() and time.monotonic() < deadline:
            QApplication.processEvents()
            time.sleep(0.001)
        QApplication.processEvents()


def train_runs(library: Library) -> None:
    """Trains the runs, each for EPOCHS epochs, and keeps them."""
    for experiment in _experiments():
        timeline = Timeline(Trainer(experiment))
        recorder = Recorder(library.store.path, every=float("inf"), shortest=0.0)
        recorder.begin(timeline)
        for epoch in range(EPOCHS):
            if epoch == EPOCHS // 2 and experiment.seed == 2:
                timeline.apply(changed(experiment, "training.learning_rate", 0.002))
            timeline.finish_epoch()
        recorder.close()
    for number, run in enumerate(library.runs()[::-1]):
        if number in NOTES:
            library.note(run.id, NOTES[number])
        if number in (5, 9):
            library.star([run.id], True)


def _experiments() -> Iterator[Experiment]:
    plain, normed = Experiment(), Network(layers=(Layer(8, "tanh", "before"),) * 3)
    wide = Network(layers=(Layer(32, "relu"),) * 2)
    yield plain
    yield changed(plain, "training.learning_rate", 0.001)
    yield changed(plain, "training.learning_rate", 0.1)
    yield changed(plain, "training.optimiser", "sgd")
    yield Experiment(network=normed)
    yield Experiment(network=normed, training=Training(learning_rate=0.1))
    yield Experiment(seed=2)
    yield Experiment(data=Data(source="checkerboard", classes=2))
    yield Experiment(data=Data(noise=0.25), network=wide)
    yield Experiment(data=Data(noise=0.25), network=wide, training=Training(l2=0.003))
    yield Experiment(data=with_source(Data(), "iris"))
    yield Experiment(data=with_source(Data(), "wine"), network=normed)
