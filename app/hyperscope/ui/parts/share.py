"""Sharing: the codes of experiment and session, copied and pasted, and a session that is played back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.ui.actions import Action
from hyperscope.ui.controls.words import shown
from hyperscope.ui.part import Part
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.lab.export.sharing import Shared
    from hyperscope.lab.timeline.score import Score
    from hyperscope.ui.share_dialog import ShareDialog
    from hyperscope.ui.shell import Shell

RENEWED = 500  # ms between two looks at how the session has gone on


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
        self._renew = QTimer(host.top)
        self._renew.setInterval(RENEWED)
        self._renew.timeout.connect(self._want)
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
        dialog.finished.connect(self._closed)
        dialog.open()
        self._want()
        self._renew.start()

    def _closed(self) -> None:
        self._renew.stop()
        self.dialog = None

    def copy(self) -> None:
        """Puts the session's code on the clipboard, as soon as the training process has said it."""
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
            return
        if self.dialog is not None:
            self.dialog.show_session(found)
        if self._copying:
            self._copying = False
            if not found.whole:
                self.host.say(ELSEWHERE, alarm=True)
                return
            code = found.score.to_code()
            QApplication.clipboard().setText(code)
            whose = f"The code of {found.of}'s session" if found.of else "The session's code"
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
        self._renew.stop()
        if self.dialog is not None:
            self.dialog.close()
