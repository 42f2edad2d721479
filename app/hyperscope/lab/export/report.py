"""The report: an experiment and what came of it on one page of HTML that needs nothing else, on screen and on A4.

It takes records and finished pictures; how those are painted, and in which colours, is the user interface's matter.
What the page looks like is `assets/report.html`, where all that is filled in is escaped.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hyperscope import __version__
from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.experiment import painted
from hyperscope.lab.experiment.data import without_place
from hyperscope.lab.experiment.edits import shown as edited
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.experiment.lists import NAMES, unlike
from hyperscope.lab.experiment.moves import moves, shown
from hyperscope.lab.export.exports import Material
from hyperscope.lab.export.sharing import described, experiment_code, outline
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.probes.results import results
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.timeline.score import Event, Score, with_tables
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.lab.twins.standing import standing
from hyperscope.lab.twins.twin_words import differences, lead
from hyperscope.resources import asset

if TYPE_CHECKING:
    from jinja2 import Template

RESULTS, FINDINGS = Ask(results, None), Ask(findings, None)
STANDING = Ask(standing, None)
NEEDS = (RESULTS, FINDINGS, STANDING)
MOST_MOVES = 40  # rows of the table; a lecture's drags would fill pages
LONGEST = 1400  # characters of a session's code that is printed in whole
THIN = "\u2009"
SEVERITIES = {"act": "to act on", "look": "worth a look", "fine": "fine"}
GROUPS = {"data": "Data", "network": "Network", "training": "Training"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture for both themes; `kind` is its media type, `room` its share of the page's width, of 12."""

    title: str
    kind: str
    light: bytes
    dark: bytes
    room: int = 6


Colours = Mapping[str, str]  # window, card, control, text, quiet, hairline, accent, positive, negative as #rrggbb


def report(
    material: Material, pictures: Sequence[Picture], light: Colours, dark: Colours, title: str = "", when: str = ""
) -> str:
    """The whole page. `material` has the records NEEDS names; without a `title` it is the experiment in words."""
    score = with_tables(material.to_here, without_place)  # the page is for others, and tells of where it stands
    session_code = score.to_code() if material.whole and (score.events or score.end) else ""
    return _template().render(
        title=title or _capital(outline(score.experiment)),
        when=when,
        results=material.records[RESULTS],
        findings=material.records[FINDINGS],
        twins=_twins(material.sides),
        severities=SEVERITIES,
        pictures=pictures,
        light=light,
        dark=dark,
        moved=_moved(score),
        as_steps=score.end == material.records[RESULTS].step,  # the session's ticks
        most_moves=MOST_MOVES,
        settings=_settings(score.experiment),
        experiment_code=experiment_code(score.experiment),
        session_code=session_code,
        session=described(score) if session_code else "",
        elsewhere="" if material.whole else ELSEWHERE,
        longest=LONGEST,
        version=__version__,
    )


def _twins(sides: Sequence[Seen]) -> dict[str, Any] | None:
    """What is told of B beside A: results and findings, what differs, and which leads; None without a B."""
    if len(sides) < 2:
        return None
    ours, theirs = (side.records[RESULTS] for side in sides[:2])
    if ours.experiment is None or theirs.experiment is None:
        return None
    found = sides[0].records.get(STANDING)
    return {
        "parts": list(zip(ours.parts, theirs.parts, strict=True)),
        "differences": differences(ours.experiment, theirs.experiment),
        "said": lead(found, ours.experiment, theirs.experiment).sentence if found is not None else "",
        "findings": [one for one in sides[1].records.get(FINDINGS) or () if one.severity != "fine"],
    }


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only now: few sessions end in a report

    page = asset("report.html")
    environment = Environment(
        loader=FileSystemLoader(page.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"capital": _capital, "whole": _whole, "percent": _percent, "loss": _loss, "uri": _uri}
    return environment.get_template(page.name)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:] if words[1:2].islower() else words  # symbols stay as they are


def _whole(number: int) -> str:
    return f"{number:,}".replace(",", THIN)


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f}{THIN}%"


def _loss(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}" if abs(value) >= 1e-4 or not value else f"{value:.2e}"


def _uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


# -- what happened ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Moved:
    """What was moved from the step `first` to `last`: by path, its title and the values before and after."""

    first: int
    last: int
    what: dict[str, tuple[str, str, str]]

    @property
    def columns(self) -> list[tuple[str, ...]]:
        """Titles, values before, values after."""
        titles, olds, news = zip(*self.what.values(), strict=True)
        return [(_capital(titles[0]), *titles[1:]), olds, news]


def _moved(score: Score) -> list[_Moved]:
    """Everything that was moved, drags of one control in a row."""
    rows: list[_Moved] = []
    last = score.start
    for event in score.events:
        what = _what(last, event)
        if rows and rows[-1].what.keys() == what.keys() and not event.restart:
            merged = {path: (title, rows[-1].what[path][1], new) for path, (title, _, new) in what.items()}
            rows[-1].last, rows[-1].what = event.tick, merged
        elif what:
            rows.append(_Moved(event.tick, event.tick, what))
        last = event.experiment
    return rows


def _what(old: Experiment, event: Event) -> dict[str, tuple[str, str, str]]:
    if event.restart:
        return {"restart": ("Restarted", "", "")}
    if event.edit is not None:
        return {event.edit.title: (event.edit.title, "", edited(event.edit.value))}
    found = {}
    for move in moves(old, event.experiment):
        before = "" if move.old is None else shown(move.knob, move.old)
        found[move.path] = (move.title, before, shown(move.knob, move.new))
    points = old.data.painted, event.experiment.data.painted
    if points[0] != points[1]:
        found["data.painted"] = ("Own points", f"{painted.count(points[0])}", f"{painted.count(points[1])}")
    for path, (_, now) in unlike(old, event.experiment).items():
        found[path] = (NAMES[path], "", now or "none")
    return found


# -- settings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Setting:
    """A knob in words; `changed` says that it is unlike the usual experiment's."""

    name: str
    value: str
    group: str
    changed: bool


def _settings(experiment: Experiment) -> list[_Setting]:
    """Every knob that plays a part, those unlike the usual experiment first."""
    usual = {path: value for path, _, value in every_knob(Experiment())}
    found: list[_Setting] = []
    for path, knob, value in every_knob(experiment):
        if value == "":
            continue  # a file or column that plays no part
        parts = path.split(".")
        layer = f"Layer {int(parts[2]) + 1}: " if "layers" in parts else ""
        name = f"{knob.label.lower()}" if layer else knob.label
        symbol = f" {knob.symbol}" if knob.symbol and knob.symbol not in knob.label and not layer else ""
        unit = f" {knob.unit}" if knob.unit and knob.kind in ("number", "whole") else ""
        changed = path not in usual or usual[path] != value
        group = GROUPS.get(parts[0], "")
        found.append(_Setting(layer + name + symbol, f"{shown(knob, value)}{unit}", group, changed))
    for path, (_, now) in unlike(Experiment(), experiment).items():
        found.append(_Setting(NAMES[path], now or "none", GROUPS[path.split(".")[0]], True))
    return sorted(found, key=lambda setting: not setting.changed)
