"""Where twins disagree, as a probe of both. Which of them leads is said in `twin_words`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.lab.probes.decision_map import Map, decision_map
from hyperscope.lab.probes.plane import InPlane, centres, plane
from hyperscope.lab.probes.probe import Ask, Comparison, Looked

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where twins answer differently: `strength` (height, width) is half the summed difference of their probabilities,
    0 to 1, and `differs` (height, width) whether the most probable classes differ.

    `plane` is the share of the plane where they differ, `examples` (m,) whether each of A's `Examples` is answered
    differently, or None where the twins have other examples.
    """

    strength: Values
    differs: Values
    extent: tuple[float, float, float, float]
    plane: float
    examples: Values | None = None


@Comparison
def disagreement(sides: tuple[Looked, ...], question: InPlane) -> Disagreement | None:
    """Where B answers differently from A over A's plane; None without a B.

    None, too, where they stand at different steps, and where their data have other features or classes, and so no
    plane in common.
    """
    if len(sides) < 2 or not comparable(sides[0].subject, sides[1].subject):
        return None
    a, b = sides[0].subject, sides[1].subject
    if a.step != b.step:
        return None
    of_a, of_b = (side(Ask(decision_map, question)) for side in sides[:2])
    common = of_a.p.shape == of_b.p.shape and _same_plane(a, b, question)
    q = of_b.p if common else _on_plane_of(a, b, question, of_a.p.shape[-1])
    strength = 0.5 * np.abs(of_a.p - q).sum(axis=0)
    differs = of_a.p.argmax(axis=0) != q.argmax(axis=0)
    return Disagreement(strength, differs, of_a.extent, float(differs.mean()), _on_examples(a, b, of_a, of_b))


def comparable(a: Subject, b: Subject) -> bool:
    """Whether a's plane lies in b's space as well, and their classes are as many."""
    ours, theirs = a.examples, b.examples
    return ours.raw_names == theirs.raw_names and len(ours.class_names) == len(theirs.class_names)


def _same_plane(a: Subject, b: Subject, question: InPlane) -> bool:
    ours, theirs = plane(a, question.plane), plane(b, question.plane)
    vectors = ("origin", "across", "up", "scale")
    return ours.extent == theirs.extent and all(
        np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in vectors
    )


def _on_plane_of(a: Subject, b: Subject, question: InPlane, side: int) -> Values:
    """b's probabilities (C, side, side) at the centres of the cells of a's plane."""
    looked_at = plane(a, question.plane)
    raw = looked_at.lift(centres(looked_at, side))
    logits = b.predictor.logits(b.folded(), b.examples.model_units(raw).astype(b.dtype))
    found: Values = b.layout.probabilities(logits).reshape(b.layout.classes, side, side)
    return found


def _on_examples(a: Subject, b: Subject, of_a: Map, of_b: Map) -> Values | None:
    ours, theirs = a.examples, b.examples
    if ours is not theirs and not np.array_equal(ours.raw, theirs.raw):
        return None
    found: Values = of_a.predicted != of_b.predicted
    return found
