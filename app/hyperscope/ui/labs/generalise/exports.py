"""The numbers of the Generalise lab's views, from the records that are drawn there."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Table
from hyperscope.lab.generalise.written import (
    of_copies,
    of_curve,
    of_errors,
    of_paths,
    of_remedies,
    of_restraints,
    of_run,
    of_signals,
    of_strengths,
)
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.generalise.page import GeneralisePage


@data("generalise/bias-and-variance")
def of_bias(page: GeneralisePage) -> Iterable[Table]:
    """The errors, the remedies by seed, the strengths that are looked at, and the learning curve."""
    view = page.bias
    tables: list[Table] = []
    if view.errors.errors is not None:
        tables.append(of_errors(view.errors.errors))
    if view.table.rows:
        tables.append(of_remedies(view.table.shown))
    if view.strength.outcome is not None:
        tables.append(of_strengths(view.strength.outcome))
    if view.learning.curve is not None:
        tables.append(of_curve(view.learning.curve))
    return tables


@data("generalise/regularise")
def of_regularise(page: GeneralisePage) -> Iterable[Table]:
    """Every weight, ‖W‖ over the run, the cost over two weights, thinned networks, and both losses."""
    view = page.regularise
    return of_restraints(view.found, view.geometry_card.found, view.thinned.found, view.stopping.found)


@data("generalise/data")
def of_data(page: GeneralisePage) -> Iterable[Table]:
    """The copies that are drawn with their originals, and the errors."""
    view = page.data
    tables = [of_copies(view.copies.found)] if view.copies.found is not None else []
    return [*tables, of_errors(view.errors.errors)] if view.errors.errors is not None else tables


@data("generalise/depth")
def of_depth(page: GeneralisePage) -> Iterable[Table]:
    """The signals of every network that was measured."""
    return [of_signals(page.deep.grid.cells)]


@data("generalise/surface")
def of_surface(page: GeneralisePage) -> Iterable[Table]:
    """Every path on both surfaces, and what was measured along the run."""
    view = page.surface
    cards = (("as they are", view.plain), ("normalised", view.normal))
    tables = [of_paths({(name, rule): walked for name, card in cards for rule, walked in card.paths.items()})]
    return [*tables, of_run(view.share.bends)] if view.share.bends is not None else tables
