"""A session's code run in a Python of the user's, beside our own run: a task, and what it finds on the way.

Nothing is ever installed: a package that is missing is named with the command that would.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.child import child
from hyperscope.lab.frameworks.counting import counted
from hyperscope.lab.frameworks.frameworks import Framework, frameworks
from hyperscope.lab.frameworks.measured import OURS, Measured
from hyperscope.lab.jobs.task import News, Progress, Record, Wishes
from hyperscope.lab.writing import write
from hyperscope.quoting import short, visible
from hyperscope.resources import asset

if TYPE_CHECKING:
    from hyperscope.lab.frameworks.folder import Run
    from hyperscope.lab.timeline.score import Score

MOST = 20_000  # steps that are compared
TIMED = 400  # steps of ours that are timed
LONGEST = 300  # characters of another program's complaint
NOT_THERE = "ModuleNotFoundError"


@dataclass(frozen=True, slots=True)
class Ours:
    """Hyperscope's own losses (S,) of the session, and what they took."""

    losses: Array
    measured: Measured


@dataclass(frozen=True, slots=True)
class Theirs:
    """The losses that a framework has come to (s,): in six decimals, until `measured` is there as well."""

    framework: str
    losses: Array
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Python:
    """A Python as it was found: its version, and those of the packages that are in it."""

    path: str
    version: str
    packages: Mapping[str, str] = field(default_factory=dict)

    def lacks(self, framework: Framework) -> tuple[str, ...]:
        """The packages that the framework's code needs and that are not there."""
        return tuple(name for name in framework.packages if not self.packages.get(name))


def own_python() -> str:
    """The program's own Python, "" where it has none, as when it was packed into one file."""
    return "" if getattr(sys, "frozen", False) else sys.executable


def command_for(python: str, framework: Framework) -> str:
    """What installs all that a framework's code needs, in one line for a terminal."""
    quoted = f'"{python}"' if " " in python else python
    return f"{quoted} -m pip install {' '.join(framework.packages)}"


@dataclass(frozen=True, slots=True)
class LookInto:
    """The task of finding out what is in a Python."""

    python: str
    what: ClassVar[str] = "looked into a Python"

    def run(self, wishes: Wishes) -> Generator[News[Python], None, Python]:
        """Returns what was found; imports none of it. Raises: ValueError for what is no Python."""
        names = sorted({name for entry in frameworks.values() for name in entry.packages})
        looking = str(asset("frameworks/look.py"))
        lines = []
        try:
            with _folder() as made, child([self.python, looking, *names], Path(made)) as other:
                while not other.over:
                    yield Progress(0.5)
                    lines.append(other.line())
                failed = other.failed
            found = {} if failed else json.loads("".join(lines))
            return Python(self.python, found["version"], found["packages"])
        except (OSError, ValueError, KeyError, TypeError) as problem:
            why = (problem.strerror or "") if isinstance(problem, OSError) else "it does not answer as one"
            raise ValueError(f"{short(self.python)} is no Python that can be run: {short(why)}") from None


