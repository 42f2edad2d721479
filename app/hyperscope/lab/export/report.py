"""The report: an experiment and what came of it on one page of HTML that needs nothing else, on screen and on A4.

It takes records and finished pictures; how those are painted, and in which colours, is the user interface's matter.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from hyperscope import __version__
from hyperscope.lab.doctor.checks import Finding
from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.experiment import painted
from hyperscope.lab.experiment.edits import shown as edited
from hyperscope.lab.experiment.experiment import Experiment, every_knob
from hyperscope.lab.experiment.moves import moves, shown
from hyperscope.lab.export.exports import Material
from hyperscope.lab.export.report_page import PAGE, STYLE
from hyperscope.lab.export.sharing import described, experiment_code, outline
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.probes.results import Moment, PartResult, Results, results
from hyperscope.lab.timeline.score import Event, Score

RESULTS, FINDINGS = Ask(results, None), Ask(findings, None)
NEEDS = (RESULTS, FINDINGS)
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
    score, results = material.score, material.records[RESULTS]
    fill = {
        "title": escape(title or _capital(outline(score.experiment))),
        "under": escape(_under(score, results, when)),
        "style": STYLE % {"light": _variables(light), "dark": _variables(dark)},
        "numbers": _numbers(results),
        "best": _best(results),
        "pictures": "".join(_picture(picture) for picture in pictures),
        "confusion": "".join(_confusion(part, results.class_names) for part in results.parts if part.name != "train"),
        "findings": _findings(material.records[FINDINGS]),
        "moves": _moves(score),
        "settings": _settings(score.experiment),
        "share": _share(score),
        "version": escape(__version__),
    }
    return PAGE % fill


def _variables(colours: Colours) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:] if words[1:2].islower() else words  # symbols stay as they are


def _under(score: Score, results: Results, when: str) -> str:
    parts = [f"epoch {results.epoch:.4g}", f"step {_whole(results.step)}", f"{_whole(results.parameters)} parameters"]
    return " · ".join([when, *parts] if when else parts)


def _whole(number: int) -> str:
    return f"{number:,}".replace(",", THIN)


def _share_of(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}{THIN}%"


def _loss(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}" if abs(value) >= 1e-4 or not value else f"{value:.2e}"


# -- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(results: Results) -> str:
    rows = "".join(
        f"<tr><th scope=row>{_capital(part.name)}</th><td>{_whole(part.examples)}</td>"
        f"<td>{_share_of(part.accuracy)}</td><td>{_loss(part.loss)}</td></tr>"
        for part in results.parts
    )
    head = "<tr><th></th><th>Examples</th><th>Accuracy</th><th>Loss (nats)</th></tr>"
    return f"<table class=numbers><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _best(results: Results) -> str:
    said = []
    for what, moment in (("Lowest dev loss", results.lowest_loss), ("Highest dev accuracy", results.highest_accuracy)):
        if moment is not None:
            said.append(f"<p><b>{what}</b> {_at(what, moment)}</p>")
    return "".join(said)


def _at(what: str, moment: Moment) -> str:
    where = f"at epoch {moment.epoch:.4g}, step {_whole(moment.step)}"
    if "loss" in what:
        return f"{_loss(moment.dev_loss)} {where} (train {_loss(moment.train_loss)})"
    return f"{_share_of(moment.dev_accuracy)} {where} (train {_share_of(moment.train_accuracy)})"


def _confusion(part: PartResult, names: Sequence[str]) -> str:
    """A table of counts, true classes down, predicted ones across; mistakes have another ground than what is right."""
    if not part.examples:
        return ""
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in names)
    rows = []
    for true, (name, counts) in enumerate(zip(names, part.confusion.tolist(), strict=True)):
        whole = max(1, sum(counts))
        cells = []
        for predicted, count in enumerate(counts):
            kind = "right" if predicted == true else "wrong"
            strength = round(8 + 40 * count / whole) if count else 0
            cells.append(f'<td class={kind} style="--s:{strength}%">{count or "·"}</td>')
        rows.append(f"<tr><th scope=row>{escape(name)}</th>{''.join(cells)}</tr>")
    caption = f"{_capital(part.name)} set: true class down, predicted across"
    return (
        f"<figure><figcaption>{caption}</figcaption><table class=confusion><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></figure>"
    )


# -- pictures ---------------------------------------------------------------------------------------------------------


def _picture(picture: Picture) -> str:
    light, dark = (
        f"data:{picture.kind};base64,{base64.b64encode(content).decode()}" for content in (picture.light, picture.dark)
    )
    title = escape(picture.title)
    return (
        f'<figure style="grid-column:span {picture.room}"><picture>'
        f'<source media="screen and (prefers-color-scheme:dark)" srcset="{dark}">'
        f'<img alt="{title}" src="{light}"></picture></figure>'
    )


# -- what happened ----------------------------------------------------------------------------------------------------


def _findings(found: Sequence[Finding]) -> str:
    """Whatever is not fine in full; the rest by name, its sentences folded away."""
    if not found:
        return "<p>Nothing could be looked at yet.</p>"
    told = [finding for finding in found if finding.severity != "fine"]
    fine = [finding for finding in found if finding.severity == "fine"]
    said = f"<ul class=findings>{''.join(map(_finding, told))}</ul>" if told else "<p>Nothing stands out.</p>"
    if fine:
        names = escape(", ".join(finding.name for finding in fine))
        said += f"<details><summary>Looked at and fine: {names}.</summary>"
        said += f"<ul class=findings>{''.join(map(_finding, fine))}</ul></details>"
    return said


def _finding(finding: Finding) -> str:
    remedy = f" <span class=remedy>{escape(finding.remedy.caption)}</span>" if finding.remedy else ""
    kind = SEVERITIES[finding.severity]
    return f"<li class={finding.severity}><b>{kind}</b> {escape(finding.sentence)}{remedy}</li>"


@dataclass(slots=True)
class _Moved:
    first: int
    last: int
    what: dict[str, tuple[str, str, str]]  # path -> title, from, to


def _moves(score: Score) -> str:
    """What was moved, drags of one control in a row; the newest where there are many."""
    rows: list[_Moved] = []
    last = score.start
    for event in score.events:
        what = _what(last, event)
        if rows and rows[-1].what.keys() == what.keys() and not event.restart:
            merged = {path: (title, rows[-1].what[path][1], new) for path, (title, _, new) in what.items()}
            rows[-1].last, rows[-1].what = event.beat, merged
        elif what:
            rows.append(_Moved(event.beat, event.beat, what))
        last = event.experiment
    if not rows:
        return "<p>Nothing was moved during training.</p>"
    left_out = len(rows) - MOST_MOVES
    body = "".join(_moved_row(row) for row in rows[-MOST_MOVES:])
    more = f"<p>The first {left_out} are left out here.</p>" if left_out > 0 else ""
    head = "<tr><th>After step</th><th>What</th><th>From</th><th>To</th></tr>"
    return f"{more}<table class=moves><thead>{head}</thead><tbody>{body}</tbody></table>"


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
    if old.data.features != event.experiment.data.features:
        found["data.features"] = ("Inputs", "", ", ".join(event.experiment.data.features))
    return found


def _moved_row(row: _Moved) -> str:
    when = _whole(row.first) if row.first == row.last else f"{_whole(row.first)} to {_whole(row.last)}"
    titles, olds, news = (
        "<br>".join(escape(part) for part in column) for column in zip(*row.what.values(), strict=True)
    )
    return f"<tr><td>{when}</td><td>{_capital(titles)}</td><td>{olds}</td><td>{news}</td></tr>"


# -- settings ---------------------------------------------------------------------------------------------------------


def _settings(experiment: Experiment) -> str:
    """Every knob and its value, those unlike the usual experiment first and bold."""
    usual = {path: value for path, _, value in every_knob(Experiment())}
    changed: list[str] = []
    same: list[str] = []
    for path, knob, value in every_knob(experiment):
        if value == "":
            continue  # a file or column that plays no part
        parts = path.split(".")
        layer = f"Layer {int(parts[2]) + 1}: " if "layers" in parts else ""
        name = f"{knob.label.lower()}" if layer else knob.label
        symbol = f" {knob.symbol}" if knob.symbol and knob.symbol not in knob.label and not layer else ""
        unit = f" {knob.unit}" if knob.unit and knob.kind in ("number", "whole") else ""
        said = f"{shown(knob, value)}{unit}"
        differs = path not in usual or usual[path] != value
        row = f"<tr{' class=changed' if differs else ''}><th scope=row>{escape(layer + name + symbol)}</th>"
        group = GROUPS.get(parts[0], "")
        (changed if differs else same).append(f"{row}<td>{escape(said)}</td><td>{group}</td></tr>")
    if experiment.data.features != Experiment().data.features:
        inputs = escape(", ".join(experiment.data.features))
        changed.append(f"<tr class=changed><th scope=row>Inputs</th><td>{inputs}</td><td>Data</td></tr>")
    return f"<table class=settings><tbody>{''.join(changed + same)}</tbody></table>"


# -- handing on -------------------------------------------------------------------------------------------------------


def _share(score: Score) -> str:
    said = [_code("The experiment", experiment_code(score.experiment))]
    if score.events or score.end:
        code = score.to_code()
        note = "" if len(code) <= LONGEST else " long"
        said.append(_code(f"The whole session ({escape(described(score))})", code, note))
    return "".join(said)


def _code(name: str, code: str, kind: str = "") -> str:
    return f'<p class=name>{name}</p><p class="code{kind}"><code>{escape(code)}</code></p>'
