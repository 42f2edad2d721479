"""`hyperscope run`: trains an experiment, or a network on a table, without a window."""

from __future__ import annotations

import json
import math
import os

from hyperscope.commands.ending import interrupted
from hyperscope.commands.progress import Line
from hyperscope.commands.words import ANYTHING, Parser, check_epochs, path
from hyperscope.lab.machine import interrupts
from hyperscope.lab.writing import check
from hyperscope.terminal import say, warn


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    parser = Parser(prog="hyperscope run", description="Train an experiment, or a network on a table.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument(
        "--epochs", type=int, help="how many passes over the training set (100; after the end of a session 0)"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="as training.learning_rate=0.1"
    )
    parser.add_argument("--out", type=path, help="the folder to write metrics, weights, map and experiment to")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--init", type=path, metavar="NPZ", help="start from the weights in this file")
    parser.add_argument("--batches", type=path, metavar="FILE", help="take this order of examples, a batch a line")
    given = parser.parse_args(words)
    check_epochs(given.epochs)

    from hyperscope.lab.experiment.experiment import changed, parsed
    from hyperscope.lab.export import run as runs
    from hyperscope.lab.export.given import read_batches, read_weights
    from hyperscope.lab.export.run_files import FILES
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.timeline.reopening import performed
    from hyperscope.lab.training.trainer import Trainer

    use_one_thread()
    score = opened_score(given.file)
    epochs = given.epochs if given.epochs is not None else 0 if score.end else 100
    experiment = score.experiment
    for setting in given.set:
        knob, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting}: write it as PATH=VALUE, such as training.learning_rate=0.1")
        experiment = changed(experiment, knob, parsed(knob, value))
    if score.end or score.events:
        trainer = performed(score).trainer
        trainer.apply(experiment)
        trainer.go_on()
    else:
        trainer = Trainer(experiment)
    if given.init:
        try:
            trainer.set_weights(read_weights(given.init, trainer.weights()))
        except ValueError as problem:
            text = str(problem)
            raise ValueError(text if text.startswith(str(given.init)) else f"{given.init}: {text}") from None
    if given.batches:
        trainer.follow(read_batches(given.batches, trainer.training_examples, trainer.examples_per_epoch))
    if given.out:
        for name in FILES:
            check(given.out / name)
        if there := [name for name in FILES if os.path.exists(given.out / name)]:
            warn(f"In {given.out} this run takes the place of another: {', '.join(there)}.")
    alone = runs.not_alone(trainer) if given.out else ""
    for note in (*trainer.examples.notes, *filter(None, [trainer.caution, alone])):
        warn(note)
    interrupts.heed()
    with Line() as line:

        def show(epoch: int, row: dict[str, float]) -> None:
            line.show(epoch / max(1, epochs), f"epoch {epoch}/{epochs}, dev loss {row['dev_loss']:.4f}")

        result = runs.run(trainer, epochs, show, out=given.out, ends=interrupts.asked)
    if result.stopped:
        warn(result.stopped)
    last = {**result.last, "stopped": result.stopped}
    if given.json:
        say(json.dumps({name: _jsonable(value) for name, value in last.items()}, allow_nan=False))
    else:
        say(_summary(result.last) + (f" Written to {given.out}." if given.out else ""))
    return interrupted("the run ends at the epoch and step above" if not given.json else "the run ends there")


def _jsonable(value: object) -> object:
    """The value, or None for what JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _summary(row: dict[str, float]) -> str:
    parts = [
        f"{name} {row[f'{name}_accuracy']:.1%} (loss {row[f'{name}_loss']:.4f})" for name in ("train", "dev", "test")
    ]
    return f"Epoch {row['epoch']:g}, step {row['step']}: " + ", ".join(parts) + "."