@dataclass(frozen=True, slots=True)
class Trial:
    """The task of running a session's code for one framework in the Python at `python`."""

    score: Score
    framework: str
    python: str
    what: ClassVar[str] = "ran the session's code"

    def run(self, wishes: Wishes) -> Generator[News[Ours | Theirs], None, Measured]:
        """Trains our own run once more, then runs the code. Raises: ValueError with what is missing, or went wrong."""
        from hyperscope.lab.frameworks.folder import run_of  # the window makes tasks and trains nothing

        entry = frameworks[self.framework]
        yield Progress(0.0, "training our own run once more")
        run = run_of(self.score, most=MOST)
        yield Record(Ours(run.losses, _ours(self.score, run)), key=OURS)
        with _folder() as made:
            folder = Path(made)
            for name, content in run.files(self.framework).items():
                write(folder / name, content)
            words = f"{entry.title} is loading"
            yield Progress(0.05, words)
            said: dict[str, object] = {}
            losses: list[float] = []
            try:
                command = [self.python, str(asset("frameworks/measure.py")), str(folder), *entry.packages]
                with child(command, folder) as other:
                    while not other.over:
                        line = other.line()
                        if line:
                            said = json.loads(line)
                            fresh = said["losses"]
                            assert isinstance(fresh, list)
                            losses = fresh if "setup" in said else [*losses, *fresh]
                            yield Record(Theirs(self.framework, np.array(losses)), key=self.framework)
                            words = f"step {len(losses)} of {len(run.losses)}"
                        yield Progress(0.05 + 0.95 * len(losses) / max(1, len(run.losses)), words)
                    failed = other.failed
            except OSError as problem:
                raise ValueError(f"{short(self.python)} cannot be run: {problem.strerror or problem}") from None
        if failed or "setup" not in said:
            raise ValueError(self._problem(entry, failed))
        measured = self._measured(entry, run, np.array(losses), said)
        yield Record(Theirs(self.framework, np.array(losses), measured), key=self.framework)
        return measured

    def _problem(self, entry: Framework, failed: str) -> str:
        if failed.startswith(NOT_THERE):
            return f"{entry.title} is not in this Python. To have it there: {command_for(self.python, entry)}"
        return f"{entry.title} did not run: {visible(failed or 'it said nothing')[:LONGEST]}"

    def _measured(self, entry: Framework, run: Run, losses: Array, said: dict[str, object]) -> Measured:
        def number(name: str) -> float:
            value = said[name]
            return float(value) if isinstance(value, int | float) else 0.0

        both = min(len(losses), len(run.losses))
        off = float(np.abs(losses[:both] - run.losses[:both]).max()) if both else float("nan")
        versions = said["versions"]
        assert isinstance(versions, dict)
        return Measured(
            framework=self.framework,
            day=date.today().isoformat(),
            network=_network(run),
            steps=len(losses),
            precision=run.script.training.precision,
            off=off,
            setup=number("setup"),
            epoch=number("epoch"),
            step=number("step"),
            memory=int(number("memory")),
            lines=counted(entry.code(run.script)).whole,
            versions={str(name): str(version) for name, version in versions.items()},
        )


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="hyperscope-", ignore_cleanup_errors=True)


def _network(run: Run) -> str:
    """The experiment in a few words: its widths, and how many examples a step sees."""
    widths = "–".join(map(str, run.script.layout.widths))
    size = min(run.script.training.batch_size, run.script.examples)
    return f"{widths}, mini-batches of {size}"


def _ours(score: Score, run: Run) -> Measured:
    """What the engine itself takes, from the same start: a compiled network, an epoch, and a step of many."""
    from hyperscope.engine.learner import Diverged
    from hyperscope.lab.timeline.score import replay

    begun = time.perf_counter()
    trainer = replay(score, run.script.start.place.tick)
    trainer.go_on()
    setup = time.perf_counter() - begun
    size, place = trainer.batch_size, trainer.position
    batches, _ = trainer.order.batches(size, place, min(len(run.losses), trainer.batches_per_epoch + TIMED))
    factors = trainer.rate_factors([len(batch) for batch in batches])
    first = min(len(batches), trainer.batches_per_epoch)
    spent = [0.0, 0.0]
    for part, (low, high) in enumerate(((0, first), (first, len(batches)))):
        begun = time.perf_counter()
        with suppress(Diverged):  # the learner alone: a trainer also measures how it stands, for the curves
            if high > low:
                trainer.learner.steps(batches[low:high], factors[low:high])
        spent[part] = time.perf_counter() - begun
    later = len(batches) - first
    epoch, step = spent[0], spent[1] / later if later else spent[0] / max(1, first)
    return Measured(
        OURS, date.today().isoformat(), _network(run), len(run.losses), run.script.training.precision,
        0.0, setup, epoch, step,
    )  # fmt: skip
