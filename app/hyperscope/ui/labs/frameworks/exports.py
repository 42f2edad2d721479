"""The numbers of the Frameworks lab's views."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.frameworks.counting import PARTS
from hyperscope.lab.frameworks.facts import Facts, facts
from hyperscope.lab.frameworks.folding import TOOLS
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import OURS, said
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.frameworks.page import FrameworksPage

TAKEN = (
    *("largest difference (nats)", "set-up (s)", "first epoch (s)", "a later step (s)", "memory (bytes)"),
    *("lines of code", "steps", "measured on", "network", "versions"),
)


@data("frameworks/code")
def of_code(page: FrameworksPage) -> Iterable[Table]:
    """How many lines each framework takes, and what each line of the file that is shown is of."""
    counts: list[tuple[Cell, ...]] = [
        (title, *(count.of[part] for part in PARTS), count.whole) for title, count in page.code.counts.counts.items()
    ]
    lines: list[tuple[Cell, ...]] = [
        (number, line.text, " ".join(line.marks)) for number, line in enumerate(page.code.code.lines, 1)
    ]
    return [
        Table("lines of code", ("framework", *PARTS.values(), "all"), counts),
        Table(page.code.framework, ("line", "code", "is of"), lines),
    ]


@data("frameworks/side-by-side")
def of_side_by_side(page: FrameworksPage) -> Iterable[Table]:
    """What the run took in each framework, in seconds and bytes, and all losses, step by step."""
    runs = page.side.runs
    taken = [one.measured for one in runs.frameworks.values() if one.measured is not None]
    rows: list[tuple[Cell, ...]] = [
        (
            OURS if one.framework == OURS else frameworks[one.framework].title,
            *(one.off, one.setup, one.epoch, one.step, one.memory, one.lines, one.steps),
            *(one.day, one.network, said(one.versions)),
        )
        for one in ([runs.ours] if runs.ours is not None else []) + taken
    ]
    theirs = {name: losses.tolist() for name, losses in runs.compared().items()}
    steps: list[tuple[Cell, ...]] = [
        (step, loss, *(losses[step] if step < len(losses) else None for losses in theirs.values()))
        for step, loss in enumerate(runs.losses.tolist())
    ]
    return [
        Table("what it took", ("framework", *TAKEN), rows),
        Table("losses", ("step", "hyperscope", *theirs), steps),
    ]


@data("frameworks/writes")
def of_writes(page: FrameworksPage) -> Iterable[Table]:
    """Lines of a step by tool, in NumPy and what is left of them."""
    step = page.writes.step
    if step is None:
        return []
    rows = [(title, step.count(tool), step.left(tool)) for tool, title in TOOLS.items()]
    return [Table(step.framework, ("tool", "lines in NumPy", "left to write"), rows)]


@data("frameworks/choosing")
def of_choosing(page: FrameworksPage) -> Iterable[Table]:
    """Lines of code, times measured here in seconds, and the facts with their sources."""
    view, (checked, known) = page.choosing, facts()
    lines = [(entry.title, name) for name, entry in frameworks.items() if name in view.ease.counts]
    measured = [
        (frameworks[name].title if name in frameworks else name, one.step, one.setup, one.network, one.day)
        for name, one in view.measured.items()
    ]
    said_of = [
        (frameworks[name].title, *(getattr(one, field) for field in one.__struct_fields__), checked.isoformat())
        for name, one in known.items()
    ]
    return [
        Table(
            "ease",
            ("framework", "lines", "backward"),
            [(title, view.ease.counts[name].whole, view.ease.counts[name].of["backward"]) for title, name in lines],
        ),
        Table("speed", ("framework", "a step (s)", "set-up (s)", "network", "measured on"), measured),
        Table("facts", ("framework", *Facts.__struct_fields__, "read on"), said_of),
    ]
