"""Experiments and tables in files: opened, saved, dropped on the window, and the last one kept for the next start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from hyperscope.lab.examples.examples import suggested
from hyperscope.lab.writing import write
from hyperscope.ui.actions import Action
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.part import Part
from hyperscope.ui.parts.share import take_session
from hyperscope.ui.style import dress
from hyperscope.ui.writer import Writer

if TYPE_CHECKING:
    from hyperscope.lab.timeline.score import Score
    from hyperscope.ui.open_table.dialog import OpenTable
    from hyperscope.ui.shell import Shell

SAVE_AFTER = 1000  # ms after a move until the experiment is kept for the next start


class Files(Part["Shell"]):
    """Opens and saves; what cannot be is said in the message line."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self._dialog: OpenTable | None = None
        self._saving = QTimer(host.top)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_AFTER)
        self._saving.timeout.connect(self._keep)
        self._reader, self._writer = Reader(host.top), Writer(host.top)
        for one in (self._reader, self._writer):
            one.refused.connect(lambda sentence: host.say(sentence, alarm=True))
        host.tabs.open_requested.connect(self.ask_what_to_open)
        host.tabs.save_requested.connect(self.ask_where_to_save)
        host.file_dropped.connect(self.open)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Open a file", "Open", self.ask_what_to_open, ("Ctrl+O",), "An experiment, or a table of your own."),
            Action("Save the experiment", "Save", self.ask_where_to_save, ("Ctrl+S",)),
        )

    def ask_what_to_open(self) -> None:
        """Lets the user choose an experiment or a table to open."""
        dialog = QFileDialog(self.host.top, "Open an experiment or a table")
        dress(dialog, self.host.theme)
        dialog.setNameFilters(["Experiments and tables (*.json *.csv *.tsv *.txt *.gz)", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Opens an experiment or session at once, a table by way of a dialog that says how it will be read."""
        # its scores know the trainer, which the window has no use for
        from hyperscope.lab.session.opening import TABLE_ENDINGS, is_table, opened_score

        def look() -> Score | None:
            return None if path.name.lower().endswith(TABLE_ENDINGS) and is_table(path) else opened_score(path)

        # beside the window: a drive may take its time, or be another computer; if it never answers, the next file opens
        self._reader.close()
        self._reader.ask(look, lambda score: self._take(path, score))

    def _take(self, path: Path, score: Score | None) -> None:
        """Goes on with what a file holds, None for a table."""
        host = self.host
        if score is None:
            self._show_table(path)
            return
        if score.goes_on:
            take_session(host, score)
            return
        host.session.apply(score.experiment)
        host.say(f"Opened {path.name}.")
        host.follow()

    def _show_table(self, path: Path) -> None:
        from hyperscope.ui.open_table.dialog import OpenTable  # few starts come to it

        try:
            data = suggested(path, self.host.session.moved.data)
        except ValueError as problem:  # its name
            self.host.say(str(problem), alarm=True)
            return
        self._dialog = OpenTable(data, self.host.theme, self.host.top)
        self._dialog.accepted_data.connect(self._take_table)
        self._dialog.open()

    def _take_table(self, data: object) -> None:
        self.host.looked_at.forget()
        self.host.session.change(lambda one: msgspec.structs.replace(one, data=data))
        self.host.follow()

    def ask_where_to_save(self) -> None:
        """Lets the user choose where the experiment is saved."""
        dialog = QFileDialog(self.host.top, "Save the experiment", "experiment.json", "Experiments (*.json)")
        dress(dialog, self.host.theme)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Writes the experiment to a file, beside the window, of twins that of the one that the controls show; says so,
        or why it could not.
        """
        session = self.host.session
        text, whose = session.moved.to_json(), f"{session.told} is saved" if session.twin is not None else "Saved"
        self._writer.ask(lambda: write(path, text), lambda _: self.host.hold(f"{whose} to {path.name}."))

    def experiment_changed(self) -> None:
        self._saving.start()

    def _keep(self) -> None:
        try:
            self.host.remembered.keep(self.host.session.moved)
        except OSError as problem:
            self.host.say(f"The experiment could not be kept: {problem.strerror or problem}.", alarm=True)

    def close(self) -> None:
        self._reader.close()
        self._writer.close()
        self._saving.stop()
        self._keep()
