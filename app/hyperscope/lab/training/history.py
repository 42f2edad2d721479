"""The bounded record of one run that the curves and the rivers are drawn from; it knows no clock and no network.

Which steps get a row depends on the steps alone: when the record is full every second row goes and rows are taken
half as often from then on, so that a run of any length keeps its whole course at an even spacing. Of the rows that
went some of the earliest stay aside, as a curve is drawn over as little of its beginning as somebody looks at. A crowd
of runs that are to have rows at the same steps is recorded as one; its arrays have the members after the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyperscope.lab.training.curves import Curves

CAPACITY = 2048  # rows; with 12 layers some 600 kB
TEN = 10  # evaluations that a median is of
JUMPY = 0.05  # of accuracy, beyond what it has changed in all, from which on one evaluation says little
MEASURES = ("train_loss", "dev_loss", "train_accuracy", "dev_accuracy", "learning_rate", "gradient_norm")
QUANTILES = 5  # per layer: 5, 25, 50, 75, 95 %
# of what enters activations, and of what else; norms are one number a layer, no quantiles
RIVERS = ("quantiles", "activations", "weights", "gradients", "normalised", "norms")
WIDTHS = {"norms": 1}
OUTPUT_LAST = ("weights", "gradients", "norms")  # the output layer stays the last when hidden ones come or go
ROOM = 64  # rows made room for at first; short runs, of which there may be a thousand, need no more
LARGEST = float(np.finfo(np.float32).max)
EARLY = 32  # strides from the start: half of the rows that go there stay aside, so steps lie within 1/16 of each other

Moves = tuple[tuple[int, float, str], ...]


class History:
    """At most `capacity` rows, one at each step that is a multiple of `stride`; of a run, or of a `crowd` (K,) of them.

    `stride` is `every` at first and doubles whenever the record is full. Step 0, before any training, is due.
    Raises: ValueError for an `every` below 1 or a `capacity` below 2.
    """

    def __init__(self, every: int = 1, capacity: int = CAPACITY, crowd: tuple[int, ...] = ()) -> None:
        if every < 1:
            raise ValueError(f"every is {every}; it must be at least 1")
        if capacity < 2:
            raise ValueError(f"capacity is {capacity}; it must be at least 2")
        self.every = every
        self.capacity = capacity
        self.crowd = crowd
        self.stride = every
        self._rows = 0
        room = min(ROOM, capacity)
        self._step = np.zeros(room, np.int64)
        self._epoch = np.zeros(room)
        # Sums and numbers of losses, not means: rows that merge then weigh every mini-batch alike.
        self._loss_sum = np.zeros((room, *crowd))
        self._losses = np.zeros((room, *crowd), np.int64)
        self._measures = np.zeros((len(MEASURES), room, *crowd))
        self._rivers: dict[str, NDArray[np.float32]] = {
            name: np.zeros((room, *crowd, 0, WIDTHS.get(name, QUANTILES)), np.float32) for name in RIVERS
        }
        self._pending_sum = np.zeros(crowd)
        self._pending = np.zeros(crowd, np.int64)
        self._early = _Early.none(crowd)

    def __len__(self) -> int:
        return self._rows

    def due(self, step: int) -> bool:
        """Whether `step` is to have a row: it is a multiple of the stride and after the last row."""
        return step % self.stride == 0 and (not self._rows or step > int(self._step[self._rows - 1]))

    def next_due(self, step: int) -> int:
        """The first step after `step` that is to have a row; a burst of steps must end there."""
        return (step // self.stride + 1) * self.stride

    def batch_losses(self, losses: ArrayLike) -> None:
        """Takes in the mini-batch losses (S, ...) since the last call, oldest first; the next row holds their mean."""
        values = np.array(losses, np.float64).reshape(-1, *self.crowd)
        if not len(values):
            return
        # A running sum adds one by one, so the chunks in which losses arrive cannot show in the last bit;
        # np.sum adds in pairs and Python's sum compensates, and both would let them show.
        values[0] += self._pending_sum
        self._pending_sum[...] = np.add.accumulate(values)[-1]
        self._pending += len(values)

    def add(
        self,
        step: int,
        epoch: float,
        *,
        train_loss: ArrayLike,
        dev_loss: ArrayLike = np.nan,
        train_accuracy: ArrayLike = np.nan,
        dev_accuracy: ArrayLike = np.nan,
        learning_rate: ArrayLike = np.nan,
        gradient_norm: ArrayLike = np.nan,
        **rivers: ArrayLike | None,
    ) -> None:
        """Appends the row of `step`; `epoch` counts fractions; of RIVERS each is (..., L, 5) with ascending rows,
        and `norms` (..., L).

        Of a crowd the measures are (K,). Layers that come or go on the way leave NaN where they were not.
        Raises: ValueError for a step not due.
        """
        if not self.due(step):
            raise ValueError(f"step is {step}; rows are due at multiples of {self.stride} after the last row")
        if self._rows == self.capacity:
            self._halve()
            if step % self.stride:
                return  # its mini-batches stay pending and count towards the next row
        row = self._rows
        self._make_room(row + 1)
        self._step[row] = step
        self._epoch[row] = epoch
        self._loss_sum[row], self._losses[row] = self._pending_sum, self._pending
        self._pending_sum[...], self._pending[...] = 0.0, 0
        measured = (train_loss, dev_loss, train_accuracy, dev_accuracy, learning_rate, gradient_norm)
        for number, values in enumerate(measured):
            self._measures[number, row] = values
        for name in RIVERS:
            self._put(row, name, rivers.get(name))
        self._rows = row + 1

    def _make_room(self, rows: int) -> None:
        """For so many rows, and some more to come."""
        had = len(self._step)
        if rows <= had:
            return
        room = min(self.capacity, max(rows, 2 * had))

        def wider(values: NDArray[Any], axis: int = 0) -> NDArray[Any]:
            made = np.zeros((*values.shape[:axis], room, *values.shape[axis + 1 :]), values.dtype)
            made[(slice(None),) * axis + (slice(had),)] = values
            return made

        self._step, self._epoch = wider(self._step), wider(self._epoch)
        self._loss_sum, self._losses = wider(self._loss_sum), wider(self._losses)
        self._measures = wider(self._measures, 1)
        self._rivers = {name: wider(values) for name, values in self._rivers.items()}

    def _put(self, row: int, name: str, quantiles: ArrayLike | None) -> None:
        had = self._rivers[name]
        if quantiles is None:
            had[row] = np.nan
            return
        new = np.asarray(quantiles)
        if new.dtype != np.float32:
            new = np.clip(new, -LARGEST, LARGEST).astype(np.float32)
        width = had.shape[-1]
        new = new.reshape(*self.crowd, -1, width)
        layers = new.shape[-2]
        if layers != had.shape[-2]:
            kept = min(layers, had.shape[-2])
            room = self._rivers[name] = np.full((len(had), *self.crowd, layers, width), np.nan, np.float32)
            if name in OUTPUT_LAST and kept:
                kept -= 1
                room[..., -1, :] = had[..., -1, :]
            room[..., :kept, :] = had[..., :kept, :]
        self._rivers[name][row] = new

    def _halve(self) -> None:
        """Keeps the rows that lie on twice the stride; each takes over the losses of those dropped before it."""
        self._early = self._early.with_rows(self._going())
        self.stride *= 2
        kept = np.flatnonzero(self._step[: self._rows] % self.stride == 0)
        # Losses of rows after the last kept one go back to pending, in front of what has come since.
        ends = np.append(kept, self._rows - 1)
        starts = np.concatenate(([0], ends[:-1] + 1))
        for new, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            loss_sum = self._loss_sum[start : end + 1].sum(axis=0)
            losses = self._losses[start : end + 1].sum(axis=0)
            if new < len(kept):
                self._loss_sum[new], self._losses[new] = loss_sum, losses
            else:
                self._pending_sum += loss_sum
                self._pending += losses
        count = len(kept)
        for values in (self._step, self._epoch):
            values[:count] = values[kept]
        for rows in self._rivers.values():
            rows[:count] = rows[kept]
        self._measures[:, :count] = self._measures[:, kept]
        self._rows = count

    def _going(self) -> _Early:
        """The earliest of the rows that the next halving drops."""
        rows = slice(0, int(np.searchsorted(self._step[: self._rows], EARLY * self.stride, side="right")))
        going = np.flatnonzero(self._step[rows] % (2 * self.stride))
        with np.errstate(divide="ignore", invalid="ignore"):
            losses = self._loss_sum[going] / self._losses[going]
        return _Early(self._step[going], self._epoch[going], losses, self._measures[:, going])

    def truncate(self, step: int) -> None:
        """Forgets the rows after `step` and the losses not yet in a row, as a rewind to `step` needs.

        The stride stays as wide as it has become. Losses between the last row left and `step` are forgotten too,
        so restore a checkpoint's own state where the replay must equal the first run.
        """
        self._rows = int(np.searchsorted(self._step[: self._rows], step, side="right"))
        self._early = self._early.taken(self._early.step <= step)
        self._pending_sum[...], self._pending[...] = 0.0, 0

    def medians(self) -> tuple[float, float] | None:
        """The medians of the last TEN train and dev accuracies, if these go up and down by JUMPY in all."""
        if self._rows < TEN:
            return None
        both = [MEASURES.index("train_accuracy"), MEASURES.index("dev_accuracy")]
        last = self._measures[both][:, self._rows - TEN : self._rows]
        steps = np.diff(last)
        there_and_back = np.abs(steps).sum(axis=1) - np.abs(steps.sum(axis=1))
        if not (there_and_back >= JUMPY).any():
            return None
        train, dev = np.median(last, axis=1)
        return float(train), float(dev)

    def curves(self, moves: Moves = (), *, early: bool = False) -> Curves:
        """All measures so far, as copies; `batch_loss` is NaN in rows before any mini-batch.

        With the `early` rows that stayed aside they begin finer than they go on, and are to be drawn. A batch loss then
        is still the mean since the row before it of its own spacing.
        """
        rows = self._rows
        losses = self._losses[:rows]
        batch_loss = np.full(rows, np.nan)
        np.divide(self._loss_sum[:rows], losses, out=batch_loss, where=losses > 0)
        every = _Early(self._step[:rows].copy(), self.epoch, batch_loss, self._measures[:, :rows].copy())
        every = every.with_rows(self._early) if early and len(self._early.step) else every
        train_loss, dev_loss, train_accuracy, dev_accuracy, learning_rate, norm = every.measures
        return Curves(
            every.step,
            every.epoch,
            every.batch_loss,
            train_loss,
            dev_loss,
            train_accuracy,
            dev_accuracy,
            moves,
            learning_rate,
            norm,
        )

    @property
    def epoch(self) -> NDArray[np.float64]:
        """When each row was taken, in epochs (t,), as a copy."""
        return self._epoch[: self._rows].copy()

    def newest(self) -> dict[str, float]:
        """The last row's `step`, `epoch` and measures by name; nothing where there is no row yet."""
        if not self._rows:
            return {}
        row = self._rows - 1
        measures = zip(MEASURES, self._measures[:, row].tolist(), strict=True)
        return {"step": int(self._step[row]), "epoch": float(self._epoch[row]), **dict(measures)}

    def dev_losses(self) -> NDArray[np.float64]:
        """The dev loss of each row (t,), as a copy."""
        return self._measures[MEASURES.index("dev_loss"), : self._rows].copy()

    @property
    def rivers(self) -> tuple[NDArray[np.float32], ...]:
        """The quantiles over time (t, 5) of what enters each layer's activation; see `rivers_of`."""
        return self.rivers_of("quantiles")

    def rivers_of(self, name: str) -> tuple[NDArray[np.float32], ...]:
        """One of RIVERS: quantiles over time (t, 5) of each layer, or norms (t, 1), as copies; NaN where none were."""
        rows = self._rivers[name][: self._rows]
        return tuple(rows[:, layer].copy() for layer in range(rows.shape[1]))

    def state(self) -> dict[str, NDArray[np.generic]]:
        """All there is to know, as plain arrays (copies) for a checkpoint; `from_state` is its inverse."""
        rows = self._rows
        return {
            "every": np.array(self.every),
            "capacity": np.array(self.capacity),
            "stride": np.array(self.stride),
            "step": self._step[:rows].copy(),
            "epoch": self._epoch[:rows].copy(),
            "loss_sum": self._loss_sum[:rows].copy(),
            "losses": self._losses[:rows].copy(),
            "measures": self._measures[:, :rows].copy(),
            **{name: values[:rows].copy() for name, values in self._rivers.items()},
            "pending_sum": self._pending_sum.copy(),
            "pending": self._pending.copy(),
            **self._early.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[np.generic]]) -> History:
        """The history that `state` described; what older ones did not record is NaN.

        Raises: KeyError naming an entry that is missing.
        """
        history = cls(int(state["every"]), int(state["capacity"]))
        history.stride = int(state["stride"])
        rows = history._rows = len(state["step"])
        history._make_room(rows)
        history._step[:rows] = state["step"]
        history._epoch[:rows] = state["epoch"]
        history._loss_sum[:rows] = state["loss_sum"]
        history._losses[:rows] = state["losses"]
        history._measures[:, :rows] = np.nan
        history._measures[: len(state["measures"]), :rows] = state["measures"]
        room = len(history._step)
        for name in ("quantiles", *(name for name in RIVERS[1:] if name in state)):
            quantiles = state[name]
            history._rivers[name] = np.full((room, *quantiles.shape[1:]), np.nan, np.float32)
            history._rivers[name][:rows] = quantiles
        history._pending_sum[...] = state["pending_sum"]
        history._pending[...] = state["pending"]
        history._early = _Early.from_state(state)
        return history

    # -- of a crowd ---------------------------------------------------------------------------------------------------

    @property
    def schedule(self) -> tuple[object, ...]:
        """What histories must have in common to be recorded as one from now on."""
        steps, epochs = self._step[: self._rows].tobytes(), self._epoch[: self._rows].tobytes()
        early = self._early.step.tobytes()
        layers = tuple(rows.shape[-2] for rows in self._rivers.values())
        return (self.every, self.capacity, self.stride, steps, epochs, early, layers)

    def member(self, k: int) -> History:
        """One of a crowd's, which shares the rows there are now: to be looked at; a copy can be gone on with."""
        one = History.__new__(History)
        one.every, one.capacity, one.crowd, one.stride, one._rows = (
            self.every,
            self.capacity,
            (),
            self.stride,
            self._rows,
        )
        one._step, one._epoch = self._step, self._epoch
        one._loss_sum, one._losses = self._loss_sum[:, k], self._losses[:, k]
        one._measures = self._measures[:, :, k]
        one._rivers = {name: values[:, k] for name, values in self._rivers.items()}
        one._pending_sum, one._pending = self._pending_sum[k, ...], self._pending[k, ...]
        one._early = self._early.member(k)
        return one

    def copy(self) -> History:
        """One of its own."""
        return History.from_state(self.state())

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members of the crowd alone."""
        chosen = list(members)
        self.crowd = (len(chosen),)
        self._loss_sum, self._losses = self._loss_sum[:, chosen], self._losses[:, chosen]
        self._measures = self._measures[:, :, chosen]
        self._rivers = {name: values[:, chosen] for name, values in self._rivers.items()}
        self._pending_sum, self._pending = self._pending_sum[chosen], self._pending[chosen]
        self._early = self._early.member(chosen)

    @classmethod
    def joined(cls, histories: Sequence[History]) -> History:
        """The histories, which have the same schedule, as that of a crowd; they are copied."""
        first, rows = histories[0], len(histories[0])
        crowd = cls(first.every, first.capacity, (len(histories),))
        crowd.stride, crowd._rows = first.stride, rows
        crowd._make_room(rows)
        crowd._step[:rows], crowd._epoch[:rows] = first._step[:rows], first._epoch[:rows]
        crowd._rivers = {
            name: np.zeros((len(crowd._step), len(histories), *values.shape[1:]), np.float32)
            for name, values in first._rivers.items()
        }
        for k, history in enumerate(histories):
            crowd._loss_sum[:rows, k], crowd._losses[:rows, k] = history._loss_sum[:rows], history._losses[:rows]
            crowd._measures[:, :rows, k] = history._measures[:, :rows]
            for name, values in history._rivers.items():
                crowd._rivers[name][:rows, k] = values[:rows]
            crowd._pending_sum[k], crowd._pending[k] = history._pending_sum, history._pending
        crowd._early = _Early.joined([history._early for history in histories])
        return crowd


@dataclass(frozen=True, slots=True)
class _Early:
    """Rows (t, ...) without quantiles, in the order of their steps; never written to, so that many may share them."""

    step: NDArray[np.int64]
    epoch: NDArray[np.float64]
    batch_loss: NDArray[np.float64]
    measures: NDArray[np.float64]

    @classmethod
    def none(cls, crowd: tuple[int, ...]) -> _Early:
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros((0, *crowd)), np.zeros((len(MEASURES), 0, *crowd)))

    def with_rows(self, other: _Early) -> _Early:
        """These and the others."""
        order = np.argsort(np.concatenate((self.step, other.step)), kind="stable")
        return _Early(
            np.concatenate((self.step, other.step))[order],
            np.concatenate((self.epoch, other.epoch))[order],
            np.concatenate((self.batch_loss, other.batch_loss))[order],
            np.concatenate((self.measures, other.measures), axis=1)[:, order],
        )

    def taken(self, rows: NDArray[np.bool_]) -> _Early:
        """Some of the rows."""
        if rows.all():
            return self
        return _Early(self.step[rows], self.epoch[rows], self.batch_loss[rows], self.measures[:, rows])

    def member(self, k: int | list[int]) -> _Early:
        """Of a crowd's, one's or those of some."""
        return _Early(self.step, self.epoch, self.batch_loss[:, k], self.measures[:, :, k])

    @classmethod
    def joined(cls, ones: Sequence[_Early]) -> _Early:
        """Of several at the same steps, as a crowd's."""
        losses = np.stack([one.batch_loss for one in ones], axis=-1)
        return cls(ones[0].step, ones[0].epoch, losses, np.stack([one.measures for one in ones], axis=-1))

    def state(self) -> dict[str, NDArray[Any]]:
        """By the names that a history's state has; nothing while there are none, as older ones had."""
        return {f"early_{one.name}": getattr(self, one.name) for one in fields(self)} if len(self.step) else {}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> _Early:
        names = [f"early_{one.name}" for one in fields(cls)]
        return cls(*(state[name] for name in names)) if names[0] in state else cls.none(())
