"""The page of presets, and the start of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from hyperscope.lab.experiment.presets import Preset, presets
from hyperscope.lab.jobs.gallery import Gallery, GalleryPicture
from hyperscope.lab.jobs.job import Job
from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.start_page import Covering, StartPage
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.shell import Shell


LOOK_EVERY = 50  # ms between two looks at what the presets' networks have come to


class Presets(Part["Shell"]):
    """Experiments that each show one thing; `page` is made when it is first asked for.

    While it is open, every preset trains in a process of their own.
    """

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.page: StartPage | None = None
        self.gallery: Job[GalleryPicture, None] | None = None
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
            Covering(page, self.host.body, self.host.tabs)
            page.chosen.connect(self.take)
            page.left.connect(page.hide)
            page.seen.connect(self._live)
            page.set_theme(self.host.theme)
        if self.page.isVisible():
            self.page.hide()
        else:
            self.page.open()

    def _live(self, seen: bool) -> None:
        if seen and self.gallery is None:
            self.gallery = Job(Gallery(tuple(preset.experiment for preset in presets())))
            self._look.start()
        elif not seen and self.gallery is not None:
            self._look.stop()
            self.gallery.close()
            self.gallery = None

    def _show_pictures(self) -> None:
        if self.gallery is None or self.page is None:
            return
        for picture in self.gallery.take():
            self.page.show_picture(picture)

    def close(self) -> None:
        self._live(False)

    def take(self, preset: Preset) -> None:
        """Trains the preset's experiment from its start, and says what to look at."""
        if self.page is not None:
            self.page.hide()
        host = self.host
        host.session.apply(preset.experiment)
        host.session.restart()
        host.session.play(True)
        host.draw_all()
        host.follow()
        host.hold(preset.shows)

    def set_theme(self, theme: Theme) -> None:
        if self.page is not None:
            self.page.set_theme(theme)
