"""A search as a task: it asks, trains, tells, keeps, and says what comes of it while it goes.

A trial counts as finished when it is kept: what was said to be done is there after a crash.
"""

from __future__ import annotations

import pickle
import queue
import threading
import time
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from hyperscope.lab.jobs.task import News, Progress, Record, Rest, Wishes
from hyperscope.lab.tuning.space import Space
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import Finished, Plan, Trial

if TYPE_CHECKING:
    from hyperscope.lab.training.checkpoint import Checkpoint
    from hyperscope.lab.tuning.asking import Asking
    from hyperscope.lab.tuning.packets import Hands
    from hyperscope.lab.tuning.training import Portion, Running

EVERY = 0.045  # s between two looks at all that train: some 20 a second
LOOK = 0.012  # s that a look may take: of many networks some have their turn, so that something moves each time
MOST_TURNS = 6  # until all were looked at
SHARE = 3  # times as long as a look took is trained before the next
POLL = 0.005  # s between two questions to those who train elsewhere
KEPT = 256  # networks that can be handed over as they ended; others are trained again for it
LEFT = 8_000_000  # bytes of them that are left to the window, for when the search's process has ended


@dataclass(frozen=True, slots=True)
class SearchIn:
    """A wish that what is asked for from now on lies in this part of the space."""

    space: Space


