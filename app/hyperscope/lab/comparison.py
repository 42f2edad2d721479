"""Twins compared: where they disagree, which of them leads and by how much, what differs between them, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.optimisers import optimisers
from hyperscope.knob import Value
from hyperscope.lab.experiment import Experiment
from hyperscope.lab.moves import Move, moves, shown
from hyperscope.lab.probes import decision_map, plane, probes
from hyperscope.lab.snapshot import Disagreement, Map, Snapshot, Status, View
from hyperscope.lab.trainer import Trainer

LEVEL = 0.01  # of the greater: losses nearer to each other than this are level
LEVEL_ACCURACY = 0.005  # shares of 1


# -- where they disagree ------------------------------------------------------------------------------------------


def disagreement(a: Trainer, b: Trainer, view: View, of_a: Map | None = None, of_b: Map | None = None) -> Disagreement:
    """Where a and b answer differently over a's plane; `of_a` and `of_b` are their maps if those are known.

    Raises: ValueError where the twins' data have other features or classes, and so no plane in common.
    """
    if not comparable(a, b):
        raise ValueError("the twins' data have other features or classes; there is no common plane to compare them on")
    of_a, of_b = of_a or decision_map(a, view), of_b or decision_map(b, view)
    common = of_a.p.shape == of_b.p.shape and _same_plane(a, b, view)
    q = of_b.p if common else _on_plane_of(a, b, view, of_a.p.shape[-1])
    strength = 0.5 * np.abs(of_a.p - q).sum(axis=0)
    differs = of_a.p.argmax(axis=0) != q.argmax(axis=0)
    return Disagreement(strength, differs, of_a.extent, float(differs.mean()), _on_examples(a, b, of_a, of_b))


def comparable(a: Trainer, b: Trainer) -> bool:
    """Whether a's plane lies in b's space as well, and their classes are as many."""
    ours, theirs = a.examples, b.examples
    return ours.raw_names == theirs.raw_names and len(ours.class_names) == len(theirs.class_names)


def _same_plane(a: Trainer, b: Trainer, view: View) -> bool:
    ours, theirs = plane(a, view), plane(b, view)
    vectors = ("origin", "across", "up", "scale")
    return ours.extent == theirs.extent and all(
        np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in vectors
    )


def _on_plane_of(a: Trainer, b: Trainer, view: View, side: int) -> Array:
    """b's probabilities (C, side, side) at the centres of the cells of a's plane."""
    looked_at = plane(a, view)
    left, right, bottom, top = looked_at.extent
    centres = (np.arange(side) + 0.5) / side
    across, up = np.meshgrid(left + centres * (right - left), bottom + centres * (top - bottom))
    raw = looked_at.lift(np.stack([across.ravel(), up.ravel()]))
    logits = b.predictor.logits(b.folded(), b.examples.model_units(raw).astype(b.learner.dtype))
    found: Array = b.layout.probabilities(logits).reshape(b.layout.classes, side, side)
    return found


def _on_examples(a: Trainer, b: Trainer, of_a: Map, of_b: Map) -> Array | None:
    ours, theirs = a.examples, b.examples
    if ours is not theirs and not np.array_equal(ours.raw, theirs.raw):
        return None
    found: Array = of_a.predicted != of_b.predicted
    return found


def of_twin(a: Trainer, b: Trainer, status: Status, view: View, views: Mapping[str, Any]) -> Snapshot:
    """What B shows of itself where A shows `views`, but for the doctor's, and where they disagree if maps are shown."""
    found = {name: probes[name](b, view) for name in views if name != "findings"}
    if "map" in views and comparable(a, b):
        found["disagreement"] = disagreement(a, b, view, views["map"], found["map"])
    return Snapshot(
        status, b.structure, b.alarm, bool(b.alarm) and not b.stopped_early, bool(b.alarm), found, painted=b.painted
    )


# -- who leads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lead:
    """Which twin leads, "A", "B" or "" for neither, and one sentence that says so."""

    who: str
    sentence: str


def lead(a: Status, b: Status, ours: Experiment, theirs: Experiment) -> Lead:
    """Who is better on the dev set now: by loss, or by accuracy where the losses are not of one kind."""
    if not moves(ours, theirs) and ours == theirs and (a.step, a.dev_loss) == (b.step, b.dev_loss):
        return Lead("", f"A and B are equal after {_epochs(a.epoch)}. Move a control, and the other keeps its value.")
    by_loss = one_loss(ours, theirs)
    x, y = (a.dev_loss, b.dev_loss) if by_loss else (a.dev_accuracy, b.dev_accuracy)
    where = _when(a, b) + ("" if ours.data == theirs.data else ", each on its own dev set")
    if not (math.isfinite(x) and math.isfinite(y)):
        return Lead("", f"There is no dev {'loss' if by_loss else 'accuracy'} to compare by {where}.")
    said = f"dev loss {_loss(y)} against {_loss(x)}" if by_loss else f"dev accuracy {_share(y)} against {_share(x)}"
    if by_loss:
        level, better = abs(x - y) <= LEVEL * max(x, y), y < x
    else:
        level, better = abs(x - y) <= LEVEL_ACCURACY, y > x
    if level:
        within = f"within {100 * LEVEL:g}\u00a0%" if by_loss else f"within {100 * LEVEL_ACCURACY:g} points"
        return Lead("", f"A and B are level: {said} for A {where}, {within}.")
    who, best, other = ("B", y, x) if better else ("A", x, y)
    if by_loss:
        said = f"dev loss {_loss(best)} against {_loss(other)} {where} ({_change(best, other)})"
    else:
        said = f"dev accuracy {_share(best)} against {_share(other)} {where} (losses of two kinds do not compare)"
    return Lead(who, f"{who} leads: {said}.")


def one_loss(ours: Experiment, theirs: Experiment) -> bool:
    """Whether the losses are of one kind: only those of softmax and its tree are both −log p of the true class."""
    kinds = {one.network.output for one in (ours, theirs)}
    return len(kinds) == 1 or kinds == {"softmax", "hierarchical"}


def _when(a: Status, b: Status) -> str:
    if a.step == b.step:
        if a.epoch == b.epoch:
            return f"after {_epochs(a.epoch)}"
        return f"after {a.step} steps"
    return f"at epoch {b.epoch} of B and {a.epoch} of A"


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _loss(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0095 else f"{value:.2g}"


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%"


def _change(best: float, other: float) -> str:
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
