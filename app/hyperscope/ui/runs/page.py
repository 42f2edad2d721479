"""The page of runs, over whatever lab is open: the list, a filter, and beside it what is chosen.

It asks the library through a desk and knows nothing of sessions: whoever opens it puts a reopened run in force.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from hyperscope.lab.library.library import Details, KeptRun, Library
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.text_choice import TextChoice, TextSwitch
from hyperscope.ui.guarded import guarded
from hyperscope.ui.runs.chosen import MOST, ChosenRuns
from hyperscope.ui.runs.desk import Desk
from hyperscope.ui.runs.rows import ORDERS, Heads, RunList, RunModel, chosen
from hyperscope.ui.style import pixels, stand, wear
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme, font

REFRESH = 2000  # ms while the page is open: the run that trains moves on
FILTER = 220  # pixels of the field
CHOSEN = 0.47  # of the width, for what is shown of the chosen runs
NONE = "No runs yet. Train for an epoch or more: every run is kept here by itself, with its settings, curves and map."
READING = "Reading the runs…"
UNREAD = "The runs could not be read."
NO_MATCH = "No run fits the filter."


def odd_said(count: int) -> str:
    """What there is to say of rows in the library's file that are no runs; "" of none."""
    if not count:
        return ""
    which = (
        "1 row of the library is no run and is" if count == 1 else f"{count} rows of the library are no runs and are"
    )
    return f"{which} left out: damaged, or written by another program."


