"""The trainer in a process of its own, and the window's end of the pipe to it.

The window asks for a snapshot and takes it when it is there, so one is on its way at most; of several experiments in
the pipe only the newest is applied, and of several moments only the newest is gone to; an `Edit` sets one number, and
of several in a row that set the same one only the newest is done. The worker ends when the pipe
or its parent does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from hyperscope.lab.edits import Edit
from hyperscope.lab.experiment import Experiment
from hyperscope.lab.snapshot import Snapshot, Status, View

if TYPE_CHECKING:
    from hyperscope.lab.recorder import Recorder
    from hyperscope.lab.reopening import Reopening
    from hyperscope.lab.timeline import Timeline
    from hyperscope.lab.trainer import Trainer
    from hyperscope.lab.twin import Pair, Parted

BURST = 0.006  # s of training between two looks at the pipe: well under a frame
KEEP_EVERY = 2.0  # s between checkpoints sent to the window, which restarts a lost worker from the last
LEAVE = 3.0  # s that a worker has for ending: it may have a run to write yet
SCORE = "score"  # wanted like a probe, though it is the timeline that has it
STEADY = 0.25  # s over which steps per second are averaged


@dataclass(frozen=True, slots=True)
class Apply:
    """Take on this experiment, and B's if there are twins; replaces any Apply still in the pipe."""

    experiment: Experiment
    twin: Experiment | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Play or pause. `rate` limits the steps per second (infinity: as fast as it goes), `until` the epochs done."""

    playing: bool
    rate: float = float("inf")
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """One batch, or to the end of the epoch, then pause."""

    unit: Literal["batch", "epoch"]


@dataclass(frozen=True, slots=True)
class Restart:
    """Back to the start: same weights, same order of batches."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer with a snapshot of these probes; `view` is a `probes.View`.

    `wanted` are probes, or SCORE, that somebody waits for besides.
    """

    names: tuple[str, ...]
    view: Any = None
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoTo:
    """Pause, and go to this beat of the timeline, or the nearest it has; replaces any GoTo still in the pipe."""

    beat: int


@dataclass(frozen=True, slots=True)
class StartTwin:
    """Train a twin from here on, an exact copy or at `checkpoint`; then take on these experiments for A and B.

    `revived` is after a worker was lost, of which the window speaks itself.
    """

    experiment: Experiment
    twin: Experiment
    checkpoint: Any = None
    revived: bool = False


@dataclass(frozen=True, slots=True)
class EndTwin:
    """Go on with one of the twins alone."""

    keep: Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class Aim:
    """The edits that follow are of this twin."""

    side: Literal["A", "B"]


@dataclass(frozen=True, slots=True)
class Slow:
    """Begin slow motion, with a pause; or, when in it, go `by` operations on or back, or to number `to`."""

    by: int = 1
    to: int | None = None


@dataclass(frozen=True, slots=True)
class SlowEnd:
    """Leave slow motion, as anything else that trains or changes does; the step it stood in is not taken."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Make what lies ahead a branch, so that this is the end."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Pause, and go to the end of the branch with this key; the present future becomes a branch."""

    key: int


@dataclass(frozen=True, slots=True)
class Restore:
    """Go to a checkpoint, with which a new timeline begins."""

    checkpoint: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What the worker sends: a snapshot, now and then a checkpoint, and the experiment in force."""

    snapshot: Snapshot
    checkpoint: Any = None
    experiment: Experiment | None = None  # set when another is in force than was sent: one was refused, or gone back to
    heard: int = 0  # how many commands that change the experiment came before this
    twin: Experiment | None = None  # B's that goes with `experiment`
    twin_checkpoint: Any = None  # B's that goes with `checkpoint`
    news: dict[str, Any] = field(default_factory=dict)  # "slow motion" and "branches", whenever they have changed


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take on a whole session: `session` is a `reopening.Open`."""

    session: Any


Change = Apply | GoTo | Switch | Restore | Reopen | StartTwin | EndTwin  # commands that change the experiment


class WorkerLost(RuntimeError):
    """The training process ended unasked."""


class Runner:
    """A running worker. `send` never waits for training; `take` gives the newest reply, once."""

    def __init__(self, experiment: Experiment, checkpoint: Any = None, library: Path | None = None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, experiment, checkpoint, library), name="hyperscope-trainer", daemon=True
        )
        self._process.start()
        theirs.close()
        self.waiting = False  # a snapshot was asked for and has not come
        self.changes = 0  # commands sent that change the experiment

    @property
    def pid(self) -> int | None:
        """The worker's process number."""
        return self._process.pid

    def send(self, command: object) -> None:
        """Passes a command on. Raises: WorkerLost if nobody is there to hear it."""
        try:
            self._pipe.send(command)
        except (BrokenPipeError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.changes += isinstance(command, Change)

    def ask(self, names: Sequence[str], view: Any = None, wanted: tuple[str, ...] = ()) -> bool:
        """Asks for a snapshot unless one is on its way; says whether it did."""
        if self.waiting:
            return False
        self.send(Ask(tuple(names), view, wanted))
        self.waiting = True
        return True

    def take(self) -> Reply | None:
        """The newest reply, once; None if nothing is new. Raises: WorkerLost."""
        try:
            if not self._pipe.poll():
                return None
            reply: Reply = self._pipe.recv()
        except (EOFError, ConnectionError, OSError):
            raise WorkerLost(self._obituary()) from None
        self.waiting = False
        return reply

    def wait(self, seconds: float) -> None:
        """Returns when a reply is there or the time is up; for callers without a display tick."""
        wait([self._pipe], seconds)

    def close(self) -> None:
        """Ends the worker and waits until it is gone."""
        self._pipe.close()
        self._process.join(LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _obituary(self) -> str:
        self._process.join(0.2)
        code = self._process.exitcode
        how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit code {code})"
        return f"the training process ended unexpectedly{how}"


def serve(pipe: Connection, experiment: Experiment, checkpoint: Any, library: Path | None = None) -> None:
    """The worker's whole life: obey, train, answer. Runs in its own process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's to handle
    die_with_parent()
    from threadpoolctl import threadpool_limits

    worker = Worker(pipe, experiment, checkpoint, library)
    with threadpool_limits(1):  # two threads make small products slower, and the window needs the other core
        worker.run()


def die_with_parent() -> None:
    """Ends this process when the one that started it has ended, however that came."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(0)), daemon=True).start()


@dataclass
class Worker:
    """The worker's state around its trainer: what it was told, and what it has to say."""

    pipe: Connection
    first: Experiment
    checkpoint: Any = None
    library: Path | None = None  # the file that runs are kept in, None to keep none
    playing: bool = False
    rate: float = float("inf")
    until: int | None = None
    said: str = ""
    alarm: bool = False
    other: bool = False  # another experiment is in force than the window sent
    halted: bool = False
    pair: Pair | None = None  # the timeline, while there are twins
    _parted: Parted | None = None  # the last twins
    slowed: Any = None  # a `slow_motion.Slowed`
    _news: dict[str, Any] = field(default_factory=dict)
    _branched: Any = None  # the timeline's count of changed branches that was last sent
    _heard: int = 0
    _asked: Ask | None = None
    _burst: int = 1
    _owed: float = 0.0
    _counted: int = 0
    _since: float = 0.0
    _speed: float = 0.0
    _kept_at: float = field(default_factory=time.monotonic)
    _recorder: Recorder | None = None
    _reopening: Reopening | None = None  # a session being played back

    def run(self) -> None:
        """Until the pipe closes."""
        from hyperscope.lab.timeline import Timeline
        from hyperscope.lab.trainer import Trainer

        try:
            self.trainer = Trainer(self.first)
        except ValueError as problem:
            self.trainer = Trainer(Experiment())
            self._refuse(problem)
        if self.checkpoint is not None:
            self.trainer.restore(self.checkpoint)
        timeline = Timeline(self.trainer)
        self.timeline: Timeline | Pair = timeline
        if self.library is not None:
            from hyperscope.lab.recorder import Recorder

            self._recorder = Recorder(self.library)
            self._recorder.begin(timeline, whole=self.checkpoint is None)
        last = self._since = time.monotonic()
        try:
            while True:
                busy = self.playing or self._reopening is not None
                if self._recorder is not None:
                    self._recorder.look(self.playing)
                if not self.pipe.poll(0 if busy else 0.1) and not busy:
                    continue
                self._obey()
                now = time.monotonic()
                if self._reopening is not None:
                    self._play_back(self._reopening)
                if self.playing:
                    self._train(now - last)
                last = now
                self._measure(now)
                if self._asked is not None:
                    self.pipe.send(self._reply())
        except (EOFError, ConnectionError, OSError):
            return
        finally:
            if self._recorder is not None:
                self._keep_b()
                self._recorder.close()

    def _obey(self) -> None:
        """All commands in the pipe, in order; of experiments or moments that follow each other only the last."""
        newest: Apply | GoTo | Edit | None = None
        while self.pipe.poll():
            command = self.pipe.recv()
            self._heard += isinstance(command, Change)
            if newest is not None and not isinstance(command, Ask) and not _replaces(command, newest):
                self._do(newest)
                newest = None
            if isinstance(command, Apply | GoTo | Edit):
                newest = command
            else:
                self._do(command)
        if newest is not None:
            self._do(newest)

    def _refuse(self, problem: ValueError) -> None:
        self.said, self.alarm, self.other = str(problem), True, True

    def _do(self, command: object) -> None:
        pause = isinstance(command, Go) and not command.playing
        leaves = self.slowed is not None and not (pause or isinstance(command, Ask | Slow))
        if leaves:
            self.slowed, self._news["slow motion"] = None, None
        self._carry_out(command)
        if leaves and not self.halted:
            self.said = f"{self.said} Slow motion ended.".strip()

    def _carry_out(self, command: object) -> None:
        ahead, step = self.timeline.ahead, self.trainer.step
        self._heed_end(command)
        match command:
            case Slow() | Branch() | Switch() if self.pair is not None:
                self.said, self.alarm = "There are twins; keep one of them first (T keeps A).", False
                return
            case Apply(experiment, twin) if self.pair is not None:
                self._hear(*self.pair.take_on(experiment, twin or self.pair.b.trainer.experiment))
            case StartTwin():
                self._start_twin(command)
            case EndTwin(keep):
                self._end_twin(keep)
            case Aim(side):
                if self.pair is not None:
                    self.pair.aim = side
            case Slow(by, to):
                self._slow(by, to)
            case SlowEnd():
                self.said = ""
            case Branch():
                if self._line.branch_here():
                    self.said, self.alarm = f"Branched at step {step}; what came after stays as a branch.", False
                else:
                    self.said, self.alarm = "This is the end; go back on the timeline first, then branch.", False
                return
            case Switch(key):
                self._switch(key)
                return
            case Apply(experiment):
                try:
                    said = self.timeline.apply(experiment)
                except ValueError as problem:
                    self._refuse(problem)
                    return
                if said:
                    self.said, self.alarm = said, False
            case Edit():
                try:
                    said = self.timeline.edit(command)
                except ValueError as problem:
                    self._refuse(problem)
                    return
                if said:
                    self.said, self.alarm = said, False
                    self._keep_soon()
            case GoTo(beat):
                self._go_to(beat)
            case Go(playing, rate, until):
                if playing:
                    self.timeline.go_on()
                    self.said = self.trainer.examples.missing or self.said
                self.playing, self.rate, self.until = playing, rate, until
                self._counted, self._since, self._owed = self._furthest.step, time.monotonic(), 0.0
            case Advance(unit):
                self.playing = False
                self.timeline.go_on()
                if unit == "epoch":
                    self.timeline.finish_epoch()
                else:
                    self.timeline.steps(1)
                self._heed_alarm()
            case Restart():
                self.timeline.restart()
                self._counted = 0
                self.said, self.alarm = "Restarted: the same weights and the same order of mini-batches.", False
            case Restore(checkpoint):
                from hyperscope.lab.timeline import Timeline

                self.trainer.restore(checkpoint)
                self.timeline, self.pair = Timeline(self.trainer), None
                self._counted = self.trainer.step
                if self._recorder is not None:
                    self._recorder.begin(self.timeline, whole=False)
            case Reopen(session):
                self._reopen(session)
            case Ask():
                self._asked = command
        if self._recorder is not None and (
            isinstance(command, Restart) or (isinstance(command, Apply) and step > self.trainer.step == 0)
        ):
            self._recorder.restarted()
        if ahead and not isinstance(command, GoTo | Slow):
            self._say_what_is_left(step)

    @property
    def _line(self) -> Timeline:
        """The timeline, or A's."""
        return cast("Timeline", self.timeline) if self.pair is None else self.pair.a

    # -- twins ----------------------------------------------------------------------------------------------------

    @property
    def _furthest(self) -> Trainer:
        """The trainer whose steps are counted: A's, or B's where A has stopped."""
        return self.pair.leading.trainer if self.pair is not None else self.trainer

    def _start_twin(self, command: StartTwin) -> None:
        from hyperscope.lab.twin import Pair, begin

        if isinstance(self.timeline, Pair):
            return
        wanted = command.experiment, command.twin
        again = self._parted.again(self.timeline, wanted) if self._parted is not None else None
        self.pair = again or begin(self.timeline, command.checkpoint)
        self.timeline, self.trainer, self._parted = self.pair, self.pair.trainer, None
        if self._recorder is not None:
            self._recorder.follow(self.pair.a)
        self._keep_soon()
        begun = (
            "Both as they were." if again else "B is a copy of A; both take the same steps on the same mini-batches."
        )
        said, refused = self.pair.take_on(*wanted)
        self._hear("" if command.revived else f"{begun} {said}".strip(), refused)

    def _end_twin(self, keep: Literal["A", "B"]) -> None:
        from hyperscope.lab.twin import Parted

        if self.pair is None:
            return
        kept = self.pair.a if keep == "A" else self.pair.b
        self._parted = Parted(self.pair, kept)
        if self._recorder is not None:
            self._recorder.follow(kept)
        self.timeline, self.trainer, self.pair = kept, kept.trainer, None
        self._counted = self.trainer.step
        self._keep_soon()
        self.said, self.alarm = f"{keep} goes on alone.", False

    def _keep_b(self) -> None:
        """B's run ends: it goes to the library beside A's, unless it is the same."""
        if self._recorder is not None and self.pair is not None and self.pair.a.score != self.pair.b.score:
            self._recorder.keep_also(self.pair.b)

    def _hear(self, said: str, refused: str) -> None:
        if said:
            self.said, self.alarm = said, False
        if refused:
            self.said, self.alarm, self.other = refused, True, True

    def _heed_end(self, command: object) -> None:
        """Before a command: stops playing back, and has the run kept where it may end."""
        if isinstance(command, Change | Restart | Advance | Edit | Slow | Branch) or (
            isinstance(command, Go) and command.playing
        ):
            self._reopening = None
        if self._recorder is not None and isinstance(command, Change | Restart):
            self._recorder.ends(command.experiment if isinstance(command, Apply) else None)
            if isinstance(command, Restart) or (isinstance(command, EndTwin) and command.keep == "A"):
                self._keep_b()

    def _reopen(self, session: Any) -> None:
        from hyperscope.lab.reopening import Reopening

        self.playing = False
        try:
            reopening = Reopening(session, self.trainer.structure)
        except ValueError as problem:
            self._refuse(problem)
            return
        self.trainer, self.timeline, self.pair = reopening.trainer, reopening.timeline, None
        if self._recorder is not None:
            self._recorder.begin(reopening.timeline)
        self.other, self._kept_at = True, -KEEP_EVERY
        self._play_back(reopening)

    def _play_back(self, reopening: Reopening) -> None:
        """One piece of a session that is taken on."""
        self._reopening = reopening
        try:
            self.other |= reopening.go_on()
            if said := reopening.said:
                self.said, self.alarm = said, False
        except ValueError as problem:
            self._refuse(problem)
            self._reopening = None
        if reopening.done:
            self._reopening = None
        if self._recorder is not None:
            self._recorder.went()
        self._counted, self._since = self.trainer.step, time.monotonic()

    def _go_to(self, beat: int) -> None:
        self.playing = False
        try:
            self.timeline.restore(min(max(0, beat), self.timeline.end))
        except ValueError as problem:
            self._refuse(problem)
            return
        if self._recorder is not None:
            self._recorder.went()
        self._counted, self._since = self._furthest.step, time.monotonic()
        self._keep_soon()  # a worker lost now must not come back with what lay ahead
        step, ahead = self.trainer.step, self.timeline.ahead
        said = f"Back at step {step}. Training on from here makes a branch of what came after."
        said = said if ahead else f"At step {step}."
        self.said, self.alarm, self.other = said, False, True

    def _keep_soon(self) -> None:
        """Has a checkpoint sent within STEADY: while dragging a few a second will do."""
        self._kept_at = min(self._kept_at, time.monotonic() - KEEP_EVERY + STEADY)

    def _switch(self, key: int) -> None:
        self.playing = False
        try:
            name = self._line.switch(key)
        except ValueError as problem:
            self._refuse(problem)
            return
        self._counted, self._since = self.trainer.step, time.monotonic()
        self._keep_soon()  # a worker lost now must come back with this future
        self.said, self.alarm, self.other = f"On the branch “{name}”, at its end, step {self._counted}.", False, True

    def _say_what_is_left(self, step: int) -> None:
        """After something was done at `step` with something ahead, which may have become a branch by it."""
        if self.timeline.ahead or self.halted:
            return
        if self.trainer.step > step:
            self.said, self.alarm = f"Training on from step {step}; what came after it stays as a branch.", False
        else:
            self.said = f"{self.said} What came after step {step} stays as a branch.".strip()
        if self._line.dropped:
            self.said += f" The oldest branch, “{self._line.dropped}”, went for it."
            self._line.dropped = ""

    def _slow(self, by: int, to: int | None) -> None:
        from hyperscope.lab.slow_motion import Slowed

        self.playing = False
        try:
            if self.slowed is None:
                self.slowed = Slowed(self._line)
                self.said, self.alarm = (
                    "Slow motion: one operation at a time. → goes on, ←\u00a0back, Esc leaves.",
                    False,
                )
            elif to is not None:
                self.slowed.to(to)
            else:
                self.said, self.alarm = self.slowed.move(by) or self.said, False
            self._heed_alarm()
        except ValueError as problem:
            self.said, self.alarm = f"{str(problem)[:1].upper()}{str(problem)[1:]}.", False
            self.slowed = None
        if self.trainer.alarm:
            self.slowed = None
        self._news["slow motion"] = self.slowed and self.slowed.record()

    def _train(self, passed: float) -> None:
        """One burst: as many steps as fit into BURST, or as the chosen speed allows."""
        if self.trainer.examples.missing:
            self.playing = self.until is None  # what would train to an epoch may never come there
            time.sleep(0.004)  # until enough is painted
            return
        ahead, step = self.timeline.ahead, self.trainer.step
        if self.until is not None:
            if self.trainer.position.epoch < self.until:
                self.timeline.finish_epoch()
            else:
                self.playing = False
        elif self.rate < float("inf"):
            self._owed = min(self._owed + passed * self.rate, 1 + self.rate * 0.1)
            steps = int(self._owed)
            self._owed -= steps
            if not steps:
                time.sleep(min(0.004, 0.5 / self.rate))
                return
            self.timeline.steps(steps)
        else:
            started = time.monotonic()
            done = self.timeline.steps(self._burst)
            took = time.monotonic() - started
            if done == self._burst and took > 0:
                # towards BURST, by no more than a doubling at a time, since the first steps compile the plan
                self._burst = max(1, min(2 * self._burst, round(self._burst * BURST / took)))
        self._heed_alarm()
        if ahead:
            self._say_what_is_left(step)

    def _heed_alarm(self) -> None:
        if self.pair is not None:
            news = self.pair.news()
            if news.said:
                self.said, self.alarm = news.said, news.alarm
            if news.halted:
                self.playing, self.halted = False, True
            return
        if self.trainer.alarm:
            self.playing, self.halted = False, True
            self.said, self.alarm = self.trainer.alarm, not self.trainer.stopped_early

    def _measure(self, now: float) -> None:
        if now - self._since >= STEADY:
            step = self._furthest.step
            self._speed = max(0, step - self._counted) / (now - self._since)
            self._counted, self._since = step, now

    def _reply(self) -> Reply:
        from hyperscope.lab.probes import probes

        assert self._asked is not None
        if self._recorder is not None and not self.said and (problem := self._recorder.problem):
            self.said, self.alarm = problem, True
        asked, self._asked = self._asked, None
        view = asked.view or View()
        if self._branched != (self.timeline, self.timeline.changed):
            self._branched = (self.timeline, self.timeline.changed)
            self._news["branches"] = self.timeline.ghosts()
        news, self._news = self._news, {}
        asked_for = dict.fromkeys((*asked.names, *asked.wanted))
        found = {name: self._line.score if name == SCORE else probes[name](self.trainer, view) for name in asked_for}
        views, wanted = ({name: found[name] for name in names} for names in (asked.names, asked.wanted))
        twin = None
        if self.pair is not None:
            from hyperscope.lab.comparison import of_twin

            status = self._status(self.pair.b.trainer, self.pair.b)
            twin = of_twin(self.pair.a.trainer, self.pair.b.trainer, status, view, views)
        status = self._status(self.trainer, self.timeline)
        structure, painted = self.trainer.structure, self.trainer.painted
        if twin is not None:  # both only go up, so that their sums change with either
            structure, painted = structure + twin.structure, painted + twin.painted
        snapshot = Snapshot(status, structure, self.said, self.alarm, self.halted, views, painted, wanted, twin)
        now = time.monotonic()
        kept = other = None
        if now - self._kept_at > KEEP_EVERY:
            kept, self._kept_at = self.trainer.checkpoint(), now
            other = self.pair.b.trainer.checkpoint() if self.pair is not None else None
        experiment = self.trainer.experiment if self.other else None
        twins = self.pair.b.trainer.experiment if self.other and self.pair is not None else None
        self.said, self.other, self.halted = "", False, False
        return Reply(snapshot, kept, experiment, self._heard, twins, other, news)

    def _status(self, trainer: Trainer, timeline: Timeline | Pair) -> Status:
        # while playing, the last recorded evaluation will do: it is a few steps old at most
        scores = trainer.recent_scores() if self.playing else trainer.scores()
        return Status(
            step=trainer.step,
            epoch=trainer.position.epoch,
            batch=-(-trainer.position.used // trainer.batch_size),
            batches=trainer.batches_per_epoch,
            steps_per_second=self._speed if self.playing else 0.0,
            playing=self.playing,
            train_loss=scores.train.loss,
            train_accuracy=scores.train.accuracy,
            dev_loss=scores.dev.loss,
            dev_accuracy=scores.dev.accuracy,
            beat=timeline.place.beat,
            end=timeline.end,
            moves=timeline.moves,
            branches=timeline.branches,
        )


def _replaces(command: object, earlier: Apply | GoTo | Edit) -> bool:
    """Whether `earlier` need not be done, since `command` comes right after it and undoes all of it."""
    return earlier.same_place(command) if isinstance(earlier, Edit) else isinstance(command, type(earlier))
