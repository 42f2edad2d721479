"""Curves and checkpoints survive as bytes, to the last bit, and other bytes are refused in words."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from hyperscope.lab.library.packing import packed_checkpoint, packed_curves, unpacked_checkpoint, unpacked_curves
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import RUNAWAY, START, bits, future, moved, with_layers


@pytest.mark.parametrize(
    "start",
    [
        START,
        RUNAWAY,
        with_layers(START),
        moved(("training.precision", "float64"), ("training.optimiser", "momentum")),
        moved(("training.schedule", "cosine"), ("data.augment_jitter", 0.1)),
    ],
    ids=["batch norm", "diverging", "no layers", "float64", "augmented"],
)
def test_what_was_packed_comes_back_and_goes_on_alike(start) -> None:
    trainer = Trainer(start)
    trainer.steps(15)
    before = bits(trainer)
    again = Trainer(start)
    again.restore(unpacked_checkpoint(packed_checkpoint(trainer.checkpoint())))
    assert bits(again) == before
    assert again.last_batch.tolist() == trainer.last_batch.tolist()
    assert future(again) == future(trainer)


def test_the_best_moment_of_early_stopping_is_packed_too() -> None:
    trainer = Trainer(moved(("training.patience", 5)))
    trainer.steps(60)
    kept = trainer.checkpoint()
    assert kept.best is not None
    again = unpacked_checkpoint(packed_checkpoint(kept))
    assert again.best is not None and (again.best.loss, again.best.step) == (kept.best.loss, kept.best.step)


def test_curves_come_back_with_their_moves_and_what_is_not_a_number() -> None:
    trainer = Trainer(START)
    trainer.steps(20)
    trainer.apply(moved(("training.learning_rate", 0.3)))
    trainer.steps(20)
    curves = trainer.history.curves(trainer.marks)
    again = unpacked_curves(packed_curves(curves))
    assert again.moves == curves.moves != ()
    assert np.isnan(again.batch_loss[0])
    for name in ("step", "epoch", "batch_loss", "train_loss", "dev_loss", "train_accuracy", "dev_accuracy"):
        assert getattr(again, name).tobytes() == getattr(curves, name).tobytes()


@pytest.mark.parametrize("unpack", [unpacked_curves, unpacked_checkpoint])
@pytest.mark.parametrize("packed", [b"", b"\x80\x04K\x05.", b"PK\x03\x04" + bytes(40)], ids=["none", "pickle", "zip"])
def test_other_bytes_are_refused(unpack, packed) -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(packed)


def test_curves_are_no_checkpoint() -> None:
    curves = packed_curves(Trainer(START).history.curves())
    with pytest.raises(ValueError, match="no checkpoint"):
        unpacked_checkpoint(curves)


def test_a_run_is_small() -> None:
    trainer = Trainer(moved(("training.optimiser", "adam"), start=START))
    trainer.steps(400)
    assert len(packed_checkpoint(trainer.checkpoint())) + len(packed_curves(trainer.history.curves())) < 200_000


@pytest.mark.parametrize(
    "header",
    [b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}", b"{'shape': (-5,)}", b"((((("],
    ids=["huge", "negative", "no header"],
)
def test_arrays_that_claim_to_be_what_they_are_not_are_refused(header: bytes) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as file:
        file.writestr("step.npy", b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n")
    with pytest.raises(ValueError, match="damaged"):
        unpacked_curves(into.getvalue())
