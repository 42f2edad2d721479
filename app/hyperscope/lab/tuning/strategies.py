"""The ways to search, by name: what each does, and in what portions it asks. Who asks is in `asking`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hyperscope.registry import Registry

TOGETHER = 64  # networks trained at once
LEARNING = 8  # trials asked for at once by what learns from those before
STAGES = 4  # boxes of an automatic zoom, the whole space among them
GENERATIONS = 5  # parts in which a population's networks are trained


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to search: `title` as on its button, `about` in a sentence, with its source."""

    name: str
    title: str
    about: str
    prunes: bool = False  # whether it stops trials on the way,
    evolves: bool = False  # or has them go on from one another
    learns: bool = False  # whether what it asks depends on what it was told

    def portion(self, trials: int) -> int:
        """How many trials are asked for, and trained, at once, of so many in all."""
        if self.name == "zoom":
            return max(1, min(2 * TOGETHER, math.ceil(trials / STAGES)))
        if self.evolves:
            return max(1, trials // GENERATIONS)
        return min(trials, LEARNING if self.learns else TOGETHER)


strategies: Registry[Strategy] = Registry("strategy")
for _one in (
    Strategy("grid", "grid", "Every combination of evenly spaced values, in a random order."),
    Strategy("random", "random", "Each value drawn by itself, evenly along its scale (Bergstra and Bengio 2012)."),
    Strategy(
        "sobol",
        "Sobol",
        "A sequence that fills the space more evenly than chance does (Sobol 1967, directions of Joe and Kuo 2008).",
    ),
    Strategy(
        "zoom",
        "zoom",
        "Coarse to fine: random in four stages, each in a box around the best fifth of the stage before.",
    ),
    Strategy(
        "tpe",
        "TPE",
        "Draws where good trials lie more densely than bad ones, ten at random first (Bergstra et al. 2011).",
        learns=True,
    ),
    Strategy(
        "cma-es",
        "CMA-ES",
        "Draws from a normal distribution that moves and stretches towards what was good (Hansen 2016).",
        learns=True,
    ),
    Strategy(
        "halving",
        "halving",
        "Random, and trials behind the best third stop at a third of their epochs, a ninth, … (Li et al. 2018).",
        prunes=True,
    ),
    Strategy(
        "hyperband",
        "Hyperband",
        "Halving that begins early with some trials and late with others (Li et al. 2017).",
        prunes=True,
    ),
    Strategy(
        "evolve",
        "evolve",
        "Population-based training: after each fifth of the epochs the worst quarter go on from copies of the best, "
        "their settings changed a little (Jaderberg et al. 2017).",
        evolves=True,
    ),
):
    strategies.add(_one.name)(_one)
