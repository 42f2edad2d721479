"""The work of exporting: the dialog gets the records it shows, and what was decided is written, filmed or copied.

It loads what pictures, films and reports take, and is loaded when something is first to be exported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.export.exports import MOVING, Choice, Encode, Material
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.results import results
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.twins.account import session_so_far
from hyperscope.lab.writing import write
from hyperscope.ui.export import lab_views
from hyperscope.ui.export import report as export_report  # noqa: F401 - declares the report
from hyperscope.ui.export.dialog import ExportDialog
from hyperscope.ui.export.filming import Filming
from hyperscope.ui.export.views import declare_those_of_labs, painted, panel, sharpened, theme_of, views
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.theme import Theme
from hyperscope.ui.writer import ENDING

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell

SCORE = Ask(session_so_far, None)
RENEWED = 500  # ms between two previews while the network trains
UNSEEN: tuple[object, ...] = (findings, results)  # probes that no preview shows and that take long

CODE = "frameworks", "code"  # the lab and view that write a session as code


class Exporting:
    """Opens the dialog, gets it the records it shows, and writes what was decided."""

    def __init__(self, host: Shell) -> None:
        self.host = host
        self.folder: Path | None = None  # where the dialog starts
        self.dialog: ExportDialog | None = None
        self._filming: Filming | None = None
        self._writer: Reader | None = None
        declare_those_of_labs()
        self._name = ""
        self._then: tuple[tuple[AnyAsk, ...], Callable[[Material], None]] | None = (
            None  # what waits for all its records
        )
        self._renew = QTimer(host.top)
        self._renew.setInterval(RENEWED)
        self._renew.timeout.connect(self._want)

    def open(self) -> None:
        """Opens the dialog on what was last exported."""
        if self.dialog is not None:
            return
        host, folder = self.host, self.folder or _pictures()
        self.dialog = dialog = ExportDialog(
            host.top, host.theme, folder, self._name, host.lab.panels, lab_views.of_view(*host.shown_view)
        )
        dialog.needed.connect(self._want)
        dialog.saved.connect(self.save)
        dialog.copied.connect(self.copy)
        dialog.cancelled.connect(lambda: self._cancel())
        dialog.code_wanted.connect(self._as_code)
        dialog.finished.connect(self._closed)
        self._writer = Reader(dialog)
        self._writer.refused.connect(lambda sentence: dialog.say(sentence, alarm=True))
        dialog.open()
        self._want()
        self._renew.start()

    def _as_code(self) -> None:
        """Leaves for where code is seen and written."""
        assert self.dialog is not None
        self.dialog.reject()
        self.host.show_lab(*CODE)

    def _closed(self) -> None:
        assert self.dialog is not None and self._writer is not None
        self._renew.stop()
        self._writer.close()
        self._name, self.folder = self.dialog.name, Path(self.dialog.path.text()).parent
        self.dialog = self._writer = self._then = None

    # -- records --------------------------------------------------------------------------------------------------

    def _want(self) -> None:
        if self.dialog is not None and self._filming is None:
            needs = (ask for ask in self.dialog.exporter.needs(self._focus) if ask.probe not in UNSEEN)
            self.host.session.want((*needs, SCORE))

    @property
    def _focus(self) -> Focus:
        return self.host.session.focus

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Looks at each snapshot the window takes."""
        if self._filming is not None:
            self._filming.on_snapshot(snapshot)
            return
        score = snapshot.told.of(session_so_far)
        if self.dialog is None or score is None:
            return
        material = Material(score, snapshot.wanted, self._focus)
        self.dialog.show_material(material)
        if self._then is not None and snapshot.has(self._then[0]):
            then, self._then = self._then[1], None
            then(material)

    def _when_there(self, then: Callable[[Material], None]) -> None:
        assert self.dialog is not None
        needs = (*self.dialog.exporter.needs(self._focus), SCORE)
        self._then = needs, then
        self.host.session.want(needs)

    # -- what was decided -----------------------------------------------------------------------------------------

    def save(self, name: str, choice: Choice, path: Path, epochs: int) -> None:
        """Writes an export, or films it, and says so."""
        if choice.suffix in MOVING:
            self._film(name, choice, path, epochs)
            return
        assert self.dialog is not None
        self.dialog.say(f"Writing {path.name} …")
        exporter = self.dialog.exporter
        self._when_there(lambda material: self._write(exporter.prepare(material, choice), path))

    def _write(self, encode: Encode, path: Path) -> None:
        if self._writer is not None:
            self._writer.ask(lambda: write(path, encode()), lambda _: self._written(path))

    def _written(self, path: Path) -> None:
        if self.dialog is not None:
            self.dialog.say(f"Written to {path}.")

    def copy(self, name: str, choice: Choice) -> None:
        """Puts a picture on the clipboard."""
        self._when_there(lambda material: self._copy(name, choice, material))

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
        if self.dialog is not None:
            self.dialog.say(f"Copied, {image.width()} × {image.height()} pixels.")

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


def _pictures() -> Path:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(found) if found and Path(found).is_dir() else Path.home()
