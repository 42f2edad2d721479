"""The learning-rate finder in the window: the action that opens it, and the rate that is taken from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperscope.ui.actions import Action
from hyperscope.ui.part import Part
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.ui.rates.dialog import RateDialog
    from hyperscope.ui.shell import Shell

HELP = "A short run with rates from tiny to huge, and where the loss falls fastest (Smith 2017)."


class Rates(Part["Shell"]):
    """Opens the finder for what the controls move; of twins for A where they move both."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.dialog: RateDialog | None = None

    def actions(self) -> Sequence[Action]:
        return (Action("Find a learning rate", "Train", self.open, ("Ctrl+L",), HELP),)

    def open(self) -> None:
        """Opens the dialog, in which the search begins at once."""
        if self.dialog is not None:
            return
        from hyperscope.ui.rates.dialog import RateDialog  # few starts come to it

        self.dialog = dialog = RateDialog(self.host.session.moved, self.host.theme, self.host.top)
        dialog.chosen.connect(lambda rate: self.host.move_knob("training.learning_rate", rate))
        dialog.finished.connect(self._closed)
        dialog.open()

    def set_theme(self, theme: Theme) -> None:
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()

    def _closed(self) -> None:
        self.dialog = None
