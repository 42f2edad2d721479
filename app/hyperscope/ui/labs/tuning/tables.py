"""A search's trials, and how much each knob matters, as tables of numbers."""

from __future__ import annotations

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.ui.labs.tuning.results import Results


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
