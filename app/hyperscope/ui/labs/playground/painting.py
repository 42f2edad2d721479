"""Data of one's own: painted, erased and dragged on the map, and saved as CSV whatever data there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from hyperscope.lab.examples.own_points import emptied, keeps_network, of_points, taken_over
from hyperscope.lab.examples.points_file import save_points
from hyperscope.lab.experiment.data import PAINTED, Data, on_plane
from hyperscope.lab.experiment.painted import NO_POINTS, Points, read
from hyperscope.ui.actions import Action
from hyperscope.ui.panels.map.brush import BrushSurface
from hyperscope.ui.panels.map.brush_row import BrushRow
from hyperscope.ui.part import Part
from hyperscope.ui.style import dress
from hyperscope.ui.theme import Theme
from hyperscope.ui.writer import Writer

if TYPE_CHECKING:
    from hyperscope.ui.host import Host
    from hyperscope.ui.labs.playground.page import Playground

TOGETHER = 40  # ms of a stroke that are sent as one change; the map shows each dab at once
HOW = "The left button paints, the right one erases. D ends painting."
ALONE = "Points are painted for one network: keep A or B first."
KEYS = "On the map 1 to 6 choose the class, 0 the eraser, 9 the hand; [ and ] the size; arrows and Enter paint."


class Painting(Part["Host"]):
    """The brushes, which lie on the map while one paints, and what they do to the experiment."""

    def __init__(self, host: Host, page: Playground) -> None:
        super().__init__(host)
        self.page = page
        self.map = page.map
        self.surface = BrushSurface(self.map)
        self.row = BrushRow(self.surface, self.map)
        self._waiting: Points | None = None  # painted, and not yet part of the experiment
        self._timer = QTimer(page)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOGETHER)
        self._timer.timeout.connect(self._flush)
        self._writer = Writer(page)
        self._writer.refused.connect(lambda said: host.say(said, alarm=True))
        self.surface.painted.connect(self._paint)
        self.surface.ended.connect(self._flush)
        self.surface.refused.connect(lambda said: host.say(said, alarm=True))
        self.surface.left.connect(self.stop)
        self.row.done.connect(self.stop)
        self.row.emptied.connect(partial(host.do, self.empty))
        self.map.arranged.connect(self._arrange)
        self.map.mode_chosen.connect(self._heed_mode)
        page.paint_requested.connect(partial(host.do, self.open))
        page.save_points_requested.connect(self.ask_where_to_save)
        row = self.row
        for one, other in pairwise((self.surface, *row.tools, row.size_track, row.empty, row.end)):
            QWidget.setTabOrder(one, other)
        self.surface.hide()
        self.row.hide()

    @property
    def on(self) -> bool:
        """Whether one is painting."""
        return not self.surface.isHidden()

    @property
    def _data(self) -> Data:
        return self.host.session.moved.data

    def actions(self) -> Sequence[Action]:
        return (
            Action("Paint points", "Data", self.toggle, ("D",), KEYS),
            Action("Empty the plane", "Data", self.empty, (), "An empty plane to paint points of your own on."),
            Action("Save these points as CSV", "Save", self.ask_where_to_save, ("Ctrl+Alt+S",)),
        )

    # -- beginning and ending -------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Begins to paint on what the map shows, or ends it."""
        if self.on:
            self.stop()
        else:
            self.start()

    def open(self) -> None:
        """Goes to the points painted before, if there are any, and paints on."""
        if self._refused():
            return
        if self._data.source != PAINTED and self._data.painted:
            self._apply(msgspec.structs.replace(emptied(self._data), painted=self._data.painted))
        self.start()

    def start(self) -> None:
        """Lets one paint; points on the plane that are not one's own yet are taken over first."""
        if self._refused():
            return
        said, host = HOW, self.host
        if self._data.source != PAINTED:
            if (examples := self.map.examples) is None:
                return
            data, what = taken_over(examples, self._data)
            kept = on_plane(self._data.source) and keeps_network(self._data, data)
            host.looked_at.forget()
            self._apply(data)
            said = f"{what} The network {'goes on' if kept else 'starts again'}. D ends painting."
        self.surface.choose(self.surface.tool, self.surface.c)
        self._show(read(self._data.painted))
        self._arrange()
        for part in (self.surface, self.row):
            part.show()
            part.raise_()
        self.row.set_theme(host.theme)  # what was never shown has lost its type to the style sheet
        self.surface.setFocus()
        host.hold(said)

    def _refused(self) -> bool:
        """Says that twins have no points of their own, if there are twins."""
        if self.host.session.twin is not None:
            self.host.say(ALONE)
            return True
        return False

    def stop(self) -> None:
        """Ends painting; the points stay."""
        if self.surface.busy:
            self.surface.end()
        self._flush()
        self.surface.hide()
        self.row.hide()
        self.map.show_own(None)
        self.host.draw_all()

    def _heed_mode(self, mode: str) -> None:
        """There is no painting on what is not the map."""
        if self.on and mode != "map":
            self.stop()

    def empty(self) -> None:
        """Gives an empty plane to paint on."""
        if self._refused():
            return
        self._waiting = None
        self._apply(emptied(self._data))
        self.surface.stroke += 1
        if self.on:
            self._show(NO_POINTS)
        else:
            self.start()

    # -- strokes --------------------------------------------------------------------------------------------------

    def _paint(self, points: Points) -> None:
        """Shows what was just painted, and has it trained on soon."""
        self._waiting = points
        self.map.show_own(of_points(points, self._data))
        self.row.follow()
        if not self._timer.isActive():
            self._timer.start()

    def _with(self, points: Points) -> Data:
        painted = points.written()
        classes = max(self._data.classes, len(painted))
        return msgspec.structs.replace(self._data, source=PAINTED, painted=painted, classes=classes)

    def _flush(self) -> None:
        """Makes what was painted part of the experiment; a stroke is undone as one."""
        self._timer.stop()
        points, self._waiting = self._waiting, None
        if points is not None:
            self.host.do(lambda: self._apply(self._with(points), merge=f"stroke {self.surface.stroke}"))

    def _apply(self, data: Data, merge: str = "") -> None:
        session = self.host.session
        session.apply(msgspec.structs.replace(session.moved, data=data), merge=merge)

    def experiment_changed(self) -> None:
        """Something else may have changed the points: an undo, a moment gone back to, another data set."""
        if not self.on or self._waiting is not None:
            return
        if self._data.source != PAINTED or self.host.session.twin is not None:
            self.stop()
        elif not self.surface.busy:
            self._show(read(self._data.painted))

    def _show(self, points: Points) -> None:
        self.surface.set_points(points)
        self.map.show_own(of_points(points, self._data))
        self.row.follow()

    def _arrange(self) -> None:
        self.surface.setGeometry(self.map.picture)
        self.surface.set_extent(self.map.extent)
        self.row.setGeometry(self.map.tools_place)

    def set_theme(self, theme: Theme) -> None:
        self.surface.set_theme(theme)
        self.row.set_theme(theme)
        self._arrange()

    # -- saving ---------------------------------------------------------------------------------------------------

    def ask_where_to_save(self) -> None:
        """Lets the user choose where the points are saved."""
        dialog = QFileDialog(self.host.top, "Save these points", "points.csv", "Tables (*.csv)")
        dress(dialog, self.host.theme)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Writes the examples to a CSV file, beside the window, and says how many, or why not."""
        self._flush()
        data = self._data
        self._writer.ask(
            lambda: save_points(data, path), lambda count: self.host.say(f"{count} points saved to {path.name}.")
        )

    def close(self) -> None:
        self._timer.stop()
        self._flush()
        self._writer.close()
