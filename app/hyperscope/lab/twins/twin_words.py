"""Twins in words: which of them leads and by how much, and what differs between their experiments.

It knows their numbers and settings, and no networks, so that a window need not load what trains them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hyperscope.engine.optimisers import optimisers
from hyperscope.knob import Value
from hyperscope.lab.experiment.data import same_examples
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import Move, moves, shown
from hyperscope.lab.twins.standing import Figures, Standing

LEVEL = 0.01  # of the greater: losses nearer to each other than this are level
LEVEL_ACCURACY = 0.005  # shares of 1


# -- who leads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lead:
    """Which twin leads, "A", "B" or "" for neither, and one sentence that says so."""

    who: str
    sentence: str


def lead(found: Standing, ours: Experiment, theirs: Experiment) -> Lead:
    """Who is better on the dev set after the same step: by loss, or by accuracy where the losses are not of one kind.

    Neither leads by a difference that luck could make; one that leads does so with this seed, which is said.
    """
    a, b, when = found.a, found.b, _when(found)
    if _alike(a, b):
        same = "Move a control, and the other keeps its value."
        same = same if ours == theirs else "What differs has made no difference yet."
        return Lead("", f"A and B are equal {when}. {same}")
    by_loss = one_loss(ours, theirs)
    x, y = (a.dev_loss, b.dev_loss) if by_loss else (a.dev_accuracy, b.dev_accuracy)
    if not same_examples(ours.data, theirs.data):
        when += ", each on its own dev set"
    if not (math.isfinite(x) and math.isfinite(y)):
        return Lead("", f"There is no dev {'loss' if by_loss else 'accuracy'} to compare {when}.")
    what, said = ("loss", _loss) if by_loss else ("accuracy", _share)
    level, luck = (LEVEL * max(x, y), found.luck.loss) if by_loss else (LEVEL_ACCURACY, found.luck.accuracy)
    figures = f"dev {what} {said(x)} and {said(y)}"
    if abs(x - y) <= level:
        return Lead("", f"A and B are level {when}: {figures}.")
    if abs(x - y) <= luck:
        return Lead("", f"One seed decides nothing {when}: {figures}, which luck could make.")
    who, best, other = ("B", y, x) if (y < x) == by_loss else ("A", x, y)
    behind = f" ({_change(best, other)})" if by_loss else " (losses of two kinds do not compare)"
    seed = f" with seed {ours.seed}" if ours.seed == theirs.seed else ""
    return Lead(who, f"{who} leads{seed} {when}: dev {what} {said(best)} against {said(other)}{behind}.")


def _alike(a: Figures, b: Figures) -> bool:
    ours, theirs = ((one.train_loss, one.dev_loss, one.train_accuracy, one.dev_accuracy) for one in (a, b))
    return all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(ours, theirs, strict=True))


def one_loss(ours: Experiment, theirs: Experiment) -> bool:
    """Whether the losses are of one kind: only those of softmax and its tree are both −log p of the true class."""
    kinds = {one.network.output for one in (ours, theirs)}
    return len(kinds) == 1 or kinds == {"softmax", "hierarchical"}


def _when(found: Standing) -> str:
    if found.a.epoch == found.b.epoch:
        done, within = divmod(found.a.epoch, 1)
        return f"in epoch {done + 1:.0f}" if within else f"after {_epochs(int(done))}"
    return f"after {found.step} steps"


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _loss(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0095 else f"{value:.2g}"


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%"


def _change(best: float, other: float) -> str:
    if best < other / 100:
        times = other / best if best > 0 else math.inf
        return f"{times:.0f} times as much" if times < 1e6 else "over a million times as much"
    return f"−{100 * (1 - best / other):.0f}\u00a0%"


# -- what differs -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One knob that differs: its dotted path, its name in short, and both values as people read them."""

    path: str
    title: str
    a: str
    b: str
    values: tuple[Value | None, Value | None]


def differences(ours: Experiment, theirs: Experiment) -> list[Difference]:
    """Every knob that differs; those alike in every hidden layer count once, with a * for the layer's number."""
    found = moves(ours, theirs)
    layers = len(ours.network.layers)
    by_name: dict[str, list[Move]] = {}
    for move in found:
        if ".layers." in move.path:
            by_name.setdefault(move.path.rsplit(".", 1)[-1], []).append(move)
    differ = []
    done = set()
    for move in found:
        name = move.path.rsplit(".", 1)[-1]
        alike = by_name.get(name, []) if ".layers." in move.path else []
        if len(alike) == layers == len(theirs.network.layers) > 0 and len({(m.old, m.new) for m in alike}) == 1:
            if name in done:
                continue
            done.add(name)
            path, title = f"network.layers.*.{name}", move.knob.symbol or move.knob.label
        else:
            path, title = move.path, move.title
        one, other = shown(move.knob, move.old), shown(move.knob, move.new)
        differ.append(Difference(path, title, one, other, (move.old, move.new)))
    return differ


def in_words(ours: Experiment, theirs: Experiment) -> tuple[str, str]:
    """What sets A and B apart, in as few words as do, e.g. ("α 0.03", "α 0.3"), or ("Adam", "Momentum")."""
    differ = differences(ours, theirs)
    if not differ:
        return ("", "") if ours == theirs else ("its inputs", "other inputs")
    if len(ours.network.layers) != len(theirs.network.layers):
        return (_layers(ours), _layers(theirs))
    first = differ[0]
    more = f" + {len(differ) - 1}" if len(differ) > 1 else ""
    said = [first.a, first.b]
    if first.path == "training.optimiser":
        said = [optimisers[str(name)].label for name in first.values]
        said = [words[:1].upper() + words[1:] for words in said]
    if not _tells(first):
        said = [f"{first.title} {words}" for words in said]
    return said[0] + more, said[1] + more


def _tells(difference: Difference) -> bool:
    """Whether the values alone tell which knob is meant, as names of optimisers do."""
    return difference.path in ("training.optimiser", "data.source")


def _layers(experiment: Experiment) -> str:
    count = len(experiment.network.layers)
    return f"{count} hidden layer{'' if count == 1 else 's'}"
