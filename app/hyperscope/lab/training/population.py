"""Many experiments trained at once: members alike in structure are stacked and take their steps together, the rest
are trained one after another.

Each member's numbers are those it would have alone, up to rounding. Walls, clouds of seeds and sweeps are populations.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from hyperscope.engine.arrays import Array
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.training.checkpoint import Checkpoint, Evaluations
from hyperscope.lab.training.in_training import ROWS, InTraining
from hyperscope.lab.training.stack import Member, Stack, begun, can_stay, joined, likeness, standing
from hyperscope.lab.training.trainer import Trainer

TOGETHER = 64  # members stacked at most: their arrays should stay in the cache


class Population:
    """Trains `experiments` side by side; member k began as experiments[k].

    A member that diverges or stops early stands still, as a trainer does; the others go on. A row of a history costs as
    much as some six steps of narrow networks: of many members, fewer `rows` will do.
    Raises: ValueError when data cannot be had.
    """

    def __init__(self, experiments: Sequence[Experiment], rows: int = ROWS) -> None:
        had = {experiment.data: load(experiment.data, begun=True) for experiment in experiments}
        examples = [had[experiment.data] for experiment in experiments]
        alike: dict[Hashable, list[int]] = {}
        for k, experiment in enumerate(experiments):
            # nothing is stacked that has nothing to train on yet
            key = k if examples[k].missing else likeness(experiment, examples[k])
            alike.setdefault(key, []).append(k)
        runs: dict[int, InTraining[Any]] = {}
        self._stacks: list[Stack] = []
        for members in _few(list(alike.values())):
            if len(members) == 1:
                runs[members[0]] = Trainer(experiments[members[0]], examples[members[0]], rows=rows)
                continue
            self._stacks.append(begun([experiments[k] for k in members], [examples[k] for k in members], rows))
            runs.update(zip(members, self._stacks[-1].members, strict=True))
        self._runs = [runs[k] for k in range(len(experiments))]
        self._loose: set[int] = set()  # those by themselves who may belong in a stack again

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """Of all members, as they are now."""
        return tuple(run.experiment for run in self._runs)

    @property
    def stopped(self) -> dict[int, str]:
        """Why members that stand still do so, in a sentence each."""
        return {k: run.alarm for k, run in enumerate(self._runs) if run.alarm}

    # -- training -------------------------------------------------------------------------------------------------

    def steps(self, count: int) -> None:
        """Every member that has not stopped takes `count` steps."""
        self._gather()
        for stack in self._stacks:
            stack.steps(count)
        for trainer in self._alone():
            trainer.steps(count)

    def epochs(self, count: int) -> None:
        """Every member that has not stopped trains on until its training set was gone through `count` times more."""
        self._gather()
        for stack in self._stacks:
            stack.epochs(count)
        for trainer in self._alone():
            goal = trainer.position.epoch + count
            while trainer.position.epoch < goal and trainer.finish_epoch():
                pass

    def _alone(self) -> list[Trainer]:
        return [run for run in self._runs if isinstance(run, Trainer)]

    def _gather(self) -> None:
        """Stacks those who came loose, with one another and with those whom they are now alike."""
        loose = [k for k in sorted(self._loose) if not self._runs[k].alarm and not self._runs[k].examples.missing]
        self._loose.clear()
        self._stacks = [stack for stack in self._stacks if stack.members]
        if not loose:
            return
        alike: dict[Hashable, list[int]] = {}
        for k in loose:
            alike.setdefault(standing(self._runs[k]), []).append(k)
        number = {id(run): k for k, run in enumerate(self._runs)}
        for stack in list(self._stacks):
            key = standing(stack.members[0])
            if key in alike and len(stack.members) < TOGETHER:
                alike[key] += [number[id(member)] for member in stack.members]
                stack.part(list(stack.members))
                self._stacks.remove(stack)
        for members in _few(list(alike.values())):
            if len(members) == 1:
                self.alone(members[0])
                continue
            self._stacks.append(joined([self._runs[k] for k in members]))
            for k, member in zip(members, self._stacks[-1].members, strict=True):
                self._runs[k] = member
        self._loose.clear()

    # -- members --------------------------------------------------------------------------------------------------

    def member(self, k: int) -> InTraining[Any]:
        """Member k to look at; ask anew after anything was done. Raises: LookupError for an unknown one."""
        if not 0 <= k < len(self._runs):
            raise LookupError(f"there is no member {k}; they are 0 to {len(self._runs) - 1}")
        return self._runs[k]

    def trainer(self, k: int) -> Trainer:
        """A trainer that goes on from where member k stands, with all that it has; the member stays as it is.

        Raises: LookupError for an unknown member.
        """
        return Trainer.of(self.member(k))

    def alone(self, k: int) -> Trainer:
        """Member k taken out of its stack, as a trainer with which anything may be done until the next steps.

        It is stacked again then, if it is like others. Raises: LookupError for an unknown member.
        """
        run = self.member(k)
        self._loose.add(k)
        if isinstance(run, Trainer):
            return run
        trainer = self._runs[k] = Trainer.of(run)
        if isinstance(run, Member) and run.stack is not None:
            run.stack.part([run])
        return trainer

    def apply(self, k: int, experiment: Experiment) -> str:
        """Member k takes on `experiment` as a trainer does; says what was kept and rebuilt.

        Raises: ValueError, with nothing changed, when its data cannot be had; LookupError for an unknown member.
        """
        run = self.member(k)
        stays = isinstance(run, Member) and run.stack is not None and can_stay(run.experiment, experiment)
        return run.apply(experiment) if stays else self.alone(k).apply(experiment)

    def go_on(self, k: int) -> None:
        """Allows member k further steps after it stopped itself. Raises: LookupError for an unknown member."""
        self.member(k).go_on()
        self._loose.add(k)

    def restore(self, k: int, checkpoint: Checkpoint) -> None:
        """Member k goes to where `checkpoint` was taken, of it or of anything else, experiment included.

        Raises: ValueError, with nothing changed, when its examples cannot be had; LookupError for an unknown member.
        """
        self.alone(k).restore(checkpoint)

    def weights(self, k: int) -> dict[str, Array]:
        """Copies of a member's arrays by name, see `engine.named`. Raises: LookupError for an unknown member."""
        return self.member(k).weights()

    def scores(self, k: int) -> Evaluations:
        """How well a member stands at test time. Raises: LookupError for an unknown member."""
        return self.member(k).scores()


def _few(groups: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """The groups, divided so that none is larger than what is stacked."""
    return [group[at : at + TOGETHER] for group in groups for at in range(0, len(group), TOGETHER)]
