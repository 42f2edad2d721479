"""One frame: what the worker is asked for, and who draws what has come.

It knows the shown lab's panels and no others: what is hidden is neither asked for nor drawn, and is drawn anew when it
comes into sight.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.probes.snapshot import Seen, Snapshot
from hyperscope.lab.session.session import Session
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.models import LookedAt
from hyperscope.ui.pacing import OncePainted, Turns
from hyperscope.ui.panels import Late, Panel
from hyperscope.ui.part import Part

ENOUGH = 0.012  # s of a snapshot's frame after which what is left to draw of it waits until what was drawn is painted
REST = 20  # frames without news after which a paused window asks for nothing but the status,
SELDOM = 6  # and that in one frame of so many


class Frame:
    """Asks, takes and hands out, once per display tick. `parts` gives those that look at what comes."""

    def __init__(self, session: Session, looked_at: LookedAt, parts: Callable[[], Sequence[Part[Any]]]) -> None:
        self._session, self._looked_at, self._parts = session, looked_at, parts
        self._lab: Lab | None = None
        self._turns = self._notes = Turns(())
        self._awaited: list[Panel] = []  # who asked for the snapshot under way
        self._left: dict[Panel, tuple[Seen, ...]] = {}  # who is still to draw what has come
        self._once_painted = OncePainted(self._draw)
        self._drawn: set[Panel] = set()  # who shows the present structure, and was seen ever since
        self._versions: dict[Panel, int] = {}  # of what was drawn from sources of their own
        self._structure = -1
        self._painted = 0  # which examples are shown, of those that came and went while the network was kept
        self._stale = False  # others are there by now
        self._all = False  # every panel is to be drawn with the next snapshot, as another moment is shown
        self._shown_step = -1
        self._quiet = 0  # frames since anything changed
        self._left_out = 0  # frames in which nothing was asked for

    def show(self, lab: Lab) -> None:
        """Draws this lab from now on, and no other."""
        self._lab = lab
        self._turns = Turns([one for one in (*lab.panels, *lab.notes) if one not in lab.sources])
        self._notes = Turns(lab.notes)
        self._awaited = []
        self._left.clear()
        self.draw_all()

    def stop(self) -> None:
        """Draws nothing more."""
        self._left.clear()

    def draw_all(self) -> None:
        """Has all that is seen drawn anew with the next snapshot; `up_to_date` says when that is done."""
        self._structure = -1
        self._drawn.clear()
        self._quiet = 0

    def show_moment(self) -> None:
        """Has all that is seen drawn with the next snapshot, as it is of another moment."""
        self._all = True
        if not self._session.awaiting:
            self.ask()  # now: a frame's wait can be felt while dragging

    def wake(self) -> None:
        """Something was moved: what is seen may change."""
        self._quiet = 0

    @property
    def at_rest(self) -> bool:
        """Whether nothing has changed for a while, so that what is drawn stays as it is."""
        return self._quiet >= REST

    @property
    def up_to_date(self) -> bool:
        """Whether every panel that is seen shows the network that is being trained."""
        seen = self._seen()
        late = any(isinstance(one, Late) and one.late for one in seen)
        return self._structure >= 0 and not self._stale and not late and self._drawn.issuperset(seen)

    def _seen(self) -> list[Panel]:
        """The panels on screen that show the network."""
        lab = self._lab
        return [one for one in lab.panels if one not in lab.sources and one.isVisible()] if lab is not None else []

    # -- asking ---------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Asks for what the panel needs whose turn it is; for everything that is seen when the network was rebuilt."""
        focus = self._looked_at.focus
        data, seen = Ask(examples, focus.in_plane), self._seen()
        self._drawn.intersection_update(seen)  # what was hidden meanwhile may have missed something
        behind = [panel for panel in seen if panel not in self._drawn and panel not in self._left]
        anew = self._structure < 0 or bool(behind)
        if self._structure < 0 or self._all:
            self._awaited = seen
        elif behind:
            self._awaited = behind
        else:
            turns = self._turns if self._quiet < REST else self._notes  # which say themselves when they know all
            panel = turns.next(time.perf_counter())
            self._awaited = [panel] if panel is not None else []
        if self._stale and not anew:
            anew = True
            self._awaited += [one for one in seen if data in one.asks(focus) and one not in self._awaited]
        self._all = False
        asks = [data] if anew else []
        asks += [ask for panel in self._awaited for ask in panel.asks(focus) if anew or ask != data]
        asks += [ask for part in self._parts() for ask in part.wants()]
        self._left_out = (self._left_out + 1) % SELDOM if self.at_rest and not asks else 0
        if self._left_out:
            return
        self._session.focus = focus
        self._session.ask(tuple(dict.fromkeys(asks)))

    # -- handing out ----------------------------------------------------------------------------------------------

    def hand_out(self, snapshot: Snapshot) -> None:
        """Has those draw the snapshot who asked for it, and all parts look at it."""
        begun, lab, status = time.perf_counter(), self._lab, snapshot.status
        awaited, self._awaited = self._awaited, []
        moving = status.playing or status.step != self._shown_step
        self._quiet = 0 if moving else self._quiet + 1
        self._shown_step = status.step
        for part in self._parts():
            part.on_snapshot(snapshot)
        if lab is None or lab is not self._lab:
            return
        if (data := snapshot.sides[0].records.of(examples)) is not None:
            if snapshot.structure != self._structure:
                self._drawn.clear()
                self._left.clear()
            self._structure, self._painted = snapshot.structure, snapshot.painted
            lab.page.show_examples(data, self._session.moved)
        elif snapshot.structure != self._structure:
            self._structure = -1  # ask for everything; what has come was made for another structure
            return
        self._stale = snapshot.painted != self._painted
        for panel in awaited:
            self._left[panel] = snapshot.sides
        self._draw(begun)

    def _draw(self, begun: float | None = None) -> None:
        """Draws what is left to draw, or as much of it as a frame, `begun` by now, has time for: all at once can take
        several.
        """
        begun = time.perf_counter() if begun is None else begun
        while self._left and self._lab is not None:
            panel = next(iter(self._left))
            sides = self._left.pop(panel)
            if panel.isVisible():  # not hidden since it asked
                self._lab.draw(panel, sides)
                self._drawn.add(panel)
            if time.perf_counter() - begun > ENOUGH:
                break
        if self._left:
            self._once_painted.tell()

    def draw_sources(self) -> None:
        """Draws what is seen and shows another thing than the network, where that has something new."""
        if self._lab is None:
            return
        for panel, source in self._lab.sources.items():
            if panel.isVisible() and (version := source.version()) != self._versions.get(panel, 0):
                self._versions[panel] = version
                panel.draw(source.look())
