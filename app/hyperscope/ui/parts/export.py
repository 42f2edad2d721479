"""Export: any view as picture or film, the numbers, the weights, the settings, and a report, by way of a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.export.dialog import ExportDialog
    from hyperscope.ui.export.exporting import Exporting
    from hyperscope.ui.shell import Shell


class Export(Part["Shell"]):
    """Has everything exported by `exporting`, which is made when it is first asked for."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.folder: Path | None = None  # where the dialog first starts; the person's pictures if None
        self._exporting: Exporting | None = None
        button = host.tabs.add("Export", "Pictures, films, numbers, a report · Ctrl+E")
        button.clicked.connect(self.open)

    def actions(self) -> Sequence[Action]:
        return (
            Action(
                "Export", "Share", self.open, ("Ctrl+E",), "A picture, film, numbers, weights, settings or a report."
            ),
            Action(
                "The session as code",
                "Share",
                lambda: self.host.show_lab("frameworks", "code"),
                (),
                "In NumPy, PyTorch and others: a folder that gives the same losses.",
            ),
        )

    @property
    def dialog(self) -> ExportDialog | None:
        """The dialog while it is open."""
        return self._exporting.dialog if self._exporting is not None else None

    def open(self) -> None:
        """Opens the dialog on what was last exported."""
        if self._exporting is None:
            # what pictures, films and reports take is a tenth of the start, and most starts end without them
            from hyperscope.ui.export.exporting import Exporting

            self._exporting = Exporting(self.host)
            self._exporting.folder = self.folder
        self._exporting.open()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        if self._exporting is not None:
            self._exporting.on_snapshot(snapshot)

    def set_theme(self, theme: Theme) -> None:
        if self._exporting is not None:
            self._exporting.set_theme(theme)

    def close(self) -> None:
        if self._exporting is not None:
            self._exporting.close()
