"""Sharing: the codes of experiment and session, copied and pasted, and a session that is played back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.twins.account import ELSEWHERE, session_so_far
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.words import shown
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.part import Part
from hyperscope.ui.renewing import Renewing
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.lab.export.sharing import Shared
    from hyperscope.lab.timeline.score import Score
    from hyperscope.ui.share_dialog import ShareDialog
    from hyperscope.ui.shell import Shell


def take_session(host: Shell, score: Score) -> None:
    """Plays a session back to its end, and stands there."""
    host.looked_at.forget()
    host.session.perform(score)
    host.draw_all()
    host.follow()
    host.say(f"Playing back {shown(score.end)} steps …" if score.end else "Opened, at its start.")


class Share(Part["Shell"]):
    """Opens the dialog, and copies the session's code without it."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.dialog: ShareDialog | None = None
        self._copying = False
        self._encoder = Reader(host.top)
        self._renewing = Renewing(host.top)
        self._renewing.due.connect(self._want)
        host.tabs.add("Share", "Codes to hand on, and to open · Ctrl+Shift+S").clicked.connect(self.open)

    def actions(self) -> Sequence[Action]:
        return (
            Action("Share", "Share", self.open, ("Ctrl+Shift+S",), "Codes of the experiment and of the session."),
            Action("Copy the session's code", "Share", self.copy, ("Ctrl+Shift+C",), "To paste into a message."),
            Action("Open a copied code", "Share", self.paste, ("Ctrl+V",), "An experiment or session handed on."),
        )

    def open(self) -> None:
        """Opens the dialog."""
        if self.dialog is not None:
            return
        from hyperscope.ui.share_dialog import ShareDialog  # few starts come to it

        self.dialog = dialog = ShareDialog(self.host.theme, self.host.top)
        dialog.opened.connect(self.take)
        dialog.renewed.connect(self._renewing.shown)
        dialog.newest_wanted.connect(self._copy_newest)
        dialog.finished.connect(self._closed)
        dialog.open()
        self._renewing.start()

    def _closed(self) -> None:
        self._renewing.stop()
        self.dialog = None

    @property
    def _alone(self) -> bool:
        """Whether there is no training process to say how the session went on."""
        unheard = self.host.session.unheard
        return unheard is not None and unheard.none

    def _copy_newest(self) -> None:
        assert self.dialog is not None
        if self._alone:
            self.dialog.copy_shown()
        else:
            self._want()

    def copy(self) -> None:
        """Puts the session's code on the clipboard, as soon as the training process has said it."""
        if self._alone:
            self.host.say("Nothing was copied: no training process is running.", alarm=True)
            return
        self._copying = True
        self._want()

    def paste(self) -> None:
        """Opens the dialog with what was copied elsewhere."""
        self.open()
        if self.dialog is not None:
            self.dialog.paste()

    def _want(self) -> None:
        self.host.session.want((self.host.session.so_far,))

    def on_snapshot(self, snapshot: Snapshot) -> None:
        found = snapshot.told.get(self.host.session.so_far)
        if found is None:
            if (self.dialog is not None or self._copying) and snapshot.told.of(session_so_far) is not None:
                self._want()  # the controls show the other twin by now
            return
        if self.dialog is not None:
            self.dialog.show_session(found)
        if self._copying:
            self._copying = False
            if not found.whole:
                self.host.say(ELSEWHERE, alarm=True)
                return
            # which takes half a second for 20 000 moves
            self._encoder.ask(found.score.to_code, partial(self._copied, found.of))

    def _copied(self, of: str, code: str) -> None:
        QApplication.clipboard().setText(code)
        whose = f"The code of {of}'s session" if of else "The session's code"
        self.host.say(f"{whose} is on the clipboard: {shown(len(code))} characters.")

    def take(self, shared: Shared) -> None:
        """Starts an experiment that was handed on, or plays a session back."""
        from hyperscope.lab.export.sharing import outline, with_known  # loaded with the dialog that this comes from

        host = self.host
        score = with_known(shared.score, host.session.moved.data.file)
        if shared.kind == "session":
            take_session(host, score)
            return
        host.session.apply(score.experiment)
        host.session.restart()
        host.session.play(True)
        host.draw_all()
        host.follow()
        host.hold(f"Opened {outline(shared.score.experiment)}.")

    def set_theme(self, theme: Theme) -> None:
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def close(self) -> None:
        self._renewing.stop()
        self._encoder.close()
        if self.dialog is not None:
            self.dialog.close()
