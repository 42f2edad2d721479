"""Asks for trials and is told what came of them, by Optuna's ask and tell, in a study in memory.

What is asked depends on the plan, the trials' numbers and what was told before, and on nothing else: a search that is
taken up again asks for what it would have asked for anyway. Nothing here trains, and only this module, `study` and
`importance` load Optuna.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperscope.knob import Value
from hyperscope.lab.tuning.sobol import sobol
from hyperscope.lab.tuning.space import Range, Space, Values, knob_of
from hyperscope.lab.tuning.strategies import GENERATIONS, Strategy, strategies
from hyperscope.lab.tuning.trials import Finished, Plan, Trial

if TYPE_CHECKING:
    import optuna

NAME = "hyperscope"  # of every study; Hyperband's brackets depend on it
AT_RANDOM = 10  # trials that TPE draws before it begins to learn
BEST = 5  # an automatic zoom draws its box around one in so many,
ROOM = 0.15  # with so much of its width around,
NARROWEST = 0.04  # and never narrower
ETA = 3  # halving keeps one in so many
REPLACED = 4  # of a population one in so many goes on from a better one's copy
STIR = 0.08  # of the scale's length, by which a copy's settings are moved


def param_of(one: Range) -> str:
    """What a knob is called in a study: what is drawn there evenly, or evenly in its logarithm."""
    if one.scale == "one-minus-log":
        return f"1 - {one.knob}"
    return f"log2 {one.knob}" if one.scale == "powers-of-two" else one.knob


def drawn_as(one: Range, value: Value) -> Any:
    """A value as it stands in a study."""
    if one.scale == "one-minus-log":
        return 1 - float(value)
    return round(math.log2(float(value))) if one.scale == "powers-of-two" else value


def value_of(one: Range, param: Any) -> Value:
    """The value that stands in a study as `param`."""
    if one.scale == "one-minus-log":
        return min(one.high, max(one.low, 1 - float(param)))
    if one.scale == "powers-of-two":
        return int(2 ** int(param))
    found: Value = param
    return found


def inside(param: Any, distribution: Any) -> Any:
    """A number of a study's range, which rounding may have put just outside of it."""
    low, high = getattr(distribution, "low", None), getattr(distribution, "high", None)
    return param if low is None or high is None else min(high, max(low, param))


class _Quiet:
    """Keeps Optuna quiet from the first who wants that to the last: it holds for all threads, and trials are kept on
    one of their own, so that one who is done would let be heard what another does not want to hear.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._wanted = 0
        self._undo = ExitStack()

    def __enter__(self) -> None:
        import optuna

        with self._changing:
            if not self._wanted:
                self._undo.callback(optuna.logging.set_verbosity, optuna.logging.get_verbosity())
                optuna.logging.set_verbosity(optuna.logging.ERROR)
                self._undo.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
            self._wanted += 1

    def __exit__(self, *_: object) -> None:
        with self._changing:
            self._wanted -= 1
            if not self._wanted:
                self._undo.close()


_QUIET = _Quiet()


def quietly() -> AbstractContextManager[None]:
    """Without Optuna's lines on the terminal, and its warnings of what may change in later versions."""
    return _QUIET


def distributions(space: Space) -> dict[str, Any]:
    """A space as Optuna has it."""
    from optuna import distributions as of

    found: dict[str, Any] = {}
    for one in space.knobs:
        if one.scale == "choices":
            found[param_of(one)] = of.CategoricalDistribution(one.choices)
        elif one.scale == "powers-of-two":
            powers = [drawn_as(one, value) for value in (one.steps[0], one.steps[-1])]
            found[param_of(one)] = of.IntDistribution(powers[0], powers[1])
        elif one.scale == "one-minus-log":
            found[param_of(one)] = of.FloatDistribution(1 - one.high, 1 - one.low, log=True)
        elif one.whole:
            found[param_of(one)] = of.IntDistribution(math.ceil(one.low), int(one.high), log=one.scale == "log")
        else:
            found[param_of(one)] = of.FloatDistribution(one.low, one.high, log=one.scale == "log")
    return found


def _sampler(strategy: Strategy, seed: int) -> optuna.samplers.BaseSampler:
    import optuna

    if strategy.name == "tpe":
        return optuna.samplers.TPESampler(
            seed=seed,
            n_startup_trials=AT_RANDOM,
            multivariate=True,
            constant_liar=True,
            warn_independent_sampling=False,
        )
    if strategy.name == "cma-es":
        return optuna.samplers.CmaEsSampler(seed=seed, popsize=strategy.portion(10**6), warn_independent_sampling=False)
    return optuna.samplers.RandomSampler(seed=seed)


def _pruner(plan: Plan) -> optuna.pruners.BasePruner:
    import optuna

    least = rungs(plan)[0] if rungs(plan) else plan.longest
    if plan.strategy == "halving":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=least, reduction_factor=ETA)
    if plan.strategy == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=least, max_resource=plan.longest, reduction_factor=ETA)
    return optuna.pruners.NopPruner()


