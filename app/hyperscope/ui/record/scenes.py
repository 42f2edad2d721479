"""Every state of the window that is worth a picture; those of the map and of the network picture are beside it."""

from __future__ import annotations

import time
from importlib import import_module

import numpy as np

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import PAINTED, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.painted import NO_POINTS
from hyperscope.ui import labs
from hyperscope.ui.labs.playground.lab import shown_in
from hyperscope.ui.labs.playground.painting import Painting
from hyperscope.ui.panels.map.brush import PAINT
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.share import Share
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.record.scene import Scene, wait
from hyperscope.ui.record.scenes_map import scenes_of_the_map
from hyperscope.ui.record.scenes_network import scenes_of_the_network
from hyperscope.ui.record.scenes_runs import show_runs
from hyperscope.ui.window import Window

PRESETS = 6  # s for which presets train in a picture of them


def scenes() -> tuple[Scene, ...]:
    """Every screen there is, as its pictures are named."""
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
        Scene("stage", Experiment(), 40, _stage),
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
        *(scene for entry in labs.LABS if entry.scenes for scene in import_module(entry.scenes).scenes()),
    )


def _slow_down(window: Window) -> None:
    """The backward step of a layer's batch norm."""
    session = window.session
    window.do(session.slow)
    wait(lambda: session.slow_motion is not None, "slow motion")
    assert session.slow_motion is not None
    at = next(
        number
        for number, one in enumerate(session.slow_motion.operations)
        if (one.phase, one.layer, one.symbol) == ("backward", 2, "dZ^{[2]}")
    )
    window.do(lambda: session.slow(to=at))
    wait(lambda: session.slow_motion is not None and session.slow_motion.at == at, "an operation")


def _branch(window: Window) -> None:
    """Back to the middle, and on from there without batch norm."""
    tick = window.session.status.end // 2
    window.go_to(tick)
    wait(lambda: window.session.going is None and window.session.status.tick == tick, "an earlier moment")
    window.move_knob("network.layers.*.batch_norm", "off")


def _train_on(window: Window) -> None:
    wait(lambda: len(window.session.ghosts) > 0, "a branch")
    window.draw_all()
    wait(lambda: window.up_to_date, "its picture")


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
    shown_in(window).distributions.view.choose("batch norm")


def _show_hard(window: Window) -> None:
    shown_in(window).map.set_view("hard")


def _show_confidence(window: Window) -> None:
    shown_in(window).map.set_view("confidence")


def _show_rate_and_weights(window: Window) -> None:
    shown_in(window).curves.view.choose("Rate")
    shown_in(window).distributions.view.choose("weights")


def _show_gradients(window: Window) -> None:
    shown_in(window).curves.view.choose("Gradient")
    shown_in(window).distributions.view.choose("gradients")


def _show_train_mode(window: Window) -> None:
    shown_in(window).distributions.mode.choose("train")


def _start_again_slower(window: Window) -> None:
    window.do(window.session.restart)
    window.move_knob("training.learning_rate", 0.003)


def _start_twin(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.learning_rate", 0.1)


def _start_twin_with_other_optimiser(window: Window) -> None:
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.optimiser", "sgd")
    shown_in(window).map.set_view("hard")


def _train_ten_seeds(window: Window) -> None:
    _start_twin(window)
    part = window.part(TwinPart)
    window.do(part.train_seeds)
    wait(lambda: part.seeds is not None and part.seeds.over, "the end of ten seeds")


def _try_remedy(window: Window) -> None:
    note = shown_in(window).note
    window.follow()
    wait(lambda: note.finding is not None and note.finding.remedy is not None, "something the doctor has a remedy for")
    note.twin_button.click()
    window.session.play(False)


def _show_accuracy(window: Window) -> None:
    shown_in(window).curves.view.choose("Accuracy")


def _show_presets(window: Window) -> None:
    page = window.part(Presets)
    page.toggle()
    wait(lambda: page.page is not None and all(card.live is not None for card in page.page.cards), "all presets")
    ends = time.monotonic() + PRESETS
    wait(lambda: time.monotonic() > ends, "trained presets")


def _stage(window: Window) -> None:
    """What a teacher shows of one slider: the map, the loss, and that slider."""
    presenting = window.part(Presenting)
    controls = {path for path, _ in window.lab.hideable_controls} - {"training.learning_rate"}
    presenting.hide(frozenset({"data", "network", "distributions", "timeline"} | controls))
    presenting.switch_projector()


def _project(window: Window) -> None:
    presenting = window.part(Presenting)
    presenting.switch_projector()
    presenting.hide(frozenset({"data", "distributions"}))
    presenting.switch_captions()


def _export(window: Window) -> None:
    export = window.part(Export)
    export.open()
    wait(lambda: export.dialog is not None and export.dialog.preview.image is not None, "a preview")


def _share(window: Window) -> None:
    share = window.part(Share)
    window.move_knob("training.learning_rate", 0.03)
    share.open()
    dialog = share.dialog
    assert dialog is not None
    wait(lambda: bool(dialog.session.code.text()), "the session's code")
    dialog.box.setPlainText(dialog.session.code.text())
    wait(dialog.open_button.isEnabled, "what was pasted")


def _find(window: Window) -> None:
    palette = window.part(Finding).palette
    window.part(Finding).find()
    palette.line.setText("batch")
