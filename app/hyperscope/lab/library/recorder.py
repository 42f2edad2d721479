"""Keeps runs while they are trained: watches a timeline, and every few seconds hands its run to a thread that writes.

It lives in the training process, beside the timeline: there it knows to the step where a run ends, and a window that
crashes takes nothing with it. What it takes of a run on the way costs some milliseconds; all else is the thread's.
"""

from __future__ import annotations

import io
import math
import threading
import time
import uuid
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.examples.own_points import fit_classes
from hyperscope.lab.experiment.data import PAINTED
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.packing import packed_checkpoint, packed_curves
from hyperscope.lab.library.run_title import source, title
from hyperscope.lab.library.store import BUSY, Unkept
from hyperscope.lab.machine import last_fault
from hyperscope.lab.probes.decision_map import Map
from hyperscope.lab.timeline.score import Place, Score, part
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.checkpoint import Checkpoint, Evaluations
from hyperscope.lab.training.curves import Curves
from hyperscope.lab.training.effects import goes_on
from hyperscope.lab.training.trainer import Trainer
from hyperscope.quoting import short

EVERY = 5.0  # s between two writings of a run that trains: what a power cut may cost
SETTLED = 0.5  # s the same for one that stands still
SHORTEST = 1.0  # s that a run lasts at least: dragging a setting that rebuilds begins a new one with every frame
THUMBNAIL = 128  # pixels along the side
RUN = ("_timeline", "_id", "_created", "_begun", "_taken", "_at", "_future", "_whole")  # what is known of a run
WAITING = 20  # runs that could not be written are tried again, the last so many
AGAIN = 10.0  # s after which they are, unless another run comes before


@dataclass(frozen=True, slots=True)
class Taken:
    """A run as it stands, taken in one moment; all of it is copies."""

    id: str
    created: float  # s since 1970
    score: Score
    whole: bool  # whether the score begins with the run
    jumps: tuple[tuple[int, int], ...]
    epochs: float
    scores: Evaluations
    curves: Curves
    map: Map
    examples: Examples
    checkpoint: Checkpoint


class Recorder:
    """Keeps the runs of the timelines it is told of in the file at `path`; `problem` is what there is to say of it."""

    def __init__(self, path: Path, *, every: float = EVERY, shortest: float = SHORTEST) -> None:
        self.every, self.shortest = every, shortest
        self._writer = _Writer(Library(path))
        self._timeline: Timeline
        self._taken: Place | None = None  # where the run stood when it was last written
        self._whole = True
        self._other: dict[str, Any] = {}  # what is known of the run of the twin that is not watched now

    def begin(self, timeline: Timeline, *, whole: bool = True) -> None:
        """Watches another timeline from where it stands; not `whole`: what came before is not in its score."""
        self._timeline = timeline
        self._whole = whole
        self._fresh()
        self._taken = timeline.place  # what was there before is kept already, or is nothing

    def _fresh(self) -> None:
        self._id = uuid.uuid4().hex
        self._created, self._begun = time.time(), time.monotonic()
        self._taken = None
        self._at = -math.inf
        self._future = self._timeline.futures

    def follow(self, timeline: Timeline) -> None:
        """Watches a twin of the timeline from now on, which began as that did; its run is another one."""
        if timeline is not self._timeline:
            self._turn(timeline)

    def keep_also(self, timeline: Timeline) -> None:
        """Writes the run of a twin of the timeline, as a run of its own."""
        if timeline is self._timeline:
            return
        mine, created = self._timeline, self._created
        self._turn(timeline)
        self._created = min(self._created, created)
        self._followed()
        self._take(time.monotonic(), 0.0)
        self._turn(mine)

    def _turn(self, timeline: Timeline) -> None:
        """To the run of another twin, the same one as when it was last turned to."""
        other, self._other = self._other, {name: vars(self)[name] for name in RUN}
        if other.get("_timeline") is timeline:
            vars(self).update(other)
        else:
            self._timeline = timeline
            self._fresh()

    # -- what happens to the run ----------------------------------------------------------------------------------

    def ends(self, experiment: Experiment | None = None) -> None:
        """Writes the run if it may end now, by going back or starting anew, or by another `experiment` if that may."""
        if experiment is None or may_start_anew(self._timeline.trainer, experiment):
            self._take(time.monotonic())

    def restarted(self) -> None:
        """Another run begins where the timeline stands."""
        self._fresh()

    def went(self, twin: Timeline | None = None) -> None:
        """The timeline went back or forward, or to another future, and so did a twin of it; where those end has been
        kept before."""
        self._came()
        if twin is not None and twin is not self._timeline:
            mine = self._timeline
            self._turn(twin)
            self._came()
            self._turn(mine)

    def _came(self) -> None:
        self._followed()
        if not self._timeline.ahead:
            self._taken = self._timeline.place

    def look(self, playing: bool) -> None:
        """Writes the run from time to time; to be called often."""
        now = time.monotonic()
        if now - self._at >= (self.every if playing else min(SETTLED, self.every)):
            self._take(now)

    def _followed(self) -> None:
        """Another future is another run: what was left stays here as it was."""
        if self._timeline.futures != self._future:
            self._fresh()

    @property
    def problem(self) -> str:
        """A sentence on why runs are not kept or what became of their file, each once; "" if there is none."""
        return self._writer.problems.popleft() if self._writer.problems else ""

    def close(self) -> None:
        """Writes what is not written yet, and ends the thread."""
        self._take(time.monotonic(), 0.0)
        self._writer.close()

    # -- taking it ------------------------------------------------------------------------------------------------

    def _take(self, now: float, shortest: float | None = None) -> None:
        self._followed()
        shortest = self.shortest if shortest is None else shortest
        timeline, trainer = self._timeline, self._timeline.trainer
        place = timeline.place
        if timeline.ahead or place == self._taken or trainer.epoch < 1 or now - self._begun < shortest:
            return
        from hyperscope.lab.probes.decision_map import decision_map
        from hyperscope.lab.probes.examples import examples
        from hyperscope.lab.probes.plane import InPlane

        self._taken, self._at = place, now
        start = timeline.began
        score, usual = part(timeline.score, start, place), InPlane()
        self._writer.put(
            Taken(
                self._id,
                self._created,
                score,
                self._whole or start > Place(),
                run_jumps(timeline.jumps, start),
                trainer.epoch,
                trainer.scores(),
                trainer.history.curves(trainer.marks, early=True),
                decision_map(trainer, usual),
                examples(trainer, usual),
                trainer.checkpoint(),
            )
        )


