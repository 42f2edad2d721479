"""A learner: one network, or a crowd of K alike in structure, with all that training changes, taking steps.

It knows no epochs, clocks or files: it is told which examples each step sees. Steps run in chunks, and their numbers
do not depend on how they were chunked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.engine.optimisers import Optimiser, optimisers
from hyperscope.engine.parameters import Layout
from hyperscope.engine.program import Program, State, compiled
from hyperscope.engine.settings import Training
from hyperscope.engine.softmax import SAFE_LOGIT, losses_per_example, one_hot

STREAM = 1  # keeps the initial weights' random numbers apart from those of the order
CHUNK_BYTES = 1 << 18  # of gathered batches; they and the buffers together should stay in the second-level cache
CHUNK_STEPS = 64

LIVE = ("momentum", "beta1", "beta2", "epsilon")


class Diverged(ArithmeticError):
    """A step made something infinite or not a number; the learner is as it was before that step.

    `done` steps of the call came before it, with `losses` (done,); `place` names the first quantity that broke, e.g.
    "Layer 2: z = W a + b".
    """

    def __init__(self, done: int, losses: Array, place: str) -> None:
        super().__init__(f"{place} is no longer finite")
        self.done, self.losses, self.place = done, losses, place


@dataclass(frozen=True)
class Moment:
    """A learner's state at one instant, as copies; restoring it makes the next steps repeat exactly."""

    vectors: tuple[Array, ...]
    products: dict[str, Array]
    optimiser: str


