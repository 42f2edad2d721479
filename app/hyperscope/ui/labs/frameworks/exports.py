"""The numbers of the Frameworks lab's views."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.lab.frameworks.counting import PARTS
from hyperscope.lab.frameworks.folding import TOOLS
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.frameworks.page import FrameworksPage


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


@data("frameworks/writes")
def of_writes(page: FrameworksPage) -> Iterable[Table]:
    """Lines of a step by tool, in NumPy and what is left of them."""
    step = page.writes.step
    if step is None:
        return []
    rows = [(title, step.count(tool), step.left(tool)) for tool, title in TOOLS.items()]
    return [Table(step.framework, ("tool", "lines in NumPy", "left to write"), rows)]
