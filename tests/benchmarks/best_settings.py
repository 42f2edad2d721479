"""The best settings that a search finds for five data sets, and whether TPE finds better ones than chance does.

    python tests/benchmarks/best_settings.py [--repeats 10] [--trials 40] [--epochs 20] [--out table.md]

Every repeat has another seed of draws; both strategies have the same budget. A strategy beats the other on a data set
where the median over repeats of its best dev loss is lower, and is said to be told from luck by a rank test.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import deque
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app"))

from hyperscope.lab.experiment.data import with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.machine.threads import use_one_thread
from hyperscope.lab.tuning.luck import verdict
from hyperscope.lab.tuning.search import Search
from hyperscope.lab.tuning.space import Space, shown, usual
from hyperscope.lab.tuning.trials import Finished, Plan, best_first

SETS = ("spiral", "iris", "wine", "breast cancer", "digits")
STRATEGIES = ("random", "tpe")


def best(experiment: Experiment, space: Space, strategy: str, seed: int, trials: int, epochs: int) -> Finished | None:
    """The best trial of one search, None if every network diverged."""
    found = []
    work = Search(Plan(experiment, space, strategy, trials, epochs, seed), maps=False, every=60.0).run(deque())
    for news in work:
        if isinstance(news, Record) and isinstance(news.value, Finished):
            found.append(news.value)
        if isinstance(news, Rest):
            break
    work.close()
    sound = [one for one in best_first(found) if one.state == "done" and math.isfinite(one.loss)]
    return sound[0] if sound else None


def main() -> None:
    """Searches, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    use_one_thread()
    budget = f"{given.trials} trials of {given.epochs} epochs, {given.repeats} repeats"
    lines = [f"Best settings found: {budget}; dev loss in nats, medians of the best of each repeat.", ""]
    lines += [
        "| data | random | TPE | lower | p (ranks) | best settings of all | dev accuracy |",
        "|---|---|---|---|---|---|---|",
    ]
    wins = 0
    for name in given.sets.split(","):
        start = Experiment()
        experiment = Experiment(data=with_source(start.data, name), network=start.network)
        space = usual(experiment)
        found: dict[str, list[Finished | None]] = {
            strategy: [
                best(experiment, space, strategy, 1 + k, given.trials, given.epochs) for k in range(given.repeats)
            ]
            for strategy in STRATEGIES
        }
        losses = {
            strategy: np.array([one.loss if one is not None else math.inf for one in ones])
            for strategy, ones in found.items()
        }
        random, tpe = (float(np.median(losses[strategy])) for strategy in STRATEGIES)
        lower = "TPE" if tpe < random else "random" if random < tpe else "neither"
        wins += lower == "TPE"
        p = f"{verdict(losses['random'], losses['tpe']).p:.2g}" if given.repeats > 1 else "—"
        top = min((one for ones in found.values() for one in ones if one is not None), key=lambda one: one.loss)
        settings = ", ".join(f"{one.symbol} {shown(top.values[one.knob])}" for one in space.knobs)
        lines.append(f"| {name} | {random:.4g} | {tpe:.4g} | {lower} | {p} | {settings} | {top.accuracy:.1%} |")
        print(lines[-1], flush=True)
    lines += ["", f"TPE's median is lower than random's on {wins} of {len(given.sets.split(','))} data sets."]
    text = "\n".join(lines) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