class RunsPage(QWidget):
    """Every run kept. `reopened` carries Details and a tick (None: the end), `behind` a list of (Run, Details)."""

    reopened = Signal(object, object)
    behind = Signal(list)
    left = Signal()

    def __init__(self, parent: QWidget, library: Library) -> None:
        super().__init__(parent)
        self.library = library
        self.desk = Desk(self)
        self.desk.refused.connect(self._refuse)
        self._theme = LIGHT
        self._runs: list[KeptRun] = []
        self._known: dict[tuple[str, float], Details] = {}
        self._deleted: list[list[str]] = []
        self._odd = 0  # rows of the library that are no runs, as last said
        self.loaded = False  # whether it is known what is in the library
        self.title = Caption("Runs")
        self.count = Caption("")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by title, data set or notes")
        self.filter.setAccessibleName("Filter")
        self.filter.setToolTip("Shows the runs that have all of these words · F")
        self.filter.setClearButtonEnabled(True)
        self.starred = TextSwitch("starred", "Starred runs only")
        self.starred.setToolTip("Shows the runs with a star only.")
        self.order = TextChoice(ORDERS, "Order")
        self.close_button = Button("Close", "Close runs", "Back to the experiment · Esc")
        self.model = RunModel(self)
        self.list = RunList()
        self.list.setModel(self.model)
        self.heads = Heads(self.list)
        self.message = Caption("")
        self.undo_button = Button("Undo", "Undo deleting", "Brings the deleted runs back · Ctrl+Z")
        self.chosen = ChosenRuns()
        self._again = QTimer(self)
        self._again.setInterval(REFRESH)
        self._connect()
        self._lay_out()
        self.setAccessibleName("Runs")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # what trains below it is not painted for nobody
        self.hide()

    def _connect(self) -> None:
        self._again.timeout.connect(self.refresh)
        self.filter.textChanged.connect(self._show)
        self.starred.toggled.connect(self._show)
        self.order.chosen.connect(self._show)
        self.close_button.clicked.connect(self.left)
        self.undo_button.clicked.connect(self.undo_delete)
        self.model.pictures_wanted.connect(self._fetch_pictures)
        self.list.selectionModel().selectionChanged.connect(self._choose)
        self.list.star_pressed.connect(lambda row: self._star([self.model.runs[row]]))
        self.list.opened.connect(lambda: self._reopen(self.chosen.tick))
        self.chosen.reopened.connect(self._reopen)
        self.chosen.behind.connect(lambda: self.behind.emit(list(self.chosen.shown)))
        self.chosen.exported.connect(self.ask_where_to_export)
        self.chosen.deleted.connect(self.delete)
        self.chosen.noted.connect(self._note)

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        for part in (self.title, self.count, self.filter, self.starred, self.order, self.close_button):
            self._head.addWidget(part)
        self._head.insertStretch(2, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.message, 1)
        self._foot.addWidget(self.undo_button)
        left = QVBoxLayout()
        left.setSpacing(GRID // 2)
        left.addWidget(self.heads)
        left.addWidget(self.list, 1)
        left.addLayout(self._foot)
        self._body = QHBoxLayout()
        self._body.setSpacing(GRID)
        self._body.addLayout(left, 1)
        self._body.addWidget(self.chosen)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        self._whole.addLayout(self._body, 1)
        self.undo_button.hide()
        self.message.hide()

    # -- what is there ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Covers the lab, the keyboard on the list."""
        self.list.show_empty(self._empty())
        self.heads.setVisible(bool(self.model.runs))
        self.chosen.setVisible(bool(self._runs))
        self.show()
        self.raise_()
        self.refresh()
        self._again.start()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        self._again.stop()
        self.chosen.notes.settle()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Looks again what is in the library."""
        self.desk.ask(self.library.runs, self._take_runs)

    def _take_runs(self, runs: list[KeptRun]) -> None:
        self.loaded = True
        gone = {one for ids in self._deleted for one in ids}
        self._runs = [run for run in runs if run.id not in gone]
        self._show()
        if self.library.odd != self._odd:
            self._odd = self.library.odd
            self.say(odd_said(self._odd))

    def _show(self) -> None:
        picked = self.picked()
        found = chosen(self._runs, self.filter.text(), self.starred.isChecked(), self.order.value)
        self.model.show_runs(found)
        self.count.setText(
            f"{len(found)} of {len(self._runs)}" if len(found) < len(self._runs) else f"{len(found) or ''}"
        )
        ids = {run.id for run in picked}
        if ids and not self.list.selectionModel().hasSelection():
            self._pick([row for row, run in enumerate(found) if run.id in ids])
        elif found and not ids and self.list.selectionModel().currentIndex().row() < 0:
            self._pick([0])
        self._choose()
        self.list.show_empty(self._empty())
        self.heads.setVisible(bool(found))
        self.chosen.setVisible(bool(self._runs))

    @property
    def idle(self) -> bool:
        """Whether all that was asked for has come."""
        return self.desk.waiting == 0

    def choose(self, ids: list[str]) -> None:
        """Chooses these runs, as clicks on them do."""
        self._pick([row for row, run in enumerate(self.model.runs) if run.id in ids])
        self._choose()

    def picked(self) -> list[KeptRun]:
        """The chosen runs, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.runs[row] for row in rows if row < len(self.model.runs)]

    def _pick(self, rows: list[int]) -> None:
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model.index(row), self.model.index(row))
        flags = QItemSelectionModel.SelectionFlag
        model = self.list.selectionModel()
        model.blockSignals(True)
        if rows:
            model.setCurrentIndex(self.model.index(rows[0]), flags.NoUpdate)
        model.select(selection, flags.ClearAndSelect)
        model.blockSignals(False)

    def _choose(self) -> None:
        """Shows what is chosen, as soon as it is read."""
        picked = self.picked()[:MOST]
        missing = [run for run in picked if (run.id, run.updated) not in self._known]
        if not missing:
            self._show_chosen(picked)
            return

        def read() -> list[Details]:
            return [self.library.details(run.id, checkpoint=False) for run in missing]

        self.desk.ask(read, partial(self._take_details, missing))

    def _take_details(self, runs: list[KeptRun], found: list[Details]) -> None:
        if len(self._known) > 200:
            self._known.clear()
        self._known |= {(run.id, run.updated): details for run, details in zip(runs, found, strict=True)}
        picked = self.picked()[:MOST]
        if all((run.id, run.updated) in self._known for run in picked):
            self._show_chosen(picked)

    def _show_chosen(self, picked: list[KeptRun]) -> None:
        self.chosen.show_runs([(run, self._known[run.id, run.updated]) for run in picked])
        self.list.row.letters = self.chosen.letters()
        self.list.viewport().update()

    def _fetch_pictures(self, ids: list[str]) -> None:
        self.desk.ask(partial(self.library.thumbnails, ids), partial(self.model.take_pictures, ids))

    # -- what can be done ---------------------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """Shows one sentence under the list."""
        self.message.setText(sentence)
        self.message.setToolTip(as_written(sentence))
        self.message.setVisible(bool(sentence))
        self.undo_button.setVisible(False)

    def _refuse(self, sentence: str) -> None:
        self.say(sentence)
        if not self.loaded:
            self.list.show_empty(UNREAD)

    def _edit(self, act: Callable[[], object]) -> None:
        self.desk.ask(act, lambda _: self.refresh())

    def star(self) -> None:
        """Gives the chosen runs a star, or takes it where all have one."""
        if picked := self.picked():
            self._star(picked)

    def _star(self, runs: list[KeptRun]) -> None:
        on = not all(run.star for run in runs)
        self._edit(partial(self.library.star, [run.id for run in runs], on))

    def _note(self, one: str, notes: str) -> None:
        self._edit(partial(self.library.note, one, notes))

    def delete(self) -> None:
        """Takes the chosen runs out of the list; `undo_delete` brings them back."""
        ids = [run.id for run in self.picked()]
        if not ids:
            return
        row = min(index.row() for index in self.list.selectionModel().selectedIndexes())
        self._deleted.append(ids)
        self._edit(partial(self.library.delete, ids))
        self._runs = [run for run in self._runs if run.id not in ids]
        self.list.selectionModel().clear()
        self._show()
        if self.model.runs:
            self._pick([min(row, len(self.model.runs) - 1)])
            self._choose()
        self.say("Deleted 1 run." if len(ids) == 1 else f"Deleted {len(ids)} runs.")
        self.undo_button.setVisible(True)

    def undo_delete(self) -> None:
        """Brings back what was deleted last."""
        if not self._deleted:
            return
        ids = self._deleted.pop()
        self._edit(partial(self.library.undelete, ids))
        self.say("Brought 1 run back." if len(ids) == 1 else f"Brought {len(ids)} runs back.")
        self.undo_button.setVisible(bool(self._deleted))

    def _reopen(self, tick: int | None) -> None:
        picked = self.picked()
        if len(picked) == 1:
            self.say("Reopening…")
            self.desk.ask(partial(self.library.details, picked[0].id), partial(self._reopened, tick))

    def _reopened(self, tick: int | None, details: Details) -> None:
        self.say("")
        self.reopened.emit(details, tick)

    def ask_where_to_export(self) -> None:
        """Lets the user choose the folder that the chosen runs are written to."""
        dialog = QFileDialog(self, "Export to a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.open()

    def export(self, folder: Path) -> None:
        """Writes the chosen runs into a folder."""
        ids = [run.id for run in self.picked()]
        self.desk.ask(
            partial(self.library.export, ids, folder),
            lambda written: self.say(f"Exported {len(written)} files to {folder}."),
        )

    # -- looks and keys -----------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        stand(self)
        self.title.set_theme(theme, 18, 600)
        self.count.set_theme(theme, 12, quiet=True)
        self.message.set_theme(theme, 12)
        for part in (self.starred, self.order, self.close_button, self.undo_button, self.heads, self.list, self.chosen):
            part.set_theme(theme)
        wear(self.filter, theme)
        self.filter.setFont(font(12, 400, theme.scale))
        self.filter.setFixedSize(pixels(theme, FILTER), pixels(theme, 28))
        self._head.setSpacing(pixels(theme, 14))
        self._whole.setSpacing(pixels(theme, 12))
        self._place()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        top = pixels(self._theme, 16)
        self._whole.setContentsMargins(EDGE + 8, top, EDGE + 8, EDGE)
        # given and not asked for, or the split would move with every run that is chosen
        share = round(CHOSEN * (self.width() - 2 * (EDGE + 8) - GRID))
        self.chosen.setFixedWidth(max(share, self.chosen.least_width))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Goes round what is on the page, and not to what lies beneath."""
        stops = [part for part in self._stops() if part.isVisible() and part.isEnabled()]
        if not stops:  # Qt asks when the page is hidden, too
            return super().focusNextPrevChild(forward)
        now = self.focusWidget()
        at = next((n for n, stop in enumerate(stops) if now is stop or stop.isAncestorOf(now)), -1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def _stops(self) -> list[QWidget]:
        side = self.chosen
        buttons = [side.reopen_button, side.behind_button, side.export_button, side.delete_button]
        choices = [*self.order.findChildren(QWidget)], [*side.measure.findChildren(QWidget)]
        order, measure = ([one for one in words if getattr(one, "isChecked", bool)()] for words in choices)
        head = [self.filter, self.starred, *order]
        shown = [*measure, side.slider, side.notes, side.settings, *buttons]
        return [*head, self.list, self.undo_button, *shown, self.close_button]

    def event(self, event: QEvent) -> bool:
        """Keeps plain keys from the window's shortcuts: with no network in sight they would act unseen."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._owns(event):
            event.accept()
            return True
        return super().event(event)

    def _owns(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier:
            return event.key() not in (Qt.Key.Key_F11, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
        return event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Z

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and key in (Qt.Key.Key_Escape, Qt.Key.Key_L):
            self.left.emit()
        elif plain and key == Qt.Key.Key_S:
            self.star()
        elif plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete()
        elif plain and key == Qt.Key.Key_F:
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif key == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.undo_delete()
        else:
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        painter.end()

    def _empty(self) -> str:
        if self.model.runs:
            return ""
        if not self.loaded:
            return READING
        return NO_MATCH if self._runs else NONE

    def close_library(self) -> None:
        """Writes what is not written yet; the page is over."""
        self._again.stop()
        self.chosen.notes.settle()
        self.desk.close()
