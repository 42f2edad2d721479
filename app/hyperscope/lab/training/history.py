"""The bounded record of one run that the curves and the rivers are drawn from; it knows no clock and no network.

Which steps get a row depends on the steps alone: when the record is full every second row goes and rows are taken
half as often from then on, so that a run of any length keeps its whole course at an even spacing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyperscope.lab.training.curves import Curves

CAPACITY = 2048  # rows; with 12 layers some 600 kB
MEASURES = ("train_loss", "dev_loss", "train_accuracy", "dev_accuracy", "learning_rate", "gradient_norm")
QUANTILES = 5  # per layer: 5, 25, 50, 75, 95 %
RIVERS = ("quantiles", "activations", "weights", "gradients")  # of what enters each activation, and of what else
OUTPUT_LAST = RIVERS[2:]  # these have the output layer too, which stays the last when hidden ones come or go
LARGEST = float(np.finfo(np.float32).max)

Moves = tuple[tuple[int, float, str], ...]


class History:
    """At most `capacity` rows, one at each step that is a multiple of `stride`.

    `stride` is `every` at first and doubles whenever the record is full. Step 0, before any training, is due.
    Raises: ValueError for an `every` below 1 or a `capacity` below 2.
    """

    def __init__(self, every: int = 1, capacity: int = CAPACITY) -> None:
        if every < 1:
            raise ValueError(f"every is {every}; it must be at least 1")
        if capacity < 2:
            raise ValueError(f"capacity is {capacity}; it must be at least 2")
        self.every = every
        self.capacity = capacity
        self.stride = every
        self._rows = 0
        self._step = np.zeros(capacity, np.int64)
        self._epoch = np.zeros(capacity)
        # Sums and numbers of losses, not means: rows that merge then weigh every mini-batch alike.
        self._loss_sum = np.zeros(capacity)
        self._losses = np.zeros(capacity, np.int64)
        self._measures = np.zeros((len(MEASURES), capacity))
        self._rivers: dict[str, NDArray[np.float32]] = {
            name: np.zeros((capacity, 0, QUANTILES), np.float32) for name in RIVERS
        }
        self._pending_sum = 0.0
        self._pending = 0

    def __len__(self) -> int:
        return self._rows

    def due(self, step: int) -> bool:
        """Whether `step` is to have a row: it is a multiple of the stride and after the last row."""
        return step % self.stride == 0 and (not self._rows or step > int(self._step[self._rows - 1]))

    def next_due(self, step: int) -> int:
        """The first step after `step` that is to have a row; a burst of steps must end there."""
        return (step // self.stride + 1) * self.stride

    def batch_losses(self, losses: ArrayLike) -> None:
        """Takes in the mini-batch losses since the last call, oldest first; the next row holds their mean."""
        values = np.array(losses, np.float64).reshape(-1)
        if not values.size:
            return
        # A running sum adds one by one, so the chunks in which losses arrive cannot show in the last bit;
        # np.sum adds in pairs and Python's sum compensates, and both would let them show.
        values[0] += self._pending_sum
        self._pending_sum = float(np.add.accumulate(values)[-1])
        self._pending += values.size

    def add(
        self,
        step: int,
        epoch: float,
        *,
        train_loss: float,
        dev_loss: float = np.nan,
        train_accuracy: float = np.nan,
        dev_accuracy: float = np.nan,
        learning_rate: float = np.nan,
        gradient_norm: float = np.nan,
        **rivers: ArrayLike | None,
    ) -> None:
        """Appends the row of `step`; `epoch` counts fractions; of RIVERS each is (L, 5) with ascending rows.

        Layers that come or go on the way leave NaN where they were not. Raises: ValueError for a step not due.
        """
        if not self.due(step):
            raise ValueError(f"step is {step}; rows are due at multiples of {self.stride} after the last row")
        if self._rows == self.capacity:
            self._halve()
            if step % self.stride:
                return  # its mini-batches stay pending and count towards the next row
        row = self._rows
        self._step[row] = step
        self._epoch[row] = epoch
        self._loss_sum[row], self._losses[row] = self._pending_sum, self._pending
        self._pending_sum, self._pending = 0.0, 0
        self._measures[:, row] = train_loss, dev_loss, train_accuracy, dev_accuracy, learning_rate, gradient_norm
        for name in RIVERS:
            self._put(row, name, rivers.get(name))
        self._rows = row + 1

    def _put(self, row: int, name: str, quantiles: ArrayLike | None) -> None:
        had = self._rivers[name]
        if quantiles is None:
            had[row] = np.nan
            return
        new = np.asarray(quantiles)
        if new.dtype != np.float32:
            new = np.clip(new, -LARGEST, LARGEST).astype(np.float32)
        new = new.reshape(-1, QUANTILES)
        if len(new) != had.shape[1]:
            kept = min(len(new), had.shape[1])
            room = self._rivers[name] = np.full((self.capacity, len(new), QUANTILES), np.nan, np.float32)
            if name in OUTPUT_LAST and kept:
                kept -= 1
                room[:, -1] = had[:, -1]
            room[:, :kept] = had[:, :kept]
        self._rivers[name][row] = new

    def _halve(self) -> None:
        """Keeps the rows that lie on twice the stride; each takes over the losses of those dropped before it."""
        self.stride *= 2
        kept = np.flatnonzero(self._step[: self._rows] % self.stride == 0)
        # Losses of rows after the last kept one go back to pending, in front of what has come since.
        ends = np.append(kept, self._rows - 1)
        starts = np.concatenate(([0], ends[:-1] + 1))
        for new, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            loss_sum = float(self._loss_sum[start : end + 1].sum())
            losses = int(self._losses[start : end + 1].sum())
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

    def truncate(self, step: int) -> None:
        """Forgets the rows after `step` and the losses not yet in a row, as a rewind to `step` needs.

        The stride stays as wide as it has become. Losses between the last row left and `step` are forgotten too,
        so restore a checkpoint's own state where the replay must equal the first run.
        """
        self._rows = int(np.searchsorted(self._step[: self._rows], step, side="right"))
        self._pending_sum, self._pending = 0.0, 0

    def curves(self, moves: Moves = ()) -> Curves:
        """All measures so far, as copies; `batch_loss` is NaN in rows before any mini-batch."""
        rows = self._rows
        losses = self._losses[:rows]
        batch_loss = np.full(rows, np.nan)
        np.divide(self._loss_sum[:rows], losses, out=batch_loss, where=losses > 0)
        train_loss, dev_loss, train_accuracy, dev_accuracy, learning_rate, norm = self._measures[:, :rows].copy()
        return Curves(
            self._step[:rows].copy(),
            self.epoch,
            batch_loss,
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

    @property
    def rivers(self) -> tuple[NDArray[np.float32], ...]:
        """The quantiles over time (t, 5) of what enters each layer's activation; see `rivers_of`."""
        return self.rivers_of("quantiles")

    def rivers_of(self, name: str) -> tuple[NDArray[np.float32], ...]:
        """One of RIVERS: quantiles over time (t, 5) of each layer, as copies; NaN where a row had none."""
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
            "pending_sum": np.array(self._pending_sum),
            "pending": np.array(self._pending),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[np.generic]]) -> History:
        """The history that `state` described; what older ones did not record is NaN.

        Raises: KeyError naming an entry that is missing.
        """
        history = cls(int(state["every"]), int(state["capacity"]))
        history.stride = int(state["stride"])
        rows = history._rows = len(state["step"])
        history._step[:rows] = state["step"]
        history._epoch[:rows] = state["epoch"]
        history._loss_sum[:rows] = state["loss_sum"]
        history._losses[:rows] = state["losses"]
        history._measures[:, :rows] = np.nan
        history._measures[: len(state["measures"]), :rows] = state["measures"]
        for name in ("quantiles", *(name for name in RIVERS[1:] if name in state)):
            quantiles = state[name]
            history._rivers[name] = np.full((history.capacity, *quantiles.shape[1:]), np.nan, np.float32)
            history._rivers[name][:rows] = quantiles
        history._pending_sum = float(state["pending_sum"])
        history._pending = int(state["pending"])
        return history
