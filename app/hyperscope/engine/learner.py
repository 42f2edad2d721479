"""A learner: one network, or a crowd of K alike in structure, with all that training changes, taking steps.

It knows no epochs, clocks or files: it is told which examples each step sees. Steps run in chunks, and their numbers
do not depend on how they were chunked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import numpy as np

from hyperscope.engine.arrays import Array, Indices, aligned, zeros
from hyperscope.engine.constants import CONSTANTS, Constants
from hyperscope.engine.feed import Feed
from hyperscope.engine.moment import Moment
from hyperscope.engine.noise import Noises
from hyperscope.engine.optimisers import Optimiser, optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.program import Program, Recipe, State
from hyperscope.engine.regularisers import regularisers
from hyperscope.engine.rows import Rows
from hyperscope.engine.settings import Training

__all__ = ["CONSTANTS", "STREAM", "Diverged", "Learner", "Moment"]

STREAM = 1  # keeps the initial weights' random numbers apart from those of the order
CHUNK_BYTES = 1 << 22  # of gathered batches; a quarter of it cost crowds of 16 to 128 a twentieth, a sixteenth a tenth
CHUNK_STEPS = 256
PROGRAMS = 8  # batch sizes whose compiled steps are kept


class Diverged(ArithmeticError):
    """A step made something infinite or not a number; the learner is as it was before that step.

    `done` steps of the call came before it, with `losses` (done, ...); `place` names the first quantity that broke,
    e.g. "Layer 2: z = W a + b"; `members` are the numbers of those in the crowd that broke, (0,) for one network.
    """

    def __init__(self, done: int, losses: Array, place: str, members: tuple[int, ...] = (0,)) -> None:
        super().__init__(f"{place} is no longer finite")
        self.done, self.losses, self.place, self.members = done, losses, place, members


class Learner:
    """Trains on examples x (n, m) with classes y (m,); with several `trainings` it is a crowd, one member each, which
    may have examples of their own: x (K, n, m) and y (K, m).

    Members share the network's structure, the optimiser, batch size and precision of the first training; their rates
    and constants are their own. `seeds` start their weights.
    """

    def __init__(
        self,
        layout: Layout,
        trainings: Training | Sequence[Training],
        seeds: int | Sequence[int],
        x: Array,
        y: Indices,
    ) -> None:
        alone = isinstance(trainings, Training)
        self.trainings: tuple[Training, ...] = (trainings,) if isinstance(trainings, Training) else tuple(trainings)
        self.seeds: tuple[int, ...] = (seeds,) if isinstance(seeds, int) else tuple(seeds)
        self.crowd: tuple[int, ...] = () if alone else (len(self.trainings),)
        self.layout = layout
        self.dtype = np.dtype(self.trainings[0].precision)
        self.optimiser: Optimiser = optimisers[self.trainings[0].optimiser]
        starts = [layout.initial(np.random.default_rng([seed, STREAM]), self.dtype) for seed in self.seeds]
        running = layout.initial_running(self.dtype)
        self._cells: dict[str, Array] = {}
        self.state = self._fresh(
            aligned(starts[0] if alone else np.stack(starts)),
            aligned(np.broadcast_to(running, (*self.crowd, running.size))),
        )
        self.rows = Rows(layout, self.trainings[0], x, y, self.dtype)
        self._settled: tuple[Any, Any] = (None, None)
        self._known: Constants | None = None
        self.taken = 0  # steps
        self._noises = Noises(self.seeds, layout.widths, self.crowd, self.dtype)
        self._settle()

    # -- what may change while training ---------------------------------------------------------------------------

    def change(self, trainings: Training | Sequence[Training]) -> None:
        """Takes on new rates and constants, keeping weights and moments; a new optimiser starts its memory afresh."""
        old = self._constants.lists()
        self.trainings = (trainings,) if isinstance(trainings, Training) else tuple(trainings)
        optimiser = optimisers[self.trainings[0].optimiser]
        if optimiser is not self.optimiser:
            self.optimiser = optimiser
            self.state = self._fresh(self.state.parameters, self.state.running)
        elif (new := self._constants.lists()) != old:
            factors = optimiser.kept(
                {name: np.array(value) for name, value in old.items()},
                {name: np.array(value) for name, value in new.items()},
            )
            for moment, factor in zip(self.state.moments, factors, strict=False):
                moment *= np.asarray(factor, self.dtype).reshape(self.crowd + (1,) * len(self.crowd))
        self._settle()

    def adapt(self, layout: Layout) -> None:
        """Takes on a layout of the same arrays: batch norm's constants, dropout, temperature."""
        if layout != self.layout:
            self.layout = layout
            self.rows = Rows(layout, self.trainings[0], self.rows.x, self.rows.y, self.dtype)
            self._settle()

    def _settle(self) -> None:
        """Works out what follows from layout and trainings; compiled steps are kept while their recipe stays."""
        chosen = []
        for name in regularisers:
            own = name == "l2" and self.optimiser.decoupled
            if not own and any(getattr(training, name) > 0 for training in self.trainings):
                chosen.append(name)
        weighted = any(training.class_weights != "equal" for training in self.trainings)
        recipe = Recipe(self.layout, self.optimiser, tuple(chosen), weighted)
        if not self.crowd:
            self._cells["bn_momentum"][...] = self.layout.network.bn_momentum
        self._constants.write(self._cells, self.layout.weight_mask())
        memory = [id(vector) for vector in (*self.state.vectors, *self._cells.values())]
        if (recipe, memory) != self._settled:
            self._settled = (recipe, memory)
            self.recipe = recipe
            self._programs: dict[int, Program] = {}
            self._feeds: dict[int, Feed] = {}
        if not self.layout.network.bn_learned:
            for name, block in self.layout.parameters.items():
                if name.endswith((".gamma", ".beta")):
                    for vector in (self.state.gradient, *self.state.moments):
                        block.of(vector)[...] = 0  # else their last gradient and momentum would move them on
        self.rows.code(self.trainings[0])

    def see(self, x: Array) -> None:
        """Trains on these inputs (n, m) from now on, of the same examples: an epoch's augmented copies."""
        self.rows.see(x)

    def take(self, x: Array, y: Indices) -> None:
        """Trains on these examples x (n, m) of classes y (m,) from now on, with all that was learned kept."""
        self.rows = Rows(self.layout, self.trainings[0], x, y, self.dtype)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members of the crowd alone."""
        chosen = list(members)
        self.trainings = tuple(self.trainings[k] for k in chosen)
        self.seeds = tuple(self.seeds[k] for k in chosen)
        self.crowd = (len(chosen),)
        state = self.state
        self.state = State(
            aligned(state.parameters[chosen]),
            aligned(state.gradient[chosen]),
            aligned(state.running[chosen]),
            tuple(aligned(moment[chosen]) for moment in state.moments),
            {name: product[chosen] for name, product in state.products.items()},
        )
        self.rows.keep(chosen)
        self._noises = Noises(self.seeds, self.layout.widths, self.crowd, self.dtype)
        self._cells.clear()
        self._settle()

    def moment(self) -> Moment:
        """A copy of everything that the next step depends on, besides the settings."""
        products = {name: value.copy() for name, value in self.state.products.items()}
        return Moment(tuple(vector.copy() for vector in self.state.vectors), products, self.trainings, self.taken)

    def restore(self, moment: Moment) -> None:
        """Goes back to a moment of a learner of the same structure, under the settings now in force.

        Moments of another optimiser are of no use to this one, which then starts its memory afresh.
        """
        self.taken = moment.taken
        parameters, running, *moments = moment.vectors
        self.state.parameters[...], self.state.running[...] = parameters, running
        if moment.trainings[0].optimiser != self.trainings[0].optimiser:
            self.state = self._fresh(self.state.parameters, self.state.running)
            self._settle()
            return
        trainings, self.trainings = self.trainings, moment.trainings
        for vector, kept in zip(self.state.moments, moments, strict=True):
            vector[...] = kept
        for name, value in moment.products.items():
            self.state.products[name][...] = value
        self.change(trainings)

    # -- training -------------------------------------------------------------------------------------------------

    def steps(self, batches: Sequence[Indices], factors: Array | None = None) -> Array:
        """One step per batch of example numbers (m,), or (K, m) for a crowd; returns their losses (steps, ...).

        `factors` (steps,) or (steps, K) multiply the learning rate, step by step. A loss is what the mini-batch
        was trained on, in nats, before the step: label smoothing and class weights are in it,
        penalties are not.
        Raises: Diverged at the first step that leaves anything non-finite, which is then undone.
        """
        losses: list[Array] = []
        if factors is None:
            factors = np.ones((len(batches), *self.crowd))
        most = max(1, min(CHUNK_STEPS, CHUNK_BYTES // max(1, batches[0].size * self.rows.row_bytes)))
        with np.errstate(all="ignore"):
            for start in range(0, len(batches), most):
                try:
                    part = slice(start, start + most)
                    losses.append(self._chunk(batches[part], factors[part]))
                except Diverged as stop:
                    before = np.concatenate([*losses, stop.losses])
                    raise Diverged(len(before), before, stop.place, stop.members) from None
        return np.concatenate(losses)

    def _chunk(self, batches: Sequence[Indices], factors: Array) -> Array:
        before = self._saved()
        losses, fits = self._run(batches, factors, safe=False)
        if fits.all() and self._finite():
            self.taken += len(batches)
            return losses
        self._put(before)
        return self._carefully(batches, factors)

    def _carefully(self, batches: Sequence[Indices], factors: Array) -> Array:
        """Step by step: the fast program where its logits fit, else the safe one; so chunks do not matter."""
        done: list[Array] = []
        for number, batch in enumerate(batches):
            factor = factors[number : number + 1]
            before = self._saved()
            loss, fits = self._run([batch], factor, safe=False)
            if not fits.all():
                self._put(before)
                loss, _ = self._run([batch], factor, safe=True)
            if not (np.isfinite(loss).all() and self._finite()):
                members = self._broken(loss[0])
                self._put(before)
                place = self._first_non_finite(batch, factor)
                self._put(before)
                raise Diverged(len(done), np.concatenate(done) if done else np.zeros((0, *self.crowd)), place, members)
            done.append(loss)
            self.taken += 1
        return np.concatenate(done)

    def _run(self, batches: Sequence[Indices], factors: Array, *, safe: bool) -> tuple[Array, Array]:
        """Losses (S, ...) of the steps, and whether each step's logits lie where the fast program is exact."""
        sizes = [batch.shape[-1] for batch in batches]
        feeds = self._fed(batches, factors, sizes)
        coming = {m: iter(feed.operands) for m, feed in feeds.items()}
        for m, alike in groupby(sizes):
            step = self._program(m, safe)
            for operands in islice(coming[m], sum(1 for _ in alike)):
                step(*operands)
        losses = np.empty((len(sizes), *self.crowd))
        fits = np.ones((len(sizes), *self.crowd), bool)
        for m, feed in feeds.items():
            places = _places(sizes, m)
            losses[places], fits[places] = feed.judged(len(places))
        return losses, fits

    def given(self, batch: Indices, factor: Array) -> tuple[dict[str, Any], Feed, State]:
        """What a step with this batch finds in its slots, its feed, and copies of all that it will change.

        `factor` (1, ...) multiplies the learning rate. The learner stays as it is.
        """
        before, m = self._saved(), batch.shape[-1]
        feed = self._fed([batch], factor, [m], kept=False)[m]
        products = {name: value.copy() for name, value in self.state.products.items()}
        self._put(before)
        state = self.state
        moments = tuple(moment.copy() for moment in state.moments)
        copied = State(state.parameters.copy(), state.gradient.copy(), state.running.copy(), moments, products)
        return dict(zip(self.recipe.slots, feed.operands[0], strict=True)), feed, copied

    def _fed(
        self, batches: Sequence[Indices], factors: Array, sizes: Sequence[int], *, kept: bool = True
    ) -> dict[int, Feed]:
        """What the coming steps see, gathered per batch size, since each size has a program of its own.

        The feeds are those that later steps will fill again, unless they are not to be `kept`.
        """
        rates = self._constants.coming(self.optimiser, self.state.products, factors, self.recipe.slots)
        kinds = dict.fromkeys(sizes)
        feeds = {}
        for m in kinds:
            coming = range(self.taken, self.taken + len(sizes))
            noise = self._noises.coming(self.layout.network, self.recipe.dropouts, self.recipe.jolts, m, coming)
            numbers, chosen = rates | noise, batches
            if len(kinds) > 1:
                places = _places(sizes, m)
                numbers = {name: values[places] for name, values in numbers.items()}
                chosen = [batches[place] for place in places]
            feeds[m] = feed = self._feed(m, len(chosen), numbers, kept=kept)
            feed.take(self.rows, chosen, numbers)
        return feeds

    def _feed(self, m: int, steps: int, numbers: Mapping[str, Array], *, kept: bool) -> Feed:
        """Room for so many steps with batches of m."""
        feed = self._feeds.get(m) if kept else None
        shapes = {name: values.shape[1:] for name, values in numbers.items()}
        if feed is None or feed.most < steps or feed.shapes != shapes:
            most = 1 << (steps - 1).bit_length()  # else it would be made anew for each step more
            feed = Feed(self.recipe, self.crowd, self.dtype, m, most, shapes)
            if kept:
                self._feeds[m] = feed
        return feed

    def _program(self, m: int, safe: bool) -> Any:
        program = self.program(m)
        return program.safe if safe else program.fast

    @property
    def cells(self) -> dict[str, Array]:
        """The constants that plans read, see `optimisers.Memory`."""
        return self._cells

    def program(self, m: int) -> Program:
        """The compiled step for batches of m, for looking at its calls and labels."""
        if m not in self._programs:
            if len(self._programs) >= PROGRAMS:  # a dragged batch size passes many
                oldest = next(iter(self._programs))
                del self._programs[oldest]
                self._feeds.pop(oldest, None)
            self._programs[m] = Program(self.recipe, self.state, self._cells, self.crowd, m)
        return self._programs[m]

    def dropout_masks(self, m: int) -> dict[int, Array]:
        """By hidden layer from 0, the masks (n, m) of the last step, whose batch held m; of the first before any."""
        step = max(0, self.taken - 1)
        # from sources of their own, as looking back would throw away the numbers of coming steps
        noises = Noises(self.seeds, self.layout.widths, self.crowd, self.dtype)
        found = noises.coming(self.layout.network, self.recipe.dropouts, (), m, range(step, step + 1))
        return {number: found[f"dropout{number}"][0] for number in self.recipe.dropouts}

    @property
    def _constants(self) -> Constants:
        if self._known is None or self._known.trainings is not self.trainings:
            self._known = Constants(self.trainings, self.crowd, self.dtype)
        return self._known

    # -- arrays ---------------------------------------------------------------------------------------------------

    def _fresh(self, parameters: Array, running: Array) -> State:
        products: dict[str, Array] = {name: np.ones(self.crowd) for name in self.optimiser.decays}
        count = self.optimiser.moments
        if self.crowd:
            moments = tuple(zeros(parameters.shape, self.dtype) for _ in range(count))
            return State(parameters, zeros(parameters.shape, self.dtype), running, moments, products)
        # One behind the other, and so is what they are multiplied by and what is added to them: see `joining`.
        first, each = running.size, parameters.size
        kept, *remembered = self._vectors(first, *[each] * count)
        share, gradient, squares = self._vectors(first, each, each)
        kept[...] = running
        names = ("bn_momentum", *self.optimiser.keeps)
        self._cells = dict(zip(names, self._vectors(first, *[each] * len(self.optimiser.keeps)), strict=True))
        return State(parameters, gradient, kept, tuple(remembered), products, share, squares)

    def _vectors(self, *sizes: int) -> list[Array]:
        """Zeros, parts of one vector."""
        return np.split(zeros((sum(sizes),), self.dtype), np.cumsum(sizes)[:-1])

    def _finite(self) -> bool:
        return all(np.isfinite(vector).all() for vector in self.state.vectors)

    def _broken(self, loss: Array) -> tuple[int, ...]:
        """The members of the crowd in which something is not finite."""
        sound = np.isfinite(loss)
        for vector in self.state.vectors:
            sound = sound & np.isfinite(vector).all(axis=-1)
        return tuple(np.flatnonzero(~np.atleast_1d(sound)).tolist())

    def _saved(self) -> tuple[Array, ...]:
        return tuple(vector.copy() for vector in (*self.state.vectors, *self.state.products.values()))

    def _put(self, saved: Iterable[Array]) -> None:
        for vector, value in zip((*self.state.vectors, *self.state.products.values()), saved, strict=True):
            vector[...] = value

    def _first_non_finite(self, batch: Indices, factor: Array) -> str:
        """Repeats a step call by call and names the first whose result is not finite."""
        given, _, _ = self.given(batch, factor)
        for call in self.program(batch.shape[-1]).plan.calls:
            call.run(given)
            if not np.isfinite(call.written(given)).all():
                return call.label
        return "the loss"


def _places(sizes: Sequence[int], m: int) -> list[int]:
    return [place for place, size in enumerate(sizes) if size == m]
