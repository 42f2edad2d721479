"""Twins compared: where they disagree; in words, by way of `twin_words`, which of them leads and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.probes import decision_map, plane, probes
from hyperscope.lab.probes.snapshot import Disagreement, Map, Snapshot, Status, View
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.twin_words import Difference, Lead, differences, in_words, lead, one_loss

__all__ = [
    "Difference",
    "Lead",
    "comparable",
    "differences",
    "disagreement",
    "in_words",
    "lead",
    "of_twin",
    "one_loss",
]


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
