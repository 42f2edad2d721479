"""The data set as it lies in the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.examples.pictures import pictures
from hyperscope.lab.probes.plane import InPlane, plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.examples.examples import ExampleSet
    from hyperscope.lab.probes.subject import Subject


@Probe
def examples(subject: Subject, question: InPlane) -> Examples:
    """The data set as it lies in the plane."""
    data = subject.examples
    looked_at = plane(subject, question.plane)
    return Examples(
        x=looked_at.project(data.raw),
        y=data.y,
        part=data.part,
        class_names=data.class_names,
        axes=looked_at.axes,
        extent=looked_at.extent,
        feature_names=data.feature_names,
        note=" ".join(data.notes),
        training=subject.training_examples,
        missing=data.missing,
        pictures=pictures(data),
        columns=data.columns,
        scaling=_scaling(data),
    )


def _scaling(data: ExampleSet) -> tuple[tuple[float, float], ...]:
    """Mean and standard deviation of each feature, nothing where they are left as they are."""
    pairs = tuple(zip(data.mean.tolist(), data.deviation.tolist(), strict=True))
    return () if set(pairs) == {(0.0, 1.0)} else pairs
