"""The session: the one mutable thing behind a window. It holds the experiment in force, undo, and the worker.

It knows no widgets: the window tells it what was moved and asks it, once per frame, what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperscope.knob import Value
from hyperscope.lab.experiment.edits import Done, Edit
from hyperscope.lab.experiment.experiment import Experiment, from_json, turned
from hyperscope.lab.places import LAST, home
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask, Records
from hyperscope.lab.probes.snapshot import Snapshot, Status
from hyperscope.lab.reading import content
from hyperscope.lab.session import sides
from hyperscope.lab.session.undo import Edited, State, Undo
from hyperscope.lab.twins.account import SoFar, session_so_far
from hyperscope.lab.worker.commands import (
    Advance,
    Aim,
    Apply,
    Branch,
    Busy,
    EndTwin,
    Go,
    GoTo,
    Reopen,
    Reply,
    Restart,
    Restore,
    Slow,
    SlowEnd,
    StartTwin,
    Switch,
    Undone,
)
from hyperscope.lab.worker.link import Link, Opens, WorkerLost
from hyperscope.lab.worker.recovery import Recovery, given_up
from hyperscope.lab.worker.runner import Runner
from hyperscope.lab.worker.tempo import MAX, NEVER, Rest, Tempo

if TYPE_CHECKING:
    from hyperscope.engine.settings import Layer
    from hyperscope.lab.library.library import Details
    from hyperscope.lab.timeline.score import Score
    from hyperscope.lab.timeline.shown import Shown
    from hyperscope.lab.timeline.slow_motion import SlowMotion
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.training.curves import Curves
    from hyperscope.lab.twins.twin import One, Side

SILENT = 2.0  # s without any sign of a worker, after which that is said
START = 20.0  # s the same while it starts, which takes a busy machine several
TRIES = 3  # at a training process that ends before it has answered once


@dataclass(frozen=True, slots=True)
class Unheard:
    """Why there is no answer: the worker is `busy` with something, or was `silent` for so many seconds, else 0, or
    there is `none` any more.

    Another worker would go on from `where`.
    """

    busy: Busy | None
    silent: float
    where: str
    none: bool = False


class Session:
    """An experiment being trained in a worker, and the moves made on it."""

    def __init__(
        self,
        experiment: Experiment | None = None,
        *,
        playing: bool = True,
        library: Path | None = None,
        link: Opens = Runner,
        tempo: Tempo = MAX,
        rest: Rest = NEVER,
    ) -> None:
        """With a `library`, the file at that path, every run is kept in it. `link` makes the worker and its link."""
        self.experiment = experiment or Experiment()
        self.twin: Experiment | None = None  # B, while there are twins; A is `experiment`
        self.side: Side = "A"  # which of the twins the controls move
        self.library = library
        self.playing = playing
        self.tempo = tempo
        self.rest = rest
        self.rested = False  # it stands still by itself: any move has it go on
        self.focus = Focus()
        self.shows: Callable[[], Shown | None] = lambda: None  # how it is looked at, asked whenever a score is taken
        self.opened: Shown | None = None  # how a session that was opened wants to be looked at, until somebody does
        self.message = ""  # what the session itself has to say: a worker that was lost, a file that was read
        self.alarm = False
        self._recovery = Recovery()  # for a worker that takes a lost one's place
        self._wanted: tuple[AnyAsk, ...] = ()  # what somebody waits for
        self._keep: One = "A"  # which twin was kept when the last ended
        self._losses = 0  # of workers, since one last answered
        self._given_up = False  # on workers, until another is asked for
        self._opening: tuple[Reopen | Restore, int | None] | None = None  # and where it is to go, until that was heard
        self._heard = False  # whether the present worker has answered yet
        self._changes = -1  # moves that the last reply had heard of
        self.status = Status()
        self.slow_motion: SlowMotion | None = None  # what it shows, while it is on
        self.ghosts: tuple[tuple[str, Curves], ...] = ()  # the curves of the timeline's branches, with their names
        self.going: int | None = None  # the tick asked for, until the worker is there
        self._pending = False  # the experiment moved since it was last sent
        self._undo = Undo()
        self._held = self._dragged = False  # a control is, and was when something was moved last
        self._aim: One = "A"  # the twin that the worker takes edits for
        self._opens = link
        self._link: Link | None = None
        self._begin()

    # -- moves ----------------------------------------------------------------------------------------------------

    def move(self, path: str, value: Value, *, side: Side | None = None) -> None:
        """Sets a knob; a `*` in the path means every layer. Raises: ValueError or LookupError, with nothing moved."""
        changes = [turned(experiment, path, value) for experiment in self._sides(side)]
        self._apply(*changes, merge="" if path == "data.source" else path, side=side)

    def apply(self, experiment: Experiment, *, merge: str = "", side: Side | None = None) -> None:
        """Puts a whole experiment in force, of twins for the side that the controls move if no other is said.

        Moves with the same `merge` in a row are undone as one.
        """
        self._apply(*(experiment for _ in self._sides(side)), merge=merge, side=side)

    def change(self, changed: Callable[[Experiment], Experiment], *, merge: str = "") -> None:
        """Puts in force what `changed` makes of the experiment, of both twins what it makes of each."""
        self._apply(*(changed(one) for one in self._sides()), merge=merge)

    def _apply(self, *experiments: Experiment, merge: str = "", side: Side | None = None) -> None:
        side = side or self.side
        state = sides.with_moved(self._state, side, experiments)
        if (state.experiment, state.twin) == (self.experiment, self.twin):
            return
        mark = self._undo.mark
        self._undo.leave(self._state, merge and f"{side} {merge}")
        if self._pending and self._undo.mark != mark:
            self._tell(mark)  # each move by itself, so that an undo can come back to the moment between
        self._dragged = self._held
        self._set(state)
        self._go_on()

    def hold(self, on: bool) -> None:
        """A control is held, or let go: what it moves in the meantime is one move, with one mark on the timeline."""
        self._held = on
        if on:
            self._undo.separate()

    def _go_on(self) -> None:
        """What stood still by itself trains on, so that what was done is seen to act."""
        if self.rested:
            self.play(True)

    def add_layer(self, at: int | None = None, *, side: Side | None = None) -> None:
        """One more hidden layer before layer `at`, counted from 0, or at the end, like the one before it; where there
        are as many as there can be, says so.
        """
        if all(len(one.network.layers) >= sides.MOST_LAYERS for one in self._sides(side)):
            most = f"{sides.MOST_LAYERS} hidden layers are the most that the picture has room for"
            self.message, self.alarm = f"{most}: nothing was added.", False
            return
        self._with_layers(lambda layers: sides.one_more(layers, at), side)

    def remove_layer(self, number: int, *, side: Side | None = None) -> None:
        """Without hidden layer `number`, counted from 0."""
        self._with_layers(lambda layers: sides.one_less(layers, number), side)

    def _with_layers(self, change: Callable[[tuple[Layer, ...]], tuple[Layer, ...]], side: Side | None) -> None:
        self._apply(*(sides.with_layers(experiment, change) for experiment in self._sides(side)), side=side)

    def edit(self, edit: Edit, before: float, *, merge: str = "", of: One | None = None) -> None:
        """Sets one number of the network, which was `before`. Edits with the same `merge` in a row are undone as one.

        Of twins it is that of the side that the controls move if none is said. What cannot be set changes nothing, and
        `message` says why.
        """
        of = of or self.told
        self._undo.edited(edit, before, of, merge)
        self._send_edit(edit, of)
        self._go_on()

    def edit_together(self, edits: Sequence[Done], *, of: One | None = None) -> None:
        """Sets several numbers of the network, with what each was before, as one move; see `edit`."""
        of = of or self.told
        if edits:
            self._undo.edited_together(edits, of)
        for done in edits:
            self._send_edit(done.edit, of)
        self._go_on()

    def undo(self) -> bool:
        """Back to before the last move; says whether there was one."""
        return self._go_over(self._undo.back(self._state), again=False)

    def redo(self) -> bool:
        """Forward again after an undo; says whether there was one."""
        return self._go_over(self._undo.forward(self._state), again=True)

    def _go_over(self, there: State | Edited | None, *, again: bool) -> bool:
        if isinstance(there, Edited):
            self._aim_at(there.of)
            edits = tuple(done.edit for done in (there.done, *there.more))
            self._send(Undone(0, self.experiment, self.twin, edits, again))
        elif there is not None and (there.twin is None) != (self.twin is None):
            self._set(there)
        elif there is not None:
            if self._pending:
                self._tell(self._undo.mark)
            self.experiment, self.twin, self._keep = there.experiment, there.twin, there.keep
            self._send(Undone(there.mark, there.experiment, there.twin, again=again))
        return there is not None

    def _tell(self, mark: int, *, anew: bool = False) -> None:
        """Has the worker take on what is in force, as the move of this number."""
        self._pending = False
        self._send(Apply(self.experiment, self.twin, anew, mark, self._dragged))

    def _send_edit(self, edit: Edit, of: One) -> None:
        self._aim_at(of)
        self._send(edit)

    @property
    def _state(self) -> State:
        return State(self.experiment, self.twin, self._keep)

    def _set(self, state: State) -> None:
        had = self.twin is not None
        if had != (state.twin is not None) and self._pending:
            self._send(Apply(self.experiment, self.twin))  # what was moved before is not to reach the others
        self.experiment, self.twin, self._keep = state.experiment, state.twin, state.keep
        self._pending = False
        self._aim = self._aim if had and self.twin is not None else "A"
        if had and self.twin is None:
            self._recovery.end_twin(self._keep)
            self.side = "A"
            self._send(EndTwin(self._keep))
        elif not had and self.twin is not None:
            self.side = "B"
            self._send(StartTwin(self.experiment, self.twin))
        self._pending = True

    # -- twins ----------------------------------------------------------------------------------------------------

    @property
    def in_force(self) -> tuple[Experiment, Experiment | None, Side]:
        """A, B, and which of them the controls move."""
        return self.experiment, self.twin, self.side

    @property
    def moved(self) -> Experiment:
        """What the controls move and show: B's experiment or A's."""
        return self.twin if self.twin is not None and self.side == "B" else self.experiment

    def _sides(self, side: Side | None = None) -> tuple[Experiment, ...]:
        return sides.acted_on(self._state, side or self.side)

    def start_twin(self, twin: Experiment | None = None) -> None:
        """Trains a copy beside the network from here on: the same steps, the same mini-batches. The controls move it.

        B then takes on `twin`, if one is given. With twins already there, B takes it on.
        """
        if self.twin is not None:
            self.apply(twin or self.twin, side="B")
            return
        self._undo.leave(State(self.experiment))
        self._set(State(self.experiment, twin or self.experiment))

    def end_twin(self, keep: One) -> None:
        """Goes on with A or B alone."""
        if self.twin is None:
            return
        self._undo.leave(self._state)
        self._set(State(self.experiment if keep == "A" else self.twin, None, keep))

    def set_side(self, side: Side) -> None:
        """Which of the twins the controls move."""
        self.side = side if self.twin is not None else "A"
        self._undo.separate()
        self._aim_at(self.told)

    @property
    def told(self) -> One:
        """Of twins the one that is told of, edited by hand and handed on: the one that the controls show."""
        return sides.one(self.side, self.twin)

    @property
    def so_far(self) -> Ask[One, SoFar]:
        """What to ask for the session that is handed on."""
        return Ask(session_so_far, self.told)

    def _aim_at(self, of: One) -> None:
        if self.twin is not None and of != self._aim:
            self._aim = of
            self._send(Aim(of))

    # -- transport ------------------------------------------------------------------------------------------------

    def play(self, playing: bool) -> None:
        """Trains on, or pauses. Where there is no worker any more, whoever presses this wants one that trains."""
        self.playing, self.rested = playing or self._given_up, False
        self._send(Go(self.playing, self.tempo, self.rest))

    def train_to(self, epoch: int) -> None:
        """Trains until `epoch` epochs are done, then stands still."""
        self.playing = self.rested = False
        self._send(Go(True, until=epoch))

    def set_tempo(self, tempo: Tempo) -> None:
        """Limits the speed."""
        self.tempo = tempo
        self._send(Go(self.playing, self.tempo, self.rest))

    def set_rest(self, rest: Rest) -> None:
        """When training is to stand still by itself."""
        if rest != self.rest:
            self.rest = rest
            self._send(Go(self.playing, self.tempo, self.rest))

    def advance(self, unit: str) -> None:
        """Trains one "batch" or to the end of the "epoch", then stands still."""
        self.playing = self.rested = False
        self._send(Advance("epoch" if unit == "epoch" else "batch"))

    def restart(self) -> None:
        """The same start again."""
        self._send(Restart())
        self._go_on()

    def go_to(self, tick: int) -> None:
        """Pauses, and goes back, or forward again, to a tick of the timeline; of several in a row the last counts.

        The experiment of that moment comes back with it. Training on from there makes a branch of what lay
        ahead.
        """
        self.playing = self.rested = False
        self._undo.separate()
        self._send(GoTo(tick))
        self.going = tick if self._link is not None else None

    def branch(self) -> None:
        """Makes what lies ahead on the timeline a branch, of twins in both, so that this moment is the end."""
        self._send(Branch())

    def switch(self, key: int) -> None:
        """Pauses, and goes to the end of a branch, with both twins; the present future becomes a branch."""
        self.playing = self.rested = False
        self._undo.separate()
        self._send(Switch(key))

    def slow(self, by: int = 1, to: int | None = None) -> None:
        """Begins slow motion with a pause, or goes `by` operations on in it, back if negative, or to number `to`.

        Of twins it tells of the one that the controls move, of A if they move both.
        """
        self.playing = self.rested = False
        self._aim_at(self.told)
        self._send(Slow(by, to))

    def leave_slow_motion(self) -> None:
        """Leaves slow motion; the step it stood in is not taken."""
        self._send(SlowEnd())

    def perform(self, score: Score, tick: int | None = None) -> None:
        """Plays a score back to a tick of it, its end if None, and stands still there; its past can be gone back to."""
        self.focus = Focus()
        self.opened = score.shown
        self._apply_session(score, score.end if tick is None else tick)

    def reopen(self, run: Details, tick: int | None = None) -> None:
        """Takes on a run of the library at a tick of it, its end if None; where it stands then is not trained on yet.

        Raises: ValueError when only its end can be had.
        """
        score = run.score
        if score is None and (run.checkpoint is None or tick is not None):
            raise ValueError("Of this run only the end was kept.")
        if score is not None:
            at = score.end if tick is None else tick
            self._apply_session(score, at, run.jumps, run.checkpoint)
        elif run.checkpoint is not None:
            self.take_up(run.checkpoint)

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Stands where `checkpoint` was taken, of a network that was trained elsewhere; a new timeline begins there."""
        self._open(Restore(checkpoint), checkpoint.experiment)

    def _apply_session(
        self, score: Score, at: int, jumps: tuple[tuple[int, int], ...] = (), checkpoint: Any = None
    ) -> None:
        from hyperscope.lab.timeline.reopening import Open
        from hyperscope.lab.timeline.score import branch

        self._open(Reopen(Open(score, at, jumps, checkpoint)), branch(score, at).experiment, at)

    def _open(self, command: Reopen | Restore, experiment: Experiment, going: int | None = None) -> None:
        """Has another session taken on, by the next worker if there is none or it does not live to do so."""
        if self.twin is not None:
            self.end_twin("A")
        self._undo.leave(self._state)
        self.playing = self.rested = False
        self._opening = command, going
        if self._link is None:
            self.start_another()
        else:
            self._send(Go(False, self.tempo, self.rest))
            self._send(command)
        self.going = going if self._link is not None else None
        self.experiment = experiment

    def new_start(self) -> None:
        """Other initial weights and another order of batches: the next seed."""
        seed = self.experiment.seed
        self._apply(*(sides.fresh(one, seed) for one in self._sides("both")), side="both")

    @property
    def awaiting(self) -> bool:
        """Whether a snapshot is on its way, so that asking for another would come to nothing."""
        return self._link is not None and self._link.waiting

    # -- the worker -----------------------------------------------------------------------------------------------

    def frame(self, asks: Sequence[AnyAsk]) -> Snapshot | None:
        """`take`, then `ask`: what a caller without panels to choose from does once per frame."""
        snapshot = self.take()
        self.ask(asks)
        return snapshot

    def take(self) -> Snapshot | None:
        """Passes on the newest experiment and gives the snapshot that has come in, if one has.

        A worker that was lost is replaced, goes on from its last checkpoint, and `message` says so.
        """
        if self._link is None:
            return None
        try:
            self._pass_on(self._link)
            reply = self._link.take()
        except WorkerLost as loss:
            self._recover(loss)
            return None
        if reply is None:
            return None
        self._on_reply(reply)
        return self._as_looked_at(reply.snapshot)

    def pass_on(self) -> None:
        """Passes on the newest experiment now, for whom the next `take` is too late."""
        try:
            if self._link is not None:
                self._pass_on(self._link)
        except WorkerLost as loss:
            self._recover(loss)

    def _pass_on(self, link: Link) -> None:
        if self._pending:
            link.send(Apply(self.experiment, self.twin, mark=self._undo.mark, drag=self._dragged))
            self._pending = False

    def ask(self, asks: Sequence[AnyAsk]) -> None:
        """Asks for a snapshot with these records, unless one is on its way."""
        if self._link is None:
            return
        try:
            self._link.ask(asks, self._wanted)
        except WorkerLost as loss:
            self._recover(loss)

    def wait(self, seconds: float) -> None:
        """Returns when a snapshot can be taken or the time is up; for callers without a display tick."""
        if self._link is not None:
            self._link.wait(seconds)

    def want(self, asks: Sequence[AnyAsk]) -> None:
        """Has a coming snapshot hold this in what is `wanted` and `told`, all at once."""
        self._wanted = tuple(dict.fromkeys((*self._wanted, *asks)))

    def _as_looked_at(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot, with how the session is looked at in the score that is told: the worker cannot know."""
        told = snapshot.told
        if told.of(session_so_far) is None:
            return snapshot
        shown = self.shows()
        found = {ask: told[ask] for ask in told}
        for ask in found:
            if ask.probe is session_so_far:
                found[ask] = replace(found[ask], score=replace(found[ask].score, shown=shown))
        return replace(snapshot, told=Records(found))

    def _on_reply(self, reply: Reply) -> None:
        self._losses, self._heard = 0, True
        self.slow_motion = reply.news.get("slow motion", self.slow_motion)
        self.ghosts = reply.news.get("branches", self.ghosts)
        if reply.snapshot.has(self._wanted):
            self._wanted = ()
        self._changes = reply.heard
        current = self._link is not None and reply.heard == self._link.changes
        self._recovery.on_reply(reply, twins=self.twin is not None)
        if current:
            self.going = self._opening = None
            if reply.experiment is not None and not self._pending:
                self.experiment = reply.experiment
                self.twin = reply.twin or self.twin
        if reply.snapshot.halted:
            self.rested = bool(reply.snapshot.rested)
            self.playing = False  # other replies may be older than the last press of play
        self.status = reply.snapshot.status
        if reply.snapshot.said:
            self.message, self.alarm = reply.snapshot.said, reply.snapshot.alarm

    @property
    def current(self) -> bool:
        """Whether the last snapshot was taken after every move, so that it is of the experiment in force."""
        return self._link is not None and self._changes == self._link.changes and not self._pending

    @property
    def unheard(self) -> Unheard | None:
        """How the worker lets an answer be waited for; None as long as that takes no time worth a word."""
        link = self._link
        if link is None:
            return Unheard(None, 0.0, self._recovery.where, none=True) if self._given_up else None
        grace = SILENT if self._heard else START
        if link.busy is None and link.silence < grace:
            return None
        return Unheard(link.busy, link.silence if link.silence >= grace else 0.0, self._recovery.where)

    def start_another(self) -> None:
        """Ends a worker that lets itself be waited for, if there is one, and goes on with another from the last
        checkpoint.
        """
        self._losses = 0
        if self._link is not None:
            self._recover(WorkerLost("the training process was ended, as it did not answer"))
        elif self._given_up:
            self._begin()

    def _recover(self, loss: WorkerLost) -> None:
        """Has another worker take a lost one's place, unless too many were lost in a row."""
        assert self._link is not None
        self._link.close(at_once=True)
        self._link = None
        self._heard = False
        self.going = self.slow_motion = None
        self.ghosts = ()
        self._losses += 1
        if self._losses > TRIES:
            self._give_up(loss, self._losses)
            return
        self.message, self.alarm = self._recovery.said(loss), True
        self._begin()

    def _begin(self) -> None:
        """Has a worker go on from the last checkpoint, or from the start if there is none."""
        self._given_up = False
        try:
            self._link = self._recovery.link(self._opens, self.experiment, self.library)
        except WorkerLost as loss:
            self._give_up(loss)
            return
        self._aim = "A"
        self._changes = -1
        checkpoint = self._recovery.checkpoint
        self._pending = checkpoint is not None and checkpoint.experiment != self.experiment
        try:
            if self.twin is not None:
                self._link.send(self._recovery.twin(self.experiment, self.twin))
            self._link.send(Go(self.playing, self.tempo, self.rest))
            if self._opening is not None:
                (command, self.going), self._opening = self._opening, None  # once: it may be what ends them
                self._link.send(command)
        except WorkerLost as loss:
            self._recover(loss)

    def _give_up(self, loss: WorkerLost, losses: int = 1) -> None:
        self._given_up = True
        self.status = replace(self.status, playing=False, steps_per_second=0.0)
        self.message, self.alarm = given_up(loss, losses), True

    def _send(self, command: object) -> None:
        if self._given_up:
            self.start_another()  # whoever does something wants a worker for it
        try:
            if self._link is not None:
                if self._pending:
                    anew = isinstance(command, Restart)
                    self._link.send(Apply(self.experiment, self.twin, anew, self._undo.mark, self._dragged))
                    self._pending = False
                self._link.send(command)
        except WorkerLost as loss:
            self._recover(loss)

    @property
    def worker_pid(self) -> int | None:
        """The training process's number, None after `close`."""
        return self._link.pid if self._link is not None else None

    def close(self) -> None:
        """Ends the worker; the session is over."""
        if self._link is not None:
            # nothing is to be had of one that does not run
            self._link.close(at_once=self._heard and self._link.silence >= SILENT)
            self._link = None
        self._given_up = False


def last_experiment() -> Experiment | None:
    """The experiment of the last session, None at the first start or when it cannot be read."""
    try:
        return from_json(content(home() / LAST))
    except (OSError, ValueError, LookupError):
        return None