@dataclass(frozen=True, slots=True)
class Open:
    """A wish for the network of a trial."""

    number: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The network of a trial with all that it has; `again` says that it was trained anew, from the same start.

    Without a checkpoint `problem` says why it cannot be had.
    """

    number: int
    checkpoint: Checkpoint | None
    again: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """A wish for some trials as runs in the run library at `library`, with `notes` that say where they are from."""

    numbers: tuple[int, ...]
    library: Path
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many runs were kept, and why no more were, if so."""

    count: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a search is: trials finished and wanted, steps of training taken, seconds, and its boxes."""

    done: int
    total: int
    steps: int
    seconds: float
    boxes: tuple[tuple[int, Space], ...]
    over: bool = False  # whether no more are to come


@dataclass(frozen=True, slots=True)
class Begun:
    """What is searched, as the study has it, and whether trials of it are still to come."""

    plan: Plan
    open: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """Each knob's share of what sets the best trials apart, see `importance`."""

    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The networks of a search that is over, packed, by trial: those that it could hand over as they ended."""

    networks: tuple[tuple[int, bytes], ...]


Said: TypeAlias = "Left | Begun | Running | Finished | Opened | Kept | Stand | Weighed"


@dataclass(frozen=True)
class Search:
    """The task of carrying out `plan`, kept in the study at `url`, or nowhere; without a plan, of going on there.

    With `closed` nothing is asked for: what is there is shown, and its networks can be opened. With a `scheduler` its
    cluster trains, with more than one of `processes` these do, and rounding in the last digits may differ.
    A search that is not kept in a study goes on where it was: `had` are the trials that finished then, `boxes` where in
    the space they were drawn, and `left` the networks there were; `spent` s have passed, and it has come as far once
    `steps` were taken. No more than `most` trials are asked for, if that is not 0.
    Records are Begun, Running, Stand, Weighed and Left, of which the newest counts, and every Finished and Opened.
    """

    plan: Plan | None
    url: str = ""
    maps: bool = True
    closed: bool = False
    plane: tuple[str, str] = ("", "")
    every: float = EVERY
    processes: int = 1
    scheduler: str = ""
    had: tuple[Finished, ...] = ()
    boxes: tuple[tuple[int, Space], ...] = ()
    left: tuple[tuple[int, bytes], ...] = ()
    spent: float = 0.0
    steps: int = 0
    most: int = 0
    what: ClassVar[str] = "searched"

    @property
    def spreads(self) -> bool:
        """Whether it starts processes of its own."""
        return self.processes != 1

    def again(self, wished: Mapping[type, Any], records: tuple[Said, ...]) -> Search:
        """The task of going on with what finished; what was under way is trained again.

        Of a search that is over only networks are wanted any more. Those that were not left are trained again one by
        one, but where they go on from one another all of them are.
        """
        stand = next((one for one in reversed(records) if isinstance(one, Stand)), None)
        begun = next((one for one in records if isinstance(one, Begun)), None)
        if stand is None or begun is None:
            return self
        plan = begun.plan
        if self.url:
            return replace(self, plan=None, closed=stand.over and not strategies[plan.strategy].evolves)
        strategy = strategies[plan.strategy]
        had = tuple(one for one in records if isinstance(one, Finished))
        left = next((one.networks for one in records if isinstance(one, Left)), ())
        whole = len(left) == stand.done or not strategy.evolves
        if stand.over and whole and len(had) == stand.done:
            return replace(self, closed=True, had=had, boxes=stand.boxes, left=left, processes=1, scheduler="")
        if stand.over or strategy.evolves:
            return replace(self, boxes=stand.boxes, steps=stand.steps, most=stand.done if stand.over else 0)
        if strategy.prunes:  # whose fates hang on one another in a portion
            had = _whole(had, strategy.portion(plan.trials))
        return replace(self, had=had, boxes=stand.boxes, spent=stand.seconds, steps=stand.steps)

    def run(self, wishes: Wishes) -> Generator[News[Said], None, None]:
        """Raises: ValueError when the plan, its data or the study cannot be used."""
        yield Progress(0.0, "opening the study")
        hands = self._hands()
        try:
            keeper = _Keeper(self)
            try:
                yield from _Searching(self, keeper, wishes, hands).run()
            finally:
                keeper.close()
        finally:
            if hands is not None:
                hands.close()

    def _hands(self) -> Hands | None:
        """Those that train elsewhere, None where that is done here."""
        if self.scheduler:
            from hyperscope.lab.tuning.cluster import Cluster

            return Cluster(self.scheduler)
        if self.processes != 1:
            from hyperscope.lab.tuning.processes import Processes

            return Processes(self.processes)
        return None


def _whole(had: tuple[Finished, ...], size: int) -> tuple[Finished, ...]:
    """Those of the first portions of so many trials of which none is missing."""
    there = {one.number for one in had}
    end = 0
    while all(number in there for number in range(end, end + size)):
        end += size
    return tuple(one for one in had if one.number < end)


class _Keeper:
    """Writes trials to a study on a thread of its own, as one takes 20 to 40 ms; without a URL keeps nothing."""

    def __init__(self, task: Search) -> None:
        url, plan = task.url, task.plan
        if plan is None and not url:
            raise ValueError("neither a plan nor a study is named")
        self._begun = threading.Event()
        self._todo: queue.Queue[Finished | list[tuple[int, Space]] | None] = queue.Queue()
        self._written: queue.Queue[Finished] = queue.Queue()
        self._waiting = 0
        self.problem = ""
        self.trials: list[Finished] = list(task.had)
        self.boxes: list[tuple[int, Space]] = list(task.boxes)
        self._thread: threading.Thread | None = None
        self._plan = plan
        if url:
            self._thread = threading.Thread(target=self._work, args=(url,), name="hyperscope-study", daemon=True)
            self._thread.start()
        if url and plan is None:
            self._begun.wait()
            self.check()

    @property
    def plan(self) -> Plan:
        assert self._plan is not None
        return self._plan

    def _work(self, url: str) -> None:
        from hyperscope.lab.tuning.study import Study

        try:
            study = Study(url, self._plan)
            try:
                self._plan, self.trials, self.boxes = study.plan, study.trials(), study.boxes
                self._begun.set()
                while (one := self._todo.get()) is not None:
                    if isinstance(one, Finished):
                        study.keep(one)
                        self._written.put(one)
                    else:
                        study.keep_boxes(one)
            finally:
                study.close()
        except ValueError as problem:
            self.problem = str(problem)
        except Exception as fault:
            self.problem = f"the study could not be written: {type(fault).__name__}: {fault}"
        finally:
            self._begun.set()

    def check(self) -> None:
        """Raises: ValueError with what is wrong with the study."""
        if self.problem:
            raise ValueError(self.problem)

    def keep(self, finished: Finished) -> None:
        self._waiting += 1
        (self._todo if self._thread is not None else self._written).put(finished)

    def keep_boxes(self, boxes: list[tuple[int, Space]]) -> None:
        if self._thread is not None:
            self._todo.put(list(boxes))

    def written(self) -> Iterator[Finished]:
        """Trials that were written since the last call."""
        while not self._written.empty():
            self._waiting -= 1
            yield self._written.get()

    @property
    def waits(self) -> bool:
        """Whether something is still to be written."""
        return self._waiting > 0 and not self.problem

    def close(self) -> None:
        """Writes what is left, and lets go of the study."""
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join()


class _Searching:
    """The search under way."""

    def __init__(self, task: Search, keeper: _Keeper, wishes: Wishes, hands: Hands | None = None) -> None:
        self.task, self.keeper, self.wishes, self.hands = task, keeper, wishes, hands
        self._packets = 0  # given away so far
        self._each, self._turn = 0.0, 0  # s that a look at one takes, and how many looks there were
        self.plan = keeper.plan.checked()
        self.kept: dict[int, bytes] = dict(task.left)  # checkpoints, packed, of the newest trials
        self.parents: dict[int, Checkpoint] = {}
        self.portion: Portion | None = None
        self.done = self.steps = 0
        self.reports: dict[int, list[tuple[int, float]]] = {}
        self.trials: dict[int, Finished] = {}
        self._began = time.monotonic() - task.spent
        self._told = 0  # trials that the strategy was told of
        self._over = False
        self._free = 0.0
        self._total = self.plan.trials
        self._boxes: tuple[tuple[int, Space], ...] = ((0, self.plan.space),)
        self.asking: Asking | None = None

    def run(self) -> Generator[News[Said], None, None]:
        had = {one.number: one for one in self.keeper.trials}
        if not self.task.closed:
            from hyperscope.lab.tuning.asking import Asking

            self.asking = asking = Asking(self.plan, self.keeper.boxes)
            self._total = asking.total
        self._boxes = tuple(self.keeper.boxes) or self._boxes
        yield Record(Begun(self.plan, self.task.closed and len(had) < self._total), key=Begun)
        for finished in had.values():
            self.trials[finished.number] = finished
            self.done += 1
            self.steps += finished.step
            yield Record(finished, key=("finished", finished.number))
        yield self._stand()
        if not self.task.closed:
            yield from self._taken_up(had)
            while not self._spent() and (trials := asking.ask()):
                self._note_boxes()
                yield from self._trained(trials, had)
                yield self._weighed()
            while self.keeper.waits:
                yield from self._news()
                yield Progress(self.share, "writing the study")
                time.sleep(0.002)
            yield from self._news()
            self.keeper.check()
        self.portion = None
        self._over = True
        yield self._weighed()
        if sum(map(len, self.kept.values())) <= LEFT:
            yield Record(Left(tuple(self.kept.items())), key=Left)
        yield self._stand()
        yield Progress(1.0)
        while True:
            yield from self._answers()
            yield Rest()

    @property
    def share(self) -> float:
        shares = [self.done / max(1, self._total)]
        if self.plan.steps:
            shares.append(self.steps / self.plan.steps)
        if self.plan.seconds:
            shares.append((time.monotonic() - self._began) / self.plan.seconds)
        behind = self.steps / self.task.steps if self.steps < self.task.steps else 1.0
        return behind * min(1.0, max(shares))

    def _spent(self) -> bool:
        if self.task.most and self._told >= self.task.most:
            return True
        steps, seconds = self.plan.steps, self.plan.seconds
        return bool((steps and self.steps >= steps) or (seconds and time.monotonic() - self._began >= seconds))

    def _taken_up(self, had: dict[int, Finished]) -> Generator[News[Said], None, None]:
        """Tells the strategy what was found before, portion by portion, as far as these are whole."""
        asking = self.asking
        assert asking is not None
        if asking.strategy.evolves:  # its networks go on from one another, so they are trained again
            return
        size = asking.strategy.portion(self.plan.trials)
        begin = 0
        while begin < asking.total and all(number in had for number in range(begin, min(begin + size, asking.total))):
            asking.take_up([had[number] for number in range(begin, min(begin + size, asking.total))])
            yield Progress(self.share, "taking the search up again")
            begin += size

    def _note_boxes(self) -> None:
        assert self.asking is not None
        boxes = tuple(self.asking.boxes)
        if boxes != self._boxes:
            self._boxes = boxes
            self.keeper.keep_boxes(list(boxes))

    # -- training -------------------------------------------------------------------------------------------------

    def _trained(self, trials: list[Trial], had: dict[int, Finished]) -> Generator[News[Said], None, None]:
        from hyperscope.lab.tuning.asking import rungs
        from hyperscope.lab.tuning.training import Portion

        asking = self.asking
        assert asking is not None
        again = asking.strategy.evolves or asking.strategy.prunes  # what others' fates hang on is trained all the same
        todo = trials if again else [trial for trial in trials if trial.number not in had]
        results = {trial.number: had[trial.number] for trial in trials if trial.number in had and not again}
        if todo and self.hands is not None:
            yield from self._trained_elsewhere(todo, had, results)
        elif todo:
            begun = {trial.number: self.parents[trial.parent] for trial in todo if trial.parent >= 0}
            levels: list[int | None] = [*rungs(self.plan), None]
            self.portion = portion = Portion(todo, levels[0], begun, self.task.plane)
            going = [trial.number for trial in todo]
            yield self._look()
            for at, level in enumerate(levels):
                if at:
                    if not going:
                        break
                    portion.go_on(going, level)
                while not portion.done:
                    before = portion.steps_taken
                    ended = portion.train()
                    self.steps += portion.steps_taken - before
                    if level is None or at == len(levels) - 1:
                        for number in ended:
                            results[number] = self._come_to_an_end(number, had)
                    yield from self._news()
                if level is None:
                    continue
                short = self._short(portion, going, level)
                going, left = self._judged(going, short, level, {number: portion.loss(number) for number in going})
                for number in left:
                    results[number] = self._come_to_an_end(number, had, pruned=number not in short)
            yield self._look()
            if asking.strategy.evolves:
                self.parents = {trial.number: portion.member(trial.number).checkpoint() for trial in trials}
        for number in sorted(results):
            asking.tell(results[number])
        self._told += len(results)
        yield from self._news()

    def _trained_elsewhere(
        self, todo: list[Trial], had: dict[int, Finished], results: dict[int, Finished]
    ) -> Generator[News[Said], None, None]:
        """The same as is done here, by packets that others train."""
        from hyperscope.lab.tuning.asking import rungs
        from hyperscope.lab.tuning.packets import packed

        hands = self.hands
        assert hands is not None
        trials = {trial.number: trial for trial in todo}
        states = {trial.number: self.parents[trial.parent] for trial in todo if trial.parent >= 0}
        levels: list[int | None] = [*rungs(self.plan), None]
        going = list(trials)
        for at, level in enumerate(levels):
            if not going:
                break
            stand: dict[int, Finished] = {}
            packets = packed([trials[number] for number in going], level, states, self.task.plane, self._packets)
            self._packets += len(packets)
            for packet in packets:
                hands.give(packet)
            while len(stand) < len(going):
                for trained in hands.take():
                    self.steps += trained.steps
                    for finished, checkpoint in zip(trained.trials, trained.checkpoints, strict=True):
                        stand[finished.number], states[finished.number] = finished, checkpoint
                        if at == len(levels) - 1:
                            results[finished.number] = self._end(finished, checkpoint, had)
                yield from self._news()
                yield Progress(self.share, hands.words)
                time.sleep(POLL)
            if level is not None:
                short = {number for number in going if trials[number].epochs <= level or stand[number].why}
                losses = {number: stand[number].loss for number in going}
                going, left = self._judged(going, short, level, losses)
                for number in left:
                    ended = stand[number] if number in short else replace(stand[number], state="pruned")
                    results[number] = self._end(ended, states[number], had)
        assert self.asking is not None
        if self.asking.strategy.evolves:
            self.parents = {number: states[number] for number in trials}

    def _short(self, portion: Portion, going: list[int], level: int) -> set[int]:
        """Trials that have come to their own end by then, or to a stop."""
        return {
            trial.number
            for trial in portion.trials
            if trial.number in going and (trial.epochs <= level or portion.member(trial.number).alarm)
        }

    def _judged(
        self, going: list[int], short: set[int], level: int, losses: Mapping[int, float]
    ) -> tuple[list[int], list[int]]:
        """Who goes on, and who does not."""
        asking = self.asking
        assert asking is not None
        stopped = {}
        for number in going:
            loss = losses[number]
            self.reports.setdefault(number, []).append((level, loss))
            stopped[number] = asking.reported(number, level, loss)
        left = [number for number in going if stopped[number] or number in short]
        return [number for number in going if number not in left], left

    def _come_to_an_end(self, number: int, had: dict[int, Finished], pruned: bool = False) -> Finished:
        portion = self.portion
        assert portion is not None
        return self._end(portion.finished(number, pruned), portion.member(number).checkpoint(), had)

    def _end(self, finished: Finished, checkpoint: Checkpoint, had: dict[int, Finished]) -> Finished:
        """Keeps what a trial came to, unless an earlier search has done so."""
        number = finished.number
        finished = replace(finished, reports=tuple(self.reports.pop(number, ())))
        self.kept[number] = zlib.compress(pickle.dumps(checkpoint, pickle.HIGHEST_PROTOCOL), 1)
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        if number in had:
            return had[number]
        self.keeper.keep(finished)
        return finished

    # -- what is said ---------------------------------------------------------------------------------------------

    def _news(self) -> Generator[News[Said], None, None]:
        """What there is to say between two stretches of training; always something."""
        self.keeper.check()
        for finished in self.keeper.written():
            self.done += 1
            self.trials[finished.number] = finished
            yield Record(finished, key=("finished", finished.number))
        yield from self._answers()
        if time.monotonic() >= self._free:
            if self.portion is not None:
                yield self._look()
                yield self._stand()
            elif self.hands is not None:
                self._free = time.monotonic() + self.task.every
                yield self._stand()
        yield Progress(self.share)

    def _look(self) -> Record[Running]:
        from hyperscope.lab.tuning.training import Running

        assert self.portion is not None
        began, used = time.monotonic(), time.process_time()
        some, turn = self._some(self.portion.going)
        running = self.portion.running(self.task.maps, some)
        cost = time.process_time() - used
        self._free = max(began + self.task.every, time.monotonic() + SHARE * cost)
        self._each += (cost / max(1, len(some)) - self._each) / 4
        return Record(running, key=(Running, *turn))

    def _some(self, going: list[int]) -> tuple[list[int], tuple[int, int]]:
        """Those who are looked at next, as many as LOOK s are enough for, and which turn of how many it is."""
        parts = max(1, min(MOST_TURNS, round(len(going) * self._each / LOOK)))
        self._turn = (self._turn + 1) % parts
        return going[self._turn :: parts], (self._turn, parts)

    def _weighed(self) -> Record[Weighed]:
        from hyperscope.lab.tuning.importance import importance

        return Record(Weighed(tuple(importance(self.plan, list(self.trials.values())).items())), key=Weighed)

    def _stand(self) -> Record[Stand]:
        seconds = time.monotonic() - self._began
        return Record(Stand(self.done, self._total, self.steps, seconds, self._boxes, self._over), key=Stand)

    def _answers(self) -> Generator[News[Said], None, None]:
        while self.wishes:
            wish = self.wishes.popleft()
            if isinstance(wish, Open):
                yield Record(self._open(wish.number), key=(Opened, wish.number))
            elif isinstance(wish, Keep):
                yield Record(self._kept_as_runs(wish))
            elif isinstance(wish, SearchIn) and self.asking is not None:
                self.asking.search_in(wish.space)
                self._note_boxes()
                yield self._stand()

    def _kept_as_runs(self, wish: Keep) -> Kept:
        from hyperscope.lab.library.store import Unkept
        from hyperscope.lab.tuning.keeping import keep

        for count, number in enumerate(wish.numbers):
            try:
                checkpoint, _ = self._network(number)
                keep(checkpoint, wish.library, f"{wish.notes}trial {number}")
            except (Unkept, ValueError) as problem:
                return Kept(count, str(problem))
        return Kept(len(wish.numbers))

    def _open(self, number: int) -> Opened:
        try:
            return Opened(number, *self._network(number))
        except ValueError as problem:
            return Opened(number, None, problem=str(problem))

    def _network(self, number: int) -> tuple[Checkpoint, bool]:
        """A trial's network as it ended, or as it is; of those long past, trained again from the same start, and
        whether it is that.

        Raises: ValueError when its data cannot be had.
        """
        if self.portion is not None and number in {trial.number for trial in self.portion.trials}:
            try:
                return self.portion.member(number).checkpoint(), False
            except LookupError:
                pass
        if number in self.kept:
            checkpoint: Checkpoint = pickle.loads(zlib.decompress(self.kept[number]))
            return checkpoint, False
        from hyperscope.lab.training.trainer import Trainer

        finished = self.trials.get(number)
        if finished is None:
            raise ValueError(f"there is no trial {number}")
        trainer = Trainer(self.plan.space.made(self.plan.experiment, finished.values))
        while trainer.step < finished.step and not trainer.alarm:
            trainer.steps(min(256, finished.step - trainer.step))
        return trainer.checkpoint(), True
