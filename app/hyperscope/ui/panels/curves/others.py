"""The other runs that the curves panel draws with its own: ghosts and bands, and how they become lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hyperscope.lab.training.curves import Band, Curves, Ghost
from hyperscope.ui.panels.common.overlays import Extra, Spread, ghost_look
from hyperscope.ui.panels.curves.lines import Floats, Measure, lines_of, logarithms, thinned, x_of
from hyperscope.ui.theme import Theme

POINTS = 480  # of all ghosts' lines together, so that many runs take no longer to draw than a few
MOST = 64  # lines kept as they were worked out; a window being resized passes many
LABELLED = ("branch", "twin")  # told apart by name, never by colour alone

Place = Callable[[Curves], Floats]


class Others:
    """Ghosts by who gave them, and bands."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[Ghost, ...]] = {}
        self._lines: dict[tuple[int, str, bool], dict[str, Floats]] = {}
        self._drawn: dict[tuple[object, ...], tuple[Floats, Floats]] = {}  # by all that decides over it
        self.bands: tuple[Band, ...] = ()

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """All of them, those that are drawn first at first."""
        order = {"earlier": 0, "branch": 1, "twin": 2}
        return tuple(sorted((ghost for given in self._given.values() for ghost in given), key=lambda g: order[g.role]))

    def set_ghosts(self, ghosts: Sequence[Ghost], owner: str) -> None:
        """Takes these in place of what the owner gave before; without one, of what came so with the same roles."""
        kept: tuple[Ghost, ...] = ()
        if not owner and ghosts:
            roles = {ghost.role for ghost in ghosts}
            kept = tuple(ghost for ghost in self._given.get("", ()) if ghost.role not in roles)
        self._given[owner] = (*kept, *(ghost for ghost in ghosts if len(ghost.curves.epoch)))
        self._lines.clear()
        self._drawn.clear()

    def set_bands(self, bands: tuple[Band, ...]) -> None:
        """Takes these in place of those before."""
        self.bands = bands

    def right(self, place: Place, reach: float) -> float:
        """How far to the right the others ask for, earlier runs up to `reach`; −∞ without any."""
        ends = [float("-inf")]
        for ghost in self.ghosts:
            x = place(ghost.curves)
            if np.isfinite(x[-1]):
                ends.append(min(float(x[-1]), reach) if ghost.role == "earlier" else float(x[-1]))
        return max(ends)

    def extent(self, place: Place) -> tuple[float, float]:
        """From where to where the others reach; 0 and 0 where there are none."""
        x = np.concatenate([np.zeros(0), *(place(ghost.curves) for ghost in self.ghosts)])
        known = x[np.isfinite(x)]
        return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)

    def values(self, measure: Measure, smooth: bool, place: Place, right: float) -> list[Floats]:
        """What the y axis is to have room for."""
        found = []
        for ghost in self.ghosts:
            seen = place(ghost.curves) <= right
            found += [y[seen] for y in self._of(ghost, measure, smooth).values()]
        return found

    def extras(
        self,
        measure: Measure,
        smooth: bool,
        place: Place,
        log: bool,
        axes: tuple[object, ...],
        columns: int,
        theme: Theme,
    ) -> list[Extra]:
        """The ghosts' lines, those of strong ones over this run's own; `axes` is all that `place` depends on."""
        ghosts = self.ghosts
        each = min(columns, max(30, POINTS // max(1, 2 * len(ghosts))))
        found = []
        for ghost in ghosts:
            colour = theme.class_colour(ghost.colour) if ghost.colour is not None else None
            shade, width = ghost_look(ghost.role, colour, theme)
            for role, y in self._of(ghost, measure, smooth).items():
                key = (id(ghost), role, measure.tip, smooth, log, each, *axes)
                if key not in self._drawn:
                    if len(self._drawn) > MOST:
                        self._drawn.clear()
                    x = place(ghost.curves)
                    known = np.isfinite(x)
                    self._drawn[key] = thinned(x[known], logarithms(y[known]) if log else y[known], each)
                across, high = self._drawn[key]
                named = role == "train" and ghost.role in LABELLED
                found.append(
                    Extra(
                        across,
                        high,
                        shade,
                        width,
                        role == "dev",
                        ghost.name if named else "",
                        ghost.role == "twin",
                        ghost.role == "twin",
                    )
                )
        return found

    def reading(
        self, measure: Measure, place: Place, there: float, text: Callable[[float], str]
    ) -> list[tuple[str, str]]:
        """The name of each run that was there, and its values at that time."""
        rows = []
        for ghost in self.ghosts:
            x = place(ghost.curves)
            if not np.isfinite(x).any() or there > np.nanmax(x) or there < np.nanmin(x):
                continue
            at = int(np.nanargmin(np.abs(x - there)))
            values = [text(float(y[at])) for y in self._of(ghost, measure, False).values()]
            rows.append((ghost.name, " / ".join(values)))
        return rows

    def _of(self, ghost: Ghost, measure: Measure, smooth: bool) -> dict[str, Floats]:
        key = (id(ghost), measure.tip, smooth)
        if key not in self._lines:
            lines = lines_of(ghost.curves, measure, smooth)
            self._lines[key] = {role: lines[role] for role in measure.lines if role != "batch"}
        return self._lines[key]

    # -- bands ----------------------------------------------------------------------------------------------------

    def band_x(self, curves: Curves, unit: str, log: bool) -> list[Floats]:
        """Where the bands' points stand across, in steps as long as this run's are."""
        per_epoch = curves.step[-1] / curves.epoch[-1] if len(curves.epoch) and curves.epoch[-1] > 0 else 1.0
        return [x_of(np.asarray(band.epoch, float), band.epoch * per_epoch, unit, log) for band in self.bands]

    def spreads(self, x: Sequence[Floats], log: bool, theme: Theme) -> list[Spread]:
        """The bands, the first in this run's own colour and the second in a twin's."""
        colours = (theme.text, theme.class_colour(3), theme.class_colour(2), theme.class_colour(4))
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
