"""Pictures and animations of the real window, drawn without a screen: for the README, for class, for a look at it."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QEvent, QIODevice
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import PAINTED, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.painted import NO_POINTS
from hyperscope.lab.session.session import Session
from hyperscope.ui.app import application
from hyperscope.ui.panels.map.brush import PAINT
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.parts.painting import Painting
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.share import Share
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.runs.scenes import show_runs
from hyperscope.ui.window import Window

FRAMES = 48  # of an animation, at most
FRAME_TIME = 90  # ms
ANIMATED_WIDTH = 960  # pixels; a whole window in an animation is large enough to read at that
PATIENCE = 60  # s for one picture; then something is wrong
PRESETS = 6  # s for which presets train in a picture of them
SIZES = ((1280, 800), (1920, 1080))


@dataclass(frozen=True)
class Scene:
    """A state of the window worth a picture: an experiment, how long it trains, and what is set to what by hand."""

    name: str
    experiment: Experiment
    epochs: int
    arrange: Callable[[Window], None] = lambda window: None
    then: Callable[[Window], None] | None = None  # done after that, with as many epochs again
    last: Callable[[Window], None] = lambda window: None  # done at the very end, and not trained on from


def scenes() -> tuple[Scene, ...]:
    """Every screen there is, as its pictures are named."""
    from hyperscope.ui.record.scenes_map import scenes_of_the_map  # made of what is defined here
    from hyperscope.ui.record.scenes_network import scenes_of_the_network  # made of what is defined here

    normed = Network(layers=(Layer(8, "tanh", "before"),) * 3)
    deep = Network(layers=(Layer(8, "relu", "before"),) * 6)
    wide = Network(layers=(Layer(64, "relu", "before"),) * 2)
    stuck = Network(layers=(Layer(8, "relu"),) * 3, initialiser="zero")
    dropped = Network(layers=(Layer(8, "relu", "before", 0.2),) * 3)
    scheduled = Training(schedule="cosine", decay_every=80, warmup=5)
    return (
        Scene("start", Experiment(), 60),
        Scene("batch-norm", Experiment(network=normed), 60, _show_batch_norm),
        Scene(
            "deep", Experiment(network=deep, data=Data(source="checkerboard", classes=2, points=1000)), 40, _show_hard
        ),
        Scene("iris", Experiment(data=with_source(Data(), "iris")), 60, _show_accuracy),
        Scene("digits", Experiment(data=with_source(Data(), "digits"), network=wide), 12, _show_confidence),
        Scene(
            "diverged",
            Experiment(
                network=Network(layers=(Layer(8, "linear"),) * 3),
                training=Training(optimiser="sgd", learning_rate=0.05),
            ),
            20,
            then=lambda window: window.move_knob("training.learning_rate", 10.0),
        ),
        Scene("presets", Experiment(), 20, _show_presets),
        Scene("runs", Experiment(), 20, lambda window: show_runs(window, 1)),
        Scene("runs-compared", Experiment(), 20, lambda window: show_runs(window, 3)),
        Scene("runs-none", Experiment(), 20, lambda window: show_runs(window, 0)),
        Scene("projector", Experiment(network=normed), 60, _project),
        Scene("palette", Experiment(), 60, then=_find),
        Scene("keys", Experiment(), 60, then=lambda window: window.part(Finding).show_keys()),
        Scene("painting", Experiment(), 60, then=_paint),
        Scene("own-points", Experiment(data=_own_points(), network=normed), 80),
        Scene("empty-plane", Experiment(), 0, lambda window: window.part(Painting).empty(), lambda window: None),
        Scene("shown", Experiment(), 60, then=lambda window: window.part(Presenting).choose()),
        Scene("learning-rate", Experiment(network=normed, training=scheduled), 60, _show_rate_and_weights),
        Scene("gradients", Experiment(network=deep), 40, _show_gradients),
        Scene("earlier-runs", Experiment(network=normed), 40, then=_start_again_slower),
        Scene("train-mode", Experiment(network=dropped), 40, _show_train_mode),
        Scene("slow-motion", Experiment(network=normed), 30, last=_slow_down),
        Scene("branch", Experiment(network=normed), 30, then=_branch, last=_train_on),
        Scene("export", Experiment(), 60, then=_export),
        Scene("share", Experiment(), 60, then=_share),
        Scene("twin", Experiment(network=normed), 40, then=_start_twin),
        Scene("twin-iris", Experiment(data=with_source(Data(), "iris")), 30, then=_start_twin_with_other_optimiser),
        Scene("twin-seeds", Experiment(), 30, then=_train_ten_seeds),
        Scene("twin-remedy", Experiment(network=stuck), 30, then=_try_remedy),
        *scenes_of_the_map(),
        *scenes_of_the_network(),
    )


def _slow_down(window: Window) -> None:
    """The backward step of a layer's batch norm."""
    session = window.session
    window.do(session.slow)
    _wait(lambda: session.slow_motion is not None, "slow motion")
    assert session.slow_motion is not None
    at = next(
        number
        for number, one in enumerate(session.slow_motion.operations)
        if (one.phase, one.layer, one.symbol) == ("backward", 2, "dZ^{[2]}")
    )
    window.do(lambda: session.slow(to=at))
    _wait(lambda: session.slow_motion is not None and session.slow_motion.at == at, "an operation")


