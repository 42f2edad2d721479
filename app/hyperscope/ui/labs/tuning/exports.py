"""The numbers of the Tuning lab's views, from what is drawn there."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.results import Results


@data("tuning/wall")
def of_wall(page: TuningPage) -> Iterable[Table]:
    """Every trial, and how much each knob matters."""
    results = page.wall.results
    if results.plan is None or not results.rows:
        return []
    return [of_trials(results), *([of_importance(results)] if results.weighed else [])]


def of_trials(results: Results) -> Table:
    """A row for each trial by number: its settings, and what it came to."""
    knobs = [one.knob for one in results.space.knobs]
    heads = ("trial", *knobs, "state", "dev loss (nats)", "dev accuracy", "epoch", "box", "why it stopped")
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            *(row.values[knob] for knob in knobs),
            row.state,
            row.loss,
            row.accuracy,
            row.epoch,
            row.box,
            row.why,
        )
        for number, row in sorted(results.rows.items())
    ]
    return Table("trials", heads, rows)


def of_importance(results: Results) -> Table:
    """A row for each knob: its share of what sets the best tenth of the trials apart."""
    return Table("importance", ("knob", "share (PED-ANOVA)"), list(results.weighed.items()))
