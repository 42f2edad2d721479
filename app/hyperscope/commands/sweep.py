"""`hyperscope sweep`: trains many networks that differ in one setting, and writes what came of them."""

from __future__ import annotations

import argparse
from collections import deque

from hyperscope.commands.ending import interrupted
from hyperscope.commands.progress import Line
from hyperscope.commands.screen import needs_qt
from hyperscope.commands.words import ANYTHING, Parser, path
from hyperscope.lab.machine import interrupts
from hyperscope.lab.writing import check
from hyperscope.terminal import say

TRIED = ("generalise/remedies", "generalise/examples")  # of a lab, and not of one setting


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    from hyperscope.lab.generalise import strengths  # noqa: F401  # declares its sweeps
    from hyperscope.lab.sweeps import batch_norm  # noqa: F401  # so does this
    from hyperscope.lab.sweeps.sweep import Plan, sweeps

    parser = Parser(prog="hyperscope sweep", description="Train many networks that differ in one setting, with seeds.")
    parser.add_argument("name", help=f"which: {', '.join((*sweeps, *TRIED))}")
    parser.add_argument("file", nargs="?", help=ANYTHING)
    parser.add_argument("--seeds", type=int, help="networks of each setting (3)")
    parser.add_argument("--epochs", type=int, help="how long each is trained (as the sweep usually is)")
    parser.add_argument(
        "--steps", type=int, help="how long each is trained of what counts steps: remedies and examples"
    )
    parser.add_argument("--own-layers", action="store_true", help="the experiment's layers, and not four of 32 units")
    parser.add_argument(
        "--out", type=path, required=True, metavar="DIR", help="the folder to write CSV, JSON and PNG to"
    )
    given = parser.parse_args(words)
    if given.name in TRIED:
        return _tried(given)
    chosen = sweeps[given.name]

    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.sweeps.carried_out import carried_out
    from hyperscope.lab.sweeps.written import as_csv, as_json
    from hyperscope.lab.writing import write_together

    use_one_thread()
    experiment = opened_score(given.file).experiment if given.file else Experiment()
    seeds = chosen.seeds if given.seeds is None else given.seeds
    epochs = chosen.epochs if given.epochs is None else given.epochs
    plan = Plan(chosen, experiment, chosen.values, seeds, epochs, chosen.deep and not given.own_layers)
    name = given.name.replace("/", "-")
    files = [given.out / f"{name}{suffix}" for suffix in (".csv", ".json", ".png")]
    for file in files:
        check(file)
    needs_qt()
    with Line() as line:
        outcome = carried_out(plan, line.show, ends=interrupts.asked)
    from hyperscope.ui.record.sweep_picture import picture

    count = f"{len(plan.experiments)} networks, {max(outcome.standing.epoch):.0f} epochs"
    contents = (as_csv(outcome), as_json(outcome), picture(outcome, count))
    write_together(dict(zip(files, contents, strict=True)))
    for figure in outcome.figures():
        say(f"{figure.variant}: {figure.said} {figure.of}.")
    say(f"{outcome.rule} {outcome.best()}")
    say(f"Written to {given.out / name}.csv, .json and .png.")
    return interrupted("what was done until then is kept")


def _tried(given: argparse.Namespace) -> int:
    """The remedies, or more and fewer examples, as a table."""
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.export.tables import csv_of
    from hyperscope.lab.generalise.learning_curve import Curve, LearningCurve
    from hyperscope.lab.generalise.trials import SEEDS, STEPS, Trials, Tried, summary
    from hyperscope.lab.generalise.written import of_curve, of_remedies
    from hyperscope.lab.jobs.task import Progress, Record
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.writing import write

    use_one_thread()
    experiment = opened_score(given.file).experiment if given.file else Experiment()
    steps = STEPS if given.steps is None else given.steps
    seeds = SEEDS if given.seeds is None else given.seeds
    remedies = given.name == TRIED[0]
    task: Trials | Curve = Trials(experiment, steps, seeds) if remedies else Curve(experiment, steps, seeds)
    file = given.out / f"{given.name.replace('/', '-')}.csv"
    check(file)
    rows: list[Tried] = []
    curve: LearningCurve | None = None
    with Line() as line:
        for news in task.run(deque()):
            if isinstance(news, Progress):
                line.show(news.share)
            elif isinstance(news, Record) and isinstance(news.value, Tried):
                rows.append(news.value)
            elif isinstance(news, Record) and isinstance(news.value, LearningCurve):
                curve = news.value
            if interrupts.asked():
                if not rows and curve is None:
                    interrupts.heed()
                break
    if curve is not None:
        write(file, csv_of([of_curve(curve)]))
        say(curve.sentence())
    else:
        write(file, csv_of([of_remedies(tuple(rows))]))
        say(summary(tuple(rows)))
    say(f"Written to {file}.")
    return interrupted("what was done until then is kept")
