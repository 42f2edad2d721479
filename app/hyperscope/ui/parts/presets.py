"""The page of presets, the start of one, and its task until that is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from hyperscope.lab.experiment.presets import Preset, presets
from hyperscope.lab.jobs.gallery import Gallery, GalleryPicture
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.ui.actions import Action
from hyperscope.ui.covering import Covering
from hyperscope.ui.panels.cards.task import TaskCard
from hyperscope.ui.part import Part
from hyperscope.ui.start_page import StartPage
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell


LOOK_EVERY = 33  # ms between two looks at what the presets' networks have come to
AT_ONCE = 2  # pictures shown at a look: those of all cards take several frames to draw


class Presets(Part["Shell"]):
    """Experiments that each show one thing; `page` is made when it is first asked for.

    While it is open, the presets in sight train in a process of their own.
    """

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.page: StartPage | None = None
        self._covering: Covering | None = None
        self.chosen: Preset | None = None  # the one in force, as long as its experiment is
        self.task = TaskCard()
        self._asked: Preset | None = None  # the one whose task it is
        host.words.stand(self.task, self.task.width_in, first=True)
        self.task.put_away.connect(self._put_away)
        self.task.next_wanted.connect(self._take_next)
        self.gallery: Job[GalleryPicture, None] | None = None
        self._waiting: dict[int, GalleryPicture] = {}  # of each preset the newest that is not shown yet
        self._look = QTimer(host.top)
        self._look.setInterval(LOOK_EVERY)
        self._look.timeout.connect(self._show_pictures)
        host.tabs.presets_requested.connect(self.toggle)

    def actions(self) -> Sequence[Action]:
        return (Action("Presets", "Open", self.toggle, ("P",), "Experiments that each show one thing."),)

    def toggle(self) -> None:
        """Opens the page, or closes it if it is open."""
        if self.page is None:
            self.page = page = StartPage(self.host.body)
            host = self.host
            self._covering = Covering(page, host, page.set_theme)
            page.chosen.connect(self.take)
            page.left.connect(self.leave)
            page.seen.connect(self._live)
        if self.page.isVisible():
            self.leave()
        else:
            self.page.open(self.host.shown_view[0])

    def leave(self) -> None:
        """Closes the page; the keyboard goes to the window, or Qt would give it to the first tab."""
        if self.page is not None and self.page.isVisible():
            self.page.hide()
            self.host.body.setFocus()

    def _live(self, seen: tuple[Preset, ...]) -> None:
        """Trains these presets, and no others any more."""
        if self.gallery is not None:
            self._look.stop()
            self.gallery.close()
            self.gallery = None
            self._waiting.clear()
        if seen:
            self.gallery = Job(Gallery(tuple(preset.experiment for preset in seen)))
            self._look.start()

    def _show_pictures(self) -> None:
        if self.gallery is None or self.page is None:
            return
        for picture in self.gallery.take():
            self._waiting[picture.number] = picture
        for number in list(self._waiting)[:AT_ONCE]:
            self.page.show_picture(self._waiting.pop(number))

    def close(self) -> None:
        self._live(())

    def take(self, preset: Preset) -> None:
        """Trains the preset's experiment from its start until its point is seen, and says what to look at and try.

        It is looked at in the preset's lab and view; where these have networks of their own, or none, it stands still.
        """
        self.leave()
        host = self.host
        self.chosen = None
        host.session.apply(preset.experiment)
        host.session.restart()
        host.session.set_rest(replace(host.session.rest, epoch=preset.rest))
        host.draw_all()
        host.follow()
        host.visit(preset.place)
        host.session.play(host.lab.page.trains)
        host.hold(preset.point)
        self.chosen = self._asked = preset
        self.task.set_task(preset.task)

    def experiment_changed(self) -> None:
        session = self.host.session
        if self.chosen is not None and session.moved != self.chosen.experiment:
            if session.rest.epoch == self.chosen.rest:  # and not another one that was asked for
                session.set_rest(replace(session.rest, epoch=None))
            self.chosen = None  # another experiment has another moment to rest at
        if self._asked is not None and not self.task.done and self._asked.is_done(session.moved):
            self.task.set_done()

    def on_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.rested == "epoch" and self.chosen is not None:
            self.host.hold(f"{self.chosen.point} It rests here, after {snapshot.status.epoch} epochs.")

    def _put_away(self) -> None:
        self._asked = None
        self.task.set_task("")

    def _take_next(self) -> None:
        if self._asked is not None:
            every = [preset for preset in presets() if preset.place.lab == self._asked.place.lab]
            self.take(every[(every.index(self._asked) + 1) % len(every)])

    def set_theme(self, theme: Theme) -> None:
        self.task.set_theme(theme)
        if self._covering is not None:
            self._covering.set_theme(theme)
