"""`hyperscope search`: looks for good values of some knobs, and keeps every trial in a study as it goes."""

from __future__ import annotations

import contextlib
import os
from collections import deque

from hyperscope.commands.ending import interrupted
from hyperscope.commands.progress import Line
from hyperscope.commands.words import ANYTHING, Parser, path, text
from hyperscope.lab.machine import interrupts
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import FILE, Finished, Plan, best_first, url_of
from hyperscope.lab.writing import check
from hyperscope.terminal import say

TABLE = "trials.csv"


def _parser() -> Parser:
    parser = Parser(
        prog="hyperscope search",
        description="Look for good values of some knobs; usually of learning rate, L2, units and mini-batch size.",
    )
    parser.add_argument("space", nargs="?", type=path, metavar="SPACE.json", help="the knobs, with range and scale")
    parser.add_argument("--experiment", metavar="FILE", help=f"what is tuned: {ANYTHING}")
    parser.add_argument("--strategy", default=None, help=f"one of {', '.join(strategies)} (tpe)")
    parser.add_argument("--trials", type=int, help="how many networks at most (200)")
    parser.add_argument("--epochs", type=int, help="how long each is trained, unless the space has them (30)")
    parser.add_argument("--seed", type=int, help="of the draws; the same seed gives the same trials (1)")
    parser.add_argument("--steps", type=int, help="end after so many steps of training in all")
    parser.add_argument("--seconds", type=float, help="end after so long")
    parser.add_argument(
        "--storage", type=text, metavar="URL", help="a storage of Optuna's for the study, not a file in DIR"
    )
    parser.add_argument("--processes", type=int, help="processes that train (one fewer than there are cores)")
    parser.add_argument("--scheduler", metavar="URL", help="a Dask cluster that trains, as tcp://host:8786")
    parser.add_argument("--notes", type=text, help="words to keep with the study")
    parser.add_argument("--resume", action="store_true", help="go on with the search that is there")
    parser.add_argument("--out", type=path, required=True, metavar="DIR", help="the folder for study and table")
    return parser


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    given = _parser().parse_args(words)

    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.tuning import study as studies
    from hyperscope.lab.tuning.processes import usual_count
    from hyperscope.lab.tuning.search import Search
    from hyperscope.lab.tuning.space import read, usual
    from hyperscope.lab.tuning.written import as_csv, best_said, counted
    from hyperscope.lab.writing import write

    use_one_thread()
    if given.processes is not None and given.scheduler:
        raise ValueError("--processes and --scheduler cannot both be given; name one of them")
    processes = usual_count() if given.processes is None else given.processes
    file = given.out / FILE
    url = given.storage or url_of(file)
    ours = ("space", "experiment", "strategy", "trials", "epochs", "seed", "steps", "seconds")
    chosen = {name: value for name in ours if (value := getattr(given, name)) is not None}
    if given.resume:
        if chosen:
            raise ValueError(f"--resume goes on with the search as it was begun; leave out {', '.join(chosen)}")
        if not given.storage and not os.path.exists(file):
            raise ValueError(f"{file}: there is no search to go on with")
        plan = None
    else:
        if not given.storage and os.path.exists(file):
            raise ValueError(f"{file} holds a search already; --resume goes on with it, or name another folder")
        experiment = opened_score(given.experiment).experiment if given.experiment else Experiment()
        space = read(given.space) if given.space else usual(experiment)
        rest = {name: value for name, value in chosen.items() if name not in ("space", "experiment")}
        plan = Plan(experiment, space, **{"strategy": "tpe", **rest}).checked()
    check(given.out / TABLE)
    given.out.mkdir(parents=True, exist_ok=True)
    found: dict[int, Finished] = {}
    task = Search(plan, url, every=0.5, processes=processes, scheduler=given.scheduler or "")
    with Line() as line, contextlib.closing(task.run(deque())) as work:
        from hyperscope.lab.jobs.task import Progress, Record, Rest

        for news in work:
            if isinstance(news, Record) and isinstance(news.value, Finished):
                found[news.value.number] = news.value
            elif isinstance(news, Progress):
                line.show(news.share, _said(list(found.values())))
            if isinstance(news, Rest) or interrupts.asked():
                break
    study = studies.Study(url)
    try:
        if given.notes:
            study.notes = given.notes
        plan, trials = study.plan, study.trials()
    finally:
        study.close()
    write(given.out / TABLE, as_csv(plan, trials))
    say(f"{counted(trials)}. {best_said(plan, trials)}")
    say(f"Written to {studies.shown_url(url)} and {given.out / TABLE}.")
    return interrupted("every trial that was finished is kept, and --resume goes on")


def _said(trials: list[Finished]) -> str:
    best = next((one for one in best_first(trials) if one.state == "done"), None)
    return f"{len(trials)} trials" + (f", best dev loss {best.loss:.4f}" if best else "")
