"""The work of exporting: the dialog gets the records it shows, and what was decided is written, filmed or copied,
though the dialog may have been closed by then.

It loads what pictures, films and reports take, and is loaded when something is first to be exported.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.export.exports import MOVING, Choice, Exporter, Material, Needs, material
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.results import results
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.twins.account import SoFar, session_so_far
from hyperscope.lab.writing import write
from hyperscope.ui.export import lab_views
from hyperscope.ui.export import report as export_report  # noqa: F401 - declares the report
from hyperscope.ui.export.dialog import ExportDialog
from hyperscope.ui.export.filming import Filming
from hyperscope.ui.export.views import declare_those_of_labs, painted, panel, sharpened, theme_of, views
from hyperscope.ui.renewing import Renewing
from hyperscope.ui.theme import Theme
from hyperscope.ui.writer import ENDING, Writer

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import One
    from hyperscope.ui.shell import Shell

WATCHED = 500  # ms between two looks at whether there is still anybody who answers
UNSEEN: tuple[object, ...] = (findings, results)  # probes that no preview shows and that take long

CODE = "frameworks", "code"  # the lab and view that write a session as code


@dataclass(frozen=True, slots=True)
class Awaited:
    """What is done as soon as all its records are there; `undone` says of what never happens what it is."""

    needs: tuple[AnyAsk, ...]
    session: Ask[One, SoFar]  # the one of these that the session comes with
    focus: Focus  # what was looked at when it was asked for
    then: Callable[[Material], None]
    undone: str
    lasts: bool  # whether there is something of it once the window is closed


class Exporting:
    """Opens the dialog, gets it the records it shows, and writes what was decided."""

    def __init__(self, host: Shell) -> None:
        self.host = host
        self.folder: Path | None = None  # where the dialog starts
        self.dialog: ExportDialog | None = None
        self._filming: Filming | None = None
        self._writer = Writer(host.top)
        self._writer.refused.connect(partial(self._say, alarm=True))
        declare_those_of_labs()
        self._name = ""
        self._awaited: list[Awaited] = []
        self._watch = QTimer(host.top)
        self._watch.setInterval(WATCHED)
        self._watch.timeout.connect(self._look_after)
        self._renewing = Renewing(host.top)
        self._renewing.due.connect(self._want)

    def open(self) -> None:
        """Opens the dialog on what was last exported."""
        if self.dialog is not None:
            return
        host, folder = self.host, self.folder or _pictures()
        self.dialog = dialog = ExportDialog(
            host.top, host.theme, folder, self._name, host.lab.panels, lab_views.of_view(*host.shown_view)
        )
        dialog.needed.connect(self._renewing.start)
        dialog.shown.connect(self._renewing.shown)
        dialog.saved.connect(self.save)
        dialog.copied.connect(self.copy)
        dialog.cancelled.connect(lambda: self._cancel())
        dialog.code_wanted.connect(self._as_code)
        dialog.finished.connect(self._closed)
        dialog.open()
        self._renewing.start()

    def _as_code(self) -> None:
        """Leaves for where code is seen and written."""
        assert self.dialog is not None
        self.dialog.reject()
        self.host.show_lab(*CODE)

    def _closed(self) -> None:
        assert self.dialog is not None
        self._renewing.stop()
        self._name, self.folder = self.dialog.name, Path(self.dialog.path.text()).parent
        self.dialog = None

    def _say(self, sentence: str, alarm: bool = False) -> None:
        """Where the person looks: in the dialog, or in the window once that is closed."""
        (self.dialog or self.host).say(sentence, alarm)

    # -- records --------------------------------------------------------------------------------------------------

    def _look_after(self) -> None:
        """Asks again for what waits, or gives it up where nobody is there to answer any more."""
        unheard = self.host.session.unheard
        if unheard is not None and unheard.none:
            lost, self._awaited = self._awaited, []
            for one in lost:
                self._say(f"{one.undone}: no training process is running.", alarm=True)
        if not self._awaited:
            self._watch.stop()
        elif self._filming is None:  # what came while it was filmed went by
            self.host.session.want([ask for one in self._awaited for ask in one.needs])

    def _want(self) -> None:
        if self.dialog is not None and self._filming is None:
            needs = (ask for ask in self.dialog.exporter.needs(self._focus) if ask.probe not in UNSEEN)
            self.host.session.want((*needs, self._so_far(self.dialog.exporter)))

    @property
    def _focus(self) -> Focus:
        return self.host.session.focus

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Looks at each snapshot the window takes."""
        if self._filming is not None:
            self._filming.on_snapshot(snapshot)
            return
        if self.dialog is not None:
            found = snapshot.told.get(self._so_far(self.dialog.exporter))
            if found is not None:
                self.dialog.show_material(material(found, snapshot.wanted, self._focus))
            elif snapshot.told.of(session_so_far) is not None:
                self._want()  # the controls show the other twin by now
        for one in [one for one in self._awaited if snapshot.has(one.needs)]:
            self._awaited.remove(one)
            one.then(material(snapshot.told[one.session], snapshot.wanted, one.focus))

    def _so_far(self, exporter: Exporter) -> Ask[One, SoFar]:
        return Ask(session_so_far, "A") if exporter.of_both else self.host.session.so_far

    def _when_there(
        self, needs: Needs, session: Ask[One, SoFar], then: Callable[[Material], None], undone: str, *, lasts: bool
    ) -> None:
        asks = (*needs(self._focus), session)
        self._awaited.append(Awaited(asks, session, self._focus, then, undone, lasts))
        self._watch.start()
        self._look_after()

    # -- what was decided -----------------------------------------------------------------------------------------

    def save(self, name: str, choice: Choice, path: Path, epochs: int) -> None:
        """Writes an export, or films it, and says so."""
        if choice.suffix in MOVING:
            self._film(name, choice, path, epochs)
            return
        assert self.dialog is not None
        self._say(f"Writing {path.name} …")
        exporter = self.dialog.exporter

        def prepare(material: Material) -> None:
            self._write(exporter, material, choice, path)

        if _on_screen(name):
            prepare(self._nothing)
        else:
            undone = f"{path.name} was not written"
            self._when_there(exporter.needs, self._so_far(exporter), prepare, undone, lasts=True)

    def _write(self, exporter: Exporter, material: Material, choice: Choice, path: Path) -> None:
        if lacking := exporter.lacking(material):
            self._say(lacking, alarm=True)
            return
        encode = exporter.prepare(material, choice)
        self._writer.ask(lambda: write(path, encode()), lambda _: self._say(f"Written to {path}."))

    @property
    def _nothing(self) -> Material:
        """For what is taken from the screen, now: later something else may be seen there."""
        return Material(Score(self.host.session.experiment))

    def copy(self, name: str, choice: Choice) -> None:
        """Puts a picture on the clipboard."""
        if _on_screen(name):
            self._copy(name, choice, self._nothing)
        else:
            told, copy = self.host.session.so_far, partial(self._copy, name, choice)
            self._when_there(views[name].needs, told, copy, "Nothing was copied", lasts=False)

    def _copy(self, name: str, choice: Choice, material: Material) -> None:
        if name in views:
            with panel(name, material, choice) as made:
                image = painted(made, theme_of(choice).window, choice.scale)
        elif name in lab_views.names():
            image = lab_views.pixels(choice)
        else:
            with sharpened(self.host.top, choice.scale):
                image = painted(self.host.top, self.host.theme.window, choice.scale)
        image.setDevicePixelRatio(1)
        QApplication.clipboard().setImage(image)
        self._say(f"Copied, {image.width()} × {image.height()} pixels.")

    # -- films ----------------------------------------------------------------------------------------------------

    def _film(self, name: str, choice: Choice, path: Path, epochs: int) -> None:
        dialog = self.dialog
        assert dialog is not None
        self._filming = filming = Filming(self.host, name, choice, path, epochs)
        filming.progressed.connect(dialog.film)
        filming.finished.connect(lambda: self._filmed(f"Written to {path}."))
        filming.failed.connect(lambda sentence: self._filmed(sentence, alarm=True))
        dialog.film(0, 1)
        filming.start()

    def _filmed(self, sentence: str, alarm: bool = False) -> None:
        if self._filming is not None:
            self._filming.deleteLater()
        self._filming = None
        if self.dialog is not None:
            self.dialog.film(0, 0)
            self.dialog.say(sentence, alarm)
            self._renewing.start()

    def _cancel(self, seconds: float = 0.0) -> None:
        if self._filming is not None:
            self._filming.cancel(seconds)
            self._filmed("No film was written.")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def close(self) -> None:
        """Ends what it began; the window closes."""
        self._cancel(ENDING)
        if self.dialog is not None:
            self.dialog.close()
        self._watch.stop()
        self._awaited = [one for one in self._awaited if one.lasts]
        self._see_to_the_rest(ENDING)
        self._awaited.clear()
        self._writer.close()

    def _see_to_the_rest(self, seconds: float) -> None:
        """Waits for the records of what is to be written, unless that takes longer or nobody answers any more."""
        session, until = self.host.session, time.monotonic() + seconds
        session.want([ask for one in self._awaited for ask in one.needs])
        while self._awaited and (left := until - time.monotonic()) > 0:
            unheard = session.unheard
            if unheard is not None and (unheard.none or unheard.silent):
                break
            if (snapshot := session.take()) is not None:
                self.on_snapshot(snapshot)
            session.ask(())
            session.wait(min(left, WATCHED / 1000))


def _on_screen(name: str) -> bool:
    """Whether it is a picture, or the numbers, of what the window shows, which takes no records."""
    return name == "window" or name in lab_views.names()


def _pictures() -> Path:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(found) if found and os.path.isdir(found) else Path.home()
