"""The folder that reproduces a session in a framework: its code, data, start and mini-batches, taken from a replay.

Equal sessions give equal files, to the last byte.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.batches import Position
from hyperscope.engine.named import named_views
from hyperscope.lab.export.exports import packed
from hyperscope.lab.frameworks.frameworks import Framework, frameworks
from hyperscope.lab.frameworks.notebook import notebook
from hyperscope.lab.frameworks.readme import readme
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.start import start_of
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Score, replay
from hyperscope.lab.training.trainer import Order, Trainer

EPOCHS = 60  # that are trained where a session stands at its start
PIECE = 500  # steps between two looks at whether that is enough
LARGEST = 400_000_000  # bytes of each epoch's own copies of the examples


@dataclass(frozen=True)
class Run:
    """What a session's code is to reproduce: the `script`, the files beside it, and Hyperscope's own `losses` (S,)."""

    script: Script
    data: dict[str, Array]
    named: dict[str, Array]  # the network at the start, by the names of `engine.named`
    memory: dict[str, dict[str, Array]]  # what the optimiser remembers, likewise
    counts: dict[str, Array]  # and what it counts
    batches: str
    losses: Array
    ended: str  # why it ends early, in a sentence, or ""

    def files(self, name: str) -> dict[str, bytes]:
        """The files of the folder for the framework `name`."""
        framework = frameworks[name]
        code = framework.code(self.script)
        found = {
            "train.py": code.text.encode(),
            "train.ipynb": notebook(code).encode(),
            "data.npz": packed(self.data),
            "start.npz": packed(framework.arrays(self.script, self.named)),
            "batches.txt": self.batches.encode(),
            "README.md": readme(framework, self.script, self.losses, self.ended).encode(),
        }
        if self.script.remembers:
            found["memory.npz"] = packed(self._memory(framework))
        return found

    def _memory(self, framework: Framework) -> dict[str, Array]:
        kept = {
            f"{kind}.{name}": array
            for kind, named in self.memory.items()
            for name, array in framework.arrays(self.script, named).items()
        }
        return kept | self.counts


@dataclass
class _Noted:
    """An order that remembers what was asked of it: the epoch and the mini-batch of each step."""

    order: Order
    examples: int  # in an epoch
    asked: list[tuple[int, Indices]] = field(default_factory=list)

    def batches(self, size: int, position: Position, steps: int) -> tuple[list[Indices], Position]:
        found, after = self.order.batches(size, position, steps)
        epoch, used = position.epoch, position.used
        for batch in found:
            if used >= self.examples:
                epoch, used = epoch + 1, 0
            self.asked.append((epoch, batch))
            used += len(batch)
        return found, after


def run_of(
    score: Score, epochs: int | None = None, *, most: int | None = None, ends: Callable[[], bool] = lambda: False
) -> Run:
    """A session, trained from where its code begins to its end, or for `most` steps; with `epochs`, for so many from
    there on.

    Once `ends()` is true, what was trained until then.

    Raises: ValueError when its data cannot be had; KeyboardInterrupt on the way to where its code begins.
    """
    trainer = replay(score, 0, before=True)
    inputs, classes, examples = trainer.layout.inputs, trainer.layout.classes, trainer.training_examples
    start = start_of(score, inputs, classes)
    if start.place.events:
        trainer = performed(score, start.place.tick).trainer
        inputs, classes, examples = trainer.layout.inputs, trainer.layout.classes, trainer.training_examples
        start = start_of(score, inputs, classes)
    trainer.go_on()
    script = Script(start, inputs, classes, examples)
    first = trainer.position
    begun = np.array([first.epoch, first.used, trainer.learner.taken])
    state = trainer.learner.state
    named = {name: view.copy() for name, view in named_views(trainer.layout, state.parameters, state.running).items()}
    memory, counts = _remembered(trainer, script)

    order = _Noted(trainer.order, examples)
    trainer.order = order
    losses = _played(trainer, score, script, epochs, most, ends)
    asked = order.asked[: len(losses)]
    return Run(
        script,
        _data(trainer, script, [epoch for epoch, _ in asked]) | ({"begun": begun} if script.begun_within else {}),
        named,
        memory,
        counts,
        _written(asked),
        losses,
        trainer.alarm,
    )


def _played(
    trainer: Trainer, score: Score, script: Script, epochs: int | None, most: int | None, ends: Callable[[], bool]
) -> Array:
    """Trains on, making the session's moves, and returns the losses (S,)."""
    start, done = script.start, 0
    losses: list[Array] = [np.zeros(0)]
    whole = max(0, score.end - start.place.tick)
    if epochs is not None or not whole:
        whole = (EPOCHS if epochs is None else epochs) * trainer.batches_per_epoch
    whole = whole if most is None else min(whole, most)
    for step, experiment in (*((at, one) for at, one in start.moves if at < whole), (whole, None)):
        while done < step and not trainer.alarm and not ends():
            took = trainer.steps(min(PIECE, step - done))
            losses.append(trainer.batch_losses)
            done += took
            if not took:
                break
        if trainer.alarm or ends():
            break
        if experiment is not None:
            trainer.apply(experiment)
    return np.concatenate(losses)