class Learner:
    """Trains on examples x (n, m) with classes y (m,); with several `trainings` it is a crowd, one member each.

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
        self.state = self._fresh(
            starts[0] if alone else np.stack(starts), np.broadcast_to(running, (*self.crowd, running.size)).copy()
        )
        self._inputs = layout.inputs + layout.bias_at(0)
        self.x_rows = self._rows(x, y)
        self._cells: dict[str, Array] = {}
        self._set_cells()
        self._programs: dict[int, Program] = {}

    # -- what may change while training ---------------------------------------------------------------------------

    def change(self, trainings: Training | Sequence[Training]) -> None:
        """Takes on new rates and constants, keeping weights and moments; a new optimiser starts its memory afresh."""
        old = self._constants()
        self.trainings = (trainings,) if isinstance(trainings, Training) else tuple(trainings)
        optimiser = optimisers[self.trainings[0].optimiser]
        if optimiser is not self.optimiser:
            self.optimiser = optimiser
            self.state = self._fresh(self.state.parameters, self.state.running)
            self._programs.clear()
        elif (new := self._constants()) != old:
            factors = optimiser.kept(
                {name: np.array(value) for name, value in old.items()},
                {name: np.array(value) for name, value in new.items()},
            )
            for moment, factor in zip(self.state.moments, factors, strict=False):
                moment *= np.asarray(factor, self.dtype).reshape(self.crowd + (1,) * len(self.crowd))
        self._set_cells()

    def renormalise(self, layout: Layout) -> None:
        """Takes on batch norm's constants ε and running momentum from a layout of the same structure."""
        if layout != self.layout:
            self.layout = layout
            self._programs.clear()

    def moment(self) -> Moment:
        """A copy of everything that the next step depends on, besides the settings."""
        products = {name: value.copy() for name, value in self.state.products.items()}
        optimiser = next(name for name, entry in optimisers.items() if entry is self.optimiser)
        return Moment(tuple(vector.copy() for vector in self.state.vectors), products, optimiser)

    def restore(self, moment: Moment) -> None:
        """Goes back to a moment of a learner of the same structure."""
        if optimisers[moment.optimiser] is not self.optimiser:
            self.optimiser = optimisers[moment.optimiser]
            self.trainings = tuple(
                msgspec.structs.replace(training, optimiser=moment.optimiser) for training in self.trainings
            )
            self.state = self._fresh(self.state.parameters, self.state.running)
            self._programs.clear()
        for vector, kept in zip(self.state.vectors, moment.vectors, strict=True):
            vector[...] = kept
        for name, value in moment.products.items():
            self.state.products[name][...] = value

    # -- training -------------------------------------------------------------------------------------------------

    def steps(self, batches: Sequence[Indices]) -> Array:
        """One step per batch of example numbers (m,), or (K, m) for a crowd; returns their losses (steps, ...).

        A loss is the mini-batch's mean cross-entropy in nats before the step, in float64.
        Raises: Diverged at the first step that leaves anything non-finite, which is then undone.
        """
        losses: list[Array] = []
        most = max(1, min(CHUNK_STEPS, CHUNK_BYTES // max(1, batches[0].size * self.x_rows.itemsize * self._width)))
        with np.errstate(all="ignore"):
            for start in range(0, len(batches), most):
                try:
                    losses.append(self._chunk(batches[start : start + most]))
                except Diverged as stop:
                    before = np.concatenate([*losses, stop.losses])
                    raise Diverged(len(before), before, stop.place) from None
        return np.concatenate(losses)

    def _chunk(self, batches: Sequence[Indices]) -> Array:
        before = self._saved()
        losses, fits = self._run(batches, safe=False)
        if fits.all() and self._finite():
            return losses
        self._put(before)
        return self._carefully(batches)

    def _carefully(self, batches: Sequence[Indices]) -> Array:
        """Step by step: the fast program where its logits fit, else the safe one; so chunks do not matter."""
        done: list[Array] = []
        for batch in batches:
            before = self._saved()
            loss, fits = self._run([batch], safe=False)
            if not fits.all():
                self._put(before)
                loss, _ = self._run([batch], safe=True)
            if not (np.isfinite(loss).all() and self._finite()):
                self._put(before)
                place = self._first_non_finite(batch)
                self._put(before)
                raise Diverged(len(done), np.concatenate(done) if done else np.zeros((0, *self.crowd)), place)
            done.append(loss)
        return np.concatenate(done)

    def _run(self, batches: Sequence[Indices], *, safe: bool) -> tuple[Array, Array]:
        """Losses (S, ...) of the steps, and whether each step's logits lie where the fast program is exact."""
        numbers = self._numbers(len(batches))
        sizes = [batch.shape[-1] for batch in batches]
        kinds = dict.fromkeys(sizes)
        feeds: dict[int, Any] = {}
        kept: dict[int, tuple[Array, Array, list[int]]] = {}
        for m in kinds:
            places = [place for place, size in enumerate(sizes) if size == m] if len(kinds) > 1 else range(len(sizes))
            rows = self._gather([batches[place] for place in places], m)
            # (S, ..., n, m) and contiguous, so that the step's products find them as they like them
            x = np.ascontiguousarray(rows[..., : self._inputs].swapaxes(-1, -2))
            y = np.ascontiguousarray(rows[..., self._inputs :].swapaxes(-1, -2))
            logits = np.empty((len(places), *self.crowd, self.layout.classes, m), self.dtype)
            varying = [[column[place] for place in places] for column in numbers] if len(kinds) > 1 else numbers
            feeds[m] = zip(x, x.swapaxes(-1, -2), y / self.dtype.type(m), logits, *varying, strict=True)
            kept[m] = (logits, y, list(places))
        if len(kinds) == 1:
            step = self._program(sizes[0], safe)
            for operands in feeds[sizes[0]]:
                step(*operands)
        else:
            runs = {m: self._program(m, safe) for m in kinds}
            for m in sizes:
                runs[m](*next(feeds[m]))
        losses = np.empty((len(batches), *self.crowd))
        fits = np.empty((len(batches), *self.crowd), bool)
        for logits, y, places in kept.values():
            top = logits.max(axis=-2)
            fits[places] = ((top < SAFE_LOGIT) & (top > -SAFE_LOGIT)).all(axis=-1)
            losses[places] = losses_per_example(logits, y).mean(axis=-1)
        return losses, fits

    def _program(self, m: int, safe: bool) -> Any:
        if m not in self._programs:
            self._programs[m] = compiled(self.layout, self.state, self.optimiser, self._cells, self.crowd, m)
        return self._programs[m].safe if safe else self._programs[m].fast

    def program(self, m: int) -> Program:
        """The compiled step for batches of m, for looking at its calls and labels."""
        self._program(m, True)
        return self._programs[m]

    def _numbers(self, steps: int) -> list[Any]:
        """What the optimiser's slots hold in each of the coming steps; advances the running products."""
        constants = {name: self._vector(name) for name in (*LIVE,)}
        products = {}
        for name in self.optimiser.decays:
            product = self.state.products[name]
            factors = np.broadcast_to(constants[name], (steps, *self.crowd))
            products[name] = np.multiply.accumulate(np.concatenate([product[None], factors]))[1:]
            product[...] = products[name][-1]
        alpha = np.broadcast_to(self._vector("learning_rate"), (steps, *self.crowd))
        rates = self.optimiser.rates(alpha, constants, products)
        if self.crowd:
            return [np.ascontiguousarray(rate, self.dtype)[..., None] for rate in rates]
        # 0-d arrays: ufuncs take them in half the time of Python's or NumPy's own scalars
        cast = [np.ascontiguousarray(rate, self.dtype) for rate in rates]
        return [[rate[step, ...] for step in range(steps)] for rate in cast]

    # -- arrays ---------------------------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        return int(self.x_rows.shape[-1])

    def _rows(self, x: Array, y: Indices) -> Array:
        """One row per example: inputs, a one if the first layer has a bias, and the one-hot class."""
        ones = np.ones((x.shape[1], self._inputs - x.shape[0]))
        rows = np.concatenate([x.T, ones, one_hot(y, self.layout.classes).T], axis=1)
        return np.ascontiguousarray(rows, self.dtype)

    def _gather(self, batches: Sequence[Indices], m: int) -> Array:
        """The batches' rows (S, ..., m, width)."""
        chosen = batches[0] if len(batches) == 1 else np.concatenate(batches, axis=-1)
        if self.crowd:
            chosen = np.stack(batches)
        return self.x_rows.take(chosen, axis=0).reshape(len(batches), *self.crowd, m, self._width)

    def _fresh(self, parameters: Array, running: Array) -> State:
        moments = tuple(np.zeros_like(parameters) for _ in range(self.optimiser.moments))
        products: dict[str, Array] = {name: np.ones(self.crowd) for name in self.optimiser.decays}
        return State(parameters, np.zeros_like(parameters), running, moments, products)

    def _vector(self, name: str) -> Array:
        """A training constant as float64 () or (K,)."""
        values = [float(getattr(training, name)) for training in self.trainings]
        return np.array(values if self.crowd else values[0])

    def _constants(self) -> dict[str, list[float]]:
        return {name: [getattr(training, name) for training in self.trainings] for name in LIVE}

    def _set_cells(self) -> None:
        values = {name: self._vector(name) for name in LIVE}
        for name, value in values.items():
            cell = self._cells.setdefault(name, np.zeros((*self.crowd, *([1] * len(self.crowd))), self.dtype))
            cell[...] = value[:, None] if self.crowd else value

    def _finite(self) -> bool:
        return all(np.isfinite(vector).all() for vector in self.state.vectors)

    def _saved(self) -> tuple[Array, ...]:
        return tuple(vector.copy() for vector in (*self.state.vectors, *self.state.products.values()))

    def _put(self, saved: Iterable[Array]) -> None:
        for vector, value in zip((*self.state.vectors, *self.state.products.values()), saved, strict=True):
            vector[...] = value

    def _first_non_finite(self, batch: Indices) -> str:
        """Repeats a step call by call and names the first whose result is not finite."""
        rows = self._gather([batch], batch.shape[-1])[0]
        x_t, y = rows[..., : self._inputs], rows[..., self._inputs :].swapaxes(-1, -2)
        m = batch.shape[-1]
        logits = np.empty((*self.crowd, self.layout.classes, m), self.dtype)
        given = {
            "x": x_t.swapaxes(-1, -2),
            "x_t": x_t,
            "y": y / self.dtype.type(m),
            "logits": logits,
            **{name: column[0] for name, column in zip(self.optimiser.slots, self._numbers(1), strict=True)},
        }
        for call in self.program(m).plan.calls:
            call.run(given)
            result = call.out if call.out is not None else call.operands[-1]
            result = given[result.name] if hasattr(result, "name") else result
            if isinstance(result, np.ndarray) and not np.isfinite(result).all():
                return call.label
        return "the loss"
