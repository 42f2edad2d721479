"""The checks of a run, a module per subject; here is what a check is, what it measures and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.registry import Registry

if TYPE_CHECKING:
    from hyperscope.lab.doctor.checks.seen import Seen  # which knows the trainer

Severity = Literal["fine", "look", "act"]

# What explains the others, where several are as serious: units that cannot learn, then steps that cannot, then signals
# that do not come through.
CAUSES = (
    "symmetric units",
    "dead units",
    "diverging loss",
    "weight size",
    "layers without a bend",
    "rate too high",
    "learning rate",
    "tiny batches",
    "input scales",
    "vanishing gradient",
    "exploding gradient",
    "saturated units",
    "rate too low",
)
EFFECTS = (  # what is explained by any other
    "rare class",
    "nothing learned",
    "bias and variance",
    "gradient noise",
    "update size",
    "signal size",
    "calibration",
)
NOTHING = "nothing learned"

# where what is found is seen at work
REMEDIES = LabView("generalise", "bias-and-variance")
REGULARISE = LabView("generalise", "regularise")
FROM_ELSEWHERE = LabView("generalise", "data")
DEPTH = LabView("generalise", "depth")
SURFACE = LabView("generalise", "surface")
CONFIDENCE = LabView("softmax", "confidence")  # where classes are weighted and calibration is seen

OURS = "A rule of thumb of Hyperscope's own"  # the source of a threshold that has no better one


@dataclass(frozen=True, slots=True)
class Remedy:
    """What one usually does: `change` gives the experiment with it done, `caption` says it in a few words.

    With `restart`, training must also start again: what is broken would be carried over. `place` is where one sees why
    it helps, if there is such a view.
    """

    caption: str
    change: Callable[[Experiment], Experiment]
    restart: bool = False
    place: LabView | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: fine, worth a look, or something to act on.

    `sentence` says it with its numbers, which are also the `evidence`; `value` was held against `threshold`, the one
    it crossed or else the first it could cross (NaN where it was not judged), which comes from `source`. `remedy` is
    what one would do first, `others` what one may do as well or instead; a fine finding has neither. `place` is a view
    of a lab that shows what it is about.
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
    place: LabView | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check measured: `value` decides, `sentence` says it, `so` says what follows if it is not fine.

    `place` is where that is shown, the remedy's if none is named.
    """

    value: float
    sentence: str
    evidence: Mapping[str, float | tuple[float, ...]]
    so: str = ""
    remedy: Remedy | None = None
    others: tuple[Remedy, ...] = ()
    place: LabView | None = None


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

    That nothing is learned is an effect as serious as can be: a cause to be looked at goes before it.
    """
    told = [finding for finding in found if finding.severity != "fine"]
    idle = any(finding.name == NOTHING for finding in told)

    def order(finding: Finding) -> tuple[int, int]:
        place = {name: at for at, name in enumerate((*CAUSES, "", *EFFECTS))}
        effect, act = finding.name in EFFECTS, finding.severity == "act"
        if act and not effect:
            serious = 0
        elif idle and finding.name in CAUSES:
            serious = 1
        else:
            serious = 2 if act else 3
        return serious, place.get(finding.name, place[""])

    return min(told, key=order, default=None)