def rungs(plan: Plan) -> tuple[int, ...]:
    """The epochs at which a strategy that stops trials looks at them, from the earliest; () of the others."""
    if not strategies[plan.strategy].prunes:
        return ()
    least = max(1, plan.longest // ETA**3)
    found = []
    while least < plan.longest:
        found.append(least)
        least *= ETA
    return tuple(found)


class Asking:
    """A search's trials, from `begun` on with what an earlier one was told. `boxes` are the spaces drawn from so far.

    Raises: ValueError where the plan cannot be.
    """

    def __init__(self, plan: Plan, boxes: Sequence[tuple[int, Space]] = ()) -> None:
        import optuna

        self.plan = plan.checked()
        self.strategy = strategies[plan.strategy]
        self.boxes: list[tuple[int, Space]] = list(boxes) or [(0, plan.space)]
        self.told: dict[int, Finished] = {}
        self._open: dict[int, optuna.Trial] = {}
        self._grid: list[Values] = []
        self._grid_of = -1
        with quietly():
            self._study = optuna.create_study(study_name=NAME, pruner=_pruner(plan))

    @property
    def asked(self) -> int:
        """How many trials there are, told or not."""
        return len(self._study.get_trials(deepcopy=False))

    @property
    def total(self) -> int:
        """How many there will be; a grid has as many as come out even."""
        if self.strategy.name == "grid" and len(self.boxes) == 1:
            return len(self._combinations(0))
        if self.strategy.evolves:
            return self.strategy.portion(self.plan.trials) * min(GENERATIONS, self.plan.trials)
        return self.plan.trials

    def take_up(self, portion: Sequence[Finished]) -> None:
        """Takes note of the next trials, a portion by number, as an earlier search was told of them."""
        for finished in portion:
            with quietly():
                # what Optuna draws it draws again, and with it what its samplers note of a trial
                if self.strategy.name in ("grid", "sobol", "evolve"):
                    self._enqueue([finished.values])
                self._ask(finished.number, self._space_at(finished.number))
        for finished in portion:
            for epoch, loss in finished.reports:
                self.reported(finished.number, epoch, loss)
        for finished in portion:
            self.tell(finished)

    def ask(self) -> list[Trial]:
        """The next portion of trials; none when there are as many as are wanted."""
        begin = self.asked
        end = min(self.total, begin + self.strategy.portion(self.plan.trials))
        if begin >= end:
            return []
        if self.strategy.name == "zoom" and begin and len(self.boxes) == self._stages_before(begin):
            self.search_in(self._around_the_best())
        box = len(self.boxes) - 1
        space = self.boxes[box][1]
        parents = [-1] * (end - begin)
        with quietly():
            if self.strategy.name == "grid":
                first = self.boxes[box][0]
                chosen = self._combinations(box)
                self._enqueue([chosen[(number - first) % len(chosen)] for number in range(begin, end)])
            elif self.strategy.name == "sobol":
                first = self.boxes[box][0]
                points = sobol(begin - first, end - first, len(space.knobs), self.plan.seed)
                self._enqueue([space.drawn(tuple(point)) for point in points.tolist()])
            elif self.strategy.evolves and begin:
                next_ones = self._evolved(begin)
                parents = [parent for parent, _ in next_ones]
                self._enqueue([values for _, values in next_ones])
            found = [self._asked_for(number, space, box) for number in range(begin, end)]
        return [self._with_parent(trial, parent) for trial, parent in zip(found, parents, strict=True)]

    def _enqueue(self, all_values: Sequence[Values]) -> None:
        for values in all_values:
            self._study.enqueue_trial({param_of(one): drawn_as(one, values[one.knob]) for one in self.plan.space.knobs})

    def _ask(self, number: int, space: Space) -> optuna.Trial:
        mixed = int(np.random.SeedSequence([self.plan.seed, number]).generate_state(1)[0])
        self._study.sampler = _sampler(self.strategy, mixed)
        trial = self._study.ask(distributions(space))
        assert trial.number == number
        self._open[number] = trial
        return trial

    def _asked_for(self, number: int, space: Space, box: int) -> Trial:
        params = self._ask(number, space).params
        values = {one.knob: value_of(one, params[param_of(one)]) for one in space.knobs}
        epochs = self.plan.epochs_of(values)
        if self.strategy.evolves:
            epochs = max(1, round(epochs / GENERATIONS))
        return Trial(number, values, self.plan.space.made(self.plan.experiment, values), epochs, box)

    def _with_parent(self, trial: Trial, parent: int) -> Trial:
        return Trial(trial.number, trial.values, trial.experiment, trial.epochs, trial.box, parent)

    def reported(self, number: int, epoch: int, loss: float) -> bool:
        """Takes note of a dev loss on the way, and says whether the trial is to be stopped there."""
        trial = self._open[number]
        with quietly():
            trial.report(loss if math.isfinite(loss) else math.inf, epoch)
            return trial.should_prune()

    def tell(self, finished: Finished) -> None:
        """Takes note of what a trial came to; one that diverged counts as worse than any that did not."""
        from optuna.trial import TrialState

        trial = self._open.pop(finished.number)
        self.told[finished.number] = finished
        with quietly():
            if finished.state == "failed":
                self._study.tell(trial, state=TrialState.FAIL)
            elif finished.state == "pruned":
                self._study.tell(trial, state=TrialState.PRUNED)
            else:
                self._study.tell(trial, finished.loss if math.isfinite(finished.loss) else math.inf)

    # -- boxes ----------------------------------------------------------------------------------------------------

    def search_in(self, space: Space) -> None:
        """Draws what is asked for from now on from this part of the space, or from all of it again."""
        if self.boxes[-1][0] == self.asked:
            self.boxes.pop()
        self.boxes.append((self.asked, space))

    def _space_at(self, number: int) -> Space:
        return next(space for first, space in reversed(self.boxes) if first <= number)

    def _stages_before(self, begin: int) -> int:
        return math.ceil(begin / self.strategy.portion(self.plan.trials))

    def _around_the_best(self) -> Space:
        """A box around the best of those in the last one, on the scales of the whole space, and inside of it."""
        box = len(self.boxes) - 1
        inside = [one for one in self.told.values() if one.box == box and math.isfinite(one.loss)]
        whole, last = self.plan.space, self.boxes[-1][1]
        if not inside:
            return last
        best = sorted(inside, key=lambda one: one.rank)[: max(2, len(inside) // BEST)]
        at = np.array([whole.positions(one.values) for one in best])
        low, high = at.min(0), at.max(0)
        room = np.maximum(ROOM * (high - low), (NARROWEST - (high - low)) / 2)
        outer = {one.knob: (whole.of(one.knob).position(one.low), whole.of(one.knob).position(one.high))
                 for one in last.knobs if one.scale != "choices"}  # fmt: skip
        ends = {}
        for one, a, b in zip(whole.knobs, low - room, high + room, strict=True):
            if one.knob in outer:
                ends[one.knob] = (max(0.0, a, outer[one.knob][0]), min(1.0, b, outer[one.knob][1]))
        return whole.boxed({knob: end for knob, end in ends.items() if end[0] < end[1]})

    # -- strategies of our own ------------------------------------------------------------------------------------

    def _combinations(self, box: int) -> list[Values]:
        """A grid's points in a box, in an order drawn from the seed, so that half a grid covers the space too."""
        if self._grid_of != box:
            first, space = self.boxes[box]
            self._grid = grid(space, max(1, self.plan.trials - first))
            order = np.random.default_rng([self.plan.seed, 3]).permutation(len(self._grid))
            self._grid = [self._grid[k] for k in order]
            self._grid_of = box
        return self._grid

    def _evolved(self, begin: int) -> list[tuple[int, Values]]:
        """(parent, settings) of a population's next part: the worst go on from copies of the best."""
        size = self.strategy.portion(self.plan.trials)
        random = np.random.default_rng([self.plan.seed, 5, begin])
        last = sorted((self.told[number] for number in range(begin - size, begin)), key=lambda one: one.rank)
        count = size // REPLACED
        worse = {one.number for one in last[size - count :]} if count else set()
        found = []
        for number in range(begin - size, begin):
            if number not in worse:
                found.append((number, dict(self.told[number].values)))
                continue
            parent = last[int(random.integers(count))]
            found.append((parent.number, self._stirred(parent.values, random)))
        return found

    def _stirred(self, values: Mapping[str, Value], random: np.random.Generator) -> Values:
        """Settings moved a little, those that can be while the weights stay."""
        found = dict(values)
        for one in self.plan.space.knobs:
            if not (one.knob.startswith("training.") and knob_of(one.knob).live):
                continue
            by = max(STIR, 1 / one.counted if one.steps else 0.0)
            at = one.position(values[one.knob]) + by * float(random.choice([-1.0, 1.0]))
            found[one.knob] = one.value(min(1 - 1e-9, max(0.0, at)))
        return found


def grid(space: Space, most: int) -> list[Values]:
    """All combinations of evenly spaced values, as many as come out even and are at most `most`."""
    counts = [1] * len(space.knobs)

    def fits(at: int) -> bool:
        tried = [*counts[:at], counts[at] + 1, *counts[at + 1 :]]
        room = space.knobs[at].counted
        return math.prod(tried) <= most and not (room and tried[at] > room)

    while grown := [at for at in sorted(range(len(counts)), key=lambda at: counts[at]) if fits(at)]:
        counts[grown[0]] += 1
    combinations: list[Values] = [{}]
    for one, count in zip(space.knobs, counts, strict=True):
        combinations = [{**so_far, one.knob: value} for so_far in combinations for value in one.levels(count)]
    return combinations
