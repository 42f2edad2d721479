"""Pictures and animations of the real window, drawn without a screen: for the README, for class, for a look at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.export.film import Pixels, film, stops
from hyperscope.lab.machine import interrupts
from hyperscope.lab.session.session import Session
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.writing import write
from hyperscope.quoting import named
from hyperscope.ui.app import application
from hyperscope.ui.export.film import rgb
from hyperscope.ui.export.views import png
from hyperscope.ui.pacing import frames
from hyperscope.ui.record.scene import JOBS, Scene, wait
from hyperscope.ui.record.scenes import scenes
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window

FRAMES = 48  # of an animation, at most
ANIMATED_WIDTH = 960  # pixels; a whole window in an animation is large enough to read at that
BURST = 0.1  # s of training between two frames: nobody watches them
LAYOUTS = 20  # turns of the event loop
NEAR = 12  # names that a sentence on an unknown one gives
SIZES = ((1280, 800), (1920, 1080))


def record(
    experiment: Experiment | None,
    out: Path,
    *,
    epochs: int = 60,
    theme: str = "light",
    size: tuple[int, int] = SIZES[0],
    lab: str = "",
    view: str = "",
) -> None:
    """Writes one picture (.png) after `epochs` epochs, or an animation (.gif) of the way there.

    Interrupted, it shows what there is by then. Raises: ValueError for a lab or view that there is not.
    """
    with _window(experiment or Experiment(), theme, size, lab, view) as window:
        if out.suffix.lower() == ".png":
            _train_to(window, epochs)
            _lay_out()
            write(out, png(window.grab().toImage()))
            return
        made = film(out)
        try:
            for stop in stops(epochs, FRAMES):
                _train_to(window, stop)
                made.add(_frame(window))
                if interrupts.asked():
                    break
            made.finish()
        except BaseException:
            made.discard()
            raise


def chosen_scenes(names: str | None) -> tuple[Scene, ...]:
    """The scenes of these names, with commas between; all if None. Raises: ValueError for a name that no scene has."""
    every = scenes()
    if names is None:
        return every
    known = [scene.name for scene in every]
    if unknown := [name for name in names.split(",") if name not in known]:
        near = ", ".join(get_close_matches(unknown[0], known, NEAR, 0))
        raise ValueError(f"scenes has {named(unknown[0])}; of the {len(known)} that there are nearest are {near}")
    return tuple(scene for scene in every if scene.name in names.split(","))


def record_screens(
    folder: Path,
    experiment: Experiment | None = None,
    *,
    epochs: int | None = None,
    names: str | None = None,
    lab: str = "",
    view: str = "",
) -> list[Path]:
    """Writes every scene, light and dark, at each of SIZES; with an `experiment` or `lab` only that one.

    Returns the files, when interrupted those that were whole by then. `names` are those of the scenes wanted, with
    commas between. On a screen of more than one pixel to the point, only the larger size, whose pictures are then as
    large as the screens of projectors.

    Raises: ValueError for a name that no scene has.
    """
    chosen = chosen_scenes(names)
    if experiment is not None or lab:
        name = "-".join(filter(None, (lab, view))) or "experiment"
        chosen = (Scene(name, experiment or Experiment(), epochs or 60, lab=lab, view=view),)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for scene in chosen:
        for theme in ("light", "dark"):
            for size in SIZES if _ratio() == 1 else SIZES[1:]:
                shown = f"{round(size[0] * _ratio())}x{round(size[1] * _ratio())}"
                path = folder / f"{scene.name}-{theme}-{shown}.png"
                with _window(scene.experiment, theme, size, scene.lab, scene.view) as window:
                    scene.arrange(window)
                    _train_to(window, scene.epochs)
                    if scene.then is not None and not interrupts.asked():
                        scene.then(window)
                        _train_to(window, 2 * scene.epochs)
                    if interrupts.asked():
                        return written
                    scene.last(window)
                    write(path, png(_with_dialogs(window).toImage()))
                written.append(path)
    return written


def _lay_out() -> None:
    """Lets what was said last have its room: one lay-out asks for another, a turn of the event loop each."""
    for _ in range(LAYOUTS):
        QApplication.processEvents()


def _with_dialogs(window: Window) -> QPixmap:
    """The window, with whatever dialog is open over its middle."""
    _lay_out()
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
def _window(
    experiment: Experiment, theme: str, size: tuple[int, int], lab: str = "", view: str = ""
) -> Iterator[Window]:
    """A window of its own with nothing remembered, closed without a trace afterwards."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    session = Session(experiment, playing=False, link=partial(InProcess, burst=BURST))
    window = Window(session, theme, Remembered(forgetful=True))
    frames.whole = True
    try:
        window.resize(*size)
        if lab:
            window.show_lab(lab, view)
        window.show()
        yield window
    finally:
        frames.whole = False
        window.close()
        window.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _train_to(window: Window, epoch: int) -> None:
    """Trains to the end of `epoch` epochs, or until training diverges, and waits until every panel shows that."""
    session = window.session
    session.train_to(epoch)

    def there() -> bool:
        return not session.status.playing and (session.status.epoch >= epoch or session.alarm)

    wait(lambda: there() or interrupts.asked(), f"epoch {epoch}")
    if not there():
        session.play(False)
        wait(lambda: not session.status.playing, "a pause")
    window.draw_all()
    wait(lambda: window.up_to_date, f"a picture of epoch {epoch}")
    wait(lambda: interrupts.asked() or not window.lab.busy(), "the end of its jobs", JOBS)


def _frame(window: Window) -> Pixels:
    """The window as it is, at the width of an animation."""
    image = window.grab().toImage().scaledToWidth(ANIMATED_WIDTH, Qt.TransformationMode.SmoothTransformation)
    return rgb(image.convertToFormat(QImage.Format.Format_RGB32))