def _remembered(trainer: Trainer, script: Script) -> tuple[dict[str, dict[str, Array]], dict[str, Array]]:
    """The optimiser's memory as its formulas have it, and the products of its β or the steps they come to."""
    training, state = script.training, trainer.learner.state
    if not script.remembers:
        return {}, {}
    shares = {"m1": 1 - training.beta1, "m2": 1 - training.beta2}
    if training.optimiser == "rmsprop":
        shares["s"] = 1 - training.beta2  # the engine keeps its averages without these factors
    found = {}
    for name, moment in zip(script.memory, state.moments, strict=True):
        views = named_views(trainer.layout, moment * moment.dtype.type(shares.get(name, 1.0)), state.running)
        found[name] = {part: view.copy() for part, view in views.items() if "running" not in part}
    first, second = (float(state.products.get(name, 1.0)) for name in ("beta1", "beta2"))
    beta, product = (training.beta2, second) if training.beta2 else (training.beta1, first)
    steps = round(math.log(product) / math.log(beta)) if 0 < beta < 1 and 0 < product < 1 else trainer.learner.taken
    counts = {"first": first, "second": second, "step": steps}
    return found, {name: np.array(value, trainer.dtype if name == "step" else float) for name, value in counts.items()}


def _data(trainer: Trainer, script: Script, epochs: list[int]) -> dict[str, Array]:
    """The examples as code reads them: in rows, and where each epoch has copies of its own, one array of them each."""
    examples, dtype = trainer.examples, trainer.dtype
    x = examples.x_train
    if trainer.augmenter is not None and epochs:
        first, last = epochs[0], epochs[-1]
        size = (last - first + 1) * x.size * dtype.itemsize
        if size > LARGEST:
            raise ValueError(
                f"{last - first + 1} epochs of copies of {x.shape[1]} examples take {size / 1e9:.1f} GB; "
                "export fewer epochs"
            )
        copies = [trainer.augmenter.inputs(epoch).T.astype(dtype) for epoch in range(first, last + 1)]
        rows = np.stack(copies)
    else:
        rows = x.T.astype(dtype)
    found = {"x": np.ascontiguousarray(rows), "y": examples.y_train.astype(np.int64)}
    if script.patience:
        found["x_dev"] = np.ascontiguousarray(examples.x_dev.T.astype(dtype))
        found["y_dev"] = examples.y_dev.astype(np.int64)
    return found


def _written(asked: list[tuple[int, Indices]]) -> str:
    """A mini-batch a line, epochs apart by an empty line."""
    lines: list[str] = []
    for place, (epoch, batch) in enumerate(asked):
        if place and epoch != asked[place - 1][0]:
            lines.append("")
        lines.append(" ".join(map(str, batch.tolist())))
    return "\n".join(lines) + "\n"
