"""The controller: carries out the window's commands on what is trained, and says what came of them.

It knows no pipes; the worker brings the commands, lets it train in between, and passes on what it says.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import captions
from hyperscope.lab.library.recorder import Recorder
from hyperscope.lab.machine.heap import Slack
from hyperscope.lab.timeline import slow_motion
from hyperscope.lab.timeline.past import LostPast, recovered
from hyperscope.lab.timeline.reopening import Open, Reopening
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.trained import Trained
from hyperscope.lab.twins.twin import One
from hyperscope.lab.worker.commands import (
    Advance,
    Aim,
    Apply,
    Branch,
    Change,
    EndTwin,
    Go,
    GoTo,
    Reopen,
    Restart,
    Restore,
    Slow,
    SlowEnd,
    StartTwin,
    Switch,
    Undone,
)
from hyperscope.lab.worker.moments import Moments
from hyperscope.lab.worker.pace import STEADY, Pace
from hyperscope.lab.worker.resting import Rested, Resting, rest_words

REST = 0.004  # s between two looks at whether there is something to train
AT_ONCE = 0.3  # s of an epoch that is stepped to its end before anything else; what is left of a long one is trained on
KEEP_EVERY = 2.0  # s between checkpoints sent to the window, which restarts a lost worker from the last


class Controller:
    """Of `experiment`, from `checkpoint` on if there is one, with its `past` if that is known; runs are kept in the
    file `library`, None to keep none.

    An experiment whose data cannot be had is replaced by the usual one, and `said` says why.
    """

    def __init__(
        self,
        experiment: Experiment,
        checkpoint: Checkpoint | None = None,
        library: Path | None = None,
        past: LostPast | None = None,
    ) -> None:
        self.playing = False
        self.until: int | None = None  # the epochs done at which it pauses
        self.left = 0  # steps that were asked for one by one or by the epoch, and not taken yet
        self.said = ""
        self.alarm = False
        self.other = False  # another experiment is in force than the window sent
        self.halted = False
        self.rested: Rested = ""  # it stands still by itself, since nobody was told so
        self.resting = Resting()
        self.moments = Moments()
        self._travelled = False  # the last command went to another moment
        self.rest = 0.0  # s in which it has nothing to train though it is busy
        self.slowed: slow_motion.Slowed | None = None
        self.news: dict[str, Any] = {}
        self.recorder: Recorder | None = None
        self._ended = False  # the run was kept, and a restart is to follow
        self._reopening: Reopening | None = None  # a session being played back
        self._kept_at = time.monotonic()  # when a checkpoint was last sent
        self._slack = Slack()
        try:
            trainer = Trainer(experiment)
        except ValueError as problem:
            trainer = Trainer(Experiment())
            self._refuse(problem)
        self._lost = False  # what was trained before could not be gone on with
        try:
            if checkpoint is not None:
                trainer.restore(checkpoint)
        except ValueError as problem:
            self._refuse(problem)
            self.said += "; training begins anew"
            self._lost, checkpoint, past = True, None, None
            self._kept_at = -KEEP_EVERY  # the window's checkpoint is of no use any more
        timeline = recovered(trainer, past)
        self.trained = Trained(timeline)
        self.pace = Pace()
        if library is not None:
            self.recorder = Recorder(library)
            self.recorder.begin(timeline, whole=checkpoint is None or past is not None)

    @property
    def busy(self) -> bool:
        """Whether `go_on` has something to do."""
        return self.trains or self._reopening is not None

    @property
    def trains(self) -> bool:
        """Whether steps are due: it plays, or has not come to the end of what was asked for."""
        return self.playing or self.left > 0

    @property
    def at_work(self) -> tuple[str, float]:
        """What `go_on` does, for somebody who waits for it, and how many seconds a step of it takes, 0 if unknown."""
        if self._reopening is not None:
            return "Playing the session back", 0.0
        rows = f"{self.trained.trainer.batch_size:,}".replace(",", "\u2009")
        both = "of both " if self.trained.twins is not None else ""
        self.pace.burst(*self._experiments)  # it may be another network's time that is known
        return f"One step {both}over {rows} examples", self.pace.usual

    def go_on(self, passed: float) -> None:
        """A burst of training, or a piece of a session played back, `passed` seconds after the last."""
        self.rest = 0.0
        if self._reopening is not None:
            self._play_back(self._reopening)
        if self.trains:
            self._train(passed)

    def keeps(self, now: float) -> bool:
        """Whether a checkpoint is to be sent now; who asks sends one."""
        due = now - self._kept_at > KEEP_EVERY
        if due:
            self._kept_at = now
        return due

    def look(self) -> None:
        """Has the run kept, if it is time, and memory given back."""
        self._slack.look(self.trained.held, time.monotonic())
        if self.recorder is not None:
            self.recorder.look(self.playing)

    def close(self) -> None:
        """Has the runs kept: this is the end."""
        if self.recorder is not None:
            self._keep_b()
            self.recorder.close()

    def do(self, command: object) -> None:
        """Carries out a command other than Ask."""
        pause = isinstance(command, Go) and not command.playing
        leaves = self.slowed is not None and not (pause or isinstance(command, Slow | Aim))
        if leaves:
            self.slowed, self.news["slow motion"] = None, None
        self._carry_out(command)
        if leaves and not self.halted:
            self.said = f"{self.said} Slow motion ended.".strip()

    def _refuse(self, problem: ValueError) -> None:
        self.said, self.alarm, self.other = str(problem), True, True

    def _carry_out(self, command: object) -> None:
        ahead, step = self.trained.timeline.ahead, self.trained.trainer.step
        self._travelled = False
        self._heed_end(command)
        self.moments.about_to_move(self.trained.lines, self.trained.within_reach())
        match command:
            case Undone():
                self._undo(command)
            case Apply(experiment, twin, _, mark, drag) if self.trained.twins is not None:
                twins = self.trained.twins
                self._hear(*twins.apply_each(experiment, twin or twins.b.trainer.experiment, mark if drag else 0))
            case StartTwin():
                self._start_twin(command)
            case EndTwin(keep):
                self._end_twin(keep)
            case Aim(side):
                if self.trained.twins is not None:
                    self.trained.twins.aim = side
                if self.slowed is not None:
                    self._slow(0, None)
            case Slow(by, to):
                self._slow(by, to)
            case SlowEnd():
                self.said = ""
            case Branch():
                if self.trained.timeline.branch_here():
                    self._went()
                    both = " both" if self.trained.twins is not None else ""
                    self.said, self.alarm = f"Branched{both} at step {step}; what came after stays as a branch.", False
                else:
                    self.said, self.alarm = "This is the end; go back on the timeline first, then branch.", False
                return
            case Switch(key):
                self._switch(key)
                return
            case Apply(experiment, _, _, mark, drag):
                try:
                    said = self.trained.timeline.apply(experiment, mark if drag else 0)
                except ValueError as problem:
                    self._refuse(problem)
                    return
                if said:
                    self.said, self.alarm = said, False
            case Edit():
                try:
                    said = self.trained.timeline.edit(command)
                except ValueError as problem:
                    self._refuse(problem)
                    return
                if said:
                    self.said, self.alarm = said, False
                    self._keep_soon()
            case GoTo(tick):
                self._go_to(tick)
            case Go(playing, tempo, rest, until):
                if playing:
                    self.trained.timeline.go_on()
                    self.said = self.trained.trainer.examples.missing or self.said
                self.playing, self.until = playing, until
                self.pace.begin(tempo, self.trained.furthest.step)
                self.resting.begin(rest)
            case Advance(unit):
                self._advance(unit)
            case Restart():
                self.trained.timeline.restart()
                self.pace.counted = 0
                self.said, self.alarm = "Restarted: the same weights and the same order of mini-batches.", False
            case Restore(checkpoint):
                try:
                    self.trained.trainer.restore(checkpoint)
                except ValueError as problem:
                    self._refuse(problem)
                    return
                timeline = Timeline(self.trained.trainer)
                self.trained.begin(timeline)
                self.pace.counted = timeline.trainer.step
                if self.recorder is not None:
                    self.recorder.begin(timeline, whole=False)
            case Reopen(session):
                self._reopen(session)
        if isinstance(command, Apply):
            self.moments.moved(command.mark, anew=command.anew)
        if self.recorder is not None and (
            isinstance(command, Restart)
            or (isinstance(command, Apply | Undone) and not self._travelled and step > self.trained.trainer.step == 0)
        ):
            self.recorder.restarted()
        if ahead and not self._travelled and not isinstance(command, GoTo | Slow | Reopen | Restore | EndTwin):
            self._say_what_is_left(step)

    # -- undo -----------------------------------------------------------------------------------------------------

    def _undo(self, command: Undone) -> None:
        """Takes a move back, or does it again; where it made another network, by going to another moment."""
        timeline, lines = self.trained.timeline, self.trained.lines
        there = self.moments.after if command.again else self.moments.before
        places = there(command.mark, lines) if not command.edits else ()
        now = self._experiments
        wanted = (command.experiment, command.twin or command.experiment)[: len(lines)]
        said = ""
        try:
            if places:
                if not command.again:
                    self.moments.taken_back(command.mark, lines)
                timeline.return_to(*places)
                self._travelled = True
                trainer = self.trained.furthest
                said = f"Back at epoch {trainer.position.epoch}, step {trainer.step}, with the network as it was."
            for edit in command.edits:
                said = timeline.edit(edit)
            if self._experiments != wanted:
                said = self._apply_all(wanted)
        except ValueError as problem:
            self._refuse(problem)
            return
        if self._travelled:
            self.playing, self.halted = False, True
            self._went()
            self.pace.count_from(self.trained.furthest.step)
        self._keep_soon()
        what = command.edits[0].caption if command.edits else captions(now, wanted, command.again)
        begun = f"{'Done again' if command.again else 'Undone'}{': ' if what else ''}{what}."
        self.said, self.alarm = f"{begun} {said}".strip(), False

    def _apply_all(self, wanted: tuple[Experiment, ...]) -> str:
        """Has every network take on its experiment; what was kept and rebuilt. Raises: ValueError saying why not."""
        if self.trained.twins is None:
            return self.trained.timeline.apply(wanted[0])
        said, refused = self.trained.twins.apply_each(wanted[0], wanted[1])
        if refused:
            raise ValueError(refused)
        return said

    # -- twins ----------------------------------------------------------------------------------------------------

    def _start_twin(self, command: StartTwin) -> None:
        if self.trained.twins is not None:
            return
        wanted, lost = (command.experiment, command.twin), ""
        try:
            at = (None, None) if self._lost else (command.checkpoint, command.past)
            twins, begun = self.trained.start_twin(*wanted, *at)
        except ValueError as problem:
            twins, begun = self.trained.start_twin(*wanted, None)
            lost = f"B: {problem}; it begins as a copy of A"
        if self.recorder is not None:
            self.recorder.follow(twins.a)
        self._keep_soon()
        said, refused = twins.apply_each(*wanted)
        self._hear("" if command.recovered else f"{begun} {said}".strip(), refused or lost)

    def _end_twin(self, keep: One) -> None:
        if self.trained.twins is None:
            return
        kept = self.trained.end_twin(self.trained.twins, keep)
        if self.recorder is not None:
            self.recorder.follow(kept)
        self.pace.counted = kept.trainer.step
        self._keep_soon()
        self.said, self.alarm = f"{keep} goes on alone.", False

    def _keep_b(self) -> None:
        """B's run ends: it goes to the library beside A's, unless it is the same."""
        if (
            self.recorder is not None
            and self.trained.twins is not None
            and self.trained.twins.a.score != self.trained.twins.b.score
        ):
            self.recorder.keep_also(self.trained.twins.b)

    def _hear(self, said: str, refused: str) -> None:
        if said:
            self.said, self.alarm = said, False
        if refused:
            self.said, self.alarm, self.other = refused, True, True

    def _heed_end(self, command: object) -> None:
        """Before a command: stops what it would interrupt, and has the run kept where it may end."""
        if not isinstance(command, Advance | Apply | Edit | Aim):
            self.left = 0
        if isinstance(command, Change | Restart | Advance | Edit | Slow | Branch) or (
            isinstance(command, Go) and command.playing
        ):
            self._reopening = None
        if self.recorder is not None and isinstance(command, Change | Restart):
            anew = isinstance(command, Apply) and command.anew
            if not self._ended:
                self.recorder.ends(command.experiment if isinstance(command, Apply) and not anew else None)
                leaves = isinstance(command, Restart | GoTo | Switch)
                if anew or leaves or (isinstance(command, EndTwin) and command.keep == "A"):
                    self._keep_b()
            self._ended = anew

    def _reopen(self, session: Open) -> None:
        self.playing = False
        try:
            reopening = Reopening(session, self.trained.trainer.structure)
        except ValueError as problem:
            self._refuse(problem)
            return
        self.trained.begin(reopening.timeline)
        if self.recorder is not None:
            self.recorder.begin(reopening.timeline)
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
        self._went()
        self.pace.count_from(self.trained.trainer.step)

    def _went(self) -> None:
        if self.recorder is not None:
            self.recorder.went(self.trained.twins.b if self.trained.twins is not None else None)

    def _go_to(self, tick: int) -> None:
        self.playing = False
        try:
            self.trained.timeline.restore(min(max(0, tick), self.trained.timeline.end))
        except ValueError as problem:
            self._refuse(problem)
            return
        self._went()
        self.pace.count_from(self.trained.furthest.step)
        self._keep_soon()  # a worker lost now must not come back with what lay ahead
        step, ahead = self.trained.trainer.step, self.trained.timeline.ahead
        said = f"Back at step {step}. Training on from here makes a branch of what came after."
        said = said if ahead else f"At step {step}."
        self.said, self.alarm, self.other = said, False, True

    def _keep_soon(self) -> None:
        """Has a checkpoint sent within STEADY: while dragging a few a second will do."""
        self._kept_at = min(self._kept_at, time.monotonic() - KEEP_EVERY + STEADY)

    def _switch(self, key: int) -> None:
        self.playing = False
        try:
            name = self.trained.timeline.switch(key)
        except ValueError as problem:
            self._refuse(problem)
            return
        self._went()
        self.pace.count_from(self.trained.furthest.step)
        self._keep_soon()  # a worker lost now must come back with this future
        both = "Both on" if self.trained.twins is not None else "On"
        said = f"{both} the branch “{name}”, at its end, step {self.pace.counted}."
        self.said, self.alarm, self.other = said, False, True

    def _say_what_is_left(self, step: int) -> None:
        """After something was done at `step` with something ahead, which may have become a branch by it."""
        if self.trained.timeline.ahead or self.halted:
            return
        if self.trained.trainer.step > step:
            self.said, self.alarm = f"Training on from step {step}; what came after it stays as a branch.", False
        else:
            self.said = f"{self.said} What came after step {step} stays as a branch.".strip()
        if self.trained.timeline.dropped:
            self.said += f" The oldest branch, “{self.trained.timeline.dropped}”, went for it."
            self.trained.timeline.dropped = ""

    def _slow(self, by: int, to: int | None) -> None:
        self.playing = False
        begins = self.slowed is None
        self.slowed, said = slow_motion.move(self.slowed, self.trained.timeline, by, to)
        if begins or to is None:
            self.said, self.alarm = said or self.said, False
        self._heed_alarm()
        if self.slowed is not None and self.slowed.stopped:
            self.slowed = None
        self.news["slow motion"] = self.slowed and self.slowed.record()

    def _advance(self, unit: str) -> None:
        """A step, or those to the end of the epoch: at once as far as that takes no time, the rest by and by."""
        timeline = self.trained.timeline
        self.playing, self.until = False, None
        timeline.go_on()
        if unit == "batch":
            self.left += 1
        else:
            self.left += self.trained.trainer.batches_per_epoch if self.left else timeline.left_in_epoch()
        until = time.monotonic() + AT_ONCE
        while self.left and time.monotonic() < until:
            self._steps(min(self.left, self._burst))
        self._heed_alarm()

    def _train(self, passed: float) -> None:
        """One burst: as many steps as fit into BURST, or as the chosen speed allows."""
        timeline, trainer = self.trained.timeline, self.trained.trainer
        if trainer.examples.missing:
            self.playing, self.left = (
                self.playing and self.until is None,
                0,
            )  # what would train to an epoch may never come there
            self.rest = REST  # until enough is painted
            return
        ahead, step = timeline.ahead, trainer.step
        if self.left:
            self._steps(min(self.left, self._burst))
        elif self.until is not None:
            if trainer.position.epoch < self.until:
                self._steps(min(timeline.left_in_epoch(), self._burst))
            else:
                self.playing = False
        else:
            watched = self.pace.tempo.limited
            steps = self.resting.steps(
                self.pace.steps(passed, self._burst, trainer.batches_per_epoch), trainer, watched
            )
            if not steps:
                self.rest = min(REST, 0.5 / self.pace.rate)
                return
            self._steps(steps)
            if not trainer.alarm:
                self._heed_rest(watched)
        self._heed_alarm()
        if ahead:
            self._say_what_is_left(step)

    @property
    def _burst(self) -> int:
        """How many steps of what is trained now there is time for at once."""
        return self.pace.burst(*self._experiments)

    @property
    def _experiments(self) -> tuple[Experiment, ...]:
        return tuple(line.trainer.experiment for line in self.trained.lines)

    def _steps(self, count: int) -> None:
        started = time.monotonic()
        done = self.trained.timeline.steps(count)
        self.pace.took(done, time.monotonic() - started)
        self.left = max(0, self.left - done) if done else 0

    def _heed_rest(self, watched: bool) -> None:
        """Stands still where training has come to what it was to come to."""
        trainer = self.trained.timeline.trainer
        rested = self.resting.look(trainer, watched, twins=self.trained.twins is not None)
        if rested:
            self.playing, self.halted, self.rested = False, True, rested
            self.said, self.alarm = rest_words(rested, trainer), False

    def _heed_alarm(self) -> None:
        if self.trained.twins is not None:
            news = self.trained.twins.news()
            if news.said:
                self.said, self.alarm = news.said, news.alarm
            if news.halted:
                self.playing, self.left, self.halted = False, 0, True
            return
        if self.trained.trainer.alarm:
            self.playing, self.left, self.halted = False, 0, True
            self.said, self.alarm = self.trained.trainer.alarm, not self.trained.trainer.stopped_early
