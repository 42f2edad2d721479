"""The runs that the curves panel draws with its first side's: other sides, ghosts, bands; how they become lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hyperscope.lab.training.curves import Band, Curves, Ghost
from hyperscope.ui.panels.common.overlays import Extra, Spread, ghost_look
from hyperscope.ui.panels.curves.lines import Floats, Measure, lines_of, logarithms, thinned, within, x_of
from hyperscope.ui.theme import Theme

POINTS = 480  # of all ghosts' lines together, so that many runs take no longer to draw than a few
MOST = 64  # lines kept as they were worked out; a window being resized passes many
LETTERS = "AB"
ORDER = ("earlier", "branch", "side")  # in which they are drawn

Place = Callable[[Curves], Floats]


@dataclass(frozen=True, slots=True)
class Run:
    """A ghost, or a side after the first, which is as strong as that."""

    name: str
    curves: Curves
    role: Literal["earlier", "branch", "side"]
    colour: int | None = None


class Others:
    """The sides after the first, ghosts by who gave them, and bands."""

    def __init__(self) -> None:
        self._sides: tuple[Run, ...] = ()
        self._given: dict[str, tuple[Ghost, ...]] = {}
        self._lines: dict[tuple[int, str, bool], dict[str, Floats]] = {}
        self._drawn: dict[tuple[object, ...], tuple[Floats, Floats]] = {}  # by all that decides over it
        self.bands: tuple[Band, ...] = ()

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """All of them."""
        return tuple(ghost for given in self._given.values() for ghost in given)

    @property
    def runs(self) -> tuple[Run, ...]:
        """Ghosts and sides, those that are drawn first at first."""
        ghosts = (Run(ghost.name, ghost.curves, ghost.role, ghost.colour) for ghost in self.ghosts)
        return (*sorted(ghosts, key=lambda run: ORDER.index(run.role)), *self._sides)

    def set_sides(self, sides: Sequence[Curves]) -> None:
        """Takes the curves of the sides after the first."""
        if sides or self._sides:
            self._forget()
        named = zip(LETTERS[1:], sides, strict=False)
        self._sides = tuple(Run(letter, curves, "side") for letter, curves in named if len(curves.epoch))

    def set_ghosts(self, ghosts: Sequence[Ghost], owner: str) -> None:
        """Takes these in place of what the owner gave before; without one, of what came so with the same roles."""
        kept: tuple[Ghost, ...] = ()
        if not owner and ghosts:
            roles = {ghost.role for ghost in ghosts}
            kept = tuple(ghost for ghost in self._given.get("", ()) if ghost.role not in roles)
        self._given[owner] = (*kept, *(ghost for ghost in ghosts if len(ghost.curves.epoch)))
        self._forget()

    def _forget(self) -> None:
        """What was worked out: it is known by where it lies, and something else may come to lie there."""
        self._lines.clear()
        self._drawn.clear()

    def set_bands(self, bands: tuple[Band, ...]) -> None:
        """Takes these in place of those before."""
        self.bands = bands

    def end(self, roles: Collection[str]) -> float:
        """The last epoch of those with one of these roles; −∞ without any."""
        return max((float(run.curves.epoch[-1]) for run in self.runs if run.role in roles), default=float("-inf"))

    def extent(self, place: Place) -> tuple[float, float]:
        """From where to where the others reach; 0 and 0 where there are none."""
        x = np.concatenate([np.zeros(0), *(place(run.curves) for run in self.runs)])
        known = x[np.isfinite(x)]
        return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)

    def values(self, measure: Measure, smooth: bool, place: Place, left: float, right: float) -> list[Floats]:
        """What the y axis is to have room for."""
        found = []
        for run in self.runs:
            seen = within(place(run.curves), left, right)
            found += [y[seen] for y in self._of(run, measure, smooth).values()]
        return found

    def extras(
        self,
        measure: Measure,
        smooth: bool,
        place: Place,
        log: bool,
        axes: tuple[object, ...],
        seen: tuple[float, float],
        columns: int,
        theme: Theme,
    ) -> list[Extra]:
        """Their lines, those of sides over the first's own; `axes` is all that `place` depends on.

        What lies outside of what is `seen`, from left to right, takes none of the points from what lies within.
        """
        runs = self.runs
        few = min(columns, max(30, POINTS // max(1, 2 * len(runs))))
        found = []
        for run in runs:
            colour = theme.class_colour(run.colour) if run.colour is not None else None
            shade, width = ghost_look(run.role, colour, theme)
            strong = run.role == "side"
            each = columns if strong else few  # like the first, so that equal sides lie on each other
            for role, y in self._of(run, measure, smooth).items():
                key = (id(run.curves), role, measure.tip, smooth, log, each, seen, *axes)
                if key not in self._drawn:
                    if len(self._drawn) > MOST:
                        self._drawn.clear()
                    x = place(run.curves)
                    known = np.isfinite(x) & within(x, *seen)
                    self._drawn[key] = thinned(x[known], logarithms(y[known]) if log else y[known], each)
                across, high = self._drawn[key]
                named = role == "train" and run.role != "earlier"  # told apart by name, never by colour alone
                label = run.name if named else ""
                found.append(Extra(across, high, shade, width, role == "dev", label, strong, strong))
        return found

    def reading(
        self, measure: Measure, place: Place, there: float, text: Callable[[float], str]
    ) -> list[tuple[str, str]]:
        """The name of each run that was there, and its values at that time."""
        rows = []
        for run in self.runs:
            x = place(run.curves)
            if not np.isfinite(x).any() or there > np.nanmax(x) or there < np.nanmin(x):
                continue
            at = int(np.nanargmin(np.abs(x - there)))
            values = [text(float(y[at])) for y in self._of(run, measure, False).values()]
            rows.append((run.name, " / ".join(values)))
        return rows

    def _of(self, run: Run, measure: Measure, smooth: bool) -> dict[str, Floats]:
        key = (id(run.curves), measure.tip, smooth)
        if key not in self._lines:
            lines = lines_of(run.curves, measure, smooth)
            self._lines[key] = {role: lines[role] for role in measure.lines if role != "batch"}
        return self._lines[key]

    # -- bands ----------------------------------------------------------------------------------------------------

    def band_x(self, curves: Curves, unit: str, log: bool) -> list[Floats]:
        """Where the bands' points stand across, in steps as long as this run's are."""
        per_epoch = curves.step[-1] / curves.epoch[-1] if len(curves.epoch) and curves.epoch[-1] > 0 else 1.0
        return [x_of(np.asarray(band.epoch, float), band.epoch * per_epoch, unit, log) for band in self.bands]

    def spreads(self, x: Sequence[Floats], log: bool, theme: Theme) -> list[Spread]:
        """The bands, the first in this run's own colour and the second in a twin's."""
        colours = (theme.text, theme.other, theme.class_colour(2), theme.class_colour(4))
        found = []
        for number, (band, across) in enumerate(zip(self.bands, x, strict=False)):
            low, median, high = (
                logarithms(part) if log else np.asarray(part, float) for part in (band.low, band.median, band.high)
            )
            found.append(Spread(band.name, across, low, median, high, colours[number % len(colours)]))
        return found

    def band_reading(
        self, curves: Curves, unit: str, log: bool, there: float, text: Callable[[float], str]
    ) -> list[tuple[str, str]]:
        """The name of each band that reaches there, and its median and ends."""
        rows = []
        for band, x in zip(self.bands, self.band_x(curves, unit, log), strict=True):
            if not np.isfinite(x).any() or there > np.nanmax(x) or there < np.nanmin(x):
                continue
            at = int(np.nanargmin(np.abs(x - there)))
            low, median, high = (text(float(part[at])) for part in (band.low, band.median, band.high))
            rows.append((band.name, f"{median} ({low}–{high})"))
        return rows
