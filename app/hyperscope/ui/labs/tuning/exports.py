"""The numbers of the Tuning lab's views, from what is drawn there."""

from __future__ import annotations

from collections.abc import Iterable

from hyperscope.lab.export.tables import Cell, Table
from hyperscope.ui.export.lab_views import data
from hyperscope.ui.labs.tuning.luck_view import NAMES
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.tables import of_importance, of_trials


@data("tuning/wall")
def of_wall(page: TuningPage) -> Iterable[Table]:
    """Every trial, and how much each knob matters."""
    results = page.wall.results
    if results.plan is None or not results.rows:
        return []
    return [of_trials(results), *([of_importance(results)] if results.weighed else [])]


@data("tuning/darts")
def of_darts(page: TuningPage) -> Iterable[Table]:
    """Every draw on both scales, with the dev loss of its network once it is trained."""
    found, view = page.darts.found, page.darts
    count = found.board.count
    losses = view.trained.losses if view.trained.found is not None and view.trained.found.board == found.board else ()
    rows: list[tuple[Cell, ...]] = [
        (
            n + 1,
            float(found.linear[n]),
            float(found.suited[n]),
            float(losses[n]) if len(losses) else None,
            float(losses[count + n]) if len(losses) else None,
        )
        for n in range(count)
    ]
    heads = ("draw", f"{found.board.knob}, linear", f"{found.board.knob}, {found.board.scale}")
    return [Table("draws", (*heads, "dev loss (nats), linear", f"dev loss (nats), {found.board.scale}"), rows)]


@data("tuning/grid-or-random")
def of_duel(page: TuningPage) -> Iterable[Table]:
    """Every trial of both searches, and who wins how often of a thousand valleys."""
    duel, counted = page.duel.of_grid.duel, page.duel.count.counted
    if duel is None or counted is None:
        return []
    rows: list[tuple[Cell, ...]] = [
        (name, float(x), float(y), float(loss))
        for name, places, losses in (
            ("grid", duel.grid, duel.grid_losses),
            ("random", duel.random, duel.random_losses),
        )
        for (x, y), loss in zip(places.tolist(), losses.tolist(), strict=True)
    ]
    shares: list[tuple[Cell, ...]] = [("random", counted.random), ("grid", counted.grid), ("neither", counted.ties)]
    heads = ("search", "what matters", "what matters less", "loss")
    return [Table("trials", heads, rows), Table("wins", ("search", "share of a thousand"), shares)]


@data("tuning/panda-or-caviar")
def of_panda(page: TuningPage) -> Iterable[Table]:
    """The course of both by what was spent, the panda's moves, and what every network of the caviar came to."""
    found = page.panda.found
    if found is None:
        return []
    panda: list[tuple[Cell, ...]] = [(float(spent), float(loss)) for spent, loss in found.panda.tolist()]
    moves: list[tuple[Cell, ...]] = [(spent, words) for spent, words in found.moves]
    knobs = [one.knob for one in found.purse.space.knobs]
    many: list[tuple[Cell, ...]] = [
        (k + 1, *(values[knob] for knob in knobs), float(found.many[-1, k])) for k, values in enumerate(found.values)
    ]
    days: list[tuple[Cell, ...]] = [
        (float(spent), float(losses.min())) for spent, losses in zip(found.spent(), found.many, strict=True)
    ]
    return [
        Table("panda", ("epochs spent", "dev loss (nats)"), panda),
        Table("moves", ("epochs spent", "move"), moves),
        Table("caviar", ("network", *knobs, "dev loss (nats)"), many),
        Table("caviar by day", ("epochs spent", "lowest dev loss (nats)"), days),
    ]


@data("tuning/transfer")
def of_transfer(page: TuningPage) -> Iterable[Table]:
    """The dev loss of every case's best settings on every case, and these settings."""
    found = page.transfer.found
    if found is None:
        return []
    names = [case.name for case in found.cases]
    losses: list[tuple[Cell, ...]] = [
        (name, *(float(loss) for loss in row)) for name, row in zip(names, found.losses, strict=True)
    ]
    knobs = [one.knob for one in found.space.knobs]
    settings: list[tuple[Cell, ...]] = [
        (name, *(values[knob] for knob in knobs))
        for name, values in zip(names, found.values, strict=True)
        if values is not None
    ]
    return [
        Table("dev loss", ("settings of", *(f"on {name} (nats)" for name in names)), losses),
        Table("best settings", ("data", *knobs), settings),
    ]


@data("tuning/luck")
def of_luck(page: TuningPage) -> Iterable[Table]:
    """The dev loss of every network of both settings."""
    losses = page.luck.clouds.losses
    rows: list[tuple[Cell, ...]] = [
        (name, k + 1, float(losses[row, k])) for row, name in enumerate(NAMES) for k in range(losses.shape[1])
    ]
    return [Table("networks", ("setting", "seed", "dev loss (nats)"), rows)] if rows else []
