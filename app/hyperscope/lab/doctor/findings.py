"""The doctor's findings as a probe. Who only asks for them needs none of what examines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.doctor.checks import Finding
    from hyperscope.lab.probes.subject import Subject


@Probe
def findings(subject: Subject, question: None) -> tuple[Finding, ...]:
    """What the doctor found, fine or not; of all probes the slowest, some 10 to 100 ms. () of what is not trained.

    A member of a population is looked at as the trainer that goes on from where it stands.
    """
    from hyperscope.lab.doctor import diagnosis
    from hyperscope.lab.training.in_training import InTraining
    from hyperscope.lab.training.trainer import Trainer

    if subject.examples.missing or not isinstance(subject, InTraining):
        return ()
    return diagnosis.findings(subject if isinstance(subject, Trainer) else Trainer.of(subject))