def _branch(window: Window) -> None:
    """Back to the middle, and on from there without batch norm."""
    beat = window.session.status.end // 2
    window.go_to(beat)
    _wait(lambda: window.session.going is None and window.session.status.beat == beat, "an earlier moment")
    window.move_knob("network.layers.*.batch_norm", "off")


def _train_on(window: Window) -> None:
    _wait(lambda: len(window.session.ghosts) > 0, "a branch")
    window.draw_all()
    _wait(lambda: window.up_to_date, "its picture")


def _own_points() -> Data:
    """Points as somebody paints them: a face of four classes."""
    rng, points = np.random.default_rng(4), NO_POINTS
    turn, smile = np.linspace(0, 2 * np.pi, 90), np.linspace(1.2 * np.pi, 1.8 * np.pi, 30)
    strokes = (
        (np.stack([np.cos(turn), np.sin(turn)]) * 2.8, 0),
        (np.stack([np.cos(smile), np.sin(smile)]) * 1.6, 1),
        (np.array([[-1.0], [0.8]]) * np.ones((1, 24)), 2),
        (np.array([[1.0], [0.8]]) * np.ones((1, 24)), 3),
    )
    for along, c in strokes:
        points = points.added(along + rng.normal(0, 0.14, along.shape), c)
    return Data(source=PAINTED, painted=points.written(), classes=4)


def _paint(window: Window) -> None:
    """The middle of a stroke of a fourth class."""
    painting = window.part(Painting)
    painting.start()
    painting.surface.choose(PAINT, 3)
    painting.surface.begin(PAINT, -2.6, 2.9)
    for share in np.linspace(0, 1, 40):
        painting.surface.go_on(-2.6 + 4.4 * share, 2.9 - 0.8 * np.sin(3 * share))


def _show_batch_norm(window: Window) -> None:
    window.playground.distributions.view.choose("batch norm")


def _show_hard(window: Window) -> None:
    window.playground.map.set_view("hard")


def _show_confidence(window: Window) -> None:
    window.playground.map.set_view("confidence")


def _show_rate_and_weights(window: Window) -> None:
    window.playground.curves.view.choose("Rate")
    window.playground.distributions.view.choose("weights")


def _show_gradients(window: Window) -> None:
    window.playground.curves.view.choose("Gradient")
    window.playground.distributions.view.choose("gradients")


def _show_train_mode(window: Window) -> None:
    window.playground.distributions.mode.choose("train")


def _start_again_slower(window: Window) -> None:
    window.do(window.session.restart)
    window.move_knob("training.learning_rate", 0.003)


