"""What several labs share of what is seen: what the person looks at, and the other runs behind the curves.

Whoever changes a model says so by its signal; whoever draws it follows, and neither knows the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.training.curves import Band, Ghost


class LookedAt(QObject):
    """The plane, point, example, layer and unit that are looked at; goes to the worker with whatever is asked next."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.focus = Focus()

    def look(self, **changes: Any) -> None:
        """Looks at something else, named as the fields of the focus are."""
        self._set(replace(self.focus, **changes))

    def forget(self) -> None:
        """Looks at nothing in particular: other data have come, of which old places say nothing."""
        self._set(Focus())

    def _set(self, focus: Focus) -> None:
        if focus != self.focus:
            self.focus = focus
            self.changed.emit()


class Chart(Protocol):
    """A panel that draws other runs behind those it is of; `cleared` asks for the earlier ones to be forgotten."""

    cleared: SignalInstance

    def set_ghosts(self, ghosts: Sequence[Ghost], owner: str = "") -> None: ...

    def set_band(self, band: Sequence[Band]) -> None: ...


class OtherRuns(QObject):
    """Curves of other runs, by who brought them, and bands of many runs; drawn behind those of the current one."""

    changed = Signal(str)  # whose curves
    bands_changed = Signal()
    clear_requested = Signal()  # earlier runs are to be forgotten

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ghosts: dict[str, tuple[Ghost, ...]] = {}
        self.bands: tuple[Band, ...] = ()

    def show(self, owner: str, ghosts: Iterable[Ghost]) -> None:
        """Draws these curves in place of those that the same owner brought before."""
        self.ghosts[owner] = tuple(ghosts)
        self.changed.emit(owner)

    def show_bands(self, bands: Iterable[Band]) -> None:
        """Draws the loss of several runs alike as bands; none for no band."""
        self.bands = tuple(bands)
        self.bands_changed.emit()

    def drawn_by(self, chart: Chart) -> None:
        """Has a chart follow from now on."""
        for owner, ghosts in self.ghosts.items():
            chart.set_ghosts(ghosts, owner)
        if self.bands:
            chart.set_band(self.bands)
        self.changed.connect(lambda owner: chart.set_ghosts(self.ghosts[owner], owner))
        self.bands_changed.connect(lambda: chart.set_band(self.bands))
        chart.cleared.connect(self.clear_requested)
