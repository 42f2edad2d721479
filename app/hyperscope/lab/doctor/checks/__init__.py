"""The checks of a run, a module per subject; here is what a check is, what it measures and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.registry import Registry

if TYPE_CHECKING:
    from hyperscope.lab.doctor.checks.seen import Seen  # which knows the trainer

Severity = Literal["fine", "look", "act"]

# what explains the others, where several are as serious: units that cannot learn, then steps that cannot
CAUSES = ("symmetric units", "dead units", "diverging loss", "learning rate", "tiny batches", "saturated units")
EFFECTS = ("nothing learned", "bias and variance", "calibration")  # what is explained by any other

OURS = "A rule of thumb of Hyperscope's own"  # the source of a threshold that has no better one


@dataclass(frozen=True, slots=True)
class Remedy:
    """What one usually does: `change` gives the experiment with it done, `caption` says it in a few words.

    With `restart`, training must also start again: what is broken would be carried over.
    """

    caption: str
    change: Callable[[Experiment], Experiment]
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: fine, worth a look, or something to act on.

    `sentence` says it with its numbers, which are also the `evidence`; `value` was held against `threshold`, the one
    it crossed or else the first it could cross (NaN where it was not judged), which comes from `source`. `remedy` is
    what one would do first, `others` what one may do as well or instead; a fine finding has neither.
    """

    name: str
    severity: Severity
    sentence: str
    evidence: Mapping[str, float | tuple[float, ...]]
    value: float
    threshold: float
    source: str
    remedy: Remedy | None = None
    others: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check measured: `value` decides, `sentence` says it, `so` says what follows if it is not fine."""

    value: float
    sentence: str
    evidence: Mapping[str, float | tuple[float, ...]]
    so: str = ""
    remedy: Remedy | None = None
    others: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A measurement, None where it does not apply, and the values from which on (or `below`) it is looked at, acted on.

    `source` says where the thresholds come from.
    """

    measure: Callable[[Seen], Measured | None]
    look: float
    act: float
    source: str
    below: bool = False

    def severity(self, value: float) -> Severity:
        """How serious a value is; NaN is fine."""
        sign = -1 if self.below else 1
        return "act" if sign * value >= sign * self.act else "look" if sign * value >= sign * self.look else "fine"


checks: Registry[Check] = Registry("check")


def check(
    name: str, *, look: float, act: float, source: str, below: bool = False
) -> Callable[[Callable[[Seen], Measured | None]], Callable[[Seen], Measured | None]]:
    """Declares the decorated measurement as the check `name`."""

    def declare(measure: Callable[[Seen], Measured | None]) -> Callable[[Seen], Measured | None]:
        checks.add(name)(Check(measure, look, act, source, below))
        return measure

    return declare


def foremost(found: Iterable[Finding]) -> Finding | None:
    """The one to speak of where there is room for one: the most serious, a cause before its effects, else the first;
    None if all is fine.
    """
    rank = {name: place - len(CAUSES) for place, name in enumerate(CAUSES)}
    rank |= {name: place for place, name in enumerate(EFFECTS, 1)}
    told = [finding for finding in found if finding.severity != "fine"]
    return min(told, key=lambda finding: (finding.severity != "act", rank.get(finding.name, 0)), default=None)
