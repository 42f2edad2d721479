"""What undo and redo go to: experiments that were in force, and edits of a network to take back. It does neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hyperscope.lab.experiment.edits import Done, Edit
from hyperscope.lab.experiment.experiment import Experiment

if TYPE_CHECKING:  # a window starts sooner without all that a twin needs
    from hyperscope.lab.twins.twin import One


class State(NamedTuple):
    """What undo comes back to: the experiments, and which twin is kept on the way to where there is only one."""

    experiment: Experiment
    twin: Experiment | None = None
    keep: One = "A"
    mark: int = 0  # the number of the move that left it


class Edited(NamedTuple):
    """An edit to take back, and the twin that was edited; `more` were made with it, as one move."""

    done: Done
    of: One
    more: tuple[Done, ...] = ()


class Undo:
    """Two stacks. Moves with the same `merge` in a row are undone as one."""

    def __init__(self) -> None:
        self._undo: list[State | Edited] = []
        self._redo: list[State | Edited] = []
        self.mark = 0  # the number of the last move
        self._merged = ""  # the last move, as far as moves like it are undone with it

    def leave(self, state: State, merge: str = "") -> None:
        """A move leaves this state."""
        if not (merge and merge == self._merged):
            self.mark += 1
            self._undo.append(state._replace(mark=self.mark))
        self._merged = merge
        self._redo.clear()

    def edited(self, edit: Edit, before: float, of: One, merge: str = "") -> None:
        """One number of a network was set, which was `before`."""
        last = self._undo[-1] if self._undo else None
        if merge and merge == self._merged and isinstance(last, Edited) and last.done.edit.same_place(edit):
            self._undo[-1] = Edited(Done(edit, last.done.before), of)
        else:
            self._undo.append(Edited(Done(edit, before), of))
        self._merged = merge
        self._redo.clear()

    def edited_together(self, done: Sequence[Done], of: One) -> None:
        """Several numbers of a network, at least one, were set by one move."""
        self._undo.append(Edited(done[0], of, tuple(done[1:])))
        self.separate()
        self._redo.clear()

    def separate(self) -> None:
        """The next move is undone by itself."""
        self._merged = ""

    def back(self, now: State) -> State | Edited | None:
        """What to go back to from `now`: a state, or an edit to make; None if there is nothing."""
        return self._swap(self._undo, self._redo, now)

    def forward(self, now: State) -> State | Edited | None:
        """The same after an undo, forward again."""
        return self._swap(self._redo, self._undo, now)

    def _swap(self, source: list[State | Edited], target: list[State | Edited], now: State) -> State | Edited | None:
        if not source:
            return None
        self._merged = ""
        last = source.pop()
        if isinstance(last, Edited):
            last = Edited(last.done.undone, last.of, tuple(done.undone for done in last.more))
            target.append(last)
        else:
            target.append(now._replace(mark=last.mark))
        return last