def _start_twin(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.learning_rate", 0.1)


def _start_twin_with_other_optimiser(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.optimiser", "sgd")
    window.playground.map.set_view("hard")


def _train_ten_seeds(window: Window) -> None:
    _start_twin(window)
    part = window.part(TwinPart)
    window.do(part.train_seeds)
    _wait(lambda: part.seeds is not None and part.seeds.over, "the end of ten seeds")


def _try_remedy(window: Window) -> None:
    note = window.playground.note
    window.follow()
    _wait(lambda: note.finding is not None and note.finding.remedy is not None, "something the doctor has a remedy for")
    note.twin_button.click()
    window.session.play(False)


def _show_accuracy(window: Window) -> None:
    window.playground.curves.view.choose("Accuracy")


def _show_presets(window: Window) -> None:
    page = window.part(Presets)
    page.toggle()
    _wait(lambda: page.page is not None and all(card.live is not None for card in page.page.cards), "all presets")
    ends = time.monotonic() + PRESETS
    _wait(lambda: time.monotonic() > ends, "trained presets")


def _project(window: Window) -> None:
    presenting = window.part(Presenting)
    presenting.switch_projector()
    presenting.hide(frozenset({"data", "distributions"}))
    presenting.captions.switch()


def _export(window: Window) -> None:
    export = window.part(Export)
    export.open()
    _wait(lambda: export.dialog is not None and export.dialog.preview.image is not None, "a preview")


def _share(window: Window) -> None:
    share = window.part(Share)
    window.move_knob("training.learning_rate", 0.03)
    share.open()
    dialog = share.dialog
    assert dialog is not None
    _wait(lambda: bool(dialog.session.code.text()), "the session's code")
    dialog.box.setPlainText(dialog.session.code.text())
    _wait(dialog.open_button.isEnabled, "what was pasted")


def _find(window: Window) -> None:
    palette = window.part(Finding).palette
    window.part(Finding).find()
    palette.line.setText("batch")


def record(
    experiment: Experiment | None,
    out: Path,
    *,
    epochs: int = 60,
    theme: str = "light",
    size: tuple[int, int] = SIZES[0],
) -> None:
    """Writes one picture (.png) after `epochs` epochs, or an animation (.gif) of the way there."""
    with _window(experiment or Experiment(), theme, size) as window:
        if out.suffix.lower() == ".png":
            _train_to(window, epochs)
            window.grab().save(str(out))
            return
        frames = []
        for number in range(min(FRAMES, epochs) + 1):
            _train_to(window, round(epochs * number / min(FRAMES, epochs)))
            frames.append(_image(window))
    height = round(ANIMATED_WIDTH * size[1] / size[0])
    small = [frame.resize((ANIMATED_WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    palette = small[-1].quantize(255)  # one palette for all, or colours flicker from frame to frame
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    drawn[0].save(out, save_all=True, append_images=drawn[1:] + drawn[-1:] * 10, duration=FRAME_TIME, loop=0)


def chosen_scenes(names: str | None) -> tuple[Scene, ...]:
    """The scenes of these names, with commas between; all if None. Raises: ValueError for a name that no scene has."""
    every = scenes()
    if names is None:
        return every
    known = [scene.name for scene in every]
    if unknown := [name for name in names.split(",") if name not in known]:
        raise ValueError(f"scenes has {unknown[0]!r}; there are {', '.join(known)}")
    return tuple(scene for scene in every if scene.name in names.split(","))


def record_screens(
    folder: Path, experiment: Experiment | None = None, *, epochs: int | None = None, names: str | None = None
) -> list[Path]:
    """Writes every scene, light and dark, at each of SIZES; with an `experiment` only that one. Returns the files.

    `names` are those of the scenes wanted, with commas between. On a screen of more than one pixel to the point,
    only the larger size, whose pictures are then as large as the screens of projectors.

    Raises: ValueError for a name that no scene has.
    """
    chosen = chosen_scenes(names) if experiment is None else (Scene("experiment", experiment, epochs or 60),)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for scene in chosen:
        for theme in ("light", "dark"):
            for size in SIZES if _ratio() == 1 else SIZES[1:]:
                shown = f"{round(size[0] * _ratio())}x{round(size[1] * _ratio())}"
                path = folder / f"{scene.name}-{theme}-{shown}.png"
                with _window(scene.experiment, theme, size) as window:
                    scene.arrange(window)
                    _train_to(window, scene.epochs)
                    if scene.then is not None:
                        scene.then(window)
                        _train_to(window, 2 * scene.epochs)
                    scene.last(window)
                    _with_dialogs(window).save(str(path))
                written.append(path)
    return written


def _with_dialogs(window: Window) -> QPixmap:
    """The window, with whatever dialog is open over its middle."""
    seen = window.grab()
    painter = QPainter(seen)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            painter.fillRect(window.rect(), QColor(0, 0, 0, 90))
            painter.drawPixmap(window.rect().center() - dialog.rect().center(), dialog.grab())
    painter.end()
    return seen


def _ratio() -> float:
    """Pixels of the screen to a point."""
    return float(os.environ.get("QT_SCALE_FACTOR", "1"))


@contextmanager
def _window(experiment: Experiment, theme: str, size: tuple[int, int]) -> Iterator[Window]:
    """A window of its own with nothing remembered, closed without a trace afterwards."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    session = Session(msgspec.structs.replace(experiment), playing=False)
    window = Window(session, theme, Remembered(forgetful=True))
    try:
        window.resize(*size)
        window.show()
        yield window
    finally:
        window.close()
        window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _train_to(window: Window, epoch: int) -> None:
    """Trains to the end of `epoch` epochs, or until training diverges, and waits until every panel shows that."""
    session = window.session
    session.train_to(epoch)
    _wait(lambda: not session.status.playing and (session.status.epoch >= epoch or session.alarm), f"epoch {epoch}")
    window.draw_all()
    _wait(lambda: window.up_to_date, f"a picture of epoch {epoch}")


def _wait(reached: Callable[[], bool], goal: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > deadline:
            raise RuntimeError(f"the window did not come to {goal} within {PATIENCE} seconds")
        QApplication.processEvents()
        time.sleep(0.001)
    QApplication.processEvents()


def _image(window: Window) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")
