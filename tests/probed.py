"""Probes by name, each with its usual question, for tests that speak of many; and what panels draw, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.probes.answers import answers
from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.distributions import Mode, distributions
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.network import network
from hyperscope.lab.probes.passing import Followed, passing
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.probes.probe import AnyAsk, Ask, Looked, Records, look
from hyperscope.lab.probes.results import results
from hyperscope.lab.probes.snapshot import Seen, Snapshot, Status
from hyperscope.lab.probes.warp import LayerInPlane, warp
from hyperscope.lab.probes.weights import weights
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.account import session_so_far, since_they_began
from hyperscope.lab.twins.comparison import disagreement

ASKS: dict[str, AnyAsk] = {
    "examples": Ask(examples, InPlane()),
    "map": Ask(decision_map, InPlane()),
    "network": Ask(network, InPlane()),
    "curves": Ask(curves, None),
    "distributions": Ask(distributions, Mode()),
    "distributions in training": Ask(distributions, Mode(training=True)),
    "passing": Ask(passing, Followed()),
    "warp": Ask(warp, LayerInPlane()),
    "answers": Ask(answers, None),
    "findings": Ask(findings, None),
    "results": Ask(results, None),
    "weights": Ask(weights, None),
    "disagreement": Ask(disagreement, InPlane()),
    "score": Ask(session_so_far, "A"),
    "twin scores": Ask(since_they_began, None),
}
OF_ONE = tuple(name for name in ASKS if name not in ("disagreement", "score", "twin scores"))


Sides = tuple[Seen, ...]


def asks(*names: str) -> tuple[AnyAsk, ...]:
    """The usual questions to these probes."""
    return tuple(ASKS[name] for name in names)


def probed(trainer: Trainer, name: str) -> Any:
    """What a probe finds in a trainer, usually asked."""
    return Looked(trainer)(ASKS[name])


def seen(views: Mapping[str, Any], status: Status | None = None, structure: int = 1, **more: Any) -> Seen:
    """One network with these records."""
    return Seen(status or Status(), structure, records=Records({ASKS[name]: views[name] for name in views}), **more)


def sides(views: Mapping[str, Any], status: Status | None = None, structure: int = 1) -> tuple[Seen, ...]:
    """The same as panels get it of one network alone."""
    return (seen(views, status, structure),)


def views(shown: Snapshot | Seen | tuple[Seen, ...]) -> dict[str, Any]:
    """The records of the first network, by the names of their probes; what was not asked as usual has its probe's."""
    shown = shown.sides if isinstance(shown, Snapshot) else shown
    one = shown[0] if isinstance(shown, tuple) else shown
    return named(one.records)


def named(records: Records) -> dict[str, Any]:
    """Records by the names of their probes."""
    known = {ask: name for name, ask in ASKS.items()}
    return {known.get(ask, ask.probe.name): records[ask] for ask in records}


def both(a: Trainer, b: Trainer, *names: str) -> tuple[Seen, ...]:
    """What is seen of twins that are asked for these."""
    found = look((Looked(a), Looked(b)), asks(*names))
    return tuple(Seen(records=records, stands=one.alarm) for one, records in zip((a, b), found, strict=True))