def may_start_anew(trainer: Trainer, experiment: Experiment) -> bool:
    """Whether taking on `experiment` may start again from step 0, which would end the run; sure if it says not."""
    old = trainer.experiment
    if experiment.data != old.data:
        painted = experiment.data.source == PAINTED  # with which classes come and go
        if not goes_on(old.data, experiment.data) or (
            painted and fit_classes(experiment.data) != trainer.layout.classes
        ):
            return True
    if (experiment.seed, experiment.training.precision) != (old.seed, old.training.precision):
        return True
    now, then = old.network, experiment.network
    return (now.initialiser, now.initial_scale) != (then.initialiser, then.initial_scale)


def run_jumps(jumps: tuple[tuple[int, int], ...], start: Place) -> tuple[tuple[int, int], ...]:
    """A timeline's jumps as those of its run from `start`, which begins with step 0."""
    if not start.tick:
        return jumps
    return ((0, 0), *((tick - start.tick, step) for tick, step in jumps if tick > start.tick))


def row(taken: Taken) -> dict[str, Any]:
    """What is written of a run: drawn, packed and summed up."""
    score, scores, curves = taken.score, taken.scores, taken.curves
    from hyperscope.lab.export.picture import draw_map  # here, since a worker begins without drawing anything

    picture = io.BytesIO()
    draw_map(taken.map, taken.examples, THUMBNAIL, dot=1.7, rim=0.2).save(picture, "PNG")
    return {
        "id": taken.id,
        "created": taken.created,
        "updated": time.time(),
        "title": title(score.experiment),
        "source": source(score.experiment),
        "beats": score.end,
        "steps": taken.checkpoint.step,
        "epochs": taken.epochs,
        "train_loss": scores.train.loss,
        "dev_loss": scores.dev.loss,
        "best_dev_loss": float(np.nanmin(np.append(curves.dev_loss, scores.dev.loss), initial=np.inf)),
        "train_accuracy": scores.train.accuracy,
        "dev_accuracy": scores.dev.accuracy,
        "best_dev_accuracy": float(np.nanmax(np.append(curves.dev_accuracy, scores.dev.accuracy), initial=0.0)),
        "experiment": score.experiment.to_json(),
        "score": zlib.compress(score.to_json().encode()) if taken.whole else None,
        "jumps": msgspec.json.encode(taken.jumps).decode(),
        "thumbnail": picture.getvalue(),
        "curves": packed_curves(curves),
        "checkpoint": packed_checkpoint(taken.checkpoint),
    }


class _Writer:
    """A thread that writes runs; of one run that waits only the newest state is written."""

    def __init__(self, library: Library) -> None:
        self.problems: deque[str] = deque()
        self._library = library
        self._waiting: dict[str, Taken] = {}
        self._said: set[str] = set()  # the kinds of problem that were said since all was written
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="hyperscope-library", daemon=True)
        self._thread.start()

    def put(self, taken: Taken) -> None:
        """Has a run written; waits for nothing."""
        with self._change:
            self._waiting.pop(taken.id, None)  # so that it comes last
            self._waiting[taken.id] = taken
            self._change.notify()

    def close(self) -> None:
        """Returns when all is written or has been tried."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def _work(self) -> None:
        self._try(self._library.tidy)
        failed: dict[str, Taken] = {}
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closed, AGAIN if failed else None)
                closed, runs, self._waiting = self._closed, {**failed, **self._waiting}, {}
            failed = {}
            for one, taken in runs.items():
                if refused := self._try(partial(self._keep, taken)):
                    failed[one] = taken
                if closed and refused == BUSY:  # each other would wait as long
                    return
            if closed:
                return
            if runs and not failed:
                self._said.clear()
            failed = dict(list(failed.items())[-WAITING:])

    def _keep(self, taken: Taken) -> None:
        self._library.store.keep(row(taken))

    def _try(self, act: Callable[[], None]) -> str:
        """Does it, and returns the kind of problem that was in the way, or ""."""
        kind = ""
        for _ in range(2):
            try:
                act()
                return ""
            except Unkept as problem:
                kind = problem.kind
                self._say(kind, str(problem))
                if kind != "damaged":  # where it was, a new file is there already
                    break
            except Exception as problem:  # a fault of ours ends this attempt, and not the thread
                last_fault.keep(type(problem), problem.__traceback__)
                kind = type(problem).__name__
                self._say(kind, f"A run could not be kept, by a fault of Hyperscope's: {kind}: {short(str(problem))}.")
                break
        return kind

    def _say(self, kind: str, sentence: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            self.problems.append(sentence)
