"""Exports without a window on screen: pictures, films and reports of a session, for the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from hyperscope.lab.export.exports import MOVING, Choice, Exporter, Material, exporters, gathered, suffix_of
from hyperscope.lab.export.film import film, lacking, stops
from hyperscope.lab.export.run import Pieces
from hyperscope.lab.machine import interrupts
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.writing import write
from hyperscope.ui import style
from hyperscope.ui.app import application
from hyperscope.ui.export import lab_views
from hyperscope.ui.export.film import camera
from hyperscope.ui.export.report import report_bytes
from hyperscope.ui.export.views import InWindow, declare_those_of_labs
from hyperscope.ui.theme import THEMES
from hyperscope.ui.window import Window

USUAL_EPOCHS = 60
Progress = Callable[[int, int], None]


def epochs_of(score: Score, epochs: int | None) -> int:
    """How long to train after the score's end: as told, or 60 epochs of an experiment and none of a session."""
    return epochs if epochs is not None else 0 if score.end else USUAL_EPOCHS


def export(
    score: Score,
    what: str,
    out: Path,
    *,
    epochs: int | None = None,
    scale: float = 1.0,
    theme: str = "light",
    progress: Progress = lambda done, whole: None,
) -> None:
    """Writes one of `exporters` to `out`; a film shows the training, or a session from its start if none is asked for.

    Raises: LookupError for what is no export, ValueError for a file that cannot be or data that cannot be had.
    """
    declare_those_of_labs()
    lab, of_view, view = what.rpartition("/")
    exporter = lab_views.exporter(what) if of_view else exporters[what]
    suffix = suffix_of(out, exporter.all_suffixes)
    if said := lacking(suffix):
        raise ValueError(said)  # before anything is trained
    choice = Choice(suffix, scale, theme)
    if what == "window" or of_view:
        _export_window(score, exporter, out, choice, epochs_of(score, epochs), progress, lab, view if lab else "")
        return
    _ready(theme)
    if suffix in MOVING:
        _film(score, what, out, choice, epochs_of(score, epochs), progress)
        return
    timeline = trained(score, epochs_of(score, epochs), progress)
    material = gathered(timeline, exporter.needs(Focus()))
    material = replace(material, score=replace(material.score, shown=score.shown))
    write(out, exporter.prepare(material, choice)())
    _clear()


def report(score: Score, out: Path, *, epochs: int | None = None, title: str = "", when: str = "") -> None:
    """Writes the HTML report. Raises: ValueError as `export` does."""
    suffix = suffix_of(out, (".html", ".htm"))
    _ready("light")
    exporter = exporters["report"]
    timeline = trained(score, epochs_of(score, epochs))
    write(out, report_bytes(gathered(timeline, exporter.needs(Focus())), Choice(suffix), title=title, when=when)())
    _clear()


def trained(score: Score, epochs: int, progress: Progress = lambda done, whole: None) -> Timeline:
    """The session gone through, and trained for `epochs` epochs after it, fewer if training stops itself."""
    timeline = performed(score)
    for done, _ in enumerate(_epochs(timeline, range(1, epochs + 1)), 1):
        progress(done, epochs)
    return timeline


def _epochs(timeline: Timeline, wanted: range | tuple[int, ...]) -> Iterator[int]:
    """Trains to each of the epochs, counted from here, and gives it; when interrupted, the one it was on the way to."""
    first = timeline.trainer.position.epoch
    timeline.trainer.go_on()
    pieces = Pieces()
    for epoch in wanted:
        while timeline.trainer.position.epoch < first + epoch and not interrupts.asked():
            if not pieces.take(timeline.steps, timeline.left_in_epoch()):
                break
        yield epoch
        if timeline.trainer.alarm or interrupts.asked():
            return


def _film(score: Score, what: str, out: Path, choice: Choice, epochs: int, progress: Progress) -> None:
    timeline, needs = performed(score), exporters[what].needs(Focus())
    at = stops(epochs or timeline.end)
    moments = _epochs(timeline, at) if epochs else _ticks(timeline, at)
    made = film(out)
    try:
        with camera(what, gathered(timeline, needs), choice) as shoot:
            for done, _ in enumerate(moments):
                made.add(shoot(gathered(timeline, needs)))
                progress(done, len(at) - 1)
        made.finish()
    except BaseException:
        made.discard()
        raise
    finally:
        _clear()


def _ticks(timeline: Timeline, wanted: tuple[int, ...]) -> Iterator[int]:
    for tick in wanted:
        timeline.restore(tick)
        yield tick
        if interrupts.asked():
            return


# -- the whole window -------------------------------------------------------------------------------------------------


def _export_window(
    score: Score, exporter: Exporter, out: Path, choice: Choice, epochs: int, progress: Progress, lab: str, view: str
) -> None:
    """Writes what `exporter` makes in a window, which shows this view of this lab, the one of its session if none."""
    from hyperscope.ui.record.recording import _train_to as train_to
    from hyperscope.ui.record.recording import _window as opened_window
    from hyperscope.ui.record.scene import wait

    with opened_window(score.start, choice.theme, (1280, 800)) as window:
        choice = InWindow(choice.suffix, choice.scale, choice.theme, window=window)
        session = window.session
        if score.goes_on:
            session.perform(score)
            wait(lambda: session.status.tick == score.end or session.alarm, "the session's end")
            if session.alarm:
                raise ValueError(window.words.message.accessibleName().removeprefix("Alarm: "))
            wait(lambda: session.opened is None, "the lab it was looked at in")
        if lab:
            window.show_lab(lab, view)
        material = Material(score, (Seen(session.status),))
        if choice.suffix not in MOVING:
            train_to(window, session.status.epoch + epochs)
            write(out, exporter.prepare(material, choice)())
            return
        first = session.status.epoch
        made = film(out)
        try:
            with camera("window", material, choice) as shoot:
                at = stops(epochs or score.end)
                for done, stop in enumerate(at):
                    if epochs:
                        train_to(window, first + stop)
                    else:
                        _show_tick(window, stop, wait)
                    made.add(shoot(material))
                    progress(done, len(at) - 1)
                    if session.alarm or interrupts.asked():
                        break
            made.finish()
        except BaseException:
            made.discard()
            raise


def _show_tick(window: Window, tick: int, wait: Callable[[Callable[[], bool], str], None]) -> None:
    window.go_to(tick)
    wait(lambda: window.session.going is None and window.session.status.tick == tick, f"tick {tick}")
    window.draw_all()
    wait(lambda: window.up_to_date, f"a picture of tick {tick}")


# -- Qt ---------------------------------------------------------------------------------------------------------------


def _ready(theme: str) -> None:
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    app.setPalette(style.palette(THEMES[theme]))
    app.setStyleSheet(style.stylesheet(THEMES[theme]))


def _clear() -> None:
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
